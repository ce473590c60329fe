//! From any error to what a person and a script need: kind, message, hint, exit code.

use serde::Serialize;

use crate::commands::CommandError;
use crate::config::ConfigError;
use crate::devices::{EmbeddingError, Protocol};
use crate::domain::calendar::{CronError, UnknownZone};
use crate::ingest::IngestError;
use crate::schedulers::SchedulerError;
use crate::store::StoreError;
use crate::store::backup::BackupError;

/// What sort of failure, and so which exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Data or request at fault; a person can put it right.
    Data,
    /// The command line is wrong.
    Usage,
    /// This machine lacks something.
    Lacking,
    /// Another process holds the lock.
    Busy,
    /// Somebody asked us to stop.
    Interrupted,
    /// Our fault.
    Defect,
}

impl FailureKind {
    /// The exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            FailureKind::Data => 1,
            FailureKind::Usage => 2,
            FailureKind::Lacking => 3,
            FailureKind::Busy => 10,
            FailureKind::Defect => 70,
            FailureKind::Interrupted => 130,
        }
    }
}

/// A failure as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What sort.
    pub kind: FailureKind,
    /// What happened, with the values.
    pub message: String,
    /// What to do, where we know.
    pub hint: Option<String>,
}

/// Exit code of work that was partly done.
pub const EXIT_PARTIAL: u8 = 4;

/// Classifies `error` by the first error in its chain whose type we know.
pub fn classify(error: &anyhow::Error) -> Failure {
    let message = chain_message(error);
    for cause in error.chain() {
        let found = if let Some(error) = cause.downcast_ref::<StoreError>() {
            of_store(error)
        } else if let Some(error) = cause.downcast_ref::<BackupError>() {
            of_backup(error)
        } else if let Some(error) = cause.downcast_ref::<IngestError>() {
            of_ingest(error)
        } else if let Some(error) = cause.downcast_ref::<CommandError>() {
            of_command(error)
        } else if let Some(error) = cause.downcast_ref::<SchedulerError>() {
            of_scheduler(error)
        } else if let Some(error) = cause.downcast_ref::<EmbeddingError>() {
            of_embedding(error)
        } else if let Some(error) = cause.downcast_ref::<ConfigError>() {
            of_config(error)
        } else if cause.is::<UnknownZone>() {
            (FailureKind::Usage, Some("use an IANA name such as Europe/Berlin or UTC".to_owned()))
        } else if cause.is::<CronError>() {
            (FailureKind::Usage, Some("write five fields such as '30 2 * * 1-5', or @daily".to_owned()))
        } else if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            (FailureKind::Data, hint_of_io(error))
        } else {
            continue;
        };
        return Failure { kind: found.0, message, hint: found.1 };
    }
    Failure {
        kind: FailureKind::Defect,
        message,
        hint: Some("this is a defect of tidetable; please report it".to_owned()),
    }
}

/// The chain of causes in one line, leaving out what a cause merely repeats.
fn chain_message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if message.is_empty() {
            message = text;
        } else if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
    }
    message
}

fn hint_of_io(error: &std::io::Error) -> Option<String> {
    match error.kind() {
        std::io::ErrorKind::NotFound => Some("check the path".to_owned()),
        std::io::ErrorKind::PermissionDenied => {
            Some("you may lack the right to it; name another place, or run as its owner".to_owned())
        }
        std::io::ErrorKind::StorageFull
        | std::io::ErrorKind::FileTooLarge
        | std::io::ErrorKind::QuotaExceeded => Some("free some space and try again".to_owned()),
        _ => None,
    }
}

