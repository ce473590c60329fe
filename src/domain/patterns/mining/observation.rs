//! Which slots could have been seen at all.

use crate::domain::time::TimeSpan;

/// Ascending, disjoint spans (ms) in which something recorded runs.
#[derive(Clone, Debug)]
pub(super) struct Observation {
    spans: Vec<(i64, i64)>,
}

impl Observation {
    /// The parts of `span` named in `observed`, all of it when none are named, up to `end_ms`.
    pub(super) fn new(span: TimeSpan, observed: &[TimeSpan], end_ms: i64) -> Observation {
        let whole = (span.start.millis(), span.end.millis().min(end_ms));
        let mut spans: Vec<(i64, i64)> = observed
            .iter()
            .map(|part| (part.start.millis().max(whole.0), part.end.millis().min(whole.1)))
            .filter(|part| part.0 < part.1)
            .collect();
        if observed.is_empty() {
            spans.push(whole);
        }
        spans.sort_unstable();
        Observation { spans }
    }

    /// Whether every instant from `start_ms` to `end_ms` was observed.
    pub(super) fn covers(&self, start_ms: i64, end_ms: i64) -> bool {
        let index = self.spans.partition_point(|span| span.0 <= start_ms);
        index > 0 && end_ms <= self.spans[index - 1].1
    }

    /// Milliseconds observed between two instants.
    pub(super) fn observed_ms(&self, start_ms: i64, end_ms: i64) -> i64 {
        self.spans.iter().map(|span| (span.1.min(end_ms) - span.0.max(start_ms)).max(0)).sum()
    }

    /// The last instant observed.
    pub(super) fn end_ms(&self) -> i64 {
        self.spans.iter().map(|span| span.1).max().unwrap_or(i64::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn span(start: i64, end: i64) -> TimeSpan {
        TimeSpan::new(Timestamp::clamped(start), Timestamp::clamped(end))
    }

    #[test]
    fn a_slot_that_reaches_into_a_gap_was_not_observed() {
        let observation = Observation::new(span(0, 100), &[span(0, 40), span(60, 100)], 100);
        assert!(observation.covers(10, 40));
        assert!(!observation.covers(30, 65));
        assert_eq!(observation.observed_ms(30, 70), 20);
    }
}
