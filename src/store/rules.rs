//! Rules, kept so that an id survives as long as its rule, and what people and plans did to it survives a
//! new import or a new generation.

use rusqlite::{OptionalExtension, params};

use super::intern::{NameTable, intern};
use super::revisions::{RuleWriter, StepEntry};
use super::rule_reader::{RuleFilter, not_found, read_rule, read_rules, rule_of};
use super::{Store, StoreError};
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{PatternId, ResourceProfile};
use crate::domain::rules::{Rule, RuleActionKind, RuleId, RuleSource, RuleSourceKind};

/// What saving did to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is new.
    Added,
    /// It was there as it is.
    Unchanged,
    /// It was there and something of it changed.
    Changed,
}

impl RuleWriter<'_, '_> {
    /// Saves rules by their identity (the pattern of a mined rule; file, host, user, command and schedule of a
    /// declared one; the name of a manual one). A rule that is there already keeps its id, whether it is
    /// enabled, and the shift that applied plans gave it; one saved without resources keeps those it had.
    /// Returns ids in the order given.
    pub fn save(&mut self, rules: &[Rule]) -> Result<Vec<(RuleId, Saved)>, StoreError> {
        rules.iter().map(|rule| self.save_one(rule)).collect()
    }

    fn save_one(&mut self, rule: &Rule) -> Result<(RuleId, Saved), StoreError> {
        let identity = identity(rule);
        let known: Option<i64> = self
            .transaction
            .prepare_cached("SELECT id FROM scheduling_rules WHERE identity = ?1")?
            .query_row([&identity], |row| row.get(0))
            .optional()?;
        let Some(id) = known.map(RuleId) else {
            let id = self.insert(None, &identity, rule)?;
            return Ok((id, Saved::Added));
        };
        let before = read_rule(self.transaction, id)?.rule;
        let after = before.renewed_by(rule);
        // The second comparison: reading a number back may change its last digit.
        if after == before || rule_of(id, &body_of(&after)?)? == before {
            return Ok((id, Saved::Unchanged));
        }
        self.write(id, &after)?;
        if !same_terms(&before, &after) {
            self.record_change(id, RuleActionKind::Changed, &before, &after)?;
        }
        Ok((id, Saved::Changed))
    }

    /// Disables the enabled rules that the crontab at `path` declared once and that are not among `declared`, the
    /// rules it declares now. Returns how many that were.
    pub fn disable_undeclared(&mut self, path: &str, declared: &[RuleId]) -> Result<u64, StoreError> {
        let filter = RuleFilter {
            enabled_only: true,
            source: Some(RuleSourceKind::Declared),
            ..RuleFilter::default()
        };
        let mut disabled = 0;
        for stored in read_rules(self.transaction, &filter)? {
            let of_this_file = matches!(&stored.rule.source, RuleSource::Declared { origin }
                if origin.rsplit_once(':').is_some_and(|(file, _)| file == path));
            if of_this_file && !declared.contains(&stored.id) {
                self.set_enabled(stored.id, false)?;
                disabled += 1;
            }
        }
        Ok(disabled)
    }

    /// Enables or disables a rule; whether that changed anything.
    pub fn set_enabled(&mut self, id: RuleId, enabled: bool) -> Result<bool, StoreError> {
        let before = read_rule(self.transaction, id)?.rule;
        self.replace(id, &Rule { enabled, ..before })
    }

    /// Removes a rule; its history stays.
    pub fn remove(&mut self, id: RuleId) -> Result<(), StoreError> {
        let before = read_rule(self.transaction, id)?.rule;
        self.record(&StepEntry {
            rule_id: id,
            identity: &self.identity_of(id)?,
            kind: RuleActionKind::Removed,
            before: Some(&before),
            after: None,
        })?;
        self.transaction.execute("DELETE FROM scheduling_rules WHERE id = ?1", [id.0])?;
        Ok(())
    }

