//! What `optimize-resource-schedule` answers.

mod effect;
mod moves;
mod page;
mod profile;
mod shape;
mod slot_words;
mod taken_back;
mod words;

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::format::{count, duration, percent, quantity};
use super::{Report, Style};
use crate::domain::plan::{
    Assumption, HorizonForm, PlanStatus, Problem, Score, Solution, Strategy, TimeGrid,
};

use moves::{move_line, move_times, moves_table, shift_words, unmoved_line};

pub use effect::{EffectReport, EffectVerdict, Promise};
pub use page::{PAGE_MARK, page};
pub use shape::{
    CostShape, Doubts, ExplainedOrder, ExplainedRule, MoveShape, ReliefShape, RuleKey, StayCode, UnmovedShape,
};
pub use slot_words::{period_words, slot_words};
pub use taken_back::{TakenBackReport, TakenBackRule, TakenBackStatus};
pub use words::{MoveWords, StayNames, move_words, stay_words};

/// What `optimize-resource-schedule` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizeReport {
    /// Its id in the store; `None` when it was not kept (an instance file).
    pub optimization_id: Option<i64>,
    /// What was asked for and found; `None` when there was nothing to plan.
    pub solution: Option<Solution>,
    /// The problem.
    pub problem: Option<Problem>,
    /// Whether to show the problem.
    pub explain: bool,
    /// Whether the plan of an instance file is to be given by position.
    pub by_position: bool,
    /// What the rules of the problem stand for, where that is shown.
    pub explained: Vec<ExplainedRule>,
    /// The orders that the plan keeps, where that is shown.
    pub explained_orders: Vec<ExplainedOrder>,
    /// Whether the runs can have been on the machines that are planned for.
    pub doubts: Doubts,
    /// How the slots lie in time; `None` for an instance file.
    pub grid: Option<TimeGrid>,
    /// Rules that move.
    pub moves: Vec<MoveShape>,
    /// Rules that stay.
    pub unmoved: Vec<UnmovedShape>,
    /// What had to be assumed, in words.
    pub assumptions: Vec<String>,
    /// The figures that no run told.
    pub assumed: Vec<Assumption>,
    /// Sentences that say why no plan exists.
    pub obstacles: Vec<String>,
    /// Seconds of search.
    pub wall_seconds: f64,
    /// Whether the rules in the store were moved.
    pub applied: bool,
    /// The strategy asked for.
    pub strategy: Strategy,
    /// The web page that was asked for.
    pub page: Option<PathBuf>,
}

/// The word for a strategy in JSON and messages.
pub fn strategy_word(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::BalanceLoad => "balance",
        Strategy::PeakMitigation => "peak",
        Strategy::ResourceEfficiency => "efficiency",
        Strategy::ConflictResolution => "conflict",
    }
}

/// The word for a status in JSON and messages.
pub fn status_word(status: PlanStatus) -> &'static str {
    match status {
        PlanStatus::Optimal => "optimal",
        PlanStatus::Feasible => "feasible",
        PlanStatus::Infeasible => "infeasible",
        PlanStatus::Unchanged => "unchanged",
    }
}

/// `(before - after) / before`: the share that is gained; 0 where there was nothing to gain.
pub fn gain(before: f64, after: f64) -> f64 {
    if before.is_finite() && before.abs() > 1e-12 { (before - after) / before } else { 0.0 }
}

fn score_json(score: &Score, problem: &Problem) -> Value {
    let by_resource = |value: &dyn Fn(usize) -> Value| -> Value {
        let fields: Map<String, Value> = (0..score.resources.len())
            .map(|position| (problem.resources[position].clone(), value(position)))
            .collect();
        Value::Object(fields)
    };
    json!({
        "balance": score.balance,
        "peak": finite(score.peak),
        "efficiency": score.efficiency,
        "conflict": score.conflict,
        "peak_utilization": by_resource(&|at| finite(score.resources[at].peak_utilization)),
        "load_variance": by_resource(&|at| json!(score.resources[at].load_variance)),
        "capacity_violations": by_resource(&|at| json!(score.resources[at].capacity_violations)),
        "waiting_minutes_per_resource": by_resource(&|at| json!(score.resources[at].waiting_minutes)),
        "overload_slots": score.overload_slots,
        "exclusion_violations": score.exclusion_violations,
        "precedence_violations": score.precedence_violations,
        "window_violations": score.window_violations,
        "waiting_minutes": score.waiting_minutes,
        "displacement_minutes": score.displacement_minutes,
        "moved": score.moved,
    })
}

fn finite(value: f64) -> Value {
    if value.is_finite() { json!(value) } else { Value::Null }
}

