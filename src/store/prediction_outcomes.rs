//! What became of stored predictions: judging them against the runs, and reading them back.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, Transaction, params};
use serde::Serialize;

use super::predictions::Body;
use super::runs::status_of;
use super::template_members::{predicted_templates, template_members};
use super::{Store, StoreError};
use crate::domain::activity::{HistoryRun, Resources, is_template};
use crate::domain::patterns::PatternId;
use crate::domain::prediction::{
    CoveredRuns, ExpectedWindow, Prediction, PredictionHorizon, PredictionOutcome, TrackedPrediction,
    covered_spans, match_runs, matching_spans,
};
use crate::domain::rules::RuleId;
use crate::domain::time::{TimeSpan, Timestamp};

/// Predictions that were judged just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OutcomeCounts {
    /// Came true.
    pub hits: u64,
    /// Did not.
    pub misses: u64,
    /// Nobody recorded their time.
    pub unobserved: u64,
}

/// A prediction that waits to be judged.
struct Waiting {
    id: i64,
    window: ExpectedWindow,
    outcome: Option<String>,
}

impl Store {
    /// Judges the predictions whose window has passed by `now`; again those that were missed before more runs
    /// were stored, and those that nobody could judge. Writes, and counts, only what changes.
    pub fn resolve_predictions(
        transaction: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<OutcomeCounts, StoreError> {
        let last_run_id: i64 =
            transaction.query_row("SELECT ifnull(max(id), 0) FROM runs", [], |row| row.get(0))?;
        let last_start: Option<i64> = transaction.query_row(
            "SELECT max(started_ms) FROM runs WHERE started_ms <= ?1",
            [now.millis()],
            |row| row.get(0),
        )?;
        let mut counts = OutcomeCounts::default();
        let members = template_members(transaction)?;
        for (task_type, waiting) in waiting_predictions(transaction, last_run_id, now)? {
            let own = [task_type];
            let names = members.get(&task_type).map_or(own.as_slice(), Vec::as_slice);
            let runs = free_runs_in(transaction, names, &waiting, now)?;
            let starts: Vec<Timestamp> = runs.iter().map(|(start, _)| *start).collect();
            let windows: Vec<ExpectedWindow> = waiting.iter().map(|waiting| waiting.window).collect();
            for (waiting, found) in waiting.iter().zip(match_runs(&windows, &starts)) {
                let recorded = last_start.is_some_and(|last| last >= waiting.window.predicted_start.millis());
                let (outcome, count) = match (found, recorded) {
                    (Some(_), _) => (PredictionOutcome::Hit, &mut counts.hits),
                    (None, true) => (PredictionOutcome::Missed, &mut counts.misses),
                    (None, false) => (PredictionOutcome::Unobserved, &mut counts.unobserved),
                };
                let changed = waiting.outcome.as_deref() != Some(outcome.as_str());
                *count += u64::from(changed);
                if changed || outcome == PredictionOutcome::Missed {
                    transaction
                        .prepare_cached(
                            "UPDATE predictive_schedules SET outcome = ?2, matched_run_id = ?3, \
                             judged_run_id = ?4 WHERE id = ?1",
                        )?
                        .execute(params![
                            waiting.id,
                            outcome.as_str(),
                            found.and_then(|position| runs.get(position)).map(|(_, id)| *id),
                            last_run_id
                        ])?;
                }
            }
        }
        Ok(counts)
    }

    /// The predictions made by `now` whose predicted start lies in `span`, by start; as they stood at `now`:
    /// later outcomes and ends are unknown.
    pub fn tracked_predictions(
        &self,
        span: TimeSpan,
        now: Timestamp,
    ) -> Result<Vec<TrackedPrediction>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT p.id, name, predicted_ms, window_start_ms, window_end_ms, confidence, pattern_id, rule_id, \
             made_ms, outcome, body, started_ms, ended_ms, status, cpu_cores, memory_mib, gpu_count, \
             gpu_memory_mib FROM predictive_schedules p JOIN task_types ON task_types.id = p.task_type_id \
             LEFT JOIN runs ON runs.id = matched_run_id WHERE made_ms <= ?1 AND predicted_ms >= ?2 \
             AND predicted_ms < ?3 ORDER BY predicted_ms, name",
        )?;
        let mut rows = statement.query(params![now.millis(), span.start.millis(), span.end.millis()])?;
        let mut predictions = Vec::new();
        while let Some(row) = rows.next()? {
            predictions.push(tracked_prediction(row, now)?);
        }
        Ok(predictions)
    }

    /// The runs by `now` that started within `span` while predictions were made for their task type, by name,
    /// with how many of them fulfilled a prediction.
    pub fn covered_runs(
        &self,
        horizons: &[PredictionHorizon],
        span: TimeSpan,
        now: Timestamp,
    ) -> Result<Vec<CoveredRuns>, StoreError> {
        let end = span.end.min(now.plus_ms(1));
        let named: Vec<&String> =
            horizons.iter().flat_map(|horizon| horizon.task_types.iter().flatten()).collect();
        let templates = predicted_templates(&self.connection)?;
        let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        let mut statement = self.connection.prepare(
            "SELECT name, count(*), count(p.id) FROM runs JOIN task_types ON task_types.id = runs.task_type_id \
             LEFT JOIN predictive_schedules p ON p.matched_run_id = runs.id AND p.made_ms <= ?4 \
             WHERE runs.started_ms >= ?1 AND runs.started_ms < ?2 AND (?3 IS NULL OR name = ?3) GROUP BY name",
        )?;
        let mut count = |spans: Vec<TimeSpan>, name: Option<&str>| -> Result<(), StoreError> {
            // Runs of a template are stored under names that are not its own.
            let by_name = name.filter(|name| !is_template(name));
            for covered in spans {
                let start = covered.start.max(span.start);
                let mut rows =
                    statement.query(params![start.millis(), covered.end.millis(), by_name, now.millis()])?;
                while let Some(row) = rows.next()? {
                    let found: String = templates.task_type_of(&row.get::<_, String>(0)?).to_owned();
                    if name.is_some_and(|name| name != found) {
                        continue;
                    }
                    // A task type that some horizon names is counted by itself, over all of its spans.
                    if name.is_none() && named.contains(&&found) {
                        continue;
                    }
                    let entry = counts.entry(found).or_default();
                    entry.0 += row.get::<_, i64>(1)?.unsigned_abs();
                    entry.1 += row.get::<_, i64>(2)?.unsigned_abs();
                }
            }
            Ok(())
        };
        count(covered_spans(horizons, None, end), None)?;
        let mut distinct = named.clone();
        distinct.sort();
        distinct.dedup();
        for name in distinct {
            count(covered_spans(horizons, Some(name), end), Some(name))?;
        }
        Ok(counts
            .into_iter()
            .map(|(task_type, (runs, predicted))| CoveredRuns { task_type, runs, predicted })
            .collect())
    }
}

