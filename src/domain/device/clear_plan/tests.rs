//! In which order steps come, and how many are needed.

use super::*;
use crate::domain::device::fixture::{OWN, gpu, now, process};
use crate::domain::device::{
    GpuChoice, GpuProcess, ModelActivity, PidNamespace, ProcessWatch, ReleasePlan, ReleaseSpareReason,
    ServerAddress, ServerKind, Undo,
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
        samples: &BTreeMap::new(),
        releases: &ReleasePlan::default(),
        listening: &BTreeSet::new(),
        serving: &BTreeMap::new(),
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
        activity: ModelActivity::Idle,
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
        samples: &BTreeMap::new(),
        releases: &releases,
        listening: &BTreeSet::new(),
        serving: &BTreeMap::new(),
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
        samples: &BTreeMap::new(),
        releases: &ReleasePlan::default(),
        listening: &BTreeSet::new(),
        serving: &BTreeMap::new(),
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
        samples: &BTreeMap::new(),
        releases: &ReleasePlan::default(),
        listening: &BTreeSet::new(),
        serving: &BTreeMap::new(),
        namespace: PidNamespace::Host,
    };
    let wanted = ClearRequest { need_mib: Some(22_000.0), ..request() };
    let target = plan_clear(&known, &wanted).target.expect("there is one");
    assert_eq!((target.gpu_index, target.is_reachable), (0, false));
}

/// A plan with these servers' models, on one GPU or more.
fn plan_with(
    gpus: &[GpuSnapshot],
    processes: &[GpuProcess],
    watches: &[ProcessWatch],
    releases: &ReleasePlan,
    request: &ClearRequest,
) -> ClearPlan {
    let known = ClearKnowledge {
        gpus,
        processes,
        leaders: &BTreeMap::new(),
        watches,
        samples: &BTreeMap::new(),
        releases,
        listening: &BTreeSet::new(),
        serving: &BTreeMap::new(),
        namespace: PidNamespace::Host,
    };
    plan_clear(&known, request)
}

fn second_gpu() -> GpuSnapshot {
    GpuSnapshot { index: 1, uuid: "GPU-b".to_owned(), ..gpu() }
}

fn of(kind: ServerKind, release: ReleaseStep) -> ReleaseStep {
    let server = ServerAddress { kind, address: "http://127.0.0.1:1".to_owned() };
    ReleaseStep { undo: Undo::of(kind, release.action), server, ..release }
}

fn with_command(process: GpuProcess, command: &str) -> GpuProcess {
    let mut process = process;
    process.facts.as_mut().expect("facts").command = command.to_owned();
    process
}

#[test]
fn a_kernel_shares_the_fate_of_its_process() {
    let step = of(ServerKind::Jupyter, unload("6a1e", ReleaseAction::EndKernel, 60));
    let releases = ReleasePlan { steps: vec![step], spared: Vec::new() };
    let kernel = with_command(sized(900, 4_096.0), "python3 -m ipykernel_launcher -f kernel-6a1e.json");
    let kept = |kernel: &GpuProcess, watch: ProcessWatch, request: &ClearRequest| {
        let plan = plan_with(&[gpu()], std::slice::from_ref(kernel), &[watch], &releases, request);
        let is_asked = plan.steps.iter().any(|step| step.release.is_some());
        assert_eq!(plan.spared_models.is_empty(), is_asked);
        plan.spared_models.first().map(|spared| spared.reason.to_string())
    };
    assert_eq!(kept(&kernel, idle(&kernel, 60), &request()), None);
    let busy = ProcessWatch { idle_since: None, ..idle(&kernel, 60) };
    let why = kept(&kernel, busy, &request()).expect("kept");
    assert!(why.contains("900") && why.contains("not idle at the last reading"), "{why}");
    let mut other = kernel.clone();
    let facts = other.facts.as_mut().expect("facts");
    (facts.user_id, facts.user) = (OWN + 1, Some("two".to_owned()));
    assert!(kept(&other, idle(&other, 60), &request()).expect("kept").contains("belongs to two"));
    let mut careful = request();
    careful.excluded.insert(900, "*kernel*".to_owned());
    assert!(kept(&kernel, idle(&kernel, 60), &careful).expect("kept").contains("--exclude"));
    let mut careful = request();
    careful.configured.insert(900, "*kernel*".to_owned());
    assert!(kept(&kernel, idle(&kernel, 60), &careful).expect("kept").contains("gpu.protected"));
    // One that no process is known of.
    let stranger = sized(900, 4_096.0);
    let why = kept(&stranger, idle(&stranger, 60), &request());
    assert_eq!(why.as_deref(), Some("its process is not known"));
    // A service that starts its kernels again when they are asked for is no reason.
    let mut service = kernel.clone();
    service.facts.as_mut().expect("facts").control_group = Some("/system.slice/jupyter.service".to_owned());
    assert_eq!(kept(&service, idle(&service, 60), &request()), None);
}

