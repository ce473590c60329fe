//! What this host has: cores, memory, GPUs, name.

use sysinfo::System;

use super::Nvidia;
use crate::domain::device::{GpuCapacity, HostCapacity};

const MIB: f64 = 1_048_576.0;

/// The host's name; `None` when it has none that is text.
pub fn host_name() -> Option<String> {
    System::host_name().ok().filter(|name| !name.is_empty())
}

/// What the processor calls itself; `None` where the system does not tell.
pub fn processor_name() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Memory of this process that is in use, MiB; `None` where the system does not tell.
pub fn own_memory_mib() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1_024.0)
}

/// What this process may use of the host: the cores of its affinity and quota, the memory of its control group,
/// the GPUs that NVML sees (none without a driver).
pub fn detect() -> HostCapacity {
    HostCapacity {
        hostname: host_name(),
        // A process that runs has one core at least.
        cpu_cores: std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64),
        memory_mib: memory_bytes().map(|bytes| bytes as f64 / MIB),
        gpus: gpus(),
    }
}

/// GPUs whose memory is known.
fn gpus() -> Vec<GpuCapacity> {
    let snapshots = Nvidia::open().and_then(|nvidia| nvidia.snapshots()).unwrap_or_default();
    snapshots
        .into_iter()
        .filter_map(|gpu| Some(GpuCapacity { memory_mib: gpu.memory_total_mib?, name: gpu.name }))
        .collect()
}

/// Main memory, or the share of it that the control group allows.
fn memory_bytes() -> Option<u64> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    let total = system.total_memory();
    let allowed = system.cgroup_limits().map_or(total, |limits| limits.total_memory.min(total));
    (allowed > 0).then_some(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_some_memory() {
        assert!(own_memory_mib().is_none_or(|memory| memory > 0.5));
    }

    #[test]
    fn a_host_has_cores_and_memory() {
        let capacity = detect();
        assert!(capacity.cpu_cores >= 1.0);
        assert!(capacity.memory_mib.is_none_or(|memory| memory > 16.0));
    }
}
