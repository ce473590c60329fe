//! What a host has.

use serde::Serialize;

/// A GPU's share of a host's capacity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GpuCapacity {
    /// Product name.
    pub name: String,
    /// Memory, MiB.
    pub memory_mib: f64,
}

/// What a host has. `None` is unknown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostCapacity {
    /// Its name.
    pub hostname: Option<String>,
    /// CPU cores that may be used.
    pub cpu_cores: f64,
    /// Main memory, MiB.
    pub memory_mib: Option<f64>,
    /// GPUs, in the order of their PCI addresses.
    pub gpus: Vec<GpuCapacity>,
}
