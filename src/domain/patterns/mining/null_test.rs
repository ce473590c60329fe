//! Activity without a schedule must not look like one.

#![allow(clippy::print_stderr, reason = "tests say what they skip, and figures are printed on request")]

use rayon::prelude::*;

use super::generator::{Chance, Unscheduled, days, history, mined, unscheduled};
use crate::domain::calendar::Zone;
use crate::domain::patterns::Tier;
use crate::domain::time::MINUTE_MS;

/// About as many starts as a beacon of ten minutes has in a day, noted to the minute.
fn minutes_of_a_day(kind: Unscheduled, chance: &mut Chance) -> Vec<i64> {
    unscheduled(kind, 144.0, days(1), chance)
        .into_iter()
        .map(|start| start.div_euclid(MINUTE_MS) * MINUTE_MS)
        .collect()
}

/// Tiers of series of a day among `seeds` with any pattern.
fn alarms_of_a_day(kind: Unscheduled, seeds: std::ops::Range<u64>) -> Vec<Tier> {
    seeds
        .into_par_iter()
        .filter_map(|seed| {
            let starts = minutes_of_a_day(kind, &mut Chance::new(seed));
            let found = mined(&[history("null", starts)], days(2), Zone::UTC);
            found.iter().map(|pattern| pattern.evidence.tier).min()
        })
        .collect()
}

/// Series with any pattern among `seeds` of each kind, with its tier and a line for each.
fn alarms(seeds: std::ops::Range<u64>) -> Vec<(Tier, String)> {
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
                let line = format!(
                    "{kind:?} seed {seed} n {}: {:?} {:?} active {} {:?}",
                    starts.len(),
                    pattern.schedule,
                    pattern.pattern_type,
                    pattern.is_active,
                    pattern.evidence
                );
                (pattern.evidence.tier, line)
            })
        })
        .collect()
}

/// How many of `found` are confirmed.
fn confirmed(found: &[(Tier, String)]) -> usize {
    for (_, line) in found {
        eprintln!("{line}");
    }
    found.iter().filter(|(tier, _)| *tier == Tier::Confirmed).count()
}

#[test]
fn activity_without_a_schedule_yields_no_pattern() {
    let found = alarms(0..80);
    let confirmed = confirmed(&found);
    assert!(confirmed <= 3, "{confirmed} of 320 series");
    assert!(found.len() <= 16, "{} of 320 series", found.len());
}

#[test]
#[ignore = "the long form of the test above"]
fn two_thousand_series_without_a_schedule() {
    let found = alarms(5000..5500);
    let confirmed = confirmed(&found);
    eprintln!("figure false alarms: {confirmed} confirmed, {} of any tier of 2000 series", found.len());
    assert!(confirmed <= 10 && found.len() <= 100);
}

#[test]
#[ignore = "prints how often a day without a schedule looks like a beacon"]
fn figures_of_days_without_a_schedule() {
    for kind in [Unscheduled::Poisson, Unscheduled::Diurnal, Unscheduled::OfficeHours, Unscheduled::Bursts] {
        let tiers = alarms_of_a_day(kind, 6000..7000);
        let confirmed = tiers.iter().filter(|tier| **tier == Tier::Confirmed).count();
        eprintln!("figure {kind:?} days: {confirmed} confirmed, {} of any tier of 1000", tiers.len());
    }
}
