//! What the store knows of GPUs: earlier readings, and the task types that processes may be runs of.

use std::collections::BTreeMap;

use crate::commands::Context;
use crate::devices::GpuReading;
use crate::domain::device::{
    GpuProcess, GpuSample, LONGEST_GAP_MS, Pressure, PressureWatch, ProcessWatch, Thresholds, task_type_of,
};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// What the store knows of GPUs.
#[derive(Default)]
pub(super) struct GpuKnowledge {
    /// `None` where there is no store, or it cannot be read.
    pub(super) store: Option<Store>,
    /// Earlier readings by UUID of the GPU.
    pub(super) samples: BTreeMap<String, Vec<GpuSample>>,
    /// Processes seen lately.
    pub(super) watches: Vec<ProcessWatch>,
    /// Names of all task types.
    pub(super) task_types: Vec<String>,
}

impl GpuKnowledge {
    /// Reads the store. GPUs are there without one: where it cannot be read a warning says what is not known.
    pub(super) fn load(context: &Context, warnings: &mut Vec<String>) -> GpuKnowledge {
        if !context.store_path.exists() {
            return GpuKnowledge::default();
        }
        match GpuKnowledge::read(context) {
            Ok(knowledge) => knowledge,
            Err(error) => {
                warnings.push(format!("without the store, idle times and task types are unknown: {error}"));
                GpuKnowledge::default()
            }
        }
    }

    fn read(context: &Context) -> Result<GpuKnowledge, StoreError> {
        let store = context.open_reader(&mut Vec::new())?;
        let mut task_types: Vec<String> = store.task_type_names()?.into_values().collect();
        task_types.sort_unstable();
        Ok(GpuKnowledge {
            samples: store.gpu_samples()?,
            watches: store.process_watches(context.now.plus_ms(-2 * LONGEST_GAP_MS))?,
            task_types,
            store: Some(store),
        })
    }

    /// The task type that a process is a run of.
    pub(super) fn task_type_of(&self, process: &GpuProcess) -> Option<&str> {
        task_type_of(process.facts.as_ref()?, &self.task_types)
    }

    /// What is known of a process from earlier readings.
    pub(super) fn watch_of(&self, process: &GpuProcess) -> Option<&ProcessWatch> {
        self.watches.iter().find(|watch| watch.is_of(process))
    }

    /// Puts the last critical error that was heard where the driver tells none.
    pub(super) fn add_xids(&self, reading: &mut GpuReading) {
        for gpu in &mut reading.gpus {
            let heard = || self.samples.get(&gpu.uuid)?.iter().rev().find_map(|sample| sample.last_xid);
            gpu.last_xid = gpu.last_xid.or_else(heard);
        }
    }

    /// How full each GPU is at `at`, by index, given the readings before.
    pub(super) fn pressures(
        &self,
        reading: &GpuReading,
        thresholds: Thresholds,
        at: Timestamp,
    ) -> BTreeMap<u32, Pressure> {
        let of_gpu = |gpu: &crate::domain::device::GpuSnapshot| {
            let samples = self.samples.get(&gpu.uuid);
            let memory = GpuSample::of(gpu, None, at).memory()?;
            Some((gpu.index, pressure_watch(samples, thresholds, at).observe(memory)))
        };
        reading.gpus.iter().filter_map(of_gpu).collect()
    }
}

/// The level that earlier readings led to.
pub(super) fn pressure_watch(
    samples: Option<&Vec<GpuSample>>,
    thresholds: Thresholds,
    before: Timestamp,
) -> PressureWatch {
    let mut watch = PressureWatch::new(thresholds);
    let earlier = samples.into_iter().flatten().filter(|sample| sample.at < before);
    for memory in earlier.filter_map(GpuSample::memory) {
        watch.observe(memory);
    }
    watch
}

/// When memory in use is worth a word, as configured.
pub(super) fn thresholds(context: &Context) -> Thresholds {
    let config = &context.config.gpu;
    Thresholds::new(config.warn_ratio, config.critical_ratio.max(config.warn_ratio))
}
