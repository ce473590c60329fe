//! What `generate-scheduling-rules` answers.

use serde_json::{Value, json};

use super::conflict::ShownConflict;
use super::format::{percent, quantity, shorten};
use super::report::typed_records;
use super::rule::{MoveWindows, rule_lines, rule_value, schedule_words, shift_words, state_word};
use super::{Report, Style};
use crate::domain::rules::{
    ConflictStrategy, Precedence, Resolution, Rule, RuleId, SkipReason, SkippedPattern,
};

/// Skipped patterns shown one by one in the table.
const SHOWN_SKIPPED: usize = 12;

/// No limit.
const ALL: usize = usize::MAX;

/// What happened to a rule in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleFate {
    /// It is new.
    Added,
    /// It was there, and something of it changed.
    Changed,
    /// It was there as it is.
    Unchanged,
}

impl RuleFate {
    fn as_str(self) -> &'static str {
        match self {
            RuleFate::Added => "added",
            RuleFate::Changed => "changed",
            RuleFate::Unchanged => "unchanged",
        }
    }
}

/// A rule that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownRule {
    /// Its id.
    pub id: RuleId,
    /// The rule.
    pub rule: Rule,
    /// What happened in the store.
    pub fate: RuleFate,
    /// What the strategy did to it.
    pub resolution: Option<Resolution>,
}

/// What `generate-scheduling-rules` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct GenerateReport {
    /// Rules, best first.
    pub rules: Vec<ShownRule>,
    /// How far the configuration lets plans move them.
    pub windows: MoveWindows,
    /// Patterns that became no rule.
    pub skipped: Vec<SkippedPattern>,
    /// What follows what.
    pub precedences: Vec<Precedence>,
    /// Conflicts that remain.
    pub conflicts: Vec<ShownConflict>,
    /// The strategy; `None`: conflicts were only reported.
    pub strategy: Option<ConflictStrategy>,
}

impl GenerateReport {
    fn count(&self, fate: RuleFate) -> usize {
        self.rules.iter().filter(|shown| shown.fate == fate).count()
    }

    fn rule_values(&self) -> Vec<Value> {
        self.rules
            .iter()
            .map(|shown| {
                let mut value = rule_value(shown.id, &shown.rule, &self.windows);
                value["outcome"] = json!(shown.fate.as_str());
                value["resolution"] = json!(shown.resolution);
                value
            })
            .collect()
    }

    fn summary(&self) -> String {
        format!(
            "{} added, {} changed, {} there already",
            self.count(RuleFate::Added),
            self.count(RuleFate::Changed),
            self.count(RuleFate::Unchanged)
        )
    }

    /// Conflicts, what was done about others, and skipped patterns (`at_most` one by one, ended ones counted).
    fn notes(&self, style: &Style, at_most: usize) -> String {
        let mut text = String::new();
        let mut section = |title: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                text.push_str(&format!("\n{}\n", style.bold(title)));
                lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
            }
        };
        section("Resolved conflicts", self.rules.iter().filter_map(resolution_line).collect());
        section("Conflicts", self.conflicts.iter().map(|conflict| conflict.line(style)).collect());
        let is_ended = |skipped: &&SkippedPattern| at_most < ALL && skipped.reason == SkipReason::Ended;
        let ended = self.skipped.iter().filter(is_ended).count();
        let others: Vec<&SkippedPattern> = self.skipped.iter().filter(|skipped| !is_ended(skipped)).collect();
        let mut lines: Vec<String> =
            others.iter().take(at_most).map(|skipped| skipped_line(skipped)).collect();
        if others.len() > at_most {
            lines.push(format!("and {} more: --output-format detailed", others.len() - at_most));
        }
        if ended > 0 {
            lines.push(format!("{} that ended", quantity(ended as u64, "pattern")));
        }
        section("No rule from", lines);
        text
    }
}

fn resolution_line(shown: &ShownRule) -> Option<String> {
    let id = format!("{} ({})", shown.id.0, shorten(&shown.rule.task_type, 48));
    shown.resolution.map(|resolution| match resolution {
        Resolution::Shifted { shift_minutes } => format!(
            "rule {id} was moved by {}, the nearest time at which it fits beside rules of higher priority",
            shift_words(shift_minutes)
        ),
        Resolution::Disabled => {
            format!("rule {id} is left disabled, as it does not fit beside rules of higher priority")
        }
    })
}

