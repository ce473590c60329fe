//! Signatures of patterns, kept beside them so that a search reads vectors and no pattern that does not answer.

use std::collections::HashSet;
use std::ops::ControlFlow;

use rusqlite::{Connection, Transaction, params};

use super::connection::CACHE_KIB;
use super::patterns::{PatternFilter, read_patterns};
use super::vector_blob::{append_values, bytes_of};
use super::{Store, StoreError};
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, PatternId, PatternType};
use crate::domain::similarity::{SIGNATURE_LENGTH, SIGNATURE_VERSION, is_signature, signatures_of};

/// Page cache of a read that looks at each page once.
const ONE_PASS_CACHE_KIB: i64 = 512;

/// What a search filters patterns by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatternFacts {
    /// Its id.
    pub id: PatternId,
    /// What sort of recurrence; `None` for a word that this version does not know.
    pub pattern_type: Option<PatternType>,
    /// 0..1.
    pub confidence: f64,
    /// Whether it is still kept.
    pub is_active: bool,
}

/// The signatures of this version that can be used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredSignatures {
    /// Whose they are, ascending.
    pub ids: Vec<PatternId>,
    /// One row of [`SIGNATURE_LENGTH`] values for each id.
    pub values: Vec<f32>,
}

impl StoredSignatures {
    fn add(&mut self, id: PatternId, values: &[f32]) {
        self.ids.push(id);
        self.values.extend_from_slice(values);
    }
}

impl Store {
    /// All patterns by id, without their bodies.
    pub fn pattern_facts(&self) -> Result<Vec<PatternFacts>, StoreError> {
        // Without an order the covering index is read, which is a hundredth of the table; sorting is quick.
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, pattern_type, confidence, is_active FROM activity_patterns")?;
        let mut rows = statement.query([])?;
        let mut facts = Vec::new();
        while let Some(row) = rows.next()? {
            let pattern_type = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?.parse().ok();
            let (id, confidence, is_active) = (PatternId(row.get(0)?), row.get(2)?, row.get(3)?);
            facts.push(PatternFacts { id, pattern_type, confidence, is_active });
        }
        facts.sort_unstable_by_key(|facts| facts.id);
        Ok(facts)
    }

