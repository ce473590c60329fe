//! Which processes go, and which stay.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::device::fixture::{OWN, gpu, now, process};
use crate::domain::device::{BeforeIdle, GpuChoice, ProcessKind, ProcessState, ProcessWatch, ReleasePlan};

fn with_facts(pid: u32, change: impl FnOnce(&mut ProcessFacts)) -> GpuProcess {
    let mut process = process(pid);
    change(process.facts.as_mut().expect("facts"));
    process
}

/// Own processes, idle or not.
fn request() -> ClearRequest {
    ClearRequest {
        gpus: GpuChoice::All,
        need_mib: None,
        pids: BTreeSet::new(),
        user_ids: BTreeSet::from([OWN]),
        only_user_ids: None,
        own_pids: BTreeSet::from([77, 500]),
        included: None,
        excluded: BTreeMap::new(),
        configured: BTreeMap::new(),
        min_age_ms: 0,
        min_idle_ms: 0,
        signals: SignalChoice::Terminate,
        now: now(),
    }
}

fn choose_with(
    processes: &[GpuProcess],
    leaders: &BTreeMap<u32, ProcessFacts>,
    watches: &[ProcessWatch],
    request: &ClearRequest,
) -> Ends {
    let known = ClearKnowledge {
        gpus: &[gpu()],
        processes,
        leaders,
        watches,
        samples: &BTreeMap::new(),
        releases: &ReleasePlan::default(),
        listening: &BTreeSet::new(),
        serving: &BTreeMap::new(),
        namespace: PidNamespace::Host,
    };
    choose_ends(&known, request)
}

fn choose(processes: &[GpuProcess], request: &ClearRequest) -> Ends {
    choose_with(processes, &BTreeMap::new(), &[], request)
}

fn reason_for(process: GpuProcess, request: &ClearRequest) -> Option<SpareReason> {
    choose(&[process], request).spare.pop().map(|spared| spared.reason)
}

fn reason(process: GpuProcess) -> Option<SpareReason> {
    reason_for(process, &request())
}

#[test]
fn a_process_of_ones_own_is_ended() {
    let ends = choose(&[process(900)], &request());
    assert_eq!(ends.end.len(), 1);
    assert_eq!(ends.end[0].reason, EndReason::Asked);
}

#[test]
fn another_users_process_is_left_alone_unless_that_user_is_allowed() {
    let other = with_facts(900, |facts| {
        facts.user_id = 1_001;
        facts.user = Some("two".to_owned());
    });
    assert_eq!(reason(other.clone()), Some(SpareReason::OtherUser { user: "two".to_owned() }));
    let mut allowed = request();
    allowed.user_ids.insert(1_001);
    assert_eq!(choose(std::slice::from_ref(&other), &allowed).end.len(), 1);
    allowed.only_user_ids = Some(BTreeSet::from([OWN]));
    assert_eq!(reason_for(other, &allowed), Some(SpareReason::UserNotAskedFor));
}

#[test]
fn process_one_ourselves_and_our_ancestors_are_left_alone() {
    for pid in [0, 1, 77, 500] {
        assert_eq!(reason(process(pid)), Some(SpareReason::OurOwn), "{pid}");
    }
    let mut named = request();
    named.pids.insert(500);
    assert!(choose(&[process(500)], &named).end.is_empty());
}

#[test]
fn the_screen_the_driver_and_what_the_configuration_names_are_protected() {
    for name in ["Xorg", "gnome-shell", "nvidia-persiste", "nvidia-cuda-mps", "systemd-logind"] {
        let guarded = with_facts(900, |facts| facts.name = name.to_owned());
        assert_eq!(reason(guarded), Some(SpareReason::Protected), "{name}");
    }
    let drawing = GpuProcess { kind: ProcessKind::Graphics, ..process(900) };
    assert_eq!(reason(drawing), Some(SpareReason::Graphics));
    let mut configured = request();
    configured.configured.insert(900, "train*".to_owned());
    let wanted = SpareReason::Configured { pattern: "train*".to_owned() };
    assert_eq!(reason_for(process(900), &configured), Some(wanted));
}

#[test]
fn a_process_that_draws_on_another_gpu_is_left_alone_too() {
    let drawing = GpuProcess {
        gpu_index: 1,
        gpu_uuid: "GPU-b".to_owned(),
        kind: ProcessKind::Graphics,
        ..process(900)
    };
    let ends = choose(&[process(900), drawing], &request());
    assert_eq!(ends.spare.len(), 1);
    assert_eq!(ends.spare[0].gpus, [0, 1]);
    assert_eq!(ends.spare[0].memory_mib, Some(2_048.0));
}

