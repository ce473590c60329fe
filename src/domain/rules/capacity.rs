//! What the machine has to give, and what a rule's runs take of it.

use serde::{Deserialize, Serialize};

use super::Rule;
use crate::domain::patterns::ResourceProfile;

/// What the machine has; `None` is unknown, and then nothing can be said to be too much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// CPU cores.
    pub cpu_cores: Option<f64>,
    /// Main memory, MiB.
    pub memory_mib: Option<f64>,
    /// GPUs.
    pub gpu_count: Option<f64>,
    /// Memory of all GPUs together, MiB.
    pub gpu_memory_mib: Option<f64>,
}

/// A resource that runs share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedResource {
    /// CPU cores.
    CpuCores,
    /// Main memory, MiB.
    MemoryMib,
    /// GPUs.
    GpuCount,
    /// Memory of all GPUs together, MiB.
    GpuMemoryMib,
}

impl SharedResource {
    /// All of them.
    pub const ALL: [SharedResource; 4] = [
        SharedResource::CpuCores,
        SharedResource::MemoryMib,
        SharedResource::GpuCount,
        SharedResource::GpuMemoryMib,
    ];

    /// What stands behind a number of it.
    pub fn unit(self) -> &'static str {
        match self {
            SharedResource::CpuCores => "CPU cores",
            SharedResource::MemoryMib => "MiB of memory",
            SharedResource::GpuCount => "GPUs",
            SharedResource::GpuMemoryMib => "MiB of GPU memory",
        }
    }

    /// How much of it there is.
    pub fn capacity(self, capacity: &Capacity) -> Option<f64> {
        match self {
            SharedResource::CpuCores => capacity.cpu_cores,
            SharedResource::MemoryMib => capacity.memory_mib,
            SharedResource::GpuCount => capacity.gpu_count,
            SharedResource::GpuMemoryMib => capacity.gpu_memory_mib,
        }
    }

    /// What a run takes of it in all but one of twenty cases (95 % quantile).
    pub fn demand(self, profile: &ResourceProfile) -> Option<f64> {
        let quantiles = match self {
            SharedResource::CpuCores => profile.cpu_cores,
            SharedResource::MemoryMib => profile.memory_mib,
            SharedResource::GpuCount => profile.gpu_count,
            SharedResource::GpuMemoryMib => profile.gpu_memory_mib,
        };
        quantiles.map(|found| found.p95).filter(|demand| demand.is_finite() && *demand > 0.0)
    }
}

/// Milliseconds a run takes in all but one of twenty cases; `None` where no run tells.
pub fn usual_duration_ms(rule: &Rule) -> Option<i64> {
    let seconds = rule.resources.duration_seconds?.p95;
    // Beyond i64 the cast saturates, which is long enough.
    (seconds.is_finite() && seconds > 0.0).then_some((seconds * 1000.0).ceil() as i64)
}
