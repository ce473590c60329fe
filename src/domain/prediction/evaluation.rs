//! How good past predictions were, against what ran.

use std::collections::BTreeMap;

use serde::Serialize;

use super::calibration::{CalibrationBin, calibration_error, calibration_table};
use super::{CoveredRuns, Prediction, PredictionOutcome};
use crate::domain::activity::HistoryRun;
use crate::domain::patterns::Quantiles;
use crate::domain::time::{SECOND_MS, Timestamp};

/// A prediction that was stored, with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackedPrediction {
    /// Its id in the store.
    pub id: i64,
    /// The prediction.
    pub prediction: Prediction,
    /// When it was first made.
    pub made_at: Timestamp,
    /// `None` while its window is open.
    pub outcome: Option<PredictionOutcome>,
    /// The run that fulfilled it.
    pub run: Option<HistoryRun>,
}

/// How far what runs needed lay from what was predicted, over hits of which both are known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ResourceError {
    /// Hits it rests on.
    pub runs: u64,
    /// Median of |actual - predicted median|, in the resource's unit.
    pub absolute_p50: f64,
    /// Median of that as a share of the actual value; `None` where nothing was needed.
    pub relative_p50: Option<f64>,
    /// Share of runs that needed more than the predicted 95 % quantile; 0.05 would be right.
    pub above_p95: f64,
}

/// The figures of one task type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TaskTypeEvaluation {
    /// Its name.
    pub task_type: String,
    /// Predictions that came true.
    pub hits: u64,
    /// Predictions that did not.
    pub misses: u64,
    /// Predictions nobody can judge.
    pub unobserved: u64,
    /// Runs that started while predictions were made for it.
    pub runs: u64,
    /// Those that no prediction had told of.
    pub runs_not_predicted: u64,
}

/// How good past predictions were.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Evaluation {
    /// Predictions looked at.
    pub predictions: u64,
    /// Those whose window has not passed yet.
    pub open: u64,
    /// Those that came true.
    pub hits: u64,
    /// Those that did not (false positives).
    pub misses: u64,
    /// Those whose window nobody recorded.
    pub unobserved: u64,
    /// hits / (hits + misses).
    pub precision: Option<f64>,
    /// Share of the runs that some prediction had told of.
    pub recall: Option<f64>,
    /// Harmonic mean of precision and recall.
    pub f1: Option<f64>,
    /// Runs that started while predictions were made for their task type.
    pub runs: u64,
    /// Those that no prediction had told of.
    pub runs_not_predicted: u64,
    /// Mean confidence of the judged predictions; well calibrated, it equals the precision.
    pub mean_confidence: Option<f64>,
    /// Mean of (confidence - outcome)^2.
    pub brier_score: Option<f64>,
    /// Expected calibration error.
    pub calibration_error: Option<f64>,
    /// Confidence against hit rate.
    pub calibration: Vec<CalibrationBin>,
    /// |actual start - predicted start| of the hits, in seconds.
    pub start_error_seconds: Option<Quantiles>,
    /// Median of actual start - predicted start: positive is later than predicted.
    pub start_bias_seconds: Option<f64>,
    /// Durations.
    pub duration_seconds: Option<ResourceError>,
    /// CPU cores.
    pub cpu_cores: Option<ResourceError>,
    /// Main memory.
    pub memory_mib: Option<ResourceError>,
    /// GPU memory.
    pub gpu_memory_mib: Option<ResourceError>,
    /// By task type, by name.
    pub task_types: Vec<TaskTypeEvaluation>,
}

