//! Which processes to end so that GPU memory becomes free: a pure choice with a reason for each process.

use std::collections::BTreeMap;
use std::fmt;

use super::clear_release::kept_by_server;
use super::protected::{beyond_signals, draws, is_boundary, is_protected};
use super::unattributed::is_unexplained;
use super::{
    ClearKnowledge, ClearRequest, GpuProcess, IdleEvidence, PidNamespace, ProcessFacts, ProcessSource,
    SignalChoice, SpareReason, supervising_unit,
};
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Why a process is to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// It was named.
    Named,
    /// Its parent has gone and left it behind.
    Orphan,
    /// It has been idle for that long, milliseconds.
    Idle {
        /// Milliseconds.
        idle_ms: i64,
    },
    /// Nobody asked for idleness.
    Asked,
    /// It leads the job of others that are to be ended, and holds nothing itself.
    Leads,
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EndReason::Named => f.write_str("named with --pid"),
            EndReason::Orphan => f.write_str("left behind by a parent that is gone"),
            EndReason::Idle { idle_ms } => write!(f, "idle for {} min", idle_ms / MINUTE_MS),
            EndReason::Asked => f.write_str("asked for, idle or not"),
            EndReason::Leads => f.write_str("leads the job, holds nothing itself"),
        }
    }
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
    /// The GPUs it uses, by index; none for the leader of a job that holds nothing itself.
    pub gpus: Vec<u32>,
    /// What it holds on all of them, MiB; `None` when the driver does not tell for any.
    pub memory_mib: Option<f64>,
    /// The same by GPU, as far as it is known.
    pub memory_by_gpu: BTreeMap<u32, f64>,
    /// A process of this plan that it descends from. That one is asked first: a leader that ends takes its
    /// workers with it, and one whose workers are ended starts new ones.
    pub leader: Option<u32>,
    /// Why.
    pub reason: EndReason,
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
pub struct Ends {
    /// To be ended, by process id.
    pub end: Vec<PlannedEnd>,
    /// Left alone.
    pub spare: Vec<SparedProcess>,
}

/// How a process would be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    /// By a signal of ours.
    Signal,
    /// By its server, which neither starts it again nor has to be matched by its command line.
    Server,
}

fn by_pid<'k>(known: &ClearKnowledge<'k>) -> BTreeMap<u32, Vec<&'k GpuProcess>> {
    let mut by_pid: BTreeMap<u32, Vec<&GpuProcess>> = BTreeMap::new();
    for process in known.processes {
        by_pid.entry(process.pid).or_default().push(process);
    }
    by_pid
}

/// Why the process of kernel `id`, or one that it started, is to be left alone: a kernel that its server ends takes them
/// along. Process 0 stands for one that is not known.
pub(super) fn kernel_objection(
    id: &str,
    known: &ClearKnowledge<'_>,
    request: &ClearRequest,
) -> Option<(u32, SpareReason)> {
    let by_pid = by_pid(known);
    let is_kernel = |parts: &[&GpuProcess]| facts_of(parts).is_some_and(|facts| facts.command.contains(id));
    let kernels: Vec<u32> =
        by_pid.iter().filter(|(_, parts)| is_kernel(parts)).map(|(pid, _)| *pid).collect();
    if kernels.is_empty() {
        return Some((0, SpareReason::NotVisible));
    }
    let goes_along = |pid: &u32, parts: &[&GpuProcess]| {
        let descends = |facts: &ProcessFacts| facts.ancestors.iter().any(|pid| kernels.contains(pid));
        kernels.contains(pid) || facts_of(parts).is_some_and(descends)
    };
    by_pid
        .iter()
        .filter(|(pid, parts)| goes_along(pid, parts))
        .find_map(|(pid, parts)| Some((*pid, verdict(*pid, parts, known, request, Means::Server).err()?)))
}

