//! NVIDIA GPUs through the driver's management library, which is loaded when first asked for.

use std::ffi::OsStr;

use nvml_wrapper::enum_wrappers::device::TemperatureSensor;
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;
use nvml_wrapper::{Device, Nvml};

use super::DeviceError;
use super::process_table::process_facts;
use crate::domain::device::{GpuProcess, GpuSnapshot, ProcessKind};

const MIB: f64 = 1_048_576.0;

/// The library's file: what a driver installs. The name without a number comes with the development files only.
const LIBRARIES: [&str; 2] = ["libnvidia-ml.so.1", "libnvidia-ml.so"];

/// The driver, open.
pub struct Nvidia {
    nvml: Nvml,
}

/// One reading of all GPUs and their processes.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuReading {
    /// Version of the driver, where it tells.
    pub driver_version: Option<String>,
    /// GPUs by index.
    pub gpus: Vec<GpuSnapshot>,
    /// Processes by GPU, then by process id.
    pub processes: Vec<GpuProcess>,
}

impl Nvidia {
    /// Loads the library and greets the driver.
    pub fn open() -> Result<Nvidia, DeviceError> {
        let mut last = NvmlError::LibraryNotFound;
        for library in LIBRARIES {
            match Nvml::builder().lib_path(OsStr::new(library)).init() {
                Ok(nvml) => return Ok(Nvidia { nvml }),
                Err(NvmlError::LibloadingError(_)) => {}
                Err(error) => last = error,
            }
        }
        Err(match last {
            NvmlError::LibraryNotFound => DeviceError::NoDriver,
            error => DeviceError::DriverNotReady { reason: error.to_string() },
        })
    }

    /// Reads every GPU. A value that a GPU does not tell is `None`; a GPU that does not answer at all is an error.
    pub fn read(&self) -> Result<GpuReading, DeviceError> {
        let gpus = self.snapshots()?;
        let mut processes = Vec::new();
        for gpu in &gpus {
            processes.extend(self.processes(gpu)?);
        }
        Ok(GpuReading { driver_version: self.nvml.sys_driver_version().ok(), gpus, processes })
    }

    /// Memory in use by GPU, MiB: what is asked again and again while memory is being freed.
    pub fn used_mib(&self) -> Result<Vec<Option<f64>>, DeviceError> {
        let devices = self.devices()?;
        Ok(devices
            .iter()
            .map(|device| device.memory_info().ok().map(|memory| memory.used as f64 / MIB))
            .collect())
    }

    /// Every GPU.
    pub fn snapshots(&self) -> Result<Vec<GpuSnapshot>, DeviceError> {
        let devices = self.devices()?;
        if devices.is_empty() {
            return Err(DeviceError::NoGpu);
        }
        (0..).zip(&devices).map(|(index, device)| snapshot(index, device)).collect()
    }

    fn devices(&self) -> Result<Vec<Device<'_>>, DeviceError> {
        let count = self.nvml.device_count().map_err(|error| refused("how many GPUs there are", &error))?;
        (0..count)
            .map(|index| {
                self.nvml
                    .device_by_index(index)
                    .map_err(|error| refused(&format!("about GPU {index}"), &error))
            })
            .collect()
    }

    fn processes(&self, gpu: &GpuSnapshot) -> Result<Vec<GpuProcess>, DeviceError> {
        let what = format!("which processes use GPU {}", gpu.index);
        let device = self.nvml.device_by_index(gpu.index).map_err(|error| refused(&what, &error))?;
        let compute = listed(device.running_compute_processes()).map_err(|error| refused(&what, &error))?;
        let graphics = listed(device.running_graphics_processes()).map_err(|error| refused(&what, &error))?;
        // Clients of the multi-process service hold memory too; old drivers do not know the question.
        let shared = device.mps_running_compute_processes().unwrap_or_default();
        let mut found: Vec<GpuProcess> = Vec::new();
        let kinds = [
            (compute, ProcessKind::Compute),
            (shared, ProcessKind::Compute),
            (graphics, ProcessKind::Graphics),
        ];
        for (kind, info) in
            kinds.into_iter().flat_map(|(infos, kind)| infos.into_iter().map(move |info| (kind, info)))
        {
            let memory_mib = memory(&info, gpu);
            match found.iter_mut().find(|process| process.pid == info.pid) {
                // One process that computes and draws is listed twice with the same memory.
                Some(known) => {
                    known.memory_mib = match (known.memory_mib, memory_mib) {
                        (Some(one), Some(other)) => Some(one.max(other)),
                        (one, other) => one.or(other),
                    };
                    if kind == ProcessKind::Graphics {
                        known.kind = kind;
                    }
                }
                None => found.push(GpuProcess {
                    gpu_index: gpu.index,
                    gpu_uuid: gpu.uuid.clone(),
                    pid: info.pid,
                    kind,
                    memory_mib,
                    facts: process_facts(info.pid),
                }),
            }
        }
        found.sort_by_key(|process| process.pid);
        Ok(found)
    }
}

/// A driver or GPU that has no such list has nobody on it.
fn listed(answer: Result<Vec<ProcessInfo>, NvmlError>) -> Result<Vec<ProcessInfo>, NvmlError> {
    match answer {
        Err(NvmlError::NotSupported | NvmlError::NotFound) => Ok(Vec::new()),
        other => other,
    }
}

/// Memory of one process. Some drivers fill another structure than they announce; more than the whole GPU is such
/// a misreading, and unknown.
fn memory(info: &ProcessInfo, gpu: &GpuSnapshot) -> Option<f64> {
    match info.used_gpu_memory {
        UsedGpuMemory::Unavailable => None,
        UsedGpuMemory::Used(bytes) => {
            let mib = bytes as f64 / MIB;
            gpu.memory_total_mib.is_none_or(|total| mib <= total).then_some(mib)
        }
    }
}

fn snapshot(index: u32, device: &Device<'_>) -> Result<GpuSnapshot, DeviceError> {
    let memory = device.memory_info().ok();
    let milliwatts = |answer: Result<u32, NvmlError>| answer.ok().map(|value| f64::from(value) / 1_000.0);
    Ok(GpuSnapshot {
        index,
        uuid: device.uuid().map_err(|error| refused(&format!("the UUID of GPU {index}"), &error))?,
        name: device.name().unwrap_or_else(|_| "NVIDIA GPU".to_owned()),
        memory_total_mib: memory.as_ref().map(|memory| memory.total as f64 / MIB),
        memory_used_mib: memory.as_ref().map(|memory| memory.used as f64 / MIB),
        utilization: device.utilization_rates().ok().map(|rates| f64::from(rates.gpu) / 100.0),
        temperature_celsius: device.temperature(TemperatureSensor::Gpu).ok().map(f64::from),
        power_watts: milliwatts(device.power_usage()),
        power_limit_watts: milliwatts(device.power_management_limit()),
        is_mig: device.mig_mode().is_ok_and(|mode| mode.current == 1),
    })
}

fn refused(what: &str, error: &NvmlError) -> DeviceError {
    DeviceError::Refused { what: what.to_owned(), reason: error.to_string() }
}
