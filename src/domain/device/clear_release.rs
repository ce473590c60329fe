//! The steps of `gpu clear` that ask model servers, and what they hold back.

use std::collections::BTreeSet;

use super::clear::{PlannedEnd, kernel_objection};
use super::{
    ClearKnowledge, ClearRequest, ClearStep, GpuChoice, GpuSnapshot, ProcessFacts, ReleaseAction,
    ReleasePlan, ReleaseSpareReason, ReleaseStep, ServerKind, SpareReason, SparedModel, StepAction,
};
use crate::domain::time::MINUTE_MS;

/// Models that no step is about; `refused` are those that are not asked for with the reason.
pub(super) fn spared_models(
    releases: &ReleasePlan,
    steps: &[ClearStep],
    refused: Vec<SparedModel>,
) -> Vec<SparedModel> {
    let is_about =
        |one: &SparedModel, release: &ReleaseStep| one.server == release.server && one.model == release.model;
    let is_kept = |release: &&ReleaseStep| {
        !steps.iter().any(|step| step.release.as_ref() == Some(*release))
            && !refused.iter().any(|one| is_about(one, release))
    };
    let dropped: Vec<SparedModel> = releases
        .steps
        .iter()
        .filter(is_kept)
        .map(|release| spared(release, ReleaseSpareReason::NotNeeded))
        .collect();
    let mut all: Vec<SparedModel> = releases.spared.iter().cloned().chain(dropped).chain(refused).collect();
    all.sort_by(|one, other| (&one.server, &one.model).cmp(&(&other.server, &other.model)));
    all
}

fn spared(release: &ReleaseStep, reason: ReleaseSpareReason) -> SparedModel {
    SparedModel {
        server: release.server.clone(),
        model: release.model.clone(),
        title: release.title.clone(),
        memory_mib: release.expected_mib,
        reason,
    }
}

/// One step for each model that its server may be asked for, as long as the server uses a GPU that was asked for; and
/// the models that are left to their servers for what is known of their processes.
pub(super) fn release_steps(
    known: &ClearKnowledge<'_>,
    request: &ClearRequest,
) -> (Vec<ClearStep>, Vec<SparedModel>) {
    let mut steps = Vec::new();
    let mut refused = Vec::new();
    for release in &known.releases.steps {
        match release_step(known, request, release) {
            Ok(step) => steps.push(step),
            Err(reason) => refused.push(spared(release, reason)),
        }
    }
    // Stable: within one rank the servers' plan has the order.
    steps.sort_by_key(|step| step.release.as_ref().map(|release| release.action.undo_rank()));
    (steps, refused)
}

fn release_step(
    known: &ClearKnowledge<'_>,
    request: &ClearRequest,
    release: &ReleaseStep,
) -> Result<ClearStep, ReleaseSpareReason> {
    let chosen = |gpu: &&GpuSnapshot| request.gpus.includes(&gpu.uuid);
    let all: BTreeSet<u32> = known.gpus.iter().filter(chosen).map(|gpu| gpu.index).collect();
    let of_server = known.processes.iter().filter(|process| {
        process.facts.as_ref().is_some_and(|facts| serves(facts, release.server.kind, &release.model))
    });
    let used: BTreeSet<u32> = of_server.map(|process| process.gpu_index).collect();
    let gpus: BTreeSet<u32> = used.intersection(&all).copied().collect();
    if !used.is_empty() && gpus.is_empty() {
        return Err(ReleaseSpareReason::OtherGpu);
    }
    if release.action == ReleaseAction::EndKernel
        && let Some((pid, reason)) = kernel_objection(&release.model, known, request)
    {
        return Err(ReleaseSpareReason::ProcessKept { pid, why: reason.to_string() });
    }
    if used.is_empty() {
        // Perhaps it holds nothing, or nothing here.
        if release.expected_mib.is_none() {
            return Err(ReleaseSpareReason::MemoryUnknown);
        }
        if known.gpus.len() > 1 && request.gpus != GpuChoice::All {
            return Err(ReleaseSpareReason::PlaceUnknown);
        }
    }
    // On which of several GPUs it lies nobody tells; the memory itself decides when it is done.
    let possible = if used.is_empty() { &all } else { &gpus };
    let expected_by_gpu =
        release.expected_mib.map(|mib| possible.iter().map(|gpu| (*gpu, mib)).collect()).unwrap_or_default();
    let idle = match release.idle_ms {
        Some(idle_ms) => format!("not used for {} min", idle_ms / MINUTE_MS),
        None => "idle or not".to_owned(),
    };
    Ok(ClearStep {
        action: StepAction::Release(release.action),
        release: Some(release.clone()),
        pids: Vec::new(),
        gpus: gpus.into_iter().collect(),
        expected_mib: release.expected_mib,
        expected_by_gpu,
        reason: idle,
        cost_to_undo: release.undo.to_string(),
        is_reserve: false,
    })
}

/// Whether the process is a server of that kind, or the kernel that it holds, as its command line tells.
fn serves(facts: &ProcessFacts, kind: ServerKind, model: &str) -> bool {
    match kind {
        ServerKind::Jupyter => facts.command.contains(model),
        _ => {
            facts.command.to_lowercase().contains(kind.as_str())
                || facts.name.to_lowercase().contains(kind.as_str())
        }
    }
}

/// Why a process stays with what it holds for a server: a server that is not asked because it is at work is not ended
/// either.
pub(super) fn kept_by_server(facts: &ProcessFacts, releases: &ReleasePlan) -> Option<SpareReason> {
    let is_at_work = |spared: &&SparedModel| {
        matches!(
            spared.reason,
            ReleaseSpareReason::Busy
                | ReleaseSpareReason::MayBeBusy
                | ReleaseSpareReason::NotIdleLongEnough { .. }
        )
    };
    let kept = releases.spared.iter().filter(is_at_work);
    let spared = kept.into_iter().find(|spared| serves(facts, spared.server.kind, &spared.model))?;
    let model = spared.title.clone().unwrap_or_else(|| spared.model.clone());
    Some(SpareReason::KeptByServer { model, why: spared.reason.to_string() })
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
