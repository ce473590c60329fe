//! Beacons: one period over a day, kept loosely or seldom, noted to the minute.

#![allow(clippy::print_stderr, reason = "figures are printed on request")]

use rayon::prelude::*;

use super::generator::{Chance, MONDAY_MS, days, history, mined};
use crate::domain::calendar::{Schedule, Zone};
use crate::domain::patterns::{Pattern, Tier};
use crate::domain::time::{DAY_MS, MINUTE_MS};

/// Starts every `period_ms` over a day, each late or early by `jitter` periods (one standard deviation), with a share
/// of them missing.
fn beacon(period_ms: i64, jitter: f64, omission: f64, chance: &mut Chance) -> Vec<i64> {
    let offset = chance.between(0.0, period_ms as f64) as i64;
    (0..DAY_MS / period_ms)
        .filter_map(|index| {
            let missing = chance.happens(omission);
            let late = chance.normal() * jitter * period_ms as f64;
            let at = MONDAY_MS + offset + index * period_ms + late as i64;
            (!missing).then_some(at.div_euclid(MINUTE_MS) * MINUTE_MS)
        })
        .collect()
}

/// Whether a pattern says that it fires every `period_ms`, to 2 %.
fn states(pattern: &Pattern, period_ms: i64) -> bool {
    match &pattern.schedule {
        Schedule::Period { period_ms: found, .. } => (*found as f64 / period_ms as f64 - 1.0).abs() < 0.02,
        Schedule::Calendar(calendar) => calendar.minutes_of_day.len() as i64 * period_ms == DAY_MS,
        _ => false,
    }
}

/// Shares of beacons whose period is found: by a confirmed pattern, and by any.
fn found(period_ms: i64, jitter: f64, omission: f64, seeds: std::ops::Range<u64>) -> (f64, f64) {
    let total = (seeds.end - seeds.start) as f64;
    let tiers: Vec<Option<Tier>> = seeds
        .into_par_iter()
        .map(|seed| {
            let mut chance = Chance::new(seed);
            let starts = beacon(period_ms, jitter, omission, &mut chance);
            let patterns = mined(&[history("beacon", starts)], days(2), Zone::UTC);
            patterns.iter().find(|pattern| states(pattern, period_ms)).map(|pattern| pattern.evidence.tier)
        })
        .collect();
    let count = |wanted: &dyn Fn(Tier) -> bool| {
        tiers.iter().flatten().filter(|tier| wanted(**tier)).count() as f64 / total
    };
    (count(&|tier| tier == Tier::Confirmed), count(&|_| true))
}

#[test]
fn a_beacon_with_a_fifth_of_its_period_of_jitter_is_found() {
    assert_eq!(found(10 * MINUTE_MS, 0.2, 0.0, 0..6).1, 1.0);
    assert!(found(14 * MINUTE_MS, 0.2, 0.0, 0..6).1 >= 0.5);
}

#[test]
fn a_beacon_that_nine_runs_in_ten_are_missing_from_is_found() {
    assert!(found(10 * MINUTE_MS, 0.0, 0.9, 0..8).1 >= 0.85);
}

#[test]
fn a_beacon_at_the_limit_is_tentative_rather_than_confirmed() {
    let (confirmed, any) = found(10 * MINUTE_MS, 0.26, 0.0, 0..24);
    assert!(any >= 0.5 && confirmed + 0.1 < any, "{confirmed} {any}");
}

#[test]
#[ignore = "prints the figures for jitter and omission"]
fn figures_of_jitter_and_omission() {
    for minutes in [10, 7, 25] {
        for jitter in [0.05, 0.14, 0.2, 0.24, 0.26, 0.3] {
            let (confirmed, any) = found(minutes * MINUTE_MS, jitter, 0.0, 5000..5400);
            eprintln!("figure every {minutes} min, jitter {jitter}: confirmed {confirmed:.3}, any {any:.3}");
        }
        for omission in [0.3, 0.5, 0.75, 0.85, 0.9, 0.95] {
            let (confirmed, any) = found(minutes * MINUTE_MS, 0.0, omission, 5000..5400);
            eprintln!(
                "figure every {minutes} min, omission {omission}: confirmed {confirmed:.3}, any {any:.3}"
            );
        }
    }
}
