//! Months with and without busy ends.

#![allow(clippy::print_stderr, reason = "figures are printed on request")]

use super::generator::{Chance, days, history, mined};
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::{Zone, local_time};
use crate::domain::patterns::{MonthEdge, Pattern, PatternType};
use crate::domain::time::{DAY_MS, HOUR_MS, Timestamp};
use chrono::Datelike;

/// Starts of a year, about `daily` by day and `busy` times as many on days that `is_busy` names; more each day by
/// the `growth` of a year.
fn year(seed: u64, daily: f64, busy: f64, growth: f64, is_busy: fn(u32, u32) -> bool) -> TaskHistory {
    let mut chance = Chance::new(seed);
    let mut starts = Vec::new();
    for day in 0..365 {
        let midnight = days(365).start.millis() + day * DAY_MS;
        let date = local_time(Zone::UTC, Timestamp::clamped(midnight)).date();
        let left = u32::from(date.num_days_in_month()) - date.day();
        let mut mean = daily * (1.0 + growth * day as f64 / 365.0);
        if is_busy(date.day(), left) {
            mean *= busy;
        }
        let mut at = chance.wait() / mean;
        while at < 1.0 {
            starts.push(midnight + (at * 24.0 * HOUR_MS as f64) as i64);
            at += chance.wait() / mean;
        }
    }
    history("invoices", starts)
}

fn seasons(histories: &[TaskHistory]) -> Vec<Pattern> {
    mined(histories, days(365), Zone::UTC)
        .into_iter()
        .filter(|pattern| pattern.pattern_type == PatternType::Seasonal)
        .collect()
}

#[test]
fn busy_last_days_of_months_are_found() {
    let found = seasons(&[year(1, 6.0, 4.0, 0.0, |_, left| left < 3)]);
    assert_eq!(found.len(), 1, "{found:?}");
    let season = found[0].evidence.details.season.expect("details");
    assert_eq!((season.edge, season.days), (MonthEdge::End, 3));
    assert!((2.5..6.0).contains(&(season.busy_daily_mean / season.other_daily_mean)));
    assert!(found[0].is_active && found[0].evidence.expected >= 10);
}

#[test]
fn a_busy_first_day_of_months_is_found() {
    let found = seasons(&[year(2, 6.0, 4.0, 0.0, |day, _| day == 1)]);
    let season = found[0].evidence.details.season.expect("details");
    assert_eq!((season.edge, season.days), (MonthEdge::Start, 1));
}

#[test]
fn even_and_growing_activity_have_no_season() {
    assert_eq!(seasons(&[year(3, 6.0, 1.0, 0.0, |_, _| false)]), []);
    assert_eq!(seasons(&[year(4, 20.0, 1.0, 20.0, |_, _| false)]), []);
}

#[test]
#[ignore = "prints the figures for seasons"]
fn figures_of_seasons() {
    use rayon::prelude::*;
    let right = (100..200_u64).into_par_iter().filter(|seed| {
        let found = seasons(&[year(*seed, 5.0, 2.5, 0.5, |_, left| left < 2)]);
        found.iter().any(|pattern| {
            pattern.evidence.details.season.is_some_and(|season| season.edge == MonthEdge::End)
        })
    });
    eprintln!("figure seasons: {} of 100 busy month ends found", right.count());
    let alarms = (1000..1500_u64)
        .into_par_iter()
        .filter(|seed| !seasons(&[year(*seed, 5.0, 1.0, (*seed % 3) as f64, |_, _| false)]).is_empty());
    eprintln!("figure seasons: {} of 500 years without have one", alarms.count());
}
