//! What recurs beyond schedules: users' habits, resources' busy hours, busy ends of months. Each is tested on its
//! own terms; over all of them together at most one in a hundred is false.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::co_occurrence::References;
use super::evidence::e_bh_threshold;
use super::explained_runs::explained_runs;
use super::habits::{HabitCandidate, habit_candidates};
use super::history::Starts;
use super::input::{Coverage, MiningInput, MiningOptions};
use super::load_profile::{HourlyLoad, RESOURCES};
use super::load_windows::busy_hours;
use super::seasonal::seasonal_candidates;
use super::surroundings::Surroundings;
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, PatternType};

/// Share of false patterns among those returned, at most, in expectation.
const FALSE_DISCOVERIES: f64 = 0.01;

/// Schedules whose slots are at least as wide (half, in seconds) may be habits: no scheduler is that late.
const WIDE_SECONDS: f64 = 2_400.0;

/// The patterns that are `scheduled`, and those beside them. A wide schedule that turns out to be a habit is one.
pub(super) fn with_patterns_beyond(
    mut scheduled: Vec<Pattern>,
    input: &MiningInput<'_>,
    histories: &[Starts<'_>],
    references: &[References],
    around: &Surroundings,
    options: &MiningOptions,
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<Pattern> {
    if stop() || options.coverage == Coverage::SomeTaskTypes {
        return scheduled;
    }
    let explained = explained_of(histories, references, &scheduled);
    let (habits, mut tested) = habit_candidates(histories, &explained, &options.user_names, around);
    let mut candidates: Vec<(f64, Pattern)> =
        habits.into_iter().map(|HabitCandidate { net, pattern }| (net, pattern)).collect();
    // Sums of loads must not depend on the order in which histories are given.
    let mut all: Vec<&TaskHistory> = input.histories.iter().collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let loads: Vec<Option<(f64, Pattern)>> = RESOURCES
        .into_par_iter()
        .filter_map(|resource| Some((resource, HourlyLoad::of(resource, &all, around)?)))
        .map(|(resource, load)| busy_hours(resource, &load, around))
        .collect();
    tested += loads.len();
    candidates.extend(loads.into_iter().flatten());
    let is_scheduled = mostly_scheduled(histories, &explained);
    let (seasons, seasons_tested) = seasonal_candidates(&all, &|name| is_scheduled.contains(name), around);
    tested += seasons_tested;
    candidates.extend(seasons);
    let nets: Vec<f64> = candidates.iter().map(|(net, _)| *net).collect();
    let Some(threshold) = e_bh_threshold(&nets, tested, FALSE_DISCOVERIES) else { return scheduled };
    let found: Vec<Pattern> =
        candidates.into_iter().filter(|(net, _)| *net >= threshold).map(|(_, pattern)| pattern).collect();
    scheduled.retain(|pattern| !found.iter().any(|habit| is_same_habit(pattern, habit)));
    scheduled.extend(found);
    scheduled
}

fn is_wide(pattern: &Pattern) -> bool {
    matches!(&pattern.schedule, Schedule::Calendar(calendar) if calendar.minutes_of_day.len() == 1)
        && pattern.evidence.tolerance_seconds >= WIDE_SECONDS
}

/// Whether a wide schedule names the runs of a habit.
fn is_same_habit(pattern: &Pattern, habit: &Pattern) -> bool {
    let (Schedule::Calendar(calendar), Schedule::Window { start_minute, end_minute, .. }) =
        (&pattern.schedule, &habit.schedule)
    else {
        return false;
    };
    let reach = (pattern.evidence.tolerance_seconds / 60.0) as u16;
    let near = start_minute.saturating_sub(reach)..=end_minute + reach;
    let is_of_habit =
        habit.pattern_type == PatternType::UserBehavior && pattern.task_types == habit.task_types;
    is_of_habit && is_wide(pattern) && calendar.minutes_of_day.iter().all(|minute| near.contains(minute))
}

/// Names of the task types of which schedules explain at least half of the runs.
fn mostly_scheduled<'a>(histories: &[Starts<'a>], explained: &[Vec<bool>]) -> BTreeSet<&'a str> {
    histories
        .iter()
        .zip(explained)
        .filter(|(starts, explained)| {
            explained.iter().filter(|explained| **explained).count() * 2 >= starts.runs.len()
        })
        .map(|(starts, _)| starts.name)
        .collect()
}

/// For each history, which runs its patterns explain.
fn explained_of(
    histories: &[Starts<'_>],
    references: &[References],
    scheduled: &[Pattern],
) -> Vec<Vec<bool>> {
    let mut by_successor: BTreeMap<&str, Vec<&Pattern>> = BTreeMap::new();
    for pattern in scheduled.iter().filter(|pattern| !is_wide(pattern)) {
        if let Some(name) = pattern.task_types.last() {
            by_successor.entry(name).or_default().push(pattern);
        }
    }
    let index_of: BTreeMap<&str, usize> =
        histories.iter().enumerate().map(|(index, starts)| (starts.name, index)).collect();
    let ends_of =
        |name: &str| index_of.get(name).map(|index| references[*index].at_ms.clone()).unwrap_or_default();
    histories
        .par_iter()
        .map(|starts| match by_successor.get(starts.name) {
            Some(patterns) => explained_runs(starts, patterns, &ends_of),
            None => Vec::new(),
        })
        .collect()
}
