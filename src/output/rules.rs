//! What `rules` answers: `list`, `show` and `add` here, the others beside.

mod apply;
mod change;
mod export;
mod undo;

pub use apply::{ApplyReport, PlaceShape, PlaceStatus, RuleEffect, RuleEffectShape, SettledShape};
pub use change::ChangeReport;
pub use export::{ExportReport, ExportTarget, ExportText};
pub use undo::{MovedBackShape, UndoReport};

use serde_json::{Value, json};

use super::report::typed_records;
use super::rule::{rule_lines, rule_table, rule_value, schedule_words, shift_words};
use super::{Report, Style};
use crate::domain::rules::{Rule, RuleAction, RuleActionKind, StoredRule};

/// What `rules list` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ListReport {
    /// The rules, by id.
    pub rules: Vec<StoredRule>,
}

impl ListReport {
    fn values(&self) -> Vec<Value> {
        self.rules.iter().map(|stored| rule_value(stored.id, &stored.rule)).collect()
    }
}

impl Report for ListReport {
    fn data(&self) -> Value {
        json!({ "rules": self.values(), "total": self.rules.len() })
    }

    fn records(&self) -> Vec<Value> {
        typed_records("rule", self.values())
    }

    fn table(&self, style: &Style) -> String {
        if self.rules.is_empty() {
            return "No rules.\n".to_owned();
        }
        rule_table(self.rules.iter().map(|stored| (stored.id, &stored.rule)), style)
    }

    fn detailed(&self, style: &Style) -> String {
        if self.rules.is_empty() {
            return self.table(style);
        }
        let blocks: Vec<String> = self
            .rules
            .iter()
            .map(|stored| rule_lines(stored.id, &stored.rule, style).join("\n") + "\n")
            .collect();
        blocks.join("\n")
    }
}

/// What `rules show` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ShowReport {
    /// The rule.
    pub stored: StoredRule,
    /// What was done to it, oldest first.
    pub actions: Vec<RuleAction>,
}

/// What an action did, for those that need more than their word.
fn action_words(action: &RuleAction, style: &Style) -> String {
    let (Some(before), Some(after)) = (&action.before, &action.after) else { return String::new() };
    let change = match action.kind {
        RuleActionKind::Created | RuleActionKind::Enabled | RuleActionKind::Disabled => String::new(),
        RuleActionKind::Moved => format!(
            "{} -> {} ({})",
            schedule_words(before, style),
            schedule_words(after, style),
            shift_words(after.shift_minutes - before.shift_minutes)
        ),
        RuleActionKind::Changed => changed_fields(before, after).join(", "),
    };
    match action.optimization_id {
        Some(id) => format!("{change}, by plan {id}"),
        None => change,
    }
}

/// What a person would say changed.
fn changed_fields(before: &Rule, after: &Rule) -> Vec<&'static str> {
    [
        ("name", before.name != after.name),
        ("schedule", (&before.schedule, before.zone) != (&after.schedule, after.zone)),
        ("command", before.command != after.command),
        ("user", before.user != after.user),
        ("host", before.host != after.host),
        ("origin", before.source != after.source),
        ("priority", before.priority != after.priority),
        ("flexibility", before.flexibility != after.flexibility),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name)
    .collect()
}

fn action_value(action: &RuleAction) -> Value {
    let form = |rule: &Option<Rule>| {
        rule.as_ref().map(|rule| {
            json!({
                "schedule": super::ScheduleShape::of(&rule.schedule, rule.zone),
                "enabled": rule.enabled,
                "shift_minutes": rule.shift_minutes,
                "priority": rule.priority,
                "flexibility": rule.flexibility,
                "command": rule.command,
                "user": rule.user,
            })
        })
    };
    json!({
        "action": action.kind,
        "at": action.at,
        "optimization_id": action.optimization_id,
        "before": form(&action.before),
        "after": form(&action.after),
    })
}

impl Report for ShowReport {
    fn data(&self) -> Value {
        let actions: Vec<Value> = self.actions.iter().map(action_value).collect();
        json!({ "rule": rule_value(self.stored.id, &self.stored.rule), "actions": actions })
    }

    fn records(&self) -> Vec<Value> {
        let mut records = typed_records("rule", vec![rule_value(self.stored.id, &self.stored.rule)]);
        records.extend(typed_records("action", self.actions.iter().map(action_value).collect()));
        records
    }

    fn table(&self, style: &Style) -> String {
        let mut lines = rule_lines(self.stored.id, &self.stored.rule, style);
        for (position, action) in self.actions.iter().enumerate() {
            let title = if position == 0 { "history" } else { "" };
            let text = format!(
                "{}  {:<8} {}",
                style.time(action.at),
                action.kind.as_str(),
                action_words(action, style)
            );
            lines.push(format!("  {title:<12} {}", text.trim_end()));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// What `rules add` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AddReport {
    /// The new rule.
    pub stored: StoredRule,
}

impl Report for AddReport {
    fn data(&self) -> Value {
        json!({ "rule": rule_value(self.stored.id, &self.stored.rule) })
    }

    fn records(&self) -> Vec<Value> {
        typed_records("rule", vec![rule_value(self.stored.id, &self.stored.rule)])
    }

    fn table(&self, style: &Style) -> String {
        rule_lines(self.stored.id, &self.stored.rule, style).join("\n") + "\n"
    }
}
