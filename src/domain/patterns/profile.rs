//! What the runs of a task type need.

use serde::{Deserialize, Serialize};

use super::Quantiles;
use crate::domain::activity::{HistoryRun, RunStatus};

/// Quantiles of what runs took; each field is `None` while no run tells.
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
    /// Runs that were looked at.
    pub runs_used: u64,
}

/// The profile of the successful runs, and of those whose outcome is unknown: a run that was killed, failed
/// or still goes on says too little about what a full one needs.
pub fn resource_profile<'a>(runs: impl IntoIterator<Item = &'a HistoryRun>) -> ResourceProfile {
    let usable: Vec<&HistoryRun> =
        runs.into_iter().filter(|run| matches!(run.status, None | Some(RunStatus::Completed))).collect();
    let quantiles =
        |value: fn(&HistoryRun) -> Option<f64>| Quantiles::of(usable.iter().filter_map(|run| value(run)));
    ResourceProfile {
        duration_seconds: quantiles(HistoryRun::duration_seconds),
        cpu_cores: quantiles(|run| run.resources.cpu_cores),
        memory_mib: quantiles(|run| run.resources.memory_mib),
        gpu_count: quantiles(|run| run.resources.gpu_count),
        gpu_memory_mib: quantiles(|run| run.resources.gpu_memory_mib),
        runs_used: usable.len() as u64,
    }
}
