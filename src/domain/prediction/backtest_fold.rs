//! One cut of a backtest: what was known then, what was expected, and what came.

use std::collections::BTreeMap;

use super::backtest::BacktestInput;
use super::backtest_figures::ClassTally;
use super::isotonic::{Calibration, Judged};
use super::naive::NaivePredictor;
use super::outcome::{ExpectedWindow, match_runs, matching_spans};
use super::scoring::score_instants;
use super::{Prediction, PredictionClass, PredictionInput, predict};
use crate::domain::activity::{HistoryRun, RunStatus, TaskHistory, observed_spans};
use crate::domain::patterns::{MiningInput, Pattern, PatternId, mine_until};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, TimeSpan, Timestamp};

/// How far back runs are read that may still go on or be followed, as `predict` does.
const RECENT_MS: i64 = 2 * DAY_MS;
/// A run that comes so soon after the horizon may be one that was predicted within it.
const AFTERMATH_MS: i64 = HOUR_MS;

/// One cut: what was known, and what was expected.
pub(super) struct Fold {
    pub horizon: TimeSpan,
    known: Vec<TaskHistory>,
    patterns: Vec<(PatternId, Pattern)>,
    predictions: Vec<Prediction>,
}

impl Fold {
    pub fn new(
        input: &BacktestInput<'_>,
        cut: Timestamp,
        record_end: Timestamp,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Fold {
        let known = known_at(input.histories, cut, input.mined_ms);
        let starts = || known.iter().flat_map(|history| history.runs.last().map(|run| run.started_at));
        let history_end = starts().max();
        let span = TimeSpan {
            start: cut.plus_ms(-input.mined_ms),
            end: history_end.map_or(cut, |end| end.plus_ms(1)),
        };
        let patterns: Vec<(PatternId, Pattern)> = mine_until(
            &MiningInput {
                histories: &known,
                span,
                observed: &observed_spans(&known, span),
                zone: input.zone,
            },
            input.options,
            stop,
        )
        .into_iter()
        .filter(|pattern| pattern.confidence >= input.min_pattern_confidence)
        .enumerate()
        .map(|(index, pattern)| (PatternId(index as i64 + 1), pattern))
        .collect();
        let horizon = TimeSpan { start: cut, end: cut.plus_ms(input.look_ahead_ms).min(record_end) };
        let recent: Vec<TaskHistory> = known
            .iter()
            .map(|history| {
                let from = history.runs.partition_point(|run| run.started_at < cut.plus_ms(-RECENT_MS));
                TaskHistory { runs: history.runs[from..].to_vec(), ..without_runs(history) }
            })
            .collect();
        let last_starts: BTreeMap<String, Timestamp> = known
            .iter()
            .filter_map(|history| Some((history.name.clone(), history.runs.last()?.started_at)))
            .collect();
        let predictions = predict(&PredictionInput {
            patterns: &patterns,
            rules: &[],
            recent: &recent,
            last_starts: &last_starts,
            history_end,
            calibration: &Calibration::default(),
            horizon,
        });
        Fold { horizon, known, patterns, predictions }
    }

    pub fn predictions_by_type(&self) -> BTreeMap<&str, Vec<&Prediction>> {
        let mut by_type: BTreeMap<&str, Vec<&Prediction>> = BTreeMap::new();
        for prediction in &self.predictions {
            by_type.entry(prediction.task_type.as_str()).or_default().push(prediction);
        }
        by_type
    }

    fn class(&self, prediction: &Prediction) -> PredictionClass {
        // Patterns are numbered by their place.
        let pattern = prediction.pattern_id.and_then(|id| self.patterns.get(usize::try_from(id.0 - 1).ok()?));
        PredictionClass::of(&prediction.source, pattern.map(|(_, pattern)| pattern))
    }

    /// What most predictions of a task type rest on, or else its first active pattern; `None` without one.
    pub fn class_of(&self, name: &str, predictions: Option<&Vec<&Prediction>>) -> Option<PredictionClass> {
        let mut counts: BTreeMap<PredictionClass, usize> = BTreeMap::new();
        for prediction in predictions.into_iter().flatten() {
            *counts.entry(self.class(prediction)).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(class, count)| (*count, std::cmp::Reverse(*class)));
        most.map(|(class, _)| class).or_else(|| {
            let active = self.patterns.iter().map(|(_, pattern)| pattern).filter(|pattern| pattern.is_active);
            active
                .filter(|pattern| super::expectation::predicted_task_type(pattern) == Some(name))
                .map(PredictionClass::of_pattern)
                .next()
        })
    }

    /// The starts of `history` that may fulfil a prediction, ascending.
    pub fn starts_after<'a>(&self, history: &'a TaskHistory) -> Vec<Timestamp> {
        let after = self.horizon.end.plus_ms(AFTERMATH_MS);
        let runs: &'a [HistoryRun] = &history.runs;
        let from = runs.partition_point(|run| run.started_at < self.horizon.start);
        runs[from..].iter().map(|run| run.started_at).take_while(|start| *start < after).collect()
    }

