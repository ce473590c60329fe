//! How often runs fail.

use serde::{Deserialize, Serialize};

use crate::domain::activity::{HistoryRun, RunStatus};

/// Runs after which a run weighs half.
const HALF_LIFE: f64 = 20.0;

/// The chance that a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailureRate {
    /// Mean of the posterior under Jeffreys' prior, Beta(1/2, 1/2); later runs weigh more.
    pub rate: f64,
    /// Runs whose outcome is known.
    pub runs_used: u64,
}

/// The chance that the next of `runs` (in order of time) fails, runs out of time or out of memory; `None` while no
/// outcome is known. What a person cancelled says nothing.
pub fn failure_rate<'a>(runs: impl IntoIterator<Item = &'a HistoryRun>) -> Option<FailureRate> {
    let decay = 0.5_f64.powf(1.0 / HALF_LIFE);
    let (mut failed, mut known, mut runs_used) = (0.0, 0.0, 0);
    for run in runs {
        let outcome = match run.status {
            Some(RunStatus::Completed) => 0.0,
            Some(RunStatus::Failed | RunStatus::Timeout | RunStatus::OutOfMemory) => 1.0,
            Some(RunStatus::Cancelled | RunStatus::Running) | None => continue,
        };
        failed = failed * decay + outcome;
        known = known * decay + 1.0;
        runs_used += 1;
    }
    (runs_used > 0).then(|| FailureRate { rate: (failed + 0.5) / (known + 1.0), runs_used })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn rate(outcomes: &[Option<RunStatus>]) -> Option<FailureRate> {
        let runs: Vec<HistoryRun> = outcomes
            .iter()
            .map(|status| HistoryRun { status: *status, ..HistoryRun::started(Timestamp::clamped(0)) })
            .collect();
        failure_rate(&runs)
    }

    #[test]
    fn late_failures_weigh_more_than_early_ones() {
        let (done, failed) = (Some(RunStatus::Completed), Some(RunStatus::Timeout));
        let late = rate(&[done, done, done, failed]).expect("known");
        let early = rate(&[failed, done, done, done]).expect("known");
        assert!(late.rate > early.rate && late.runs_used == 4);
        assert_eq!(rate(&[done]).map(|found| found.rate), Some(0.25));
    }

    #[test]
    fn what_nobody_knows_or_somebody_cancelled_does_not_count() {
        assert_eq!(rate(&[None, Some(RunStatus::Cancelled), Some(RunStatus::Running)]), None);
    }
}
