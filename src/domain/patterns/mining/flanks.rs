//! Exact evidence for slots from where starts lie around them: of a slot with any start within its flanks,
//! one start taken at random lies in the window with known chance under any locally constant rate.

use super::evidence::ln_slot_evidence;

/// Evidence and the chance it is measured against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flanked {
    /// ln e-value before any charge.
    pub(super) ln_e: f64,
    /// Chance of the window within the flanks.
    pub(super) chance: f64,
}

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
    let both = count(starts, places, half_width_ms, (flank_ms, flank_ms));
    let mut ln_e = ln_slot_evidence(both.0, both.1, chance);
    if half_width_ms >= ONE_SIDED_FROM_MS {
        let side = (2.0 * half / (half + flank)).min(0.999);
        for reach in [(half_width_ms, flank_ms), (flank_ms, half_width_ms)] {
            let counted = count(starts, places, half_width_ms, reach);
            ln_e = ln_e.min(ln_slot_evidence(counted.0, counted.1, side));
        }
    }
    Flanked { ln_e, chance }
}

/// Places whose randomly taken start lies in the window, and places with any start within `reach`.
fn count(starts: &[i64], places: &[i64], half_width_ms: i64, reach: (i64, i64)) -> (u64, u64) {
    let (mut hits, mut places_with_any) = (0, 0);
    for &place in places {
        let from = starts.partition_point(|start| *start < place - reach.0);
        let to = starts.partition_point(|start| *start <= place + reach.1);
        if from >= to {
            continue;
        }
        places_with_any += 1;
        // Random, yet the same in every run and independent of where within the flanks the starts lie.
        let taken = from + (scrambled(places_with_any) % (to - from) as u64) as usize;
        if (starts[taken] - place).abs() <= half_width_ms {
            hits += 1;
        }
    }
    (hits, places_with_any)
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
