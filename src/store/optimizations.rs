//! Plans that were proposed, and which of them was applied.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError};
use crate::domain::time::Timestamp;

/// A plan that was proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredOptimization {
    /// Its id.
    pub id: i64,
    /// What it was to be good at.
    pub strategy: String,
    /// How good it is known to be.
    pub status: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was applied.
    pub applied: Option<Timestamp>,
    /// The JSON that was answered.
    pub body: String,
}

impl Store {
    /// The plan of this id, or the latest one; `None` where there is none.
    pub fn optimization(&self, id: Option<i64>) -> Result<Option<StoredOptimization>, StoreError> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT id, strategy, status, created_ms, applied_ms, body FROM optimization_results \
                 WHERE ?1 IS NULL OR id = ?1 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![id], |row| {
                Ok(StoredOptimization {
                    id: row.get(0)?,
                    strategy: row.get(1)?,
                    status: row.get(2)?,
                    created: Timestamp::clamped(row.get(3)?),
                    applied: row.get::<_, Option<i64>>(4)?.map(Timestamp::clamped),
                    body: row.get(5)?,
                })
            })
            .optional()?;
        Ok(found)
    }

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
