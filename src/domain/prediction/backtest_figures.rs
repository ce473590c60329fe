//! The figures of a backtest: counts that add up over folds, and what they amount to.

use serde::Serialize;

use super::calibration::{CalibrationBin, calibration_error, calibration_table};
use super::naive::NaivePredictor;
use crate::domain::patterns::Quantiles;

/// A naive predictor on the same task types.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NaiveFigures {
    /// Which one.
    pub predictor: NaivePredictor,
    /// What it predicted.
    pub predictions: u64,
    /// What of that came.
    pub hits: u64,
    /// hits / predictions.
    pub precision: Option<f64>,
    /// Share of the runs that it had told of.
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: Option<f64>,
}

/// How good bounds and medians of one resource were, over predictions that came true.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NeedFigures {
    /// Runs they rest on.
    pub runs: u64,
    /// Share of runs that needed more than the 95 % bound; 0.05 would be right.
    pub above_p95: f64,
    /// Median of (bound - actual) / bound.
    pub slack_p50: f64,
    /// Share of runs that needed twice the predicted median or more, or half of it or less.
    pub off_by_twice: f64,
}

/// What a backtest says of some task types.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BacktestFigures {
    /// Task types with a pattern, summed over the folds.
    pub task_types: u64,
    /// Predictions with the least confidence or more that can be judged.
    pub predictions: u64,
    /// Those that came true.
    pub hits: u64,
    /// Runs of those task types within the horizons.
    pub runs: u64,
    /// Those that were predicted.
    pub runs_predicted: u64,
    /// hits / predictions.
    pub precision: Option<f64>,
    /// Predicted share of the runs.
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: Option<f64>,
    /// Predictions without any pattern.
    pub naive: Vec<NaiveFigures>,
    /// Share of the predicted runs that started within the window; 0.9 would be right.
    pub window_coverage: Option<f64>,
    /// Expected calibration error of confidences before calibration,
    pub calibration_error_before: Option<f64>,
    /// and after it, each fold calibrated by those before it.
    pub calibration_error: Option<f64>,
    /// Calibrated confidence against hit rate, whatever the confidence.
    pub calibration: Vec<CalibrationBin>,
    /// Durations.
    pub duration_seconds: Option<NeedFigures>,
    /// Main memory.
    pub memory_mib: Option<NeedFigures>,
}

/// Predictions and hits of one naive predictor.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NaiveTally {
    pub predictions: u64,
    pub hits: u64,
}

/// Predicted against actual needs.
#[derive(Clone, Debug, Default)]
pub(super) struct NeedTally {
    above: u64,
    twice: u64,
    slacks: Vec<f64>,
}

impl NeedTally {
    /// Compares, where both sides are known and something was needed.
    pub fn add(&mut self, predicted: Option<Quantiles>, actual: Option<f64>) {
        let (Some(predicted), Some(actual)) = (predicted, actual) else { return };
        if actual <= 0.0 || predicted.p95 <= 0.0 {
            return;
        }
        self.above += u64::from(actual > predicted.p95);
        self.twice += u64::from(predicted.p50 >= 2.0 * actual || actual >= 2.0 * predicted.p50);
        self.slacks.push((predicted.p95 - actual) / predicted.p95);
    }

    fn figures(&self) -> Option<NeedFigures> {
        let runs = self.slacks.len() as u64;
        let slack = Quantiles::of(self.slacks.iter().copied())?;
        Some(NeedFigures {
            runs,
            above_p95: self.above as f64 / runs as f64,
            slack_p50: slack.p50,
            off_by_twice: self.twice as f64 / runs as f64,
        })
    }
}

/// Counts of one class over the folds.
#[derive(Clone, Debug, Default)]
pub(super) struct ClassTally {
    pub task_types: u64,
    pub predictions: u64,
    pub hits: u64,
    pub runs: u64,
    pub runs_predicted: u64,
    pub naive: [NaiveTally; 3],
    /// Runs predicted, and those of them within the window.
    pub windows: (u64, u64),
    pub raw: Vec<(f64, bool)>,
    pub calibrated: Vec<(f64, bool)>,
    pub durations: NeedTally,
    pub memory: NeedTally,
}

impl ClassTally {
    /// Adds the counts of `other`.
    pub fn add(&mut self, other: &ClassTally) {
        self.task_types += other.task_types;
        self.predictions += other.predictions;
        self.hits += other.hits;
        self.runs += other.runs;
        self.runs_predicted += other.runs_predicted;
        for (mine, theirs) in self.naive.iter_mut().zip(&other.naive) {
            mine.predictions += theirs.predictions;
            mine.hits += theirs.hits;
        }
        self.windows.0 += other.windows.0;
        self.windows.1 += other.windows.1;
        self.raw.extend(&other.raw);
        self.calibrated.extend(&other.calibrated);
        for (mine, theirs) in [(&mut self.durations, &other.durations), (&mut self.memory, &other.memory)] {
            mine.above += theirs.above;
            mine.twice += theirs.twice;
            mine.slacks.extend(&theirs.slacks);
        }
    }

    /// What the counts amount to.
    pub fn figures(&self) -> BacktestFigures {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        let precision = share(self.hits, self.predictions);
        let recall = share(self.runs_predicted, self.runs);
        let calibration = calibration_table(&self.calibrated);
        let naive = NaivePredictor::ALL.into_iter().zip(&self.naive).map(|(predictor, tally)| {
            let (precision, recall) = (share(tally.hits, tally.predictions), share(tally.hits, self.runs));
            NaiveFigures {
                predictor,
                predictions: tally.predictions,
                hits: tally.hits,
                precision,
                recall,
                f1: f1(precision, recall),
            }
        });
        BacktestFigures {
            task_types: self.task_types,
            predictions: self.predictions,
            hits: self.hits,
            runs: self.runs,
            runs_predicted: self.runs_predicted,
            precision,
            recall,
            f1: f1(precision, recall),
            naive: naive.collect(),
            window_coverage: share(self.windows.1, self.windows.0),
            calibration_error_before: calibration_error(&calibration_table(&self.raw)),
            calibration_error: calibration_error(&calibration),
            calibration,
            duration_seconds: self.durations.figures(),
            memory_mib: self.memory.figures(),
        }
    }
}

fn f1(precision: Option<f64>, recall: Option<f64>) -> Option<f64> {
    let (precision, recall) = (precision?, recall?);
    Some(if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 })
}
