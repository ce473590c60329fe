//! What `backtest --plan` answers.

use serde::Serialize;
use serde_json::{Value, json};

use super::format::{count, duration, quantity, shorten};
use super::optimize::gain;
use super::{Report, Style};
use crate::domain::plan::replay::{Course, LoadFigures, Replay};
use crate::domain::rules::RuleId;
use crate::domain::time::{TimeSpan, Timestamp};

/// The plan that was replayed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplayedPlan {
    /// Its id.
    pub id: i64,
    /// What it was to be good at.
    pub strategy: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was applied; `None` while it was not.
    pub applied_at: Option<Timestamp>,
}

/// What `backtest --plan` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanReplayReport {
    /// The plan.
    pub plan: ReplayedPlan,
    /// The past that was looked at.
    pub span: TimeSpan,
    /// Whether the plan was made after these runs, and so may have been made from them.
    pub made_from_these_runs: bool,
    /// Runs completed by the median of their task type.
    pub assumed_runs: u64,
    /// Task type of each moved rule.
    pub task_types: Vec<(RuleId, String)>,
    /// The figures.
    pub replay: Replay,
}

impl PlanReplayReport {
    fn task_type(&self, id: RuleId) -> &str {
        let found = self.task_types.iter().find(|(known, _)| *known == id);
        found.map_or("", |(_, name)| name.as_str())
    }

    fn rows(&self) -> Vec<[String; 3]> {
        let (without, with) = (&self.replay.without_plan, &self.replay.with_plan);
        let mut rows = Vec::new();
        for (before, after) in without.load.resources.iter().zip(&with.load.resources) {
            let percent = |share: f64| format!("{:.0}%", share * 100.0);
            rows.push([
                format!("peak of {}", before.resource),
                percent(before.peak_utilization),
                percent(after.peak_utilization),
            ]);
            rows.push([
                format!("a day's peak of {}, mean", before.resource),
                percent(before.mean_daily_peak_utilization),
                percent(after.mean_daily_peak_utilization),
            ]);
        }
        let of = |value: &dyn Fn(&Course) -> String| [value(without), value(with)];
        let lines: [(&str, [String; 2]); 6] = [
            ("variance (%²)", of(&|course| format!("{:.1}", course.load.load_variance))),
            ("overload", of(&|course| duration(course.load.overload_minutes * 60.0))),
            ("runs that wait", of(&|course| count(course.waiting.waiting_runs))),
            ("wait, median", of(&|course| duration(course.waiting.p50_seconds))),
            ("wait, 95 of 100", of(&|course| duration(course.waiting.p95_seconds))),
            ("wait, longest", of(&|course| duration(course.waiting.max_seconds))),
        ];
        rows.extend(lines.map(|(name, [before, after])| [name.to_owned(), before, after]));
        rows
    }
}

fn gains(without: &LoadFigures, with: &LoadFigures) -> Value {
    let by_resource: serde_json::Map<String, Value> = without
        .resources
        .iter()
        .zip(&with.resources)
        .map(|(before, after)| {
            let daily = gain(before.mean_daily_peak_utilization, after.mean_daily_peak_utilization);
            (before.resource.to_owned(), json!(daily))
        })
        .collect();
    json!({
        "peak": gain(without.peak_utilization, with.peak_utilization),
        "mean_daily_peak_by_resource": by_resource,
        "load_variance": gain(without.load_variance, with.load_variance),
        "overload_minutes": without.overload_minutes - with.overload_minutes,
    })
}

impl Report for PlanReplayReport {
    fn data(&self) -> Value {
        let rules: Vec<Value> = self
            .replay
            .rules
            .iter()
            .map(|rule| {
                json!({
                    "rule_id": rule.rule_id,
                    "task_type": self.task_type(rule.rule_id),
                    "shift_minutes": rule.shift_minutes,
                    "slots": rule.slots,
                    "runs": rule.runs,
                })
            })
            .collect();
        json!({
            "plan": self.plan,
            "span": self.span,
            "made_from_these_runs": self.made_from_these_runs,
            "runs": self.replay.runs,
            "assumed_runs": self.assumed_runs,
            "moved_runs": self.replay.moved_runs,
            "rules": rules,
            "without_plan": self.replay.without_plan,
            "with_plan": self.replay.with_plan,
            "improvement": gains(&self.replay.without_plan.load, &self.replay.with_plan.load),
            "is_enough": self.replay.too_thin.is_empty(),
            "too_thin": self.replay.too_thin,
        })
    }

    fn table(&self, style: &Style) -> String {
        let mut text = format!(
            "{}\n\n{} from {} to {}, {} of them moved\n",
            style.bold(&format!("plan {} ({}) on the past", self.plan.id, self.plan.strategy)),
            quantity(self.replay.runs, "run"),
            style.time(self.span.start),
            style.time(self.span.end),
            count(self.replay.moved_runs),
        );
        let mut table = style.new_table(&["MEASURE", "WITHOUT", "WITH"]);
        for row in self.rows() {
            table.add_row(row);
        }
        text.push_str(&style.finish_table(table));
        if !self.replay.too_thin.is_empty() {
            text.push_str("\nToo little history to tell.\n");
        }
        if self.made_from_these_runs {
            text.push_str(
                "\nThe plan was made after some of these runs; --cut DATE replays those after a day only.\n",
            );
        }
        text
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        text.push_str(&format!("\n{}\n", style.bold("Moved rules")));
        for rule in &self.replay.rules {
            text.push_str(&format!(
                "  rule {} ({}), {:+} min: {} in {}\n",
                rule.rule_id.0,
                shorten(self.task_type(rule.rule_id), 48),
                rule.shift_minutes,
                quantity(rule.runs, "run"),
                quantity(rule.slots, "slot"),
            ));
        }
        if self.assumed_runs > 0 {
            text.push_str(&format!(
                "\n{} took what others of their kind took, as their record does not say it all\n",
                quantity(self.assumed_runs, "run")
            ));
        }
        text
    }
}