/// Predictions to be judged, by task type.
fn waiting_predictions(
    connection: &Connection,
    last_run_id: i64,
    now: Timestamp,
) -> Result<BTreeMap<i64, Vec<Waiting>>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, task_type_id, predicted_ms, window_start_ms, window_end_ms, outcome \
         FROM predictive_schedules WHERE outcome IS NOT 'hit' AND window_end_ms < ?1 AND made_ms <= ?1 \
         AND (outcome IS NOT 'missed' OR judged_run_id IS NOT ?2) ORDER BY predicted_ms",
    )?;
    let mut rows = statement.query(params![now.millis(), last_run_id])?;
    let mut waiting: BTreeMap<i64, Vec<Waiting>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        waiting.entry(row.get(1)?).or_default().push(Waiting {
            id: row.get(0)?,
            window: ExpectedWindow {
                predicted_start: Timestamp::clamped(row.get(2)?),
                window_start: Timestamp::clamped(row.get(3)?),
                window_end: Timestamp::clamped(row.get(4)?),
            },
            outcome: row.get(5)?,
        });
    }
    // A run a little outside its window is the predicted one all the same.
    for waiting in waiting.values_mut() {
        let windows: Vec<ExpectedWindow> = waiting.iter().map(|waiting| waiting.window).collect();
        for (waiting, span) in waiting.iter_mut().zip(matching_spans(&windows)) {
            waiting.window = span;
        }
    }
    Ok(waiting)
}

