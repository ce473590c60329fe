//! Loads with and without busy hours.

#![allow(clippy::print_stderr, reason = "figures are printed on request")]

use super::generator::{Chance, MONDAY_MS, Unscheduled, days, history, mined, unscheduled};
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::{DayFilter, Schedule, WeekdaySet, Zone};
use crate::domain::patterns::{Pattern, PatternType};
use crate::domain::time::{DAY_MS, HOUR_MS};

/// Runs of two task types in turn, as the load of one alone is not looked at.
fn shared(starts_ms: Vec<i64>, chance: &mut Chance) -> [TaskHistory; 2] {
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for (index, start) in starts_ms.into_iter().enumerate() {
        if index.is_multiple_of(2) {
            one.push(start)
        } else {
            other.push(start)
        };
    }
    [lasting("one", one, chance), lasting("other", other, chance)]
}

/// Runs of half an hour to three hours on two to six cores.
fn lasting(name: &str, starts_ms: Vec<i64>, chance: &mut Chance) -> TaskHistory {
    let mut found = history(name, starts_ms);
    for run in &mut found.runs {
        run.ended_at = Some(run.started_at.plus_ms(chance.between(0.5, 3.0) as i64 * HOUR_MS + 1_800_000));
        run.resources.cpu_cores = Some(chance.between(2.0, 6.0).round());
    }
    found
}

fn loads(histories: &[TaskHistory], length: i64) -> Vec<Pattern> {
    mined(histories, days(length), Zone::UTC)
        .into_iter()
        .filter(|pattern| pattern.pattern_type == PatternType::ResourceUsage)
        .collect()
}

/// Background at all hours, and work on work days from 13 to 17.
fn afternoons(seed: u64, length: i64) -> Vec<TaskHistory> {
    let mut chance = Chance::new(seed);
    let background = unscheduled(Unscheduled::Poisson, 4.0 * length as f64, days(length), &mut chance);
    let mut busy = Vec::new();
    for day in (0..length).filter(|day| day % 7 < 5) {
        for _ in 0..5 {
            let late = chance.between(12.5, 15.5) * HOUR_MS as f64;
            busy.push(MONDAY_MS + day * DAY_MS + late as i64);
        }
    }
    vec![lasting("background", background, &mut chance), lasting("train", busy, &mut chance)]
}

#[test]
fn busy_afternoons_are_found_with_their_profile() {
    let found = loads(&afternoons(1, 42), 42);
    let cores = found
        .iter()
        .find(|pattern| {
            pattern.evidence.details.load.as_ref().is_some_and(|load| load.resource == "cpu_cores")
        })
        .expect("a pattern of CPU cores");
    let Schedule::Window { days, start_minute, end_minute } = cores.schedule else { panic!("no window") };
    assert_eq!(days, DayFilter::Weekdays { days: WeekdaySet::WORKDAYS });
    assert!((12 * 60..=14 * 60).contains(&start_minute) && (15 * 60..=18 * 60).contains(&end_minute));
    let load = cores.evidence.details.load.as_ref().expect("details");
    assert!(load.inside_mean > 2.0 * load.outside_mean && load.peak >= load.inside.p95);
    assert_eq!((load.hourly_means.len(), load.known_runs), (168, load.runs));
    assert_eq!(cores.task_types.len(), 2, "both take part");
    assert!(
        !found.iter().any(|pattern| pattern
            .evidence
            .details
            .load
            .as_ref()
            .is_some_and(|load| { load.resource == "gpu_count" })),
        "what no run tells is not 0"
    );
}

#[test]
fn an_even_load_has_no_busy_hours() {
    let alarms = |seed: u64| {
        let mut chance = Chance::new(seed);
        let starts = unscheduled(Unscheduled::Poisson, 200.0, days(30), &mut chance);
        loads(&shared(starts, &mut chance), 30).len()
    };
    assert_eq!((0..8).map(alarms).sum::<usize>(), 0);
}

#[test]
#[ignore = "prints the figures for loads"]
fn figures_of_loads() {
    use rayon::prelude::*;
    let found = (1000..1200_u64).into_par_iter().filter(|seed| !loads(&afternoons(*seed, 28), 28).is_empty());
    eprintln!("figure loads: {} of 200 busy afternoons found in 28 days", found.count());
    let kinds = [Unscheduled::Poisson, Unscheduled::Bursts];
    let alarms = (2000..3000_u64).into_par_iter().filter(|seed| {
        let mut chance = Chance::new(*seed);
        let length = 20 + chance.index(60) as i64;
        let count = length as f64 * chance.between(1.0, 30.0);
        let starts = unscheduled(kinds[*seed as usize % 2], count, days(length), &mut chance);
        !loads(&shared(starts, &mut chance), length).is_empty()
    });
    eprintln!("figure loads: {} of 1000 stores without busy hours have some", alarms.count());
}

#[test]
fn thirteen_days_are_too_few() {
    assert_eq!(loads(&afternoons(2, 13), 13), []);
}