/// Chooses which processes may be ended.
pub(super) fn choose_ends(known: &ClearKnowledge<'_>, request: &ClearRequest) -> Ends {
    let by_pid = by_pid(known);
    let mut verdicts: BTreeMap<u32, Result<EndReason, SpareReason>> = by_pid
        .iter()
        .map(|(pid, parts)| (*pid, verdict(*pid, parts, known, request, Means::Signal)))
        .collect();
    disentangle(&by_pid, request, &mut verdicts);
    let mut ends = Ends::default();
    for (pid, parts) in &by_pid {
        let mut gpus: Vec<u32> = parts.iter().map(|part| part.gpu_index).collect();
        gpus.sort_unstable();
        gpus.dedup();
        let memory_by_gpu: BTreeMap<u32, f64> =
            parts.iter().filter_map(|part| Some((part.gpu_index, part.memory_mib?))).collect();
        let memory_mib = (!memory_by_gpu.is_empty()).then(|| memory_by_gpu.values().sum());
        let facts = facts_of(parts);
        match (&verdicts[pid], facts) {
            (Ok(reason), Some(facts)) => {
                ends.end.push(PlannedEnd { gpus, memory_mib, memory_by_gpu, ..planned(*pid, facts, *reason) })
            }
            (verdict, facts) => ends.spare.push(SparedProcess {
                pid: *pid,
                command: facts.map(|facts| facts.command.clone()),
                gpus,
                memory_mib,
                reason: verdict.clone().err().unwrap_or(SpareReason::NotVisible),
            }),
        }
    }
    add_leaders(&by_pid, known, request, &mut ends);
    let chosen: Vec<u32> = ends.end.iter().map(|process| process.pid).collect();
    for process in &mut ends.end {
        // The one nearest to the root of the tree.
        process.leader = by_pid.get(&process.pid).and_then(|parts| facts_of(parts)).and_then(|facts| {
            facts.ancestors.iter().rev().find(|ancestor| chosen.contains(ancestor)).copied()
        });
    }
    ends
}

fn planned(pid: u32, facts: &ProcessFacts, reason: EndReason) -> PlannedEnd {
    PlannedEnd {
        pid,
        start_ticks: facts.start_ticks,
        user_id: facts.user_id,
        user: user_of(facts),
        command: facts.command.clone(),
        started: facts.started,
        gpus: Vec::new(),
        memory_mib: None,
        memory_by_gpu: BTreeMap::new(),
        leader: None,
        reason,
    }
}

fn user_of(facts: &ProcessFacts) -> String {
    facts.user.clone().unwrap_or_else(|| facts.user_id.to_string())
}

fn facts_of<'p>(parts: &[&'p GpuProcess]) -> Option<&'p ProcessFacts> {
    parts.iter().find_map(|part| part.facts.as_ref())
}

