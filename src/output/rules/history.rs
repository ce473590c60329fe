//! What `rules history` answers: revisions of rules and plans, newest first.

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::applied::ChangeId;
use crate::domain::rules::{PlanEvent, Revision, Rule, RuleActionKind, RuleId, RuleStep};
use crate::domain::time::Timestamp;
use crate::output::format::shorten;
use crate::output::report::typed_records;
use crate::output::rule::{schedule_words, shift_words};
use crate::output::{Report, ScheduleShape, Style};

/// What was put into a scheduler.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AppliedShape {
    /// Its id in the store.
    pub change_id: ChangeId,
    /// When it was begun.
    pub at: Timestamp,
    /// When its state last changed.
    pub settled_at: Option<Timestamp>,
    /// Who did it.
    pub user: Option<String>,
    /// On which machine.
    pub host: Option<String>,
    /// The command line.
    pub command: String,
    /// The scheduler.
    pub target: &'static str,
    /// Which of its places.
    pub place: String,
    /// What became of it.
    pub state: &'static str,
    /// The rules that it carried.
    pub rule_ids: Vec<RuleId>,
}

/// What `rules history` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryReport {
    /// The revisions, newest first.
    pub revisions: Vec<Revision>,
    /// How many there are, shown or not.
    pub total: usize,
    /// What was put into schedulers, newest first.
    pub applied: Vec<AppliedShape>,
}

impl HistoryReport {
    /// A table of what was put into schedulers; nothing where nothing was.
    fn schedulers(&self, style: &Style) -> String {
        if self.applied.is_empty() {
            return String::new();
        }
        let mut table = style.new_table(&["SCHEDULER", "AT", "USER", "STATE", "RULES", "COMMAND"]);
        for applied in &self.applied {
            let rules: Vec<String> = applied.rule_ids.iter().map(|id| id.0.to_string()).collect();
            table.add_row(vec![
                shorten(&applied.place, 40),
                style.time(applied.at),
                applied.user.clone().unwrap_or_default(),
                applied.state.replace('_', " "),
                shorten(&rules.join(", "), 24),
                shorten(&applied.command, 48),
            ]);
        }
        format!("\n{}", style.finish_table(table))
    }
}

/// What a step did, for those that need more than their word.
pub(super) fn step_words(step: &RuleStep, style: &Style) -> String {
    let (Some(before), Some(after)) = (&step.before, &step.after) else { return String::new() };
    match step.kind {
        RuleActionKind::Created
        | RuleActionKind::Enabled
        | RuleActionKind::Disabled
        | RuleActionKind::Removed => String::new(),
        RuleActionKind::Moved => format!(
            "{} -> {} ({})",
            schedule_words(before, style),
            schedule_words(after, style),
            shift_words(after.shift_minutes - before.shift_minutes)
        ),
        RuleActionKind::Changed => changed_fields(before, after).join(", "),
    }
}

/// What a person would say changed.
pub(super) fn changed_fields(before: &Rule, after: &Rule) -> Vec<&'static str> {
    [
        ("name", before.name != after.name),
        ("schedule", (&before.schedule, before.zone) != (&after.schedule, after.zone)),
        ("command", before.command != after.command),
        ("user", before.user != after.user),
        ("host", before.host != after.host),
        ("origin", before.source != after.source),
        ("priority", before.priority != after.priority),
        ("flexibility", before.flexibility != after.flexibility),
        ("enabled", before.enabled != after.enabled),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name)
    .collect()
}

/// A rule as it was at one end of a step.
pub(super) fn form_value(rule: &Rule) -> Value {
    json!({
        "schedule": ScheduleShape::of(&rule.schedule, rule.zone),
        "enabled": rule.enabled,
        "shift_minutes": rule.shift_minutes,
        "priority": rule.priority,
        "flexibility": rule.flexibility,
        "command": rule.command,
        "user": rule.user,
    })
}

/// A step with who made it.
pub(super) fn step_value(revision: &Revision, step: &RuleStep) -> Value {
    json!({
        "action": step.kind,
        "at": revision.author.at,
        "optimization_id": revision.plan.map(|(id, _)| id),
        "revision": revision.id,
        "by_user": revision.author.user,
        "on_host": revision.author.host,
        "by_command": revision.author.command,
        "before": step.before.as_ref().map(form_value),
        "after": step.after.as_ref().map(form_value),
    })
}