/// Starts and ids, ascending, of the runs of some task types that lie in some window and fulfil no prediction yet.
/// Looked up window by window: old misses of a busy task type must not make us read years of runs.
fn free_runs_in(
    connection: &Connection,
    task_types: &[i64],
    waiting: &[Waiting],
    now: Timestamp,
) -> Result<Vec<(Timestamp, i64)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT started_ms, id FROM runs WHERE task_type_id = ?1 AND started_ms >= ?2 AND started_ms <= ?3 \
         AND NOT EXISTS (SELECT 1 FROM predictive_schedules WHERE matched_run_id = runs.id)",
    )?;
    let mut found = Vec::new();
    let mut looked_until = i64::MIN;
    let mut windows: Vec<(i64, i64)> = waiting
        .iter()
        .map(|waiting| (waiting.window.window_start.millis(), waiting.window.window_end.millis()))
        .collect();
    windows.sort_unstable();
    for (start, end) in windows {
        let from = start.max(looked_until.saturating_add(1));
        if from > end {
            continue;
        }
        for task_type in task_types {
            let rows = statement.query_map(params![task_type, from, end.min(now.millis())], |row| {
                Ok((Timestamp::clamped(row.get(0)?), row.get(1)?))
            })?;
            for row in rows {
                found.push(row?);
            }
        }
        looked_until = end;
    }
    found.sort_unstable();
    Ok(found)
}

