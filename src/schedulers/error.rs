//! Why a scheduler could not be read or changed.

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::applied::Place;

/// Why a scheduler could not be read or changed. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SchedulerError {
    /// A file or folder.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Neither a file nor absent.
    #[error("{0} is no regular file")]
    NotAFile(PathBuf),
    /// Replacing it would leave its other names behind, with the old text.
    #[error("{path} has {names} names (hard links); cron itself reads no such file")]
    HardLinks {
        /// The file.
        path: PathBuf,
        /// How many names.
        names: u64,
    },
    /// It belongs to somebody else, and we may not make files of theirs.
    #[error("{path} belongs to user {owner}, and what we write would be ours")]
    Owner {
        /// The file.
        path: PathBuf,
        /// Its owner's number.
        owner: u32,
    },
    /// Its group cannot be kept.
    #[error("{path} belongs to group {group}, and we may not make files of that group")]
    Group {
        /// The file.
        path: PathBuf,
        /// Its group's number.
        group: u32,
    },
    /// A program that is not there.
    #[error("there is no program {program} on this machine")]
    NoProgram {
        /// Its name.
        program: String,
    },
    /// A program that failed.
    #[error("`{command}` failed: {reason}")]
    Failed {
        /// What was run.
        command: String,
        /// What it said.
        reason: String,
    },
    /// A program that did not end and was killed.
    #[error("{program} did not end within {} and was killed", humantime::format_duration(*limit))]
    Hung {
        /// Its name.
        program: String,
        /// How long we waited.
        limit: Duration,
    },
    /// Somebody else changes files in that folder.
    #[error("another process is changing files in {folder} (waited {})", humantime::format_duration(*waited))]
    Busy {
        /// The folder.
        folder: PathBuf,
        /// How long we waited.
        waited: Duration,
    },
    /// It is no longer what the plan was made for.
    #[error("{0} changed while the plan was made")]
    Changed(Place),
    /// It holds something else than what was written.
    #[error("{0} does not hold what was written to it")]
    NotAsWritten(Place),
}
