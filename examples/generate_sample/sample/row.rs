//! One run of the sample, and its line in the file.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// The workstation.
pub const HOST: &str = "atelier";

/// Names of the columns, in their order.
pub const HEADER: &str = "task_type,submitted_at,started_at,ended_at,status,user,host,exit_code,cpu_cores,memory_mib,\
                          gpu_count,gpu_memory_mib";

/// One run; what is `None` stays empty and so is unknown.
#[derive(Clone, Debug)]
pub struct Row {
    pub task_type: String,
    pub submitted_at: Option<DateTime<Utc>>,
    pub started_at: DateTime<Utc>,
    pub seconds: Option<i64>,
    pub status: Option<&'static str>,
    pub user: Option<&'static str>,
    pub exit_code: Option<i64>,
    pub cpu_cores: Option<f64>,
    pub memory_mib: Option<i64>,
    pub gpu_memory_mib: Option<i64>,
}

impl Row {
    /// A run of which only the start is known.
    pub fn started(task_type: &str, started_at: DateTime<Utc>) -> Row {
        Row {
            task_type: task_type.to_owned(),
            submitted_at: None,
            started_at,
            seconds: None,
            status: None,
            user: None,
            exit_code: None,
            cpu_cores: None,
            memory_mib: None,
            gpu_memory_mib: None,
        }
    }

    /// When it ended, where known.
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.seconds.map(|seconds| self.started_at + TimeDelta::seconds(seconds))
    }

    /// Its line in the file. No field holds a comma or a quote.
    pub fn line(&self) -> String {
        let time = |instant: DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Secs, true);
        let text = |value: Option<String>| value.unwrap_or_default();
        [
            self.task_type.clone(),
            text(self.submitted_at.map(time)),
            time(self.started_at),
            text(self.ended_at().map(time)),
            text(self.status.map(str::to_owned)),
            text(self.user.map(str::to_owned)),
            HOST.to_owned(),
            text(self.exit_code.map(|code| code.to_string())),
            text(self.cpu_cores.map(|cores| format!("{cores:.1}"))),
            text(self.memory_mib.map(|memory| memory.to_string())),
            text(self.gpu_memory_mib.map(|_| "1".to_owned())),
            text(self.gpu_memory_mib.map(|memory| memory.to_string())),
        ]
        .join(",")
    }
}
