//! The activity record: one run with everything its source knows about it.

use serde::{Deserialize, Serialize};

use super::RunStatus;
use crate::domain::time::Timestamp;

/// What a run used or asked for. `None` is unknown, never zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// CPU cores: allocated, or used on average where only the CPU time is known.
    pub cpu_cores: Option<f64>,
    /// Peak main memory of the whole run in MiB; the request where no peak is known.
    pub memory_mib: Option<f64>,
    /// GPUs held.
    pub gpu_count: Option<f64>,
    /// Peak GPU memory in MiB, summed over the run's GPUs.
    pub gpu_memory_mib: Option<f64>,
}

/// One execution of a task, as imported. Times are UTC.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What this is a run of: a cron command, a job name, a unit, an explicit label. Never empty.
    pub task_type: String,
    /// When it was handed to a queue.
    pub submitted_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; not before `started_at`.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub status: Option<RunStatus>,
    /// Who ran it.
    pub user: Option<String>,
    /// Where it ran.
    pub host: Option<String>,
    /// Queue or partition it waited in.
    pub queue: Option<String>,
    /// Exit status of the process.
    pub exit_code: Option<i64>,
    /// What it used.
    pub resources: Resources,
    /// The source's own name for this run (a job id, a process id); part of the run's identity.
    pub external_id: Option<String>,
    /// Task type or id it depends on.
    pub after: Option<String>,
}

impl Run {
    /// A run of which nothing but its type and start is known.
    pub fn started(task_type: impl Into<String>, started_at: Timestamp) -> Run {
        Run {
            task_type: task_type.into(),
            submitted_at: None,
            started_at,
            ended_at: None,
            status: None,
            user: None,
            host: None,
            queue: None,
            exit_code: None,
            resources: Resources::default(),
            external_id: None,
            after: None,
        }
    }
}
