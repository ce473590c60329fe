//! Work that comes without a schedule: nobody knows when the next run starts, but how many usually do in an hour.

use std::collections::BTreeMap;

use chrono::{Datelike, Timelike, Weekday};

use super::{Prediction, PredictionSource};
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::{Zone, local_time};
use crate::domain::patterns::resource_profile;
use crate::domain::time::{DAY_MS, HOUR_MS, TimeSpan, Timestamp};

/// Greatest confidence in one run: what is likelier is a schedule's to tell.
const MOST_LIKELY: f64 = 0.45;
/// Fewest days of history that tell what is usual.
const FEWEST_DAYS: f64 = 3.0;
/// Share of a task type's runs that schedules may leave unexplained before the rest counts as work of its own.
const LEAST_SHARE: f64 = 0.15;

/// Hours of working days, then of weekends.
const HOURS: usize = 48;

fn hour_of(zone: Zone, instant: Timestamp) -> usize {
    let local = local_time(zone, instant);
    let is_weekend = matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
    local.hour() as usize + if is_weekend { 24 } else { 0 }
}

/// What comes in `horizon` beyond what is `predicted` (for the same horizon): for each task type the runs that usually
/// begin in an hour of the day, working days and weekends apart, counted over `observed`. Each is a prediction of low
/// confidence somewhere in its hour; what they need together is what matters.
pub fn usual_runs(
    histories: &[TaskHistory],
    observed: TimeSpan,
    predicted: &[Prediction],
    horizon: TimeSpan,
    zone: Zone,
) -> Vec<Prediction> {
    if observed.length_ms() < (FEWEST_DAYS * DAY_MS as f64) as i64 {
        return Vec::new();
    }
    let mut seen = [0.0_f64; HOURS];
    for hour in hours(observed) {
        seen[hour_of(zone, hour)] += 1.0;
    }
    let ahead: Vec<(Timestamp, usize)> = hours(horizon).map(|hour| (hour, hour_of(zone, hour))).collect();
    let mut expected: BTreeMap<&str, f64> = BTreeMap::new();
    for prediction in predicted.iter().filter(|prediction| horizon.contains(prediction.predicted_start)) {
        // A plan counts it as a whole, however sure it is.
        *expected.entry(&prediction.task_type).or_default() += 1.0;
    }
    let mut found = Vec::new();
    for history in histories {
        let mut counts = [0.0_f64; HOURS];
        for run in history.runs.iter().filter(|run| observed.contains(run.started_at)) {
            counts[hour_of(zone, run.started_at)] += 1.0;
        }
        let rate = |hour: usize| if seen[hour] > 0.0 { counts[hour] / seen[hour] } else { 0.0 };
        let usual: f64 = ahead.iter().map(|(_, hour)| rate(*hour)).sum();
        let beyond = usual - expected.get(history.name.as_str()).copied().unwrap_or(0.0);
        // What schedules foretell is not told apart hour by hour: a run just before a full hour may start just after it.
        if beyond <= LEAST_SHARE * usual {
            continue;
        }
        let resources = resource_profile(&history.runs);
        for (start, hour) in &ahead {
            let runs = rate(*hour) * beyond / usual;
            let parts = (runs / MOST_LIKELY).ceil().max(0.0) as i64;
            found.extend((0..parts).map(|part| {
                let at = start.plus_ms((2 * part + 1) * HOUR_MS / (2 * parts));
                Prediction {
                    task_type: history.name.clone(),
                    predicted_start: at,
                    window_start: *start,
                    window_end: start.plus_ms(HOUR_MS),
                    confidence: runs / parts as f64,
                    pattern_id: None,
                    rule_id: None,
                    source: PredictionSource::Pattern,
                    resources,
                }
            }));
        }
    }
    found
}

/// The hours that begin within a span, from its start on.
fn hours(span: TimeSpan) -> impl Iterator<Item = Timestamp> {
    (0..span.length_ms().max(0) / HOUR_MS).map(move |hour| span.start.plus_ms(hour * HOUR_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::{HistoryRun, TaskTypeId};

    const MONDAY_MS: i64 = 1_709_510_400_000;

    fn at(day: i64, hour: i64, minute: i64) -> Timestamp {
        Timestamp::clamped(MONDAY_MS + day * DAY_MS + hour * HOUR_MS + minute * 60_000)
    }

    fn span(from: i64, to: i64) -> TimeSpan {
        TimeSpan { start: at(from, 0, 0), end: at(to, 0, 0) }
    }

    /// Three runs between 9 and 10 on each working day.
    fn people() -> TaskHistory {
        let days = (0..14).filter(|day| day % 7 < 5);
        let starts = days.flat_map(|day| [at(day, 9, 5), at(day, 9, 20), at(day, 9, 50)]);
        TaskHistory {
            task_type: TaskTypeId(0),
            name: "notebook".to_owned(),
            runs: starts.map(HistoryRun::started).collect(),
        }
    }

    fn runs_by_hour(found: &[Prediction]) -> BTreeMap<Timestamp, f64> {
        let mut runs = BTreeMap::new();
        for prediction in found {
            *runs.entry(prediction.window_start).or_insert(0.0) += prediction.confidence;
        }
        runs
    }

    #[test]
    fn what_usually_comes_in_an_hour_is_expected_there() {
        let found = usual_runs(&[people()], span(0, 14), &[], span(14, 21), Zone::UTC);
        let runs = runs_by_hour(&found);
        assert_eq!(runs.len(), 5, "five working days");
        for (hour, runs) in &runs {
            assert_eq!(hour_of(Zone::UTC, *hour), 9);
            assert!((runs - 3.0).abs() < 1e-9);
        }
        assert!(found.iter().all(|prediction| prediction.confidence <= MOST_LIKELY));
        assert!(found.iter().all(|one| (one.window_start..one.window_end).contains(&one.predicted_start)));
    }

    #[test]
    fn what_is_predicted_already_counts_once_and_a_short_history_tells_nothing() {
        let found = usual_runs(&[people()], span(0, 14), &[], span(14, 15), Zone::UTC);
        let sure = |runs: usize| -> Vec<Prediction> {
            (0..runs).map(|_| Prediction { confidence: 1.0, ..found[0].clone() }).collect()
        };
        let beyond = |known: usize| -> f64 {
            let found = usual_runs(&[people()], span(0, 14), &sure(known), span(14, 15), Zone::UTC);
            found.iter().map(|prediction| prediction.confidence).sum()
        };
        assert!((beyond(1) - 2.0).abs() < 1e-9);
        assert_eq!((beyond(3), beyond(9)), (0.0, 0.0));
        assert_eq!(usual_runs(&[people()], span(0, 2), &[], span(14, 15), Zone::UTC), []);
    }
}
