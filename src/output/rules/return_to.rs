//! What `rules undo --to` answers.

use serde_json::{Value, json};

use super::history::{changed_fields, form_value};
use crate::domain::rules::{ReturnEffect, RevisionId, RuleReturn};
use crate::output::format::shorten;
use crate::output::report::typed_records;
use crate::output::rule::schedule_words;
use crate::output::{Report, Style};

/// What `rules undo --to` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ReturnReport {
    /// The revision whose rules come back.
    pub revision: RevisionId,
    /// What becomes of each rule that differs.
    pub returns: Vec<RuleReturn>,
    /// Whether it was done.
    pub is_done: bool,
    /// The revision that doing it made.
    pub made: Option<RevisionId>,
}

impl ReturnReport {
    fn values(&self) -> Vec<Value> {
        self.returns
            .iter()
            .map(|planned| {
                json!({
                    "rule_id": planned.rule_id,
                    "task_type": task_type(planned),
                    "effect": planned.effect(),
                    "before": planned.now.as_ref().map(form_value),
                    "after": planned.then.as_ref().map(form_value),
                })
            })
            .collect()
    }
}

fn task_type(planned: &RuleReturn) -> &str {
    planned.now.as_ref().or(planned.then.as_ref()).map_or("", |rule| rule.task_type.as_str())
}

fn words(planned: &RuleReturn, style: &Style) -> (&'static str, String) {
    match (&planned.now, &planned.then) {
        (Some(now), Some(then)) if (&now.schedule, now.zone) != (&then.schedule, then.zone) => {
            ("change", format!("{} -> {}", schedule_words(now, style), schedule_words(then, style)))
        }
        (Some(now), Some(then)) => match (now.enabled, then.enabled) {
            (true, false) => ("disable", schedule_words(then, style)),
            (false, true) => ("enable", schedule_words(then, style)),
            _ => ("change", changed_fields(now, then).join(", ")),
        },
        (_, Some(then)) => ("bring back", schedule_words(then, style)),
        (Some(now), None) => ("remove", schedule_words(now, style)),
        (None, None) => ("", String::new()),
    }
}

impl Report for ReturnReport {
    fn data(&self) -> Value {
        let count = |effect| self.returns.iter().filter(|planned| planned.effect() == effect).count();
        json!({
            "returned_to": self.revision,
            "done": self.is_done,
            "revision": self.made,
            "changes": self.values(),
            "brought_back": count(ReturnEffect::BringBack),
            "removed": count(ReturnEffect::Remove),
            "changed": count(ReturnEffect::Change),
        })
    }

    fn records(&self) -> Vec<Value> {
        typed_records("change", self.values())
    }

    fn table(&self, style: &Style) -> String {
        if self.returns.is_empty() {
            return "Nothing to change.\n".to_owned();
        }
        let mut table = style.new_table(&["CHANGE", "ID", "TASK TYPE", "SCHEDULE"]);
        for planned in &self.returns {
            let (effect, schedule) = words(planned, style);
            table.add_row(vec![
                effect.to_owned(),
                planned.rule_id.0.to_string(),
                shorten(task_type(planned), 48),
                schedule,
            ]);
        }
        let mut text = style.finish_table(table);
        if let Some(made) = self.made {
            text.push_str(&format!(
                "The rules are as they were after revision {}; this is revision {}.\n",
                self.revision.0, made.0
            ));
        }
        text
    }
}
