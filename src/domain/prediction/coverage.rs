//! Which stretches of time predictions were made for: only runs in them can be called unpredicted.

use serde::Serialize;

use crate::domain::time::{TimeSpan, Timestamp};

/// A stretch of time that predictions were made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredictionHorizon {
    /// From the moment of the prediction to its end.
    pub span: TimeSpan,
    /// The task types asked for; all when `None`.
    pub task_types: Option<Vec<String>>,
}

/// Runs of one task type that started while predictions were made for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoveredRuns {
    /// The task type.
    pub task_type: String,
    /// Runs.
    pub runs: u64,
    /// Those that fulfilled a prediction.
    pub predicted: u64,
}

/// The spans that `horizons` cover for `task_type` (for any task type that none of them names, when `None`),
/// cut at `end`; ascending and apart.
pub fn covered_spans(
    horizons: &[PredictionHorizon],
    task_type: Option<&str>,
    end: Timestamp,
) -> Vec<TimeSpan> {
    let concerns = |horizon: &&PredictionHorizon| match (&horizon.task_types, task_type) {
        (None, _) => true,
        (Some(names), Some(task_type)) => names.iter().any(|name| name == task_type),
        (Some(_), None) => false,
    };
    let mut spans: Vec<TimeSpan> = horizons
        .iter()
        .filter(concerns)
        .map(|horizon| TimeSpan { start: horizon.span.start, end: horizon.span.end.min(end) })
        .filter(|span| span.start < span.end)
        .collect();
    spans.sort_by_key(|span| span.start);
    let mut joined: Vec<TimeSpan> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: i64, end: i64) -> TimeSpan {
        TimeSpan { start: Timestamp::clamped(start), end: Timestamp::clamped(end) }
    }

    #[test]
    fn overlapping_horizons_cover_their_union_up_to_the_end_of_the_record() {
        let horizons = [
            PredictionHorizon { span: span(50, 90), task_types: None },
            PredictionHorizon { span: span(0, 60), task_types: None },
            PredictionHorizon { span: span(100, 300), task_types: Some(vec!["train".into()]) },
        ];
        let end = Timestamp::clamped(200);
        assert_eq!(covered_spans(&horizons, None, end), [span(0, 90)]);
        assert_eq!(covered_spans(&horizons, Some("train"), end), [span(0, 90), span(100, 200)]);
        assert_eq!(covered_spans(&horizons, Some("sync"), end), [span(0, 90)]);
    }
}
