//! Mining all histories: explain each, decide over all of them what is no accident, report.

use rayon::prelude::*;

use super::evidence::e_bh_threshold;
use super::explain::{Explanation, explain};
use super::history::Starts;
use super::input::{MiningInput, MiningOptions};
use super::observation::Observation;
use super::report::{Draft, report_timetable};
use super::report_period::{report_loop, report_period};
use super::surroundings::Surroundings;
use super::timetable::timetables;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::Pattern;
use crate::domain::time::DAY_MS;

/// Share of false patterns among those returned, at most, in expectation.
const FALSE_DISCOVERIES: f64 = 0.01;
/// Runs older than this before the newest are left out: no schedule of today hangs on them.
const LONGEST_MS: i64 = 40 * 365 * DAY_MS;

/// Finds the patterns in `input`: in a fixed order, whatever the order of the histories or the number of threads.
pub fn mine(input: &MiningInput<'_>, options: &MiningOptions) -> Vec<Pattern> {
    let min_occurrences = options.min_occurrences.max(2);
    let span = (input.span.start.millis(), input.span.end.millis());
    let inside = |history: &&crate::domain::activity::TaskHistory| {
        history
            .runs
            .iter()
            .map(|run| run.started_at.millis())
            .filter(|at| (span.0..=span.1).contains(at))
            .max()
    };
    let Some(newest) = input.histories.iter().filter_map(|history| inside(&history)).max() else {
        return Vec::new();
    };
    let from_ms = span.0.max(newest - LONGEST_MS);
    let mut histories: Vec<Starts<'_>> = input
        .histories
        .par_iter()
        .map(|history| Starts::new(history, from_ms, span.1))
        .filter(|starts| starts.runs.len() as u64 >= min_occurrences)
        .collect();
    histories.sort_by(|one, other| one.name.cmp(other.name).then(one.at_ms.cmp(&other.at_ms)));
    let Some(oldest) = histories.iter().filter_map(|starts| starts.at_ms.first().copied()).min() else {
        return Vec::new();
    };
    let end_ms = span.1.min(newest + LONGEST_MS);
    let observation = Observation::new(input.span, input.observed);
    let around = Surroundings::new(input.zone, oldest, end_ms, observation, min_occurrences);

    let explained: Vec<Vec<Explanation>> =
        histories.par_iter().map(|starts| explain(&starts.at_ms, &around, starts.resolution_ms)).collect();
    let strongest: Vec<f64> = explained
        .iter()
        .map(|found| found.iter().map(Explanation::net).fold(f64::NEG_INFINITY, f64::max))
        .collect();
    let Some(threshold) = e_bh_threshold(&strongest, histories.len(), FALSE_DISCOVERIES) else {
        return Vec::new();
    };
    let mut patterns: Vec<Pattern> = histories
        .par_iter()
        .zip(explained)
        .map(|(starts, found)| {
            let kept: Vec<Explanation> = found.into_iter().filter(|one| one.net() >= threshold).collect();
            report(starts, kept, &around)
        })
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .collect();
    patterns.sort_by(|one, other| order(one).cmp(&order(other)));
    patterns
}

/// The patterns of one history.
fn report(starts: &Starts<'_>, found: Vec<Explanation>, around: &Surroundings) -> Vec<Pattern> {
    let mut clocks = Vec::new();
    let mut drafts: Vec<Draft> = Vec::new();
    for explanation in found {
        match explanation {
            Explanation::Clock(candidate) => clocks.push(candidate),
            Explanation::Period(period) => drafts.extend(report_period(&period, starts, around)),
            Explanation::Loop(found, left) => drafts.extend(report_loop(&found, &left, starts, around)),
        }
    }
    for table in timetables(clocks, &starts.at_ms, around, starts.resolution_ms) {
        drafts.extend(report_timetable(&table, starts, around));
    }
    let mut explained = vec![false; starts.runs.len()];
    for hit in drafts.iter().flat_map(|draft| &draft.hits) {
        explained[*hit] = true;
    }
    drafts
        .into_iter()
        .map(|draft| {
            let mut pattern = draft.pattern;
            let (first, last) = (pattern.evidence.first_seen.millis(), pattern.evidence.last_seen.millis());
            let from = starts.at_ms.partition_point(|at| *at < first);
            let to = starts.at_ms.partition_point(|at| *at <= last);
            pattern.evidence.extra =
                explained[from..to].iter().filter(|explained| !**explained).count() as u64;
            pattern
        })
        .collect()
}

/// By task types, then by when the schedule fires, then by its life.
fn order(pattern: &Pattern) -> (&[String], u8, Vec<u16>, i64, i64) {
    let (rank, minutes, number) = match &pattern.schedule {
        Schedule::Calendar(calendar) => (0, calendar.minutes_of_day.clone(), 0),
        Schedule::Window { start_minute, .. } => (1, vec![*start_minute], 0),
        Schedule::Period { period_ms, .. } => (2, Vec::new(), *period_ms),
        Schedule::Follows { lag_ms, .. } => (3, Vec::new(), *lag_ms),
    };
    (&pattern.task_types, rank, minutes, number, pattern.evidence.first_seen.millis())
}
