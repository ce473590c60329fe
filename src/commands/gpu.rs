//! `gpu`: see who holds GPU memory, watch it, and free it.

mod clear;
mod clear_act;
mod clear_request;
mod clear_servers;
mod growth;
pub(super) mod kernels;
mod knowledge;
mod matching;
mod processes;
mod status;
mod watch;
mod watch_state;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use growth::nineteen_in_twenty;

use super::{CommandError, Context, Outcome, gpu_bench, gpu_models};
use crate::cli::gpu::{GpuAction, GpuArgs};
use crate::devices::{DeviceError, Devices, GpuReading};
use crate::domain::device::{GpuChoice, GpuSnapshot, Pressure, explain_unattributed};
use crate::output::gpu::GpuShape;

/// Letters of a UUID that name a GPU at least: `GPU-` and four of its own.
const LEAST_NAME: usize = 8;

/// Shows GPUs, their processes, watches them, or frees their memory.
pub fn run(context: &Context, args: &GpuArgs) -> anyhow::Result<Outcome> {
    if let GpuAction::Bench(bench_args) = &args.action {
        return gpu_bench::run(context, bench_args);
    }
    // Model servers answer without a driver, too.
    if let GpuAction::Models(models_args) = &args.action {
        return gpu_models::run(context, models_args, args.replay.as_deref());
    }
    let devices = Devices::open(args.replay.as_deref()).map_err(lacking)?;
    match &args.action {
        GpuAction::Status(args) => status::run(context, &devices, args),
        GpuAction::Processes(args) => processes::run(context, &devices, args),
        GpuAction::Watch(args) => watch::run(context, &devices, args),
        GpuAction::Clear(args) => clear::run(context, &devices, args),
        GpuAction::Bench(bench_args) => gpu_bench::run(context, bench_args),
        GpuAction::Models(models) => gpu_models::run(context, models, args.replay.as_deref()),
    }
}

/// The GPUs that are named by index, by UUID or by the beginning of a UUID; all when none is.
fn choice(gpus: &[GpuSnapshot], names: &[String]) -> Result<GpuChoice, CommandError> {
    if names.is_empty() {
        return Ok(GpuChoice::All);
    }
    let mut chosen = BTreeSet::new();
    for name in names {
        let is_meant = |gpu: &&GpuSnapshot| {
            gpu.index.to_string() == *name
                || (name.len() >= LEAST_NAME && gpu.uuid.starts_with(name.as_str()))
        };
        let gpu = gpus.iter().find(is_meant).ok_or_else(|| no_such_gpu(gpus, name))?;
        chosen.insert(gpu.uuid.clone());
    }
    Ok(GpuChoice::Only(chosen))
}

/// A name that is no GPU's; an instance that MIG cuts off is told by the GPU that it is a part of.
fn no_such_gpu(gpus: &[GpuSnapshot], name: &str) -> CommandError {
    let has_it = |gpu: &&GpuSnapshot| {
        name.len() >= LEAST_NAME && gpu.mig_instances.iter().any(|instance| instance.uuid.starts_with(name))
    };
    match gpus.iter().find(has_it) {
        Some(gpu) => CommandError::Refused {
            message: format!("{name} is an instance of GPU {}, and only whole GPUs can be named", gpu.index),
            hint: format!("--device {} names all instances of it", gpu.index),
        },
        None => CommandError::Refused {
            message: match name.parse::<u32>() {
                Ok(index) => {
                    let those: Vec<String> = gpus.iter().map(|gpu| gpu.index.to_string()).collect();
                    format!("there is no GPU {index}; there is {}", those.join(", "))
                }
                Err(_) if name.len() < LEAST_NAME => {
                    format!("{name} is no index, and too short to be the beginning of a UUID")
                }
                Err(_) => format!("no GPU has a UUID that begins with {name}"),
            },
            hint: "`tidetable gpu status --output-format detailed` shows indices and UUIDs".to_owned(),
        },
    }
}

/// What is told of the chosen GPUs.
fn gpu_shapes(
    reading: &GpuReading,
    choice: &GpuChoice,
    pressures: &BTreeMap<u32, Pressure>,
) -> Vec<GpuShape> {
    let chosen = reading.gpus.iter().filter(|gpu| choice.includes(&gpu.uuid));
    chosen
        .map(|gpu| GpuShape {
            pressure: pressures.get(&gpu.index).copied(),
            unattributed: explain_unattributed(gpu, &reading.processes, reading.namespace, reading.sight),
            processes: reading.processes.iter().filter(|process| process.gpu_uuid == gpu.uuid).count(),
            gpu: gpu.clone(),
        })
        .collect()
}

/// What the driver did not tell of whole GPUs, in words: unknown is not nothing.
fn untold(reading: &GpuReading) -> Vec<String> {
    let of_gpu = |gpu: &GpuSnapshot| {
        let reason = gpu.processes_untold.as_ref()?;
        Some(format!("GPU {}: the driver does not tell all processes that use it: {reason}", gpu.index))
    };
    reading.troubles.iter().cloned().chain(reading.gpus.iter().filter_map(of_gpu)).collect()
}

fn lacking(error: DeviceError) -> CommandError {
    let hint = match &error {
        DeviceError::NoDriver => {
            "install the NVIDIA driver; in a container, start it with the NVIDIA runtime (--gpus all)"
        }
        DeviceError::DriverNotReady { .. } => {
            "`nvidia-smi` may say more; after an update of the driver, restart the machine"
        }
        DeviceError::NoGpu => "in a container, start it with --gpus all",
        DeviceError::Refused { .. } => "`nvidia-smi` may say more",
        DeviceError::Replay { .. } => {
            let hint = "a replay is a JSON document with \"format\": \"tidetable-gpu-replay/1\" and its \"readings\"; leave \
                        --replay and TIDETABLE_GPU_REPLAY out to ask the driver";
            return CommandError::Refused { message: error.to_string(), hint: hint.to_owned() };
        }
    };
    CommandError::Lacking { message: error.to_string(), hint: hint.to_owned() }
}
