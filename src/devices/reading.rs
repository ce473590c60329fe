//! One reading of all GPUs and their processes, whoever made it.

use std::collections::{BTreeMap, BTreeSet};

use super::device_files::{holders, holds};
use super::process_table::process_facts;
use crate::domain::device::{GpuProcess, GpuSnapshot, PidNamespace, ProcessKind, ProcessSource, Sight};

/// One reading of all GPUs and their processes.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuReading {
    /// Version of the driver, where it tells.
    pub driver_version: Option<String>,
    /// GPUs by index.
    pub gpus: Vec<GpuSnapshot>,
    /// Processes by GPU, then by process id.
    pub processes: Vec<GpuProcess>,
    /// The file through which programs reach each GPU, by index.
    pub device_files: BTreeMap<u32, String>,
    /// Whether process ids mean the same to us as to the driver.
    pub namespace: PidNamespace,
    /// Whose open files were looked at.
    pub sight: Sight,
    /// In a replay, milliseconds since its first reading; `None` when time itself tells.
    pub elapsed_ms: Option<i64>,
    /// GPUs that are there and cannot be read, each with the reason, in words.
    pub troubles: Vec<String>,
}

impl GpuReading {
    /// Adds processes that have a GPU's file open and are on no list of the driver. A program opens the files of all GPUs
    /// and then uses one, so that one which is listed anywhere is not missing elsewhere.
    pub(super) fn add_unlisted(&mut self) {
        let listed: BTreeSet<u32> = self.processes.iter().map(|process| process.pid).collect();
        let own = std::process::id();
        for (gpu_index, pid) in holders(&self.device_files) {
            let Some(gpu) = self.gpus.iter().find(|gpu| gpu.index == gpu_index) else { continue };
            if listed.contains(&pid) || pid == own {
                continue;
            }
            self.processes.push(GpuProcess {
                gpu_index,
                gpu_uuid: gpu.uuid.clone(),
                pid,
                kind: ProcessKind::Compute,
                gpu_instance_id: None,
                memory_mib: None,
                utilization: None,
                source: ProcessSource::DeviceFile,
                facts: process_facts(pid),
            });
        }
        self.processes.sort_by_key(|process| (process.gpu_index, process.pid));
    }

    /// In a container the driver may tell the numbers of the machine, which stand for other processes here: only one that
    /// has the device open is the one that is meant.
    pub(super) fn doubt_numbers(&mut self) {
        for process in &mut self.processes {
            let files: Vec<String> = self.device_files.get(&process.gpu_index).cloned().into_iter().collect();
            if process.facts.is_some() && holds(process.pid, &files) != Some(true) {
                process.facts = None;
            }
        }
    }
}