#[test]
fn a_server_is_asked_only_where_it_is_known_to_hold_memory_of_a_gpu_asked_for() {
    let gpus = [gpu(), second_gpu()];
    let mut there = with_command(sized(900, 4_096.0), "vllm serve org/big");
    (there.gpu_index, there.gpu_uuid) = (1, "GPU-b".to_owned());
    let only_first =
        ClearRequest { gpus: GpuChoice::Only(BTreeSet::from(["GPU-a".to_owned()])), ..request() };
    let sleep = of(ServerKind::Vllm, unload("org/big", ReleaseAction::Sleep, 60));
    let silent = ReleaseStep { expected_mib: None, ..sleep.clone() };
    let planned = |step: &ReleaseStep, processes: &[GpuProcess], request: &ClearRequest| {
        let releases = ReleasePlan { steps: vec![step.clone()], spared: Vec::new() };
        let plan = plan_with(&gpus, processes, &[], &releases, request);
        match plan.steps.first() {
            Some(step) => Ok(step.gpus.clone()),
            None => Err(plan.spared_models[0].reason.as_str()),
        }
    };
    let here = std::slice::from_ref(&there);
    assert_eq!(planned(&silent, here, &only_first), Err("other_gpu"));
    assert_eq!(planned(&silent, here, &request()), Ok(vec![1]));
    assert_eq!(planned(&silent, &[], &request()), Err("memory_unknown"));
    assert_eq!(planned(&sleep, &[], &only_first), Err("place_unknown"));
    assert_eq!(planned(&sleep, &[], &request()), Ok(Vec::new()), "nobody tells which");
}

#[test]
fn the_process_of_a_server_that_is_kept_at_work_is_kept_too() {
    let sleep = of(ServerKind::Vllm, unload("org/big", ReleaseAction::Sleep, 0));
    let busy = SparedModel {
        server: sleep.server,
        model: sleep.model,
        title: None,
        memory_mib: None,
        activity: ModelActivity::Busy,
        reason: ReleaseSpareReason::Busy,
    };
    let releases = ReleasePlan { steps: Vec::new(), spared: vec![busy] };
    let server = with_command(sized(900, 4_096.0), "vllm serve org/big");
    let asked = ClearRequest { min_idle_ms: 0, ..request() };
    let plan = plan_with(&[gpu()], &[server, sized(901, 100.0)], &[], &releases, &asked);
    assert_eq!(pids(&plan), [[901]]);
    assert!(plan.spare[0].reason.to_string().contains("which its server keeps: at work"));
}

#[test]
fn a_need_is_hopeless_only_where_nothing_unknown_could_meet_it() {
    let target = |need_mib, processes: &[(GpuProcess, i64)]| {
        let wanted = ClearRequest { need_mib: Some(need_mib), ..request() };
        let target = plan(processes, &wanted).target.expect("a target");
        (target.is_reachable, target.is_hopeless)
    };
    // 20,480 of 24,576 MiB are free.
    let untold = GpuProcess { memory_mib: None, ..process(900) };
    assert_eq!(target(24_000.0, &[(sized(900, 4_000.0), 20)]), (true, false));
    assert_eq!(target(24_000.0, &[(sized(900, 1_000.0), 20)]), (false, true));
    assert_eq!(target(24_000.0, &[(untold.clone(), 20)]), (false, false));
    assert_eq!(target(30_000.0, &[(untold, 20)]), (false, true), "more than there is");
}
