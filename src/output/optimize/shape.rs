//! The parts of a plan's answer, as scripts read them.

use std::fmt;

use serde::Serialize;

use crate::domain::plan::{CapacityDoubt, WindowLimit};
use crate::domain::rules::RuleId;
use crate::domain::time::Timestamp;

/// A rule: of the store by its id, of an instance file by its name there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum RuleKey {
    /// Of the store.
    Stored(RuleId),
    /// Of an instance file.
    OfFile(String),
}

impl fmt::Display for RuleKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RuleKey::Stored(id) => write!(formatter, "{}", id.0),
            RuleKey::OfFile(name) => write!(formatter, "{name}"),
        }
    }
}

/// A rule that the plan moves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MoveShape {
    /// The rule.
    pub rule_id: RuleKey,
    /// Its position in the problem.
    pub position: usize,
    /// What it starts; of an instance file, its name.
    pub task_type: String,
    /// First occurrence in the horizon as it is; `None` of an instance file, which does not lie in time.
    pub from: Option<Timestamp>,
    /// The same occurrence under the plan.
    pub to: Option<Timestamp>,
    /// The slot of its first occurrence in the problem as it is.
    pub from_slot: i64,
    /// The same occurrence's slot under the plan.
    pub to_slot: i64,
    /// Minutes the whole rule moves; negative is earlier.
    pub shift_minutes: i64,
    /// Where it runs.
    pub host_from: String,
    /// Where it is to run.
    pub host_to: String,
    /// Its schedule under the plan, in words.
    pub schedule: String,
    /// Its schedule under the plan, as cron text where there is one.
    pub cron: Option<String>,
    /// What the move relieves.
    pub reason: String,
    /// The reason in full: what it relieves, what would be without it, what it costs.
    pub explanation: String,
    /// The numbers behind the reason.
    pub relief: Option<ReliefShape>,
    /// The objective if this rule were left where it is and all others moved; `None` where nobody computed it.
    pub objective_if_left: Option<f64>,
    /// What it costs.
    pub cost: CostShape,
}

/// What a move costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostShape {
    /// Runs of the rule in the problem.
    pub runs: u64,
    /// Minutes moved, over all of them.
    pub displacement_minutes: i64,
    /// The rule's priority.
    pub priority: i64,
    /// Minutes times priority.
    pub weighted_minutes: i64,
}

/// The busiest moment of a rule, before and under the plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReliefShape {
    /// The resource that was fullest while the rule ran.
    pub resource: String,
    /// When it was; `None` of an instance file.
    pub at: Option<Timestamp>,
    /// The slot of the problem in which it was.
    pub slot: usize,
    /// Load over capacity then, 0..1 (above 1 where overloaded).
    pub utilization_before: f64,
    /// Highest load over capacity of that resource while the rule runs under the plan.
    pub utilization_after: f64,
    /// Rules it ran together with, the most demanding first; not all where they are many.
    pub together_with: Vec<RuleKey>,
    /// Names of all work it ran together with, that of no rule among it, the most demanding first; not all where they
    /// are many.
    pub together_with_names: Vec<String>,
    /// How many it ran together with.
    pub together_count: usize,
}

/// Why a rule stays, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StayCode {
    /// It takes no part in the plan.
    LeftOut,
    /// It may not move.
    Fixed,
    /// No schedule says its moved times.
    Inexpressible,
    /// Every other place breaks something.
    Blocked,
    /// Every other place is worse.
    Worse,
    /// No other place is better.
    NoEffect,
    /// A better place was overlooked.
    NotFound,
    /// Nobody looked.
    Untried,
    /// No plan keeps every limit, so that nothing moves.
    Infeasible,
}

/// A rule that the plan leaves alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnmovedShape {
    /// The rule.
    pub rule_id: RuleKey,
    /// Its position in the problem; `None` where it takes no part.
    pub position: Option<usize>,
    /// What it starts.
    pub task_type: String,
    /// Why.
    pub reason: String,
    /// The same in a word.
    pub code: StayCode,
}

/// What a rule of the problem stands for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExplainedRule {
    /// Its position in the problem.
    pub position: usize,
    /// `rule`, `expected`, `likely` or `blackout`.
    pub kind: &'static str,
    /// The rule of the store.
    pub rule_id: Option<RuleId>,
    /// Its task type, or what else it stands for.
    pub name: String,
    /// What ends its window towards earlier.
    pub earlier_limit: Option<WindowLimit>,
    /// What ends its window towards later.
    pub later_limit: Option<WindowLimit>,
}

/// An order that the plan keeps between two rules of the problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExplainedOrder {
    /// Position of the rule that runs first.
    pub before: usize,
    /// Position of the rule that waits for it.
    pub after: usize,
    /// Whether it waits for the end of the other (otherwise only for its start).
    pub from_end: bool,
    /// What usually lies between the two, seconds.
    pub usual_lag_seconds: f64,
    /// What the plan leaves between them at least, seconds.
    pub least_lag_seconds: f64,
}

/// What an answer rests on while nobody said what the machine has.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubts {
    /// Where runs held more than what is planned for.
    pub found: Vec<CapacityDoubt>,
    /// The same in a sentence, with what to do; `None` where there are none.
    pub words: Option<String>,
}

impl Doubts {
    /// No doubts.
    pub const NONE: Doubts = Doubts { found: Vec::new(), words: None };
}
