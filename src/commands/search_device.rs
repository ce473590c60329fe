//! The device that a search runs on.

use super::{CommandError, Context, Interrupt, kept_bench};
use crate::compute::{Cpu, CudaError, Gpus, Stop, device_uuids};
use crate::config;
use crate::devices::Nvidia;
use crate::domain::device::{DeviceRequest, GpuState, SearchSize, choose_device, choose_without_looking};
use crate::domain::kernels::Kernels;

/// The processor, or GPUs.
pub(super) struct SearchDevice {
    gpus: Option<Gpus>,
    processor: Cpu,
    interrupt: Interrupt,
    /// Why it is this one.
    pub(super) reason: String,
}

impl SearchDevice {
    /// The device for a search of this size, which stops once somebody asks to.
    ///
    /// # Errors
    /// A GPU is asked for that cannot be opened.
    pub(super) fn choose(
        context: &Context,
        request: DeviceRequest,
        size: &SearchSize,
        warnings: &mut Vec<String>,
    ) -> Result<SearchDevice, CommandError> {
        let bench = match request {
            DeviceRequest::Auto => {
                kept_bench::place().and_then(|path| kept_bench::read(&path).ok().flatten())
            }
            _ => None,
        };
        let choice = choose_without_looking(request, size, bench.as_ref())
            .unwrap_or_else(|| choose_device(request, size, bench.as_ref(), &states()));
        let stop = Stop::watching(context.interrupt.flag());
        let with = |gpus, reason| SearchDevice {
            gpus,
            processor: Cpu::until(stop.clone()),
            interrupt: context.interrupt.clone(),
            reason,
        };
        if choice.ordinals.is_empty() {
            return Ok(with(None, choice.reason));
        }
        match Gpus::open(&choice.ordinals, config::cache_folder().ok().as_deref()) {
            Ok(gpus) => Ok(with(Some(gpus.until(stop.clone())), choice.reason)),
            Err(error) if request == DeviceRequest::Auto => {
                warnings.push(format!("{error}; searched on the processor"));
                Ok(with(None, error.to_string()))
            }
            Err(error) => Err(lacking(&error)),
        }
    }

    /// Whether it is one GPU or several.
    pub(super) fn is_gpu(&self) -> bool {
        self.gpus.is_some()
    }

    /// What does the work.
    pub(super) fn kernels(&self) -> &dyn Kernels {
        match &self.gpus {
            Some(gpus) => gpus,
            None => &self.processor,
        }
    }

    /// Whether what the kernels answered is the whole answer; to be asked before it is used.
    ///
    /// # Errors
    /// Somebody asked to stop meanwhile.
    pub(super) fn finished(&self) -> Result<(), CommandError> {
        match self.interrupt.is_triggered() {
            true => Err(CommandError::Interrupted("there is no answer")),
            false => Ok(()),
        }
    }

    /// What did the work, and a warning where it was to be a GPU that failed.
    pub(super) fn label(&self, warnings: &mut Vec<String>) -> String {
        let Some(gpus) = &self.gpus else { return "cpu".to_owned() };
        if let Some(failure) = gpus.failure() {
            warnings.push(format!("{failure}; searched on the processor instead"));
        }
        gpus.label()
    }
}

/// What the GPUs that CUDA sees tell of themselves, as far as NVML answers.
fn states() -> Vec<GpuState> {
    let snapshots = Nvidia::open().and_then(|nvidia| nvidia.snapshots()).unwrap_or_default();
    let uuids = device_uuids().unwrap_or_default();
    let state = |(ordinal, uuid): (usize, String)| {
        let snapshot = snapshots.iter().find(|snapshot| snapshot.uuid == uuid);
        let memory = snapshot.and_then(|gpu| gpu.memory_total_mib.zip(gpu.memory_used_mib));
        GpuState {
            ordinal,
            free_mib: memory.map(|(total, used)| total - used),
            temperature_celsius: snapshot.and_then(|gpu| gpu.temperature_celsius),
            utilization: snapshot.and_then(|gpu| gpu.utilization),
            uuid,
        }
    };
    uuids.into_iter().enumerate().map(state).collect()
}

fn lacking(error: &CudaError) -> CommandError {
    let hint = match error {
        CudaError::NoDevice { .. } => {
            "leave --device out to use the processor; `tidetable gpu status` tells what the NVIDIA driver sees"
        }
        CudaError::NoSuchDevice { .. } => "name one of these, or leave --device out",
        CudaError::Library { .. } => {
            "install CUDA 12 or 13, or name the folder of NVRTC and cuBLAS in LD_LIBRARY_PATH (the packages \
             nvidia-cuda-nvrtc and nvidia-cublas of PyPI hold them); or leave --device out"
        }
        CudaError::Compile { .. } => "another release of CUDA may know this GPU; or leave --device out",
        CudaError::OutOfMemory | CudaError::Fault { .. } => {
            "`tidetable gpu processes` shows who uses it; or leave --device out"
        }
    };
    CommandError::Lacking { message: error.to_string(), hint: hint.to_owned() }
}