fn of_store(error: &StoreError) -> (FailureKind, Option<String>) {
    match error {
        StoreError::Busy { .. } => {
            (FailureKind::Busy, Some("try again later, or wait longer with --lock-timeout 60s".to_owned()))
        }
        StoreError::NewerSchema { .. } => {
            (FailureKind::Data, Some("install a newer tidetable, or name another store with --db".to_owned()))
        }
        StoreError::NotAStore { .. } => {
            (
            FailureKind::Data,
            Some(
                "name the store with --db or TIDETABLE_DB; if this was it, `tidetable doctor` tells what brings it back"
                    .to_owned(),
            ),
        )
        }
        StoreError::Io { source, .. } => (FailureKind::Data, hint_of_io(source)),
        StoreError::Migration { .. } => (
            FailureKind::Defect,
            Some("the store is as it was, and a copy lies beside it; please report this".to_owned()),
        ),
        StoreError::Uncopied { .. } => (
            FailureKind::Data,
            Some("nothing was changed; free some space, or name another folder with TIDETABLE_BACKUP_DIR".to_owned()),
        ),
        StoreError::Unsettled { .. } => (
            FailureKind::Data,
            Some("see with `tidetable doctor` whether the store is as you want it; `tidetable doctor --repair --yes` moves the file aside".to_owned()),
        ),
        StoreError::Interrupted => (FailureKind::Interrupted, None),
        StoreError::Sqlite(error) => match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                (FailureKind::Busy, Some("another program holds the store; try again later".to_owned()))
            }
            Some(rusqlite::ErrorCode::DiskFull) => {
                (FailureKind::Data, Some("free some space and try again; nothing was kept".to_owned()))
            }
            Some(rusqlite::ErrorCode::SystemIoFailure) => (
                FailureKind::Data,
                Some(
                    "the disk is full, may not be written, or fails; nothing was kept: free some space, and see what \
                     `tidetable doctor` says"
                        .to_owned(),
                ),
            ),
            Some(rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::CannotOpen) => (
                FailureKind::Data,
                Some("the store or its folder cannot be written; name another with --db".to_owned()),
            ),
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => (
                FailureKind::Data,
                Some("the file is damaged; `tidetable backup list` shows what can be restored".to_owned()),
            ),
            _ => (FailureKind::Defect, Some("please report this".to_owned())),
        },
        StoreError::Document { .. } => (
            FailureKind::Data,
            Some("another version may have written it; run analyze-activity-patterns again".to_owned()),
        ),
        StoreError::NotFound { what, .. } => {
            let list = match *what {
                "pattern" => "`tidetable view-detected-patterns` lists the ids",
                "rule" => "`tidetable rules list` lists the ids",
                _ => "list them first",
            };
            (FailureKind::Data, Some(list.to_owned()))
        }
    }
}

fn of_backup(error: &BackupError) -> (FailureKind, Option<String>) {
    let hint = match error {
        BackupError::Store(error) => return of_store(error),
        BackupError::Io { source, .. } => return (FailureKind::Data, hint_of_io(source)),
        BackupError::InUse { .. } => {
            let hint = "close the programs that read or write it, then try again";
            return (FailureKind::Busy, Some(hint.to_owned()));
        }
        BackupError::NoStore { .. } => "name the store with --db, or make one with `tidetable import`",
        BackupError::Unknown { .. } => {
            "`tidetable backup list` shows the ids; --backup-dir names another folder"
        }
        BackupError::NoLatest { .. } => {
            "`tidetable backup list` shows them; any of them is restored by its id, and --db names another store"
        }
        BackupError::Ambiguous { .. } => "give more of the id",
        BackupError::NotACopy { .. } | BackupError::Damaged { .. } => {
            "nothing was changed; `tidetable backup list` shows other copies, `backup verify` which are good"
        }
        BackupError::NewerSchema { .. } => "nothing was changed; install a newer tidetable to restore it",
        BackupError::ForeignTarget { .. } => "move the file away first, or name another --target",
        BackupError::NoSpace { .. } => {
            "nothing was changed; free some space, or name another folder with --backup-dir"
        }
        BackupError::Unwritable { .. } => {
            "nothing was changed; name another folder with --backup-dir or TIDETABLE_BACKUP_DIR, or make this one writable"
        }
        BackupError::Drill { .. } => "keep it to look at, and make a new one with `tidetable backup`",
        BackupError::Unproven { .. } => {
            "nothing was listed; the store or the disk may be damaged: `tidetable backup list` shows older copies"
        }
    };
    (FailureKind::Data, Some(hint.to_owned()))
}

fn of_ingest(error: &IngestError) -> (FailureKind, Option<String>) {
    match error {
        IngestError::Read { source, .. } => (FailureKind::Data, hint_of_io(source)),
        IngestError::UnknownFormat { .. } => (
            FailureKind::Data,
            Some("name it with --format csv|jsonl|swf|sacct|cron|journal|crontab|banana-bun".to_owned()),
        ),
        IngestError::Header { hint, .. } => (FailureKind::Data, Some(hint.clone())),
        IngestError::Option { hint, .. } => (FailureKind::Usage, Some(hint.clone())),
        IngestError::Database { .. } => {
            (FailureKind::Data, Some("the file must be an SQLite database with a tasks table".to_owned()))
        }
    }
}

fn of_command(error: &CommandError) -> (FailureKind, Option<String>) {
    match error {
        CommandError::Usage { hint, .. } => (FailureKind::Usage, Some(hint.clone())),
        CommandError::Refused { hint, .. } => (FailureKind::Data, Some(hint.clone())),
        CommandError::Lacking { hint, .. } => (FailureKind::Lacking, Some(hint.clone())),
        CommandError::Interrupted(_) => (FailureKind::Interrupted, None),
    }
}

