//! What `optimize-resource-schedule --undo` answers.

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::rules::RuleId;
use crate::domain::time::Timestamp;
use crate::output::format::shorten;
use crate::output::report::typed_records;
use crate::output::{Report, Style};

/// What became of a rule that the plan had moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenBackStatus {
    /// It has its earlier times again.
    TakenBack,
    /// It had them already.
    AlreadyBack,
    /// It got other times since, and was left alone.
    ChangedSince,
    /// It was removed since.
    RemovedSince,
}

impl TakenBackStatus {
    /// Whether the rule keeps what somebody gave it since.
    pub fn is_left_alone(self) -> bool {
        matches!(self, TakenBackStatus::ChangedSince | TakenBackStatus::RemovedSince)
    }

    fn words(self) -> &'static str {
        match self {
            TakenBackStatus::TakenBack => "taken back",
            TakenBackStatus::AlreadyBack => "back already",
            TakenBackStatus::ChangedSince => "changed since",
            TakenBackStatus::RemovedSince => "removed since",
        }
    }
}

/// A rule that the plan had moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TakenBackRule {
    /// The rule.
    pub rule_id: RuleId,
    /// What it starts.
    pub task_type: String,
    /// The schedule that the plan gave it, in words.
    pub from: String,
    /// The schedule before, in words.
    pub to: String,
    /// What became of it.
    pub status: TakenBackStatus,
}

/// What `optimize-resource-schedule --undo` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenBackReport {
    /// The plan.
    pub optimization_id: i64,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// The rules it had moved.
    pub rules: Vec<TakenBackRule>,
}

impl Report for TakenBackReport {
    fn data(&self) -> Value {
        json!({
            "optimization_id": self.optimization_id,
            "applied_at": self.applied_at,
            "taken_back": self.rules,
        })
    }

    fn records(&self) -> Vec<Value> {
        typed_records("rule", self.rules.iter().map(|rule| json!(rule)).collect())
    }

    fn table(&self, style: &Style) -> String {
        let mut text = format!("Plan {}, applied {}:\n", self.optimization_id, style.time(self.applied_at));
        let mut table = style.new_table(&["STATUS", "ID", "TASK TYPE", "FROM", "TO"]);
        for rule in &self.rules {
            table.add_row(vec![
                rule.status.words().to_owned(),
                rule.rule_id.0.to_string(),
                shorten(&rule.task_type, 48),
                rule.from.clone(),
                rule.to.clone(),
            ]);
        }
        text.push_str(&style.finish_table(table));
        text
    }
}
