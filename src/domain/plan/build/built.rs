//! A problem that was built, and how it stands to the rules and the world it was built from.

use serde::Serialize;

use super::TimeGrid;
use crate::domain::plan::Problem;
use crate::domain::rules::RuleId;
use crate::domain::time::Timestamp;

/// What ends a rule's window on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowLimit {
    /// The flexibility that it was given.
    Flexibility,
    /// Further, no schedule says its times.
    Schedule,
    /// Further, no crontab line says its times, and it stands in a crontab.
    Crontab,
    /// Further, a change of the clocks would move its runs by another amount.
    ClockChange,
    /// It cannot leave a blackout, and so stays.
    Blackout,
}

/// What stands behind a rule of the problem.
#[derive(Clone, Debug, PartialEq)]
pub enum PlannedWork {
    /// A rule of the store.
    Rule {
        /// Which.
        id: RuleId,
        /// Its first start within the horizon.
        first_occurrence: Timestamp,
        /// What ends its window towards earlier.
        earlier: WindowLimit,
        /// What ends its window towards later.
        later: WindowLimit,
    },
    /// Runs that are expected, of a task type that no rule starts.
    Expected {
        /// The task type.
        task_type: String,
    },
    /// The load of runs that may come or not, spread over their hours.
    Likely,
    /// Times at which nothing may run.
    Blackout {
        /// What it is called.
        name: String,
    },
}

impl PlannedWork {
    /// The rule behind it.
    pub fn rule_id(&self) -> Option<RuleId> {
        match self {
            PlannedWork::Rule { id, .. } => Some(*id),
            _ => None,
        }
    }
}

/// An order that plans keep between two rules of the problem.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedOrder {
    /// Position of the rule that runs first.
    pub before: usize,
    /// Position of the rule that waits for it.
    pub after: usize,
    /// Whether it waits for the end (otherwise only for the start).
    pub from_end: bool,
    /// What usually lies between the two, milliseconds.
    pub usual_lag_ms: i64,
    /// What a plan leaves between them at least, milliseconds: what the runs left, or what the timetable leaves now
    /// where that is less.
    pub least_lag_ms: i64,
}

/// A figure that no run told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assumption {
    /// The rule it was assumed for; `None` for expected work.
    pub rule_id: Option<RuleId>,
    /// Its task type.
    pub task_type: String,
    /// `duration_seconds`, `gpu_memory_mib_per_device` or a resource of the problem.
    pub quantity: String,
    /// What was assumed, in the unit of the quantity.
    pub value: f64,
    /// What it was taken from, in words.
    pub from: String,
}

/// A problem, and how it stands to the rules it was built from.
#[derive(Clone, Debug, PartialEq)]
pub struct BuiltProblem {
    /// The problem.
    pub problem: Problem,
    /// What stands behind each rule of the problem, in its order.
    pub work: Vec<PlannedWork>,
    /// What its precedences rest on, in their order.
    pub orders: Vec<PlannedOrder>,
    /// How its slots lie in time.
    pub grid: TimeGrid,
    /// Figures that had to be assumed.
    pub assumed: Vec<Assumption>,
    /// What else is not as the world is, one sentence each.
    pub notes: Vec<String>,
    /// Those of the notes that everybody should see.
    pub warnings: Vec<String>,
    /// Rules that are not part of the problem, and why.
    pub left_out: Vec<(RuleId, String)>,
    /// Whether some start lies within a slot: then what holds for the slots need not hold for the clock.
    pub starts_are_rounded: bool,
}

impl BuiltProblem {
    /// Position of a rule of the store.
    pub fn position_of(&self, id: RuleId) -> Option<usize> {
        self.work.iter().position(|work| work.rule_id() == Some(id))
    }

    /// Rules of the store that take part.
    pub fn planned_rules(&self) -> usize {
        self.work.iter().filter(|work| work.rule_id().is_some()).count()
    }
}
