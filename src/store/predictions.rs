//! Predictions as they were made: the same forecast again changes nothing, a newer one replaces what is still open.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::intern::{NameTable, intern};
use super::{Store, StoreError};
use crate::domain::patterns::ResourceProfile;
use crate::domain::prediction::{Prediction, PredictionHorizon, PredictionSource};
use crate::domain::time::{TimeSpan, Timestamp};

/// What a forecast says, and of what.
#[derive(Clone, Copy, Debug)]
pub struct ForecastRecord<'a> {
    /// Everything expected within the span of the task types asked for, also below `min_confidence`.
    pub predictions: &'a [Prediction],
    /// Predictions below this are not stored; one that was stored before is kept up to date.
    pub min_confidence: f64,
    /// The span it covers.
    pub span: TimeSpan,
    /// The task types asked for; all when `None`.
    pub task_types: Option<&'a [String]>,
}

/// What saving a forecast changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PredictionChanges {
    /// Predictions that are new.
    pub added: u64,
    /// Predictions of which confidence, window, source or needs changed.
    pub changed: u64,
    /// Predictions made before as they are.
    pub unchanged: u64,
    /// Predictions made before that are no longer expected, and whose window had not opened: removed.
    pub withdrawn: u64,
}

/// What is stored of a prediction beside its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Body {
    pub source: PredictionSource,
    pub resources: ResourceProfile,
}

/// A row as it was before.
struct Known {
    id: i64,
    window_start_ms: i64,
    window_end_ms: i64,
    confidence: f64,
    pattern_id: Option<i64>,
    rule_id: Option<i64>,
    is_open: bool,
    body: String,
}

impl Store {
    /// Saves a forecast made at `now`. Predictions whose window has passed or that were judged stay as they
    /// are.
    pub fn save_predictions(
        transaction: &Transaction<'_>,
        forecast: &ForecastRecord<'_>,
        now: Timestamp,
    ) -> Result<PredictionChanges, StoreError> {
        let mut changes = PredictionChanges::default();
        let mut task_types: HashMap<&str, i64> = HashMap::new();
        let mut expected: HashSet<(i64, i64)> = HashSet::new();
        for prediction in forecast.predictions {
            let task_type = match task_types.get(prediction.task_type.as_str()) {
                Some(id) => *id,
                None => {
                    let id = intern(transaction, NameTable::TaskTypes, &prediction.task_type)?;
                    task_types.insert(&prediction.task_type, id);
                    id
                }
            };
            // The same task type twice at the same instant: the first, which came from the better source, stays.
            if expected.insert((task_type, prediction.predicted_start.millis())) {
                save_one(transaction, task_type, prediction, forecast.min_confidence, now, &mut changes)?;
            }
        }
        changes.withdrawn = withdraw(transaction, forecast, &expected, now)?;
        save_horizon(transaction, forecast)?;
        Ok(changes)
    }

    /// The last start by `now` of each task type that ran, by name.
    pub fn last_starts(&self, now: Timestamp) -> Result<BTreeMap<String, Timestamp>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT name, (SELECT max(started_ms) FROM runs WHERE task_type_id = task_types.id \
             AND started_ms <= ?1) FROM task_types",
        )?;
        let mut rows = statement.query([now.millis()])?;
        let mut starts = BTreeMap::new();
        while let Some(row) = rows.next()? {
            if let Some(start) = row.get::<_, Option<i64>>(1)? {
                starts.insert(row.get(0)?, Timestamp::clamped(start));
            }
        }
        Ok(starts)
    }

    /// The stretches of time that predictions were made for by `now`.
    pub fn prediction_horizons(&self, now: Timestamp) -> Result<Vec<PredictionHorizon>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT id, start_ms, end_ms, task_types FROM prediction_horizons WHERE start_ms <= ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([now.millis()])?;
        let mut horizons = Vec::new();
        while let Some(row) = rows.next()? {
            let names: Option<String> = row.get(3)?;
            let task_types =
                names.map(|names| serde_json::from_str(&names)).transpose().map_err(|error| {
                    StoreError::Document {
                        table: "prediction_horizons",
                        id: row.get(0).unwrap_or_default(),
                        reason: error.to_string(),
                    }
                })?;
            let span =
                TimeSpan { start: Timestamp::clamped(row.get(1)?), end: Timestamp::clamped(row.get(2)?) };
            horizons.push(PredictionHorizon { span, task_types });
        }
        Ok(horizons)
    }
}

