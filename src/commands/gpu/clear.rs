//! `gpu clear`: plan, show, and when it is wanted act, one step at a time.

use super::clear_act::{Act, Acted};
use super::clear_request::request;
use super::clear_servers::{servers, serving};
use super::knowledge::GpuKnowledge;
use super::{lacking, untold};
use crate::cli::gpu::ClearArgs;
use crate::commands::confirm::{Consent, confirmed};
use crate::commands::{Completion, Context, Mode, Outcome};
use crate::devices::{Devices, GpuReading};
use crate::domain::device::{
    ClearKnowledge, ClearPlan, ClearRequest, SpareReason, SparedProcess, UnattributedCause,
    explain_unattributed, plan_clear,
};
use crate::domain::time::{SECOND_MS, Timestamp};
use crate::output::Report as _;
use crate::output::gpu::mebibytes_alike;
use crate::output::gpu_clear::ClearReport;

pub(super) fn run(context: &Context, devices: &Devices, args: &ClearArgs) -> anyhow::Result<Outcome> {
    let reading = devices.read().map_err(lacking)?;
    let mut warnings = untold(&reading);
    let request = request(context, &reading, args, &mut warnings)?;
    let knowledge = GpuKnowledge::load(context, &mut warnings);
    let leaders = devices.leaders(&reading.processes);
    let listening = devices.listening(&reading.processes);
    let servers = servers(context, &reading, args, &mut warnings)?;
    let serving = serving(devices, &reading.processes, &servers.found);
    let known = ClearKnowledge {
        gpus: &reading.gpus,
        processes: &reading.processes,
        leaders: &leaders,
        listening: &listening,
        serving: &serving,
        watches: &knowledge.watches,
        samples: &knowledge.samples,
        releases: &servers.releases,
        namespace: reading.namespace,
    };
    let plan = plan_clear(&known, &request);
    warnings.extend(plan_warnings(&plan, context.now, &knowledge));
    let report = ClearReport { plan, min_idle_ms: request.min_idle_ms, acted: None };
    // Work that was ended for a need that cannot be met would have been lost for nothing.
    if report.plan.target.is_some_and(|target| target.is_hopeless) {
        warnings.push("nothing was changed: what is needed cannot be reached".to_owned());
        return Ok(Outcome { report: Box::new(report), warnings, completion: Completion::Partial });
    }
    let nothing_to_do = report.plan.steps.is_empty();
    // Where enough is free already, nobody misses what cannot be explained.
    if nothing_to_do && !report.plan.target.is_some_and(|target| target.is_reachable) {
        warnings.extend(unexplained(&reading, &request));
    }
    let left = left_although_named(&report.plan, &request);
    warnings.extend(left.iter().cloned());
    let consent = if nothing_to_do {
        Consent::NotAsked
    } else {
        confirmed(context, args.yes, &|style| report.table(style), &mut warnings)?
    };
    if !consent.is_given() {
        let falls_short = args.yes && context.mode == Mode::Act && !left.is_empty();
        let completion = if falls_short { Completion::Partial } else { Completion::Done };
        let completion = consent.completion(completion);
        return Ok(Outcome { report: Box::new(report), warnings, completion });
    }
    drop(knowledge);
    let act = Act {
        context,
        devices,
        reading: &reading,
        servers: &servers.found,
        plan: &report.plan,
        gpus: &request.gpus,
        args,
    };
    let acted = act.run();
    let completion = match (acted.is_complete() && left.is_empty(), acted.was_interrupted) {
        (true, _) => Completion::Done,
        (false, true) if !acted.is_complete() => Completion::Interrupted,
        (false, _) => Completion::Partial,
    };
    warnings.extend(shortfalls(&acted, &report.plan, args));
    let report = ClearReport { acted: Some(acted.into_shape()), ..report };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

/// Processes that were named and are left alone all the same, with the reason.
fn left_although_named(plan: &ClearPlan, request: &ClearRequest) -> Vec<String> {
    let is_left = |spared: &&SparedProcess| {
        request.pids.contains(&spared.pid) && spared.reason != SpareReason::NotNeeded
    };
    let left = plan.spare.iter().filter(is_left);
    left.map(|spared| format!("process {} is left alone although named: {}", spared.pid, spared.reason))
        .collect()
}

/// Memory that no listed process accounts for, and what most likely holds it.
fn unexplained(reading: &GpuReading, request: &ClearRequest) -> Vec<String> {
    let chosen = reading.gpus.iter().filter(|gpu| request.gpus.includes(&gpu.uuid));
    chosen
        .filter_map(|gpu| explain_unattributed(gpu, &reading.processes, reading.namespace, reading.sight))
        .filter(|rest| rest.cause != UnattributedCause::Driver)
        .map(|rest| {
            let (gpu, mib, why) = (rest.gpu_index, rest.memory_mib, rest.explanation());
            format!("GPU {gpu}: no listed process accounts for {mib:.0} MiB: {why}")
        })
        .collect()
}

fn plan_warnings(plan: &ClearPlan, now: Timestamp, knowledge: &GpuKnowledge) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(target) = plan.target.filter(|target| !target.is_reachable) {
        let [need, free] = mebibytes_alike([Some(target.need_mib), target.free_mib]);
        let free = target.free_mib.map_or_else(|| "an unknown amount".to_owned(), |_| free);
        warnings.push(format!(
            "{need} are out of reach: GPU {} has {free} free, and what may be ended holds too little",
            target.gpu_index
        ));
    }
    if plan.spare.iter().any(|spared| spared.reason == SpareReason::IdleUnknown) {
        let last = knowledge.samples.values().flatten().map(|sample| sample.at).max();
        let seen = match last {
            None => "nobody has watched the GPUs yet".to_owned(),
            Some(last) => match now.since(last) / (60 * SECOND_MS) {
                minutes if now >= last => format!("the GPUs were last watched {minutes} min ago"),
                _ => "the GPUs were watched after the instant of --now only".to_owned(),
            },
        };
        warnings.push(format!(
            "{seen}: what is not known to be idle counts as busy; `tidetable gpu watch` tells, --idle-for 0 does not ask"
        ));
    }
    warnings
}

/// What was not done, in words.
fn shortfalls(acted: &Acted, plan: &ClearPlan, args: &ClearArgs) -> Vec<String> {
    let mut warnings = Vec::new();
    if acted.was_interrupted {
        warnings.push("interrupted: the steps that were left were not taken".to_owned());
    }
    if acted.has_running() {
        let hint = if args.force { "" } else { "; --force kills what does not end" };
        warnings.push(format!("not every process has ended{hint}"));
    }
    warnings.extend(acted.unreached().into_iter().map(|(pid, text)| format!("process {pid}: {text}")));
    if acted.is_met == Some(false) {
        let [need, free] = mebibytes_alike([plan.target.map(|target| target.need_mib), acted.free_mib]);
        warnings.push(format!("{need} are not free: {free} are"));
    } else if acted.is_met.is_none() && !acted.is_enough() {
        warnings.push("less memory came back than the processes held".to_owned());
    }
    warnings
}