/// Why a process goes, or stays: what is asked for comes first, what is dangerous next, what would not help last.
fn verdict(
    pid: u32,
    parts: &[&GpuProcess],
    known: &ClearKnowledge<'_>,
    request: &ClearRequest,
    means: Means,
) -> Result<EndReason, SpareReason> {
    if !parts.iter().any(|part| request.gpus.includes(&part.gpu_uuid)) {
        return Err(SpareReason::OtherGpu);
    }
    let is_named = request.pids.contains(&pid);
    if !request.pids.is_empty() && !is_named {
        return Err(SpareReason::NotAskedFor);
    }
    // Process 1 and the system's idle "process" 0 are nobody's to end, whatever else is known of them.
    if pid <= 1 || request.own_pids.contains(&pid) {
        return Err(SpareReason::OurOwn);
    }
    let Some(facts) = facts_of(parts) else {
        return Err(match known.namespace {
            PidNamespace::Host => SpareReason::NotVisible,
            PidNamespace::Container => SpareReason::OtherNamespace,
        });
    };
    if is_protected(&facts.name) {
        return Err(SpareReason::Protected);
    }
    if draws(parts) {
        return Err(SpareReason::Graphics);
    }
    if let Some(pattern) = request.configured.get(&pid) {
        return Err(SpareReason::Configured { pattern: pattern.clone() });
    }
    if !request.user_ids.contains(&facts.user_id) {
        return Err(SpareReason::OtherUser { user: user_of(facts) });
    }
    if request.only_user_ids.as_ref().is_some_and(|users| !users.contains(&facts.user_id)) {
        return Err(SpareReason::UserNotAskedFor);
    }
    let is_left_out = request.included.as_ref().is_some_and(|pids| !pids.contains(&pid));
    if is_left_out && means == Means::Signal {
        return Err(SpareReason::NotIncluded);
    }
    if let Some(pattern) = request.excluded.get(&pid) {
        return Err(SpareReason::Excluded { pattern: pattern.clone() });
    }
    let is_old_enough = facts.started.is_some_and(|started| request.now.since(started) >= request.min_age_ms);
    if request.min_age_ms > 0 && !is_old_enough {
        return Err(SpareReason::TooYoung);
    }
    if let Some(reason) = beyond_signals(facts) {
        return Err(reason);
    }
    if means == Means::Signal {
        let supervisor = facts.control_group.as_deref().and_then(supervising_unit);
        if let (Some((unit, command)), false) = (supervisor, is_named) {
            return Err(SpareReason::Supervised { unit, command });
        }
        if request.signals == SignalChoice::None {
            return Err(SpareReason::ServersOnly);
        }
    }
    if let Some(kept) = kept_by_server(pid, facts, known, request.min_idle_ms) {
        // Idle or not is what the one who names it means; that running requests may be lost has to be said by force.
        let is_forced = request.signals == SignalChoice::TerminateThenKill;
        let is_insisted = is_named || request.min_idle_ms <= 0;
        if !(is_named && !kept.is_busy || is_insisted && is_forced) {
            return Err(kept.reason);
        }
    }
    if is_named {
        return Ok(EndReason::Named);
    }
    let is_orphan = parts.iter().any(|part| part.is_orphan());
    let is_listed = parts.iter().any(|part| part.source == ProcessSource::Driver);
    match (is_listed, is_orphan) {
        (false, true) => unlisted_verdict(pid, parts, known, request),
        (false, false) => Err(SpareReason::NotListed),
        (true, _) => idle_verdict(parts, known, request, is_orphan),
    }
}

/// Nobody waits for it, and no reading of the driver will ever tell whether it is idle. A daemon, and a job that has not
/// yet begun to use the GPU, look the same: memory must be missing that it may hold.
fn unlisted_verdict(
    pid: u32,
    parts: &[&GpuProcess],
    known: &ClearKnowledge<'_>,
    request: &ClearRequest,
) -> Result<EndReason, SpareReason> {
    let started = facts_of(parts).and_then(|facts| facts.started);
    let is_old_enough = started.is_some_and(|started| request.now.since(started) >= request.min_idle_ms);
    if request.min_idle_ms > 0 && !is_old_enough {
        return Err(SpareReason::UnlistedYoung);
    }
    if known.listening.contains(&pid) {
        return Err(SpareReason::Listens);
    }
    let mut on = known.gpus.iter().filter(|gpu| parts.iter().any(|part| part.gpu_uuid == gpu.uuid));
    if !on.any(|gpu| is_unexplained(gpu, known.processes)) {
        return Err(SpareReason::NothingMissing);
    }
    Ok(EndReason::Orphan)
}

fn idle_verdict(
    parts: &[&GpuProcess],
    known: &ClearKnowledge<'_>,
    request: &ClearRequest,
    is_orphan: bool,
) -> Result<EndReason, SpareReason> {
    if request.min_idle_ms <= 0 {
        return Ok(if is_orphan { EndReason::Orphan } else { EndReason::Asked });
    }
    // Idle on all of its GPUs, since the last of them became so.
    let mut least: Option<IdleEvidence> = None;
    for part in parts {
        let watch = known.watches.iter().find(|watch| watch.is_of(part)).ok_or(SpareReason::IdleUnknown)?;
        let is_watched = request.now.since(watch.last_seen) <= super::LONGEST_GAP_MS;
        if !is_watched {
            return Err(SpareReason::IdleUnknown);
        }
        let is_busy_now = part.utilization.is_some_and(|busy| busy > 0.0);
        let samples = known.samples.get(&part.gpu_uuid).map_or(&[][..], Vec::as_slice);
        let evidence = IdleEvidence::of(watch, samples, is_busy_now, request.now);
        least = Some(match least {
            Some(least) if least.idle_ms() <= evidence.idle_ms() => least,
            _ => evidence,
        });
    }
    let evidence = least.ok_or(SpareReason::IdleUnknown)?;
    let idle_ms = evidence.idle_ms();
    if idle_ms >= request.min_idle_ms {
        return Ok(if is_orphan { EndReason::Orphan } else { EndReason::Idle { idle_ms } });
    }
    Err(SpareReason::NotIdle { known: evidence, asked_ms: request.min_idle_ms })
}