impl Report for OptimizeReport {
    fn data(&self) -> Value {
        let mut data = json!({
            "strategy": strategy_word(self.strategy),
            "status": self.solution.as_ref().map_or("unchanged", |solution| status_word(solution.status)),
            "optimization_id": self.optimization_id,
            "horizon_start": self.grid.map(|grid| grid.horizon.start),
            "horizon_end": self.grid.map(|grid| grid.horizon.end),
            "horizon_form": self.grid.map(|grid| grid.form),
            "slots_start": self.grid.map(|grid| grid.origin),
            "hosts": self.problem.as_ref().map_or_else(Vec::new, |problem| hosts_json(problem, self.by_position)),
            "moves": self.moves,
            "unmoved": self.unmoved,
            "assumptions": self.assumptions,
            "assumed": self.assumed,
            "obstacles": self.obstacles,
            "capacity_doubts": self.doubts.found,
            "applied": self.applied,
            "report_path": self.page,
            "wall_seconds": self.wall_seconds,
            "objective": null,
            "lower_bound": null,
            "gap": null,
            "seed": null,
            "before": null,
            "after": null,
            "displacement_minutes": null,
            "improvement": null,
        });
        if let (Some(solution), Some(problem)) = (&self.solution, &self.problem) {
            data["objective"] = finite(solution.objective);
            data["lower_bound"] = json!(solution.lower_bound);
            data["gap"] = json!(solution.gap);
            data["seed"] = json!(solution.seed);
            data["interrupted"] = json!(solution.interrupted);
            data["horizon_slots"] = json!(problem.horizon_slots);
            data["slot_minutes"] = json!(problem.slot_minutes);
            data["before"] = score_json(&solution.before, problem);
            data["after"] = score_json(&solution.after, problem);
            data["displacement_minutes"] = json!(solution.after.displacement_minutes);
            data["improvement"] = improvement(solution);
            if self.by_position {
                data["format"] = json!("sched-opt-sol/1");
                data["instance"] = json!(problem.name);
                data["solver"] = json!("tidetable");
                data["wall_s"] = json!(self.wall_seconds);
                data["bound"] = json!(solution.lower_bound);
                data["delta"] = json!(solution.choice.delta);
                data["host"] = json!(solution.choice.host);
            }
            if self.explain {
                data["problem"] = serde_json::to_value(problem).unwrap_or_default();
                if !self.by_position {
                    data["problem_rules"] = json!(self.explained);
                    data["problem_orders"] = json!(self.explained_orders);
                }
            }
        }
        data
    }

    fn table(&self, style: &Style) -> String {
        let (Some(solution), Some(problem)) = (&self.solution, &self.problem) else {
            return "Nothing to plan.\n".to_owned();
        };
        let mut text = self.heading(solution, style);
        if !self.moves.is_empty() {
            text.push_str(&moves_table(self, problem, style));
        }
        text.push_str(&metrics(solution, problem, style));
        text.push_str(&self.footer(solution));
        text
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        if let (Some(solution), Some(problem)) = (&self.solution, &self.problem) {
            text.push('\n');
            text.push_str(&profile::drawings(problem, solution, self.grid.as_ref(), style));
        }
        for (title, lines) in [
            ("Moves", self.moves.iter().map(move_line).collect::<Vec<_>>()),
            ("Left alone", self.unmoved.iter().map(unmoved_line).collect()),
            ("Assumed", self.assumptions.clone()),
        ] {
            if !lines.is_empty() {
                text.push_str(&format!("\n{}\n", style.bold(title)));
                for line in lines {
                    text.push_str(&format!("  {line}\n"));
                }
            }
        }
        text
    }
}

impl OptimizeReport {
    /// What came of it, in a line or two.
    fn headline(&self, solution: &Solution, style: &Style) -> String {
        let status = status_word(solution.status);
        let what = match solution.status {
            PlanStatus::Infeasible => {
                format!("no plan keeps every limit:\n  {}", self.obstacles.join("\n  "))
            }
            PlanStatus::Unchanged if solution.gap.is_some_and(|gap| gap <= 1e-9) => {
                "nothing to gain: no better timetable exists".to_owned()
            }
            PlanStatus::Unchanged => "nothing better was found".to_owned(),
            PlanStatus::Optimal | PlanStatus::Feasible => {
                format!("{} to move, proven {}", quantity(solution.after.moved, "rule"), proof(solution))
            }
        };
        format!("{}: {what}", style.bold(&format!("{} ({status})", strategy_word(self.strategy))))
    }

    fn heading(&self, solution: &Solution, style: &Style) -> String {
        let horizon = match &self.grid {
            Some(grid) => format!(
                "Over {} from {}, {}:\n",
                duration(grid.horizon.length_ms() as f64 / 1000.0),
                style.time(grid.horizon.start),
                match grid.form {
                    HorizonForm::Repeating => "repeating",
                    HorizonForm::Unrolled => "and what reaches into it",
                }
            ),
            None => String::new(),
        };
        let doubt = match &self.doubts.words {
            Some(words) => format!("Not to be relied on: {words}.\n"),
            None => String::new(),
        };
        format!("{}\n{doubt}\n{horizon}", self.headline(solution, style))
    }

