//! Where readings of GPUs come from: the driver, or a replay.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::listening::{listens, serving};
use super::nvml::XidListener;
use super::process_table::leaders;
use super::{DeviceError, GpuReading, Nvidia, Replay};
use crate::domain::device::{GpuProcess, ProcessFacts};

/// Where readings of GPUs come from.
pub enum Devices {
    /// The driver.
    Nvml(Box<Nvidia>),
    /// A file.
    Replay(Replay),
}

impl Devices {
    /// The driver, or the replay that is named.
    pub fn open(replay: Option<&Path>) -> Result<Devices, DeviceError> {
        match replay {
            Some(path) => Ok(Devices::Replay(Replay::open(path)?)),
            None => Ok(Devices::Nvml(Box::new(Nvidia::open()?))),
        }
    }

    /// Reads every GPU and its processes.
    pub fn read(&self) -> Result<GpuReading, DeviceError> {
        match self {
            Devices::Nvml(nvidia) => nvidia.read(),
            Devices::Replay(replay) => replay.read(),
        }
    }

    /// Memory in use by index of the GPU, MiB: what is asked again and again while memory is being freed.
    pub fn used_mib(&self) -> Result<BTreeMap<u32, Option<f64>>, DeviceError> {
        match self {
            Devices::Nvml(nvidia) => nvidia.used_mib(),
            Devices::Replay(replay) => {
                Ok(replay.read()?.gpus.iter().map(|gpu| (gpu.index, gpu.memory_used_mib)).collect())
            }
        }
    }

    /// The processes that lead the jobs of `processes`, where they are not among them, by process id.
    pub fn leaders(&self, processes: &[GpuProcess]) -> BTreeMap<u32, ProcessFacts> {
        match self {
            Devices::Nvml(_) => leaders(processes),
            Devices::Replay(replay) => replay.leaders(processes),
        }
    }

    /// Those of `processes` that wait for connections on a port, or of which we may not know.
    pub fn listening(&self, processes: &[GpuProcess]) -> BTreeSet<u32> {
        let pids = processes.iter().map(|process| process.pid).filter(|pid| self.is_live(*pid));
        pids.filter(|pid| listens(*pid) != Some(false)).collect()
    }

    /// The processes that belong to the servers at `addresses`, by address: those that listen on its port, and those of
    /// `processes` that descend from them.
    pub fn serving(&self, processes: &[GpuProcess], addresses: &[&str]) -> BTreeMap<String, BTreeSet<u32>> {
        let live = processes.iter().filter(|process| self.is_live(process.pid));
        serving(live.filter_map(|process| Some((process.pid, process.facts.as_ref()?))), addresses)
    }

    /// Whether a signal to `pid` can be meant.
    pub fn is_live(&self, pid: u32) -> bool {
        match self {
            Devices::Nvml(_) => true,
            Devices::Replay(replay) => replay.is_live(pid),
        }
    }

    /// Whether readings are left; the driver always has another one.
    pub fn has_more(&self) -> bool {
        match self {
            Devices::Nvml(_) => true,
            Devices::Replay(replay) => replay.has_more(),
        }
    }

    /// Listens for critical errors from now on, where the driver has an ear for them.
    pub fn listen(&self) -> Option<XidListener<'_>> {
        match self {
            Devices::Nvml(nvidia) => nvidia.listen(),
            Devices::Replay(_) => None,
        }
    }
}