/// Spares processes whose end would end another one of their tree that is left alone, or leave it without its workers.
fn disentangle(
    by_pid: &BTreeMap<u32, Vec<&GpuProcess>>,
    request: &ClearRequest,
    verdicts: &mut BTreeMap<u32, Result<EndReason, SpareReason>>,
) {
    let ancestors =
        |pid: u32| by_pid.get(&pid).and_then(|parts| facts_of(parts)).map(|facts| &facts.ancestors);
    let is_related = |one: u32, other: u32| {
        ancestors(one).is_some_and(|found| found.contains(&other))
            || ancestors(other).is_some_and(|found| found.contains(&one))
    };
    loop {
        let spared: Vec<u32> = verdicts
            .iter()
            .filter(|(_, verdict)| verdict.as_ref().err().is_some_and(wants_its_tree))
            .map(|(pid, _)| *pid)
            .collect();
        let entangled = verdicts.iter().find_map(|(pid, verdict)| {
            let may_stay = verdict.is_ok() && !request.pids.contains(pid);
            let other = spared.iter().find(|other| is_related(*pid, **other)).filter(|_| may_stay)?;
            Some((*pid, *other))
        });
        let Some((pid, other)) = entangled else { return };
        verdicts.insert(pid, Err(SpareReason::Entangled { pid: other }));
    }
}

/// Whether a process left alone for this reason is at work, so that its tree is to be left whole.
fn wants_its_tree(reason: &SpareReason) -> bool {
    matches!(
        reason,
        SpareReason::Protected
            | SpareReason::Graphics
            | SpareReason::TooYoung
            | SpareReason::NotIdle { .. }
            | SpareReason::IdleUnknown
            | SpareReason::Excluded { .. }
            | SpareReason::Configured { .. }
            | SpareReason::Entangled { .. }
            | SpareReason::Supervised { .. }
            | SpareReason::KeptByServer { .. }
            | SpareReason::UnlistedYoung
            | SpareReason::Listens
            | SpareReason::NothingMissing
    )
}

/// Adds the first processes of jobs all of whose processes here are to be ended: a launcher that sees its workers end
/// one by one starts new ones.
fn add_leaders(
    by_pid: &BTreeMap<u32, Vec<&GpuProcess>>,
    known: &ClearKnowledge<'_>,
    request: &ClearRequest,
    ends: &mut Ends,
) {
    // Somebody who names processes means those.
    for (pid, facts) in known.leaders.iter().filter(|_| request.pids.is_empty()) {
        let led: Vec<u32> = by_pid
            .iter()
            .filter(|(_, parts)| facts_of(parts).is_some_and(|facts| facts.ancestors.contains(pid)))
            .map(|(pid, _)| *pid)
            .collect();
        let is_chosen = |pid: &u32| ends.end.iter().any(|process| process.pid == *pid);
        let is_job = led.iter().any(|worker| {
            let worker = by_pid.get(worker).and_then(|parts| facts_of(parts));
            worker.is_some_and(|worker| worker.process_group == Some(*pid))
        });
        let may_end = *pid > 1
            && is_job
            && !by_pid.contains_key(pid)
            && !request.own_pids.contains(pid)
            && request.user_ids.contains(&facts.user_id)
            && !is_protected(&facts.name)
            && !is_boundary(&facts.name)
            && beyond_signals(facts).is_none();
        if may_end && led.iter().all(is_chosen) {
            ends.end.push(planned(*pid, facts, EndReason::Leads));
        }
    }
    ends.end.sort_by_key(|process| process.pid);
}

#[cfg(test)]
mod tests;