/// Judges `predictions`; `covered` are the runs of the same time.
pub fn evaluate(predictions: &[TrackedPrediction], covered: &[CoveredRuns]) -> Evaluation {
    let count = |outcome| predictions.iter().filter(|tracked| tracked.outcome == outcome).count() as u64;
    let hits = count(Some(PredictionOutcome::Hit));
    let misses = count(Some(PredictionOutcome::Missed));
    let runs: u64 = covered.iter().map(|covered| covered.runs).sum();
    let predicted: u64 = covered.iter().map(|covered| covered.predicted).sum();
    let judged: Vec<(f64, bool)> = predictions.iter().filter_map(judged).collect();
    let share = |part: f64, whole: u64| (whole > 0).then(|| part / whole as f64);
    let precision = share(hits as f64, hits + misses);
    let recall = share(predicted as f64, runs);
    let calibration = calibration_table(&judged);
    let start_errors: Vec<f64> = predictions.iter().filter_map(start_error_seconds).collect();
    let total = judged.len() as u64;
    Evaluation {
        predictions: predictions.len() as u64,
        open: count(None),
        hits,
        misses,
        unobserved: count(Some(PredictionOutcome::Unobserved)),
        precision,
        recall,
        f1: f1(precision, recall),
        runs,
        runs_not_predicted: runs.saturating_sub(predicted),
        mean_confidence: share(judged.iter().map(|(confidence, _)| confidence).sum(), total),
        brier_score: share(
            judged.iter().map(|(confidence, hit)| (confidence - f64::from(u8::from(*hit))).powi(2)).sum(),
            total,
        ),
        calibration_error: calibration_error(&calibration),
        calibration,
        start_error_seconds: Quantiles::of(start_errors.iter().map(|error| error.abs())),
        start_bias_seconds: Quantiles::of(start_errors.iter().copied()).map(|quantiles| quantiles.p50),
        duration_seconds: resource_error(predictions, |tracked| {
            Some((tracked.prediction.resources.duration_seconds?, tracked.run?.duration_seconds()?))
        }),
        cpu_cores: resource_error(predictions, |tracked| {
            Some((tracked.prediction.resources.cpu_cores?, tracked.run?.resources.cpu_cores?))
        }),
        memory_mib: resource_error(predictions, |tracked| {
            Some((tracked.prediction.resources.memory_mib?, tracked.run?.resources.memory_mib?))
        }),
        gpu_memory_mib: resource_error(predictions, |tracked| {
            Some((tracked.prediction.resources.gpu_memory_mib?, tracked.run?.resources.gpu_memory_mib?))
        }),
        task_types: by_task_type(predictions, covered),
    }
}

/// Confidence and whether it came true, of a prediction that can be judged.
fn judged(tracked: &TrackedPrediction) -> Option<(f64, bool)> {
    match tracked.outcome? {
        PredictionOutcome::Hit => Some((tracked.prediction.confidence, true)),
        PredictionOutcome::Missed => Some((tracked.prediction.confidence, false)),
        PredictionOutcome::Unobserved => None,
    }
}

fn start_error_seconds(tracked: &TrackedPrediction) -> Option<f64> {
    Some(tracked.run?.started_at.since(tracked.prediction.predicted_start) as f64 / SECOND_MS as f64)
}

fn f1(precision: Option<f64>, recall: Option<f64>) -> Option<f64> {
    let (precision, recall) = (precision?, recall?);
    (precision + recall > 0.0).then(|| 2.0 * precision * recall / (precision + recall))
}

/// Compares what was predicted with what was needed, where `pair` knows both.
fn resource_error(
    predictions: &[TrackedPrediction],
    pair: fn(&TrackedPrediction) -> Option<(Quantiles, f64)>,
) -> Option<ResourceError> {
    let pairs: Vec<(Quantiles, f64)> = predictions.iter().filter_map(pair).collect();
    let error = |(predicted, actual): &(Quantiles, f64)| (actual - predicted.p50).abs();
    let above = pairs.iter().filter(|(predicted, actual)| *actual > predicted.p95).count();
    let relative = pairs.iter().filter(|(_, actual)| *actual > 0.0).map(|pair| error(pair) / pair.1);
    Some(ResourceError {
        runs: pairs.len() as u64,
        absolute_p50: Quantiles::of(pairs.iter().map(error))?.p50,
        relative_p50: Quantiles::of(relative).map(|quantiles| quantiles.p50),
        above_p95: above as f64 / pairs.len() as f64,
    })
}

