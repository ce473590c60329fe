//! From when to when a schedule was kept, and whether it still is.

use crate::domain::patterns::Quantiles;
use crate::domain::time::DAY_MS;

/// The stretch of `scores` with the greatest sum (Kadane), as first and last index. `None` when nothing is
/// above zero. Ties go to the earlier and shorter stretch.
pub(super) fn best_segment(scores: &[f64]) -> Option<(usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    let (mut sum, mut from) = (0.0, 0);
    for (index, score) in scores.iter().enumerate() {
        if sum <= 0.0 {
            (sum, from) = (0.0, index);
        }
        sum += score;
        if sum > 0.0 && best.is_none_or(|best| sum > best.0) {
            best = Some((sum, from, index));
        }
    }
    best.map(|(_, from, to)| (from, to))
}

/// Probability that a schedule which kept `hits` of `slots` is still kept after `misses` trailing misses, when it
/// ends with chance `hazard` before each slot. Averaged over the hit rates that such a past leaves likely: few
/// slots say little about how long a run of misses may be.
pub(super) fn still_kept(hits: u64, slots: u64, misses: u64, hazard: f64) -> f64 {
    let (mut missed, mut all) = (slots.saturating_sub(hits) as f64 + 0.5, slots as f64 + 1.0);
    let (mut kept, mut ended) = (1.0, 0.0);
    for _ in 0..misses.min(10_000) {
        ended += hazard * kept;
        kept *= (1.0 - hazard) * missed / all;
        (missed, all) = (missed + 1.0, all + 1.0);
    }
    if kept + ended > 0.0 { kept / (kept + ended) } else { 0.0 }
}

/// Chance that a schedule ends before its next slot: about once in three years, whatever its pace.
pub(super) fn hazard_per_slot(slot_distance_ms: f64) -> f64 {
    let days = slot_distance_ms / DAY_MS as f64;
    (days / 1000.0).clamp(1e-4, 0.02)
}

/// Whether nothing has been heard since the last of ascending `hits_ms` for much longer than ever between them:
/// six times the 95 % quantile of their gaps, and at least two days.
pub(super) fn has_fallen_silent(hits_ms: &[i64], end_ms: i64) -> bool {
    let Some(last) = hits_ms.last() else { return true };
    let gaps = hits_ms.windows(2).map(|pair| (pair[1] - pair[0]) as f64);
    let usual = Quantiles::of(gaps).map_or(0.0, |gaps| gaps.p95);
    end_ms.saturating_sub(*last) as f64 > (6.0 * usual).max(2.0 * DAY_MS as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_judged_by_the_usual_gaps() {
        let hourly: Vec<i64> = (0..50).map(|hour| hour * 3_600_000).collect();
        let weekly: Vec<i64> = (0..10).map(|week| week * 7 * DAY_MS).collect();
        assert!(!has_fallen_silent(&hourly, hourly[49] + 2 * DAY_MS));
        assert!(has_fallen_silent(&hourly, hourly[49] + 2 * DAY_MS + 1));
        assert!(!has_fallen_silent(&weekly, weekly[9] + 41 * DAY_MS));
        assert!(has_fallen_silent(&weekly, weekly[9] + 43 * DAY_MS));
    }

    #[test]
    fn the_best_segment_drops_losing_ends() {
        assert_eq!(best_segment(&[-1.0, 2.0, -1.0, 3.0, -5.0, 1.0]), Some((1, 3)));
        assert_eq!(best_segment(&[-1.0, -2.0]), None);
    }

    #[test]
    fn one_miss_does_not_end_a_daily_schedule_but_four_do() {
        let daily = hazard_per_slot(DAY_MS as f64);
        assert!(still_kept(40, 40, 1, daily) > 0.5);
        assert!(still_kept(40, 40, 4, daily) < 0.01);
        assert!(still_kept(30, 60, 5, daily) > 0.5);
        assert!(still_kept(30, 60, 20, daily) < 0.5);
    }
}
