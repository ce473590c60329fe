//! `gpu models`: what model servers hold, and asking them to let it go.

use std::collections::BTreeSet;
use std::path::Path;

use super::gpu::kernels::without_working_kernels;
use super::model_servers::{Look, look, patience, release_step};
use super::{CommandError, Completion, Context, Mode, Outcome, gpu_preload, gpu_undo};
use crate::cli::gpu_models::ModelsArgs;
use crate::devices::release::{ReleaseOutcome, ReleaseState, Witness, entry_named};
use crate::devices::servers::Trouble;
use crate::devices::{Devices, GpuReading};
use crate::domain::device::{
    GpuProcess, GpuSnapshot, ModelChoice, Obstacle, ReleaseAction, ReleasePlan, ReleaseRequest,
    ReleaseSpareReason, ServerReading, SparedModel, plan_releases,
};
use crate::output::gpu_models::{ModelsReport, UnreadServer};
use crate::output::gpu_release::{ReleaseReport, ShownRelease};

/// The word that stands for the least recently used models.
const LEAST_RECENTLY_USED: &str = "lru";

/// The driver, where there is one, and what it told at first.
pub(super) struct Driver {
    devices: Option<Devices>,
    reading: Option<GpuReading>,
}

impl Driver {
    pub fn open(replay: Option<&Path>) -> Driver {
        let devices = Devices::open(replay).ok();
        let reading = devices.as_ref().and_then(|devices| devices.read().ok());
        Driver { devices, reading }
    }

    /// All processes that hold GPU memory; `None` where nobody can tell.
    pub fn processes(&self) -> Option<&[GpuProcess]> {
        let reading = self.reading.as_ref()?;
        reading.gpus.iter().all(|gpu| gpu.processes_untold.is_none()).then_some(&reading.processes)
    }

    /// Memory in use on all GPUs, MiB.
    pub fn used_mib(&self) -> Option<f64> {
        self.devices.as_ref()?.used_mib().ok()?.into_values().sum()
    }

    /// Memory that is free on the GPU with most of it, MiB.
    pub fn most_free_mib(&self) -> Option<f64> {
        let gpus = &self.reading.as_ref()?.gpus;
        gpus.iter().filter_map(GpuSnapshot::memory_free_mib).max_by(f64::total_cmp)
    }
}

/// Shows what servers hold, or changes it.
pub fn run(context: &Context, args: &ModelsArgs, replay: Option<&Path>) -> anyhow::Result<Outcome> {
    let driver = Driver::open(replay);
    let mut warnings = Vec::new();
    if args.undo {
        return gpu_undo::run(context, args, &driver, warnings);
    }
    let look = look(context, &args.server, driver.processes(), &mut warnings)?;
    if let Some(name) = &args.preload_for {
        return gpu_preload::run(context, args, name, &look, &driver, warnings);
    }
    if !args.unload.is_empty() {
        return unload(context, args, &look, &driver, warnings);
    }
    if look.found.is_empty() && warnings.is_empty() {
        warnings.push("no model server answers; name others under [[model_server]]".to_owned());
    }
    let completion = if look.unread.is_empty() { Completion::Done } else { Completion::Partial };
    let servers = look.found.into_iter().map(|one| one.reading).collect();
    let unread = look
        .unread
        .into_iter()
        .map(|trouble| UnreadServer { address: trouble.address, reason: trouble.error.to_string() });
    let report = ModelsReport { servers, unread: unread.collect() };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

fn unload(
    context: &Context,
    args: &ModelsArgs,
    look: &Look,
    driver: &Driver,
    mut warnings: Vec<String>,
) -> anyhow::Result<Outcome> {
    let readings: Vec<ServerReading> = look.found.iter().map(|one| one.reading.clone()).collect();
    let request = ReleaseRequest {
        models: choice(args, &readings, &look.unread)?,
        need_mib: None,
        min_idle_ms: i64::try_from(args.idle_for.0.as_millis()).unwrap_or(i64::MAX),
        now: context.now,
    };
    let plan = plan_releases(&readings, &request);
    let plan = guarded(context, plan, &request, driver, &mut warnings)?;
    if context.mode == Mode::DryRun || !args.yes {
        if context.mode == Mode::Act && !plan.steps.is_empty() {
            warnings.push("no server was asked; --yes carries the plan out".to_owned());
        }
        let completion = if look.unread.is_empty() { Completion::Done } else { Completion::Partial };
        return Ok(Outcome {
            report: Box::new(ReleaseReport { plan, outcomes: None }),
            warnings,
            completion,
        });
    }
    let witness = Witness {
        used_mib: &|| driver.used_mib(),
        is_interrupted: &|| context.interrupt.is_triggered(),
        patience: patience(args.wait.0),
        now: context.now,
    };
    let mut outcomes = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let outcome = release_step(context, &look.found, step, "gpu models --unload", &witness)?;
        if outcome.state == ReleaseState::Unproven {
            warnings.push(format!(
                "{} says that {} is put aside; nothing here can prove it",
                step.server, step.model
            ));
        }
        outcomes.push(outcome);
    }
    let has_come_back = outcomes.iter().all(ReleaseOutcome::is_done);
    if !has_come_back {
        warnings.push("not all the memory came back".to_owned());
    }
    let is_left = |spared: &&SparedModel| is_named_and_held(&request.models, &spared.reason);
    let left: Vec<&str> = plan.spared.iter().filter(is_left).map(|spared| spared.model.as_str()).collect();
    if !left.is_empty() {
        warnings.push(format!("left alone although named: {}", left.join(", ")));
    }
    // A server that could not be read may hold the model as well, or one that was not used for longer.
    let is_done = has_come_back && left.is_empty() && look.unread.is_empty();
    let completion = match (is_done, context.interrupt.is_triggered()) {
        (true, _) => Completion::Done,
        (false, true) => Completion::Interrupted,
        (false, false) => Completion::Partial,
    };
    let outcomes = Some(outcomes.iter().map(shown).collect());
    Ok(Outcome { report: Box::new(ReleaseReport { plan, outcomes }), warnings, completion })
}

