//! The journal of what was put into schedulers: intentions first, then what became of them.

use std::collections::BTreeSet;

use rusqlite::{Row, Transaction, params};
use sha2::{Digest, Sha256};

use super::backup::hexadecimal;
use super::{Store, StoreError};
use crate::domain::applied::{
    AppliedChange, AppliedRule, ChangeId, ChangeState, Place, ScheduleForm, Scheduler,
};
use crate::domain::rules::RuleId;
use crate::domain::time::Timestamp;

/// A change as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredChange {
    /// Its id in the store.
    pub id: ChangeId,
    /// The same for all changes of one call.
    pub batch: i64,
    /// What is known to have become of it.
    pub state: ChangeState,
    /// When its state last changed.
    pub settled: Option<Timestamp>,
    /// What it is.
    pub change: AppliedChange,
}

/// SHA-256 of what a place holds, in lower-case hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

impl Store {
    /// A number for the changes of one call.
    pub fn next_batch(&self) -> Result<i64, StoreError> {
        let last: i64 =
            self.connection
                .query_row("SELECT coalesce(max(batch), 0) FROM applied_changes", [], |row| row.get(0))?;
        Ok(last + 1)
    }

    /// The schedulers to which any of these rules was carried and still is, by name.
    pub fn schedulers_with(&self, ids: &[RuleId]) -> Result<BTreeSet<&'static str>, StoreError> {
        let in_force = self.changes()?.into_iter().filter(|stored| stored.state.is_in_force());
        let concerned = in_force.filter(|stored| {
            stored.change.rules.iter().filter_map(|rule| rule.rule_id).any(|id| ids.contains(&id))
        });
        Ok(concerned.map(|stored| stored.change.target.as_str()).collect())
    }

    /// Writes down a change that is about to be made, before it is.
    pub fn begin_change(
        transaction: &Transaction<'_>,
        batch: i64,
        change: &AppliedChange,
    ) -> Result<ChangeId, StoreError> {
        transaction.execute(
            "INSERT INTO applied_changes (batch, target, place, state, begun_ms, user, host, command, before, \
             before_sha256, after, after_sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                batch,
                change.target.as_str(),
                change.place.key(),
                ChangeState::Begun.as_str(),
                change.begun.millis(),
                change.user,
                change.host,
                change.command,
                change.before,
                change.before.as_deref().map(digest),
                change.after,
                change.after.as_deref().map(digest),
            ],
        )?;
        let id = ChangeId(transaction.last_insert_rowid());
        for (position, rule) in change.rules.iter().enumerate() {
            transaction
                .prepare_cached(
                    "INSERT INTO applied_rules (change_id, position, rule_id, before, after) \
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    id.0,
                    position as i64,
                    rule.rule_id.map(|id| id.0),
                    form_text(&rule.before)?,
                    form_text(&rule.after)?,
                ])?;
        }
        Ok(id)
    }

    /// Notes what became of a change.
    pub fn settle_change(
        transaction: &Transaction<'_>,
        id: ChangeId,
        state: ChangeState,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction.execute(
            "UPDATE applied_changes SET state = ?2, settled_ms = ?3 WHERE id = ?1",
            params![id.0, state.as_str(), now.millis()],
        )?;
        Ok(())
    }

    /// All changes, oldest first.
    pub fn changes(&self) -> Result<Vec<StoredChange>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, batch, target, place, state, begun_ms, settled_ms, user, host, command, before, after, \
             before_sha256, after_sha256 FROM applied_changes ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            let mut stored = stored_change(row)?;
            stored.change.rules = self.applied_rules(stored.id)?;
            changes.push(stored);
        }
        Ok(changes)
    }

    /// How many changes a process may have died in.
    pub fn pending_changes(&self) -> Result<u64, StoreError> {
        let pending: i64 = self.connection.query_row(
            "SELECT count(*) FROM applied_changes WHERE state IN (?1, ?2)",
            [ChangeState::Begun.as_str(), ChangeState::UndoBegun.as_str()],
            |row| row.get(0),
        )?;
        Ok(pending.unsigned_abs())
    }

    fn applied_rules(&self, id: ChangeId) -> Result<Vec<AppliedRule>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT rule_id, before, after FROM applied_rules WHERE change_id = ?1 ORDER BY position",
        )?;
        let mut rows = statement.query([id.0])?;
        let mut rules = Vec::new();
        while let Some(row) = rows.next()? {
            rules.push(AppliedRule {
                rule_id: row.get::<_, Option<i64>>(0)?.map(RuleId),
                before: form_of(id, row.get(1)?)?,
                after: form_of(id, row.get(2)?)?,
            });
        }
        Ok(rules)
    }
}

fn unreadable(table: &'static str, id: i64, reason: impl ToString) -> StoreError {
    StoreError::Document { table, id, reason: reason.to_string() }
}

