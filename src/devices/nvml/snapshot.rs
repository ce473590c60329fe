//! One GPU at one moment. Each value is asked for by itself: one that is not told leaves the others.

use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::TemperatureSensor;
use nvml_wrapper::error::NvmlError;

use super::MIB;
use super::lists::again;
use crate::domain::device::{GpuSnapshot, MigInstance};

/// Memory of a GPU or of a MIG instance, MiB; `None` where it is not told, as on GPUs that share the main memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Memory {
    pub total_mib: Option<f64>,
    /// Without what the driver reserves.
    pub used_mib: Option<f64>,
    /// What the driver and the firmware keep for themselves: part of the total, of what is neither used nor free.
    pub reserved_mib: Option<f64>,
}

pub(super) fn memory(device: &Device<'_>) -> Memory {
    let mib = |bytes: u64| Some(bytes as f64 / MIB);
    device.memory_info().map_or_else(
        |_| Memory::default(),
        |told| Memory {
            total_mib: mib(told.total),
            used_mib: mib(told.used),
            reserved_mib: mib(told.reserved),
        },
    )
}

/// The GPU; an error where it does not even tell who it is.
pub(super) fn snapshot(index: u32, device: &Device<'_>) -> Result<GpuSnapshot, NvmlError> {
    let uuid = device.uuid()?;
    let memory = memory(device);
    let milliwatts = |answer: Result<u32, NvmlError>| answer.ok().map(|value| f64::from(value) / 1_000.0);
    let is_mig = device.mig_mode().is_ok_and(|mode| mode.current == 1);
    Ok(GpuSnapshot {
        index,
        uuid,
        name: device.name().unwrap_or_else(|_| "NVIDIA GPU".to_owned()),
        memory_total_mib: memory.total_mib,
        memory_used_mib: memory.used_mib,
        memory_reserved_mib: memory.reserved_mib,
        utilization: device.utilization_rates().ok().map(|rates| f64::from(rates.gpu) / 100.0),
        temperature_celsius: device.temperature(TemperatureSensor::Gpu).ok().map(f64::from),
        power_watts: milliwatts(device.power_usage()),
        power_limit_watts: milliwatts(device.power_management_limit()),
        is_mig,
        mig_instances: if is_mig { mig_instances(device) } else { Vec::new() },
        last_xid: None,
        processes_untold: None,
    })
}

/// The instances that a GPU is cut into, as far as they can be seen.
fn mig_instances(device: &Device<'_>) -> Vec<MigInstance> {
    // As many as there can be: numbers that no instance has are not found.
    let count = device.mig_device_count().unwrap_or(0);
    (0..count)
        .filter_map(|index| device.mig_device_by_index(index).ok())
        .filter_map(|instance| {
            let memory = memory(&instance);
            Some(MigInstance {
                uuid: instance.uuid().ok()?,
                // The number itself is not to be asked for: its processes tell it.
                gpu_instance_id: again(|| instance.running_compute_processes())
                    .ok()
                    .and_then(|processes| processes.iter().find_map(|process| process.gpu_instance_id)),
                memory_total_mib: memory.total_mib,
                memory_used_mib: memory.used_mib,
            })
        })
        .collect()
}