/// The plan without kernels that the device or our own samples know better of; as it is where no driver tells.
fn guarded(
    context: &Context,
    plan: ReleasePlan,
    request: &ReleaseRequest,
    driver: &Driver,
    warnings: &mut Vec<String>,
) -> Result<ReleasePlan, CommandError> {
    let has_kernels = plan.steps.iter().any(|step| step.action == ReleaseAction::EndKernel);
    match driver.reading.as_ref().filter(|_| has_kernels && driver.processes().is_some()) {
        Some(reading) => without_working_kernels(context, plan, request, reading, warnings),
        None => Ok(plan),
    }
}

/// Whether a model that is left alone was named and holds GPU memory: then not all was done that was asked.
fn is_named_and_held(choice: &ModelChoice, reason: &ReleaseSpareReason) -> bool {
    let is_elsewhere = matches!(
        reason,
        ReleaseSpareReason::NotAskedFor | ReleaseSpareReason::Impossible { obstacle: Obstacle::NotOnGpu }
    );
    matches!(choice, ModelChoice::Named(_)) && !is_elsewhere
}

/// Which models are meant; a name that no server holds is refused.
fn choice(
    args: &ModelsArgs,
    readings: &[ServerReading],
    unread: &[Trouble],
) -> Result<ModelChoice, CommandError> {
    let has_lru = args.unload.iter().any(|name| name == LEAST_RECENTLY_USED);
    if has_lru && args.unload.len() > 1 {
        return Err(CommandError::Usage {
            message: "--unload lru goes with no other --unload".to_owned(),
            hint: "--count 2 unloads the two that were not used for longest".to_owned(),
        });
    }
    if has_lru {
        return Ok(ModelChoice::LeastRecentlyUsed(args.count as usize));
    }
    let mut names = BTreeSet::new();
    for name in &args.unload {
        let held: Vec<&str> = readings
            .iter()
            .filter_map(|reading| entry_named(reading, name))
            .map(|model| model.model.as_str())
            .collect();
        if held.is_empty() {
            let all: Vec<&str> = readings
                .iter()
                .flat_map(|reading| &reading.models)
                .map(|model| model.model.as_str())
                .collect();
            let all = if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
            let not_read: Vec<String> =
                unread.iter().map(|trouble| format!("\nnot read: {}", trouble.error)).collect();
            let not_read = not_read.concat();
            let that_answers = if unread.is_empty() { "" } else { "that could be read " };
            return Err(CommandError::Refused {
                message: format!("no server {that_answers}holds {name}; held: {all}{not_read}"),
                hint: "`tidetable gpu models` shows what each server holds".to_owned(),
            });
        }
        names.extend(held.into_iter().map(str::to_owned));
    }
    Ok(ModelChoice::Named(names))
}

/// What became of a step, in words for scripts and for people.
pub(super) fn shown(outcome: &ReleaseOutcome) -> ShownRelease {
    let (word, text) = match &outcome.state {
        ReleaseState::Released => ("released", "released".to_owned()),
        ReleaseState::Unproven => ("unproven", "the server says yes; not proven".to_owned()),
        ReleaseState::StillHeld => ("still_held", "the server says yes and holds the memory".to_owned()),
        ReleaseState::BusyNow => ("busy", "left alone: at work by now".to_owned()),
        ReleaseState::AlreadyGone => ("already_gone", "was gone already".to_owned()),
        ReleaseState::Interrupted => ("interrupted", "not asked: interrupted".to_owned()),
        ReleaseState::Failed(error) => ("failed", error.to_string()),
        ReleaseState::Refused(refusal) => ("failed", refusal.to_string()),
    };
    ShownRelease {
        outcome: word,
        text,
        // Of a server that was not asked, or refused, nothing came back.
        freed_mib: outcome
            .freed
            .map(|freed| freed.mib)
            .or((!outcome.may_have_changed() && !outcome.is_done()).then_some(0.0)),
        measured_by: outcome.freed.map(|freed| freed.by.as_str()),
    }
}
