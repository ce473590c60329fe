//! Which processes to end so that GPU memory becomes free: a pure plan with a reason for each process.

use std::collections::{BTreeMap, BTreeSet};

use super::protected::{beyond_signals, draws, is_protected};
use super::{GpuProcess, SpareReason, supervising_unit};
use crate::domain::time::Timestamp;

/// Which GPUs to clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GpuChoice {
    /// All of them.
    All,
    /// These, by UUID.
    Only(BTreeSet<String>),
}

impl GpuChoice {
    /// Whether it names this GPU.
    pub fn includes(&self, uuid: &str) -> bool {
        match self {
            GpuChoice::All => true,
            GpuChoice::Only(uuids) => uuids.contains(uuid),
        }
    }
}

/// What may be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearRequest {
    /// On these GPUs.
    pub gpus: GpuChoice,
    /// Only these processes; all when empty. A supervised process is ended when it is named here.
    pub pids: BTreeSet<u32>,
    /// Processes of these users.
    pub user_ids: BTreeSet<u32>,
    /// Never these: ourselves and the processes we descend from.
    pub own_pids: BTreeSet<u32>,
    /// Running at least this long.
    pub min_age_ms: i64,
    /// The current instant.
    pub now: Timestamp,
}

/// A process to be ended.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedEnd {
    /// Its process id.
    pub pid: u32,
    /// Its start in clock ticks: a process id alone may be somebody else's by the time a signal is sent.
    pub start_ticks: u64,
    /// Who runs it.
    pub user_id: u32,
    /// That user's name, or number.
    pub user: String,
    /// Its command line.
    pub command: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// The GPUs it uses, by index.
    pub gpus: Vec<u32>,
    /// What it holds on all of them, MiB; `None` when the driver does not tell for any.
    pub memory_mib: Option<f64>,
    /// A process of this plan that it descends from. That one is asked first: a leader that ends takes its
    /// workers with it, and one whose workers are ended starts new ones.
    pub leader: Option<u32>,
}

/// A process that is left alone.
#[derive(Clone, Debug, PartialEq)]
pub struct SparedProcess {
    /// Its process id.
    pub pid: u32,
    /// Its command line, where it can be seen.
    pub command: Option<String>,
    /// The GPUs it uses, by index.
    pub gpus: Vec<u32>,
    /// What it holds on all of them, MiB.
    pub memory_mib: Option<f64>,
    /// Why.
    pub reason: SpareReason,
}

/// What to do with every process that holds GPU memory; each is in exactly one list, by process id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClearPlan {
    /// To be ended.
    pub end: Vec<PlannedEnd>,
    /// Left alone.
    pub spare: Vec<SparedProcess>,
}

impl ClearPlan {
    /// Memory that the processes to be ended hold, MiB, as far as it is known.
    pub fn requested_mib(&self) -> f64 {
        self.end.iter().filter_map(|process| process.memory_mib).sum()
    }
}

/// Plans which of `processes` to end.
pub fn plan_clear(processes: &[GpuProcess], request: &ClearRequest) -> ClearPlan {
    let mut by_pid: BTreeMap<u32, Vec<&GpuProcess>> = BTreeMap::new();
    for process in processes {
        by_pid.entry(process.pid).or_default().push(process);
    }
    let mut plan = ClearPlan::default();
    for (pid, parts) in &by_pid {
        let mut gpus: Vec<u32> = parts.iter().map(|part| part.gpu_index).collect();
        gpus.sort_unstable();
        gpus.dedup();
        let known: Vec<f64> = parts.iter().filter_map(|part| part.memory_mib).collect();
        let memory_mib = (!known.is_empty()).then(|| known.iter().sum());
        let facts = parts.iter().find_map(|part| part.facts.as_ref());
        match (spare_reason(*pid, parts, request), facts) {
            (None, Some(facts)) => plan.end.push(PlannedEnd {
                pid: *pid,
                start_ticks: facts.start_ticks,
                user_id: facts.user_id,
                user: facts.user.clone().unwrap_or_else(|| facts.user_id.to_string()),
                command: facts.command.clone(),
                started: facts.started,
                gpus,
                memory_mib,
                leader: None,
            }),
            (reason, facts) => plan.spare.push(SparedProcess {
                pid: *pid,
                command: facts.map(|facts| facts.command.clone()),
                gpus,
                memory_mib,
                reason: reason.unwrap_or(SpareReason::NotVisible),
            }),
        }
    }
    let chosen: BTreeSet<u32> = plan.end.iter().map(|process| process.pid).collect();
    for process in &mut plan.end {
        let facts = by_pid[&process.pid].iter().find_map(|part| part.facts.as_ref());
        // The one nearest to the root of the tree.
        process.leader = facts.and_then(|facts| {
            facts.ancestors.iter().rev().find(|ancestor| chosen.contains(ancestor)).copied()
        });
    }
    plan
}

