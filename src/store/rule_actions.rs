//! The history of each rule: written with every change, never rewritten.

use rusqlite::{Transaction, params};

use super::rules::body_of;
use super::{Store, StoreError};
use crate::domain::rules::{Rule, RuleAction, RuleActionKind, RuleId};
use crate::domain::time::Timestamp;

/// A change about to be recorded.
pub(super) struct ActionEntry<'a> {
    pub kind: RuleActionKind,
    pub before: Option<&'a Rule>,
    pub after: &'a Rule,
    pub optimization_id: Option<i64>,
}

/// Records what was done to a rule.
pub(super) fn record_action(
    transaction: &Transaction<'_>,
    id: RuleId,
    entry: &ActionEntry<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = entry.before.map(body_of).transpose()?;
    transaction
        .prepare_cached(
            "INSERT INTO rule_actions (rule_id, action, at_ms, before, after, optimization_id) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            id.0,
            entry.kind.as_str(),
            now.millis(),
            before,
            body_of(entry.after)?,
            entry.optimization_id
        ])?;
    Ok(())
}

impl Store {
    /// What was done to a rule, oldest first.
    pub fn rule_actions(&self, id: RuleId) -> Result<Vec<RuleAction>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, action, at_ms, before, after, optimization_id FROM rule_actions WHERE rule_id = ?1 \
             ORDER BY id",
        )?;
        let mut rows = statement.query([id.0])?;
        let mut actions = Vec::new();
        while let Some(row) = rows.next()? {
            let action_id: i64 = row.get(0)?;
            let unreadable =
                |reason: String| StoreError::Document { table: "rule_actions", id: action_id, reason };
            let word: String = row.get(1)?;
            let kind = RuleActionKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == word)
                .ok_or_else(|| unreadable(format!("unknown action \"{word}\"")))?;
            let rule = |text: Option<String>| -> Result<Option<Rule>, StoreError> {
                text.map(|text| serde_json::from_str(&text).map_err(|error| unreadable(error.to_string())))
                    .transpose()
            };
            actions.push(RuleAction {
                kind,
                at: Timestamp::clamped(row.get(2)?),
                before: rule(row.get(3)?)?,
                after: rule(row.get(4)?)?,
                optimization_id: row.get(5)?,
            });
        }
        Ok(actions)
    }
}
