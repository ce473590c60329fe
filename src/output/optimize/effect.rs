//! What `optimize-resource-schedule --verify-applied` answers: promised beside measured.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::domain::plan::{MeasuredPeriod, MeasuredResource, PlanAdherence};
use crate::domain::time::Timestamp;
use crate::output::format::{duration, quantity};
use crate::output::{Report, Style};

/// What the runs say of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectVerdict {
    /// At least half of what was promised was measured.
    Confirmed,
    /// Less than that.
    NotConfirmed,
    /// Most runs began at their old times.
    NotFollowed,
    /// What the strategy lowers cannot be measured from runs.
    NotMeasured,
    /// There is too little history to tell.
    TooThin,
    /// It was undone, so there is nothing to confirm.
    TakenBack,
}

impl EffectVerdict {
    fn words(self) -> &'static str {
        match self {
            EffectVerdict::Confirmed => "confirmed",
            EffectVerdict::NotConfirmed => "not confirmed",
            EffectVerdict::NotFollowed => "not followed",
            EffectVerdict::NotMeasured => "not measured",
            EffectVerdict::TooThin => "too early to tell",
            EffectVerdict::TakenBack => "taken back",
        }
    }
}

/// What the plan said; by resource, `None` for one that it did not plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Promise {
    /// Highest load over capacity without the plan.
    pub peak_before: Vec<Option<f64>>,
    /// Highest load over capacity under the plan.
    pub peak_after: Vec<Option<f64>>,
    /// Variance of the load without the plan, percent squared.
    pub variance_before: Vec<Option<f64>>,
    /// Variance of the load under the plan.
    pub variance_after: Vec<Option<f64>>,
    /// Minutes of overload per day without the plan and under it.
    pub overload_minutes_per_day: [Option<f64>; 2],
}

/// What `optimize-resource-schedule --verify-applied` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectReport {
    /// The plan.
    pub optimization_id: i64,
    /// Its strategy.
    pub strategy: String,
    /// When the rules in the store were moved.
    pub applied_at: Timestamp,
    /// When they were carried to a scheduler, where that is known.
    pub carried_at: Option<Timestamp>,
    /// What the runs say.
    pub verdict: EffectVerdict,
    /// Why, in a sentence.
    pub reason: String,
    /// What the plan said.
    pub promise: Promise,
    /// Names of the resources.
    pub resources: Vec<&'static str>,
    /// Whether any run before is known; where none is, nothing was measured.
    pub before_is_known: bool,
    /// The same of the runs since, of which a whole day must be known.
    pub after_is_known: bool,
    /// The runs before.
    pub before: MeasuredPeriod,
    /// The runs since.
    pub after: MeasuredPeriod,
    /// Where the runs of moved rules began since.
    pub moved: Vec<PlanAdherence>,
    /// Runs of which a core was assumed.
    pub assumed_runs: u64,
}

impl EffectReport {
    fn by_resource(&self, value: &dyn Fn(usize) -> Value) -> Value {
        let fields: Map<String, Value> =
            self.resources.iter().enumerate().map(|(at, name)| ((*name).to_owned(), value(at))).collect();
        Value::Object(fields)
    }

    fn period(&self, period: &MeasuredPeriod, is_known: bool) -> Value {
        let of = |value: &dyn Fn(&MeasuredResource) -> Value| {
            self.by_resource(&|at| if is_known { value(&period.resources[at]) } else { Value::Null })
        };
        json!({
            "start": period.span.start,
            "end": period.span.end,
            "days": period.days(),
            "runs": period.runs,
            "peak_utilization": of(&|resource| json!(resource.peak_utilization)),
            "daily_peak_utilization": of(&|resource| json!(resource.daily_peak_utilization)),
            "load_variance": of(&|resource| json!(resource.load_variance)),
            "overload_minutes_per_day": of(&|resource| json!(resource.overload_minutes_per_day)),
            "waiting_minutes_per_day": of(&|resource| json!(resource.waiting_minutes_per_day)),
            "waiting_seconds": period.waiting_seconds.map(|waits| json!({
                "p50": waits.p50, "p95": waits.p95, "runs_used": waits.runs_used,
            })),
        })
    }

    fn promised(&self, peak: &[Option<f64>], variance: &[Option<f64>], overload: Option<f64>) -> Value {
        json!({
            "peak_utilization": self.by_resource(&|at| json!(peak.get(at).copied().flatten())),
            "load_variance": self.by_resource(&|at| json!(variance.get(at).copied().flatten())),
            "overload_minutes_per_day": overload,
        })
    }

    fn moved_value(moved: &PlanAdherence) -> Value {
        json!({
            "rule_id": moved.rule_id,
            "shift_minutes": moved.shift_minutes,
            "at_new_times": moved.at_new_times,
            "at_old_times": moved.at_old_times,
            "elsewhere": moved.elsewhere,
        })
    }

    /// What was measured before and since, as far as anything was.
    fn measured(&self, before: f64, after: f64, write: &dyn Fn(f64) -> String) -> String {
        let written = |is_known: bool, value: f64| if is_known { write(value) } else { "unknown".to_owned() };
        format!("{} -> {}", written(self.before_is_known, before), written(self.after_is_known, after))
    }

