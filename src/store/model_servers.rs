//! What model servers were seen to hold, and what was asked of them.

use rusqlite::{Row, Transaction, params};

use super::{Store, StoreError};
use crate::domain::device::{ModelChange, ModelChangeKind, ModelSighting, ServerAddress, ServerKind};
use crate::domain::time::Timestamp;

/// A change with its number in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredModelChange {
    /// Its number.
    pub id: i64,
    /// What was asked.
    pub change: ModelChange,
}

impl Store {
    /// Every model that was ever seen, by server, address and name.
    pub fn model_sightings(&self) -> Result<Vec<ModelSighting>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT id, server, address, model, first_seen_ms, last_seen_ms, last_used_ms, use_mark, most_mib, \
             is_held FROM model_sightings ORDER BY server, address, model",
        )?;
        let mut rows = statement.query([])?;
        let mut sightings = Vec::new();
        while let Some(row) = rows.next()? {
            sightings.push(ModelSighting {
                server: server(row, "model_sightings", [1, 2])?,
                model: row.get(3)?,
                first_seen: Timestamp::clamped(row.get(4)?),
                last_seen: Timestamp::clamped(row.get(5)?),
                last_used: row.get::<_, Option<i64>>(6)?.map(Timestamp::clamped),
                use_mark: row.get(7)?,
                most_mib: row.get(8)?,
                is_held: row.get(9)?,
            });
        }
        Ok(sightings)
    }

    /// Keeps what was seen, in place of what was seen before of the same models.
    pub fn save_model_sightings(
        transaction: &Transaction<'_>,
        sightings: &[ModelSighting],
    ) -> Result<(), StoreError> {
        let mut statement = transaction.prepare_cached(
            "INSERT INTO model_sightings (server, address, model, first_seen_ms, last_seen_ms, last_used_ms, \
             use_mark, most_mib, is_held) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
             ON CONFLICT (server, address, model) DO UPDATE SET first_seen_ms = excluded.first_seen_ms, \
             last_seen_ms = excluded.last_seen_ms, last_used_ms = excluded.last_used_ms, \
             use_mark = excluded.use_mark, most_mib = excluded.most_mib, is_held = excluded.is_held",
        )?;
        for sighting in sightings {
            statement.execute(params![
                sighting.server.kind.as_str(),
                sighting.server.address,
                sighting.model,
                sighting.first_seen.millis(),
                sighting.last_seen.millis(),
                sighting.last_used.map(Timestamp::millis),
                sighting.use_mark,
                sighting.most_mib,
                sighting.is_held
            ])?;
        }
        Ok(())
    }

    /// Records what a server is about to be asked. Returns its number.
    pub fn add_model_change(transaction: &Transaction<'_>, change: &ModelChange) -> Result<i64, StoreError> {
        transaction
            .prepare_cached(
                "INSERT INTO model_changes (at_ms, server, address, model, change, reason) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                change.at.millis(),
                change.server.kind.as_str(),
                change.server.address,
                change.model,
                change.kind.stored(),
                change.reason
            ])?;
        Ok(transaction.last_insert_rowid())
    }

    /// Forgets a change that the server did not make.
    pub fn forget_model_change(transaction: &Transaction<'_>, id: i64) -> Result<(), StoreError> {
        transaction.prepare_cached("DELETE FROM model_changes WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    /// Marks a change as taken back.
    pub fn mark_model_change_undone(
        transaction: &Transaction<'_>,
        id: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction
            .prepare_cached("UPDATE model_changes SET undone_ms = ?2 WHERE id = ?1")?
            .execute(params![id, now.millis()])?;
        Ok(())
    }

    /// The changes of the last call whose changes were not all taken back, the last first.
    pub fn last_model_changes(&self) -> Result<Vec<StoredModelChange>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT id, server, address, model, at_ms, change, reason FROM model_changes \
             WHERE undone_ms IS NULL AND at_ms = (SELECT max(at_ms) FROM model_changes WHERE undone_ms IS NULL) \
             ORDER BY id DESC",
        )?;
        let mut rows = statement.query([])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            let word: String = row.get(5)?;
            let kind = ModelChangeKind::parse(&word).ok_or_else(|| StoreError::Document {
                table: "model_changes",
                id,
                reason: format!("unknown change \"{word}\""),
            })?;
            let change = ModelChange {
                at: Timestamp::clamped(row.get(4)?),
                server: server(row, "model_changes", [1, 2])?,
                model: row.get(3)?,
                kind,
                reason: row.get(6)?,
            };
            changes.push(StoredModelChange { id, change });
        }
        Ok(changes)
    }
}

/// The server in the columns `[kind, address]` of a row whose first column is its number.
fn server(
    row: &Row<'_>,
    table: &'static str,
    [kind, address]: [usize; 2],
) -> Result<ServerAddress, StoreError> {
    let word: String = row.get(kind)?;
    let kind = ServerKind::parse(&word).ok_or_else(|| StoreError::Document {
        table,
        id: row.get(0).unwrap_or_default(),
        reason: format!("unknown kind of server \"{word}\""),
    })?;
    Ok(ServerAddress { kind, address: row.get(address)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::ReleaseAction;

    fn now() -> Timestamp {
        Timestamp::clamped(1_772_366_400_000)
    }

    fn ollama() -> ServerAddress {
        ServerAddress { kind: ServerKind::Ollama, address: "http://127.0.0.1:11434".to_owned() }
    }

    fn sighting(last_used: Option<Timestamp>) -> ModelSighting {
        ModelSighting {
            server: ollama(),
            model: "a:1b".to_owned(),
            first_seen: now(),
            last_seen: now(),
            last_used,
            use_mark: Some("x".to_owned()),
            most_mib: None,
            is_held: true,
        }
    }

    fn change(at: Timestamp, kind: ModelChangeKind) -> ModelChange {
        ModelChange { at, server: ollama(), model: "a:1b".to_owned(), kind, reason: "a test".to_owned() }
    }

    #[test]
    fn a_later_look_takes_the_place_of_an_earlier_one() {
        let mut store = Store::in_memory().unwrap();
        for last_used in [None, Some(now())] {
            store.in_transaction(|tx| Store::save_model_sightings(tx, &[sighting(last_used)])).unwrap();
        }
        assert_eq!(store.model_sightings().unwrap(), [sighting(Some(now()))]);
    }

    #[test]
    fn what_was_asked_in_one_go_is_found_together_until_it_is_undone() {
        let mut store = Store::in_memory().unwrap();
        let (sleep, load) = (ModelChangeKind::Release(ReleaseAction::Sleep), ModelChangeKind::Load);
        let ids: Vec<i64> = [(0, load), (5, sleep), (5, load)]
            .map(|(minutes, kind)| {
                let change = change(now().plus_ms(minutes * 60_000), kind);
                store.in_transaction(|tx| Store::add_model_change(tx, &change)).unwrap()
            })
            .to_vec();
        let last = |store: &Store| -> Vec<i64> {
            store.last_model_changes().unwrap().iter().map(|stored| stored.id).collect()
        };
        assert_eq!(last(&store), [ids[2], ids[1]]);
        store.in_transaction(|tx| Store::mark_model_change_undone(tx, ids[2], now())).unwrap();
        assert_eq!(store.last_model_changes().unwrap()[0].change.kind, sleep);
        store.in_transaction(|tx| Store::forget_model_change(tx, ids[1])).unwrap();
        assert_eq!(last(&store), [ids[0]]);
    }
}