    /// Replaces what is stored of a rule: moved by a plan, enabled, or as it once was. The id and the identity stay,
    /// so that a new import or generation finds it. Whether that changed anything.
    pub fn replace(&mut self, id: RuleId, rule: &Rule) -> Result<bool, StoreError> {
        let before = read_rule(self.transaction, id)?.rule;
        if before == *rule {
            return Ok(false);
        }
        self.write(id, rule)?;
        self.record_change(id, kind_of_change(&before, rule), &before, rule)?;
        Ok(true)
    }

    /// Brings a removed rule back under the id and the identity that it had.
    pub fn bring_back(&mut self, id: RuleId, rule: &Rule) -> Result<(), StoreError> {
        let identity: String = self
            .transaction
            .prepare_cached(
                "SELECT identity FROM revision_rules WHERE rule_id = ?1 ORDER BY revision_id DESC, position DESC",
            )?
            .query_row([id.0], |row| row.get(0))
            .optional()?
            .ok_or_else(|| not_found(id))?;
        self.insert(Some(id), &identity, rule)?;
        Ok(())
    }

    /// Ties a declared or manual rule to the pattern in which its schedule was found again, and takes over what
    /// the pattern's runs need. Whether that changed anything.
    pub fn link(
        &mut self,
        id: RuleId,
        pattern: PatternId,
        resources: &ResourceProfile,
    ) -> Result<bool, StoreError> {
        let before = read_rule(self.transaction, id)?.rule;
        let linked = self.transaction.execute(
            "UPDATE scheduling_rules SET pattern_id = ?2 WHERE id = ?1 AND pattern_id IS NOT ?2",
            [id.0, pattern.0],
        )?;
        let resources = if resources.runs_used > 0 { *resources } else { before.resources };
        if resources != before.resources {
            self.write(id, &Rule { resources, ..before })?;
            return Ok(true);
        }
        Ok(linked > 0)
    }

    fn record_change(
        &mut self,
        id: RuleId,
        kind: RuleActionKind,
        before: &Rule,
        after: &Rule,
    ) -> Result<(), StoreError> {
        let identity = self.identity_of(id)?;
        self.record(&StepEntry {
            rule_id: id,
            identity: &identity,
            kind,
            before: Some(before),
            after: Some(after),
        })
    }

    fn identity_of(&self, id: RuleId) -> Result<String, StoreError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT identity FROM scheduling_rules WHERE id = ?1")?;
        statement.query_row([id.0], |row| row.get(0)).optional()?.ok_or_else(|| not_found(id))
    }

    /// Inserts a rule and records it. Without an `id` it gets one that no rule ever had: the history of a removed rule
    /// is its own.
    fn insert(&mut self, id: Option<RuleId>, identity: &str, rule: &Rule) -> Result<RuleId, StoreError> {
        let task_type = intern(self.transaction, NameTable::TaskTypes, &rule.task_type)?;
        let pattern_id = match rule.source {
            RuleSource::Mined { pattern_id } => Some(pattern_id.0),
            RuleSource::Declared { .. } | RuleSource::Manual => None,
        };
        let id: i64 = self
            .transaction
            .prepare_cached(
                "INSERT INTO scheduling_rules (id, identity, task_type_id, source, pattern_id, priority, \
                 confidence, enabled, created_ms, changed_ms, body) VALUES (coalesce(?1, 1 + max( \
                 (SELECT coalesce(max(id), 0) FROM scheduling_rules), \
                 (SELECT coalesce(max(rule_id), 0) FROM revision_rules))), ?2, ?3, ?4, \
                 (SELECT id FROM activity_patterns WHERE id = ?5), ?6, ?7, ?8, ?9, ?9, ?10) RETURNING id",
            )?
            .query_row(
                params![
                    id.map(|id| id.0),
                    identity,
                    task_type,
                    rule.source.kind().as_str(),
                    pattern_id,
                    rule.priority,
                    rule.confidence,
                    rule.enabled,
                    self.author.at.millis(),
                    body_of(rule)?
                ],
                |row| row.get(0),
            )?;
        let kind = RuleActionKind::Created;
        self.record(&StepEntry { rule_id: RuleId(id), identity, kind, before: None, after: Some(rule) })?;
        Ok(RuleId(id))
    }

    fn write(&self, id: RuleId, rule: &Rule) -> Result<(), StoreError> {
        let task_type = intern(self.transaction, NameTable::TaskTypes, &rule.task_type)?;
        self.transaction
            .prepare_cached(
                "UPDATE scheduling_rules SET task_type_id = ?2, priority = ?3, confidence = ?4, enabled = ?5, \
                 changed_ms = ?6, body = ?7 WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                task_type,
                rule.priority,
                rule.confidence,
                rule.enabled,
                self.author.at.millis(),
                body_of(rule)?
            ])?;
        Ok(())
    }
}

