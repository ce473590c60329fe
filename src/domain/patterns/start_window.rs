//! The window around its slot in which the next run will start with 90 %.

use serde::{Deserialize, Serialize};

use crate::domain::time::MINUTE_MS;

/// Share of runs that start before the window, and after it.
const TAIL: f64 = 0.05;
/// 95 % quantiles of Student's t with 1, 2, .. degrees of freedom.
const STUDENT_95: [f64; 17] = [
    6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753,
    1.746, 1.740,
];
/// Offsets looked at, the newest.
const MOST_OFFSETS: usize = 400;
/// Offsets whose middle says where starts lie by now.
const LATEST: usize = 20;

/// Whether a window is as wide for the hundredth slot ahead as for the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowGrowth {
    /// Each slot stands by itself.
    Fixed,
    /// Each slot counts from the run before it, so that errors add up with the root of their number.
    WithEachSlot,
}

/// Where 90 % of the runs start, as offsets from their slots.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartWindow {
    /// From this many seconds after the slot (before it, where negative)
    pub from_seconds: f64,
    /// to this many after it.
    pub to_seconds: f64,
    /// Whether it grows with the distance of the slot.
    pub growth: WindowGrowth,
    /// Runs it rests on.
    pub runs_used: u64,
}

/// How far from the expected start a run still is the expected one, on the side on which its window reaches `length_ms`
/// far: one run in ten comes outside of its window, so that each side counts twice, at most half an hour longer, and
/// five minutes at least.
pub fn judged_reach_ms(length_ms: i64) -> i64 {
    const LEAST_MS: i64 = 5 * MINUTE_MS;
    const MOST_BEYOND_MS: i64 = 30 * MINUTE_MS;
    (length_ms + length_ms.clamp(0, MOST_BEYOND_MS)).max(LEAST_MS)
}

/// The window of a schedule whose runs lay `offsets_ms` after their slots, in order of time; `None` without any.
///
/// The bounds are conformal ranks, (n + 1) 0.95 from either side, interpolated; with fewer than 19 offsets they are taken for
/// normally distributed. Where starts only ever come late, as those of cron do, the window opens at the earliest of
/// them (or the slot) and all of the tail lies behind it.
pub fn start_window(offsets_ms: &[i64], growth: WindowGrowth) -> Option<StartWindow> {
    let recent: Vec<f64> = offsets_ms[offsets_ms.len().saturating_sub(MOST_OFFSETS)..]
        .iter()
        .map(|offset| *offset as f64 / 1000.0)
        .collect();
    let (from, to) = match wandering(&recent) {
        Some(bounds) => bounds,
        None => resting(&recent)?,
    };
    Some(StartWindow {
        from_seconds: from,
        to_seconds: to.max(from),
        growth,
        runs_used: offsets_ms.len() as u64,
    })
}

/// The bounds of offsets that lie around one middle; `None` without any.
fn resting(offsets: &[f64]) -> Option<(f64, f64)> {
    let sorted = ascending(offsets);
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    Some(if first >= 0.0 {
        (0.0, upper(&sorted, 2.0 * TAIL))
    } else if last <= 0.0 {
        (lower(&sorted, 2.0 * TAIL), 0.0)
    } else {
        (lower(&sorted, TAIL), upper(&sorted, TAIL))
    })
}

/// The bounds of offsets that wander, as those of a period that is known a little too coarsely do: around the middle
/// of the latest ones, as wide as starts lay from the middle of those before them. `None` where they rest.
fn wandering(offsets: &[f64]) -> Option<(f64, f64)> {
    if offsets.len() < 2 * LATEST {
        return None;
    }
    let sorted = ascending(offsets);
    let middle = |offsets: &[f64]| ascending(offsets)[offsets.len() / 2];
    let latest = middle(&offsets[offsets.len() - LATEST..]);
    let half_width = (upper(&sorted, TAIL) - lower(&sorted, TAIL)) / 2.0;
    // Three standard errors of the middle of twenty normal offsets.
    if (latest - sorted[sorted.len() / 2]).abs() <= half_width / 2.0 {
        return None;
    }
    let apart: Vec<f64> = (LATEST..offsets.len())
        .map(|place| offsets[place] - middle(&offsets[place - LATEST..place]))
        .collect();
    let apart = ascending(&apart);
    Some((latest + lower(&apart, TAIL), latest + upper(&apart, TAIL)))
}

fn ascending(offsets: &[f64]) -> Vec<f64> {
    let mut sorted = offsets.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// What an offset exceeds with probability `tail`, from ascending offsets.
fn upper(sorted: &[f64], tail: f64) -> f64 {
    let count = sorted.len();
    let rank = ((count + 1) as f64 * (1.0 - tail)).max(1.0);
    let below = (rank + 1e-9).floor() as usize;
    if below < count {
        return sorted[below - 1] + (sorted[below] - sorted[below - 1]) * (rank - below as f64).max(0.0);
    }
    if below == count && rank - (below as f64) < 1e-9 {
        return sorted[count - 1];
    }
    let mean = sorted.iter().sum::<f64>() / count as f64;
    let Some(quantile) = count.checked_sub(2).and_then(|degrees| STUDENT_95.get(degrees)) else {
        return sorted[count - 1];
    };
    let variance = sorted.iter().map(|offset| (offset - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
    mean + quantile * (variance * (1.0 + 1.0 / count as f64)).sqrt()
}

fn lower(sorted: &[f64], tail: f64) -> f64 {
    let mirrored: Vec<f64> = sorted.iter().rev().map(|offset| -offset).collect();
    -upper(&mirrored, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(offsets_ms: &[i64]) -> (f64, f64) {
        let found = start_window(offsets_ms, WindowGrowth::Fixed).expect("offsets");
        (found.from_seconds, found.to_seconds)
    }

    #[test]
    fn a_twentieth_lies_on_either_side() {
        // Each of -50 to 49 once, in an order without a trend.
        let offsets: Vec<i64> = (0..100).map(|run| (run * 37 % 100 - 50) * 1000).collect();
        let (from, to) = window(&offsets);
        assert!((from + 45.95).abs() < 1e-9 && (to - 44.95).abs() < 1e-9, "{from} {to}");
    }

    #[test]
    fn where_starts_only_come_late_the_window_opens_at_the_slot() {
        let offsets: Vec<i64> = (1..=99).map(|run| (run * 37 % 100) * 1000).collect();
        assert_eq!(window(&offsets), (0.0, 90.0));
    }

    #[test]
    fn where_starts_drift_away_from_their_slots_the_window_follows() {
        let offsets: Vec<i64> = (0..200).map(|run| run * 1000 + (run * run * 37 % 11) * 300).collect();
        let (from, to) = window(&offsets);
        assert!(from > 180.0 && to > 200.0 && to < 215.0, "{from} {to}");
    }

    #[test]
    fn few_offsets_make_a_window_wider_than_themselves() {
        let (from, to) = window(&[-1000, 1000, 500, -700]);
        assert!(from < -1.0 && to > 1.0, "{from} {to}");
        assert_eq!(start_window(&[], WindowGrowth::Fixed), None);
        assert_eq!(window(&[0, 0]), (0.0, 0.0));
    }
}
