//! `gpu processes`: who holds GPU memory.

use super::knowledge::{GpuKnowledge, thresholds};
use super::{choice, gpu_shapes, lacking, untold};
use crate::cli::gpu::ProcessesArgs;
use crate::commands::{Context, Outcome};
use crate::devices::Devices;
use crate::domain::device::{GpuProcess, LONGEST_GAP_MS, unit_of};
use crate::output::gpu::{IdleShape, ProcessShape, ProcessesReport};
use crate::store::StoreError;

pub(super) fn run(context: &Context, devices: &Devices, args: &ProcessesArgs) -> anyhow::Result<Outcome> {
    let mut reading = devices.read().map_err(lacking)?;
    let mut warnings = untold(&reading);
    let choice = choice(&reading.gpus, &args.device)?;
    let knowledge = GpuKnowledge::load(context, &mut warnings);
    knowledge.add_xids(&mut reading);
    let pressures = knowledge.pressures(&reading, thresholds(context), context.now);
    let gpus = gpu_shapes(&reading, &choice, &pressures);
    let processes: Vec<ProcessShape> = reading
        .processes
        .iter()
        .filter(|process| choice.includes(&process.gpu_uuid))
        .map(|process| shape(context, &knowledge, process))
        .collect::<Result<_, _>>()?;
    if processes.is_empty() && reading.gpus.iter().all(|gpu| gpu.processes_untold.is_none()) {
        warnings.push("no process is listed; in a container, the host's processes cannot be seen".to_owned());
    }
    Ok(Outcome::done(ProcessesReport { gpus, processes }, warnings))
}

fn shape(
    context: &Context,
    knowledge: &GpuKnowledge,
    process: &GpuProcess,
) -> Result<ProcessShape, StoreError> {
    let facts = process.facts.as_ref();
    let task_type = knowledge.task_type_of(process).map(str::to_owned);
    let run_id = match (&knowledge.store, &task_type, facts.and_then(|facts| facts.started)) {
        (Some(store), Some(task_type), Some(started)) => store.run_begun_at(task_type, started)?,
        _ => None,
    };
    let idle = match knowledge.watch_of(process) {
        None => IdleShape::Unknown,
        Some(watch) if context.now.since(watch.last_seen) > LONGEST_GAP_MS => IdleShape::Unknown,
        Some(watch) => watch.idle_since_at(context.now).map_or(IdleShape::Busy, IdleShape::Since),
    };
    Ok(ProcessShape {
        unit: facts.and_then(|facts| facts.control_group.as_deref()).and_then(unit_of),
        is_orphan: process.is_orphan(),
        idle,
        task_type,
        run_id,
        process: process.clone(),
    })
}
