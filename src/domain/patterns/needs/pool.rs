//! Spreads of young schedules, lent by older ones of the same store.

use crate::domain::patterns::{Pattern, Quantiles, ResourceProfile};

/// Runs from which on a schedule's own errors say enough.
const ENOUGH_RUNS: u64 = 20;
/// Schedules with that many runs below which there is nothing to lend.
const LEAST_LENDERS: usize = 5;
/// Runs at which a schedule's own spread and the lent one weigh the same.
const HALF_WAY_RUNS: f64 = 10.0;

/// The quantities whose spread is lent. Cores and GPUs are allotted in whole, mostly equal amounts.
const LENT: [fn(&mut ResourceProfile) -> &mut Option<Quantiles>; 3] = [
    |profile| &mut profile.duration_seconds,
    |profile| &mut profile.memory_mib,
    |profile| &mut profile.gpu_memory_mib,
];

/// Moves the upper bounds of patterns with fewer than twenty runs towards the spread (as a share of the median) that
/// patterns with more have on average: their own spread weighs n / (n + 10). A quantity that never varied in three
/// runs or more stays as it is.
pub fn pool_spreads(patterns: &mut [Pattern]) {
    for quantity in LENT {
        let mut upper: Vec<f64> = Vec::new();
        let mut highest: Vec<f64> = Vec::new();
        for pattern in patterns.iter_mut() {
            let found = quantity(&mut pattern.resources);
            if let Some(found) = found.filter(|found| found.runs_used >= ENOUGH_RUNS && found.p50 > 0.0) {
                upper.push((found.p75 / found.p50).ln());
                highest.push((found.p95 / found.p50).ln());
            }
        }
        if upper.len() < LEAST_LENDERS {
            continue;
        }
        let (upper, highest) = (median(upper), median(highest));
        for pattern in patterns.iter_mut() {
            if let Some(found) = quantity(&mut pattern.resources) {
                borrow(found, upper, highest);
            }
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    let half = values.len() / 2;
    *values.select_nth_unstable_by(half, f64::total_cmp).1
}

fn borrow(quantiles: &mut Quantiles, upper: f64, highest: f64) {
    let constant = quantiles.p95 <= quantiles.p50;
    let (runs, p50) = (quantiles.runs_used, quantiles.p50);
    if runs >= ENOUGH_RUNS || p50 <= 0.0 || (constant && runs >= 3) {
        return;
    }
    let weight = runs as f64 / (runs as f64 + HALF_WAY_RUNS);
    let mixed = |own: f64, lent: f64| p50 * (weight * (own / p50).ln() + (1.0 - weight) * lent).exp();
    // No spread of its own at all: three errors, so four runs, are the least that give one.
    let (own_upper, own_highest) =
        if constant { (p50 * upper.exp(), p50 * highest.exp()) } else { (quantiles.p75, quantiles.p95) };
    quantiles.p75 = mixed(own_upper, upper);
    quantiles.p95 = mixed(own_highest, highest).max(quantiles.p75);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantiles(p95: f64, runs_used: u64) -> Quantiles {
        Quantiles { p50: 100.0, p75: 100.0_f64.midpoint(p95).min(p95), p95, runs_used }
    }

    #[test]
    fn a_young_schedule_borrows_and_an_old_or_constant_one_does_not() {
        let lent = 1.5_f64.ln();
        let borrowed = |mut own: Quantiles| {
            borrow(&mut own, lent / 3.0, lent);
            own.p95
        };
        let half_way = borrowed(quantiles(200.0, 10));
        assert!((half_way - 300.0_f64.sqrt() * 10.0).abs() < 1e-9, "{half_way}");
        assert!((borrowed(quantiles(100.0, 1)) - 150.0).abs() < 1e-9);
        assert_eq!(borrowed(quantiles(200.0, 20)), 200.0);
        assert_eq!(borrowed(quantiles(100.0, 3)), 100.0);
    }
}