impl Store {
    /// The rule of this name that was added by hand.
    pub fn manual_rule(&self, name: &str) -> Result<Option<RuleId>, StoreError> {
        let id = self
            .connection
            .prepare_cached("SELECT id FROM scheduling_rules WHERE identity = ?1")?
            .query_row([manual_identity(name)], |row| row.get(0))
            .optional()?;
        Ok(id.map(RuleId))
    }
}

/// What a person would call the change: a rule that differs in nothing but its times was moved.
fn kind_of_change(before: &Rule, after: &Rule) -> RuleActionKind {
    if (Rule { enabled: after.enabled, ..before.clone() }) == *after {
        return if after.enabled { RuleActionKind::Enabled } else { RuleActionKind::Disabled };
    }
    let (schedule, shift_minutes) = (after.schedule.clone(), after.shift_minutes);
    let is_moved = (Rule { schedule, shift_minutes, ..before.clone() }) == *after;
    if is_moved { RuleActionKind::Moved } else { RuleActionKind::Changed }
}

const SEPARATOR: &str = "\u{1f}";

fn manual_identity(name: &str) -> String {
    format!("manual{SEPARATOR}{name}")
}

/// What makes two rules the same. The line of a declared rule stays out: lines above it come and go.
fn identity(rule: &Rule) -> String {
    match &rule.source {
        RuleSource::Mined { pattern_id } => format!("mined{SEPARATOR}{}", pattern_id.0),
        RuleSource::Declared { origin } => {
            let file = match origin.rsplit_once(':') {
                Some((file, line)) if line.parse::<u64>().is_ok() => file,
                _ => origin,
            };
            let schedule = rule.wanted_schedule();
            [
                "declared",
                file,
                rule.host.as_deref().unwrap_or_default(),
                rule.user.as_deref().unwrap_or_default(),
                rule.command.as_deref().unwrap_or(&rule.task_type),
                &schedule.cron().unwrap_or_else(|| format!("{schedule:?}")),
                rule.zone.name(),
            ]
            .join(SEPARATOR)
        }
        RuleSource::Manual => manual_identity(&rule.name),
    }
}

/// Whether nothing differs that a person decides on. Confidence, resources and the measured digits of a period
/// move with every analysis; their drift would bury the history.
fn same_terms(before: &Rule, after: &Rule) -> bool {
    let drifted = match (&before.schedule, &after.schedule) {
        (Schedule::Period { period_ms: one, .. }, Schedule::Period { period_ms: other, .. }) => {
            one.abs_diff(*other) <= one.unsigned_abs() / 100
        }
        _ => false,
    };
    let schedule = if drifted { after.schedule.clone() } else { before.schedule.clone() };
    let (confidence, resources) = (after.confidence, after.resources);
    Rule { schedule, confidence, resources, ..before.clone() } == *after
}

