//! Evidence that starts keep a common phase of a period, however wide they scatter around it.

use super::circle::direction;
use super::numerics::ln_bessel_i0;
use std::f64::consts::PI;

/// Concentrations over which the likelihood is averaged.
const CONCENTRATIONS: [f64; 12] = [0.3, 0.5, 0.8, 1.2, 2.0, 4.0, 8.0, 16.0, 64.0, 256.0, 1024.0, 65_536.0];

/// Length of the resultant of `starts` (ms) on a circle of `period_ms`.
pub(super) fn resultant(starts: &[i64], period_ms: f64) -> f64 {
    let (sine, cosine) = direction(starts, period_ms);
    f64::hypot(sine, cosine)
}

/// Direction of the resultant in ms from 0 to below `period_ms`: where on the circle the starts crowd.
pub(super) fn mean_phase(starts: &[i64], period_ms: f64) -> f64 {
    let (sine, cosine) = direction(starts, period_ms);
    let origin = starts.first().copied().unwrap_or(0) as f64;
    (origin + sine.atan2(cosine) / (2.0 * PI) * period_ms).rem_euclid(period_ms)
}

/// ln e-value of one period: von Mises density with its phase integrated out, averaged over concentrations up
/// to what `resolution_ms` can tell, divided by the same of neighbouring periods where those exceed one.
/// The division keeps bursts and slow changes of the rate, which lift all periods alike, from counting.
pub(super) fn ln_phase_evidence(starts: &[i64], period_ms: f64, resolution_ms: f64) -> f64 {
    const NEIGHBOURS: [f64; 10] = [0.771, 0.813, 0.857, 0.906, 0.951, 1.049, 1.097, 1.146, 1.193, 1.237];
    if starts.len() < 8 {
        return f64::NEG_INFINITY;
    }
    let plain = |period: f64| ln_mean_likelihood(starts, period, resolution_ms);
    let here = plain(period_ms);
    if here < 4.0 {
        return here;
    }
    let mut beside = NEIGHBOURS.map(|factor| plain(period_ms * factor));
    beside.sort_by(f64::total_cmp);
    here - beside[NEIGHBOURS.len() / 2].max(0.0)
}

fn ln_mean_likelihood(starts: &[i64], period_ms: f64, resolution_ms: f64) -> f64 {
    let length = resultant(starts, period_ms);
    let finest = (period_ms / (2.0 * PI * resolution_ms.max(1.0) / 12.0_f64.sqrt())).powi(2);
    let count = starts.len() as f64;
    let terms: Vec<f64> = CONCENTRATIONS
        .iter()
        .filter(|kappa| **kappa <= finest)
        .map(|&kappa| ln_bessel_i0(kappa * length) - count * ln_bessel_i0(kappa))
        .collect();
    let greatest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !greatest.is_finite() {
        return 0.0;
    }
    greatest + (terms.iter().map(|term| (term - greatest).exp()).sum::<f64>() / terms.len() as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_phase_counts_and_an_even_spread_does_not() {
        let kept: Vec<i64> = (0..100).map(|index| index * 600_000 + (index * 37 % 11) * 9_000).collect();
        assert!(ln_phase_evidence(&kept, 600_000.0, 1000.0) > 50.0);
        let spread: Vec<i64> = (0..100).map(|index| index * 617_321).collect();
        assert!(ln_phase_evidence(&spread, 600_000.0, 1000.0) < 4.0);
    }
}
