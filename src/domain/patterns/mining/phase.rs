//! Evidence that starts keep a common phase of a period, however wide they scatter around it.

use super::circle::direction;
use super::numerics::ln_bessel_i0;
use crate::domain::patterns::{Proof, Test};
use std::f64::consts::{LN_2, PI};

/// Concentrations over which the likelihood is averaged.
const CONCENTRATIONS: [f64; 15] =
    [0.05, 0.1, 0.18, 0.3, 0.5, 0.8, 1.2, 2.0, 4.0, 8.0, 16.0, 64.0, 256.0, 1024.0, 65_536.0];

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

/// [`ln_phase_evidence`] with what it follows from.
pub(super) fn phase_proof(starts: &[i64], period_ms: f64, resolution_ms: f64, charge_nats: f64) -> Proof {
    let (ln_e, beside_ln_e) = ln_phase_evidence(starts, period_ms, resolution_ms);
    let test = Test::Phase {
        starts: starts.len() as u64,
        resultant: resultant(starts, period_ms),
        period_seconds: period_ms / 1000.0,
        resolution_seconds: resolution_ms / 1000.0,
        beside_ln_e,
        divisor: 1.0,
    };
    Proof { test, ln_e, charge_nats }
}

/// ln e-value of one period: von Mises density with its phase integrated out, averaged over concentrations up
/// to what `resolution_ms` can tell, divided by the same of neighbouring periods where those exceed one.
/// The division keeps bursts and slow changes of the rate, which lift all periods alike, from counting. The second
/// value is ln of what it was divided by.
fn ln_phase_evidence(starts: &[i64], period_ms: f64, resolution_ms: f64) -> (f64, f64) {
    const NEIGHBOURS: [f64; 10] = [0.771, 0.813, 0.857, 0.906, 0.951, 1.049, 1.097, 1.146, 1.193, 1.237];
    if starts.len() < 8 {
        return (f64::NEG_INFINITY, 0.0);
    }
    let plain = |period: f64| ln_mean_likelihood(starts, period, resolution_ms);
    let here = plain(period_ms);
    if here < 4.0 {
        return (here, 0.0);
    }
    let mut beside = NEIGHBOURS.map(|factor| plain(period_ms * factor));
    beside.sort_by(f64::total_cmp);
    let beside = beside[NEIGHBOURS.len() / 2].max(0.0);
    (here - beside, beside)
}

/// ln e-value of one period as in [`ln_phase_evidence`], without a look at its neighbours.
pub(super) fn ln_mean_likelihood(starts: &[i64], period_ms: f64, resolution_ms: f64) -> f64 {
    ln_likelihood_of(resultant(starts, period_ms), starts.len(), period_ms, resolution_ms)
}

/// The same from the length of the resultant alone.
pub(super) fn ln_likelihood_of(length: f64, count: usize, period_ms: f64, resolution_ms: f64) -> f64 {
    let finest = (period_ms / (2.0 * PI * resolution_ms.max(1.0) / 12.0_f64.sqrt())).powi(2);
    let count = count as f64;
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

/// ln of the chance that `count` independent phases have a resultant of at least `length` (Rayleigh's test in
/// Wilkie's form, good to a few per cent from ten phases on).
pub(super) fn ln_rayleigh(length: f64, count: usize) -> f64 {
    let count = count as f64;
    let inside = 1.0 + 4.0 * count + 4.0 * (count * count - length * length).max(0.0);
    (inside.sqrt() - (1.0 + 2.0 * count)).min(0.0)
}

/// How many times stronger than of independent starts the power around `period_ms` is, at least 1: bursts and a
/// rate that changes lift it over a wide band, a kept period only at itself.
pub(super) fn background(starts: &[i64], period_ms: f64) -> f64 {
    const NEIGHBOURS: i32 = 32;
    // From 0.78 to 1.28 of the period, the period itself left out.
    const WIDEST: f64 = 0.25;
    let mut power: Vec<f64> = (0..NEIGHBOURS)
        .map(|index| {
            let along = (f64::from(index) + 0.5) / f64::from(NEIGHBOURS) * 2.0 - 1.0;
            let apart = along.signum() * (0.02 + (WIDEST - 0.02) * along.abs());
            resultant(starts, period_ms * apart.exp()).powi(2) / starts.len().max(1) as f64
        })
        .collect();
    power.sort_by(f64::total_cmp);
    // The power of independent starts is exponential: its median is ln 2 of its mean.
    ((power[power.len() / 2] + power[power.len() / 2 - 1]) / (2.0 * LN_2)).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::generator::{Chance, Unscheduled, days, unscheduled};
    use super::*;

    #[test]
    fn a_kept_phase_counts_and_an_even_spread_does_not() {
        let kept: Vec<i64> = (0..100).map(|index| index * 600_000 + (index * 37 % 11) * 9_000).collect();
        assert!(ln_phase_evidence(&kept, 600_000.0, 1000.0).0 > 50.0);
        let spread: Vec<i64> = (0..100).map(|index| index * 617_321).collect();
        assert!(ln_phase_evidence(&spread, 600_000.0, 1000.0).0 < 4.0);
    }

    #[test]
    fn one_set_of_independent_phases_in_twenty_reaches_the_five_per_cent_level() {
        let mut chance = Chance::new(3);
        let reached = (0..2000)
            .filter(|_| {
                let starts: Vec<i64> = (0..12).map(|_| (chance.unit() * 600_000.0) as i64).collect();
                ln_rayleigh(resultant(&starts, 600_000.0), 12) <= 0.05_f64.ln()
            })
            .count();
        assert!((70..=130).contains(&reached), "{reached}");
    }

    #[test]
    fn bursts_raise_the_background_and_even_activity_does_not() {
        let mut chance = Chance::new(5);
        let even = unscheduled(Unscheduled::Poisson, 400.0, days(20), &mut chance);
        let bursts = unscheduled(Unscheduled::Bursts, 400.0, days(20), &mut chance);
        assert!(background(&even, 7_200_000.0) < 2.0);
        assert!(background(&bursts, 7_200_000.0) > 2.0);
    }
}