    #[allow(clippy::too_many_arguments, reason = "what a fold knows, and where its outcomes go")]
    pub fn judge(
        &self,
        predictions: &[&Prediction],
        history: &TaskHistory,
        starts: &[Timestamp],
        calibration: &Calibration,
        min_confidence: f64,
        tally: &mut ClassTally,
        judged: &mut Vec<Judged>,
    ) {
        let weight = 1.0 / (predictions.len() as f64).max(1.0).sqrt();
        for (prediction, run) in predictions.iter().zip(matched(predictions, starts)) {
            let class = self.class(prediction);
            let came_true = run.is_some();
            judged.push(Judged { class, confidence: prediction.confidence, came_true, weight });
            tally.raw.push((prediction.confidence, came_true));
            tally.calibrated.push((calibration.apply(class, prediction.confidence), came_true));
        }
        let confident: Vec<&Prediction> = predictions
            .iter()
            .copied()
            .filter(|one| calibration.apply(self.class(one), one.confidence) >= min_confidence)
            .collect();
        tally.predictions += confident.len() as u64;
        let first = history.runs.partition_point(|run| run.started_at < self.horizon.start);
        for (prediction, run) in confident.iter().zip(matched(&confident, starts)) {
            let Some(run) = run.and_then(|position| history.runs.get(first + position)) else { continue };
            tally.hits += 1;
            tally.runs_predicted += u64::from(self.horizon.contains(run.started_at));
            let inside = prediction.window_start <= run.started_at && run.started_at <= prediction.window_end;
            tally.windows.0 += 1;
            tally.windows.1 += u64::from(inside);
            if matches!(run.status, None | Some(RunStatus::Completed)) {
                let needs = &prediction.resources;
                tally.durations.add(needs.duration_seconds, run.duration_seconds());
                tally.memory.add(needs.memory_mib, run.resources.memory_mib);
            }
        }
    }

    /// The naive predictors on the same task type, as tolerant as the predictions they stand beside.
    pub fn judge_naive(
        &self,
        predictions: &[&Prediction],
        history: &TaskHistory,
        starts: &[Timestamp],
        observed: &[TimeSpan],
        tally: &mut ClassTally,
    ) {
        let windows: Vec<ExpectedWindow> = predictions.iter().map(|one| window(one)).collect();
        let mut halves: Vec<i64> = matching_spans(&windows)
            .iter()
            .map(|span| span.window_end.since(span.window_start) / 2)
            .collect();
        halves.sort_unstable();
        let tolerance = halves.get(halves.len() / 2).copied().unwrap_or(0).max(5 * MINUTE_MS);
        let before: Vec<Timestamp> = self
            .known
            .iter()
            .filter(|known| known.task_type == history.task_type)
            .flat_map(|known| known.runs.iter().map(|run| run.started_at))
            .collect();
        for (naive, counts) in NaivePredictor::ALL.into_iter().zip(&mut tally.naive) {
            let instants: Vec<(Timestamp, f64)> = naive
                .predict(&before, self.horizon)
                .into_iter()
                .filter(|instant| observed.iter().any(|span| span.contains(*instant)))
                .map(|instant| (instant, 1.0))
                .collect();
            let inside: Vec<Timestamp> =
                starts.iter().copied().filter(|start| self.horizon.contains(*start)).collect();
            let score = score_instants(&instants, &inside, tolerance);
            counts.predictions += score.hits + score.misses;
            counts.hits += score.hits;
        }
    }
}

/// The histories as they were known at `cut`: nothing that started later or too long before, no later end.
fn known_at(histories: &[TaskHistory], cut: Timestamp, mined_ms: i64) -> Vec<TaskHistory> {
    let from = cut.plus_ms(-mined_ms);
    histories
        .iter()
        .map(|history| {
            let first = history.runs.partition_point(|run| run.started_at < from);
            let after = history.runs.partition_point(|run| run.started_at < cut);
            let runs = history.runs[first..after.max(first)].iter().map(|run| {
                let ended = run.ended_at.is_none_or(|end| end <= cut);
                match ended {
                    true => *run,
                    false => HistoryRun { ended_at: None, status: Some(RunStatus::Running), ..*run },
                }
            });
            TaskHistory { runs: runs.collect(), ..without_runs(history) }
        })
        .filter(|history| !history.runs.is_empty())
        .collect()
}

fn without_runs(history: &TaskHistory) -> TaskHistory {
    TaskHistory { task_type: history.task_type, name: history.name.clone(), runs: Vec::new() }
}

fn window(prediction: &Prediction) -> ExpectedWindow {
    ExpectedWindow {
        predicted_start: prediction.predicted_start,
        window_start: prediction.window_start,
        window_end: prediction.window_end,
    }
}

/// The run of each prediction, as in `predict evaluate`.
fn matched(predictions: &[&Prediction], starts: &[Timestamp]) -> Vec<Option<usize>> {
    let windows: Vec<ExpectedWindow> = predictions.iter().map(|one| window(one)).collect();
    match_runs(&matching_spans(&windows), starts)
}