fn of_scheduler(error: &SchedulerError) -> (FailureKind, Option<String>) {
    let hint = match error {
        SchedulerError::Io { source, .. } => return (FailureKind::Data, hint_of_io(source)),
        SchedulerError::NoProgram { program } => {
            let hint = if program.contains("scrontab") {
                "name it under [schedulers] in the configuration; a cluster without scrontab takes single jobs: \
                 `tidetable rules export --target slurm --single-jobs 24h`"
            } else {
                "install it, or name it under [schedulers] in the configuration; a crontab that is a file goes with --file"
            };
            return (FailureKind::Lacking, Some(hint.to_owned()));
        }
        SchedulerError::Busy { .. } => {
            let hint = "nothing was changed; try again later, or wait longer with --lock-timeout 60s";
            return (FailureKind::Busy, Some(hint.to_owned()));
        }
        SchedulerError::NotAFile(_) => "nothing was changed; name a crontab with --file",
        SchedulerError::HardLinks { .. } => {
            "nothing was changed; make it a file of its own: copy it, then move the copy to its place"
        }
        SchedulerError::Owner { .. } => "nothing was changed; run as its owner, or as root",
        SchedulerError::Group { .. } => {
            "nothing was changed; run as a member of that group, or as root, or give the file your own group"
        }
        SchedulerError::Hung { .. } => "look at what it waits for, then run the command again",
        SchedulerError::Failed { command, .. } if command.contains("scrontab") => {
            "what it says stands above; a cluster without scrontab takes single jobs: `tidetable rules export --target \
             slurm --single-jobs 24h`"
        }
        SchedulerError::Failed { .. } => "the scheduler's own program refused; what it says stands above",
        SchedulerError::Changed(_) => {
            "nothing was changed; run the command again for a plan of what is there now"
        }
        SchedulerError::NotAsWritten(_) => {
            "somebody wrote to it at the same time, or its program changes what it is given: look at it; what stood \
             there before is kept, and `tidetable rules undo` tells the difference"
        }
    };
    (FailureKind::Data, Some(hint.to_owned()))
}

fn of_embedding(error: &EmbeddingError) -> (FailureKind, Option<String>) {
    let (kind, hint) = match error {
        EmbeddingError::Unreachable { .. } => (
            FailureKind::Lacking,
            "is the server running? its address stands under [embedding] in the configuration; without --use-model names \
             are compared by their letters",
        ),
        EmbeddingError::Refused { status, protocol, model, .. } if matches!(status, 401 | 403 | 404) => {
            return (FailureKind::Data, Some(hint_of_refusal(*protocol, *status, model)));
        }
        EmbeddingError::Refused { .. } | EmbeddingError::Answer { .. } => {
            (FailureKind::Data, "see what the server's own log says; its address stands under [embedding]")
        }
        EmbeddingError::Interrupted => return (FailureKind::Interrupted, None),
    };
    (kind, Some(hint.to_owned()))
}

fn hint_of_refusal(protocol: Protocol, status: u16, model: &str) -> String {
    match (protocol, status) {
        (Protocol::Ollama, 404) => format!(
            "is the model there (`ollama pull {model}`), and does ollama_url name the server alone, without a path? see \
             [embedding] in the configuration"
        ),
        (Protocol::OpenAi, 404) => format!(
            "does the server know the model {model} (openai_model), and does openai_url name the server up to its \
             version, such as /v1? see [embedding] in the configuration"
        ),
        (Protocol::Ollama, _) => {
            "Ollama itself asks for no key, and none is sent: is there something else at ollama_url? a server that \
             wants a key is asked with --use-model openai"
                .to_owned()
        }
        (Protocol::OpenAi, _) => {
            "name a file that holds its key, or a program that prints it: openai_key_file or openai_key_command under \
             [embedding] in the configuration"
                .to_owned()
        }
    }
}

fn of_config(error: &ConfigError) -> (FailureKind, Option<String>) {
    match error {
        ConfigError::Invalid { .. } => {
            (FailureKind::Data, Some("`tidetable config generate` shows every field".to_owned()))
        }
        ConfigError::Missing(_) => (FailureKind::Usage, Some("check the path".to_owned())),
        ConfigError::Exists(_) => (FailureKind::Data, Some("--force replaces it".to_owned())),
        ConfigError::Write { source, .. } => (FailureKind::Data, hint_of_io(source)),
        ConfigError::Value { .. } => (FailureKind::Usage, None),
        ConfigError::NoHome => (FailureKind::Lacking, None),
    }
}
