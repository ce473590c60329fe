//! One reading of the GPUs and of the processes that hold their memory.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::protected::{is_protected, supervising_unit};
use crate::domain::time::Timestamp;

/// A part of a GPU that MIG cuts off, with memory of its own. `None` is what the driver does not tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MigInstance {
    /// What to name it by: `MIG-...`.
    pub uuid: String,
    /// Number of the GPU instance, by which its processes name it.
    pub gpu_instance_id: Option<u32>,
    /// Memory, MiB.
    pub memory_total_mib: Option<f64>,
    /// Memory in use, MiB.
    pub memory_used_mib: Option<f64>,
}

/// One GPU at one moment. `None` is what the driver does not tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What the driver reserves for itself, MiB: part of `memory_total_mib`, and neither used nor free.
    #[serde(default)]
    pub memory_reserved_mib: Option<f64>,
    /// Share of the last sample period in which a kernel ran, 0..1.
    pub utilization: Option<f64>,
    /// Degrees Celsius.
    pub temperature_celsius: Option<f64>,
    /// Watts.
    pub power_watts: Option<f64>,
    /// Watts at most.
    pub power_limit_watts: Option<f64>,
    /// Whether it is cut into MIG instances; its processes' memory is then often unknown.
    #[serde(default)]
    pub is_mig: bool,
    /// The instances that it is cut into, as far as they can be seen.
    #[serde(default)]
    pub mig_instances: Vec<MigInstance>,
    /// Number of the last critical error (XID) that was seen. NVML tells of errors only to those who listen while
    /// they happen: this is what `gpu watch` heard.
    pub last_xid: Option<u64>,
    /// Why the driver does not tell which processes use it, or not all of them; `None` where it does.
    #[serde(default)]
    pub processes_untold: Option<String>,
}

impl GpuSnapshot {
    /// Memory neither in use nor reserved, MiB.
    pub fn memory_free_mib(&self) -> Option<f64> {
        self.memory_free_beside_mib(self.memory_used_mib)
    }

    /// The same if so much were in use.
    pub fn memory_free_beside_mib(&self, used_mib: Option<f64>) -> Option<f64> {
        let reserved_mib = self.memory_reserved_mib.unwrap_or(0.0);
        Some((self.memory_total_mib? - reserved_mib - used_mib?).max(0.0))
    }
}

/// How a process uses a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Who says that a process uses a GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessSource {
    /// The driver lists it.
    #[default]
    Driver,
    /// It has the GPU's device file open, and the driver does not list it: what an orphaned worker, or a program that
    /// only watches, looks like.
    DeviceFile,
}

/// Whether signals reach a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Short name of its parent.
    pub parent_name: Option<String>,
    /// The job it belongs to, by the process id of the job's first process.
    pub process_group: Option<u32>,
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
    /// The MIG instance it runs on, by number.
    pub gpu_instance_id: Option<u32>,
    /// What it holds of this GPU, MiB.
    pub memory_mib: Option<f64>,
    /// Share of the last sample period in which a kernel of its own ran, 0..1.
    pub utilization: Option<f64>,
    /// Who says so.
    pub source: ProcessSource,
    /// `None` when no such process can be seen from here.
    pub facts: Option<ProcessFacts>,
}

impl GpuProcess {
    /// Whether its parent has gone and left it behind: it now belongs to process 1, or to what stands in for it, and no
    /// unit or container looks after it.
    pub fn is_orphan(&self) -> bool {
        self.facts.as_ref().is_some_and(|facts| {
            let reaper = facts.parent_name.as_deref();
            let is_left =
                facts.ancestors.first() == Some(&1) || reaper.is_some_and(|name| REAPERS.contains(&name));
            // A service's first process belongs to process 1 as well, and so does the screen's: by right.
            let group = facts.control_group.as_deref();
            let has_keeper = group.is_none_or(|group| supervising_unit(group).is_some());
            is_left && !has_keeper && self.kind == ProcessKind::Compute && !is_protected(&facts.name)
        })
    }
}

/// Programs that take in processes whose parent has gone, by short name.
const REAPERS: [&str; 6] = ["systemd", "init", "tini", "dumb-init", "catatonit", "docker-init"];

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
