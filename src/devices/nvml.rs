//! NVIDIA GPUs through the driver's management library, which is loaded when first asked for.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::time::SystemTime;

use nvml_wrapper::EventSet;
use nvml_wrapper::bitmasks::event::EventTypes;
use nvml_wrapper::enum_wrappers::device::TemperatureSensor;
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::enums::event::XidError;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;
use nvml_wrapper::{Device, Nvml};

use super::DeviceError;
use super::process_table::{pid_namespace, process_facts};
use super::reading::GpuReading;
use crate::domain::device::{GpuProcess, GpuSnapshot, MigInstance, PidNamespace, ProcessKind, ProcessSource};

const MIB: f64 = 1_048_576.0;

/// The library's file: what a driver installs. The name without a number comes with the development files only.
const LIBRARIES: [&str; 2] = ["libnvidia-ml.so.1", "libnvidia-ml.so"];

/// How far back to ask for the utilisation of processes at the first reading, microseconds.
const FIRST_LOOK_BACK_US: u64 = 1_000_000;

/// The driver, open.
pub struct Nvidia {
    nvml: Nvml,
    /// When processes' utilisation was last asked for, microseconds since 1970.
    asked_us: Cell<Option<u64>>,
}

impl Nvidia {
    /// Loads the library and greets the driver.
    pub fn open() -> Result<Nvidia, DeviceError> {
        let mut last = NvmlError::LibraryNotFound;
        for library in LIBRARIES {
            match Nvml::builder().lib_path(OsStr::new(library)).init() {
                Ok(nvml) => return Ok(Nvidia { nvml, asked_us: Cell::new(None) }),
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
        let since_us = self.asked_us.get();
        self.asked_us.set(Some(now_us()));
        let mut processes = Vec::new();
        for gpu in &gpus {
            processes.extend(self.processes(gpu, since_us)?);
        }
        let mut reading = GpuReading {
            driver_version: self.nvml.sys_driver_version().ok(),
            gpus,
            processes,
            device_files: self.device_files()?,
            namespace: pid_namespace(),
            elapsed_ms: None,
        };
        reading.add_unlisted();
        if reading.namespace == PidNamespace::Container {
            reading.doubt_numbers();
        }
        Ok(reading)
    }

    /// The file through which programs reach each GPU.
    fn device_files(&self) -> Result<BTreeMap<u32, String>, DeviceError> {
        let devices = self.devices()?;
        Ok((0..)
            .zip(devices)
            .filter_map(|(index, device)| {
                Some((index, format!("/dev/nvidia{}", device.minor_number().ok()?)))
            })
            .collect())
    }

    /// Listens for critical errors from now on; `None` where the driver has no ear for them.
    pub fn listen(&self) -> Option<XidListener<'_>> {
        let mut events = self.nvml.create_event_set().ok()?;
        for device in self.devices().ok()? {
            events = device.register_events(EventTypes::CRITICAL_XID_ERROR, events).ok()?;
        }
        Some(XidListener { events })
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

    fn processes(&self, gpu: &GpuSnapshot, since_us: Option<u64>) -> Result<Vec<GpuProcess>, DeviceError> {
        let what = format!("which processes use GPU {}", gpu.index);
        let device = self.nvml.device_by_index(gpu.index).map_err(|error| refused(&what, &error))?;
        let compute = listed(device.running_compute_processes()).map_err(|error| refused(&what, &error))?;
        let graphics = listed(device.running_graphics_processes()).map_err(|error| refused(&what, &error))?;
        // Clients of the multi-process service hold memory too; old drivers do not know the question.
        let shared = device.mps_running_compute_processes().unwrap_or_default();
        let busy = utilization(&device, since_us);
        let mut found: Vec<GpuProcess> = Vec::new();
        // What a GPU that is cut up does not tell of its processes, its instances may.
        let parts = if gpu.is_mig { of_instances(&device) } else { Vec::new() };
        let kinds = [
            (compute, ProcessKind::Compute),
            (shared, ProcessKind::Compute),
            (parts, ProcessKind::Compute),
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
                    known.gpu_instance_id = known.gpu_instance_id.or(info.gpu_instance_id);
                    if kind == ProcessKind::Graphics {
                        known.kind = kind;
                    }
                }
                None => found.push(GpuProcess {
                    gpu_index: gpu.index,
                    gpu_uuid: gpu.uuid.clone(),
                    pid: info.pid,
                    kind,
                    gpu_instance_id: info.gpu_instance_id,
                    memory_mib,
                    utilization: busy.as_ref().map(|busy| busy.get(&info.pid).copied().unwrap_or(0.0)),
                    source: ProcessSource::Driver,
                    facts: process_facts(info.pid),
                }),
            }
        }
        found.sort_by_key(|process| process.pid);
        Ok(found)
    }
}

