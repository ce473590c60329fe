//! Activity without a schedule must not look like one.

#![allow(clippy::print_stderr, reason = "tests say what they skip, and figures are printed on request")]

use rayon::prelude::*;

use super::generator::{Chance, Unscheduled, days, history, mined, unscheduled};
use crate::domain::calendar::Zone;

/// Series with any pattern among `seeds` of each kind, with a line for each.
fn alarms(seeds: std::ops::Range<u64>) -> Vec<String> {
    let kinds = [Unscheduled::Poisson, Unscheduled::Diurnal, Unscheduled::OfficeHours, Unscheduled::Bursts];
    let cases: Vec<(Unscheduled, u64)> =
        kinds.into_iter().flat_map(|kind| seeds.clone().map(move |seed| (kind, seed))).collect();
    cases
        .into_par_iter()
        .filter_map(|(kind, seed)| {
            let mut chance = Chance::new(seed * 4 + kind as u64);
            let span = days(20 + chance.index(100) as i64);
            let count = 10.0 * 60.0_f64.powf(chance.unit());
            let starts = unscheduled(kind, count, span, &mut chance);
            let found = mined(&[history("null", starts.clone())], span, Zone::Europe__Berlin);
            found.first().map(|pattern| {
                format!(
                    "{kind:?} seed {seed} n {}: {:?} {:?} active {} {:?}",
                    starts.len(),
                    pattern.schedule,
                    pattern.pattern_type,
                    pattern.is_active,
                    pattern.evidence
                )
            })
        })
        .collect()
}

#[test]
fn activity_without_a_schedule_yields_no_pattern() {
    let found = alarms(0..80);
    for line in &found {
        eprintln!("{line}");
    }
    assert!(found.len() <= 3, "{} of 320 series", found.len());
}

#[test]
#[ignore = "the long form of the test above"]
fn two_thousand_series_without_a_schedule() {
    let found = alarms(1000..1500);
    for line in &found {
        eprintln!("{line}");
    }
    eprintln!("false alarms: {} of 2000 series", found.len());
    assert!(found.len() <= 10);
}
