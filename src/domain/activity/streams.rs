//! Streams: the runs that one schedule may explain, which are those of a task type, or of one user, host or queue
//! within it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{HistoryRun, HostId, QueueId, TaskHistory, UserId};

/// Stands between a task type's name and that of its group; no importer lets it into a name.
const SEPARATOR: char = '\u{1f}';

/// What tells streams of one task type apart; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// Each user's runs are a stream.
    pub by_user: bool,
    /// Each host's runs are a stream.
    pub by_host: bool,
    /// Each queue's runs are a stream.
    pub by_queue: bool,
}

impl Grouping {
    /// Whether task types are split at all.
    pub fn splits(self) -> bool {
        self.by_user || self.by_host || self.by_queue
    }

    /// Whether streams that are split so can hold the runs of `group` (of no group where there is none).
    pub fn may_hold(self, group: Option<&StreamGroup>) -> bool {
        let Some(group) = group else { return !self.splits() };
        let fits = |name: &Option<String>, split: bool| split || name.is_none();
        self.splits()
            && fits(&group.user, self.by_user)
            && fits(&group.host, self.by_host)
            && fits(&group.queue, self.by_queue)
    }
}

/// Whose runs a stream holds; `None` where it was not split by that, or where that is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StreamGroup {
    /// The user.
    #[serde(default)]
    pub user: Option<String>,
    /// The host.
    #[serde(default)]
    pub host: Option<String>,
    /// The queue.
    #[serde(default)]
    pub queue: Option<String>,
}

impl StreamGroup {
    /// A name that no other group has: an unknown user is not one called "".
    fn key(&self) -> String {
        format!("{:?} {:?} {:?}", self.user, self.host, self.queue)
    }
}

/// Names of what runs are grouped by.
#[derive(Clone, Debug, Default)]
pub struct GroupNames {
    /// Users; every id that a run has is named.
    pub users: HashMap<UserId, String>,
    /// Hosts.
    pub hosts: HashMap<HostId, String>,
    /// Queues.
    pub queues: HashMap<QueueId, String>,
}

impl GroupNames {
    fn group(&self, (user, host, queue): GroupIds) -> StreamGroup {
        StreamGroup {
            user: user.and_then(|id| self.users.get(&id)).cloned(),
            host: host.and_then(|id| self.hosts.get(&id)).cloned(),
            queue: queue.and_then(|id| self.queues.get(&id)).cloned(),
        }
    }
}

/// What a run is grouped by, as far as it is and that is known.
type GroupIds = (Option<UserId>, Option<HostId>, Option<QueueId>);

fn group_ids(run: &HistoryRun, grouping: Grouping) -> GroupIds {
    (
        run.user.filter(|_| grouping.by_user),
        run.host.filter(|_| grouping.by_host),
        run.queue.filter(|_| grouping.by_queue),
    )
}

/// Histories of streams, each under a name of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Streams {
    /// One history per stream. Its name is for [`Streams::named`] to read, and the same whatever other streams there are.
    pub histories: Vec<TaskHistory>,
    groups: BTreeMap<String, StreamGroup>,
}

impl Streams {
    /// The streams of `histories`; in their order, the streams of one task type by group.
    pub fn split(histories: &[TaskHistory], grouping: Grouping, names: &GroupNames) -> Streams {
        let mut streams = Streams::default();
        for history in histories {
            // By ids first: names would have to be copied for every run.
            let mut runs_of: BTreeMap<GroupIds, Vec<HistoryRun>> = BTreeMap::new();
            for run in &history.runs {
                runs_of.entry(group_ids(run, grouping)).or_default().push(*run);
            }
            let by_group: BTreeMap<StreamGroup, Vec<HistoryRun>> =
                runs_of.into_iter().map(|(ids, runs)| (names.group(ids), runs)).collect();
            for (group, runs) in by_group {
                let key = group.key();
                let name = format!("{}{SEPARATOR}{key}", history.name);
                streams.groups.insert(key, group);
                streams.histories.push(TaskHistory { task_type: history.task_type, name, runs });
            }
        }
        streams
    }

    /// The task type and the group of a stream's name; a name that is no stream's is a task type without one.
    pub fn named<'a>(&self, stream: &'a str) -> (&'a str, Option<&StreamGroup>) {
        match stream.rsplit_once(SEPARATOR) {
            Some((task_type, key)) => (task_type, self.groups.get(key)),
            None => (stream, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::TaskTypeId;
    use crate::domain::time::Timestamp;

    fn run(start: i64, user: Option<i64>, queue: i64) -> HistoryRun {
        HistoryRun {
            user: user.map(UserId),
            queue: Some(QueueId(queue)),
            ..HistoryRun::started(Timestamp::clamped(start))
        }
    }

    fn streams(grouping: Grouping) -> Streams {
        let names = GroupNames {
            users: HashMap::from([(UserId(1), "zoe".to_owned()), (UserId(2), "ada".to_owned())]),
            queues: HashMap::from([(QueueId(1), "long".to_owned())]),
            ..GroupNames::default()
        };
        let runs = vec![run(1, Some(1), 1), run(2, Some(2), 1), run(3, None, 1), run(4, Some(1), 1)];
        let histories = [TaskHistory { task_type: TaskTypeId(1), name: "backup".to_owned(), runs }];
        Streams::split(&histories, grouping, &names)
    }

    #[test]
    fn streams_of_users_hold_no_pattern_of_hosts_or_of_all_runs() {
        let by_user = Grouping { by_user: true, ..Grouping::default() };
        let of_user = StreamGroup { user: Some("ada".into()), ..StreamGroup::default() };
        let of_host = StreamGroup { host: Some("h1".into()), ..StreamGroup::default() };
        assert!(by_user.may_hold(Some(&of_user)));
        assert!(!by_user.may_hold(Some(&of_host)) && !by_user.may_hold(None));
        assert!(Grouping::default().may_hold(None) && !Grouping::default().may_hold(Some(&of_user)));
    }

    #[test]
    fn users_are_told_apart_and_keep_the_name_of_their_task() {
        let found = streams(Grouping { by_user: true, ..Grouping::default() });
        let read: Vec<(&str, Option<&str>, usize)> = found
            .histories
            .iter()
            .map(|history| {
                let (name, group) = found.named(&history.name);
                (name, group.and_then(|group| group.user.as_deref()), history.runs.len())
            })
            .collect();
        assert_eq!(read, [("backup", None, 1), ("backup", Some("ada"), 1), ("backup", Some("zoe"), 2)]);
    }

    #[test]
    fn several_keys_are_one_group() {
        let found = streams(Grouping { by_user: true, by_queue: true, ..Grouping::default() });
        let (_, group) = found.named(&found.histories[2].name);
        let zoe = StreamGroup { user: Some("zoe".to_owned()), host: None, queue: Some("long".to_owned()) };
        assert_eq!((found.histories.len(), group), (3, Some(&zoe)));
    }

    #[test]
    fn a_name_of_no_stream_is_a_task_type() {
        assert_eq!(Streams::default().named("backup"), ("backup", None));
    }
}