fn by_task_type(predictions: &[TrackedPrediction], covered: &[CoveredRuns]) -> Vec<TaskTypeEvaluation> {
    let mut found: BTreeMap<&str, TaskTypeEvaluation> = BTreeMap::new();
    for tracked in predictions {
        let entry = found.entry(&tracked.prediction.task_type).or_default();
        match tracked.outcome {
            Some(PredictionOutcome::Hit) => entry.hits += 1,
            Some(PredictionOutcome::Missed) => entry.misses += 1,
            Some(PredictionOutcome::Unobserved) => entry.unobserved += 1,
            None => {}
        }
    }
    for runs in covered {
        let entry = found.entry(&runs.task_type).or_default();
        entry.runs += runs.runs;
        entry.runs_not_predicted += runs.runs.saturating_sub(runs.predicted);
    }
    found
        .into_iter()
        .map(|(name, figures)| TaskTypeEvaluation { task_type: name.to_owned(), ..figures })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::prediction::fixture::{World, pattern, schedule};

    /// Hourly predictions: the first three hit 30 s late, then a miss, then one nobody saw, the rest open.
    fn tracked() -> Vec<TrackedPrediction> {
        let world = World::new(vec![pattern("sync", schedule("0 * * * *"))]);
        let outcomes = [
            Some(PredictionOutcome::Hit),
            Some(PredictionOutcome::Hit),
            Some(PredictionOutcome::Hit),
            Some(PredictionOutcome::Missed),
            Some(PredictionOutcome::Unobserved),
            None,
        ];
        world
            .predict()
            .into_iter()
            .zip(outcomes)
            .enumerate()
            .map(|(index, (prediction, outcome))| {
                let start = prediction.predicted_start.plus_ms(30_000);
                let run = HistoryRun { ended_at: Some(start.plus_ms(900_000)), ..HistoryRun::started(start) };
                let made_at = world.now;
                let run = (outcome == Some(PredictionOutcome::Hit)).then_some(run);
                TrackedPrediction { id: index as i64, prediction, made_at, outcome, run }
            })
            .collect()
    }

    #[test]
    fn figures_count_what_can_be_judged() {
        let covered = [
            CoveredRuns { task_type: "sync".into(), runs: 4, predicted: 3 },
            CoveredRuns { task_type: "other".into(), runs: 2, predicted: 0 },
        ];
        let found = evaluate(&tracked(), &covered);
        assert_eq!(
            (found.predictions, found.open, found.hits, found.misses, found.unobserved),
            (6, 1, 3, 1, 1)
        );
        assert_eq!((found.precision, found.recall, found.runs_not_predicted), (Some(0.75), Some(0.5), 3));
        assert_eq!(found.f1, Some(0.6));
        assert_eq!(found.start_error_seconds.map(|errors| errors.p95), Some(30.0));
        assert_eq!(found.start_bias_seconds, Some(30.0));
        assert_eq!(found.calibration.len(), 1);
        assert!(found.calibration_error.is_some_and(|error| (error - 0.2).abs() < 0.001));
        let names: Vec<&str> = found.task_types.iter().map(|figures| figures.task_type.as_str()).collect();
        assert_eq!(names, ["other", "sync"]);
    }

    #[test]
    fn needs_are_compared_where_both_sides_are_known() {
        let found = evaluate(&tracked(), &[]);
        let duration = found.duration_seconds.expect("known");
        assert_eq!((duration.runs, duration.absolute_p50, duration.above_p95), (3, 300.0, 1.0));
        assert_eq!(duration.relative_p50, Some(300.0 / 900.0));
        assert_eq!(found.memory_mib, None);
    }

    #[test]
    fn nothing_predicted_has_no_figures() {
        let found = evaluate(&[], &[]);
        assert_eq!(
            (found.precision, found.recall, found.f1, found.mean_confidence),
            (None, None, None, None)
        );
    }
}
