//! What a watch knows from one reading to the next: levels, processes, and what could not be kept yet.

use std::collections::BTreeMap;

use super::knowledge::{GpuKnowledge, pressure_watch};
use crate::commands::{Context, Mode};
use crate::devices::GpuReading;
use crate::domain::device::{
    GpuSample, Pressure, PressureLevel, PressureWatch, ProcessWatch, Thresholds, unattributed_mib,
};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// Readings that wait for another writer of the store at most.
const MOST_WAITING: usize = 1_000;

/// What a watch knows.
pub(super) struct WatchState {
    thresholds: Thresholds,
    knowledge: GpuKnowledge,
    levels: BTreeMap<String, PressureWatch>,
    /// The last pressure of each GPU, by index.
    pub(super) pressures: BTreeMap<u32, Pressure>,
    watches: Vec<ProcessWatch>,
    waiting: Vec<(Vec<GpuSample>, Vec<ProcessWatch>)>,
}

/// A GPU that has come to a level.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LevelChange {
    pub(super) gpu_index: u32,
    pub(super) gpu_uuid: String,
    pub(super) from: PressureLevel,
    pub(super) pressure: Pressure,
}

impl WatchState {
    /// Goes on where earlier readings ended.
    pub(super) fn new(mut knowledge: GpuKnowledge, thresholds: Thresholds) -> WatchState {
        let watches = std::mem::take(&mut knowledge.watches);
        WatchState {
            thresholds,
            knowledge,
            levels: BTreeMap::new(),
            pressures: BTreeMap::new(),
            watches,
            waiting: Vec::new(),
        }
    }

    /// Takes a reading: which levels changed with it.
    pub(super) fn take(&mut self, reading: &GpuReading, at: Timestamp) -> Vec<LevelChange> {
        let mut changes = Vec::new();
        let mut samples = Vec::new();
        for gpu in &reading.gpus {
            let sample = GpuSample::of(gpu, unattributed_mib(gpu, &reading.processes), at);
            if let Some(memory) = sample.memory() {
                let (earlier, thresholds) = (self.knowledge.samples.get(&gpu.uuid), self.thresholds);
                let level = self
                    .levels
                    .entry(gpu.uuid.clone())
                    .or_insert_with(|| pressure_watch(earlier, thresholds, at));
                let from = level.level();
                let pressure = level.observe(memory);
                self.pressures.insert(gpu.index, pressure);
                if pressure.level != from {
                    let gpu_uuid = gpu.uuid.clone();
                    changes.push(LevelChange { gpu_index: gpu.index, gpu_uuid, from, pressure });
                }
            }
            samples.push(sample);
        }
        let busy = |uuid: &str| reading.gpus.iter().find(|gpu| gpu.uuid == uuid)?.utilization;
        self.watches = reading
            .processes
            .iter()
            .filter_map(|process| {
                let known = self.watches.iter().find(|watch| watch.is_of(process));
                let mut watch = ProcessWatch::after(known, process, busy(&process.gpu_uuid), at)?;
                if watch.task_type.is_none() {
                    watch.task_type = self.knowledge.task_type_of(process).map(str::to_owned);
                }
                Some(watch)
            })
            .collect();
        self.waiting.push((samples, self.watches.clone()));
        changes
    }

    /// Keeps what was read. The store is opened for each reading: a watch that held it would keep all others from writing.
    /// One that is busy gets it with the next reading; `false` then.
    pub(super) fn keep(&mut self, context: &Context) -> Result<bool, StoreError> {
        if context.mode == Mode::DryRun {
            self.waiting.clear();
            return Ok(true);
        }
        let keep = context.config.gpu.keep_samples;
        let kept = context.open_writer().and_then(|mut store| {
            store.in_transaction(|transaction| {
                self.waiting.iter().try_for_each(|(samples, watches)| {
                    Store::keep_gpu_reading(transaction, samples, watches, keep)
                })
            })
        });
        match kept {
            Ok(()) => {
                self.waiting.clear();
                Ok(true)
            }
            Err(StoreError::Busy { .. }) => {
                let excess = self.waiting.len().saturating_sub(MOST_WAITING);
                self.waiting.drain(..excess);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether readings wait to be kept.
    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}