/// The JSON text of a rule.
pub(super) fn body_of(rule: &Rule) -> Result<String, StoreError> {
    serde_json::to_string(rule).map_err(|error| StoreError::Document {
        table: "scheduling_rules",
        id: 0,
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{CronEntry, Zone, parse_cron};
    use crate::domain::patterns::Quantiles;
    use crate::domain::rules::{Author, Flexibility, RevisionId};
    use crate::domain::time::Timestamp;

    fn author() -> Author {
        let at = Timestamp::parse_rfc3339("2026-03-01T12:00:00Z").expect("instant");
        Author { user: Some("me".to_owned()), host: None, command: Some("tidetable test".to_owned()), at }
    }

    fn declared(cron: &str, origin: &str) -> Rule {
        let Ok(CronEntry::Calendar(calendar)) = parse_cron(cron) else { panic!("{cron}") };
        Rule {
            name: "backup".to_owned(),
            task_type: "root: backup".to_owned(),
            schedule: Schedule::Calendar(calendar),
            zone: Zone::UTC,
            command: Some("backup --all".to_owned()),
            user: Some("root".to_owned()),
            host: None,
            source: RuleSource::Declared { origin: origin.to_owned() },
            priority: 6,
            flexibility: Flexibility::default(),
            confidence: 1.0,
            enabled: true,
            shift_minutes: 0,
            resources: ResourceProfile::default(),
        }
    }

    fn save(store: &mut Store, rule: &Rule) -> (RuleId, Saved) {
        store
            .in_transaction(|transaction| {
                RuleWriter::new(transaction, &author()).save(std::slice::from_ref(rule))
            })
            .expect("saved")[0]
    }

    fn moved_by(rule: &Rule, minutes: i64) -> Rule {
        let schedule = rule.schedule.shifted(minutes).expect("can be moved");
        Rule { schedule, shift_minutes: rule.shift_minutes + minutes, ..rule.clone() }
    }

    #[test]
    fn a_rule_keeps_its_id_when_lines_above_it_come_and_go() {
        let mut store = Store::in_memory().expect("store");
        let (id, saved) = save(&mut store, &declared("0 2 * * *", "/etc/crontab:3"));
        assert_eq!(saved, Saved::Added);
        assert_eq!(save(&mut store, &declared("0 2 * * *", "/etc/crontab:3")), (id, Saved::Unchanged));
        assert_eq!(save(&mut store, &declared("0 2 * * *", "/etc/crontab:4")), (id, Saved::Changed));
        assert_ne!(save(&mut store, &declared("0 3 * * *", "/etc/crontab:4")).0, id);
    }

    #[test]
    fn a_declared_rule_that_a_person_disabled_stays_disabled_on_a_new_import() {
        let mut store = Store::in_memory().expect("store");
        let rule = declared("0 2 * * *", "/etc/crontab:3");
        let (id, _) = save(&mut store, &rule);
        let changed = store
            .in_transaction(|transaction| RuleWriter::new(transaction, &author()).set_enabled(id, false));
        assert!(changed.expect("disabled"));
        assert_eq!(save(&mut store, &rule), (id, Saved::Unchanged));
        assert!(!store.rule(id).expect("stored").rule.enabled);
        let enabled = store.rules(&RuleFilter { enabled_only: true, ..Default::default() });
        assert_eq!(enabled.expect("read"), []);
    }

    #[test]
    fn a_moved_rule_is_found_by_its_old_identity_and_stays_moved() {
        let mut store = Store::in_memory().expect("store");
        let rule = declared("0 2 * * *", "/etc/crontab:3");
        let (id, _) = save(&mut store, &rule);
        let moved = moved_by(&rule, 20);
        let changed =
            store.in_transaction(|transaction| RuleWriter::new(transaction, &author()).replace(id, &moved));
        assert!(changed.expect("moved"));
        assert_eq!(save(&mut store, &rule), (id, Saved::Unchanged));
        let stored = store.rule(id).expect("stored").rule;
        assert_eq!((stored.schedule.cron().as_deref(), stored.shift_minutes), (Some("20 2 * * *"), 20));
        let kinds: Vec<RuleActionKind> = store
            .revisions_of_rule(id)
            .expect("history")
            .iter()
            .map(|revision| revision.steps[0].kind)
            .collect();
        assert_eq!(kinds, [RuleActionKind::Created, RuleActionKind::Moved]);
    }

    #[test]
    fn known_needs_survive_a_source_that_knows_none() {
        let mut store = Store::in_memory().expect("store");
        let rule = declared("0 2 * * *", "/etc/crontab:3");
        let (id, _) = save(&mut store, &rule);
        let resources = ResourceProfile {
            duration_seconds: Quantiles::of([1.0 / 3.0, 2.0 / 7.0, 91.0 / 3.0]),
            runs_used: 3,
            ..Default::default()
        };
        let known = Rule { resources, ..rule.clone() };
        assert_eq!(save(&mut store, &known), (id, Saved::Changed));
        assert_eq!(save(&mut store, &known), (id, Saved::Unchanged));
        assert_eq!(save(&mut store, &rule), (id, Saved::Unchanged));
        assert_eq!(store.revisions_of_rule(id).expect("history").len(), 1, "drift is no entry");
    }

    #[test]
    fn rules_are_filtered_by_source_task_type_and_id() {
        let mut store = Store::in_memory().expect("store");
        let (id, _) = save(&mut store, &declared("0 2 * * *", "/etc/crontab:3"));
        let other =
            Rule { source: RuleSource::Manual, task_type: "sync".to_owned(), ..declared("0 4 * * *", "") };
        let (other_id, _) = save(&mut store, &other);
        let ids = |filter: RuleFilter| -> Vec<RuleId> {
            store.rules(&filter).expect("read").iter().map(|stored| stored.id).collect()
        };
        let source = Some(RuleSourceKind::Manual);
        assert_eq!(ids(RuleFilter { source, ..Default::default() }), [other_id]);
        let task_types = Some(vec!["root: backup".to_owned()]);
        assert_eq!(ids(RuleFilter { task_types, ..Default::default() }), [id]);
        assert_eq!(ids(RuleFilter { ids: Some(vec![other_id]), ..Default::default() }), [other_id]);
        assert_eq!(store.manual_rule("backup").expect("read"), Some(other_id));
    }

    #[test]
    fn removing_a_rule_that_is_not_there_is_an_error() {
        let mut store = Store::in_memory().expect("store");
        let removed =
            store.in_transaction(|transaction| RuleWriter::new(transaction, &author()).remove(RuleId(7)));
        assert!(matches!(removed, Err(StoreError::NotFound { what: "rule", id: 7 })));
    }

    #[test]
    fn a_removed_rule_keeps_its_history_and_comes_back_under_its_id() {
        let mut store = Store::in_memory().expect("store");
        let rule = declared("0 2 * * *", "/etc/crontab:3");
        let (id, _) = save(&mut store, &rule);
        let removed = store.in_transaction(|transaction| RuleWriter::new(transaction, &author()).remove(id));
        removed.expect("removed");
        // A rule that comes later is another one, whatever happened to the first.
        let (other, _) = save(&mut store, &declared("0 3 * * *", "/etc/crontab:3"));
        assert_ne!(other, id);
        let back = store.in_transaction(|transaction| {
            RuleWriter::returning_to(transaction, &author(), RevisionId(1)).bring_back(id, &rule)
        });
        back.expect("back");
        assert_eq!(store.rule(id).expect("stored").rule, rule);
        assert_eq!(save(&mut store, &rule), (id, Saved::Unchanged), "its identity is back, too");
        let revisions = store.revisions_after(RevisionId(0)).expect("history");
        let told: Vec<(i64, &str, Option<RevisionId>)> = revisions
            .iter()
            .map(|revision| {
                (revision.steps[0].rule_id.0, revision.steps[0].kind.as_str(), revision.returned_to)
            })
            .collect();
        assert_eq!(
            told,
            [
                (1, "created", None),
                (1, "removed", None),
                (2, "created", None),
                (1, "created", Some(RevisionId(1)))
            ]
        );
        assert_eq!(revisions[0].author, author());
    }
}
