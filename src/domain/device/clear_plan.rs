//! The plan of `gpu clear`: steps in the order of what undoing them costs, and how many of them are needed.

use std::collections::{BTreeMap, BTreeSet};

use super::clear::{EndReason, Ends, PlannedEnd, SparedProcess, choose_ends};
use super::clear_release::{hold_back, release_steps, spared_models};
use super::{
    ClearKnowledge, ClearRequest, GpuSnapshot, ReleaseAction, ReleaseStep, SignalChoice, SpareReason,
    SparedModel,
};
use crate::domain::time::Timestamp;

/// What a step does. Later ones cost more to undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepAction {
    /// A model server is asked for this.
    Release(ReleaseAction),
    /// SIGTERM to the leader of a tree of processes, and then to those of it that remain.
    Terminate,
    /// SIGKILL to those of them that still hold the device.
    Kill,
}

impl StepAction {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            StepAction::Release(action) => action.as_str(),
            StepAction::Terminate => "terminate",
            StepAction::Kill => "kill",
        }
    }
}

/// One step; after each the memory is read again.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearStep {
    /// What it does.
    pub action: StepAction,
    /// What is asked of which model server.
    pub release: Option<ReleaseStep>,
    /// To these processes, the leader first; none where a server is asked.
    pub pids: Vec<u32>,
    /// The GPUs they use, by index; none where nobody tells which a server uses.
    pub gpus: Vec<u32>,
    /// What should come back, MiB; `None` where nobody tells.
    pub expected_mib: Option<f64>,
    /// The same by GPU.
    pub expected_by_gpu: BTreeMap<u32, f64>,
    /// Why these.
    pub reason: String,
    /// What is lost with it, in words.
    pub cost_to_undo: String,
    /// Whether it is taken only when the steps before it free less than they should.
    pub is_reserve: bool,
}

/// The GPU on which memory is needed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeedTarget {
    /// By index.
    pub gpu_index: u32,
    /// To be free on it, MiB.
    pub need_mib: f64,
    /// Free on it now, MiB; `None` when the driver does not tell.
    pub free_mib: Option<f64>,
    /// Whether the steps should free enough.
    pub is_reachable: bool,
    /// Whether they cannot, even where it is unknown what some of them free.
    pub is_hopeless: bool,
}

/// What to do, and what to leave alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClearPlan {
    /// In order.
    pub steps: Vec<ClearStep>,
    /// The processes that the steps are about, by process id.
    pub end: Vec<PlannedEnd>,
    /// Left alone.
    pub spare: Vec<SparedProcess>,
    /// Models that are left with their servers.
    pub spared_models: Vec<SparedModel>,
    /// Where memory is needed, if somebody said how much.
    pub target: Option<NeedTarget>,
}

impl ClearStep {
    /// Whether it frees memory of that GPU, as far as anybody can tell.
    fn may_free(&self, gpu_index: u32) -> bool {
        self.gpus.contains(&gpu_index) || (self.release.is_some() && self.gpus.is_empty())
    }
}

impl ClearPlan {
    /// What the steps should free, MiB, as far as it is known; reserve steps are not counted.
    pub fn requested_mib(&self) -> f64 {
        let counts = |step: &&ClearStep| step.action != StepAction::Kill && !step.is_reserve;
        self.steps.iter().filter(counts).filter_map(|step| step.expected_mib).fold(0.0, |sum, mib| sum + mib)
    }
}

/// Plans how to free memory.
pub fn plan_clear(known: &ClearKnowledge<'_>, request: &ClearRequest) -> ClearPlan {
    let Ends { end, mut spare } = choose_ends(known, request);
    let (mut steps, refused) = release_steps(known, request);
    let mut signals = signal_steps(&end, request);
    hold_back(&steps, known, &mut signals);
    steps.extend(signals);
    let target = request.need_mib.and_then(|need| aim(known.gpus, request, need, &mut steps));
    let kept: BTreeSet<u32> = steps.iter().flat_map(|step| step.pids.iter().copied()).collect();
    let (end, dropped): (Vec<_>, Vec<_>) = end.into_iter().partition(|process| kept.contains(&process.pid));
    spare.extend(dropped.into_iter().map(|process| SparedProcess {
        pid: process.pid,
        command: Some(process.command),
        gpus: process.gpus,
        memory_mib: process.memory_mib,
        reason: SpareReason::NotNeeded,
    }));
    spare.sort_by_key(|process| process.pid);
    let spared_models = spared_models(known.releases, &steps, refused);
    ClearPlan { steps, end, spare, spared_models, target }
}

/// One step for each tree: what nobody waits for first, then what has been idle longest, then what holds most.
fn signal_steps(end: &[PlannedEnd], request: &ClearRequest) -> Vec<ClearStep> {
    let mut trees: BTreeMap<u32, Vec<&PlannedEnd>> = BTreeMap::new();
    for process in end {
        trees.entry(process.leader.unwrap_or(process.pid)).or_default().push(process);
    }
    let mut steps: Vec<(Rank, ClearStep)> =
        trees.into_iter().map(|(root, tree)| (rank(&tree), terminate(root, &tree, request.now))).collect();
    steps.sort_by(|(one, step), (other, next)| {
        let memory = |step: &ClearStep| step.expected_mib.unwrap_or(0.0);
        one.cmp(other).then(memory(next).total_cmp(&memory(step))).then(step.pids.cmp(&next.pids))
    });
    let mut steps: Vec<ClearStep> = steps.into_iter().map(|(_, step)| step).collect();
    if request.signals == SignalChoice::TerminateThenKill {
        let kills: Vec<ClearStep> = steps.iter().map(|step| kill(step, end)).collect();
        steps.extend(kills);
    }
    steps
}

