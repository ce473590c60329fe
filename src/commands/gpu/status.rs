//! `gpu status`: how full each GPU is, and whether more fits.

use super::growth::expected_growth;
use super::knowledge::{GpuKnowledge, thresholds};
use super::{gpu_shapes, lacking, untold};
use crate::cli::gpu::StatusArgs;
use crate::commands::{Completion, Context, Outcome};
use crate::devices::Devices;
use crate::domain::device::{FitRequest, GpuChoice, fit};
use crate::output::gpu::StatusReport;

pub(super) fn run(context: &Context, devices: &Devices, args: &StatusArgs) -> anyhow::Result<Outcome> {
    let mut reading = devices.read().map_err(lacking)?;
    let mut warnings = untold(&reading);
    let knowledge = GpuKnowledge::load(context, &mut warnings);
    knowledge.add_xids(&mut reading);
    let thresholds = thresholds(context);
    let pressures = knowledge.pressures(&reading, thresholds, context.now);
    let fit = match args.fits {
        Some(asked) => {
            let growth = expected_growth(&knowledge, &reading, context.now)?;
            let request = FitRequest { memory_mib: asked.memory_mib, gpus: asked.gpus };
            Some(fit(&reading.gpus, growth, request))
        }
        None => None,
    };
    let completion = match &fit {
        Some(fit) if !fit.fits => Completion::Partial,
        _ => Completion::Done,
    };
    let gpus = gpu_shapes(&reading, &GpuChoice::All, &pressures);
    let report = StatusReport { driver_version: reading.driver_version, thresholds, gpus, fit };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}