fn save_one(
    transaction: &Transaction<'_>,
    task_type: i64,
    prediction: &Prediction,
    min_confidence: f64,
    now: Timestamp,
    changes: &mut PredictionChanges,
) -> Result<(), StoreError> {
    let body = Body { source: prediction.source.clone(), resources: prediction.resources };
    let body = serde_json::to_string(&body).map_err(|error| StoreError::Document {
        table: "predictive_schedules",
        id: 0,
        reason: error.to_string(),
    })?;
    let pattern_id = prediction.pattern_id.map(|id| id.0);
    let rule_id = prediction.rule_id.map(|id| id.0);
    let (window_start, window_end) = (prediction.window_start.millis(), prediction.window_end.millis());
    let Some(known) = find(transaction, task_type, prediction.predicted_start)? else {
        if prediction.confidence >= min_confidence {
            transaction
                .prepare_cached(
                    "INSERT INTO predictive_schedules (task_type_id, predicted_ms, window_start_ms, \
                     window_end_ms, confidence, pattern_id, rule_id, made_ms, body) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    task_type,
                    prediction.predicted_start.millis(),
                    window_start,
                    window_end,
                    prediction.confidence,
                    pattern_id,
                    rule_id,
                    now.millis(),
                    body
                ])?;
            changes.added += 1;
        }
        return Ok(());
    };
    let same = known.window_start_ms == window_start
        && known.window_end_ms == window_end
        && known.confidence == prediction.confidence
        && known.pattern_id == pattern_id
        && known.rule_id == rule_id
        && known.body == body;
    if same || !known.is_open || known.window_end_ms < now.millis() {
        changes.unchanged += 1;
        return Ok(());
    }
    transaction
        .prepare_cached(
            "UPDATE predictive_schedules SET window_start_ms = ?2, window_end_ms = ?3, confidence = ?4, \
             pattern_id = ?5, rule_id = ?6, body = ?7 WHERE id = ?1",
        )?
        .execute(params![
            known.id,
            window_start,
            window_end,
            prediction.confidence,
            pattern_id,
            rule_id,
            body
        ])?;
    changes.changed += 1;
    Ok(())
}

fn find(
    transaction: &Transaction<'_>,
    task_type: i64,
    predicted: Timestamp,
) -> Result<Option<Known>, StoreError> {
    let known = transaction
        .prepare_cached(
            "SELECT id, window_start_ms, window_end_ms, confidence, pattern_id, rule_id, outcome IS NULL, body \
             FROM predictive_schedules WHERE task_type_id = ?1 AND predicted_ms = ?2",
        )?
        .query_row(params![task_type, predicted.millis()], |row| {
            Ok(Known {
                id: row.get(0)?,
                window_start_ms: row.get(1)?,
                window_end_ms: row.get(2)?,
                confidence: row.get(3)?,
                pattern_id: row.get(4)?,
                rule_id: row.get(5)?,
                is_open: row.get(6)?,
                body: row.get(7)?,
            })
        })
        .optional()?;
    Ok(known)
}

/// Removes what an earlier forecast expected in the same span and this one does not. Once a window has opened
/// its prediction stands: a forecast must not take back what it is about to be judged by.
fn withdraw(
    transaction: &Transaction<'_>,
    forecast: &ForecastRecord<'_>,
    expected: &HashSet<(i64, i64)>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT predictive_schedules.id, task_type_id, predicted_ms, name FROM predictive_schedules \
         JOIN task_types ON task_types.id = task_type_id WHERE outcome IS NULL AND window_start_ms > ?1 \
         AND predicted_ms >= ?2 AND predicted_ms < ?3",
    )?;
    let mut rows =
        statement.query(params![now.millis(), forecast.span.start.millis(), forecast.span.end.millis()])?;
    let mut obsolete: Vec<i64> = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(3)?;
        let asked = forecast.task_types.is_none_or(|names| names.contains(&name));
        if asked && !expected.contains(&(row.get(1)?, row.get(2)?)) {
            obsolete.push(row.get(0)?);
        }
    }
    let mut delete = transaction.prepare_cached("DELETE FROM predictive_schedules WHERE id = ?1")?;
    for id in &obsolete {
        delete.execute([id])?;
    }
    Ok(obsolete.len() as u64)
}