/// Critical errors that happen while somebody listens.
pub struct XidListener<'n> {
    events: EventSet<'n>,
}

impl XidListener<'_> {
    /// Errors since the last call, by UUID of the GPU; the last of each GPU comes last.
    pub fn heard(&self) -> Vec<(String, u64)> {
        let mut heard = Vec::new();
        // Without waiting: an empty queue answers that the time is over.
        while let Ok(event) = self.events.wait(0) {
            let xid = match event.event_data {
                Some(XidError::Value(number)) => Some(number),
                _ => None,
            };
            if let (Ok(uuid), Some(xid)) = (event.device.uuid(), xid) {
                heard.push((uuid, xid));
            }
        }
        heard
    }
}

fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// How busy each process was since `since_us`: those that are not named were not. `None` where the driver does not tell.
fn utilization(device: &Device<'_>, since_us: Option<u64>) -> Option<BTreeMap<u32, f64>> {
    let since_us = since_us.unwrap_or_else(|| now_us().saturating_sub(FIRST_LOOK_BACK_US));
    let samples = match device.process_utilization_stats(since_us) {
        Ok(samples) => samples,
        Err(NvmlError::NotFound) => Vec::new(),
        Err(_) => return None,
    };
    let mut busy: BTreeMap<u32, f64> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| sample.timestamp > since_us) {
        let engines = [sample.sm_util, sample.enc_util, sample.dec_util];
        // A driver that has nothing to say fills in more than there is.
        let most = engines.into_iter().filter(|percent| *percent <= 100).max().unwrap_or(0);
        let known = busy.entry(sample.pid).or_default();
        *known = known.max(f64::from(most) / 100.0);
    }
    Some(busy)
}

fn of_instances(device: &Device<'_>) -> Vec<ProcessInfo> {
    let count = device.mig_device_count().unwrap_or(0);
    (0..count)
        .filter_map(|index| device.mig_device_by_index(index).ok())
        .flat_map(|instance| listed(instance.running_compute_processes()).unwrap_or_default())
        .collect()
}

/// The instances that a GPU is cut into, as far as they can be seen.
fn mig_instances(device: &Device<'_>) -> Vec<MigInstance> {
    let count = device.mig_device_count().unwrap_or(0);
    (0..count)
        .filter_map(|index| device.mig_device_by_index(index).ok())
        .filter_map(|instance| {
            let memory = instance.memory_info().ok();
            Some(MigInstance {
                uuid: instance.uuid().ok()?,
                // The number itself is not to be asked for: its processes tell it.
                gpu_instance_id: listed(instance.running_compute_processes())
                    .ok()
                    .and_then(|processes| processes.iter().find_map(|process| process.gpu_instance_id)),
                memory_total_mib: memory.as_ref().map(|memory| memory.total as f64 / MIB),
                memory_used_mib: memory.as_ref().map(|memory| memory.used as f64 / MIB),
            })
        })
        .collect()
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
    let is_mig = device.mig_mode().is_ok_and(|mode| mode.current == 1);
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
        is_mig,
        mig_instances: if is_mig { mig_instances(device) } else { Vec::new() },
        last_xid: None,
    })
}

fn refused(what: &str, error: &NvmlError) -> DeviceError {
    DeviceError::Refused { what: what.to_owned(), reason: error.to_string() }
}
