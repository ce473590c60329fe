//! What the runs of a task type need.

use serde::{Deserialize, Serialize};

use super::Quantiles;
use super::needs::{FailureRate, Measured, failure_rate, next_need};
use crate::domain::activity::{HistoryRun, RunStatus};

/// What the next run is expected to need; each field is `None` while no run tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourceProfile {
    /// Seconds from start to end.
    pub duration_seconds: Option<Quantiles>,
    /// CPU cores.
    pub cpu_cores: Option<Quantiles>,
    /// Peak main memory, MiB.
    pub memory_mib: Option<Quantiles>,
    /// GPUs held.
    pub gpu_count: Option<Quantiles>,
    /// Peak GPU memory, MiB.
    pub gpu_memory_mib: Option<Quantiles>,
    /// How often runs fail.
    pub failure_rate: Option<FailureRate>,
    /// Runs that were looked at.
    pub runs_used: u64,
}

/// The profile of `runs`, in any order: needs of the successful ones, and of those whose outcome is unknown (a run that
/// was killed, failed or still goes on says too little about what a full one needs); failures of all.
pub fn resource_profile<'a>(runs: impl IntoIterator<Item = &'a HistoryRun>) -> ResourceProfile {
    let mut all: Vec<&HistoryRun> = runs.into_iter().collect();
    all.sort_by_key(|run| run.started_at);
    let usable: Vec<&HistoryRun> =
        all.iter().copied().filter(|run| matches!(run.status, None | Some(RunStatus::Completed))).collect();
    let need = |value: fn(&HistoryRun) -> Option<f64>| {
        let measured: Vec<Measured> =
            usable.iter().filter_map(|run| Some((run.started_at, value(run)?))).collect();
        next_need(&measured)
    };
    ResourceProfile {
        duration_seconds: need(HistoryRun::duration_seconds),
        cpu_cores: need(|run| run.resources.cpu_cores),
        memory_mib: need(|run| run.resources.memory_mib),
        gpu_count: need(|run| run.resources.gpu_count),
        gpu_memory_mib: need(|run| run.resources.gpu_memory_mib),
        failure_rate: failure_rate(all),
        runs_used: usable.len() as u64,
    }
}
