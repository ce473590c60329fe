//! Task types that follow others, amid types that do not.

#![allow(clippy::print_stderr, reason = "tests say what they skip, and figures are printed on request")]

use rayon::prelude::*;

use super::generator::{Chance, MONDAY_MS, Unscheduled, days, history, mined, unscheduled};
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::{Schedule, Zone};
use crate::domain::patterns::{Pattern, PatternType};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};

fn followers(patterns: &[Pattern]) -> Vec<(&str, &str)> {
    patterns
        .iter()
        .filter(|pattern| pattern.pattern_type == PatternType::TaskCorrelation)
        .map(|pattern| (pattern.task_types[0].as_str(), pattern.task_types[1].as_str()))
        .collect()
}

/// Runs of about ten minutes that begin at `starts_ms`.
fn lasting(name: &str, starts_ms: &[i64], chance: &mut Chance) -> (TaskHistory, Vec<i64>) {
    let mut task = history(name, starts_ms.iter().copied());
    let mut ends = Vec::new();
    for run in &mut task.runs {
        let end = run.started_at.plus_ms(chance.between(300_000.0, 900_000.0) as i64);
        run.ended_at = Some(end);
        ends.push(end.millis());
    }
    (task, ends)
}

/// a -> b -> c with jitter of a fifth of the lag and 30 % missing, amid `distractors` of all kinds.
fn store(seed: u64, distractors: usize) -> Vec<TaskHistory> {
    let mut chance = Chance::new(seed);
    let span = days(45);
    let follow = |name: &str, ends: &[i64], chance: &mut Chance| {
        let lag = chance.between(2.0, 40.0) * MINUTE_MS as f64;
        let starts: Vec<i64> = ends
            .iter()
            .filter_map(|end| {
                let late = lag * (1.0 + 0.2 * chance.normal()).max(0.05);
                (!chance.happens(0.3)).then_some(end + late as i64)
            })
            .collect();
        lasting(name, &starts, chance)
    };
    let (first, ends) =
        lasting("a", &unscheduled(Unscheduled::Diurnal, 90.0, span, &mut chance), &mut chance);
    let (second, ends) = follow("b", &ends, &mut chance);
    let (third, _) = follow("c", &ends, &mut chance);
    let mut store = vec![first, second, third];
    for index in 0..distractors {
        let kinds =
            [Unscheduled::Poisson, Unscheduled::Diurnal, Unscheduled::OfficeHours, Unscheduled::Bursts];
        let count = chance.between(30.0, 200.0);
        let starts: Vec<i64> = if index % 3 == 0 {
            let time = (chance.unit() * DAY_MS as f64) as i64 / MINUTE_MS * MINUTE_MS;
            (0..45)
                .map(|day| MONDAY_MS + day * DAY_MS + time + chance.between(0.0, 60_000.0) as i64)
                .collect()
        } else {
            unscheduled(kinds[index % 4], count, span, &mut chance)
        };
        store.push(lasting(&format!("other {index:02}"), &starts, &mut chance).0);
    }
    store
}

/// True pairs found, pairs claimed, true pairs.
fn scored(seeds: std::ops::Range<u64>) -> (usize, usize, usize) {
    let results: Vec<(usize, usize)> = seeds
        .into_par_iter()
        .map(|seed| {
            let found = mined(&store(seed, 20), days(45), Zone::Europe__Berlin);
            let pairs = followers(&found);
            let right = pairs.iter().filter(|pair| [("a", "b"), ("b", "c")].contains(pair)).count();
            if right != 2 || pairs.len() != 2 {
                eprintln!("seed {seed}: {pairs:?}");
            }
            (right, pairs.len())
        })
        .collect();
    let sum = results.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    (sum.0, sum.1, 2 * results.len())
}

#[test]
fn a_chain_is_found_amid_others_without_its_shortcut() {
    let (right, claimed, all) = scored(0..2);
    assert_eq!((right, claimed), (all, all));
}

#[test]
#[ignore = "prints the figures for chains"]
fn figures_of_chains() {
    let (right, claimed, all) = scored(100..130);
    eprintln!("figure chains: {right} right of {claimed} claimed, {all} true");
}

