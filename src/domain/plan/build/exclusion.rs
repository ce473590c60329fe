//! What may not run together, and when nothing may run, as the tags that a problem knows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Blackout, BuildInput, TimeGrid};
use crate::domain::plan::problem::PlanRule;
use crate::domain::rules::StoredRule;

/// Why rules exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum GroupKind {
    Declared,
    Lock,
    TaskType,
}

/// Slots that a rule runs in when shifted by `delta`, on the circle.
fn slots(rule: &PlanRule, delta: i64, horizon: i64) -> BTreeSet<i64> {
    let starts = rule.wanted.iter().map(|wanted| wanted + delta);
    starts
        .flat_map(|start| (start..start + rule.duration).map(move |slot| slot.rem_euclid(horizon)))
        .collect()
}

/// Whether two of `members` run in one slot at home; `counts` says whose slots are looked at.
fn any_meet(rules: &[PlanRule], members: &[usize], horizon: i64, counts: &dyn Fn(&PlanRule) -> bool) -> bool {
    let mut taken = BTreeSet::new();
    let mut looked_at = members.iter().map(|position| &rules[*position]).filter(|rule| counts(rule));
    looked_at.any(|rule| {
        let mine = slots(rule, 0, horizon);
        let meets = mine.iter().any(|slot| taken.contains(slot));
        taken.extend(mine);
        meets
    })
}

/// The file that a command takes a lock on by `flock`; `None` where it takes none, or one of a file descriptor.
pub(super) fn lock_file(command: &str) -> Option<&str> {
    let mut words = command.split_whitespace().skip_while(|word| word.rsplit('/').next() != Some("flock"));
    words.next()?;
    while let Some(word) = words.next() {
        match word {
            "-w" | "--wait" | "--timeout" | "-E" | "--conflict-exit-code" => {
                words.next();
            }
            "-s" | "--shared" => return None,
            word if word.starts_with('-') => {}
            file => {
                let file = file.trim_matches(['"', '\'']);
                return (!file.is_empty() && !file.bytes().all(|byte| byte.is_ascii_digit())).then_some(file);
            }
        }
    }
    None
}

/// Tags the rules that share a lock file or are declared to exclude each other, and those of one task type that do not
/// meet now. `placed` names the stored rule behind each rule of the problem, `None` behind expected work.
pub(super) fn tag_exclusions(
    input: &BuildInput<'_>,
    rules: &mut [PlanRule],
    placed: &[(Option<&StoredRule>, String)],
    horizon: i64,
) {
    let mut groups: BTreeMap<(GroupKind, String), Vec<usize>> = BTreeMap::new();
    for (position, (stored, task_type)) in placed.iter().enumerate() {
        for exclusion in input.exclusions.iter().filter(|exclusion| exclusion.task_types.contains(task_type))
        {
            groups.entry((GroupKind::Declared, exclusion.tag.clone())).or_default().push(position);
        }
        if let Some(stored) = stored {
            if let Some(file) = stored.rule.command.as_deref().and_then(lock_file) {
                groups.entry((GroupKind::Lock, format!("lock {file}"))).or_default().push(position);
            }
            let tag = format!("runs of {task_type}");
            groups.entry((GroupKind::TaskType, tag)).or_default().push(position);
        }
    }
    for ((kind, tag), members) in groups {
        if members.len() < 2 {
            continue;
        }
        let is_fixed = |rule: &PlanRule| rule.earliest == 0 && rule.latest == 0;
        // Those that meet now and cannot part, or that nobody told to, are left as they are.
        let hopeless = match kind {
            GroupKind::TaskType => any_meet(rules, &members, horizon, &|_| true),
            GroupKind::Declared | GroupKind::Lock => any_meet(rules, &members, horizon, &is_fixed),
        };
        if !hopeless {
            for position in members {
                rules[position].tags.push(tag.clone());
            }
        }
    }
}

/// A rule of its own for each blackout, which holds its slots and shares a tag with each rule that it keeps out. Rules
/// that cannot leave it are named in `notes`, by position in `stuck`, and have no window any more.
pub(super) fn blackout_rule(
    blackout: &Blackout,
    grid: &TimeGrid,
    rules: &mut [PlanRule],
    host_names: &[String],
    stuck: &mut Vec<usize>,
    notes: &mut Vec<String>,
) -> Option<PlanRule> {
    let blocked: BTreeSet<i64> = blackout
        .spans
        .iter()
        .flat_map(|span| grid.slot_of(span.start)..grid.slot_of(span.end.plus_ms(grid.slot_ms() - 1)))
        .filter(|slot| (0..grid.slots).contains(slot))
        .collect();
    if blocked.is_empty() {
        return None;
    }
    let mut tags = Vec::new();
    let mut names = Vec::new();
    for (position, rule) in rules.iter_mut().enumerate() {
        let is_concerned = blackout.hosts.is_empty() || blackout.hosts.contains(&host_names[rule.host]);
        if !is_concerned {
            continue;
        }
        let meets = |delta: i64| slots(rule, delta, grid.slots).iter().any(|slot| blocked.contains(slot));
        if !(rule.earliest..=rule.latest).any(meets) {
            continue;
        }
        if (rule.earliest..=rule.latest).all(meets) {
            names.push(format!("rule {}", rule.id));
            stuck.push(position);
            (rule.earliest, rule.latest) = (0, 0);
            // Without a window it cannot leave an earlier blackout, either.
            rule.tags.clear();
            continue;
        }
        let tag = format!("{} ({position})", blackout.name);
        rule.tags.push(tag.clone());
        tags.push(tag);
    }
    if !names.is_empty() {
        let (own, stay) = match names.len() {
            1 => ("its window", "stays where it is"),
            _ => ("their windows", "stay where they are"),
        };
        notes.push(format!(
            "{}: {} cannot leave it within {own}, and {stay}",
            blackout.name,
            names.join(", ")
        ));
    }
    let first = rules.first()?;
    (!tags.is_empty()).then(|| PlanRule {
        id: blackout.name.clone(),
        kind: "blackout".to_owned(),
        wanted: blocked.into_iter().collect(),
        earliest: 0,
        latest: 0,
        duration: 1,
        demand: vec![0; first.demand.len()],
        gpu_mem_per_device_gb: 0,
        power_w: 0,
        priority: 1,
        migrate_minutes: 0,
        tags,
        host: 0,
        hosts: vec![0],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_lock_is_read_from_the_command() {
        assert_eq!(lock_file("/usr/bin/flock -n -w 5 /run/backup.lock backup.sh"), Some("/run/backup.lock"));
        assert_eq!(lock_file("flock --wait 10 '/run/x' -c 'y'"), Some("/run/x"));
        assert_eq!(lock_file("flock -s /run/x y"), None, "a shared lock excludes nobody like it");
        assert_eq!(lock_file("(flock 9; backup) 9> lock"), None);
        assert_eq!(lock_file("backup --flock /run/x"), None);
    }
}
