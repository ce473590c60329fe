//! What analyses remember of the histories they searched.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::{Store, StoreError};
use crate::domain::patterns::Remembered;

/// Analyses that depend on different things (a zone, a number of days) and are remembered at a time.
const MOST_PROFILES: i64 = 8;

impl Store {
    /// What analyses of `profile` remembered, by name of the history. What a reader cannot make sense of is passed
    /// over: it is searched again.
    pub fn remembered(&self, profile: &str) -> Result<BTreeMap<String, Remembered>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT history, body FROM searched_histories WHERE profile = ?1")?;
        let mut rows = statement.query([profile])?;
        let mut remembered = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(1)?;
            if let Ok(known) = serde_json::from_str(&body) {
                remembered.insert(row.get(0)?, known);
            }
        }
        Ok(remembered)
    }

    /// Adds what was `learnt`, or puts it in the place of what was remembered of the same histories.
    pub fn remember(
        transaction: &Transaction<'_>,
        profile: &str,
        learnt: &[(String, Remembered)],
    ) -> Result<(), StoreError> {
        let (profiles, is_known): (i64, bool) = transaction.query_row(
            "SELECT count(DISTINCT profile), coalesce(max(profile = ?1), 0) FROM searched_histories",
            [profile],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if !is_known && profiles >= MOST_PROFILES {
            transaction.execute("DELETE FROM searched_histories", [])?;
        }
        for (history, known) in learnt {
            let body = serde_json::to_string(known).map_err(|error| StoreError::Document {
                table: "searched_histories",
                id: 0,
                reason: error.to_string(),
            })?;
            transaction
                .prepare_cached(
                    "INSERT INTO searched_histories (profile, history, body) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (profile, history) DO UPDATE SET body = excluded.body",
                )?
                .execute(params![profile, history, body])?;
        }
        Ok(())
    }
}
