//! What `analyze-activity-patterns` answers.

use serde::Serialize;
use serde_json::{Value, json};

use super::format::{count, percent, quantity, shorten};
use super::view::{ShownPattern, pattern_details, pattern_table, pattern_values};
use super::{Report, Style};
use crate::domain::activity::{ActivityGroup, BehaviorProfile};
use crate::domain::time::TimeSpan;

/// What saving the patterns changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SavedChanges {
    /// Patterns that are new in the store.
    pub added: u64,
    /// Patterns of which something changed.
    pub changed: u64,
    /// Patterns found again as they were.
    pub unchanged: u64,
    /// Stored patterns that were not found again: kept, no longer active.
    pub retired: u64,
}

/// Names that were taken for one task type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TypingNote {
    /// Names that a template stands for.
    pub names_merged: u64,
    /// Templates that stand for them.
    pub templates: u64,
}

/// Where schedules were looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SearchNote {
    /// Histories that were searched: task types, or streams of them, with enough runs.
    pub searched: u64,
    /// Histories of which what an earlier analysis had found still holds.
    pub remembered: u64,
}

/// What `analyze-activity-patterns` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalyzeReport {
    /// The span looked at; `None` without history.
    pub span: Option<TimeSpan>,
    /// Hours of it in which something was recorded at all.
    pub observed_hours: f64,
    /// Runs looked at.
    pub runs: u64,
    /// Task types among them.
    pub task_types: u64,
    /// How they came from the names in the log.
    pub typing: TypingNote,
    /// Which of them were searched.
    pub search: SearchNote,
    /// Patterns at or above the least confidence.
    pub patterns: Vec<ShownPattern>,
    /// Patterns found below it.
    pub below_confidence: u64,
    /// What saving changed; `None` when nothing was to be saved.
    pub saved: Option<SavedChanges>,
    /// Users' habits, by name.
    pub behavior: Vec<BehaviorProfile>,
    /// Users whose runs start at like hours.
    pub user_groups: Vec<ActivityGroup>,
    /// Task types whose runs start at like hours.
    pub task_type_groups: Vec<ActivityGroup>,
}

impl Report for AnalyzeReport {
    fn data(&self) -> Value {
        json!({
            "span": self.span,
            "observed_hours": self.observed_hours,
            "runs": self.runs,
            "task_types": self.task_types,
            "typing": self.typing,
            "search": self.search,
            "patterns": pattern_values(&self.patterns),
            "below_confidence": self.below_confidence,
            "saved": self.saved,
            "user_behavior": self.behavior,
            "user_groups": self.user_groups,
            "task_type_groups": self.task_type_groups,
        })
    }

    fn records(&self) -> Vec<Value> {
        super::report::typed_records("pattern", pattern_values(&self.patterns))
    }

    fn table(&self, style: &Style) -> String {
        let mut text = self.heading(style);
        if !self.patterns.is_empty() {
            text.push_str(&pattern_table(&self.patterns, style));
        }
        text.push_str(&self.footer());
        text
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.heading(style);
        for shown in &self.patterns {
            text.push_str(&pattern_details(shown, style));
            text.push('\n');
        }
        for profile in &self.behavior {
            text.push_str(&behavior_lines(profile, style));
        }
        text.push_str(&group_lines("Users", &self.user_groups, style));
        text.push_str(&group_lines("Task types", &self.task_type_groups, style));
        text.push_str(&self.footer());
        text
    }
}

impl AnalyzeReport {
    fn heading(&self, style: &Style) -> String {
        let Some(span) = self.span else { return "No runs to look at.\n".to_owned() };
        format!(
            "{} of {} from {} to {}: {}\n\n",
            quantity(self.runs, "run"),
            quantity(self.task_types, "task type"),
            style.date(span.start),
            style.date(span.end),
            style.bold(&quantity(self.patterns.len() as u64, "pattern")),
        )
    }

    fn footer(&self) -> String {
        let mut parts = Vec::new();
        if self.typing.templates > 0 {
            parts.push(format!(
                "{} taken for {}",
                quantity(self.typing.names_merged, "name"),
                quantity(self.typing.templates, "task type"),
            ));
        }
        if self.search.remembered > 0 {
            let all = self.search.searched + self.search.remembered;
            parts.push(format!("{} of {} searched anew", count(self.search.searched), count(all)));
        }
        if let Some(saved) = &self.saved {
            parts.push(format!(
                "saved: {} new, {} changed, {} as before, {} ended",
                count(saved.added),
                count(saved.changed),
                count(saved.unchanged),
                count(saved.retired)
            ));
        }
        if self.below_confidence > 0 {
            parts.push(format!("{} below --min-confidence", quantity(self.below_confidence, "pattern")));
        }
        if parts.is_empty() { String::new() } else { format!("\n{}\n", parts.join("; ")) }
    }
}

fn hours(list: &[u8]) -> String {
    if list.is_empty() {
        return "no peak (fewer than 10 runs)".to_owned();
    }
    list.iter().map(|hour| format!("{hour:02}h")).collect::<Vec<_>>().join(" ")
}

fn behavior_lines(profile: &BehaviorProfile, style: &Style) -> String {
    let preferred: Vec<String> = profile
        .preferred_task_types
        .iter()
        .map(|kind| format!("{} {}", shorten(&kind.task_type, 40), percent(kind.share)))
        .collect();
    format!(
        "{}\n  runs         {}\n  peak hours   {} ({})\n  mostly       {}\n\n",
        style.bold(&format!("User {}", profile.user)),
        count(profile.runs),
        hours(&profile.peak_hours),
        profile.timezone,
        preferred.join(", ")
    )
}

fn group_lines(title: &str, groups: &[ActivityGroup], style: &Style) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", style.bold(&format!("{title} that start at like hours")));
    for group in groups {
        let members: Vec<String> = group.members.iter().map(|name| shorten(name, 40)).collect();
        text.push_str(&format!("  {}: {}\n", hours(&group.peak_hours), members.join(", ")));
    }
    text.push('\n');
    text
}
