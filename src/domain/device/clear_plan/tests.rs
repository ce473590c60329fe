//! In which order steps come, and how many are needed.

use super::*;
use crate::domain::device::fixture::{OWN, gpu, now, process};
use crate::domain::device::{
    GpuChoice, GpuProcess, PidNamespace, ProcessWatch, ReleasePlan, ServerAddress, ServerKind, Undo,
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
    let processes = [(sized(900, 100.0), 20), (sized(901, 200.0), 20), (sized(902, 50.0), 90), (orphan, 15)];
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
    assert_eq!(actions, [StepAction::Terminate, StepAction::Terminate, StepAction::Kill, StepAction::Kill]);
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

#[test]
fn memory_of_a_gpu_that_is_cut_up_is_no_room_while_there_is_another() {
    let mut cut = gpu();
    (cut.index, cut.uuid, cut.memory_used_mib, cut.is_mig) = (1, "GPU-b".to_owned(), Some(0.0), true);
    let known = ClearKnowledge {
        gpus: &[gpu(), cut],
        processes: &[],
        leaders: &BTreeMap::new(),
        watches: &[],
        releases: &ReleasePlan::default(),
        namespace: PidNamespace::Host,
    };
    let wanted = ClearRequest { need_mib: Some(22_000.0), ..request() };
    let target = plan_clear(&known, &wanted).target.expect("there is one");
    assert_eq!((target.gpu_index, target.is_reachable), (0, false));
}
