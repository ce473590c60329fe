//! Patterns, kept so that an id survives as long as its pattern and re-analysis of unchanged data writes nothing.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use super::intern::{NameTable, intern};
use super::{Store, StoreError};
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, PatternId, PatternType};
use crate::domain::time::Timestamp;

/// A pattern with its id and when it was found and last changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredPattern {
    /// Its id.
    pub id: PatternId,
    /// When it was first found.
    pub detected_at: Timestamp,
    /// When what is stored of it last changed.
    pub changed_at: Timestamp,
    /// The pattern.
    #[serde(flatten)]
    pub pattern: Pattern,
}

/// Which patterns to read.
#[derive(Clone, Debug, Default)]
pub struct PatternFilter {
    /// Only this type.
    pub pattern_type: Option<PatternType>,
    /// At least this confidence.
    pub min_confidence: Option<f64>,
    /// Only those that are still kept.
    pub active_only: bool,
    /// Only these ids.
    pub ids: Option<Vec<PatternId>>,
}

/// What saving an analysis changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PatternChanges {
    /// Patterns that are new.
    pub added: u64,
    /// Patterns of which something changed.
    pub changed: u64,
    /// Patterns found again as they were.
    pub unchanged: u64,
    /// Patterns of the analysed task types that were not found again: kept, no longer active.
    pub retired: u64,
}

/// What makes two patterns the same: type, task types and schedule. A period keeps its identity while its
/// measured length wanders by less than a per cent, so that its anchor and last digits stay out. A habit, a load
/// and a busy end of months are measured anew each time: what they are of is their identity.
fn identity(pattern: &Pattern) -> String {
    let details = &pattern.evidence.details;
    if let Some(habit) = &details.habit {
        let task_types = pattern.task_types.join("\u{1f}");
        return format!("{}|{task_types}|habit of {}", pattern.pattern_type, habit.user);
    }
    if let Some(load) = &details.load {
        return format!("{}||{}", pattern.pattern_type, load.resource);
    }
    if let Some(season) = &details.season {
        // Several task types are the busiest of all runs together, which may change.
        let task_type = if pattern.task_types.len() == 1 { &pattern.task_types[0] } else { "" };
        return format!("{}|{task_type}|{:?} of months", pattern.pattern_type, season.edge);
    }
    let schedule = match &pattern.schedule {
        Schedule::Period { period_ms, .. } => {
            format!("period {:.0}", (*period_ms as f64).max(1.0).ln() * 100.0)
        }
        Schedule::Follows { predecessor, .. } => format!("follows {predecessor}"),
        calendar => format!("{calendar:?} {}", pattern.zone),
    };
    // A pattern of all runs of its task types keeps the identity that it had before there were groups.
    let group = pattern.group.as_ref().map_or_else(String::new, |group| {
        let part = |name: &Option<String>| name.as_ref().map_or_else(String::new, |name| format!("{name:?}"));
        format!("|{},{},{}", part(&group.user), part(&group.host), part(&group.queue))
    });
    format!("{}|{}|{schedule}{group}", pattern.pattern_type, pattern.task_types.join("\u{1f}"))
}

impl Store {
    /// Saves what an analysis found. A pattern below `min_confidence` is not made, but one that is stored is
    /// kept up to date. A stored, active pattern that was not found again ends if `expected_again` says that the
    /// analysis would have found it; all others stay as they are. Returns the id of each pattern given, `None`
    /// for one that was not stored.
    pub fn save_patterns(
        transaction: &Transaction<'_>,
        patterns: &[Pattern],
        min_confidence: f64,
        expected_again: &dyn Fn(&Pattern) -> bool,
        now: Timestamp,
    ) -> Result<(Vec<Option<PatternId>>, PatternChanges), StoreError> {
        let mut changes = PatternChanges::default();
        let mut ids = vec![None; patterns.len()];
        let mut seen = HashSet::new();
        // Active ones first: of two regimes of one schedule, the one that is still kept stands for both.
        let mut order: Vec<usize> = (0..patterns.len()).collect();
        order.sort_by_key(|index| !patterns[*index].is_active);
        for index in order {
            if seen.insert(identity(&patterns[index])) {
                ids[index] = save_one(transaction, &patterns[index], min_confidence, now, &mut changes)?;
            }
        }
        let kept: HashSet<PatternId> = ids.iter().flatten().copied().collect();
        for stored in read_patterns(transaction, &PatternFilter { active_only: true, ..Default::default() })?
        {
            if !kept.contains(&stored.id) && expected_again(&stored.pattern) {
                let retired = Pattern { is_active: false, ..stored.pattern };
                write_body(transaction, stored.id, &retired, now)?;
                changes.retired += 1;
            }
        }
        if changes.added + changes.changed + changes.retired > 0 {
            Store::refresh_signatures(transaction)?;
        }
        Ok((ids, changes))
    }

    /// The patterns that pass `filter`, by id.
    pub fn patterns(&self, filter: &PatternFilter) -> Result<Vec<StoredPattern>, StoreError> {
        read_patterns(&self.connection, filter)
    }

