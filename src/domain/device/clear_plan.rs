//! The plan of `gpu clear`: steps in the order of what undoing them costs, and how many of them are needed.

use std::collections::{BTreeMap, BTreeSet};

use super::clear::{EndReason, Ends, PlannedEnd, SparedProcess, choose_ends};
use super::{
    ClearKnowledge, ClearRequest, GpuSnapshot, ProcessFacts, ReleaseAction, ReleasePlan, ReleaseSpareReason,
    ReleaseStep, SignalChoice, SpareReason, SparedModel,
};
use crate::domain::time::{MINUTE_MS, Timestamp};

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
    /// The GPUs they use, by index; all of those asked for where nobody tells which a server uses.
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

impl ClearPlan {
    /// What the steps should free, MiB, as far as it is known; reserve steps are not counted.
    pub fn requested_mib(&self) -> f64 {
        let counts = |step: &&ClearStep| step.action != StepAction::Kill && !step.is_reserve;
        self.steps.iter().filter(counts).filter_map(|step| step.expected_mib).sum()
    }
}

/// Plans how to free memory.
pub fn plan_clear(known: &ClearKnowledge<'_>, request: &ClearRequest) -> ClearPlan {
    let Ends { end, mut spare } = choose_ends(known, request);
    let mut steps = release_steps(known, request);
    let mut signals = signal_steps(&end, request);
    hold_back(&steps, &end, &mut signals);
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
    let spared_models = spared_models(known.releases, &steps);
    ClearPlan { steps, end, spare, spared_models, target }
}