    /// Resources that somebody asked for, before or since.
    fn used(&self) -> impl Iterator<Item = usize> + '_ {
        let is_used = |period: &MeasuredPeriod, at: usize| period.resources[at].peak_utilization > 0.0;
        (0..self.resources.len()).filter(move |at| is_used(&self.before, *at) || is_used(&self.after, *at))
    }
}

fn percent_of(value: f64) -> String {
    format!("{:.0}%", value * 100.0)
}

fn wait(minutes: Option<f64>) -> String {
    minutes.map_or_else(|| "unknown".to_owned(), |minutes| format!("{minutes:.1} min"))
}

fn pair(one: Option<f64>, other: Option<f64>, write: &dyn Fn(f64) -> String) -> String {
    match (one, other) {
        (Some(one), Some(other)) => format!("{} -> {}", write(one), write(other)),
        _ => "-".to_owned(),
    }
}

impl Report for EffectReport {
    fn data(&self) -> Value {
        let [overload_before, overload_after] = self.promise.overload_minutes_per_day;
        let promise = &self.promise;
        json!({
            "optimization_id": self.optimization_id,
            "strategy": self.strategy,
            "applied_at": self.applied_at,
            "carried_at": self.carried_at,
            "verdict": self.verdict,
            "verdict_reason": self.reason,
            "promised": {
                "before": self.promised(&promise.peak_before, &promise.variance_before, overload_before),
                "after": self.promised(&promise.peak_after, &promise.variance_after, overload_after),
            },
            "measured": {
                "before": self.period(&self.before, self.before_is_known),
                "after": self.period(&self.after, self.after_is_known),
            },
            "moved": self.moved.iter().map(EffectReport::moved_value).collect::<Vec<_>>(),
            "assumed_runs": self.assumed_runs,
        })
    }

    fn table(&self, style: &Style) -> String {
        let mut text = format!(
            "Plan {} ({}), {} {}: {}\n{}\n\n",
            self.optimization_id,
            self.strategy,
            if self.verdict == EffectVerdict::TakenBack { "applied" } else { "in force since" },
            style.time(self.carried_at.unwrap_or(self.applied_at)),
            style.bold(self.verdict.words()),
            self.reason
        );
        let days = quantity(self.after.days().round() as u64, "day");
        let mut table = style.new_table(&["", "PROMISED", &format!("MEASURED, {days} EACH").to_uppercase()]);
        let promise = &self.promise;
        let at_of = |values: &[Option<f64>], at: usize| values.get(at).copied().flatten();
        for at in self.used() {
            let (before, after) = (&self.before.resources[at], &self.after.resources[at]);
            let name = self.resources[at];
            table.add_row(vec![
                format!("usual daily peak of {name}"),
                pair(at_of(&promise.peak_before, at), at_of(&promise.peak_after, at), &percent_of),
                self.measured(before.daily_peak_utilization, after.daily_peak_utilization, &percent_of),
            ]);
            table.add_row(vec![
                format!("highest peak of {name}"),
                "-".to_owned(),
                self.measured(before.peak_utilization, after.peak_utilization, &percent_of),
            ]);
            let waits = (before.waiting_minutes_per_day, after.waiting_minutes_per_day);
            if waits.0.is_some() || waits.1.is_some() {
                table.add_row(vec![
                    format!("waits of runs with {name}, a day"),
                    "-".to_owned(),
                    format!("{} -> {}", wait(waits.0), wait(waits.1)),
                ]);
            }
        }
        let overload = |period: &MeasuredPeriod| {
            period.resources.iter().map(|resource| resource.overload_minutes_per_day).sum::<f64>()
        };
        let [promised_before, promised_after] = promise.overload_minutes_per_day;
        let minutes = |minutes: f64| format!("{minutes:.1} min");
        table.add_row(vec![
            "overload, a day".to_owned(),
            pair(promised_before, promised_after, &minutes),
            self.measured(overload(&self.before), overload(&self.after), &minutes),
        ]);
        if let (Some(before), Some(after)) = (self.before.waiting_seconds, self.after.waiting_seconds) {
            table.add_row(vec![
                "wait of nineteen runs in twenty".to_owned(),
                "-".to_owned(),
                pair(Some(before.p95), Some(after.p95), &duration),
            ]);
        }
        text.push_str(&style.finish_table(table));
        let (new, old, elsewhere) = self.moved.iter().fold((0, 0, 0), |(new, old, elsewhere), rule| {
            (new + rule.at_new_times, old + rule.at_old_times, elsewhere + rule.elsewhere)
        });
        text.push_str(&format!(
            "\n{} of moved rules since: {new} at their new times, {old} at their old ones, {elsewhere} at others\n",
            quantity(new + old + elsewhere, "run")
        ));
        if self.assumed_runs > 0 {
            text.push_str(&format!("one core assumed of {}\n", quantity(self.assumed_runs, "run")));
        }
        text
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        for rule in &self.moved {
            text.push_str(&format!(
                "rule {} ({:+} min): {} at its new times, {} at its old ones, {} at others\n",
                rule.rule_id.0, rule.shift_minutes, rule.at_new_times, rule.at_old_times, rule.elsewhere
            ));
        }
        text
    }
}
