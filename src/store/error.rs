//! What can go wrong with the store.

use std::path::PathBuf;
use std::time::Duration;

use super::LockHolder;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes.
    #[error("{path} is being written by {holder}; gave up after {}", humantime::format_duration(*.waited))]
    Busy {
        /// The store.
        path: PathBuf,
        /// Who writes.
        holder: LockHolder,
        /// How long we waited.
        waited: Duration,
    },
    /// The file was written by a newer version.
    #[error("{path} has schema version {found}; this tidetable knows versions up to {known}")]
    NewerSchema {
        /// The store.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The file is an SQLite database of another program, or none at all.
    #[error("{path} is not a tidetable store ({reason})")]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// How we know.
        reason: String,
    },
    /// The folder or file could not be made, read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A migration failed; the store is as it was before.
    #[error("cannot bring {path} to schema version {to}: {reason}")]
    Migration {
        /// The store.
        path: PathBuf,
        /// The version wanted.
        to: u32,
        /// What failed.
        reason: String,
    },
    /// The store could not be copied before its migration; it is as it was.
    #[error("{path} is not brought to schema version {to}, as it cannot be copied first: {reason}")]
    Uncopied {
        /// The store.
        path: PathBuf,
        /// The version wanted.
        to: u32,
        /// What failed.
        reason: String,
    },
    /// A restore was interrupted, and what it wrote down about itself cannot be read.
    #[error("an interrupted restore cannot be settled: {journal} cannot be read")]
    Unsettled {
        /// Its journal.
        journal: PathBuf,
    },
    /// Somebody asked us to stop.
    #[error("interrupted; nothing half-done is left")]
    Interrupted,
    /// SQLite says no.
    #[error("store: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored document does not have the form this version writes.
    #[error("store: {table} {id} cannot be read: {reason}")]
    Document {
        /// Table.
        table: &'static str,
        /// Row.
        id: i64,
        /// What is wrong.
        reason: String,
    },
    /// No row of that id.
    #[error("there is no {what} {id}")]
    NotFound {
        /// pattern, rule, ...
        what: &'static str,
        /// The id asked for.
        id: i64,
    },
}