/// Models that no step is about.
fn spared_models(releases: &ReleasePlan, steps: &[ClearStep]) -> Vec<SparedModel> {
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
fn release_steps(known: &ClearKnowledge<'_>, request: &ClearRequest) -> Vec<ClearStep> {
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
fn hold_back(releases: &[ClearStep], end: &[PlannedEnd], signals: &mut [ClearStep]) {
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
    let chosen: Vec<&GpuSnapshot> = gpus.iter().filter(|gpu| request.gpus.includes(&gpu.uuid)).collect();
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
    steps.retain(|step| step.gpus.contains(&gpu.index));
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
        is_reachable: reached.steps_needed.is_some(),
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
    let on_it = steps.iter().filter(|step| step.action != StepAction::Kill && step.gpus.contains(&gpu.index));
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
mod tests {
    use super::*;
    use crate::domain::device::fixture::{OWN, gpu, now, process};
    use crate::domain::device::{
        GpuChoice, GpuProcess, PidNamespace, ProcessWatch, ServerAddress, ServerKind, Undo,
    };
    use crate::domain::time::MINUTE_MS;

    fn request() -> ClearRequest {
        ClearRequest {
            gpus: GpuChoice::All,
            need_mib: None,
            pids: BTreeSet::new(),
            user_ids: BTreeSet::from([OWN]),
            only_user_ids: None,
            own_pids: BTreeSet::new(),
            included: None,
            excluded: BTreeMap::new(),
            configured: BTreeMap::new(),
            min_age_ms: 0,
            min_idle_ms: 10 * MINUTE_MS,
            signals: SignalChoice::Terminate,
            now: now(),
        }
    }

    fn idle(process: &GpuProcess, minutes: i64) -> ProcessWatch {
        let began = now().plus_ms(-minutes * MINUTE_MS);
        let first = ProcessWatch::after(None, process, Some(0.0), began).expect("seen");
        ProcessWatch { last_seen: now(), ..first }
    }

    fn plan(processes: &[(GpuProcess, i64)], request: &ClearRequest) -> ClearPlan {
        let watches: Vec<ProcessWatch> =
            processes.iter().map(|(process, minutes)| idle(process, *minutes)).collect();
        let processes: Vec<GpuProcess> = processes.iter().map(|(process, _)| process.clone()).collect();
        let known = ClearKnowledge {
            gpus: &[gpu()],
            processes: &processes,
            leaders: &BTreeMap::new(),
            watches: &watches,
            releases: &ReleasePlan::default(),
            namespace: PidNamespace::Host,
        };
        plan_clear(&known, request)
    }

    fn unload(model: &str, action: ReleaseAction, minutes: i64) -> ReleaseStep {
        let server = ServerAddress { kind: ServerKind::Ollama, address: "http://127.0.0.1:11434".to_owned() };
        ReleaseStep {
            undo: Undo::of(server.kind, action),
            server,
            model: model.to_owned(),
            title: None,
            action,
            expected_mib: Some(4_096.0),
            idle_ms: Some(minutes * MINUTE_MS),
        }
    }

    #[test]
    fn servers_are_asked_before_anything_is_signalled_and_their_processes_only_if_that_fails() {
        let mut runner = sized(900, 5_000.0);
        runner.facts.as_mut().expect("facts").command = "/usr/bin/ollama runner".to_owned();
        let processes = [runner, sized(901, 100.0)];
        let watches: Vec<ProcessWatch> = processes.iter().map(|process| idle(process, 20)).collect();
        let steps = vec![unload("b", ReleaseAction::Unload, 30), unload("a", ReleaseAction::Sleep, 60)];
        let releases = ReleasePlan { steps, spared: Vec::new() };
        let known = ClearKnowledge {
            gpus: &[gpu()],
            processes: &processes,
            leaders: &BTreeMap::new(),
            watches: &watches,
            releases: &releases,
            namespace: PidNamespace::Host,
        };
        let plan = plan_clear(&known, &request());
        let shown: Vec<(&str, bool)> =
            plan.steps.iter().map(|step| (step.action.as_str(), step.is_reserve)).collect();
        assert_eq!(shown, [("unload", false), ("sleep", false), ("terminate", true), ("terminate", false)]);
        assert_eq!(plan.requested_mib(), 2.0 * 4_096.0 + 100.0);
        // 20,480 MiB are free, and 4,096 come back with the first model.
        let wanted = ClearRequest { need_mib: Some(24_000.0), ..request() };
        let plan = plan_clear(&known, &wanted);
        assert!(!plan.steps[0].is_reserve && plan.steps[1..].iter().all(|step| step.is_reserve));
        let enough = ClearRequest { need_mib: Some(20_000.0), ..request() };
        assert_eq!(plan_clear(&known, &enough).spared_models.len(), 2);
    }

    fn pids(plan: &ClearPlan) -> Vec<Vec<u32>> {
        plan.steps.iter().map(|step| step.pids.clone()).collect()
    }

    fn sized(pid: u32, memory_mib: f64) -> GpuProcess {
        let mut process = process(pid);
        process.memory_mib = Some(memory_mib);
        process
    }

    #[test]
    fn orphans_come_first_then_what_was_idle_longest_then_what_holds_most() {
        let mut orphan = sized(903, 10.0);
        orphan.facts.as_mut().expect("facts").ancestors = vec![1];
        let processes =
            [(sized(900, 100.0), 20), (sized(901, 200.0), 20), (sized(902, 50.0), 90), (orphan, 15)];
        assert_eq!(pids(&plan(&processes, &request())), [[903], [902], [901], [900]]);
    }

    #[test]
    fn a_tree_is_one_step_with_its_leader_first() {
        let mut worker = sized(890, 100.0);
        worker.facts.as_mut().expect("facts").ancestors = vec![900, 500, 1];
        let plan = plan(&[(sized(900, 100.0), 20), (worker, 30)], &request());
        assert_eq!(pids(&plan), [[900, 890]]);
        assert_eq!(plan.steps[0].expected_mib, Some(200.0));
    }

    #[test]
    fn force_adds_a_last_resort_for_each_tree_behind_all_polite_steps() {
        let forced = ClearRequest { signals: SignalChoice::TerminateThenKill, ..request() };
        let plan = plan(&[(sized(900, 100.0), 20), (sized(901, 200.0), 20)], &forced);
        let actions: Vec<StepAction> = plan.steps.iter().map(|step| step.action).collect();
        assert_eq!(
            actions,
            [StepAction::Terminate, StepAction::Terminate, StepAction::Kill, StepAction::Kill]
        );
        assert_eq!(plan.requested_mib(), 300.0, "a tree is counted once");
    }

    #[test]
    fn what_is_not_needed_is_held_in_reserve() {
        // 20,480 MiB are free.
        let wanted = ClearRequest { need_mib: Some(21_000.0), ..request() };
        let plan = plan(&[(sized(900, 1_000.0), 20), (sized(901, 800.0), 90)], &wanted);
        assert_eq!(pids(&plan), [[901], [900]]);
        assert_eq!(plan.steps.iter().map(|step| step.is_reserve).collect::<Vec<_>>(), [false, true]);
        assert_eq!(plan.requested_mib(), 800.0);
        assert!(plan.target.is_some_and(|target| target.is_reachable));
    }

    #[test]
    fn nothing_is_done_where_enough_is_free() {
        let wanted = ClearRequest { need_mib: Some(20_000.0), ..request() };
        let plan = plan(&[(sized(900, 1_000.0), 20)], &wanted);
        assert!(plan.steps.is_empty() && plan.end.is_empty());
        assert_eq!(plan.spare[0].reason, SpareReason::NotNeeded);
    }

    #[test]
    fn the_gpu_that_takes_the_fewest_steps_is_chosen() {
        let mut second = gpu();
        (second.index, second.uuid, second.memory_used_mib) = (1, "GPU-b".to_owned(), Some(24_000.0));
        let mut large = sized(950, 23_000.0);
        (large.gpu_index, large.gpu_uuid) = (1, "GPU-b".to_owned());
        let small = [sized(900, 700.0), sized(901, 700.0), sized(902, 700.0)];
        let processes: Vec<GpuProcess> = small.into_iter().chain([large]).collect();
        let watches: Vec<ProcessWatch> = processes.iter().map(|process| idle(process, 20)).collect();
        let known = ClearKnowledge {
            gpus: &[gpu(), second],
            processes: &processes,
            leaders: &BTreeMap::new(),
            watches: &watches,
            releases: &ReleasePlan::default(),
            namespace: PidNamespace::Host,
        };
        let wanted = ClearRequest { need_mib: Some(22_000.0), ..request() };
        let plan = plan_clear(&known, &wanted);
        assert_eq!(pids(&plan), [[950]]);
        assert_eq!(plan.target.map(|target| target.gpu_index), Some(1));
    }
}