#[test]
fn a_process_that_cannot_be_seen_is_left_alone_and_a_container_is_named_as_the_cause() {
    let unseen = GpuProcess { facts: None, ..process(900) };
    assert_eq!(reason(unseen.clone()), Some(SpareReason::NotVisible));
    let known = ClearKnowledge {
        gpus: &[gpu()],
        processes: &[unseen],
        leaders: &BTreeMap::new(),
        watches: &[],
        samples: &BTreeMap::new(),
        releases: &ReleasePlan::default(),
        listening: &BTreeSet::new(),
        serving: &BTreeMap::new(),
        namespace: PidNamespace::Container,
    };
    assert_eq!(choose_ends(&known, &request()).spare[0].reason, SpareReason::OtherNamespace);
}

#[test]
fn a_young_process_is_left_alone_and_so_is_one_of_unknown_age() {
    let mut patient = request();
    patient.min_age_ms = 90 * MINUTE_MS;
    let ageless = with_facts(901, |facts| facts.started = None);
    let ends = choose(&[process(900), ageless], &patient);
    assert_eq!(ends.spare.len(), 2);
    assert!(ends.spare.iter().all(|spared| spared.reason == SpareReason::TooYoung));
}

#[test]
fn a_supervised_process_is_left_to_its_supervisor_unless_it_is_named() {
    let service = with_facts(900, |facts| {
        facts.control_group = Some("/system.slice/ollama.service".to_owned());
    });
    assert!(matches!(reason(service.clone()), Some(SpareReason::Supervised { .. })));
    let mut named = request();
    named.pids.insert(900);
    assert_eq!(choose(&[service], &named).end[0].reason, EndReason::Named);
}

#[test]
fn what_no_signal_reaches_is_left_alone_and_said_so() {
    let stuck = with_facts(900, |facts| facts.state = ProcessState::Uninterruptible);
    assert_eq!(reason(stuck), Some(SpareReason::Uninterruptible));
    let zombie = with_facts(900, |facts| facts.state = ProcessState::Zombie);
    assert_eq!(reason(zombie), Some(SpareReason::Zombie { parent: Some(500) }));
}

#[test]
fn idleness_is_what_our_readings_say_and_unknown_idleness_is_none() {
    let idle_request = ClearRequest { min_idle_ms: 10 * MINUTE_MS, ..request() };
    let watched = |utilization, minutes: i64| {
        let began = now().plus_ms(-minutes * MINUTE_MS);
        let first = ProcessWatch::after(None, &process(900), utilization, began).expect("seen");
        ProcessWatch { last_seen: now(), ..first }
    };
    let chosen = |watch| choose_with(&[process(900)], &BTreeMap::new(), &[watch], &idle_request);
    let idle_ms = 20 * MINUTE_MS;
    assert_eq!(chosen(watched(Some(0.0), 20)).end[0].reason, EndReason::Idle { idle_ms });
    let not_idle = |known| SpareReason::NotIdle { known, asked_ms: 10 * MINUTE_MS };
    let known = IdleEvidence::IdleFor { idle_ms: 5 * MINUTE_MS, before: BeforeIdle::Unseen };
    assert_eq!(chosen(watched(Some(0.0), 5)).spare[0].reason, not_idle(known));
    let known = IdleEvidence::NotIdleAt { ago_ms: 0 };
    assert_eq!(chosen(watched(Some(0.5), 20)).spare[0].reason, not_idle(known));
    assert_eq!(reason_for(process(900), &idle_request), Some(SpareReason::IdleUnknown));
    let stale = ProcessWatch { last_seen: now().plus_ms(-11 * MINUTE_MS), ..watched(Some(0.0), 60) };
    assert_eq!(chosen(stale).spare[0].reason, SpareReason::IdleUnknown);
}

#[test]
fn an_unlisted_process_goes_only_when_its_parent_is_gone_or_it_is_named() {
    let unlisted = |ancestors: Vec<u32>| {
        let mut process = with_facts(900, |facts| facts.ancestors = ancestors);
        (process.source, process.memory_mib) = (ProcessSource::DeviceFile, None);
        process
    };
    let idle_request = ClearRequest { min_idle_ms: 10 * MINUTE_MS, ..request() };
    assert_eq!(reason_for(unlisted(vec![400, 1]), &idle_request), Some(SpareReason::NotListed));
    assert_eq!(choose(&[unlisted(vec![1])], &idle_request).end[0].reason, EndReason::Orphan);
}

