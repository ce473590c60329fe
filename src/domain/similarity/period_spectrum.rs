//! At which distances something runs: a histogram of gaps on a logarithmic scale.

use super::week_profile::ReferenceStarts;
use crate::domain::time::MINUTE_MS;

/// Bins: two to the octave, from one minute to 45 days.
const BINS: usize = 32;
const BINS_PER_OCTAVE: f64 = 2.0;

/// The share of gaps of each length, each spread over neighbouring bins so that 23 h and 24 h are near.
/// All zero with fewer than two starts.
pub(super) fn period_spectrum(reference: &ReferenceStarts) -> Vec<f64> {
    let mut bins = vec![0.0; BINS];
    for pair in reference.starts.windows(2) {
        let minutes = (pair[1].since(pair[0]) as f64 / MINUTE_MS as f64).max(1.0);
        let position = (minutes.log2() * BINS_PER_OCTAVE).clamp(0.0, (BINS - 1) as f64);
        let centre = position.round() as usize;
        for (bin, value) in bins.iter_mut().enumerate().take(centre + 4).skip(centre.saturating_sub(3)) {
            *value += (-0.5 * (bin as f64 - position).powi(2)).exp();
        }
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Zone;
    use crate::domain::time::Timestamp;

    fn every(minutes: i64) -> Vec<f64> {
        let starts = (0..10).map(|index| Timestamp::clamped(index * minutes * MINUTE_MS)).collect();
        period_spectrum(&ReferenceStarts { zone: Zone::UTC, starts, spread_ms: 0 })
    }

    fn cosine(one: &[f64], other: &[f64]) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
    }

    #[test]
    fn near_periods_are_near_whatever_their_scale() {
        assert!(cosine(&every(1440), &every(1380)) > 0.99);
        assert!(cosine(&every(60), &every(1440)) < 0.01);
        assert!(cosine(&every(1), &every(1_000_000)) < 0.01);
    }

    #[test]
    fn a_single_start_has_no_period() {
        let one = ReferenceStarts { zone: Zone::UTC, starts: vec![Timestamp::clamped(0)], spread_ms: 0 };
        assert!(period_spectrum(&one).iter().all(|value| *value == 0.0));
    }
}