/// Why to leave a process alone; what is asked for comes first, what is dangerous next, what would not help last.
fn spare_reason(pid: u32, parts: &[&GpuProcess], request: &ClearRequest) -> Option<SpareReason> {
    let process = parts.first()?;
    if !parts.iter().any(|part| request.gpus.includes(&part.gpu_uuid)) {
        return Some(SpareReason::OtherGpu);
    }
    let is_named = request.pids.contains(&pid);
    if !request.pids.is_empty() && !is_named {
        return Some(SpareReason::NotAskedFor);
    }
    // Process 1 and the system's idle "process" 0 are nobody's to end, whatever else is known of them.
    if pid <= 1 || request.own_pids.contains(&pid) {
        return Some(SpareReason::OurOwn);
    }
    let Some(facts) = parts.iter().find_map(|part| part.facts.as_ref()) else {
        return Some(SpareReason::NotVisible);
    };
    if is_protected(process) {
        return Some(SpareReason::Protected);
    }
    if draws(parts) {
        return Some(SpareReason::Graphics);
    }
    if !request.user_ids.contains(&facts.user_id) {
        let user = facts.user.clone().unwrap_or_else(|| facts.user_id.to_string());
        return Some(SpareReason::OtherUser { user });
    }
    let is_old_enough = facts.started.is_some_and(|started| request.now.since(started) >= request.min_age_ms);
    if request.min_age_ms > 0 && !is_old_enough {
        return Some(SpareReason::TooYoung);
    }
    if let Some(reason) = beyond_signals(process) {
        return Some(reason);
    }
    let supervisor = facts.control_group.as_deref().and_then(supervising_unit);
    match supervisor {
        Some((unit, command)) if !is_named => Some(SpareReason::Supervised { unit, command }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::{ProcessFacts, ProcessKind, ProcessState};
    use crate::domain::time::MINUTE_MS;
    use proptest::prelude::*;

    const OWN: u32 = 1_000;

    fn now() -> Timestamp {
        Timestamp::clamped(1_772_366_400_000)
    }

    fn process(pid: u32) -> GpuProcess {
        GpuProcess {
            gpu_index: 0,
            gpu_uuid: "GPU-a".to_owned(),
            pid,
            kind: ProcessKind::Compute,
            memory_mib: Some(1_024.0),
            facts: Some(ProcessFacts {
                ancestors: vec![500, 1],
                user_id: OWN,
                user: Some("one".to_owned()),
                name: "python3".to_owned(),
                command: format!("python3 train.py {pid}"),
                started: Some(now().plus_ms(-60 * MINUTE_MS)),
                start_ticks: u64::from(pid),
                state: ProcessState::Alive,
                control_group: Some("/user.slice/user-1000.slice/session-3.scope".to_owned()),
            }),
        }
    }

    fn with_facts(pid: u32, change: impl FnOnce(&mut ProcessFacts)) -> GpuProcess {
        let mut process = process(pid);
        change(process.facts.as_mut().expect("facts"));
        process
    }

    fn request() -> ClearRequest {
        ClearRequest {
            gpus: GpuChoice::All,
            pids: BTreeSet::new(),
            user_ids: BTreeSet::from([OWN]),
            own_pids: BTreeSet::from([77, 500]),
            min_age_ms: 0,
            now: now(),
        }
    }

    fn reason(process: GpuProcess) -> Option<SpareReason> {
        plan_clear(&[process], &request()).spare.pop().map(|spared| spared.reason)
    }

    #[test]
    fn a_process_of_ones_own_is_ended() {
        let plan = plan_clear(&[process(900)], &request());
        assert_eq!(plan.end.len(), 1);
        assert_eq!(plan.requested_mib(), 1_024.0);
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
        assert_eq!(plan_clear(&[other], &allowed).end.len(), 1);
    }

    #[test]
    fn process_one_ourselves_and_our_ancestors_are_left_alone() {
        for pid in [0, 1, 77, 500] {
            assert_eq!(reason(process(pid)), Some(SpareReason::OurOwn), "{pid}");
        }
        let mut named = request();
        named.pids.insert(500);
        assert!(plan_clear(&[process(500)], &named).end.is_empty());
    }

    #[test]
    fn the_screen_and_the_driver_are_protected() {
        for name in ["Xorg", "gnome-shell", "nvidia-persiste", "nvidia-cuda-mps", "systemd-logind"] {
            let guarded = with_facts(900, |facts| facts.name = name.to_owned());
            assert_eq!(reason(guarded), Some(SpareReason::Protected), "{name}");
        }
        let drawing = GpuProcess { kind: ProcessKind::Graphics, ..process(900) };
        assert_eq!(reason(drawing), Some(SpareReason::Graphics));
    }

    #[test]
    fn a_process_that_draws_on_another_gpu_is_left_alone_too() {
        let drawing = GpuProcess {
            gpu_index: 1,
            gpu_uuid: "GPU-b".to_owned(),
            kind: ProcessKind::Graphics,
            ..process(900)
        };
        let plan = plan_clear(&[process(900), drawing], &request());
        assert_eq!(plan.spare.len(), 1);
        assert_eq!(plan.spare[0].gpus, [0, 1]);
        assert_eq!(plan.spare[0].memory_mib, Some(2_048.0));
    }

    #[test]
    fn a_process_that_cannot_be_seen_is_left_alone() {
        assert_eq!(reason(GpuProcess { facts: None, ..process(900) }), Some(SpareReason::NotVisible));
    }

    #[test]
    fn a_young_process_is_left_alone_and_so_is_one_of_unknown_age() {
        let mut patient = request();
        patient.min_age_ms = 90 * MINUTE_MS;
        let ageless = with_facts(901, |facts| facts.started = None);
        let plan = plan_clear(&[process(900), ageless], &patient);
        assert_eq!(plan.spare.len(), 2);
        assert!(plan.spare.iter().all(|spared| spared.reason == SpareReason::TooYoung));
    }

    #[test]
    fn a_supervised_process_is_left_to_its_supervisor_unless_it_is_named() {
        let service = with_facts(900, |facts| {
            facts.control_group = Some("/system.slice/ollama.service".to_owned());
        });
        assert!(matches!(reason(service.clone()), Some(SpareReason::Supervised { .. })));
        let mut named = request();
        named.pids.insert(900);
        assert_eq!(plan_clear(&[service], &named).end.len(), 1);
    }

    #[test]
    fn what_no_signal_reaches_is_left_alone_and_said_so() {
        let stuck = with_facts(900, |facts| facts.state = ProcessState::Uninterruptible);
        assert_eq!(reason(stuck), Some(SpareReason::Uninterruptible));
        let zombie = with_facts(900, |facts| facts.state = ProcessState::Zombie);
        assert_eq!(reason(zombie), Some(SpareReason::Zombie { parent: Some(500) }));
    }

    #[test]
    fn workers_follow_their_leader() {
        let worker = with_facts(910, |facts| facts.ancestors = vec![905, 900, 500, 1]);
        let plan = plan_clear(&[process(900), worker], &request());
        assert_eq!(plan.end[0].leader, None);
        assert_eq!(plan.end[1].leader, Some(900));
    }

    #[test]
    fn unknown_memory_stays_unknown() {
        let silent = GpuProcess { memory_mib: None, ..process(900) };
        assert_eq!(plan_clear(&[silent], &request()).end[0].memory_mib, None);
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
            let plan = plan_clear(&processes, &request());
            let mut pids: Vec<u32> = plan.end.iter().map(|process| process.pid)
                .chain(plan.spare.iter().map(|process| process.pid)).collect();
            pids.sort_unstable();
            let expected: BTreeSet<u32> = processes.iter().map(|process| process.pid).collect();
            prop_assert_eq!(pids, expected.into_iter().collect::<Vec<_>>());
            prop_assert!(plan.end.iter().all(|process| process.user_id == OWN && process.pid > 1));
        }
    }
}
