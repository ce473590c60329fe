//! User behaviour profiles.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError};
use crate::domain::activity::BehaviorProfile;
use crate::domain::activity::UserId;
use crate::domain::time::Timestamp;

impl Store {
    /// Saves the profiles; one that did not change is left alone. Returns how many were written.
    pub fn save_behavior_profiles(
        transaction: &Transaction<'_>,
        profiles: &HashMap<UserId, BehaviorProfile>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut written = 0;
        let mut ids: Vec<&UserId> = profiles.keys().collect();
        ids.sort();
        for id in ids {
            let profile = &profiles[id];
            let body = serde_json::to_string(profile).map_err(|error| StoreError::Document {
                table: "user_behavior_profiles",
                id: id.0,
                reason: error.to_string(),
            })?;
            let known: Option<String> = transaction
                .prepare_cached("SELECT body FROM user_behavior_profiles WHERE user_id = ?1")?
                .query_row([id.0], |row| row.get(0))
                .optional()?;
            if known.as_ref() != Some(&body) {
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO user_behavior_profiles (user_id, runs, changed_ms, body) \
                         VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![id.0, profile.runs as i64, now.millis(), body])?;
                written += 1;
            }
        }
        Ok(written)
    }
}
