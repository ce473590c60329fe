//! What became of predictions: which run fulfilled which.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::patterns::judged_reach_ms;
use crate::domain::time::Timestamp;

/// What became of a prediction once its window had passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PredictionOutcome {
    /// A run started within the window.
    Hit,
    /// The window was recorded, and no run started within it.
    Missed,
    /// Nothing at all was recorded from the predicted start on, so nobody can tell.
    Unobserved,
}

impl PredictionOutcome {
    /// All outcomes.
    pub const ALL: [PredictionOutcome; 3] =
        [PredictionOutcome::Hit, PredictionOutcome::Missed, PredictionOutcome::Unobserved];

    /// The word used in the store and in output.
    pub fn as_str(self) -> &'static str {
        match self {
            PredictionOutcome::Hit => "hit",
            PredictionOutcome::Missed => "missed",
            PredictionOutcome::Unobserved => "unobserved",
        }
    }
}

impl fmt::Display for PredictionOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no outcome of a prediction")]
pub struct UnknownOutcome(pub String);

impl FromStr for PredictionOutcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PredictionOutcome::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or_else(|| UnknownOutcome(text.to_owned()))
    }
}

/// When a run was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedWindow {
    /// Most likely start.
    pub predicted_start: Timestamp,
    /// First instant that counts.
    pub window_start: Timestamp,
    /// Last instant that counts.
    pub window_end: Timestamp,
}

/// The spans in which a start fulfils each of `windows` (of one task type, by predicted start). One run in ten comes
/// outside of its window, and is the predicted one all the same, as far as [`judged_reach_ms`] says; but beyond its own window none reaches nearer to the next predicted start than
/// to its own.
pub fn matching_spans(windows: &[ExpectedWindow]) -> Vec<ExpectedWindow> {
    let half_way = |index: usize, other: Option<usize>| {
        let other = other.and_then(|other| windows.get(other));
        other.map_or(i64::MAX, |other| other.predicted_start.since(windows[index].predicted_start).abs() / 2)
    };
    windows
        .iter()
        .enumerate()
        .map(|(index, window)| {
            let before = window.predicted_start.since(window.window_start);
            let after = window.window_end.since(window.predicted_start);
            let earlier = judged_reach_ms(before).min(half_way(index, index.checked_sub(1)));
            let later = judged_reach_ms(after).min(half_way(index, index.checked_add(1)));
            ExpectedWindow {
                predicted_start: window.predicted_start,
                window_start: window.predicted_start.plus_ms(-earlier.max(before)),
                window_end: window.predicted_start.plus_ms(later.max(after)),
            }
        })
        .collect()
}

/// Runs on either side of a predicted start that are looked at: more than this many predictions of one task
/// type would have to overlap before one of them could go without a run that it might have had.
const NEAREST: usize = 64;

/// Gives each window at most one of the `starts` (ascending) that lie in it, and each start to at most one
/// window: nearest pairs first, ties to the earlier window, then the earlier start. Returns for each window the
/// position of its start.
pub fn match_runs(windows: &[ExpectedWindow], starts: &[Timestamp]) -> Vec<Option<usize>> {
    let mut pairs: Vec<(i64, usize, usize)> = Vec::new();
    for (index, window) in windows.iter().enumerate() {
        let middle = starts.partition_point(|start| *start < window.predicted_start);
        let first =
            starts.partition_point(|start| *start < window.window_start).max(middle.saturating_sub(NEAREST));
        let after = starts.partition_point(|start| *start <= window.window_end).min(middle + NEAREST);
        for (position, start) in starts.iter().enumerate().take(after).skip(first) {
            pairs.push((start.since(window.predicted_start).abs(), index, position));
        }
    }
    pairs.sort_unstable_by_key(|(distance, index, position)| {
        (*distance, windows[*index].predicted_start, *index, *position)
    });
    let mut matched = vec![None; windows.len()];
    let mut taken = HashSet::new();
    for (_, index, position) in pairs {
        if matched[index].is_none() && taken.insert(position) {
            matched[index] = Some(position);
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn window(predicted: i64, half: i64) -> ExpectedWindow {
        ExpectedWindow {
            predicted_start: Timestamp::clamped(predicted),
            window_start: Timestamp::clamped(predicted - half),
            window_end: Timestamp::clamped(predicted + half),
        }
    }

    fn at(values: &[i64]) -> Vec<Timestamp> {
        values.iter().map(|value| Timestamp::clamped(*value)).collect()
    }

    #[test]
    fn one_run_fulfils_one_prediction_the_nearest_first() {
        let windows = [window(100, 50), window(140, 50)];
        assert_eq!(match_runs(&windows, &at(&[130])), [None, Some(0)]);
        assert_eq!(match_runs(&windows, &at(&[130, 145])), [Some(0), Some(1)]);
    }

    #[test]
    fn a_run_a_little_outside_its_window_fulfils_it_unless_it_is_nearer_to_the_next() {
        let minute = 60_000;
        let spans =
            matching_spans(&[window(0, minute), window(4 * minute, minute), window(600 * minute, minute)]);
        let sides: Vec<(i64, i64)> = spans
            .iter()
            .map(|span| {
                let from = span.predicted_start.since(span.window_start);
                (from / minute, span.window_end.since(span.predicted_start) / minute)
            })
            .collect();
        assert_eq!(sides, [(5, 2), (2, 5), (5, 5)]);
        let wide = matching_spans(&[window(0, 180 * minute)]);
        assert_eq!(wide[0].window_end.millis(), 210 * minute);
    }

    #[test]
    fn the_edges_of_a_window_count_and_nothing_beyond() {
        assert_eq!(match_runs(&[window(100, 50)], &at(&[150])), [Some(0)]);
        assert_eq!(match_runs(&[window(100, 50)], &at(&[49, 151])), [None]);
        assert_eq!(match_runs(&[], &at(&[1])), []);
    }

    proptest! {
        #[test]
        fn matches_lie_in_their_windows_and_share_no_run(
            predicted in proptest::collection::vec((0_i64..500, 0_i64..60), 0..20),
            starts in proptest::collection::vec(0_i64..500, 0..30),
        ) {
            let windows: Vec<ExpectedWindow> =
                predicted.iter().map(|(start, half)| window(*start, *half)).collect();
            let mut starts = at(&starts);
            starts.sort();
            let matched = match_runs(&windows, &starts);
            let mut used: Vec<usize> = matched.iter().flatten().copied().collect();
            for (window, found) in windows.iter().zip(&matched) {
                if let Some(position) = found {
                    let start = starts[*position];
                    prop_assert!(window.window_start <= start && start <= window.window_end);
                } else {
                    // Maximal: a free run in the window would have been taken.
                    let free = starts.iter().enumerate().any(|(position, start)| {
                        !used.contains(&position) && window.window_start <= *start && *start <= window.window_end
                    });
                    prop_assert!(!free);
                }
            }
            let before = used.len();
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len(), before);
        }
    }
}
