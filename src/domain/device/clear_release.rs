//! The steps of `gpu clear` that ask model servers, and what they hold back.

use std::collections::BTreeSet;

use super::clear::PlannedEnd;
use super::{
    ClearKnowledge, ClearRequest, ClearStep, GpuSnapshot, ProcessFacts, ReleaseAction, ReleasePlan,
    ReleaseSpareReason, ReleaseStep, SparedModel, StepAction,
};
use crate::domain::time::MINUTE_MS;

/// Models that no step is about.
pub(super) fn spared_models(releases: &ReleasePlan, steps: &[ClearStep]) -> Vec<SparedModel> {
    let is_kept = |release: &&ReleaseStep| !steps.iter().any(|step| step.release.as_ref() == Some(*release));
    let dropped = releases.steps.iter().filter(is_kept).map(|release| SparedModel {
        server: release.server.clone(),
        model: release.model.clone(),
        title: release.title.clone(),
        memory_mib: release.expected_mib,
        reason: ReleaseSpareReason::NotNeeded,
    });
    let mut spared: Vec<SparedModel> = releases.spared.iter().cloned().chain(dropped).collect();
    spared.sort_by(|one, other| (&one.server, &one.model).cmp(&(&other.server, &other.model)));
    spared
}

/// One step for each model that its server may be asked for, as long as the server uses a GPU that was asked for.
pub(super) fn release_steps(known: &ClearKnowledge<'_>, request: &ClearRequest) -> Vec<ClearStep> {
    let chosen = |gpu: &&GpuSnapshot| request.gpus.includes(&gpu.uuid);
    let all: BTreeSet<u32> = known.gpus.iter().filter(chosen).map(|gpu| gpu.index).collect();
    let steps = known.releases.steps.iter().map(|release| {
        let of_server = known.processes.iter().filter(|process| serves(process.facts.as_ref(), release));
        let used: BTreeSet<u32> = of_server.map(|process| process.gpu_index).collect();
        let gpus: BTreeSet<u32> =
            if used.is_empty() { all.clone() } else { used.intersection(&all).copied().collect() };
        // On which of several GPUs it lies nobody tells; the memory itself decides when it is done.
        let expected_by_gpu =
            release.expected_mib.map(|mib| gpus.iter().map(|gpu| (*gpu, mib)).collect()).unwrap_or_default();
        let idle = match release.idle_ms {
            Some(idle_ms) => format!("not used for {} min", idle_ms / MINUTE_MS),
            None => "idle or not".to_owned(),
        };
        ClearStep {
            action: StepAction::Release(release.action),
            release: Some(release.clone()),
            pids: Vec::new(),
            gpus: gpus.into_iter().collect(),
            expected_mib: release.expected_mib,
            expected_by_gpu,
            reason: idle,
            cost_to_undo: release.undo.to_string(),
            is_reserve: false,
        }
    });
    let mut steps: Vec<ClearStep> = steps.filter(|step| !step.gpus.is_empty()).collect();
    // Stable: within one rank the servers' plan has the order.
    steps.sort_by_key(|step| step.release.as_ref().map(|release| release.action.undo_rank()));
    steps
}

/// Whether the process is the server that is to be asked, or the kernel that is to end, as its command line tells.
fn serves(facts: Option<&ProcessFacts>, release: &ReleaseStep) -> bool {
    facts.is_some_and(|facts| {
        let command = facts.command.to_lowercase();
        match release.action {
            ReleaseAction::EndKernel => facts.command.contains(&release.model),
            ReleaseAction::Unload | ReleaseAction::Sleep => {
                command.contains(release.server.kind.as_str())
                    || facts.name.to_lowercase().contains(release.server.kind.as_str())
            }
        }
    })
}

/// A server that lets go of its models need not be ended: its processes are ended only if it does not.
pub(super) fn hold_back(releases: &[ClearStep], end: &[PlannedEnd], signals: &mut [ClearStep]) {
    let is_asked = |pid: &u32| {
        let command =
            end.iter().find(|process| process.pid == *pid).map(|process| process.command.to_lowercase());
        command.is_some_and(|command| {
            releases.iter().filter_map(|step| step.release.as_ref()).any(|release| match release.action {
                ReleaseAction::EndKernel => command.contains(&release.model.to_lowercase()),
                _ => command.contains(release.server.kind.as_str()),
            })
        })
    };
    for step in signals.iter_mut().filter(|step| step.pids.iter().any(is_asked)) {
        step.is_reserve = true;
        if step.action == StepAction::Terminate {
            step.reason = format!("{}, if its server does not let go", step.reason);
        }
    }
}
