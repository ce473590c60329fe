//! When a history was watching at all: nobody can miss a run while nothing was recorded.

use super::TaskHistory;
use crate::domain::time::{HOUR_MS, TimeSpan, Timestamp};

/// A silence shorter than this is never taken for a gap in the record.
const SHORTEST_SILENCE_MS: i64 = 3 * HOUR_MS;

/// A silence is taken for a gap in the record when it is this many times as long as 95 % of all gaps.
const UNUSUAL: i64 = 6;

/// The parts of `span`, ascending and apart, in which the histories together record something. A silence of
/// all task types at once that is far longer than silences here usually are is a gap in the record (a log
/// that was lost, a machine that was off), not a time without work.
pub fn observed_spans(histories: &[TaskHistory], span: TimeSpan) -> Vec<TimeSpan> {
    let mut starts: Vec<Timestamp> = histories
        .iter()
        .flat_map(|history| history.runs.iter().map(|run| run.started_at))
        .filter(|start| span.contains(*start))
        .collect();
    starts.sort_unstable();
    let (Some(first), Some(last)) = (starts.first().copied(), starts.last().copied()) else {
        return Vec::new();
    };
    let mut gaps: Vec<i64> =
        starts.windows(2).map(|pair| pair[1].since(pair[0])).filter(|gap| *gap > 0).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len().saturating_sub(1) * 95 / 100).copied().unwrap_or(0);
    let longest = (usual.saturating_mul(UNUSUAL)).max(SHORTEST_SILENCE_MS);
    let mut spans = Vec::new();
    let mut opened = first;
    for pair in starts.windows(2) {
        if pair[1].since(pair[0]) > longest {
            spans.push(TimeSpan { start: opened, end: pair[0].plus_ms(1) });
            opened = pair[1];
        }
    }
    spans.push(TimeSpan { start: opened, end: last.plus_ms(1) });
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::{HistoryRun, TaskTypeId};

    #[test]
    fn a_silence_far_longer_than_usual_is_not_observed() {
        let hourly = |hour: i64| HistoryRun::started(Timestamp::clamped(hour * HOUR_MS));
        let runs = (0..48).chain(96..144).map(hourly).collect();
        let histories = [TaskHistory { task_type: TaskTypeId(1), name: "hourly".into(), runs }];
        let span = TimeSpan::new(Timestamp::clamped(0), Timestamp::clamped(200 * HOUR_MS));
        let spans = observed_spans(&histories, span);
        assert_eq!(spans.len(), 2);
        assert_eq!(spans[1].start, Timestamp::clamped(96 * HOUR_MS));
    }
}
