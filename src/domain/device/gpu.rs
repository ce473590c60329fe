//! One reading of the GPUs and of the processes that hold their memory.

use std::fmt;

use serde::Serialize;

use crate::domain::time::Timestamp;

/// One GPU at one moment. `None` is what the driver does not tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GpuSnapshot {
    /// Place in the order of PCI addresses (CUDA's own order may differ: hand out the UUID).
    pub index: u32,
    /// What to name it by: `GPU-...`.
    pub uuid: String,
    /// Product name.
    pub name: String,
    /// Memory, MiB.
    pub memory_total_mib: Option<f64>,
    /// Memory in use, MiB, without what the driver reserves for itself.
    pub memory_used_mib: Option<f64>,
    /// Share of the last sample period in which a kernel ran, 0..1.
    pub utilization: Option<f64>,
    /// Degrees Celsius.
    pub temperature_celsius: Option<f64>,
    /// Watts.
    pub power_watts: Option<f64>,
    /// Watts at most.
    pub power_limit_watts: Option<f64>,
    /// Whether it is cut into MIG instances; its processes' memory is then often unknown.
    pub is_mig: bool,
}

/// How a process uses a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessKind {
    /// CUDA and the like.
    Compute,
    /// It draws, perhaps besides computing.
    Graphics,
}

impl fmt::Display for ProcessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProcessKind::Compute => "compute",
            ProcessKind::Graphics => "graphics",
        })
    }
}

/// Whether signals reach a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessState {
    /// It runs, sleeps or is stopped.
    Alive,
    /// It waits inside the kernel, where no signal reaches it.
    Uninterruptible,
    /// It has ended and waits for its parent to take notice.
    Zombie,
}

/// What the system tells of a process.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProcessFacts {
    /// Its parent, the parent's parent, and so on.
    pub ancestors: Vec<u32>,
    /// Who runs it.
    pub user_id: u32,
    /// That user's name, where the system knows one.
    pub user: Option<String>,
    /// Its short name.
    pub name: String,
    /// Its command line; the short name where it shows none.
    pub command: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// Clock ticks from the start of the system to its own: with the process id, its identity.
    pub start_ticks: u64,
    /// Whether signals reach it.
    pub state: ProcessState,
    /// Its control group, as the kernel spells it.
    pub control_group: Option<String>,
}

/// A process that holds memory of a GPU.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GpuProcess {
    /// The GPU.
    pub gpu_index: u32,
    /// The GPU.
    pub gpu_uuid: String,
    /// Process id, as the driver numbers it.
    pub pid: u32,
    /// How it uses the GPU.
    pub kind: ProcessKind,
    /// What it holds of this GPU, MiB.
    pub memory_mib: Option<f64>,
    /// `None` when no such process can be seen from here.
    pub facts: Option<ProcessFacts>,
}

/// Used memory of `gpu` that no listed process accounts for: the driver, another container's processes, a process
/// that died badly. `None` when the used memory is unknown; never negative.
pub fn unattributed_mib(gpu: &GpuSnapshot, processes: &[GpuProcess]) -> Option<f64> {
    let known: f64 = processes
        .iter()
        .filter(|process| process.gpu_uuid == gpu.uuid)
        .filter_map(|process| process.memory_mib)
        .sum();
    gpu.memory_used_mib.map(|used| (used - known).max(0.0))
}
