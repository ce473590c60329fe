//! Reading rules back.

use rusqlite::{Connection, Row, Transaction, params};

use super::{Store, StoreError};
use crate::domain::patterns::PatternId;
use crate::domain::rules::{Rule, RuleId, RuleSourceKind, StoredRule};

/// Which rules to read; the default is all of them.
#[derive(Clone, Debug, Default)]
pub struct RuleFilter {
    /// Only those that plans and predictions count.
    pub enabled_only: bool,
    /// Only from this source.
    pub source: Option<RuleSourceKind>,
    /// Only these task types, by their exact names.
    pub task_types: Option<Vec<String>>,
    /// Only these ids.
    pub ids: Option<Vec<RuleId>>,
}

impl Store {
    /// The rules that pass `filter`, by id.
    pub fn rules(&self, filter: &RuleFilter) -> Result<Vec<StoredRule>, StoreError> {
        read_rules(&self.connection, filter)
    }

    /// The same as a transaction sees them.
    pub fn rules_in(
        transaction: &Transaction<'_>,
        filter: &RuleFilter,
    ) -> Result<Vec<StoredRule>, StoreError> {
        read_rules(transaction, filter)
    }

    /// One rule.
    pub fn rule(&self, id: RuleId) -> Result<StoredRule, StoreError> {
        read_rule(&self.connection, id)
    }

    /// One rule; `None` where it was removed, or never was.
    pub fn rule_if_any(&self, id: RuleId) -> Result<Option<StoredRule>, StoreError> {
        find_rule(&self.connection, id)
    }

    /// The pattern behind each rule that has one, mined or linked, by rule id.
    pub fn rule_patterns(&self) -> Result<Vec<(RuleId, PatternId)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, pattern_id FROM scheduling_rules WHERE pattern_id IS NOT NULL ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| Ok((RuleId(row.get(0)?), PatternId(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

pub(super) fn not_found(id: RuleId) -> StoreError {
    StoreError::NotFound { what: "rule", id: id.0 }
}

pub(super) fn read_rule(connection: &Connection, id: RuleId) -> Result<StoredRule, StoreError> {
    find_rule(connection, id)?.ok_or_else(|| not_found(id))
}

fn find_rule(connection: &Connection, id: RuleId) -> Result<Option<StoredRule>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id, body FROM scheduling_rules WHERE id = ?1")?;
    let mut rows = statement.query([id.0])?;
    rows.next()?.map(stored_rule).transpose()
}

pub(super) fn read_rules(
    connection: &Connection,
    filter: &RuleFilter,
) -> Result<Vec<StoredRule>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, body FROM scheduling_rules WHERE (NOT ?1 OR enabled) AND (?2 IS NULL OR source = ?2) ORDER BY id",
    )?;
    let mut rows =
        statement.query(params![filter.enabled_only, filter.source.map(RuleSourceKind::as_str)])?;
    let mut rules = Vec::new();
    while let Some(row) = rows.next()? {
        let id = RuleId(row.get(0)?);
        if filter.ids.as_ref().is_some_and(|ids| !ids.contains(&id)) {
            continue;
        }
        let stored = stored_rule(row)?;
        if filter.task_types.as_ref().is_none_or(|names| names.contains(&stored.rule.task_type)) {
            rules.push(stored);
        }
    }
    Ok(rules)
}

fn stored_rule(row: &Row<'_>) -> Result<StoredRule, StoreError> {
    let id = RuleId(row.get(0)?);
    let body: String = row.get(1)?;
    Ok(StoredRule { id, rule: rule_of(id, &body)? })
}

pub(super) fn rule_of(id: RuleId, body: &str) -> Result<Rule, StoreError> {
    serde_json::from_str(body).map_err(|error| StoreError::Document {
        table: "scheduling_rules",
        id: id.0,
        reason: error.to_string(),
    })
}
