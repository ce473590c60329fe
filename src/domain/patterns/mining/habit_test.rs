//! Habits within office hours: found where they are, and office hours themselves are none.

#![allow(clippy::print_stderr, reason = "figures are printed on request")]

use rayon::prelude::*;

use super::generator::{Chance, MONDAY_MS, days, history, mined};
use crate::domain::activity::{TaskHistory, UserId};
use crate::domain::calendar::{DayFilter, Schedule, WeekdaySet, Zone};
use crate::domain::patterns::{Pattern, PatternType};
use crate::domain::time::{DAY_MS, MINUTE_MS};

/// Runs of one user.
fn of_user(name: &str, starts_ms: Vec<i64>, user: i64) -> TaskHistory {
    let mut found = history(name, starts_ms);
    found.runs.iter_mut().for_each(|run| run.user = Some(UserId(user)));
    found
}

/// Starts on work days of `length` days: on each, `per_day` on average at minutes that `minute` draws.
fn on_workdays(
    length: i64,
    per_day: f64,
    chance: &mut Chance,
    minute: impl Fn(&mut Chance) -> f64,
) -> Vec<i64> {
    let mut starts = Vec::new();
    for day in (0..length).filter(|day| day % 7 < 5) {
        let mut left = per_day;
        while left > 0.0 {
            if chance.happens(left.min(1.0)) {
                starts.push(MONDAY_MS + day * DAY_MS + (minute(chance) * MINUTE_MS as f64) as i64);
            }
            left -= 1.0;
        }
    }
    starts
}

/// Nine to five, with a rest at noon that every second user takes.
fn office_minute(rest: bool) -> impl Fn(&mut Chance) -> f64 {
    move |chance| loop {
        let minute = chance.between(540.0, 1020.0);
        if !rest || !(720.0..780.0).contains(&minute) || chance.happens(0.3) {
            return minute;
        }
    }
}

/// Five kinds of work of an office user; `habit` more where asked for.
fn user(seed: u64, habit: bool) -> Vec<TaskHistory> {
    let mut chance = Chance::new(seed);
    let mut histories: Vec<TaskHistory> = (0..5)
        .map(|index| {
            let per_day = chance.between(0.5, 3.0);
            let starts = on_workdays(30, per_day, &mut chance, office_minute(seed.is_multiple_of(2)));
            of_user(&format!("work {index}"), starts, 1)
        })
        .collect();
    if habit {
        let starts = on_workdays(30, 0.8, &mut chance, |chance| 550.0 + 20.0 * chance.normal());
        histories.push(of_user("review", starts, 1));
    }
    histories
}

fn habits(histories: &[TaskHistory]) -> Vec<Pattern> {
    mined(histories, days(30), Zone::UTC)
        .into_iter()
        .filter(|pattern| pattern.pattern_type == PatternType::UserBehavior)
        .collect()
}

/// Users with the habit found, and with any other found.
fn scored(seeds: std::ops::Range<u64>, habit: bool) -> (usize, usize) {
    let found: Vec<(bool, bool)> = seeds
        .into_par_iter()
        .map(|seed| {
            let found = habits(&user(seed, habit));
            let is_right = |pattern: &Pattern| pattern.task_types == ["review"];
            for wrong in found.iter().filter(|pattern| !is_right(pattern)) {
                eprintln!("seed {seed}: {:?} {:?}", wrong.schedule, wrong.evidence);
            }
            (found.iter().any(is_right), !found.iter().all(is_right))
        })
        .collect();
    let count = |which: fn(&(bool, bool)) -> bool| found.iter().filter(|one| which(one)).count();
    (count(|one| one.0), count(|one| one.1))
}

#[test]
fn a_habit_of_an_office_user_is_found_with_its_window() {
    let found = habits(&user(3, true));
    assert_eq!(found.len(), 1, "{found:?}");
    let Schedule::Window { days, start_minute, end_minute } = found[0].schedule else { panic!("no window") };
    assert_eq!(days, DayFilter::Weekdays { days: WeekdaySet::WORKDAYS });
    assert!((500..=535).contains(&start_minute) && (570..=605).contains(&end_minute), "{found:?}");
    let evidence = &found[0].evidence;
    assert_eq!(evidence.hits + evidence.misses, evidence.expected);
    assert!((0.5..0.95).contains(&found[0].confidence), "a fifth of the days is missed");
    let habit = evidence.details.habit.as_ref().expect("details");
    assert!(!habit.is_pooled && habit.user == "1");
}

#[test]
fn most_habits_are_found_and_office_hours_are_none() {
    let (right, wrong) = scored(0..10, true);
    assert!(right >= 9 && wrong == 0, "{right} right, {wrong} wrong");
    assert_eq!(scored(100..106, false), (0, 0));
}

#[test]
#[ignore = "prints the figures for habits"]
fn figures_of_habits() {
    eprintln!("figure habits: (right, wrong) of 300 users {:?}", scored(5000..5300, true));
    eprintln!("figure habits: (right, wrong) of 1000 users without {:?}", scored(7000..8000, false));
}

#[test]
fn a_habit_that_was_given_up_is_not_active() {
    let mut histories = user(4, true);
    let ends = MONDAY_MS + 21 * DAY_MS;
    if let Some(review) = histories.last_mut() {
        review.runs.retain(|run| run.started_at.millis() < ends);
    }
    let found = habits(&histories);
    assert!(found.iter().all(|pattern| !pattern.is_active), "{found:?}");
}

#[test]
fn with_nothing_to_compare_with_there_is_no_habit() {
    let mut histories = user(5, true);
    histories.retain(|history| history.name == "review");
    assert_eq!(habits(&histories), []);
}
