//! The past as if it lay ahead: mining what was known at a cut, predicting, and looking what came.

use std::collections::BTreeMap;

use super::backtest_figures::{BacktestFigures, ClassTally};
use super::backtest_fold::Fold;
use super::isotonic::{Calibration, Judged};
use super::{Prediction, PredictionClass};
use crate::domain::activity::{TaskHistory, observed_spans};
use crate::domain::calendar::Zone;
use crate::domain::patterns::MiningOptions;
use crate::domain::time::{TimeSpan, Timestamp};

/// What is tested, and how.
#[derive(Clone, Copy, Debug)]
pub struct BacktestInput<'a> {
    /// The whole history.
    pub histories: &'a [TaskHistory],
    /// The zone local times are read in.
    pub zone: Zone,
    /// How patterns are looked for.
    pub options: &'a MiningOptions,
    /// Where the history is cut, ascending; each cut is a fold.
    pub cuts: &'a [Timestamp],
    /// How far is predicted from each, in milliseconds.
    pub look_ahead_ms: i64,
    /// How much history before each is mined, in milliseconds.
    pub mined_ms: i64,
    /// Patterns below it are not kept, as `analyze-activity-patterns` does.
    pub min_pattern_confidence: f64,
    /// Predictions below it are not counted (but calibrated).
    pub min_confidence: f64,
}

/// What a backtest found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backtest {
    /// Figures of all task types that had a pattern.
    pub all: BacktestFigures,
    /// The same by class.
    pub classes: Vec<(PredictionClass, BacktestFigures)>,
    /// Runs within the horizons of task types without any pattern then.
    pub runs_without_pattern: u64,
    /// What the outcomes of all folds teach.
    pub calibration: Calibration,
}

/// Tests each fold in turn. Confidences are calibrated by what the folds before it taught, as they would have been;
/// `stop` is asked while mining, and ends the test with what is done.
pub fn backtest(input: &BacktestInput<'_>, stop: &(dyn Fn() -> bool + Sync)) -> Backtest {
    let span = whole_span(input.histories);
    let observed = observed_spans(input.histories, span);
    let mut judged: Vec<Judged> = Vec::new();
    let mut tallies: BTreeMap<PredictionClass, ClassTally> = BTreeMap::new();
    let mut runs_without_pattern = 0;
    for cut in input.cuts {
        let calibration = Calibration::fit(&judged);
        let fold = Fold::new(input, *cut, span.end, stop);
        if stop() {
            break;
        }
        let by_type = fold.predictions_by_type();
        for history in input.histories {
            let starts = fold.starts_after(history);
            let runs = starts.iter().filter(|start| fold.horizon.contains(**start)).count() as u64;
            let Some(class) = fold.class_of(&history.name, by_type.get(history.name.as_str())) else {
                runs_without_pattern += runs;
                continue;
            };
            let predictions = by_type.get(history.name.as_str()).map_or(&[][..], Vec::as_slice);
            let seen: Vec<&Prediction> = predictions
                .iter()
                .copied()
                .filter(|prediction| {
                    // A window that was cut off proves a run that came, but none that did not.
                    let window = prediction.window_start..=prediction.window_end;
                    let came = || starts.iter().any(|start| window.contains(start));
                    observed.iter().any(|span| {
                        span.contains(prediction.predicted_start)
                            && (prediction.window_end < span.end || came())
                    })
                })
                .collect();
            let tally = tallies.entry(class).or_default();
            tally.task_types += 1;
            tally.runs += runs;
            fold.judge(&seen, history, &starts, &calibration, input.min_confidence, tally, &mut judged);
            fold.judge_naive(&seen, history, &starts, &observed, tally);
        }
    }
    let mut all = ClassTally::default();
    tallies.values().for_each(|tally| all.add(tally));
    Backtest {
        all: all.figures(),
        classes: tallies.iter().map(|(class, tally)| (*class, tally.figures())).collect(),
        runs_without_pattern,
        calibration: Calibration::fit(&judged),
    }
}

/// From the first start to just after the last.
fn whole_span(histories: &[TaskHistory]) -> TimeSpan {
    let starts = || histories.iter().flat_map(|history| history.runs.iter().map(|run| run.started_at));
    match (starts().min(), starts().max()) {
        (Some(start), Some(end)) => TimeSpan { start, end: end.plus_ms(1) },
        _ => TimeSpan { start: Timestamp::MIN, end: Timestamp::MIN },
    }
}