#[test]
fn two_schedules_that_keep_a_distance_do_not_follow_each_other() {
    let mut chance = Chance::new(7);
    let at = |minute: i64, chance: &mut Chance| -> Vec<i64> {
        (0..60)
            .map(|day| MONDAY_MS + day * DAY_MS + minute * MINUTE_MS + chance.between(0.0, 90_000.0) as i64)
            .collect()
    };
    let early = history("early", at(120, &mut chance));
    let late = history("late", at(150, &mut chance));
    let found = mined(&[early, late], days(60), Zone::Europe__Berlin);
    assert_eq!(followers(&found), []);
    assert_eq!(found.len(), 2);
}

#[test]
fn a_follower_of_a_schedule_that_is_often_late_is_recognised() {
    let mut chance = Chance::new(8);
    let starts: Vec<i64> = (0..60)
        .filter(|_| !chance.happens(0.2))
        .collect::<Vec<i64>>()
        .into_iter()
        .map(|day| MONDAY_MS + day * DAY_MS + 2 * HOUR_MS + (chance.wait() * 900_000.0) as i64)
        .collect();
    let (first, ends) = lasting("dump", &starts, &mut chance);
    let second = history("upload", ends.iter().map(|end| end + 30_000 + (chance.unit() * 5_000.0) as i64));
    let found = mined(&[first, second], days(60), Zone::Europe__Berlin);
    assert_eq!(followers(&found), [("dump", "upload")]);
    let pattern = found.iter().find(|pattern| pattern.task_types.len() == 2).expect("a chain");
    let Schedule::Follows { lag_ms, from_end, .. } = &pattern.schedule else { panic!("no chain") };
    assert!(*from_end && (30_000..36_000).contains(lag_ms));
    assert!(pattern.evidence.last_seen > Timestamp::clamped(MONDAY_MS + 50 * DAY_MS));
}

#[test]
fn a_successor_that_mostly_runs_by_itself_follows_nothing() {
    // The lag is a mere habit of some of many runs, and wide enough to be hit by accident now and then.
    let mut chance = Chance::new(9);
    let span = days(45);
    let (first, ends) =
        lasting("a", &unscheduled(Unscheduled::Diurnal, 300.0, span, &mut chance), &mut chance);
    let mut starts: Vec<i64> = ends.iter().map(|end| end + (chance.unit() * 1_200_000.0) as i64).collect();
    starts.extend(unscheduled(Unscheduled::Diurnal, 2_000.0, span, &mut chance));
    let (second, _) = lasting("b", &starts, &mut chance);
    assert_eq!(followers(&mined(&[first, second], span, Zone::UTC)), []);
}

#[test]
fn two_that_take_turns_follow_each_other_in_one_direction_at_most() {
    let mut chance = Chance::new(10);
    let (mut a_starts, mut b_starts) = (Vec::new(), Vec::new());
    for burst in unscheduled(Unscheduled::Poisson, 25.0, days(45), &mut chance) {
        let mut at = burst;
        for turn in 0..12 {
            if turn % 2 == 0 {
                a_starts.push(at)
            } else {
                b_starts.push(at)
            };
            at += 60_000 + (chance.normal() * 3_000.0) as i64;
        }
    }
    let found = mined(&[history("a", a_starts), history("b", b_starts)], days(45), Zone::UTC);
    assert!(followers(&found).len() <= 1, "{:?}", followers(&found));
}

#[test]
fn a_chain_is_inactive_once_both_have_fallen_silent() {
    let mut chance = Chance::new(11);
    let starts: Vec<i64> =
        (0..30).map(|day| MONDAY_MS + day * DAY_MS + (chance.unit() * 8.0 * HOUR_MS as f64) as i64).collect();
    let (first, ends) = lasting("dump", &starts, &mut chance);
    let second = history("upload", ends.iter().map(|end| end + 30_000));
    for (length, active) in [(32, true), (90, false)] {
        let found = mined(&[first.clone(), second.clone()], days(length), Zone::UTC);
        assert_eq!(followers(&found), [("dump", "upload")]);
        let chain = found.iter().find(|pattern| pattern.task_types.len() == 2).expect("a chain");
        assert_eq!(chain.is_active, active, "after {length} days");
    }
}
