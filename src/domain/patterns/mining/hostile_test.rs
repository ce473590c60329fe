//! Histories that nobody meant well: they are survived quickly.

#![allow(clippy::print_stderr, reason = "times are printed on request")]

use std::time::Instant;

use super::generator::{Chance, days, history, mined};
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::Zone;
use crate::domain::time::{DAY_MS, TimeSpan, Timestamp};

/// One instant again and again.
fn one_instant(count: usize) -> Vec<TaskHistory> {
    vec![history("stuck", vec![days(1).start.millis(); count])]
}

/// The years 1970 and 9999 together, some runs going on from one to the other, some ending before they start.
fn far_apart(count: usize) -> Vec<TaskHistory> {
    let mut chance = Chance::new(1);
    let starts = (0..count).map(|index| match index % 2 {
        0 => chance.index(1_000_000) as i64 * 1000,
        _ => Timestamp::MAX.millis() - chance.index(1_000_000) as i64 * 1000,
    });
    let mut found = history("time machine", starts.collect::<Vec<i64>>());
    for (index, run) in found.runs.iter_mut().enumerate() {
        run.ended_at = Some(if index % 3 == 0 { Timestamp::MAX } else { Timestamp::MIN });
        run.resources.cpu_cores = Some(if index % 5 == 0 { f64::NAN } else { f64::MAX });
    }
    vec![found]
}

/// A task type for each run.
fn many_types(count: usize) -> Vec<TaskHistory> {
    let mut chance = Chance::new(2);
    let mut at = || days(30).start.millis() + (chance.unit() * 30.0 * DAY_MS as f64) as i64;
    (0..count).map(|index| history(&format!("type {index}"), [at()])).collect()
}

/// One task type at random.
fn at_random(count: usize) -> Vec<TaskHistory> {
    let mut chance = Chance::new(3);
    let starts: Vec<i64> =
        (0..count).map(|_| days(30).start.millis() + (chance.unit() * 30.0 * DAY_MS as f64) as i64).collect();
    vec![history("busy", starts)]
}

/// Seconds that mining takes, and how many patterns it finds.
fn survived(histories: &[TaskHistory]) -> (f64, usize) {
    let always = TimeSpan { start: Timestamp::MIN, end: Timestamp::MAX };
    let started = Instant::now();
    let found = mined(histories, always, Zone::Europe__Berlin);
    (started.elapsed().as_secs_f64(), found.len())
}

#[test]
fn one_instant_repeated_is_no_schedule() {
    assert_eq!(survived(&one_instant(20_000)).1, 0);
}

#[test]
fn the_years_1970_and_9999_meet() {
    survived(&far_apart(400));
}

#[test]
fn a_task_type_for_each_run_is_no_schedule() {
    assert_eq!(survived(&many_types(5_000)).1, 0);
}

#[test]
fn many_runs_at_random_are_no_schedule() {
    assert_eq!(survived(&at_random(10_000)).1, 0);
}

#[test]
#[ignore = "prints the times of the full scale"]
fn times_of_hostile_histories() {
    let cases: [(&str, Vec<TaskHistory>); 5] = [
        ("one instant a million times", one_instant(1_000_000)),
        ("1970 and 9999, 200,000 runs", far_apart(200_000)),
        ("100,000 types with a run each", many_types(100_000)),
        ("a million types with a run each", many_types(1_000_000)),
        ("a type with a million runs at random", at_random(1_000_000)),
    ];
    for (name, histories) in cases {
        let (seconds, found) = survived(&histories);
        eprintln!("figure hostile: {name}: {seconds:.2} s, {found} patterns");
    }
}
