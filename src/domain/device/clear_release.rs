//! The steps of `gpu clear` that ask model servers, and what they hold back.

use std::collections::BTreeSet;

use super::clear::kernel_objection;
use super::{
    ClearKnowledge, ClearRequest, ClearStep, GpuChoice, GpuSnapshot, ModelActivity, Obstacle, ProcessFacts,
    ReleaseAction, ReleasePlan, ReleaseSpareReason, ReleaseStep, ServerAddress, ServerKind, SpareReason,
    SparedModel, StepAction, WhenBusy,
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
        .map(|release| release.clone().spared(ReleaseSpareReason::NotNeeded))
        .collect();
    let mut all: Vec<SparedModel> = releases.spared.iter().cloned().chain(dropped).chain(refused).collect();
    all.sort_by(|one, other| (&one.server, &one.model).cmp(&(&other.server, &other.model)));
    all
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
            Err(reason) => refused.push(release.clone().spared(reason)),
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
        let facts = process.facts.as_ref();
        facts.is_some_and(|facts| serves(process.pid, facts, &release.server, &release.model, known))
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

/// Whether the process belongs to that server: it listens on the server's port, or descends from what does. Where nobody
/// here is seen to listen on it, the command line has to tell. Of Jupyter only the kernel counts that holds the model.
fn serves(
    pid: u32,
    facts: &ProcessFacts,
    server: &ServerAddress,
    model: &str,
    known: &ClearKnowledge<'_>,
) -> bool {
    let is_named = |kind: ServerKind| {
        facts.command.to_lowercase().contains(kind.as_str())
            || facts.name.to_lowercase().contains(kind.as_str())
    };
    match (server.kind, known.serving.get(&server.address)) {
        (ServerKind::Jupyter, _) => facts.command.contains(model),
        (_, Some(pids)) => pids.contains(&pid),
        (kind, None) => is_named(kind),
    }
}

/// What a process holds for a server that keeps it.
pub(super) struct KeptModel {
    /// Whether the server says that it is at work now.
    pub is_busy: bool,
    /// Why the process stays.
    pub reason: SpareReason,
}

/// Why a process stays with what it holds for a server, what is at work first: a server that is not asked because of
/// that is not ended either, and one that cannot be asked may be at work all the same.
pub(super) fn kept_by_server(
    pid: u32,
    facts: &ProcessFacts,
    known: &ClearKnowledge<'_>,
    min_idle_ms: i64,
) -> Option<KeptModel> {
    let is_here = |spared: &&SparedModel| spared.reason != ReleaseSpareReason::OtherMachine;
    // Where nobody asks for idleness, our own samples do not tell that it has none of the requests it would lose.
    let may_be_busy = |spared: &SparedModel| {
        spared.activity == ModelActivity::Unknown
            && spared.server.kind.when_busy() != WhenBusy::FinishesFirst
            && spared.reason != ReleaseSpareReason::Impossible { obstacle: Obstacle::NotOnGpu }
            && min_idle_ms <= 0
    };
    let is_kept = |spared: &&SparedModel| {
        spared.activity == ModelActivity::Busy
            || may_be_busy(spared)
            || matches!(
                spared.reason,
                ReleaseSpareReason::MayBeBusy | ReleaseSpareReason::NotIdleLongEnough { .. }
            )
    };
    let kept = known.releases.spared.iter().filter(is_here).filter(is_kept);
    let spared = kept
        .filter(|spared| serves(pid, facts, &spared.server, &spared.model, known))
        .max_by_key(|spared| spared.activity == ModelActivity::Busy)?;
    let is_busy = spared.activity == ModelActivity::Busy;
    let why = match &spared.reason {
        _ if is_busy => ReleaseSpareReason::Busy.to_string(),
        _ if may_be_busy(spared) => "nobody tells whether it is at work".to_owned(),
        reason => reason.to_string(),
    };
    let model = spared.title.clone().unwrap_or_else(|| spared.model.clone());
    Some(KeptModel { is_busy, reason: SpareReason::KeptByServer { model, why } })
}

/// A server that lets go of its models need not be ended: its processes are ended only if it does not.
pub(super) fn hold_back(releases: &[ClearStep], known: &ClearKnowledge<'_>, signals: &mut [ClearStep]) {
    let is_asked = |pid: &u32| {
        let listed = known.processes.iter().filter(|process| process.pid == *pid);
        let facts = listed.filter_map(|process| process.facts.as_ref()).next();
        let facts = facts.or_else(|| known.leaders.get(pid));
        let mut asked = releases.iter().filter_map(|step| step.release.as_ref());
        facts.is_some_and(|facts| {
            asked.any(|release| serves(*pid, facts, &release.server, &release.model, known))
        })
    };
    for step in signals.iter_mut().filter(|step| step.pids.iter().any(is_asked)) {
        step.is_reserve = true;
        if step.action == StepAction::Terminate {
            step.reason = format!("{}, if its server does not let go", step.reason);
        }
    }
}

/// The plan for servers without kernels whose processes are to be left alone: the device and our own samples tell more of
/// them than their server does. A kernel whose process cannot be seen stays too, unless it is among `named`.
pub fn without_kept_kernels(
    plan: ReleasePlan,
    known: &ClearKnowledge<'_>,
    request: &ClearRequest,
    named: &BTreeSet<String>,
) -> ReleasePlan {
    let mut kept = ReleasePlan { steps: Vec::new(), spared: plan.spared };
    for step in plan.steps {
        let objection = match step.action {
            ReleaseAction::EndKernel => kernel_objection(&step.model, known, request),
            ReleaseAction::Unload | ReleaseAction::Sleep => None,
        };
        match objection.filter(|(pid, _)| *pid != 0 || !named.contains(&step.model)) {
            Some((pid, why)) => {
                kept.spared.push(step.spared(ReleaseSpareReason::ProcessKept { pid, why: why.to_string() }));
            }
            None => kept.steps.push(step),
        }
    }
    kept.spared.sort_by(|one, other| (&one.server, &one.model).cmp(&(&other.server, &other.model)));
    kept
}
