//! Fixed periods: beacons kept by a clock, in the manner of the ACSAC 2023 sweep, and loops that sleep after they end.

use tidetable::domain::calendar::Zone;

use crate::case::{Case, Truth, days};
use crate::chance::Chance;

const MINUTE_MS: f64 = 60_000.0;

/// Ten minutes for a day, noted to the minute: starts jitter by a share of the period, are left out, or others come in.
pub fn beacons(seeds: std::ops::Range<u64>) -> Vec<Case> {
    let period = 10.0 * MINUTE_MS;
    let mut cells: Vec<(String, f64, f64, f64)> = Vec::new();
    cells.extend(
        [14, 20, 24, 26, 30]
            .map(|share| (format!("beacon/jitter {share} %"), f64::from(share) / 100.0, 0.0, 0.0)),
    );
    cells.extend(
        [50, 85, 90, 95]
            .map(|share| (format!("beacon/omission {share} %"), 0.0, f64::from(share) / 100.0, 0.0)),
    );
    cells.extend(
        [20, 50].map(|share| (format!("beacon/insertion {share} %"), 0.0, 0.0, f64::from(share) / 100.0)),
    );
    let mut cases = Vec::new();
    for (row, jitter, omitted, inserted) in cells {
        for seed in seeds.clone() {
            let mut chance = Chance::new(&row, seed);
            let span = days(1);
            let phase = chance.between(0.0, period);
            let mut starts = Vec::new();
            for slot in 0..144 {
                if !chance.happens(omitted) {
                    starts.push(phase + f64::from(slot) * period + chance.normal() * jitter * period);
                }
                if chance.happens(inserted) {
                    starts.push(chance.unit() * span.length_ms() as f64);
                }
            }
            let length = span.length_ms() as f64;
            let starts = starts.into_iter().filter(|at| (0.0..length).contains(at));
            let starts = starts.map(|at| span.start.millis() + (at / MINUTE_MS) as i64 * 60_000).collect();
            cases.push(Case::of_task(
                &row,
                seed,
                Zone::UTC,
                span,
                starts,
                Truth::Period { ms: period, within: 0.02 },
            ));
        }
    }
    cases
}

/// A hundred rounds of a loop that waits after each end: every wait is off by a share of it, 30 % are not recorded.
pub fn loops(seeds: std::ops::Range<u64>) -> Vec<Case> {
    let mut cases = Vec::new();
    for share in [2, 5, 10, 20] {
        let row = format!("loop/spread {share} %");
        for seed in seeds.clone() {
            let mut chance = Chance::new(&row, seed);
            // No human period: 7 to 190 minutes.
            let period = chance.between(7.0, 190.0) * MINUTE_MS;
            let mut at = 0.0;
            let mut starts = Vec::new();
            while starts.len() < 100 {
                at += period * (1.0 + chance.normal() * f64::from(share) / 100.0).max(0.05);
                if !chance.happens(0.3) {
                    starts.push(at);
                }
            }
            let mut span = days(1);
            span.end = span.start.plus_ms(at as i64 + 1);
            let starts = starts.into_iter().map(|at| span.start.millis() + at as i64).collect();
            cases.push(Case::of_task(
                &row,
                seed,
                Zone::UTC,
                span,
                starts,
                Truth::Period { ms: period, within: 0.03 },
            ));
        }
    }
    cases
}
