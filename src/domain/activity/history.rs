//! Histories as the engines read them: the runs of one task type, in order of their start.

use serde::{Deserialize, Serialize};

use super::{Resources, RunStatus};
use crate::domain::time::Timestamp;

/// Names a task type within one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskTypeId(pub i64);

/// Names a user within one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

/// Names a host within one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostId(pub i64);

/// Names a queue within one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QueueId(pub i64);

/// One run without the texts that no engine needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryRun {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub status: Option<RunStatus>,
    /// Who ran it.
    pub user: Option<UserId>,
    /// Where it ran.
    pub host: Option<HostId>,
    /// The queue it waited in.
    pub queue: Option<QueueId>,
    /// What it used.
    pub resources: Resources,
}

impl HistoryRun {
    /// A run of which nothing but its start is known.
    pub fn started(started_at: Timestamp) -> HistoryRun {
        HistoryRun {
            started_at,
            ended_at: None,
            status: None,
            user: None,
            host: None,
            queue: None,
            resources: Resources::default(),
        }
    }

    /// Seconds from start to end, when both are known.
    pub fn duration_seconds(&self) -> Option<f64> {
        self.ended_at.map(|end| end.since(self.started_at) as f64 / 1000.0)
    }
}

/// All runs of one task type within the analysed span.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskHistory {
    /// Its id in the store.
    pub task_type: TaskTypeId,
    /// Its name.
    pub name: String,
    /// Its runs, ascending by start (ties in the store's order).
    pub runs: Vec<HistoryRun>,
}
