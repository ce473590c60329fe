//! One task type's starts as the miner reads them.

use super::bursts::{Bursts, after_failures};
use crate::domain::activity::{HistoryRun, TaskHistory};
use crate::domain::patterns::BurstDetails;
use crate::domain::time::{MINUTE_MS, SECOND_MS};

/// Ascending starts of one task type within the span.
#[derive(Clone, Debug)]
pub(super) struct Starts<'a> {
    /// Name of the task type.
    pub(super) name: &'a str,
    /// Its runs, ascending by start.
    pub(super) runs: Vec<&'a HistoryRun>,
    /// When each of `runs` began, ms UTC.
    pub(super) at_ms: Vec<i64>,
    /// Grain of the recorded times in ms: 1, a second or a minute.
    pub(super) resolution_ms: i64,
    /// Runs in the span, those that only tried another again included: `runs` may leave these out.
    pub(super) recorded_runs: u64,
    /// What was left out of `runs`.
    pub(super) burst: Option<BurstDetails>,
}

impl<'a> Starts<'a> {
    /// The runs of `history` that began from `from_ms` to `to_ms`.
    pub(super) fn new(history: &'a TaskHistory, from_ms: i64, to_ms: i64) -> Starts<'a> {
        let mut runs: Vec<&HistoryRun> =
            history.runs.iter().filter(|run| (from_ms..=to_ms).contains(&run.started_at.millis())).collect();
        // The store's order of ties is kept; histories should come sorted, yet nothing here may hang on it.
        runs.sort_by_key(|run| run.started_at);
        let at_ms: Vec<i64> = runs.iter().map(|run| run.started_at.millis()).collect();
        let resolution_ms = resolution(&at_ms);
        let recorded_runs = runs.len() as u64;
        let starts = Starts { name: &history.name, runs, at_ms, resolution_ms, recorded_runs, burst: None };
        match after_failures(&starts) {
            Some(bursts) => starts.only_heads(&bursts),
            None => starts,
        }
    }

    /// The starts with only the first runs of `bursts` left.
    pub(super) fn only_heads(&self, bursts: &Bursts) -> Starts<'a> {
        Starts {
            runs: bursts.heads.iter().map(|head| self.runs[*head]).collect(),
            at_ms: bursts.heads.iter().map(|head| self.at_ms[*head]).collect(),
            burst: Some(bursts.details),
            ..*self
        }
    }
}

/// Grain of times. A dozen times at full minutes without one that is not are times noted to the minute; with
/// fewer, a schedule that starts at the full minute explains them as well.
fn resolution(at_ms: &[i64]) -> i64 {
    const TELLING: usize = 12;
    let all = |grain: i64| at_ms.iter().all(|at| at % grain == 0);
    if at_ms.len() >= TELLING && all(MINUTE_MS) {
        MINUTE_MS
    } else if all(SECOND_MS) {
        SECOND_MS
    } else {
        1
    }
}
