//! Schedules whose failed runs are tried again at once.

use super::generator::{Chance, MONDAY_MS, Unscheduled, days, history, mined, unscheduled};
use crate::domain::activity::{RunStatus, TaskHistory};
use crate::domain::calendar::Zone;
use crate::domain::patterns::{Pattern, PatternType};
use crate::domain::time::{DAY_MS, HOUR_MS};

/// Every six hours for `length` days; this share of runs fails, and is tried again after about a minute until
/// one works.
fn retried(seed: u64, length: i64, failing: f64) -> TaskHistory {
    let mut chance = Chance::new(seed);
    let (mut starts, mut statuses) = (Vec::new(), Vec::new());
    for slot in 0..length * 4 {
        let mut at = MONDAY_MS + slot * 6 * HOUR_MS + HOUR_MS / 2 + (chance.unit() * 20_000.0) as i64;
        loop {
            let fails = chance.happens(failing);
            starts.push(at);
            statuses.push(if fails { RunStatus::Failed } else { RunStatus::Completed });
            if !fails {
                break;
            }
            at += 40_000 + (chance.wait() * 20_000.0) as i64;
        }
    }
    let mut found = history("sync", starts);
    found.runs.iter_mut().zip(statuses).for_each(|(run, status)| run.status = Some(status));
    found
}

fn schedules(history: TaskHistory, length: i64) -> Vec<Pattern> {
    let found = mined(&[history], days(length), Zone::UTC);
    found.into_iter().filter(|pattern| pattern.pattern_type != PatternType::ResourceUsage).collect()
}

#[test]
fn a_run_that_is_tried_again_is_no_extra_run() {
    let task = retried(1, 30, 0.4);
    let recorded = task.runs.len() as u64;
    let found = schedules(task, 30);
    assert_eq!(found.len(), 1, "{found:?}");
    let evidence = &found[0].evidence;
    assert_eq!((evidence.hits, evidence.extra, evidence.runs), (120, 0, recorded));
    let burst = evidence.details.burst.expect("retries");
    assert_eq!((burst.bursts, burst.retries), (120, recorded - 120));
    assert!(burst.p50 <= 2.0 && burst.max >= 3);
}

#[test]
fn runs_that_worked_were_not_tried_again() {
    let mut task = retried(2, 30, 0.4);
    task.runs.iter_mut().for_each(|run| run.status = Some(RunStatus::Completed));
    assert!(schedules(task, 30).iter().all(|pattern| pattern.evidence.details.burst.is_none()));
}

#[test]
fn retries_of_which_nobody_knows_how_they_ended_are_found_by_their_gaps() {
    let mut task = retried(5, 60, 0.7);
    task.runs.iter_mut().for_each(|run| run.status = None);
    let found = schedules(task, 60);
    assert!(found.iter().all(|pattern| pattern.evidence.extra <= 3), "{found:?}");
    assert_eq!(found.iter().map(|pattern| pattern.evidence.hits).sum::<u64>(), 240);
}

#[test]
fn hours_of_work_are_a_schedule_and_no_burst() {
    let mut chance = Chance::new(3);
    let hourly = (0..28)
        .filter(|day| day % 7 < 5)
        .flat_map(|day| (9..17).map(move |hour| MONDAY_MS + day * DAY_MS + hour * HOUR_MS));
    let starts: Vec<i64> = hourly.map(|at| at + (chance.unit() * 20_000.0) as i64).collect();
    let found = schedules(history("poll", starts), 28);
    assert!(found.iter().all(|pattern| pattern.evidence.details.burst.is_none()), "{found:?}");
    assert_eq!(found.iter().map(|pattern| pattern.evidence.hits).sum::<u64>(), 160);
}

#[test]
fn bursts_without_a_schedule_stay_what_they_are() {
    let mut chance = Chance::new(4);
    let starts = unscheduled(Unscheduled::Bursts, 300.0, days(60), &mut chance);
    assert_eq!(schedules(history("shell", starts), 60), []);
}
