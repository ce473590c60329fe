//! Periods that no cron line states, and loops that drift.

#![allow(clippy::print_stderr, reason = "tests say what they skip, and figures are printed on request")]

use rayon::prelude::*;

use super::generator::{Chance, MONDAY_MS, days, history, mined};
use crate::domain::calendar::{DayFilter, Schedule, Zone};
use crate::domain::patterns::{Pattern, PatternType};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};

fn periods(patterns: &[Pattern]) -> Vec<i64> {
    patterns
        .iter()
        .filter_map(|pattern| match pattern.schedule {
            Schedule::Period { period_ms, .. } => Some(period_ms),
            _ => None,
        })
        .collect()
}

#[test]
fn periods_that_do_not_divide_a_day_are_periods() {
    for (seed, period_ms) in
        [7 * MINUTE_MS, 25 * MINUTE_MS, 50 * MINUTE_MS, 90 * MINUTE_MS, 7 * HOUR_MS, 36 * HOUR_MS]
            .into_iter()
            .enumerate()
    {
        let mut chance = Chance::new(seed as u64);
        let span = days((period_ms * 60 / (24 * HOUR_MS)).max(7));
        let count = span.length_ms() / period_ms;
        let starts: Vec<i64> = (0..count)
            .filter(|_| !chance.happens(0.1))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|index| MONDAY_MS + 400_000 + index * period_ms + (chance.unit() * 20_000.0) as i64)
            .collect();
        let found = mined(&[history("task", starts)], span, Zone::Europe__Berlin);
        let lengths = periods(&found);
        assert_eq!(found.len(), 1, "{period_ms} {:?}", found.iter().map(|p| &p.schedule).collect::<Vec<_>>());
        assert!((lengths[0] - period_ms).abs() * 10_000 <= period_ms, "{period_ms} {lengths:?}");
        assert!(found[0].is_active);
        assert_eq!(found[0].pattern_type, PatternType::Interval);
    }
}

/// The distance of the runs that a pattern states, in ms: of a period, or of evenly spaced times of every day.
fn distance(pattern: &Pattern) -> Option<f64> {
    match &pattern.schedule {
        Schedule::Period { period_ms, .. } => Some(*period_ms as f64),
        Schedule::Calendar(calendar) if calendar.days == DayFilter::Daily => {
            Some(DAY_MS as f64 / calendar.minutes_of_day.len() as f64)
        }
        _ => None,
    }
}

/// Share of loops of `count` runs whose period is found within 3 %.
fn loops_found(count: usize, sigma: f64, seeds: std::ops::Range<u64>) -> f64 {
    let total = seeds.end - seeds.start;
    let good = seeds
        .into_par_iter()
        .filter(|seed| {
            let mut chance = Chance::new(*seed);
            let period_ms = chance.between(3.0, 200.0) * MINUTE_MS as f64;
            let mut at = MONDAY_MS as f64;
            let mut starts = Vec::new();
            while starts.len() < count {
                at += period_ms * (1.0 + sigma * chance.normal()).max(0.1);
                if !chance.happens(0.3) {
                    starts.push(at as i64);
                }
            }
            let span = crate::domain::time::TimeSpan::new(
                crate::domain::time::Timestamp::clamped(MONDAY_MS),
                crate::domain::time::Timestamp::clamped(at as i64 + 1000),
            );
            let found = mined(&[history("loop", starts)], span, Zone::Europe__Berlin);
            let right =
                found.iter().filter_map(distance).any(|length| (length / period_ms - 1.0).abs() < 0.03);
            if !right {
                eprintln!(
                    "seed {seed} period {period_ms}: {:?}",
                    found.iter().map(|p| &p.schedule).collect::<Vec<_>>()
                );
            }
            right
        })
        .count();
    good as f64 / total as f64
}

#[test]
fn loops_that_sleep_after_finishing_are_found_though_their_phase_drifts() {
    assert!(loops_found(150, 0.1, 0..6) >= 0.9);
}

#[test]
fn a_loop_that_slows_down_is_one_pattern_with_its_pace_of_today() {
    let mut chance = Chance::new(21);
    let mut at = MONDAY_MS as f64;
    let starts: Vec<i64> = (0..900)
        .map(|index| {
            at += (30.0 + f64::from(index) / 225.0) * MINUTE_MS as f64 * (1.0 + 0.08 * chance.normal());
            at as i64
        })
        .collect();
    let found = mined(&[history("loop", starts)], days(21), Zone::Europe__Berlin);
    let lengths = periods(&found);
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(|p| &p.schedule).collect::<Vec<_>>());
    let today_ms = 33.5 * MINUTE_MS as f64;
    assert!((lengths[0] as f64 / today_ms - 1.0).abs() < 0.03, "{lengths:?}");
}

#[test]
fn a_loose_loop_says_how_well_its_period_is_known() {
    // Two standard errors hold the truth in nineteen of twenty cases.
    let cases = 40;
    let held = (0..cases)
        .filter(|seed| {
            let mut chance = Chance::new(*seed);
            let period = chance.between(7.0, 190.0) * MINUTE_MS as f64;
            let mut at = MONDAY_MS as f64;
            let mut starts = Vec::new();
            while starts.len() < 100 {
                at += period * (1.0 + 0.2 * chance.normal()).max(0.05);
                if !chance.happens(0.3) {
                    starts.push(at as i64);
                }
            }
            let span = (at as i64 - MONDAY_MS) / DAY_MS + 1;
            let found = mined(&[history("loop", starts)], days(span), Zone::UTC);
            found.iter().any(|pattern| {
                let error = pattern.evidence.details.period_error_seconds.unwrap_or(0.0) * 1000.0;
                periods(std::slice::from_ref(pattern))
                    .iter()
                    .any(|length| (*length as f64 - period).abs() <= 2.0 * error && error < 0.05 * period)
            })
        })
        .count();
    assert!(held >= cases as usize * 8 / 10, "{held} of {cases}");
}

#[test]
fn a_person_who_comes_at_about_the_same_time_every_day_is_no_loop() {
    for seed in 0..20 {
        let mut chance = Chance::new(seed);
        let starts: Vec<i64> = (0..60)
            .filter(|day| day % 7 < 5)
            .filter(|_| chance.happens(0.85))
            .collect::<Vec<i64>>()
            .into_iter()
            .map(|day| MONDAY_MS + day * DAY_MS + 9 * HOUR_MS + (25.0 * 60_000.0 * chance.normal()) as i64)
            .collect();
        let found = mined(&[history("login", starts)], days(60), Zone::UTC);
        assert!(periods(&found).is_empty(), "seed {seed}: {found:?}");
    }
}

#[test]
#[ignore = "prints the figures for drifting loops"]
fn figures_of_drifting_loops() {
    for count in [100, 200, 400] {
        for sigma in [0.02, 0.05, 0.1, 0.2] {
            let found = loops_found(count, sigma, 5000..5400);
            eprintln!("figure {count} runs of loops, sigma {sigma}: {found:.3}");
        }
    }
}
