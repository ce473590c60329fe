//! A GPU at one moment, as it is kept.

use serde::Serialize;

use super::{GpuSnapshot, MemoryReading};
use crate::domain::time::Timestamp;

/// A GPU at one moment, as it is kept. `None` is what the driver did not tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GpuSample {
    /// When.
    pub at: Timestamp,
    /// The GPU.
    pub gpu_uuid: String,
    /// Memory, MiB.
    pub memory_total_mib: Option<f64>,
    /// Memory in use, MiB.
    pub memory_used_mib: Option<f64>,
    /// Memory in use that no process accounted for, MiB.
    pub unattributed_mib: Option<f64>,
    /// Share of the driver's sample period in which a kernel ran, 0..1.
    pub utilization: Option<f64>,
    /// Degrees Celsius.
    pub temperature_celsius: Option<f64>,
    /// Watts.
    pub power_watts: Option<f64>,
    /// A critical error heard since the sample before.
    pub last_xid: Option<u64>,
}

impl GpuSample {
    /// What is kept of a snapshot.
    pub fn of(gpu: &GpuSnapshot, unattributed_mib: Option<f64>, at: Timestamp) -> GpuSample {
        GpuSample {
            at,
            gpu_uuid: gpu.uuid.clone(),
            memory_total_mib: gpu.memory_total_mib,
            memory_used_mib: gpu.memory_used_mib,
            unattributed_mib,
            utilization: gpu.utilization,
            temperature_celsius: gpu.temperature_celsius,
            power_watts: gpu.power_watts,
            last_xid: gpu.last_xid,
        }
    }

    /// Its memory, where that is known.
    pub fn memory(&self) -> Option<MemoryReading> {
        Some(MemoryReading {
            at: self.at,
            used_mib: self.memory_used_mib?,
            total_mib: self.memory_total_mib?,
        })
    }
}