    fn footer(&self, solution: &Solution) -> String {
        let mut lines = String::new();
        if !self.unmoved.is_empty() {
            lines.push_str(&format!(
                "\n{} left alone; --output-format detailed says why\n",
                quantity(self.unmoved.len() as u64, "rule")
            ));
        }
        let assumed = self.assumed.iter().filter(|assumed| assumed.value > 0.0).count() as u64;
        if assumed > 0 {
            lines.push_str(&format!(
                "\n{} assumed, as no run told; --output-format detailed says which\n",
                quantity(assumed, "figure")
            ));
        }
        if self.applied {
            lines.push_str(
                "\nThe rules in the store were moved (`tidetable optimize-resource-schedule --undo` moves them back);\n\
                 `tidetable rules apply --target crontab` (or systemd, slurm) carries them to the scheduler, and\n\
                 `tidetable rules undo` takes that back.\n",
            );
        } else if solution.after.moved > 0 && !self.by_position {
            lines.push_str("\nNothing was moved yet; --auto-apply moves the rules in the store.\n");
        }
        if let Some(path) = &self.page {
            lines.push_str(&format!("\nWeb page: {}\n", path.display()));
        }
        lines
    }
}

/// How near the plan is to the best there can be.
fn proof(solution: &Solution) -> String {
    match (solution.status, solution.gap) {
        (PlanStatus::Optimal, _) => "best".to_owned(),
        (_, Some(gap)) => format!("within {} of the best", percent(gap.clamp(0.0, 1.0))),
        (_, None) => "nothing about the best".to_owned(),
    }
}

fn improvement(solution: &Solution) -> Value {
    let (before, after) = (&solution.before, &solution.after);
    json!({
        "objective": gain(before.objective(solution.strategy), after.objective(solution.strategy)),
        "peak": gain(before.peak, after.peak),
        "load_variance": gain(before.balance, after.balance),
        "efficiency": gain(before.efficiency, after.efficiency),
        "overload_slots": before.overload_slots as i64 - after.overload_slots as i64,
    })
}

fn metrics(solution: &Solution, problem: &Problem, style: &Style) -> String {
    let mut table = style.new_table(&["LOAD", "BEFORE", "AFTER"]);
    for row in metric_rows(solution, problem) {
        table.add_row(row);
    }
    style.finish_table(table)
}

/// Name, value before and value after of what people look at.
fn metric_rows(solution: &Solution, problem: &Problem) -> Vec<[String; 3]> {
    let (before, after) = (&solution.before, &solution.after);
    let utilization =
        |value: f64| if value.is_finite() { percent_of(value) } else { "no capacity".to_owned() };
    let minutes = |slots: u64| format!("{} min", count(slots * problem.slot_minutes.unsigned_abs()));
    let mut rows: Vec<[String; 3]> = problem
        .resources
        .iter()
        .enumerate()
        .map(|(position, resource)| {
            [
                format!("peak of {resource}"),
                utilization(before.resources[position].peak_utilization),
                utilization(after.resources[position].peak_utilization),
            ]
        })
        .collect();
    rows.push([
        "variance (%²)".to_owned(),
        format!("{:.1}", before.balance),
        format!("{:.1}", after.balance),
    ]);
    if solution.strategy == Strategy::ResourceEfficiency {
        rows.push([
            "cost (cents)".to_owned(),
            format!("{:.2}", before.efficiency),
            format!("{:.2}", after.efficiency),
        ]);
    }
    rows.push(["overload".to_owned(), minutes(before.overload_slots), minutes(after.overload_slots)]);
    rows.push([
        "displacement".to_owned(),
        "-".to_owned(),
        format!("{} min", count(after.displacement_minutes.unsigned_abs())),
    ]);
    rows
}

/// Name and capacity of each host, in the units of everyday.
fn hosts_json(problem: &Problem, in_own_units: bool) -> Vec<Value> {
    let amount = |resource: &str, units: i64| match resource {
        "cpu_cores" | "gpu_count" if !in_own_units => units as f64 / 100.0,
        _ => units as f64,
    };
    let host = |host: &crate::domain::plan::PlanHost| {
        let names = problem.resources.iter().zip(&host.capacity);
        let capacity: Map<String, Value> =
            names.map(|(name, units)| (name.clone(), json!(amount(name, *units)))).collect();
        json!({ "name": host.id, "capacity_by_resource": capacity })
    };
    problem.hosts.iter().map(host).collect()
}

/// A utilisation, which may be above 1, as per cent.
fn percent_of(value: f64) -> String {
    format!("{:.0}%", value * 100.0)
}