fn form_text(form: &Option<ScheduleForm>) -> Result<Option<String>, StoreError> {
    let text = form.as_ref().map(serde_json::to_string).transpose();
    text.map_err(|error| unreadable("applied_rules", 0, error))
}

fn form_of(id: ChangeId, text: Option<String>) -> Result<Option<ScheduleForm>, StoreError> {
    let form = text.map(|text| serde_json::from_str(&text)).transpose();
    form.map_err(|error| unreadable("applied_rules", id.0, error))
}

/// Without its rules. Bytes that do not have the digest they were stored with are refused: they must never reach a
/// scheduler.
fn stored_change(row: &Row<'_>) -> Result<StoredChange, StoreError> {
    let id: i64 = row.get(0)?;
    let word = |column: usize| row.get::<_, String>(column);
    let wrong = |what: &str, word: &str| unreadable("applied_changes", id, format!("{what} \"{word}\""));
    let (target, place, state) = (word(2)?, word(3)?, word(4)?);
    let before: Option<Vec<u8>> = row.get(10)?;
    let after: Option<Vec<u8>> = row.get(11)?;
    for (bytes, sum) in [(&before, row.get::<_, Option<String>>(12)?), (&after, row.get(13)?)] {
        if bytes.as_deref().map(digest) != sum {
            return Err(unreadable("applied_changes", id, "the bytes kept do not have their digest"));
        }
    }
    Ok(StoredChange {
        id: ChangeId(id),
        batch: row.get(1)?,
        state: ChangeState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .ok_or_else(|| wrong("unknown state", &state))?,
        settled: row.get::<_, Option<i64>>(6)?.map(Timestamp::clamped),
        change: AppliedChange {
            target: Scheduler::ALL
                .into_iter()
                .find(|known| known.as_str() == target)
                .ok_or_else(|| wrong("unknown target", &target))?,
            place: Place::from_key(&place).ok_or_else(|| wrong("unknown place", &place))?,
            user: row.get(7)?,
            host: row.get(8)?,
            command: word(9)?,
            begun: Timestamp::clamped(row.get(5)?),
            before,
            after,
            rules: Vec::new(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{CronEntry, Schedule, parse_cron};

    fn change(before: Option<&[u8]>, after: Option<&[u8]>) -> AppliedChange {
        let Ok(CronEntry::Calendar(calendar)) = parse_cron("20 2 * * *") else { panic!("a schedule") };
        AppliedChange {
            target: Scheduler::Crontab,
            place: Place::File("/etc/crontab".to_owned()),
            user: Some("root".to_owned()),
            host: None,
            command: "tidetable rules apply".to_owned(),
            begun: Timestamp::clamped(1_000),
            before: before.map(<[u8]>::to_vec),
            after: after.map(<[u8]>::to_vec),
            rules: vec![AppliedRule {
                rule_id: None,
                before: None,
                after: Some(ScheduleForm { schedule: Schedule::Calendar(calendar), shift_minutes: 20 }),
            }],
        }
    }

    fn begin(store: &mut Store, change: &AppliedChange) -> ChangeId {
        let batch = store.next_batch().expect("number");
        store.in_transaction(|transaction| Store::begin_change(transaction, batch, change)).expect("kept")
    }

    #[test]
    fn any_bytes_are_kept_and_a_change_is_pending_until_it_is_settled() {
        let mut store = Store::in_memory().expect("store");
        let kept = change(Some(b"0 2 * * * caf\xe9\r\n"), Some(b""));
        let id = begin(&mut store, &kept);
        assert_eq!(store.pending_changes().expect("counted"), 1);
        let settled = Timestamp::clamped(2_000);
        store
            .in_transaction(|transaction| {
                Store::settle_change(transaction, id, ChangeState::Applied, settled)
            })
            .expect("settled");
        let changes = store.changes().expect("read");
        let expected =
            StoredChange { id, batch: 1, state: ChangeState::Applied, settled: Some(settled), change: kept };
        assert_eq!(changes, [expected]);
        assert_eq!(store.pending_changes().expect("counted"), 0);
        assert_eq!(store.next_batch().expect("number"), 2);
    }

    #[test]
    fn an_absent_file_is_not_an_empty_one() {
        let mut store = Store::in_memory().expect("store");
        begin(&mut store, &change(None, Some(b"")));
        let kept = store.changes().expect("read").remove(0).change;
        assert_eq!((kept.before, kept.after), (None, Some(Vec::new())));
    }

    #[test]
    fn bytes_without_their_digest_are_refused() {
        let mut store = Store::in_memory().expect("store");
        begin(&mut store, &change(Some(b"a"), Some(b"b")));
        store.connection.execute("UPDATE applied_changes SET before = x'00'", []).expect("damaged");
        assert!(matches!(store.changes(), Err(StoreError::Document { table: "applied_changes", .. })));
    }
}
