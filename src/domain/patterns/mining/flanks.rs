//! Exact evidence for slots from where starts lie around them: of a slot with any start within its flanks,
//! one start taken at random lies in the window with known chance under any locally constant rate.

use super::cursor::Cursor;
use crate::domain::patterns::Test;

/// Evidence and the chance it is measured against.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flanked {
    /// ln e-value before any charge.
    pub(super) ln_e: f64,
    /// Chance of the window within the flanks.
    pub(super) chance: f64,
    /// Share of windows hit beyond those that starts as frequent as beside them would hit anyway, of all that
    /// these would leave empty. Where starts are so dense that every window is hit, it is near 0.
    pub(super) excess: f64,
    /// What `ln_e` follows from.
    pub(super) test: Test,
}

/// Least excess of slots that something keeps.
pub(super) const LEAST_EXCESS: f64 = 0.2;

/// Wide windows could profit from a rate that rises or falls over them, so each side must agree.
const ONE_SIDED_FROM_MS: i64 = 180_000;

/// Evidence of ascending `starts` for windows of `half_width_ms` around `places`, against flanks that reach
/// `flank_ms` to each side. Starts are known to `resolution_ms`.
pub(super) fn flank_evidence(
    starts: &[i64],
    places: &[i64],
    half_width_ms: i64,
    flank_ms: i64,
    resolution_ms: i64,
) -> Flanked {
    let spread = resolution_ms as f64 / 2.0;
    let (half, flank) = (half_width_ms as f64 + spread, flank_ms as f64 + spread);
    let chance = (half / flank).min(0.999);
    let mut counted = count(starts, places, half_width_ms, (flank_ms, flank_ms));
    let mut weighed = (weigh(&counted.places, chance), chance);
    let rate = (counted.hits as f64 + 0.5) / (places.len() as f64 + 1.0);
    let per_window = counted.beside as f64 / places.len().max(1) as f64 * half / (flank - half).max(1.0);
    let excess = 1.0 - (1.0 - rate) * per_window.exp();
    if half_width_ms >= ONE_SIDED_FROM_MS {
        let side = (2.0 * half / (half + flank)).min(0.999);
        for reach in [(half_width_ms, flank_ms), (flank_ms, half_width_ms)] {
            let counts = count(starts, places, half_width_ms, reach).places;
            let ln_e = weigh(&counts, side);
            if ln_e < weighed.0 {
                weighed = (ln_e, side);
                counted.places = counts;
            }
        }
    }
    let test = Test::Windows { chance: weighed.1, counts: counted.places, days: None };
    Flanked { ln_e: weighed.0, chance, excess, test }
}

/// ln e-value of the shares in which windows take the starts around them. Were one start of each place taken at
/// random, it would lie in the window with `chance`; the mean over all that could be taken is as exact, and never
/// weaker. Averaged over what share a schedule may have, so that no share need be known.
fn weigh(places: &[(u32, u32, u32)], chance: f64) -> f64 {
    const SHARES: usize = 24;
    let logarithms: Vec<f64> = (0..SHARES)
        .map(|index| {
            // Closer together near the chance and near certainty, where a little more or less says much.
            let angle = std::f64::consts::PI * (index as f64 + 0.5) / SHARES as f64;
            let share = chance + (1.0 - chance) * 0.5 * (1.0 - angle.cos());
            let (inside, outside) = (share / chance, (1.0 - share) / (1.0 - chance));
            places
                .iter()
                .map(|(taken, of, times)| {
                    let taken = f64::from(*taken) / f64::from(*of);
                    f64::from(*times) * (taken * inside + (1.0 - taken) * outside).ln()
                })
                .sum()
        })
        .collect();
    let greatest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logarithms.iter().map(|logarithm| (logarithm - greatest).exp()).sum();
    greatest + (sum / SHARES as f64).ln()
}

/// What lies around the places.
struct Counted {
    /// Starts in the window, starts within reach, and the number of places that have so many; ascending.
    places: Vec<(u32, u32, u32)>,
    /// Places with a start in the window.
    hits: u64,
    /// Starts within reach beside the windows.
    beside: u64,
}

fn count(starts: &[i64], places: &[i64], half_width_ms: i64, reach: (i64, i64)) -> Counted {
    let (mut reach_start, mut reach_end) = (Cursor::new(starts), Cursor::new(starts));
    let (mut window_start, mut window_end) = (Cursor::new(starts), Cursor::new(starts));
    let (mut hits, mut beside) = (0, 0);
    let mut found: Vec<(u32, u32)> = Vec::with_capacity(places.len());
    for &place in places {
        let (from, to) = (reach_start.below(place - reach.0), reach_end.below(place + reach.1 + 1));
        if from < to {
            let inside =
                window_end.below(place + half_width_ms + 1) - window_start.below(place - half_width_ms);
            hits += u64::from(inside > 0);
            beside += (to - from - inside) as u64;
            found.push((inside as u32, (to - from) as u32));
        }
    }
    found.sort_unstable();
    let mut alike: Vec<(u32, u32, u32)> = Vec::new();
    for (inside, all) in found {
        match alike.last_mut() {
            Some(last) if (last.0, last.1) == (inside, all) => last.2 += 1,
            _ => alike.push((inside, all, 1)),
        }
    }
    Counted { places: alike, hits, beside }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};

    #[test]
    fn starts_at_the_same_time_speak_for_slots_and_evenly_spread_ones_do_not() {
        let places: Vec<i64> = (0..30).map(|day| day * DAY_MS).collect();
        let kept = flank_evidence(&places, &places, MINUTE_MS, 3 * HOUR_MS, 1000);
        assert!(kept.ln_e > 100.0);
        let spread: Vec<i64> = (0..30).map(|day| day * DAY_MS + (day % 20 - 10) * 15 * MINUTE_MS).collect();
        assert!(flank_evidence(&spread, &places, MINUTE_MS, 3 * HOUR_MS, 1000).ln_e < 4.0);
    }
}
