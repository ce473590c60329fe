//! What the library makes of histories: patterns, and the runs they expect.

use std::collections::BTreeMap;

use tidetable::domain::activity::{TaskHistory, observed_spans};
use tidetable::domain::calendar::Zone;
use tidetable::domain::patterns::{MiningInput, MiningOptions, Pattern, PatternId, mine};
use tidetable::domain::prediction::{Calibration, PredictionInput, predict};
use tidetable::domain::time::{DAY_MS, TimeSpan, Timestamp};

use crate::scoring::{ByType, Expected};

/// The patterns of `span`.
pub fn patterns(histories: &[TaskHistory], span: TimeSpan, zone: Zone) -> Vec<(PatternId, Pattern)> {
    let observed = observed_spans(histories, span);
    let found = mine(&MiningInput { histories, span, observed: &observed, zone }, &MiningOptions::default());
    found.into_iter().enumerate().map(|(number, pattern)| (PatternId(number as i64 + 1), pattern)).collect()
}

/// What patterns expect of the horizon, which begins where the histories end.
pub fn expected(
    patterns: &[(PatternId, Pattern)],
    histories: &[TaskHistory],
    horizon: TimeSpan,
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
    let calibration = Calibration::default();
    let input = PredictionInput {
        calibration: &calibration,
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
