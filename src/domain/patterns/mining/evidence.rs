//! Evidence as natural logarithms of e-values: expected at most 1 when nothing recurs.

use super::numerics::{ln_beta, ln_factorial, ln_gamma_half, ln_incomplete_beta};

/// ln e-value of `hits` among `slots` when each hits with chance `chance` by accident: the likelihood ratio
/// averaged over all hit rates above `chance` (one-sided uniform mixture).
pub(super) fn ln_slot_evidence(hits: u64, slots: u64, chance: f64) -> f64 {
    if slots == 0 {
        return 0.0;
    }
    let chance = chance.clamp(1e-12, 1.0 - 1e-9);
    let (hits, misses) = (hits.min(slots) as f64, slots.saturating_sub(hits) as f64);
    let ln_tail = ln_incomplete_beta(1.0 - chance, misses + 1.0, hits + 1.0);
    let ln_null = hits * chance.ln() + misses * (-chance).ln_1p();
    // Far below the chance the tail underflows, far above it nothing is left out.
    let ln_e = ln_beta(hits + 1.0, misses + 1.0) + ln_tail - (-chance).ln_1p() - ln_null;
    if ln_e.is_nan() || ln_tail < -700.0 { -700.0 } else { ln_e }
}

/// ln probability of one sequence with `hits` among `slots` under a rate with Jeffreys' prior
/// (Krichevsky and Trofimov's estimator).
pub(super) fn ln_sequence_probability(hits: u64, slots: u64) -> f64 {
    if slots == 0 {
        return 0.0;
    }
    let misses = slots.saturating_sub(hits);
    ln_gamma_half(hits) + ln_gamma_half(misses) - ln_factorial(slots) - std::f64::consts::PI.ln()
}

/// Number of streams that e-BH rejects at `level`, given the ln e-values of all streams, and the ln e-value
/// a stream must reach for it (Wang and Ramdas: reject the k largest with `e_(k) >= m / (k level)`).
/// `None` when none is rejected.
pub(super) fn e_bh_threshold(ln_e_values: &[f64], streams: usize, level: f64) -> Option<f64> {
    let mut sorted = ln_e_values.to_vec();
    sorted.sort_by(|one, other| other.total_cmp(one));
    let bound = |rank: usize| (streams.max(1) as f64 / (rank as f64 * level)).ln();
    sorted
        .iter()
        .enumerate()
        .rev()
        .find(|(index, value)| **value >= bound(index + 1))
        .map(|(index, _)| bound(index + 1))
}

/// ln p-values adjusted for all streams (Benjamini and Hochberg), in the order given: those at most ln of a level
/// are rejected at that level.
pub(super) fn ln_adjusted_p_values(ln_p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ln_p_values.len()).collect();
    order.sort_by(|one, other| ln_p_values[*one].total_cmp(&ln_p_values[*other]).then(one.cmp(other)));
    let mut adjusted = vec![0.0; ln_p_values.len()];
    let mut least = 0.0_f64;
    for (rank, &stream) in order.iter().enumerate().rev() {
        let spread = (ln_p_values.len() as f64 / (rank + 1) as f64).ln();
        least = least.min(ln_p_values[stream] + spread);
        adjusted[stream] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn certain_hits_weigh_as_much_as_their_closed_form() {
        // All slots hit: (1 - q^(n+1)) / ((n + 1) (1 - q) q^n).
        let expected = (1.0 - 0.01_f64.powi(5)).ln() - 5.0_f64.ln() - 0.99_f64.ln() - 4.0 * 0.01_f64.ln();
        assert!((ln_slot_evidence(4, 4, 0.01) - expected).abs() < 1e-9);
    }

    #[test]
    fn fewer_hits_than_by_chance_are_no_evidence_however_many_slots() {
        assert!(ln_slot_evidence(2_593, 200_000, 0.5) <= 0.0);
        assert!(ln_slot_evidence(0, 1_000_000, 0.2) <= 0.0);
    }

    #[test]
    fn many_strong_streams_lower_the_bar_for_each_other() {
        let alone = e_bh_threshold(&[6.0, 0.0, 0.0, 0.0], 4, 0.01).expect("one passes");
        let together = e_bh_threshold(&[6.0, 6.0, 6.0, 4.7], 4, 0.01).expect("all pass");
        assert!(together < alone);
        assert_eq!(e_bh_threshold(&[4.0], 1, 0.01), None);
    }

    #[test]
    fn adjusted_p_values_count_the_streams_and_keep_their_order() {
        let adjusted = ln_adjusted_p_values(&[0.02_f64.ln(), 0.0, 0.01_f64.ln(), 0.9_f64.ln()]);
        let expected = [0.04, 1.0, 0.04, 1.0];
        for (value, expected) in adjusted.iter().zip(expected) {
            assert!((value.exp() - expected).abs() < 1e-9, "{adjusted:?}");
        }
    }

    proptest! {
        #[test]
        fn the_expected_e_value_of_accidents_is_one(slots in 1_u64..30, chance in 0.01_f64..0.9) {
            let mean: f64 = (0..=slots)
                .map(|hits| {
                    let ln_ways = super::super::numerics::ln_choose(slots as u32, hits as u32);
                    let ln_chance = hits as f64 * chance.ln() + (slots - hits) as f64 * (1.0 - chance).ln();
                    (ln_ways + ln_chance + ln_slot_evidence(hits, slots, chance)).exp()
                })
                .sum();
            prop_assert!((mean - 1.0).abs() < 1e-6, "mean {}", mean);
        }
    }
}
