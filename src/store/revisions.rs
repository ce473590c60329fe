//! Revisions: what was done to rules and plans, by whom and with which command; written with every change, never
//! rewritten.

use rusqlite::{Connection, Row, Transaction, params};

use super::rule_reader::rule_of;
use super::rules::body_of;
use super::{Store, StoreError};
use crate::domain::rules::{Author, PlanEvent, Revision, RevisionId, Rule, RuleActionKind, RuleId, RuleStep};
use crate::domain::time::Timestamp;

/// The only way to change rules: everything done through one writer is one revision.
pub struct RuleWriter<'t, 'c> {
    pub(super) transaction: &'t Transaction<'c>,
    pub(super) author: &'t Author,
    plan: Option<(i64, PlanEvent)>,
    returned_to: Option<RevisionId>,
    revision: Option<RevisionId>,
    position: i64,
}

/// A step about to be recorded.
pub(super) struct StepEntry<'a> {
    pub rule_id: RuleId,
    pub identity: &'a str,
    pub kind: RuleActionKind,
    pub before: Option<&'a Rule>,
    pub after: Option<&'a Rule>,
}

impl<'t, 'c> RuleWriter<'t, 'c> {
    /// A writer whose revision is made with its first change: what changes nothing leaves no trace.
    pub fn new(transaction: &'t Transaction<'c>, author: &'t Author) -> RuleWriter<'t, 'c> {
        RuleWriter { transaction, author, plan: None, returned_to: None, revision: None, position: 0 }
    }

    /// A writer for what is done to a plan; its revision is made at once.
    pub fn of_plan(
        transaction: &'t Transaction<'c>,
        author: &'t Author,
        plan: (i64, PlanEvent),
    ) -> Result<RuleWriter<'t, 'c>, StoreError> {
        let mut writer = RuleWriter { plan: Some(plan), ..RuleWriter::new(transaction, author) };
        writer.begin()?;
        Ok(writer)
    }

    /// A writer that brings the rules of `revision` back.
    pub fn returning_to(
        transaction: &'t Transaction<'c>,
        author: &'t Author,
        revision: RevisionId,
    ) -> RuleWriter<'t, 'c> {
        RuleWriter { returned_to: Some(revision), ..RuleWriter::new(transaction, author) }
    }

    /// The revision made so far; `None` while nothing has changed.
    pub fn revision(&self) -> Option<RevisionId> {
        self.revision
    }

    pub(super) fn record(&mut self, entry: &StepEntry<'_>) -> Result<(), StoreError> {
        let revision = match self.revision {
            Some(revision) => revision,
            None => self.begin()?,
        };
        self.transaction
            .prepare_cached(
                "INSERT INTO revision_rules (revision_id, position, rule_id, identity, action, before, after) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                revision.0,
                self.position,
                entry.rule_id.0,
                entry.identity,
                entry.kind.as_str(),
                entry.before.map(body_of).transpose()?,
                entry.after.map(body_of).transpose()?,
            ])?;
        self.position += 1;
        Ok(())
    }

    fn begin(&mut self) -> Result<RevisionId, StoreError> {
        let author = self.author;
        self.transaction.execute(
            "INSERT INTO revisions (at_ms, user, host, command, plan_id, plan_event, returned_to) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                author.at.millis(),
                author.user,
                author.host,
                author.command,
                self.plan.map(|(id, _)| id),
                self.plan.map(|(_, event)| event.as_str()),
                self.returned_to.map(|revision| revision.0),
            ],
        )?;
        let revision = RevisionId(self.transaction.last_insert_rowid());
        self.revision = Some(revision);
        Ok(revision)
    }
}

/// Which revisions to read.
#[derive(Clone, Copy, Debug)]
enum Which {
    /// Those after this one.
    After(RevisionId),
    /// Those that concern this rule.
    OfRule(RuleId),
    /// Those that concern this plan.
    OfPlan(i64),
}

