//! The record of what was imported.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError};
use crate::domain::time::Timestamp;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportRecord {
    /// Path, or `-`.
    pub source: String,
    /// Format read.
    pub format: String,
    /// Records read.
    pub records_read: u64,
    /// Runs and rules that are new.
    pub added: u64,
    /// Runs that were known and got completed.
    pub updated: u64,
    /// Runs and rules that were known.
    pub already_known: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// First start among the runs read.
    pub first_start: Option<Timestamp>,
    /// Last start among the runs read.
    pub last_start: Option<Timestamp>,
}

impl Store {
    /// Opens the row of an import, so that its runs can name it. Within the import's transaction.
    pub fn begin_import(
        transaction: &Transaction<'_>,
        source: &str,
        format: &str,
        timezone: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        transaction.execute(
            "INSERT INTO imports (source, format, timezone, imported_ms, records_read, added, updated, \
             already_known, rejected) VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, 0)",
            params![source, format, timezone, now.millis()],
        )?;
        Ok(transaction.last_insert_rowid())
    }

    /// Writes down what import `id` did.
    pub fn finish_import(
        transaction: &Transaction<'_>,
        id: i64,
        record: &ImportRecord,
    ) -> Result<(), StoreError> {
        transaction.execute(
            "UPDATE imports SET records_read = ?2, added = ?3, updated = ?4, already_known = ?5, \
             rejected = ?6, first_start_ms = ?7, last_start_ms = ?8 WHERE id = ?1",
            params![
                id,
                record.records_read as i64,
                record.added as i64,
                record.updated as i64,
                record.already_known as i64,
                record.rejected as i64,
                record.first_start.map(|at| at.millis()),
                record.last_start.map(|at| at.millis()),
            ],
        )?;
        Ok(())
    }

    /// The zone in which the last log of a format with local times was read.
    pub fn zone_of_last_local_import(&self) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .query_row(
                "SELECT timezone FROM imports WHERE format IN ('cron', 'sacct') AND added + already_known > 0 \
                 ORDER BY id DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?)
    }
}
