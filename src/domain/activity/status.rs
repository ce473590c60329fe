//! How a run ended.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The outcome of a run. Unknown is `Option::None` around it, never one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Ended by itself, successfully.
    Completed,
    /// Ended by itself with an error.
    Failed,
    /// Ended by a person or a scheduler.
    Cancelled,
    /// Ended because it ran longer than it was allowed to.
    Timeout,
    /// Ended for lack of memory (of the host or of a GPU).
    OutOfMemory,
    /// Not ended yet when it was recorded.
    Running,
}

impl RunStatus {
    /// All outcomes, in the order of their stored codes.
    pub const ALL: [RunStatus; 6] = [
        RunStatus::Completed,
        RunStatus::Failed,
        RunStatus::Cancelled,
        RunStatus::Timeout,
        RunStatus::OutOfMemory,
        RunStatus::Running,
    ];

    /// The word used in files and in output.
    pub fn as_str(self) -> &'static str {
        match self {
            RunStatus::Completed => "completed",
            RunStatus::Failed => "failed",
            RunStatus::Cancelled => "cancelled",
            RunStatus::Timeout => "timeout",
            RunStatus::OutOfMemory => "out_of_memory",
            RunStatus::Running => "running",
        }
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no run status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no run status (completed, failed, cancelled, timeout, out_of_memory, running)")]
pub struct UnknownStatus(pub String);

impl FromStr for RunStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        RunStatus::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}