/// Orphans first, then by how long the tree has been idle.
type Rank = (bool, std::cmp::Reverse<i64>);

fn rank(tree: &[&PlannedEnd]) -> Rank {
    let holding = || tree.iter().filter(|process| process.reason != EndReason::Leads);
    let is_left = holding().all(|process| process.reason == EndReason::Orphan);
    let idle = holding().map(|process| match process.reason {
        EndReason::Idle { idle_ms } => idle_ms,
        _ => 0,
    });
    (!is_left, std::cmp::Reverse(idle.min().unwrap_or(0)))
}

fn terminate(root: u32, tree: &[&PlannedEnd], now: Timestamp) -> ClearStep {
    let mut pids: Vec<u32> = tree.iter().map(|process| process.pid).collect();
    pids.sort_by_key(|pid| (*pid != root, *pid));
    let gpus: BTreeSet<u32> = tree.iter().flat_map(|process| process.gpus.iter().copied()).collect();
    let mut expected_by_gpu: BTreeMap<u32, f64> = BTreeMap::new();
    for (gpu, mib) in tree.iter().flat_map(|process| &process.memory_by_gpu) {
        *expected_by_gpu.entry(*gpu).or_default() += mib;
    }
    let mut reasons: Vec<String> = Vec::new();
    for process in tree.iter().filter(|process| process.reason != EndReason::Leads) {
        let reason = process.reason.to_string();
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let oldest = tree.iter().filter_map(|process| process.started).min();
    let cost_to_undo = match oldest.map(|started| now.since(started).max(0) / 60_000) {
        Some(minutes) => format!("what it has not saved in {} h {:02} min", minutes / 60, minutes % 60),
        None => "what it has not saved".to_owned(),
    };
    ClearStep {
        action: StepAction::Terminate,
        release: None,
        pids,
        gpus: gpus.into_iter().collect(),
        expected_mib: (!expected_by_gpu.is_empty()).then(|| expected_by_gpu.values().sum()),
        expected_by_gpu,
        reason: reasons.join("; "),
        cost_to_undo,
        is_reserve: false,
    }
}

/// What is left of a tree: those that hold the device, never a leader that does not.
fn kill(step: &ClearStep, end: &[PlannedEnd]) -> ClearStep {
    let holds = |pid: &&u32| end.iter().any(|process| process.pid == **pid && !process.gpus.is_empty());
    ClearStep {
        action: StepAction::Kill,
        pids: step.pids.iter().filter(holds).copied().collect(),
        reason: "if it still holds the device".to_owned(),
        cost_to_undo: "it cannot save anything".to_owned(),
        is_reserve: true,
        ..step.clone()
    }
}

/// Finds the GPU on which `need` is reached with the fewest steps, keeps the steps that touch it, and marks as reserve
/// what comes after enough is expected to be free.
fn aim(
    gpus: &[GpuSnapshot],
    request: &ClearRequest,
    need: f64,
    steps: &mut Vec<ClearStep>,
) -> Option<NeedTarget> {
    let mut chosen: Vec<&GpuSnapshot> = gpus.iter().filter(|gpu| request.gpus.includes(&gpu.uuid)).collect();
    // What is free on a GPU that is cut up lies in instances, and is no room as a whole.
    if chosen.iter().any(|gpu| !gpu.is_mig) {
        chosen.retain(|gpu| !gpu.is_mig);
    }
    // Fewest steps where it is reached; the most memory where it is not.
    let best =
        chosen.into_iter().map(|gpu| (gpu, reach(gpu, need, steps))).min_by(|(one, by), (other, with)| {
            let key = |reached: &Reach| reached.steps_needed.unwrap_or(usize::MAX);
            key(by)
                .cmp(&key(with))
                .then(with.available_mib.total_cmp(&by.available_mib))
                .then(one.index.cmp(&other.index))
        });
    let (gpu, reached) = best?;
    steps.retain(|step| step.may_free(gpu.index));
    let is_open =
        |step: &ClearStep| step.action != StepAction::Kill && !step.expected_by_gpu.contains_key(&gpu.index);
    let is_unknown = gpu.memory_free_mib().is_none() || steps.iter().any(is_open);
    let is_too_much = gpu.memory_total_mib.is_some_and(|total| need > total);
    let is_reachable = reached.steps_needed.is_some();
    let needed = reached.steps_needed.unwrap_or(usize::MAX);
    if needed == 0 {
        steps.clear();
    }
    for step in steps.iter_mut().skip(needed) {
        step.is_reserve = true;
    }
    Some(NeedTarget {
        gpu_index: gpu.index,
        need_mib: need,
        free_mib: gpu.memory_free_mib(),
        is_reachable,
        is_hopeless: !is_reachable && (is_too_much || !is_unknown),
    })
}

struct Reach {
    /// Steps on this GPU until enough is expected to be free; `None` where all of them are not enough.
    steps_needed: Option<usize>,
    /// Free after all of them, MiB.
    available_mib: f64,
}

fn reach(gpu: &GpuSnapshot, need: f64, steps: &[ClearStep]) -> Reach {
    let mut available_mib = gpu.memory_free_mib().unwrap_or(0.0);
    let mut steps_needed = (available_mib >= need).then_some(0);
    let on_it = steps.iter().filter(|step| step.action != StepAction::Kill && step.may_free(gpu.index));
    for (position, step) in on_it.enumerate() {
        // What is held back behind a server's own step is that step's memory once more.
        if !step.is_reserve {
            available_mib += step.expected_by_gpu.get(&gpu.index).copied().unwrap_or(0.0);
        }
        if steps_needed.is_none() && available_mib >= need {
            steps_needed = Some(position + 1);
        }
    }
    Reach { steps_needed, available_mib }
}

#[cfg(test)]
mod tests;
