//! A rule in the shape that scripts rely on, and as people read it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::format::{percent, shorten};
use super::pattern::resource_lines;
use super::schedule::ScheduleShape;
use super::style::Style;
use crate::domain::patterns::{PatternId, ResourceProfile};
use crate::domain::rules::{Flexibility, Rule, RuleId, RuleSource};

/// How far plans may move a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MayMove {
    /// Minutes earlier.
    pub earlier_minutes: u32,
    /// Minutes later.
    pub later_minutes: u32,
    /// Who says so.
    pub source: MoveSource,
}

/// Who says how far a rule may be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveSource {
    /// The rule.
    Rule,
    /// A `[[flexibility]]` of the configuration, which counts more.
    Configuration,
}

/// The windows of rules for which the configuration has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MoveWindows(pub BTreeMap<RuleId, Flexibility>);

impl MoveWindows {
    /// How far `rule` may be moved.
    pub fn of(&self, id: RuleId, rule: &Rule) -> MayMove {
        let (window, source) = match self.0.get(&id) {
            Some(window) => (*window, MoveSource::Configuration),
            None => (rule.flexibility, MoveSource::Rule),
        };
        let Flexibility { earlier_minutes, later_minutes } = window;
        MayMove { earlier_minutes, later_minutes, source }
    }
}

impl MayMove {
    fn window(self) -> Flexibility {
        Flexibility { earlier_minutes: self.earlier_minutes, later_minutes: self.later_minutes }
    }

    /// `-10..+30 min`, or `fixed`.
    pub fn words(self) -> String {
        flexibility_words(self.window())
    }
}

/// A rule in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleShape {
    /// Its id.
    pub id: RuleId,
    /// One line for people.
    pub name: String,
    /// The task type it starts.
    pub task_type: String,
    /// When.
    pub schedule: ScheduleShape,
    /// mined, declared or manual.
    pub source: &'static str,
    /// The pattern of a mined rule.
    pub pattern_id: Option<PatternId>,
    /// File and line of a declared rule.
    pub origin: Option<String>,
    /// 1 to 10.
    pub priority: u8,
    /// Minutes it may move, as the rule itself says.
    pub flexibility: Flexibility,
    /// Minutes that plans move it, the configuration counted.
    pub may_move: MayMove,
    /// 0..1.
    pub confidence: f64,
    /// Whether plans and predictions count it.
    pub enabled: bool,
    /// Minutes that it has been moved.
    pub shift_minutes: i64,
    /// What its runs need.
    pub resources: ResourceProfile,
    /// What it runs.
    pub command: Option<String>,
    /// Who it runs as.
    pub user: Option<String>,
    /// Where it runs.
    pub host: Option<String>,
}

impl RuleShape {
    /// The shape of `rule`, stored as `id`.
    pub fn of(id: RuleId, rule: &Rule, windows: &MoveWindows) -> RuleShape {
        RuleShape {
            id,
            name: rule.name.clone(),
            task_type: rule.task_type.clone(),
            schedule: ScheduleShape::of(&rule.schedule, rule.zone),
            source: rule.source.kind().as_str(),
            pattern_id: match rule.source {
                RuleSource::Mined { pattern_id } => Some(pattern_id),
                RuleSource::Declared { .. } | RuleSource::Manual => None,
            },
            origin: match &rule.source {
                RuleSource::Declared { origin } => Some(origin.clone()),
                RuleSource::Mined { .. } | RuleSource::Manual => None,
            },
            priority: rule.priority,
            flexibility: rule.flexibility,
            may_move: windows.of(id, rule),
            confidence: rule.confidence,
            enabled: rule.enabled,
            shift_minutes: rule.shift_minutes,
            resources: rule.resources,
            command: rule.command.clone(),
            user: rule.user.clone(),
            host: rule.host.clone(),
        }
    }
}

/// A rule as a JSON object.
pub fn rule_value(id: RuleId, rule: &Rule, windows: &MoveWindows) -> Value {
    serde_json::to_value(RuleShape::of(id, rule, windows)).unwrap_or_default()
}