/// Notes the span; one that continues a span of the same task types prolongs it.
fn save_horizon(transaction: &Transaction<'_>, forecast: &ForecastRecord<'_>) -> Result<(), StoreError> {
    let names = forecast.task_types.map(|names| serde_json::json!(names).to_string());
    let (start, end) = (forecast.span.start.millis(), forecast.span.end.millis());
    let known: Option<(i64, i64)> = transaction
        .prepare_cached(
            "SELECT id, end_ms FROM prediction_horizons WHERE task_types IS ?1 AND start_ms <= ?2 \
             AND end_ms >= ?2 ORDER BY end_ms DESC LIMIT 1",
        )?
        .query_row(params![names, start], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match known {
        Some((_, known_end)) if known_end >= end => {}
        Some((id, _)) => {
            transaction
                .prepare_cached("UPDATE prediction_horizons SET end_ms = ?2 WHERE id = ?1")?
                .execute(params![id, end])?;
        }
        None => {
            transaction
                .prepare_cached(
                    "INSERT INTO prediction_horizons (start_ms, end_ms, task_types) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![start, end, names])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::HOUR_MS;
    use crate::store::prediction_fixture::{at, expected, span};

    fn save(store: &mut Store, predictions: &[Prediction], min_confidence: f64) -> PredictionChanges {
        let forecast = ForecastRecord { predictions, min_confidence, span: span(), task_types: None };
        store
            .in_transaction(|transaction| Store::save_predictions(transaction, &forecast, span().start))
            .expect("saved")
    }

    fn counts(changes: PredictionChanges) -> [u64; 4] {
        [changes.added, changes.changed, changes.unchanged, changes.withdrawn]
    }

    #[test]
    fn the_same_forecast_again_changes_nothing() {
        let mut store = Store::in_memory().expect("store");
        let predictions = [expected("sync", 2), expected("sync", 3)];
        assert_eq!(counts(save(&mut store, &predictions, 0.5)), [2, 0, 0, 0]);
        assert_eq!(counts(save(&mut store, &predictions, 0.5)), [0, 0, 2, 0]);
        let horizons = store.prediction_horizons(span().end).expect("read");
        assert_eq!(horizons, [PredictionHorizon { span: span(), task_types: None }]);
        let tracked = store.tracked_predictions(span(), span().start).expect("read");
        let back: Vec<Prediction> = tracked.into_iter().map(|tracked| tracked.prediction).collect();
        assert_eq!(back, predictions);
    }

    #[test]
    fn a_newer_forecast_updates_and_withdraws_what_is_open() {
        let mut store = Store::in_memory().expect("store");
        save(&mut store, &[expected("sync", 2), expected("sync", 3)], 0.5);
        let surer = Prediction { confidence: 0.99, ..expected("sync", 2) };
        assert_eq!(counts(save(&mut store, &[surer], 0.5)), [0, 1, 0, 1]);
    }

    #[test]
    fn a_stricter_reader_withdraws_nothing_that_is_still_expected() {
        let mut store = Store::in_memory().expect("store");
        let predictions = [expected("sync", 2), expected("train", 3)];
        save(&mut store, &predictions, 0.5);
        assert_eq!(counts(save(&mut store, &predictions, 0.99)), [0, 0, 2, 0]);
        assert_eq!(counts(save(&mut store, &[expected("new", 4)], 0.99)), [0, 0, 0, 2]);
    }

    #[test]
    fn a_forecast_of_one_task_type_leaves_the_others_alone() {
        let mut store = Store::in_memory().expect("store");
        save(&mut store, &[expected("sync", 2), expected("train", 3)], 0.5);
        let names = ["sync".to_owned()];
        let forecast =
            ForecastRecord { predictions: &[], min_confidence: 0.5, span: span(), task_types: Some(&names) };
        let changes = store
            .in_transaction(|transaction| Store::save_predictions(transaction, &forecast, span().start))
            .expect("saved");
        assert_eq!(changes.withdrawn, 1);
    }

    #[test]
    fn what_is_about_to_be_judged_is_not_taken_back() {
        let mut store = Store::in_memory().expect("store");
        save(&mut store, &[expected("sync", 2)], 0.5);
        let within_window = at(2).plus_ms(-1);
        let forecast = ForecastRecord {
            predictions: &[],
            min_confidence: 0.5,
            span: TimeSpan { start: within_window, end: span().end },
            task_types: None,
        };
        let changes = store
            .in_transaction(|transaction| Store::save_predictions(transaction, &forecast, within_window))
            .expect("saved");
        assert_eq!(changes.withdrawn, 0);
    }

    #[test]
    fn a_later_forecast_prolongs_the_time_that_is_covered() {
        let mut store = Store::in_memory().expect("store");
        save(&mut store, &[], 0.5);
        let later = TimeSpan { start: span().start.plus_ms(HOUR_MS), end: span().end.plus_ms(HOUR_MS) };
        let forecast =
            ForecastRecord { predictions: &[], min_confidence: 0.5, span: later, task_types: None };
        store
            .in_transaction(|transaction| Store::save_predictions(transaction, &forecast, later.start))
            .expect("saved");
        let horizons = store.prediction_horizons(later.start).expect("read");
        assert_eq!(horizons.len(), 1);
        assert_eq!(horizons[0].span, TimeSpan { start: span().start, end: later.end });
    }
}
