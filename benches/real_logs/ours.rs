//! What the library makes of histories: patterns, and the runs they expect.

use std::collections::BTreeMap;

use tidetable::domain::activity::{TaskHistory, observed_spans};
use tidetable::domain::calendar::Zone;
use tidetable::domain::patterns::{MiningInput, MiningOptions, Pattern, PatternId, mine};
use tidetable::domain::prediction::{BacktestInput, Calibration, PredictionInput, backtest, predict};
use tidetable::domain::time::{DAY_MS, TimeSpan, Timestamp};

use crate::scoring::{ByType, Expected};

/// The patterns of `span`.
pub fn patterns(histories: &[TaskHistory], span: TimeSpan, zone: Zone) -> Vec<(PatternId, Pattern)> {
    let observed = observed_spans(histories, span);
    let found = mine(&MiningInput { histories, span, observed: &observed, zone }, &MiningOptions::default());
    found.into_iter().enumerate().map(|(number, pattern)| (PatternId(number as i64 + 1), pattern)).collect()
}

/// What backtests within `span` teach of how often confidences come true.
pub fn learnt(histories: &[TaskHistory], span: TimeSpan, zone: Zone) -> Calibration {
    // A day ahead from each of the last weeks, or from what there is of them.
    const CUTS: i64 = 6;
    let apart = (span.length_ms() / (2 * CUTS)).min(7 * DAY_MS);
    let cuts: Vec<Timestamp> = (1..=CUTS).rev().map(|number| span.end.plus_ms(-number * apart)).collect();
    let input = BacktestInput {
        histories,
        zone,
        options: &MiningOptions::default(),
        cuts: &cuts,
        look_ahead_ms: DAY_MS.min(apart),
        mined_ms: span.length_ms(),
        min_pattern_confidence: 0.0,
        min_confidence: 0.5,
    };
    backtest(&input, &|| false).calibration
}

/// What patterns expect of the horizon, which begins where the histories end.
pub fn expected(
    patterns: &[(PatternId, Pattern)],
    histories: &[TaskHistory],
    horizon: TimeSpan,
    calibration: &Calibration,
) -> ByType<Expected> {
    let recent: Vec<TaskHistory> = histories
        .iter()
        .map(|history| TaskHistory {
            runs: history
                .runs
                .iter()
                .filter(|run| horizon.start.since(run.started_at) <= 2 * DAY_MS)
                .copied()
                .collect(),
            ..history.clone()
        })
        .filter(|history| !history.runs.is_empty())
        .collect();
    let last_starts: BTreeMap<String, Timestamp> = histories
        .iter()
        .filter_map(|history| Some((history.name.clone(), history.runs.last()?.started_at)))
        .collect();
    let history_end = last_starts.values().max().copied();
    let input = PredictionInput {
        calibration,
        patterns,
        rules: &[],
        recent: &recent,
        last_starts: &last_starts,
        history_end,
        horizon,
    };
    let mut expected: ByType<Expected> = BTreeMap::new();
    for found in predict(&input) {
        expected.entry(found.task_type).or_default().push(Expected {
            at: found.predicted_start,
            window: Some((found.window_start, found.window_end)),
            confidence: found.confidence,
        });
    }
    expected
}
