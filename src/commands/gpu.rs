//! `gpu`: see which processes hold GPU memory, and free it.

use std::collections::BTreeSet;

use super::{CommandError, Context, Outcome, gpu_clear, gpu_models};
use crate::cli::gpu::{GpuAction, GpuArgs, ProcessesArgs};
use crate::devices::{DeviceError, GpuReading, Nvidia};
use crate::domain::device::{GpuChoice, GpuSnapshot};
use crate::output::gpu::{ProcessesReport, StatusReport};

/// Shows GPUs, their processes, or frees their memory.
pub fn run(context: &Context, args: &GpuArgs) -> anyhow::Result<Outcome> {
    // Model servers answer without a driver, too.
    if let GpuAction::Models(models_args) = &args.action {
        return gpu_models::run(context, models_args);
    }
    let nvidia = Nvidia::open().map_err(lacking)?;
    let reading = nvidia.read().map_err(lacking)?;
    match &args.action {
        GpuAction::Status => Ok(status(reading)),
        GpuAction::Processes(processes_args) => processes(reading, processes_args),
        GpuAction::Clear(clear_args) => gpu_clear::run(context, &nvidia, &reading, clear_args),
        GpuAction::Models(models_args) => gpu_models::run(context, models_args),
    }
}

fn status(reading: GpuReading) -> Outcome {
    let report = StatusReport {
        driver_version: reading.driver_version,
        gpus: reading.gpus,
        processes: reading.processes,
    };
    Outcome::done(report, Vec::new())
}

fn processes(reading: GpuReading, args: &ProcessesArgs) -> anyhow::Result<Outcome> {
    let choice = choice(&reading.gpus, &args.gpu)?;
    let report = ProcessesReport {
        gpus: reading.gpus.into_iter().filter(|gpu| choice.includes(&gpu.uuid)).collect(),
        processes: reading
            .processes
            .into_iter()
            .filter(|process| choice.includes(&process.gpu_uuid))
            .collect(),
    };
    let mut warnings = Vec::new();
    if report.processes.is_empty() {
        warnings.push("no process is listed; in a container, the host's processes cannot be seen".to_owned());
    }
    Ok(Outcome::done(report, warnings))
}

/// The GPUs that are named by index, by UUID or by the beginning of a UUID; all when none is.
pub(super) fn choice(gpus: &[GpuSnapshot], names: &[String]) -> Result<GpuChoice, CommandError> {
    if names.is_empty() {
        return Ok(GpuChoice::All);
    }
    let mut chosen = BTreeSet::new();
    for name in names {
        let is_meant = |gpu: &&GpuSnapshot| {
            gpu.index.to_string() == *name || (name.len() >= 8 && gpu.uuid.starts_with(name.as_str()))
        };
        let gpu = gpus.iter().find(is_meant).ok_or_else(|| CommandError::Refused {
            message: format!("there is no GPU {name}; there are {} of them", gpus.len()),
            hint: "`tidetable gpu status --output-format detailed` shows indices and UUIDs".to_owned(),
        })?;
        chosen.insert(gpu.uuid.clone());
    }
    Ok(GpuChoice::Only(chosen))
}

pub(super) fn lacking(error: DeviceError) -> CommandError {
    let hint = match &error {
        DeviceError::NoDriver => {
            "install the NVIDIA driver; in a container, start it with the NVIDIA runtime (--gpus all)"
        }
        DeviceError::DriverNotReady { .. } => {
            "`nvidia-smi` may say more; after an update of the driver, restart the machine"
        }
        DeviceError::NoGpu => "in a container, start it with --gpus all",
        DeviceError::Refused { .. } => "`nvidia-smi` may say more",
    };
    CommandError::Lacking { message: error.to_string(), hint: hint.to_owned() }
}
