//! Predictors without a model: what a person would try first.

use tidetable::domain::activity::TaskHistory;
use tidetable::domain::time::{DAY_MS, TimeSpan, Timestamp};

use crate::scoring::{ByType, Expected};

/// Predictions of one task type at most; a gap of seconds would fill a week with noise.
const MOST: usize = 5_000;

/// A predictor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naive {
    /// The last gap, again and again.
    LastGap,
    /// The mean of the last three gaps, again and again.
    MeanGap,
    /// What ran seven days before.
    LastWeek,
}

impl Naive {
    /// All predictors.
    pub const ALL: [Naive; 3] = [Naive::LastGap, Naive::MeanGap, Naive::LastWeek];

    /// In the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Naive::LastGap => "last gap",
            Naive::MeanGap => "mean of 3 gaps",
            Naive::LastWeek => "last week",
        }
    }

    /// What it expects of the horizon, which begins where the histories end.
    pub fn expected(self, histories: &[TaskHistory], horizon: TimeSpan) -> ByType<Expected> {
        histories
            .iter()
            .map(|history| {
                let starts: Vec<Timestamp> = history.runs.iter().map(|run| run.started_at).collect();
                let expected = self.of_type(&starts, horizon).into_iter();
                let certain = |at| Expected { at, window: None, confidence: 1.0 };
                (history.name.clone(), expected.map(certain).collect())
            })
            .collect()
    }

    fn of_type(self, starts: &[Timestamp], horizon: TimeSpan) -> Vec<Timestamp> {
        match self {
            Naive::LastGap => repeated(starts, 1, horizon),
            Naive::MeanGap => repeated(starts, 3, horizon),
            Naive::LastWeek => starts
                .iter()
                .map(|start| start.plus_ms(7 * DAY_MS))
                .filter(|start| horizon.contains(*start))
                .take(MOST)
                .collect(),
        }
    }
}

/// Instants of the horizon at the mean of the last `gaps` gaps (or as many as there are) after the last start.
fn repeated(starts: &[Timestamp], gaps: usize, horizon: TimeSpan) -> Vec<Timestamp> {
    let Some(last) = starts.last() else { return Vec::new() };
    let used = gaps.min(starts.len() - 1);
    if used == 0 {
        return Vec::new();
    }
    let gap = last.since(starts[starts.len() - 1 - used]) / used as i64;
    if gap <= 0 {
        return Vec::new();
    }
    let skipped = (horizon.start.since(*last) + gap - 1) / gap;
    (skipped.max(1)..)
        .map(|count| last.plus_ms(count * gap))
        .take_while(|at| *at < horizon.end)
        .take(MOST)
        .collect()
}
