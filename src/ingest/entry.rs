//! What a reader yields, one by one.

use std::path::PathBuf;

use crate::domain::activity::Run;
use crate::domain::calendar::{CronEntry, Zone};
use crate::domain::time::Timestamp;

/// One thing that a reader found.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A run.
    Run(Run),
    /// A session that tells when some cron run ended; its command line may stand in another log.
    Session(Session),
    /// A schedule that a crontab declares.
    Declared(DeclaredRule),
    /// A record that could not be read; reading goes on.
    Reject(Reject),
    /// Something the person who imports should know (an assumed year, unknown hours of day); reading goes on.
    Notice(String),
}

/// A record that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// 1-based line (row, for a database) in the decompressed file.
    pub line: u64,
    /// The field at fault, where it is one.
    pub field: Option<String>,
    /// What is wrong, with the value.
    pub reason: String,
    /// The record as it stood, for `--reject-file`.
    pub text: String,
}

/// A session of cron that PAM opened and closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Host that logged it.
    pub host: String,
    /// User of the session.
    pub user: String,
    /// Process id in the session's lines; the command line carries it or the next one.
    pub process_id: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Timestamp,
}

/// A schedule that a crontab declares.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredRule {
    /// 1-based line in the file.
    pub line: u64,
    /// The five fields or nickname as they stand.
    pub expression: String,
    /// What they mean.
    pub entry: CronEntry,
    /// `CRON_TZ` where set.
    pub zone: Option<Zone>,
    /// The user of a system crontab's line, or the one the user crontab was said to belong to.
    pub user: Option<String>,
    /// The command as cron logs it (`\%` unescaped, what follows a bare `%` cut off).
    pub command: String,
    /// The task type that runs of this command get when they are read from cron's log.
    pub task_type: String,
}

/// What every reader is: entries in the order of the file. After an error it yields nothing more.
pub type Entries = Box<dyn Iterator<Item = Result<Entry, IngestError>> + Send>;

/// Why reading stopped as a whole.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The file could not be opened or read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// No reader recognises the file.
    #[error("{path}: format not recognised from its first lines")]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The file lacks something that every record needs (a column, a start time).
    #[error("{path}, line {line}: {reason}")]
    Header {
        /// The file.
        path: PathBuf,
        /// Where.
        line: u64,
        /// What is missing.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// A `--map` or `--fields` that does not fit.
    #[error("{option}: {reason}")]
    Option {
        /// The option.
        option: &'static str,
        /// What is wrong.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// The foreign database could not be read.
    #[error("cannot read {path} as a database: {reason}")]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
}