    /// The task types of all patterns, by pattern and in their order.
    pub fn pattern_task_types(&self) -> Result<Vec<(PatternId, String)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT pattern_id, name FROM pattern_task_types \
             JOIN task_types ON task_types.id = task_type_id ORDER BY pattern_id, position",
        )?;
        let rows = statement.query_map([], |row| Ok((PatternId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The signatures that are there, whole and of this version.
    pub fn signatures(&self) -> Result<StoredSignatures, StoreError> {
        let mut read = StoredSignatures::default();
        self.each_signature(&mut |id, values| {
            read.add(id, values);
            ControlFlow::Continue(())
        })?;
        Ok(read)
    }

    /// Lets `each` see them one after the other, by id, until it has seen enough.
    pub fn each_signature(
        &self,
        each: &mut dyn FnMut(PatternId, &[f32]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        // Every page is read once: in a small cache they take each other's place, which for 10,000 patterns spares the
        // system 13 MB of fresh memory, a third of the time.
        self.connection.pragma_update(None, "cache_size", -ONE_PASS_CACHE_KIB)?;
        let read = read_signatures(&self.connection, each);
        self.connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        read
    }

    /// The signature of one pattern, where it is there, whole and of this version.
    pub fn signature(&self, id: PatternId) -> Result<Option<Vec<f32>>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT vector FROM pattern_signatures WHERE pattern_id = ?1 AND version = ?2")?;
        let mut rows = statement.query(params![id.0, SIGNATURE_VERSION])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut values = Vec::with_capacity(SIGNATURE_LENGTH);
        append_values(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, &mut values);
        Ok(is_signature(&values).then_some(values))
    }

    /// Makes the signatures that are missing, damaged or older, and those of all followers, which depend on what they
    /// follow; returns how many were missing.
    pub fn refresh_signatures(transaction: &Transaction<'_>) -> Result<u64, StoreError> {
        let mut known: HashSet<PatternId> = HashSet::new();
        read_signatures(transaction, &mut |id, _| {
            known.insert(id);
            ControlFlow::Continue(())
        })?;
        let stored = read_patterns(transaction, &PatternFilter::default())?;
        let patterns: Vec<&Pattern> = stored.iter().map(|stored| &stored.pattern).collect();
        let follows = |place: usize| matches!(patterns[place].schedule, Schedule::Follows { .. });
        let made = signatures_of(&patterns, |place| !known.contains(&stored[place].id) || follows(place));
        for (stored, signature) in stored.iter().zip(made) {
            let Some(signature) = signature else { continue };
            transaction
                .prepare_cached(
                    "INSERT INTO pattern_signatures (pattern_id, version, vector) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (pattern_id) DO UPDATE SET version = excluded.version, vector = excluded.vector \
                     WHERE version <> excluded.version OR vector <> excluded.vector",
                )?
                .execute(params![stored.id.0, SIGNATURE_VERSION, bytes_of(signature.components())])?;
        }
        Ok(stored.iter().filter(|stored| !known.contains(&stored.id)).count() as u64)
    }
}

fn read_signatures(
    connection: &Connection,
    each: &mut dyn FnMut(PatternId, &[f32]) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT pattern_id, vector FROM pattern_signatures WHERE version = ?1 ORDER BY pattern_id",
    )?;
    let mut rows = statement.query([SIGNATURE_VERSION])?;
    let mut values = Vec::with_capacity(SIGNATURE_LENGTH);
    while let Some(row) = rows.next()? {
        values.clear();
        append_values(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?, &mut values);
        if is_signature(&values) && each(PatternId(row.get(0)?), &values).is_break() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::similarity::fixture::{cron, pattern};
    use crate::domain::similarity::similarity;
    use crate::domain::time::Timestamp;

    fn saved(store: &mut Store, patterns: &[Pattern]) {
        store
            .in_transaction(|transaction| {
                let now = Timestamp::clamped(0);
                Store::save_patterns(transaction, patterns, 0.0, &|_| false, now).map(|_| ())
            })
            .expect("saved");
    }

    fn follower() -> Pattern {
        let schedule = Schedule::Follows { predecessor: "load".to_owned(), lag_ms: 1_000, from_end: true };
        let task_types = vec!["load".to_owned(), "after".to_owned()];
        Pattern { task_types, ..pattern("after", schedule) }
    }

    fn row(signatures: &StoredSignatures, place: usize) -> &[f32] {
        &signatures.values[place * SIGNATURE_LENGTH..(place + 1) * SIGNATURE_LENGTH]
    }

    #[test]
    fn saving_patterns_keeps_their_signatures_and_those_of_their_followers_up_to_date() {
        let mut store = Store::in_memory().expect("store");
        saved(&mut store, &[pattern("load", cron("0 2 * * *")), follower()]);
        let before = store.signatures().expect("read");
        assert_eq!(before.ids, [PatternId(1), PatternId(2)]);
        // Another schedule of the predecessor takes over: the follower's own row is as it was.
        let mut former = pattern("load", cron("0 2 * * *"));
        former.is_active = false;
        saved(&mut store, &[former, pattern("load", cron("0 14 * * *")), follower()]);
        let after = store.signatures().expect("read");
        assert_eq!(after.ids.len(), 3);
        let like = |signatures: &StoredSignatures, other: usize| {
            similarity(row(signatures, 1), row(signatures, other))
        };
        assert!(like(&after, 2) > like(&after, 0) + 0.2, "the follower has moved with its predecessor");
        assert!(like(&before, 0) > 0.5);
    }

    #[test]
    fn older_damaged_and_missing_signatures_are_left_out_and_made_anew() {
        let mut store = Store::in_memory().expect("store");
        let names = ["a", "b", "c", "d"];
        saved(&mut store, &names.map(|name| pattern(name, cron("0 2 * * *"))));
        let whole = store.signatures().expect("read");
        let nan = [f32::NAN.to_le_bytes(); SIGNATURE_LENGTH].concat();
        store
            .in_transaction(|transaction| {
                transaction.execute("UPDATE pattern_signatures SET version = 1 WHERE pattern_id = 1", [])?;
                transaction
                    .execute("UPDATE pattern_signatures SET vector = ?1 WHERE pattern_id = 2", [&nan])?;
                transaction
                    .execute("UPDATE pattern_signatures SET vector = x'00' WHERE pattern_id = 3", [])?;
                Ok::<_, StoreError>(())
            })
            .expect("damaged");
        assert_eq!(store.signatures().expect("read").ids, [PatternId(4)]);
        let made = store.in_transaction(Store::refresh_signatures);
        assert_eq!(made.expect("made"), 3);
        assert_eq!(store.signatures().expect("read"), whole);
    }

    #[test]
    fn facts_and_names_are_told_by_id_without_bodies() {
        let mut store = Store::in_memory().expect("store");
        let mut doubtful = pattern("doubtful", cron("0 3 * * *"));
        (doubtful.confidence, doubtful.is_active) = (0.4, false);
        saved(&mut store, &[pattern("load", cron("0 2 * * *")), doubtful, follower()]);
        let facts = store.pattern_facts().expect("read");
        assert_eq!(facts.iter().map(|facts| facts.confidence).collect::<Vec<_>>(), [0.95, 0.95, 0.4]);
        assert!(facts.iter().map(|facts| facts.id.0).eq(1..=3) && !facts[2].is_active);
        assert_eq!(facts[0].pattern_type, Some(PatternType::Custom));
        let names = store.pattern_task_types().expect("read");
        let names: Vec<(i64, &str)> = names.iter().map(|(id, name)| (id.0, name.as_str())).collect();
        assert_eq!(names, [(1, "load"), (2, "load"), (2, "after"), (3, "doubtful")]);
    }
}
