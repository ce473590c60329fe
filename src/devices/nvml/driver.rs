//! The driver, open: its library is loaded when first asked for.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsStr;

use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

use super::lists::{Listed, listed};
use super::snapshot::{memory, snapshot};
use super::utilization::{now_us, utilization};
use super::xid::XidListener;
use crate::devices::DeviceError;
use crate::devices::process_table::{own_sight, pid_namespace, process_facts};
use crate::devices::reading::GpuReading;
use crate::domain::device::{GpuProcess, GpuSnapshot, PidNamespace, ProcessSource};

/// The library's file: what a driver installs. The name without a number comes with the development files only.
const LIBRARIES: [&str; 2] = ["libnvidia-ml.so.1", "libnvidia-ml.so"];

/// The driver, open.
pub struct Nvidia {
    nvml: Nvml,
    /// When processes' utilisation was last asked for, microseconds since 1970.
    asked_us: Cell<Option<u64>>,
}

/// GPUs that answer, with their index, and why others do not.
struct Found<'n> {
    devices: Vec<(u32, Device<'n>)>,
    troubles: Vec<String>,
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

    /// Reads every GPU. A value that a GPU does not tell is `None`; a GPU that does not answer is a trouble of the
    /// reading, and an error where no other one does.
    pub fn read(&self) -> Result<GpuReading, DeviceError> {
        let Found { devices, mut troubles } = self.found()?;
        let since_us = self.asked_us.replace(Some(now_us()));
        let (mut gpus, mut processes, mut device_files) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (index, device) in &devices {
            match snapshot(*index, device) {
                Ok(mut gpu) => {
                    let lists = listed(device, gpu.is_mig);
                    processes.extend(processes_of(device, &gpu, &lists, since_us));
                    gpu.processes_untold = lists.untold;
                    gpus.push(gpu);
                }
                Err(error) => troubles.push(unreadable(*index, &error)),
            }
            if let Ok(minor) = device.minor_number() {
                device_files.insert(*index, format!("/dev/nvidia{minor}"));
            }
        }
        if let (true, Some(reason)) = (gpus.is_empty(), troubles.first()) {
            return Err(DeviceError::Refused { what: "of any GPU".to_owned(), reason: reason.clone() });
        }
        let mut reading = GpuReading {
            driver_version: self.nvml.sys_driver_version().ok(),
            gpus,
            processes,
            device_files,
            namespace: pid_namespace(),
            sight: own_sight(),
            elapsed_ms: None,
            troubles,
        };
        reading.add_unlisted();
        if reading.namespace == PidNamespace::Container {
            reading.doubt_numbers();
        }
        Ok(reading)
    }

    /// Listens for critical errors from now on.
    pub fn listen(&self) -> Option<XidListener<'_>> {
        let found = self.found().ok()?;
        XidListener::new(&self.nvml, found.devices.iter().map(|(_, device)| device))
    }

    /// Memory in use by index of the GPU, MiB: what is asked again and again while memory is being freed.
    pub fn used_mib(&self) -> Result<BTreeMap<u32, Option<f64>>, DeviceError> {
        let devices = self.found()?.devices;
        Ok(devices.iter().map(|(index, device)| (*index, memory(device).used_mib)).collect())
    }

    /// Every GPU that answers.
    pub fn snapshots(&self) -> Result<Vec<GpuSnapshot>, DeviceError> {
        let devices = self.found()?.devices;
        Ok(devices.iter().filter_map(|(index, device)| snapshot(*index, device).ok()).collect())
    }

    fn found(&self) -> Result<Found<'_>, DeviceError> {
        let refused = |error: NvmlError| DeviceError::Refused {
            what: "how many GPUs there are".to_owned(),
            reason: error.to_string(),
        };
        let count = self.nvml.device_count().map_err(refused)?;
        if count == 0 {
            return Err(DeviceError::NoGpu);
        }
        let mut found = Found { devices: Vec::new(), troubles: Vec::new() };
        for index in 0..count {
            match self.nvml.device_by_index(index) {
                Ok(device) => found.devices.push((index, device)),
                // One that has fallen off the bus, or that is not ours, says nothing of the others.
                Err(error) => found.troubles.push(unreadable(index, &error)),
            }
        }
        match found.troubles.first() {
            Some(reason) if found.devices.is_empty() => {
                Err(DeviceError::Refused { what: "of any GPU".to_owned(), reason: reason.clone() })
            }
            _ => Ok(found),
        }
    }
}

fn unreadable(index: u32, error: &NvmlError) -> String {
    format!("GPU {index} cannot be read: {error}")
}

/// The processes that the driver lists on a GPU, by process id.
fn processes_of(
    device: &Device<'_>,
    gpu: &GpuSnapshot,
    lists: &Listed,
    since_us: Option<u64>,
) -> Vec<GpuProcess> {
    let busy = utilization(device, since_us, gpu.utilization);
    let known = lists.processes.iter();
    known
        .map(|listed| GpuProcess {
            gpu_index: gpu.index,
            gpu_uuid: gpu.uuid.clone(),
            pid: listed.pid,
            kind: listed.kind,
            gpu_instance_id: listed.gpu_instance_id,
            // Some drivers fill another structure than they announce: more than the whole GPU is such a misreading.
            memory_mib: listed
                .memory_mib
                .filter(|mib| gpu.memory_total_mib.is_none_or(|total| *mib <= total)),
            utilization: busy.as_ref().map(|busy| busy.get(&listed.pid).copied().unwrap_or(0.0)),
            source: ProcessSource::Driver,
            facts: process_facts(listed.pid),
        })
        .collect()
}
