//! What `rules enable`, `disable` and `remove` answer.

use serde_json::{Value, json};

use crate::domain::rules::{ChangeEffect, PlannedChange, RuleChange};
use crate::output::conflict::ShownConflict;
use crate::output::format::shorten;
use crate::output::report::typed_records;
use crate::output::rule::schedule_words;
use crate::output::{Report, Style};

/// What `rules enable`, `disable` and `remove` answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeReport {
    /// What was asked for.
    pub change: RuleChange,
    /// What happens to each rule.
    pub changes: Vec<PlannedChange>,
    /// What stands in the way of rules that were enabled.
    pub conflicts: Vec<ShownConflict>,
}

impl ChangeReport {
    fn values(&self) -> Vec<Value> {
        self.changes
            .iter()
            .map(|planned| {
                json!({
                    "rule_id": planned.rule_id,
                    "name": planned.rule.name,
                    "task_type": planned.rule.task_type,
                    "change": planned.change,
                    "effect": planned.effect,
                })
            })
            .collect()
    }

    fn applied(&self) -> usize {
        self.changes.iter().filter(|planned| planned.effect == ChangeEffect::Applies).count()
    }
}

fn effect_words(planned: &PlannedChange) -> &'static str {
    match (planned.change, planned.effect) {
        (RuleChange::Enable, ChangeEffect::Applies) => "enable",
        (RuleChange::Enable, ChangeEffect::AlreadySo) => "enabled already",
        (RuleChange::Disable, ChangeEffect::Applies) => "disable",
        (RuleChange::Disable, ChangeEffect::AlreadySo) => "disabled already",
        (RuleChange::Remove, _) => "remove",
    }
}

impl Report for ChangeReport {
    fn data(&self) -> Value {
        let conflicts: Vec<Value> = self.conflicts.iter().map(ShownConflict::value).collect();
        json!({
            "change": self.change,
            "changes": self.values(),
            "applied": self.applied(),
            "conflicts": conflicts,
        })
    }

    fn records(&self) -> Vec<Value> {
        typed_records("change", self.values())
    }

    fn table(&self, style: &Style) -> String {
        let mut table = style.new_table(&["CHANGE", "ID", "TASK TYPE", "SCHEDULE"]);
        for planned in &self.changes {
            table.add_row(vec![
                effect_words(planned).to_owned(),
                planned.rule_id.0.to_string(),
                shorten(&planned.rule.task_type, 48),
                schedule_words(&planned.rule, style),
            ]);
        }
        let mut text = style.finish_table(&table);
        if !self.conflicts.is_empty() {
            text.push_str(&format!("\n{}\n", style.bold("Conflicts")));
            self.conflicts
                .iter()
                .for_each(|conflict| text.push_str(&format!("  {}\n", conflict.line(style))));
        }
        text
    }
}
