//! What `rules show` answers.

use serde_json::{Value, json};

use super::history::{step_value, step_words};
use crate::domain::rules::{Revision, RuleStep, StoredRule};
use crate::output::report::typed_records;
use crate::output::rule::{MoveWindows, rule_lines, rule_value};
use crate::output::{Report, Style};

/// What `rules show` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ShowReport {
    /// The rule.
    pub stored: StoredRule,
    /// How far the configuration lets plans move it.
    pub windows: MoveWindows,
    /// What was done to it, oldest first: revisions with its steps only.
    pub revisions: Vec<Revision>,
}

impl ShowReport {
    fn steps(&self) -> impl Iterator<Item = (&Revision, &RuleStep)> {
        self.revisions.iter().flat_map(|revision| revision.steps.iter().map(move |step| (revision, step)))
    }

    fn actions(&self) -> Vec<Value> {
        self.steps().map(|(revision, step)| step_value(revision, step)).collect()
    }
}

impl Report for ShowReport {
    fn data(&self) -> Value {
        json!({ "rule": rule_value(self.stored.id, &self.stored.rule, &self.windows), "actions": self.actions() })
    }

    fn records(&self) -> Vec<Value> {
        let mut records =
            typed_records("rule", vec![rule_value(self.stored.id, &self.stored.rule, &self.windows)]);
        records.extend(typed_records("action", self.actions()));
        records
    }

    fn table(&self, style: &Style) -> String {
        let mut lines = rule_lines(self.stored.id, &self.stored.rule, &self.windows, style);
        for (position, (revision, step)) in self.steps().enumerate() {
            let title = if position == 0 { "history" } else { "" };
            let mut words = step_words(step, style);
            if let Some((plan, _)) = revision.plan {
                words = format!("{words}, by plan {plan}");
            }
            let text = format!("{}  {:<8} {words}", style.time(revision.author.at), step.kind.as_str());
            lines.push(format!("  {title:<12} {}", text.trim_end()));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}