    /// One pattern.
    pub fn pattern(&self, id: PatternId) -> Result<StoredPattern, StoreError> {
        let filter = PatternFilter { ids: Some(vec![id]), ..Default::default() };
        read_patterns(&self.connection, &filter)?
            .pop()
            .ok_or(StoreError::NotFound { what: "pattern", id: id.0 })
    }
}

fn save_one(
    transaction: &Transaction<'_>,
    pattern: &Pattern,
    min_confidence: f64,
    now: Timestamp,
    changes: &mut PatternChanges,
) -> Result<Option<PatternId>, StoreError> {
    let identity = identity(pattern);
    let body = body_of(pattern)?;
    let known: Option<(i64, String)> = transaction
        .prepare_cached("SELECT id, body FROM activity_patterns WHERE identity = ?1")?
        .query_row([&identity], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((id, stored)) = known {
        if stored == body {
            changes.unchanged += 1;
        } else {
            write_body(transaction, PatternId(id), pattern, now)?;
            changes.changed += 1;
        }
        return Ok(Some(PatternId(id)));
    }
    if pattern.confidence < min_confidence {
        return Ok(None);
    }
    transaction
        .prepare_cached(
            "INSERT INTO activity_patterns (identity, pattern_type, confidence, is_active, runs, \
             first_seen_ms, last_seen_ms, detected_ms, changed_ms, body) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)",
        )?
        .execute(params![
            identity,
            pattern.pattern_type.as_str(),
            pattern.confidence,
            pattern.is_active,
            pattern.evidence.hits as i64,
            pattern.evidence.first_seen.millis(),
            pattern.evidence.last_seen.millis(),
            now.millis(),
            body
        ])?;
    let id = transaction.last_insert_rowid();
    for (position, name) in pattern.task_types.iter().enumerate() {
        let task_type = intern(transaction, NameTable::TaskTypes, name)?;
        transaction
            .prepare_cached(
                "INSERT INTO pattern_task_types (pattern_id, position, task_type_id) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![id, position as i64, task_type])?;
    }
    changes.added += 1;
    Ok(Some(PatternId(id)))
}

fn body_of(pattern: &Pattern) -> Result<String, StoreError> {
    serde_json::to_string(pattern).map_err(|error| StoreError::Document {
        table: "activity_patterns",
        id: 0,
        reason: error.to_string(),
    })
}

fn write_body(
    transaction: &Transaction<'_>,
    id: PatternId,
    pattern: &Pattern,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE activity_patterns SET confidence = ?2, is_active = ?3, runs = ?4, first_seen_ms = ?5, \
             last_seen_ms = ?6, changed_ms = ?7, body = ?8 WHERE id = ?1",
        )?
        .execute(params![
            id.0,
            pattern.confidence,
            pattern.is_active,
            pattern.evidence.hits as i64,
            pattern.evidence.first_seen.millis(),
            pattern.evidence.last_seen.millis(),
            now.millis(),
            body_of(pattern)?
        ])?;
    // What it was compared by is no longer so.
    transaction.prepare_cached("DELETE FROM pattern_signatures WHERE pattern_id = ?1")?.execute([id.0])?;
    Ok(())
}

pub(super) fn read_patterns(
    connection: &rusqlite::Connection,
    filter: &PatternFilter,
) -> Result<Vec<StoredPattern>, StoreError> {
    // One lookup for each id: a scan reads the pages of all bodies.
    let one_id = if filter.ids.is_some() { "id = ?4 AND" } else { "?4 IS NULL AND" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, detected_ms, changed_ms, body FROM activity_patterns \
         WHERE {one_id} (?1 IS NULL OR pattern_type = ?1) AND (?2 IS NULL OR confidence >= ?2) \
         AND (NOT ?3 OR is_active) ORDER BY id"
    ))?;
    let mut ids: Vec<Option<i64>> = match &filter.ids {
        Some(ids) => ids.iter().map(|id| Some(id.0)).collect(),
        None => vec![None],
    };
    ids.sort_unstable();
    ids.dedup();
    let mut patterns = Vec::new();
    for id in ids {
        let mut rows = statement.query(params![
            filter.pattern_type.map(PatternType::as_str),
            filter.min_confidence,
            filter.active_only,
            id
        ])?;
        while let Some(row) = rows.next()? {
            patterns.push(stored_pattern(row, PatternId(row.get(0)?))?);
        }
    }
    Ok(patterns)
}

fn stored_pattern(row: &Row<'_>, id: PatternId) -> Result<StoredPattern, StoreError> {
    let body: String = row.get(3)?;
    let pattern = serde_json::from_str(&body).map_err(|error| StoreError::Document {
        table: "activity_patterns",
        id: id.0,
        reason: error.to_string(),
    })?;
    Ok(StoredPattern {
        id,
        detected_at: Timestamp::clamped(row.get(1)?),
        changed_at: Timestamp::clamped(row.get(2)?),
        pattern,
    })
}
