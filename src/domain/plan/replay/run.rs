//! Runs and hosts as a replay sees them.

use crate::domain::activity::Resources;
use crate::domain::rules::Capacity;
use crate::domain::time::Timestamp;

/// Which resource, in the order of every list of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// CPU cores.
    CpuCores,
    /// Main memory, MiB.
    MemoryMib,
    /// GPUs.
    GpuCount,
    /// GPU memory, MiB.
    GpuMemoryMib,
}

impl Resource {
    /// All of them, in order.
    pub const ALL: [Resource; 4] =
        [Resource::CpuCores, Resource::MemoryMib, Resource::GpuCount, Resource::GpuMemoryMib];

    /// Its name in problems and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Resource::CpuCores => "cpu_cores",
            Resource::MemoryMib => "memory_mib",
            Resource::GpuCount => "gpu_count",
            Resource::GpuMemoryMib => "gpu_memory_mib",
        }
    }

    /// What a run used of it.
    pub fn of_run(self, used: &Resources) -> Option<f64> {
        let amount = match self {
            Resource::CpuCores => used.cpu_cores,
            Resource::MemoryMib => used.memory_mib,
            Resource::GpuCount => used.gpu_count,
            Resource::GpuMemoryMib => used.gpu_memory_mib,
        };
        amount.filter(|amount| amount.is_finite()).map(|amount| amount.max(0.0))
    }
}

/// A host of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayHost {
    /// Its name.
    pub name: String,
    /// What it has of each resource; `None` is not known, and then never too little.
    pub capacity: [Option<f64>; 4],
}

impl ReplayHost {
    /// A host of known capacity.
    pub fn new(name: impl Into<String>, capacity: &Capacity) -> ReplayHost {
        let known = |amount: Option<f64>| amount.filter(|amount| *amount > 0.0);
        ReplayHost {
            name: name.into(),
            capacity: [
                known(capacity.cpu_cores),
                known(capacity.memory_mib),
                known(capacity.gpu_count),
                known(capacity.gpu_memory_mib),
            ],
        }
    }
}

/// A run that really was, with what is assumed of it where its record says nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReplayRun {
    /// Its task type, by position in the caller's list.
    pub task_type: usize,
    /// When it started.
    pub start: Timestamp,
    /// How long it took, milliseconds.
    pub duration_ms: i64,
    /// What it took of each resource.
    pub demand: [f64; 4],
    /// Where, by position.
    pub host: usize,
    /// Of several that wait the highest goes first.
    pub priority: u8,
}
