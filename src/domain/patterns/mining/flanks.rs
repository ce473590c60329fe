//! Exact evidence for slots from where starts lie around them: of a slot with any start within its flanks,
//! one start taken at random lies in the window with known chance under any locally constant rate.

use super::cursor::Cursor;
use super::evidence::ln_slot_evidence;

/// Evidence and the chance it is measured against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flanked {
    /// ln e-value before any charge.
    pub(super) ln_e: f64,
    /// Chance of the window within the flanks.
    pub(super) chance: f64,
    /// Share of windows hit beyond those that starts as frequent as beside them would hit anyway, of all that
    /// these would leave empty. Where starts are so dense that every window is hit, it is near 0.
    pub(super) excess: f64,
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
    let counted = count(starts, places, half_width_ms, (flank_ms, flank_ms));
    let mut ln_e = weigh(&counted, chance);
    let rate = (counted.hits as f64 + 0.5) / (places.len() as f64 + 1.0);
    let per_window = counted.beside as f64 / places.len().max(1) as f64 * half / (flank - half).max(1.0);
    let excess = 1.0 - (1.0 - rate) * per_window.exp();
    if half_width_ms >= ONE_SIDED_FROM_MS {
        let side = (2.0 * half / (half + flank)).min(0.999);
        for reach in [(half_width_ms, flank_ms), (flank_ms, half_width_ms)] {
            ln_e = ln_e.min(weigh(&count(starts, places, half_width_ms, reach), side));
        }
    }
    Flanked { ln_e, chance, excess }
}

/// The better of two ways to count: one start of each place, which is exact; or all of them, which tells more
/// amid many starts without a schedule, divided by how much more unevenly than by chance they come.
fn weigh(counted: &Counted, chance: f64) -> f64 {
    let exact = ln_slot_evidence(counted.taken_hits, counted.places, chance);
    let pooled = ln_slot_evidence(counted.hits, counted.hits + counted.beside, chance) / counted.dispersion;
    exact.max(pooled - std::f64::consts::LN_2)
}

/// What lies around the places.
struct Counted {
    /// Places with any start within reach.
    places: u64,
    /// Those of them whose randomly taken start lies in the window.
    taken_hits: u64,
    /// Places with a start in the window.
    hits: u64,
    /// Starts within reach beside the windows.
    beside: u64,
    /// Variance over mean of the starts beside each window, at least 1.
    dispersion: f64,
}

fn count(starts: &[i64], places: &[i64], half_width_ms: i64, reach: (i64, i64)) -> Counted {
    let (mut reach_start, mut reach_end) = (Cursor::new(starts), Cursor::new(starts));
    let (mut window_start, mut window_end) = (Cursor::new(starts), Cursor::new(starts));
    let (mut taken_hits, mut places_with_any, mut hits, mut beside, mut squares) = (0, 0, 0, 0, 0);
    for &place in places {
        let (from, to) = (reach_start.below(place - reach.0), reach_end.below(place + reach.1 + 1));
        if from >= to {
            continue;
        }
        places_with_any += 1;
        // Random, yet the same in every run and independent of where within the flanks the starts lie.
        let taken = from + (scrambled(places_with_any) % (to - from) as u64) as usize;
        taken_hits += u64::from((starts[taken] - place).abs() <= half_width_ms);
        let inside =
            (window_end.below(place + half_width_ms + 1) - window_start.below(place - half_width_ms)) as u64;
        let outside = ((to - from) as u64).saturating_sub(inside);
        hits += u64::from(inside > 0);
        beside += outside;
        squares += outside * outside;
    }
    let mean = beside as f64 / places.len().max(1) as f64;
    let variance = squares as f64 / places.len().max(1) as f64 - mean * mean;
    let dispersion = if mean > 0.0 { (variance / mean).max(1.0) } else { 1.0 };
    Counted { places: places_with_any, taken_hits, hits, beside, dispersion }
}

/// A well-mixed function of a counter (the finaliser of splitmix64).
pub(super) fn scrambled(counter: u64) -> u64 {
    let mut mixed = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
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
