//! What /proc tells of processes. Elsewhere than on Linux no process can be seen, and none is ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::domain::device::{GpuProcess, PidNamespace, ProcessFacts, ProcessState, Sight};
use crate::domain::time::Timestamp;

/// Clock ticks per second in what the kernel shows to programs, on every architecture that has NVIDIA drivers.
const TICKS_PER_SECOND: u64 = 100;

/// A tree of processes deeper than this is a loop in what we read.
const DEEPEST: usize = 64;

/// The machine's own namespace of process ids.
const FIRST_NAMESPACE: &str = "pid:[4026531836]";

/// What the system tells of process `pid`; `None` when it cannot be seen.
pub fn process_facts(pid: u32) -> Option<ProcessFacts> {
    let stat = Stat::read(pid)?;
    let user_id = user_id(pid)?;
    let command = command(pid).unwrap_or_else(|| stat.name.clone());
    Some(ProcessFacts {
        ancestors: ancestors(pid),
        parent_name: Stat::read(stat.parent).map(|parent| parent.name),
        process_group: Some(stat.process_group).filter(|group| *group > 0),
        user_id,
        user: name_of(user_id),
        command,
        name: stat.name,
        started: started(stat.start_ticks),
        start_ticks: stat.start_ticks,
        state: stat.state,
        control_group: control_group(pid),
    })
}

/// Parent, parent's parent, and so on, down to process 1.
pub fn ancestors(pid: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut current = pid;
    while let Some(stat) = Stat::read(current) {
        if stat.parent == 0 || found.len() >= DEEPEST {
            break;
        }
        found.push(stat.parent);
        current = stat.parent;
    }
    found
}

/// The processes that lead the jobs of `processes`, where they are not among them: by process id.
pub fn leaders(processes: &[GpuProcess]) -> BTreeMap<u32, ProcessFacts> {
    let facts = processes.iter().filter_map(|process| Some((process.pid, process.facts.as_ref()?)));
    let groups: BTreeSet<u32> = facts
        .filter(|(pid, facts)| facts.process_group != Some(*pid))
        .filter_map(|(_, facts)| facts.process_group.filter(|group| facts.ancestors.contains(group)))
        .collect();
    groups.into_iter().filter_map(|pid| Some((pid, process_facts(pid)?))).collect()
}

/// Whether numbers of processes mean the same to us as to the driver. The kernel gives the first namespace a number of
/// its own, the same since there are namespaces.
pub fn pid_namespace() -> PidNamespace {
    match fs::read_link("/proc/self/ns/pid") {
        Ok(link) if link.as_os_str() != FIRST_NAMESPACE => PidNamespace::Container,
        _ => PidNamespace::Host,
    }
}

/// Who runs us.
pub fn own_user_id() -> u32 {
    rustix::process::getuid().as_raw()
}

/// Whose open files we can see.
pub fn own_sight() -> Sight {
    if rustix::process::geteuid().is_root() { Sight::Everybody } else { Sight::OwnUser }
}

/// Our user's name; the number where it has none.
pub fn own_user_name() -> String {
    let id = rustix::process::geteuid().as_raw();
    name_of(id).unwrap_or_else(|| id.to_string())
}

/// The user of that name or number.
pub fn user_id_of(name: &str) -> Option<u32> {
    let from_number = || name.parse().ok();
    users().into_iter().find(|(_, known)| known == name).map(|(id, _)| id).or_else(from_number)
}

/// A few fields of /proc/PID/stat.
struct Stat {
    name: String,
    state: ProcessState,
    parent: u32,
    process_group: u32,
    start_ticks: u64,
}

impl Stat {
    fn read(pid: u32) -> Option<Stat> {
        let bytes = fs::read(format!("/proc/{pid}/stat")).ok()?;
        Stat::parse(&String::from_utf8_lossy(&bytes))
    }

    /// The name stands in brackets and may hold blanks and brackets itself: it ends at the last bracket.
    fn parse(text: &str) -> Option<Stat> {
        let (before, after) = text.rsplit_once(')')?;
        let (_, name) = before.split_once('(')?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        Some(Stat {
            name: name.to_owned(),
            state: match *fields.first()? {
                "D" => ProcessState::Uninterruptible,
                // A program whose first thread has ended lives on in the others: a dead one has none.
                "Z" if threads(&fields) > 1 => ProcessState::Alive,
                "Z" | "X" => ProcessState::Zombie,
                _ => ProcessState::Alive,
            },
            parent: fields.get(1)?.parse().ok()?,
            process_group: fields.get(2)?.parse().unwrap_or(0),
            start_ticks: fields.get(19)?.parse().ok()?,
        })
    }
}

fn threads(fields: &[&str]) -> u32 {
    fields.get(17).and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// The real user: the one whose processes may signal it.
fn user_id(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn command(pid: u32) -> Option<String> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let words: Vec<String> = bytes
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        // A control character in somebody's arguments must not reach our terminal.
        .map(|word| String::from_utf8_lossy(word).replace(char::is_control, " "))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The path in the unified hierarchy, or the first one there is.
fn control_group(pid: u32) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    let unified = text.lines().find_map(|line| line.strip_prefix("0::"));
    unified.or_else(|| text.lines().find_map(|line| line.splitn(3, ':').nth(2))).map(str::to_owned)
}

fn started(start_ticks: u64) -> Option<Timestamp> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let boot: i64 = text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    let since_boot_ms = i64::try_from(start_ticks.saturating_mul(1_000) / TICKS_PER_SECOND).ok()?;
    Some(Timestamp::from_seconds(boot)?.plus_ms(since_boot_ms))
}

fn name_of(user_id: u32) -> Option<String> {
    users().into_iter().find(|(id, _)| *id == user_id).map(|(_, name)| name)
}

/// Users of this host. Users that only a directory service knows go by their number.
fn users() -> Vec<(u32, String)> {
    let text = fs::read_to_string("/etc/passwd").unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let id = fields.nth(1)?.parse().ok()?;
            Some((id, name.to_owned()))
        })
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn our_own_process_can_be_seen() {
        let facts = process_facts(std::process::id()).expect("we run");
        assert_eq!(facts.user_id, own_user_id());
        assert_eq!(facts.state, ProcessState::Alive);
        assert!(!facts.command.is_empty());
        let started = facts.started.expect("known");
        let now = Timestamp::from(chrono::Utc::now());
        assert!((0..3_600_000).contains(&(now.since(started) + 1_000)), "{started} is not just before {now}");
    }

    #[test]
    fn a_name_may_hold_blanks_and_brackets() {
        let fields = "S 7 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4242 0";
        let stat = Stat::parse(&format!("12 (a) b (c) {fields}")).expect("parsed");
        assert_eq!((stat.name.as_str(), stat.parent, stat.start_ticks), ("a) b (c", 7, 4_242));
    }

    #[test]
    fn a_program_whose_first_thread_has_ended_is_not_dead() {
        let state = |threads: u32| {
            let fields = format!("Z 7 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 {threads} 0 4242 0");
            Stat::parse(&format!("12 (python3) {fields}")).expect("parsed").state
        };
        assert_eq!(
            (state(0), state(1), state(3)),
            (ProcessState::Zombie, ProcessState::Zombie, ProcessState::Alive)
        );
    }

    #[test]
    fn a_process_that_is_not_there_is_unknown() {
        assert_eq!(process_facts(u32::MAX), None);
    }

    #[test]
    fn a_user_may_be_named_by_number() {
        assert_eq!(user_id_of("4294000000"), Some(4_294_000_000));
        assert_eq!(user_id_of("nobody-of-that-name"), None);
    }
}
