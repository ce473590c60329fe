//! Plans that were proposed, and which of them was applied.

use rusqlite::{Transaction, params};

use super::{Store, StoreError};
use crate::domain::time::Timestamp;

impl Store {
    /// Keeps a proposed plan (`body`: the JSON that was answered) and returns its id.
    pub fn save_optimization(
        transaction: &Transaction<'_>,
        strategy: &str,
        status: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        transaction.execute(
            "INSERT INTO optimization_results (strategy, status, created_ms, body) VALUES (?1, ?2, ?3, ?4)",
            params![strategy, status, now.millis(), body],
        )?;
        Ok(transaction.last_insert_rowid())
    }

    /// Notes that a plan was applied.
    pub fn mark_optimization_applied(
        transaction: &Transaction<'_>,
        id: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction.execute(
            "UPDATE optimization_results SET applied_ms = ?2 WHERE id = ?1",
            params![id, now.millis()],
        )?;
        Ok(())
    }
}
