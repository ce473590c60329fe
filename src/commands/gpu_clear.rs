//! `gpu clear`: plan, show, and with `--yes` act, then read the memory again.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::gpu::choice;
use super::{CommandError, Completion, Context, Mode, Outcome};
use crate::cli::gpu::ClearArgs;
use crate::devices::{
    EndOptions, EndOutcome, EndRequest, GpuReading, Nvidia, ancestors, end_processes, own_user_id, user_id_of,
};
use crate::domain::device::{ClearPlan, ClearRequest, GpuChoice, GpuSnapshot, plan_clear};
use crate::output::gpu_clear::{ClearReport, FreedMemory, ShownEnd};

/// How often, and how long, to look whether memory came back: drivers take up to a second or two after a process
/// is gone.
const LOOK: Duration = Duration::from_millis(250);
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// The share of what was asked for that counts as freed; the rest may be taken by others meanwhile.
const ENOUGH: f64 = 0.75;

/// Plans, and acts with `--yes`.
pub(super) fn run(
    context: &Context,
    nvidia: &Nvidia,
    reading: &GpuReading,
    args: &ClearArgs,
) -> anyhow::Result<Outcome> {
    let request = request(context, &reading.gpus, args)?;
    for pid in &request.pids {
        if !reading.processes.iter().any(|process| process.pid == *pid) {
            return Err(CommandError::Refused {
                message: format!("process {pid} holds no GPU memory"),
                hint: "`tidetable gpu processes` lists those that do".to_owned(),
            }
            .into());
        }
    }
    let plan = plan_clear(&reading.processes, &request);
    if context.mode == Mode::DryRun || !args.yes || plan.end.is_empty() {
        let mut warnings = Vec::new();
        if context.mode == Mode::Act && !plan.end.is_empty() {
            warnings.push("nothing was signalled; --yes carries the plan out".to_owned());
        }
        return Ok(Outcome::done(ClearReport { plan, ends: None, freed: None }, warnings));
    }
    Ok(act(context, nvidia, reading, &request.gpus, plan, args))
}

fn act(
    context: &Context,
    nvidia: &Nvidia,
    reading: &GpuReading,
    gpus: &GpuChoice,
    plan: ClearPlan,
    args: &ClearArgs,
) -> Outcome {
    let requests: Vec<EndRequest> = plan.end.iter().map(EndRequest::from).collect();
    let options = EndOptions { grace: args.grace.0, force: args.force };
    let outcomes = end_processes(&requests, options, &|| context.interrupt.is_triggered());
    let freed = FreedMemory {
        requested_mib: plan.requested_mib(),
        freed_mib: wait_for_memory(context, nvidia, reading, &plan, gpus),
    };
    let is_over = |outcome: &EndOutcome| {
        matches!(outcome, EndOutcome::Ended | EndOutcome::Killed | EndOutcome::AlreadyGone)
    };
    let mut warnings = Vec::new();
    if !outcomes.iter().all(is_over) {
        let hint = if args.force { "" } else { "; --force kills what does not end" };
        warnings.push(format!("not every process has ended{hint}"));
    }
    let is_enough = freed.freed_mib.is_none_or(|mib| mib >= ENOUGH * freed.requested_mib);
    if !is_enough {
        warnings.push("less memory came back than the processes held".to_owned());
    }
    let completion =
        if outcomes.iter().all(is_over) && is_enough { Completion::Done } else { Completion::Partial };
    let ends = Some(outcomes.iter().map(shown).collect());
    Outcome { report: Box::new(ClearReport { plan, ends, freed: Some(freed) }), warnings, completion }
}

/// How much less is in use than before, once enough is or the time is over. The driver's word counts, not that a
/// process is gone.
fn wait_for_memory(
    context: &Context,
    nvidia: &Nvidia,
    before: &GpuReading,
    plan: &ClearPlan,
    gpus: &GpuChoice,
) -> Option<f64> {
    // A process on two GPUs frees both, whichever was asked for.
    let touched: BTreeSet<u32> = plan.end.iter().flat_map(|process| process.gpus.iter().copied()).collect();
    let counts = |gpu: &GpuSnapshot| touched.contains(&gpu.index) || gpus.includes(&gpu.uuid);
    let used_before: f64 =
        before.gpus.iter().filter(|gpu| counts(gpu)).filter_map(|gpu| gpu.memory_used_mib).sum();
    let began = Instant::now();
    loop {
        let after = nvidia.used_mib().ok()?;
        let used: Option<f64> =
            before.gpus.iter().zip(after).filter(|(gpu, _)| counts(gpu)).map(|(_, used)| used).sum();
        let freed = (used_before - used?).max(0.0);
        let is_done = freed >= ENOUGH * plan.requested_mib() || context.interrupt.is_triggered();
        if is_done || began.elapsed() >= LONGEST_LOOK {
            return Some(freed);
        }
        std::thread::sleep(LOOK);
    }
}

fn request(context: &Context, gpus: &[GpuSnapshot], args: &ClearArgs) -> Result<ClearRequest, CommandError> {
    let mut user_ids = BTreeSet::from([own_user_id()]);
    for name in &args.allow_user {
        user_ids.insert(user_id_of(name).ok_or_else(|| CommandError::Refused {
            message: format!("there is no user {name} on this machine"),
            hint: "name the user, or give the number, as `tidetable gpu processes` shows it".to_owned(),
        })?);
    }
    let own = std::process::id();
    Ok(ClearRequest {
        gpus: choice(gpus, &args.gpu)?,
        pids: args.pid.iter().copied().collect(),
        user_ids,
        own_pids: ancestors(own).into_iter().chain([own]).collect(),
        min_age_ms: i64::try_from(args.min_age.0.as_millis()).unwrap_or(i64::MAX),
        now: context.now,
    })
}

fn shown(outcome: &EndOutcome) -> ShownEnd {
    let (outcome, text) = match outcome {
        EndOutcome::Ended => ("ended", "ended".to_owned()),
        EndOutcome::Killed => ("killed", "killed".to_owned()),
        EndOutcome::AlreadyGone => ("already_gone", "was gone already".to_owned()),
        EndOutcome::Reused => ("reused", "not touched: its number is another process's now".to_owned()),
        EndOutcome::StillRunning => ("still_running", "still running".to_owned()),
        EndOutcome::Failed { reason } => ("failed", format!("could not be signalled: {reason}")),
    };
    ShownEnd { outcome, text }
}