fn skipped_line(skipped: &SkippedPattern) -> String {
    let name = shorten(&skipped.task_types.join(" -> "), 48);
    format!("pattern {} ({name}): {}", skipped.pattern_id.0, reason_words(&skipped.reason))
}

fn reason_words(reason: &SkipReason) -> String {
    match reason {
        SkipReason::Ended => "it has ended".to_owned(),
        SkipReason::LowConfidence { confidence, minimum } => {
            format!("its confidence of {confidence:.2} is below {minimum}")
        }
        SkipReason::Habit { pattern_type } => format!("{pattern_type} says when there is load, not a start"),
        SkipReason::NoFixedTimes => "it has a window, no fixed times".to_owned(),
        SkipReason::Precedence => "it says what follows what, and counts as precedence".to_owned(),
        SkipReason::AlreadyDeclared { rule_id, source } => {
            format!("rule {} ({source}) has the same times", rule_id.0)
        }
        SkipReason::MergedInto { pattern_id } => format!("pattern {} means the same", pattern_id.0),
        SkipReason::OverLimit { max_rules } => format!("better ones fill the limit of {max_rules}"),
    }
}

fn skipped_value(skipped: &SkippedPattern) -> Value {
    let mut value = serde_json::to_value(&skipped.reason).unwrap_or_default();
    value["pattern_id"] = json!(skipped.pattern_id);
    value["task_types"] = json!(skipped.task_types);
    value["message"] = json!(reason_words(&skipped.reason));
    value
}

impl Report for GenerateReport {
    fn data(&self) -> Value {
        let skipped: Vec<Value> = self.skipped.iter().map(skipped_value).collect();
        let conflicts: Vec<Value> = self.conflicts.iter().map(ShownConflict::value).collect();
        json!({
            "rules": self.rule_values(),
            "added": self.count(RuleFate::Added),
            "changed": self.count(RuleFate::Changed),
            "unchanged": self.count(RuleFate::Unchanged),
            "conflict_strategy": self.strategy,
            "conflicts": conflicts,
            "precedences": self.precedences,
            "skipped": skipped,
        })
    }

    fn records(&self) -> Vec<Value> {
        let mut records = typed_records("rule", self.rule_values());
        let conflicts = self.conflicts.iter().map(ShownConflict::value).collect();
        records.extend(typed_records("conflict", conflicts));
        records.extend(typed_records("skipped", self.skipped.iter().map(skipped_value).collect()));
        records
    }

    fn table(&self, style: &Style) -> String {
        if self.rules.is_empty() {
            return format!("No rules.\n{}", self.notes(style, SHOWN_SKIPPED));
        }
        let mut table = style.new_table(&[
            "ID",
            "TASK TYPE",
            "SCHEDULE",
            "CRON",
            "CONFIDENCE",
            "PRIORITY",
            "MAY MOVE",
            "STATE",
        ]);
        for shown in &self.rules {
            let rule = &shown.rule;
            table.add_row(vec![
                shown.id.0.to_string(),
                shorten(&rule.task_type, 48),
                schedule_words(rule, style),
                rule.schedule.cron().unwrap_or_else(|| "-".to_owned()),
                percent(rule.confidence),
                rule.priority.to_string(),
                self.windows.of(shown.id, rule).words(),
                state_word(rule).to_owned(),
            ]);
        }
        format!("{}\n{}\n{}", style.finish_table(table), self.summary(), self.notes(style, SHOWN_SKIPPED))
    }

    fn detailed(&self, style: &Style) -> String {
        if self.rules.is_empty() {
            return format!("No rules.\n{}", self.notes(style, ALL));
        }
        let blocks: Vec<String> = self
            .rules
            .iter()
            .map(|shown| rule_lines(shown.id, &shown.rule, &self.windows, style).join("\n"))
            .collect();
        format!("{}\n\n{}\n{}", blocks.join("\n\n"), self.summary(), self.notes(style, ALL))
    }
}
