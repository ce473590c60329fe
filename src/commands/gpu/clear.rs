//! `gpu clear`: plan, show, and when it is wanted act, one step at a time.

use super::clear_act::{Act, Acted};
use super::clear_request::request;
use super::clear_servers::servers;
use super::knowledge::GpuKnowledge;
use super::lacking;
use crate::cli::gpu::ClearArgs;
use crate::commands::confirm::confirmed;
use crate::commands::{Completion, Context, Outcome};
use crate::devices::Devices;
use crate::domain::device::{ClearKnowledge, ClearPlan, SpareReason, plan_clear};
use crate::domain::time::{SECOND_MS, Timestamp};
use crate::output::Report as _;
use crate::output::gpu_clear::ClearReport;

pub(super) fn run(context: &Context, devices: &Devices, args: &ClearArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let reading = devices.read().map_err(lacking)?;
    let request = request(context, &reading, args, &mut warnings)?;
    let knowledge = GpuKnowledge::load(context, &mut warnings);
    let leaders = devices.leaders(&reading.processes);
    let listening = devices.listening(&reading.processes);
    let servers = servers(context, &reading, args, &mut warnings)?;
    let known = ClearKnowledge {
        gpus: &reading.gpus,
        processes: &reading.processes,
        leaders: &leaders,
        listening: &listening,
        watches: &knowledge.watches,
        releases: &servers.releases,
        namespace: reading.namespace,
    };
    let plan = plan_clear(&known, &request);
    warnings.extend(plan_warnings(&plan, context.now, &knowledge));
    let report = ClearReport { plan, acted: None };
    // Work that was ended for a need that cannot be met would have been lost for nothing.
    if report.plan.target.is_some_and(|target| target.is_hopeless) {
        warnings.push("nothing was changed: what is needed cannot be reached".to_owned());
        return Ok(Outcome { report: Box::new(report), warnings, completion: Completion::Partial });
    }
    let nothing_to_do = report.plan.steps.is_empty();
    if nothing_to_do || !confirmed(context, args.yes, &|style| report.table(style), &mut warnings) {
        return Ok(Outcome { report: Box::new(report), warnings, completion: Completion::Done });
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
    let completion = if acted.is_complete() { Completion::Done } else { Completion::Partial };
    warnings.extend(shortfalls(&acted, &report.plan, args));
    let report = ClearReport { acted: Some(acted.into_shape()), ..report };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

fn plan_warnings(plan: &ClearPlan, now: Timestamp, knowledge: &GpuKnowledge) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(target) = plan.target.filter(|target| !target.is_reachable) {
        let free = target.free_mib.map_or_else(|| "unknown".to_owned(), |mib| format!("{mib:.0} MiB"));
        warnings.push(format!(
            "{:.0} MiB are out of reach: GPU {} has {free} free, and what may be ended holds too little",
            target.need_mib, target.gpu_index
        ));
    }
    if plan.spare.iter().any(|spared| spared.reason == SpareReason::IdleUnknown) {
        let last = knowledge.samples.values().flatten().map(|sample| sample.at).max();
        let seen = match last {
            None => "nobody has watched the GPUs yet".to_owned(),
            Some(last) => {
                let minutes = now.since(last) / (60 * SECOND_MS);
                format!("the GPUs were last watched {minutes} min ago")
            }
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
    if acted.has_survivors() {
        let hint = if args.force { "" } else { "; --force kills what does not end" };
        warnings.push(format!("not every process has ended{hint}"));
    }
    if acted.is_met == Some(false) {
        let target = plan.target.map(|target| target.need_mib).unwrap_or_default();
        warnings.push(format!("{target:.0} MiB are not free"));
    } else if acted.is_met.is_none() && !acted.is_enough() {
        warnings.push("less memory came back than the processes held".to_owned());
    }
    warnings
}
