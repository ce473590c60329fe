//! What `view-detected-patterns` answers.

use serde_json::{Value, json};

use super::format::{count, duration, percent, shorten};
use super::pattern::{PatternShape, resource_lines};
use super::pattern_details::detail_lines;
use super::{Report, Style};
use crate::domain::patterns::{Pattern, PatternId, Tier, subject};
use crate::domain::time::Timestamp;

/// A pattern to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownPattern {
    /// Its id; `None` while it is not stored.
    pub id: Option<PatternId>,
    /// When it was first found.
    pub detected_at: Option<Timestamp>,
    /// The pattern.
    pub pattern: Pattern,
}

/// What `view-detected-patterns` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewReport {
    /// Patterns, in the order asked for.
    pub patterns: Vec<ShownPattern>,
    /// How many there are before `--limit`.
    pub total: usize,
    /// Whether one pattern was asked for, so that its evidence is shown in any form.
    pub single: bool,
}

/// Patterns as JSON objects.
pub fn pattern_values(patterns: &[ShownPattern]) -> Vec<Value> {
    patterns
        .iter()
        .map(|shown| {
            let shape = PatternShape::of(&shown.pattern, shown.id, shown.detected_at);
            serde_json::to_value(shape).unwrap_or_default()
        })
        .collect()
}

/// The task types of a pattern, and whose runs they are where it says so.
fn title_of(pattern: &Pattern) -> String {
    let task_types = subject(pattern);
    let Some(group) = &pattern.group else { return task_types };
    let parts: Vec<String> = [("user", &group.user), ("host", &group.host), ("queue", &group.queue)]
        .into_iter()
        .filter_map(|(key, name)| Some(format!("{key} {}", name.as_ref()?)))
        .collect();
    match parts.is_empty() {
        true => task_types,
        false => format!("{task_types} ({})", parts.join(", ")),
    }
}

/// One line per pattern.
pub fn pattern_table(patterns: &[ShownPattern], style: &Style) -> String {
    let mut table = style.new_table(&[
        "ID",
        "TASK TYPE",
        "SCHEDULE",
        "CONFIDENCE",
        "RUNS",
        "MISSED",
        "LAST SEEN",
        "STATE",
    ]);
    for shown in patterns {
        let pattern = &shown.pattern;
        let evidence = &pattern.evidence;
        table.add_row(vec![
            shown.id.map_or_else(|| "-".to_owned(), |id| id.0.to_string()),
            shorten(&title_of(pattern), 48),
            pattern.schedule.describe(),
            percent(pattern.confidence),
            count(evidence.hits),
            count(evidence.misses),
            style.time(evidence.last_seen),
            match (pattern.is_active, evidence.tier) {
                (true, Tier::Confirmed) => "active".to_owned(),
                (true, Tier::Tentative) => "tentative".to_owned(),
                (false, _) => "ended".to_owned(),
            },
        ]);
    }
    style.finish_table(table)
}

/// Everything about one pattern.
pub fn pattern_details(shown: &ShownPattern, style: &Style) -> String {
    let pattern = &shown.pattern;
    let evidence = &pattern.evidence;
    let shape = PatternShape::of(pattern, shown.id, shown.detected_at);
    let title = match shown.id {
        Some(id) => format!("Pattern {}: {}", id.0, title_of(pattern)),
        None => format!("Pattern: {}", title_of(pattern)),
    };
    let mut lines = vec![style.bold(&title)];
    let mut line = |name: &str, value: String| lines.push(format!("  {name:<12} {value}"));
    line("schedule", format!("{} ({})", shape.schedule.description, shape.schedule.timezone));
    line("type", pattern.pattern_type.to_string());
    for (name, text) in [
        ("cron", &shape.schedule.cron),
        ("systemd", &shape.schedule.systemd_calendar),
        ("RRULE", &shape.schedule.rrule),
    ] {
        if let Some(text) = text {
            line(name, text.clone());
        }
    }
    line(
        "state",
        if pattern.is_active {
            "active: still kept at the end of the history".to_owned()
        } else {
            format!("ended: not seen since {}", style.time(evidence.last_seen))
        },
    );
    if let Some(moved) = &shape.moved_from {
        line("moved", format!("from {} on {}", moved.schedule.description, style.time(moved.at)));
    }
    let tells_runs = evidence.details.load.is_none() && evidence.details.season.is_none();
    let slot = if tells_runs { "a run falls into the next slot" } else { "the next slot is as busy" };
    let until = if pattern.is_active { "" } else { ", as long as it was kept" };
    line("confidence", format!("{} that {slot}{until}", percent(pattern.confidence)));
    if let (Tier::Tentative, Some(p_value)) = (evidence.tier, evidence.p_value) {
        line(
            "tier",
            format!("tentative: by accident with {} among the task types analysed", percent(p_value)),
        );
    }
    if let Some(verdict) = evidence.details.verdict {
        line(
            "verdict",
            format!(
                "confirmed: ln e-value {:.1}, and {:.1} is enough where {} of {} have a schedule",
                evidence.ln_e_value,
                verdict.least_ln_e_value,
                count(verdict.accepted),
                super::quantity(verdict.tested, "task type")
            ),
        );
    }
    line(
        "evidence",
        format!(
            "{} of {} slots hit, {} missed, {} other runs; {} to {}",
            count(evidence.hits),
            count(evidence.expected),
            count(evidence.misses),
            count(evidence.extra),
            style.time(evidence.first_seen),
            style.time(evidence.last_seen)
        ),
    );
    line(
        "chance",
        format!(
            "a slot of +-{} would be hit by chance with {}; ln e-value {:.1}",
            duration(evidence.tolerance_seconds),
            percent(evidence.null_hit_chance),
            evidence.ln_e_value
        ),
    );
    if tells_runs {
        line(
            "jitter",
            format!(
                "p50 {}, p95 {}",
                duration(evidence.jitter_seconds.p50),
                duration(evidence.jitter_seconds.p95)
            ),
        );
    }
    if !evidence.zone_undetermined.is_empty() {
        line("zone", format!("undetermined between {}", evidence.zone_undetermined.join(", ")));
    }
    for (name, text) in detail_lines(&evidence.details) {
        line(name, text);
    }
    let needs = if tells_runs { resource_lines(&pattern.resources) } else { Vec::new() };
    for (position, text) in needs.into_iter().enumerate() {
        line(if position == 0 { "needs" } else { "" }, text);
    }
    lines.push(String::new());
    lines.join("\n")
}

impl Report for ViewReport {
    fn data(&self) -> Value {
        json!({ "patterns": pattern_values(&self.patterns), "total": self.total })
    }

    fn records(&self) -> Vec<Value> {
        super::report::typed_records("pattern", pattern_values(&self.patterns))
    }

    fn table(&self, style: &Style) -> String {
        if self.single {
            return self.detailed(style);
        }
        if self.patterns.is_empty() {
            return "No patterns.\n".to_owned();
        }
        let mut text = pattern_table(&self.patterns, style);
        if self.total > self.patterns.len() {
            text.push_str(&format!(
                "\n{} of {} patterns; --limit shows more\n",
                self.patterns.len(),
                self.total
            ));
        }
        text
    }

    fn detailed(&self, style: &Style) -> String {
        if self.patterns.is_empty() {
            return "No patterns.\n".to_owned();
        }
        let blocks: Vec<String> = self.patterns.iter().map(|shown| pattern_details(shown, style)).collect();
        blocks.join("\n")
    }
}