fn tracked_prediction(row: &Row<'_>, now: Timestamp) -> Result<TrackedPrediction, StoreError> {
    let id: i64 = row.get(0)?;
    let unreadable = |reason: String| StoreError::Document { table: "predictive_schedules", id, reason };
    let body: String = row.get(10)?;
    let body: Body = serde_json::from_str(&body).map_err(|error| unreadable(error.to_string()))?;
    let window_end = Timestamp::clamped(row.get(4)?);
    let outcome = row
        .get::<_, Option<String>>(9)?
        .map(|text| text.parse::<PredictionOutcome>().map_err(|error| unreadable(error.to_string())))
        .transpose()?
        .filter(|_| window_end < now);
    let run = match (outcome, row.get::<_, Option<i64>>(11)?) {
        (Some(PredictionOutcome::Hit), Some(started)) => Some(HistoryRun {
            started_at: Timestamp::clamped(started),
            ended_at: row.get::<_, Option<i64>>(12)?.map(Timestamp::clamped).filter(|end| *end <= now),
            status: status_of(row.get(13)?),
            user: None,
            host: None,
            queue: None,
            resources: Resources {
                cpu_cores: row.get(14)?,
                memory_mib: row.get(15)?,
                gpu_count: row.get(16)?,
                gpu_memory_mib: row.get(17)?,
            },
        }),
        _ => None,
    };
    Ok(TrackedPrediction {
        id,
        prediction: Prediction {
            task_type: row.get(1)?,
            predicted_start: Timestamp::clamped(row.get(2)?),
            window_start: Timestamp::clamped(row.get(3)?),
            window_end,
            confidence: row.get(5)?,
            pattern_id: row.get::<_, Option<i64>>(6)?.map(PatternId),
            rule_id: row.get::<_, Option<i64>>(7)?.map(RuleId),
            source: body.source,
            resources: body.resources,
        },
        made_at: Timestamp::clamped(row.get(8)?),
        outcome,
        run,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::prediction_fixture::{at, expected, import, span};
    use crate::store::{ForecastRecord, PredictionChanges};

    fn predicted(predictions: &[Prediction]) -> Store {
        let mut store = Store::in_memory().expect("store");
        let forecast = ForecastRecord { predictions, min_confidence: 0.0, span: span(), task_types: None };
        let saved: Result<PredictionChanges, StoreError> =
            store.in_transaction(|transaction| Store::save_predictions(transaction, &forecast, span().start));
        saved.expect("saved");
        store
    }

    fn resolve(store: &mut Store, now: Timestamp) -> [u64; 3] {
        let counts = store
            .in_transaction(|transaction| Store::resolve_predictions(transaction, now))
            .expect("resolved");
        [counts.hits, counts.misses, counts.unobserved]
    }

    #[test]
    fn windows_that_have_passed_are_judged_once() {
        let mut store = predicted(&[expected("sync", 1), expected("sync", 2), expected("sync", 23)]);
        import(&mut store, &[("sync", at(1).plus_ms(30_000)), ("other", at(3))]);
        assert_eq!(resolve(&mut store, at(4)), [1, 1, 0]);
        assert_eq!(resolve(&mut store, at(4)), [0, 0, 0]);
        let tracked = store.tracked_predictions(span(), at(4)).expect("read");
        assert_eq!(tracked[0].run.map(|run| run.started_at), Some(at(1).plus_ms(30_000)));
        assert_eq!(tracked[0].run.and_then(|run| run.duration_seconds()), Some(90.0));
        assert_eq!(tracked[2].outcome, None);
    }

    #[test]
    fn what_nobody_recorded_is_judged_when_the_record_comes_in() {
        let mut store = predicted(&[expected("sync", 1), expected("sync", 2)]);
        assert_eq!(resolve(&mut store, at(4)), [0, 0, 2]);
        import(&mut store, &[("sync", at(2)), ("other", at(3))]);
        assert_eq!(resolve(&mut store, at(4)), [1, 1, 0]);
    }

    #[test]
    fn a_miss_becomes_a_hit_when_its_run_is_imported_late() {
        let mut store = predicted(&[expected("sync", 1)]);
        import(&mut store, &[("other", at(3))]);
        assert_eq!(resolve(&mut store, at(4)), [0, 1, 0]);
        import(&mut store, &[("sync", at(1))]);
        assert_eq!(resolve(&mut store, at(4)), [1, 0, 0]);
    }

    #[test]
    fn one_run_fulfils_one_prediction_also_over_two_judgements() {
        let near = Prediction {
            predicted_start: at(1).plus_ms(120_000),
            window_end: at(1).plus_ms(600_000),
            ..expected("sync", 1)
        };
        let mut store = predicted(&[expected("sync", 1), near]);
        import(&mut store, &[("sync", at(1)), ("other", at(3))]);
        assert_eq!(resolve(&mut store, at(1).plus_ms(400_000)), [1, 0, 0]);
        assert_eq!(resolve(&mut store, at(4)), [0, 1, 0]);
    }

    #[test]
    fn runs_after_now_do_not_exist() {
        let mut store = predicted(&[expected("sync", 1), expected("sync", 2)]);
        import(&mut store, &[("sync", at(1)), ("sync", at(2))]);
        assert_eq!(resolve(&mut store, at(1).plus_ms(3_000_000)), [1, 0, 0]);
        let early = store.tracked_predictions(span(), at(0)).expect("read");
        assert!(early.iter().all(|tracked| tracked.outcome.is_none() && tracked.run.is_none()));
    }

    #[test]
    fn a_template_is_fulfilled_by_runs_of_the_names_it_stands_for() {
        let mut store = predicted(&[expected("dump-<date>", 1), expected("dump-<date>", 2)]);
        import(&mut store, &[("dump-2024-05-01", at(1)), ("dump-all", at(2)), ("dump-2024-05-02", at(3))]);
        assert_eq!(resolve(&mut store, at(4)), [1, 1, 0]);
        let horizons = store.prediction_horizons(at(4)).expect("read");
        let covered = store.covered_runs(&horizons, span(), at(4)).expect("read");
        let of_template = covered.iter().find(|covered| covered.task_type == "dump-<date>");
        assert_eq!(of_template.map(|covered| (covered.runs, covered.predicted)), Some((2, 1)));
        assert_eq!(covered.len(), 2, "{covered:?}");
    }

    #[test]
    fn only_runs_of_covered_time_count_as_not_predicted() {
        let mut store = predicted(&[expected("sync", 1)]);
        import(
            &mut store,
            &[("sync", at(-1)), ("sync", at(1)), ("sync", at(5)), ("train", at(6)), ("train", at(30))],
        );
        resolve(&mut store, at(40));
        let horizons = store.prediction_horizons(at(40)).expect("read");
        let always = TimeSpan { start: Timestamp::MIN, end: Timestamp::MAX };
        let covered = store.covered_runs(&horizons, always, at(40)).expect("read");
        let figures: Vec<(&str, u64, u64)> =
            covered.iter().map(|runs| (runs.task_type.as_str(), runs.runs, runs.predicted)).collect();
        assert_eq!(figures, [("sync", 2, 1), ("train", 1, 0)]);
        let named = [PredictionHorizon { span: span(), task_types: Some(vec!["train".into()]) }];
        let covered = store.covered_runs(&named, always, at(40)).expect("read");
        assert_eq!(covered, [CoveredRuns { task_type: "train".into(), runs: 1, predicted: 0 }]);
    }
}