fn name_of(step: &RuleStep) -> &str {
    step.after.as_ref().or(step.before.as_ref()).map_or("", |rule| rule.task_type.as_str())
}

fn revision_value(revision: &Revision) -> Value {
    let changes: Vec<Value> = revision
        .steps
        .iter()
        .map(|step| {
            json!({
                "rule_id": step.rule_id,
                "task_type": name_of(step),
                "action": step.kind,
                "before": step.before.as_ref().map(form_value),
                "after": step.after.as_ref().map(form_value),
            })
        })
        .collect();
    json!({
        "revision": revision.id,
        "at": revision.author.at,
        "user": revision.author.user,
        "host": revision.author.host,
        "command": revision.author.command,
        "optimization_id": revision.plan.map(|(id, _)| id),
        "plan_event": revision.plan.map(|(_, event)| event),
        "returned_to": revision.returned_to,
        "changes": changes,
    })
}

/// `moved 3 rules, plan 2 applied`.
fn summary(revision: &Revision) -> String {
    let mut parts = Vec::new();
    for kind in RuleActionKind::ALL {
        let steps: Vec<&RuleStep> = revision.steps.iter().filter(|step| step.kind == kind).collect();
        match steps.as_slice() {
            [] => {}
            [step] => parts.push(format!("{kind} rule {} ({})", step.rule_id.0, shorten(name_of(step), 24))),
            several => parts.push(format!("{kind} {} rules", several.len())),
        }
    }
    if let Some((plan, event)) = revision.plan {
        parts.push(match event {
            PlanEvent::Proposed => format!("plan {plan} proposed"),
            PlanEvent::Applied => format!("plan {plan} applied"),
            PlanEvent::TakenBack => format!("plan {plan} taken back"),
        });
    }
    if let Some(to) = revision.returned_to {
        parts.push(format!("back to revision {}", to.0));
    }
    parts.join(", ")
}

impl Report for HistoryReport {
    fn data(&self) -> Value {
        let revisions: Vec<Value> = self.revisions.iter().map(revision_value).collect();
        json!({ "revisions": revisions, "total": self.total, "scheduler_changes": self.applied })
    }

    fn records(&self) -> Vec<Value> {
        let mut records = typed_records("revision", self.revisions.iter().map(revision_value).collect());
        let applied = self.applied.iter().map(|applied| json!(applied)).collect();
        records.extend(typed_records("scheduler_change", applied));
        records
    }

    fn table(&self, style: &Style) -> String {
        if self.revisions.is_empty() {
            return "Nothing was done to rules or plans yet.\n".to_owned();
        }
        let mut table = style.new_table(&["REVISION", "AT", "USER", "WHAT", "COMMAND"]);
        for revision in &self.revisions {
            let author = &revision.author;
            table.add_row(vec![
                revision.id.0.to_string(),
                style.time(author.at),
                author.user.clone().unwrap_or_default(),
                summary(revision),
                shorten(author.command.as_deref().unwrap_or("-"), 48),
            ]);
        }
        let mut text = style.finish_table(table);
        if self.total > self.revisions.len() {
            text.push_str(&format!("{} of {}; --limit shows more\n", self.revisions.len(), self.total));
        }
        text.push_str(&self.schedulers(style));
        text
    }

    fn detailed(&self, style: &Style) -> String {
        if self.revisions.is_empty() {
            return self.table(style);
        }
        let mut lines = Vec::new();
        for revision in &self.revisions {
            let author = &revision.author;
            let by = match (&author.user, &author.host) {
                (Some(user), Some(host)) => format!(" by {user} on {host}"),
                (Some(name), None) | (None, Some(name)) => format!(" by {name}"),
                (None, None) => String::new(),
            };
            lines.push(style.bold(&format!("revision {}  {}{by}", revision.id.0, style.time(author.at))));
            lines.push(format!("  {}", author.command.as_deref().unwrap_or("(its command was not kept)")));
            if revision.steps.is_empty() || revision.returned_to.is_some() {
                lines.push(format!("  {}", summary(revision)));
            }
            for step in &revision.steps {
                let line = format!(
                    "  rule {:<4} {:<8} {}  {}",
                    step.rule_id.0,
                    step.kind.as_str(),
                    name_of(step),
                    step_words(step, style)
                );
                lines.push(line.trim_end().to_owned());
            }
            lines.push(String::new());
        }
        lines.join("\n") + &self.schedulers(style)
    }
}