#[test]
fn an_unlisted_orphan_that_may_be_a_daemon_or_holds_nothing_is_left_alone_with_the_reason() {
    let mut orphan = with_facts(900, |facts| facts.ancestors = vec![1]);
    (orphan.source, orphan.memory_mib) = (ProcessSource::DeviceFile, None);
    let reason_with = |used_mib: f64, listening: &[u32], request: &ClearRequest| {
        let mut gpu = gpu();
        gpu.memory_used_mib = Some(used_mib);
        let known = ClearKnowledge {
            gpus: &[gpu],
            processes: std::slice::from_ref(&orphan),
            leaders: &BTreeMap::new(),
            watches: &[],
            samples: &BTreeMap::new(),
            releases: &ReleasePlan::default(),
            listening: &listening.iter().copied().collect(),
            serving: &BTreeMap::new(),
            namespace: PidNamespace::Host,
        };
        choose_ends(&known, request).spare.pop().map(|spared| spared.reason)
    };
    assert_eq!(reason_with(4_096.0, &[], &request()), None);
    assert_eq!(reason_with(4_096.0, &[900], &request()), Some(SpareReason::Listens));
    assert_eq!(reason_with(400.0, &[], &request()), Some(SpareReason::NothingMissing));
    // It began an hour ago.
    let patient = ClearRequest { min_idle_ms: 61 * MINUTE_MS, ..request() };
    assert_eq!(reason_with(4_096.0, &[], &patient), Some(SpareReason::UnlistedYoung));
    let mut named = patient;
    named.pids.insert(900);
    assert_eq!(reason_with(400.0, &[900], &named), None);
}

#[test]
fn workers_follow_their_leader() {
    let worker = with_facts(910, |facts| facts.ancestors = vec![905, 900, 400, 1]);
    let ends = choose(&[process(900), worker], &request());
    assert_eq!(ends.end[0].leader, None);
    assert_eq!(ends.end[1].leader, Some(900));
}

#[test]
fn a_tree_of_which_one_is_to_be_left_alone_is_left_whole() {
    let worker = with_facts(910, |facts| facts.ancestors = vec![900, 400, 1]);
    let mut excluding = request();
    excluding.excluded.insert(910, "*910".to_owned());
    let ends = choose(&[process(900), worker.clone()], &excluding);
    assert!(ends.end.is_empty());
    assert_eq!(ends.spare[0].reason, SpareReason::Entangled { pid: 910 });
    excluding.pids.insert(900);
    assert_eq!(choose(&[process(900), worker], &excluding).end.len(), 1, "somebody who names it means it");
}

#[test]
fn a_launcher_that_holds_nothing_goes_with_its_workers() {
    let in_job = |pid, ancestors: Vec<u32>| {
        with_facts(pid, |facts| {
            facts.ancestors = ancestors;
            facts.process_group = Some(850);
        })
    };
    let launcher = |name: &str| {
        let mut facts = process(850).facts.expect("facts");
        facts.name = name.to_owned();
        BTreeMap::from([(850, facts)])
    };
    let workers = [in_job(900, vec![850, 400, 1]), in_job(901, vec![850, 400, 1])];
    let ends = choose_with(&workers, &launcher("torchrun"), &[], &request());
    assert_eq!(ends.end[0].reason, EndReason::Leads);
    assert!(ends.end[1..].iter().all(|process| process.leader == Some(850)));
    // One that starts work for others stays, and so does one that leads something left alone.
    assert_eq!(choose_with(&workers, &launcher("pueued"), &[], &request()).end.len(), 2);
    let mut excluding = request();
    excluding.excluded.insert(901, "*".to_owned());
    let ends = choose_with(&workers, &launcher("torchrun"), &[], &excluding);
    assert_eq!(ends.end.iter().map(|process| process.pid).collect::<Vec<_>>(), [900]);
}

#[test]
fn unknown_memory_stays_unknown() {
    let silent = GpuProcess { memory_mib: None, ..process(900) };
    assert_eq!(choose(&[silent], &request()).end[0].memory_mib, None);
}

proptest! {
    #[test]
    fn every_process_is_ended_or_spared_and_never_both(
        seeds in proptest::collection::vec((0_u32..30, 0_u32..3, any::<bool>(), any::<bool>()), 0..30)
    ) {
        let processes: Vec<GpuProcess> = seeds
            .iter()
            .map(|(pid, user, draws, is_seen)| {
                let mut process = with_facts(*pid, |facts| facts.user_id = OWN + user);
                if *draws { process.kind = ProcessKind::Graphics }
                if !is_seen { process.facts = None }
                process
            })
            .collect();
        let ends = choose(&processes, &request());
        let mut pids: Vec<u32> = ends.end.iter().map(|process| process.pid)
            .chain(ends.spare.iter().map(|process| process.pid)).collect();
        pids.sort_unstable();
        let expected: BTreeSet<u32> = processes.iter().map(|process| process.pid).collect();
        prop_assert_eq!(pids, expected.into_iter().collect::<Vec<_>>());
        prop_assert!(ends.end.iter().all(|process| process.user_id == OWN && process.pid > 1));
    }
}
