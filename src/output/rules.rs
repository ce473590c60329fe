//! What `rules` answers: `list` and `add` here, the others beside.

mod apply;
mod change;
mod export;
mod history;
mod return_to;
mod show;
mod undo;

pub use apply::{ApplyReport, PlaceShape, PlaceStatus, RuleEffect, RuleEffectShape, SettledShape};
pub use change::ChangeReport;
pub use export::{ExportReport, ExportTarget, ExportText};
pub use history::{AppliedShape, HistoryReport};
pub use return_to::ReturnReport;
pub use show::ShowReport;
pub use undo::{MovedBackShape, UndoReport};

use serde_json::{Value, json};

use super::report::typed_records;
use super::rule::{MoveWindows, rule_lines, rule_table, rule_value};
use super::{Report, Style};
use crate::domain::rules::StoredRule;

/// What `rules list` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ListReport {
    /// The rules, by id.
    pub rules: Vec<StoredRule>,
    /// How far the configuration lets plans move them.
    pub windows: MoveWindows,
}

impl ListReport {
    fn values(&self) -> Vec<Value> {
        self.rules.iter().map(|stored| rule_value(stored.id, &stored.rule, &self.windows)).collect()
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
        rule_table(self.rules.iter().map(|stored| (stored.id, &stored.rule)), &self.windows, style)
    }

    fn detailed(&self, style: &Style) -> String {
        if self.rules.is_empty() {
            return self.table(style);
        }
        let blocks: Vec<String> = self
            .rules
            .iter()
            .map(|stored| rule_lines(stored.id, &stored.rule, &self.windows, style).join("\n") + "\n")
            .collect();
        blocks.join("\n")
    }
}

/// What `rules add` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AddReport {
    /// The new rule.
    pub stored: StoredRule,
    /// How far the configuration lets plans move it.
    pub windows: MoveWindows,
}

impl Report for AddReport {
    fn data(&self) -> Value {
        json!({ "rule": rule_value(self.stored.id, &self.stored.rule, &self.windows) })
    }

    fn records(&self) -> Vec<Value> {
        typed_records("rule", vec![rule_value(self.stored.id, &self.stored.rule, &self.windows)])
    }

    fn table(&self, style: &Style) -> String {
        rule_lines(self.stored.id, &self.stored.rule, &self.windows, style).join("\n") + "\n"
    }
}
