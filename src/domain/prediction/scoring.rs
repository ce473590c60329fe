//! Predicted instants against what ran, one to one: the one way of counting that reports and benchmarks share.

use super::outcome::{ExpectedWindow, match_runs};
use crate::domain::time::Timestamp;

/// What became of predicted instants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstantScore {
    /// Predictions with a run of their own within the tolerance.
    pub hits: u64,
    /// The others.
    pub misses: u64,
    /// Runs that no prediction had told of.
    pub not_predicted: u64,
    /// Confidence of each prediction, in the order given, and whether it came true.
    pub judged: Vec<(f64, bool)>,
}

/// Scores `predicted` instants (each with its confidence, in any order) of one task type against its `actual` starts
/// (in any order): each run fulfils at most one prediction, and each prediction takes at most one run, no farther away
/// than `tolerance_ms`, nearest pairs first.
pub fn score_instants(
    predicted: &[(Timestamp, f64)],
    actual: &[Timestamp],
    tolerance_ms: i64,
) -> InstantScore {
    let mut starts = actual.to_vec();
    starts.sort_unstable();
    let windows: Vec<ExpectedWindow> = predicted
        .iter()
        .map(|(instant, _)| ExpectedWindow {
            predicted_start: *instant,
            window_start: instant.plus_ms(-tolerance_ms),
            window_end: instant.plus_ms(tolerance_ms),
        })
        .collect();
    let matched = match_runs(&windows, &starts);
    let hits = matched.iter().flatten().count() as u64;
    InstantScore {
        hits,
        misses: matched.len() as u64 - hits,
        not_predicted: starts.len() as u64 - hits,
        judged: predicted
            .iter()
            .zip(&matched)
            .map(|((_, confidence), run)| (*confidence, run.is_some()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_counts_once() {
        let at = Timestamp::clamped;
        let found = score_instants(&[(at(100), 0.9), (at(120), 0.4)], &[at(500), at(110)], 20);
        assert_eq!((found.hits, found.misses, found.not_predicted), (1, 1, 1));
        assert_eq!(found.judged, [(0.9, true), (0.4, false)]);
    }
}