impl Store {
    /// The revisions after `revision`, oldest first; all after 0.
    pub fn revisions_after(&self, revision: RevisionId) -> Result<Vec<Revision>, StoreError> {
        read_revisions(&self.connection, Which::After(revision))
    }

    /// The revisions that concern a rule, oldest first, each with what it did to this rule only.
    pub fn revisions_of_rule(&self, id: RuleId) -> Result<Vec<Revision>, StoreError> {
        read_revisions(&self.connection, Which::OfRule(id))
    }

    /// The revisions that concern a plan, oldest first.
    pub fn revisions_of_plan(&self, plan_id: i64) -> Result<Vec<Revision>, StoreError> {
        read_revisions(&self.connection, Which::OfPlan(plan_id))
    }

    /// The id of the last revision; `None` where nothing was ever changed.
    pub fn last_revision(&self) -> Result<Option<RevisionId>, StoreError> {
        let id: Option<i64> =
            self.connection.query_row("SELECT max(id) FROM revisions", [], |row| row.get(0))?;
        Ok(id.map(RevisionId))
    }
}

/// Revisions with their steps, both in order.
fn read_revisions(connection: &Connection, which: Which) -> Result<Vec<Revision>, StoreError> {
    // A condition of its own for each, so that SQLite finds its index.
    let (condition, id) = match which {
        Which::After(revision) => ("revisions.id > ?1", revision.0),
        Which::OfRule(id) => ("rule_id = ?1", id.0),
        Which::OfPlan(id) => ("plan_id = ?1", id),
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT revisions.id, at_ms, user, host, command, plan_id, plan_event, returned_to, \
                rule_id, action, before, after \
         FROM revisions LEFT JOIN revision_rules ON revision_rules.revision_id = revisions.id \
         WHERE {condition} ORDER BY revisions.id, position"
    ))?;
    let mut rows = statement.query([id])?;
    let mut revisions: Vec<Revision> = Vec::new();
    while let Some(row) = rows.next()? {
        let id = RevisionId(row.get(0)?);
        if revisions.last().is_none_or(|last| last.id != id) {
            revisions.push(revision_of(id, row)?);
        }
        let (Some(revision), Some(rule_id)) = (revisions.last_mut(), row.get::<_, Option<i64>>(8)?) else {
            continue;
        };
        revision.steps.push(step_of(id, RuleId(rule_id), row)?);
    }
    Ok(revisions)
}

fn revision_of(id: RevisionId, row: &Row<'_>) -> Result<Revision, StoreError> {
    let (plan, event): (Option<i64>, Option<String>) = (row.get(5)?, row.get(6)?);
    let plan = match plan.zip(event) {
        None => None,
        Some((plan, word)) => {
            let event = PlanEvent::ALL.into_iter().find(|event| event.as_str() == word);
            Some((plan, event.ok_or_else(|| unreadable(id, format!("unknown plan event \"{word}\"")))?))
        }
    };
    Ok(Revision {
        id,
        author: Author {
            user: row.get(2)?,
            host: row.get(3)?,
            command: row.get(4)?,
            at: Timestamp::clamped(row.get(1)?),
        },
        plan,
        returned_to: row.get::<_, Option<i64>>(7)?.map(RevisionId),
        steps: Vec::new(),
    })
}

fn step_of(id: RevisionId, rule_id: RuleId, row: &Row<'_>) -> Result<RuleStep, StoreError> {
    let word: String = row.get(9)?;
    let kind = RuleActionKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| unreadable(id, format!("unknown action \"{word}\"")))?;
    let rule = |text: Option<String>| text.map(|text| rule_of(rule_id, &text)).transpose();
    Ok(RuleStep { rule_id, kind, before: rule(row.get(10)?)?, after: rule(row.get(11)?)? })
}

fn unreadable(id: RevisionId, reason: String) -> StoreError {
    StoreError::Document { table: "revisions", id: id.0, reason }
}
