//! Patterns of streams as patterns of task types that name whose runs they are, and where that would help.

use std::collections::BTreeMap;

use super::Pattern;
use crate::domain::activity::{Grouping, HistoryRun, Streams, TaskHistory};
use crate::domain::calendar::Schedule;

/// The patterns of `streams` under their task types and groups. One task after another counts only within one
/// group: across groups its two names would not say which runs are meant.
pub fn in_groups(patterns: Vec<Pattern>, streams: &Streams) -> Vec<Pattern> {
    patterns.into_iter().filter_map(|pattern| in_group(pattern, streams)).collect()
}

fn in_group(mut pattern: Pattern, streams: &Streams) -> Option<Pattern> {
    let mut groups = Vec::new();
    for name in &mut pattern.task_types {
        let (task_type, group) = streams.named(name);
        groups.push(group.cloned());
        *name = task_type.to_owned();
    }
    if let Schedule::Follows { predecessor, .. } = &mut pattern.schedule {
        *predecessor = streams.named(predecessor).0.to_owned();
    }
    if groups.windows(2).any(|pair| pair[0] != pair[1]) {
        return None;
    }
    pattern.group = groups.pop().flatten();
    Some(pattern)
}

/// A task type with several active schedules and runs of several users, hosts or queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixedTaskType {
    /// Its name.
    pub task_type: String,
    /// How many active schedules it has.
    pub schedules: usize,
    /// What its runs differ in.
    pub grouping: Grouping,
}

/// Task types whose schedules may be those of several users, hosts or queues, by name: splitting their runs would
/// tell whose each schedule is.
pub fn mixed_task_types(patterns: &[Pattern], histories: &[TaskHistory]) -> Vec<MixedTaskType> {
    let mut schedules: BTreeMap<&str, usize> = BTreeMap::new();
    for pattern in patterns.iter().filter(|pattern| pattern.is_active && pattern.group.is_none()) {
        if let [task_type] = pattern.task_types.as_slice() {
            *schedules.entry(task_type).or_default() += 1;
        }
    }
    let mut mixed: Vec<MixedTaskType> = histories
        .iter()
        .filter_map(|history| {
            let schedules = schedules.get(history.name.as_str()).copied().filter(|count| *count > 1)?;
            let grouping = differing(&history.runs);
            let task_type = history.name.clone();
            grouping.splits().then_some(MixedTaskType { task_type, schedules, grouping })
        })
        .collect();
    mixed.sort_by(|one, other| one.task_type.cmp(&other.task_type));
    mixed
}

/// What known values of runs differ in.
fn differing(runs: &[HistoryRun]) -> Grouping {
    fn differs<Id: PartialEq>(mut known: impl Iterator<Item = Id>) -> bool {
        let first = known.next();
        known.any(|other| Some(other) != first)
    }
    Grouping {
        by_user: differs(runs.iter().filter_map(|run| run.user)),
        by_host: differs(runs.iter().filter_map(|run| run.host)),
        by_queue: differs(runs.iter().filter_map(|run| run.queue)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::{GroupNames, TaskTypeId, UserId};
    use crate::domain::rules::fixture::pattern;
    use crate::domain::time::Timestamp;

    fn streams() -> Streams {
        let run = |user: i64| HistoryRun {
            user: Some(UserId(user)),
            ..HistoryRun::started(Timestamp::clamped(user))
        };
        let names = GroupNames {
            users: [(UserId(1), "ada".to_owned()), (UserId(2), "zoe".to_owned())].into(),
            ..GroupNames::default()
        };
        let history = |name: &str| TaskHistory {
            task_type: TaskTypeId(1),
            name: name.to_owned(),
            runs: vec![run(1), run(2)],
        };
        let grouping = Grouping { by_user: true, ..Grouping::default() };
        Streams::split(&[history("dump"), history("load")], grouping, &names)
    }

    fn follows(streams: &Streams, predecessor: usize, successor: usize) -> Pattern {
        let name = |stream: usize| streams.histories[stream].name.clone();
        Pattern {
            task_types: vec![name(predecessor), name(successor)],
            schedule: Schedule::Follows { predecessor: name(predecessor), lag_ms: 1, from_end: true },
            ..pattern("x", "0 2 * * *")
        }
    }

    #[test]
    fn a_pattern_of_a_stream_names_its_task_type_and_user() {
        let streams = streams();
        let found = in_groups(vec![pattern(&streams.histories[1].name, "0 2 * * *")], &streams);
        assert_eq!(found[0].task_types, ["dump"]);
        assert_eq!(found[0].group.as_ref().and_then(|group| group.user.as_deref()), Some("zoe"));
    }

    #[test]
    fn a_chain_stays_within_one_group() {
        let streams = streams();
        let found = in_groups(vec![follows(&streams, 0, 2), follows(&streams, 0, 3)], &streams);
        assert_eq!(found.len(), 1);
        assert!(
            matches!(&found[0].schedule, Schedule::Follows { predecessor, .. } if predecessor == "dump"),
            "{:?}",
            found[0].schedule
        );
    }

    #[test]
    fn two_active_schedules_of_two_users_are_mixed() {
        let ended = Pattern { is_active: false, ..pattern("b", "0 4 * * *") };
        let found = [pattern("a", "0 2 * * *"), pattern("a", "0 3 1 * *"), pattern("b", "0 2 * * *"), ended];
        let history = |name: &str, users: &[i64]| TaskHistory {
            task_type: TaskTypeId(1),
            name: name.to_owned(),
            runs: users
                .iter()
                .map(|user| HistoryRun {
                    user: Some(UserId(*user)),
                    ..HistoryRun::started(Timestamp::clamped(0))
                })
                .collect(),
        };
        let mixed = mixed_task_types(&found, &[history("a", &[1, 1, 2]), history("b", &[1, 2])]);
        let grouping = Grouping { by_user: true, ..Grouping::default() };
        assert_eq!(mixed, [MixedTaskType { task_type: "a".to_owned(), schedules: 2, grouping }]);
        assert_eq!(mixed_task_types(&found, &[history("a", &[1, 1])]), []);
    }
}