/// One line per rule.
pub fn rule_table<'a>(
    rules: impl IntoIterator<Item = (RuleId, &'a Rule)>,
    windows: &MoveWindows,
    style: &Style,
) -> String {
    let mut table =
        style.new_table(&["ID", "TASK TYPE", "SCHEDULE", "PRIORITY", "MAY MOVE", "MOVED", "SOURCE", "STATE"]);
    for (id, rule) in rules {
        table.add_row(vec![
            id.0.to_string(),
            shorten(&rule.task_type, 48),
            schedule_words(rule, style),
            rule.priority.to_string(),
            windows.of(id, rule).words(),
            shift_words(rule.shift_minutes),
            rule.source.kind().to_string(),
            state_word(rule).to_owned(),
        ]);
    }
    style.finish_table(table)
}

/// When it fires, with its zone where that is not the one times are shown in.
pub fn schedule_words(rule: &Rule, style: &Style) -> String {
    let description = rule.schedule.describe();
    if rule.zone == style.zone { description } else { format!("{description} ({})", rule.zone.name()) }
}

/// `enabled` or `disabled`.
pub fn state_word(rule: &Rule) -> &'static str {
    if rule.enabled { "enabled" } else { "disabled" }
}

/// `-10..+30 min`, or `fixed`.
pub fn flexibility_words(flexibility: Flexibility) -> String {
    match (flexibility.earlier_minutes, flexibility.later_minutes) {
        (0, 0) => "fixed".to_owned(),
        (earlier, later) if earlier == later => format!("+-{earlier} min"),
        (earlier, later) => format!("-{earlier}..+{later} min"),
    }
}

/// `+5 min`, or `-` for a rule that was not moved.
pub fn shift_words(shift_minutes: i64) -> String {
    if shift_minutes == 0 { "-".to_owned() } else { format!("{shift_minutes:+} min") }
}

/// Everything about one rule, one fact per line.
pub fn rule_lines(id: RuleId, rule: &Rule, windows: &MoveWindows, style: &Style) -> Vec<String> {
    let shape = ScheduleShape::of(&rule.schedule, rule.zone);
    let mut lines = vec![style.bold(&format!("Rule {}: {}", id.0, rule.name))];
    let mut line = |name: &str, value: String| lines.push(format!("  {name:<12} {value}"));
    line("task type", rule.task_type.clone());
    line("schedule", format!("{} ({})", shape.description, shape.timezone));
    for (name, text) in [("cron", shape.cron), ("systemd", shape.systemd_calendar), ("RRULE", shape.rrule)] {
        if let Some(text) = text {
            line(name, text);
        }
    }
    line("state", state_word(rule).to_owned());
    line(
        "source",
        match &rule.source {
            RuleSource::Mined { pattern_id } => {
                format!("mined from pattern {} ({})", pattern_id.0, percent(rule.confidence))
            }
            RuleSource::Declared { origin } => format!("declared in {origin}"),
            RuleSource::Manual => "added by hand".to_owned(),
        },
    );
    line("priority", format!("{} of 10", rule.priority));
    let may_move = windows.of(id, rule);
    line(
        "may move",
        match may_move.source {
            MoveSource::Rule => may_move.words(),
            MoveSource::Configuration => {
                format!(
                    "{} (the configuration says so; the rule {})",
                    may_move.words(),
                    flexibility_words(rule.flexibility)
                )
            }
        },
    );
    if rule.shift_minutes != 0 {
        let wanted = rule.wanted_schedule().describe();
        line("moved", format!("{} from {wanted}", shift_words(rule.shift_minutes)));
    }
    for (name, text) in [("command", &rule.command), ("user", &rule.user), ("host", &rule.host)] {
        if let Some(text) = text {
            line(name, text.clone());
        }
    }
    for (position, text) in resource_lines(&rule.resources).into_iter().enumerate() {
        line(if position == 0 { "needs" } else { "" }, text);
    }
    lines
}
