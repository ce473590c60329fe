//! What the optimizer is asked for and what it answers.

use serde::{Deserialize, Serialize};

use super::obstacle::Obstacle;
use super::score::Score;

/// A shift and a host for every rule of a problem, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanChoice {
    /// Slots each rule is moved by.
    pub delta: Vec<i64>,
    /// Position of the host each rule runs on.
    pub host: Vec<usize>,
}

/// What a plan is to be good at. All are minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Variance of the load over time, percent squared.
    BalanceLoad,
    /// Highest utilisation in any slot, percent; ties by the variance.
    PeakMitigation,
    /// Energy, idle hosts and overload, cents.
    ResourceEfficiency,
    /// Weighted minutes moved so that everything fits its capacity.
    ConflictResolution,
}

/// How good a plan is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanStatus {
    /// It moves something, and no better plan exists: the bound meets the objective.
    Optimal,
    /// Valid, and better than leaving everything where it is (or that was not valid).
    Feasible,
    /// No valid plan was found; the obstacles say why, as far as it is known.
    Infeasible,
    /// Nothing better was found than leaving everything where it is; a closed gap proves that there is none.
    Unchanged,
}

/// The answer of the optimizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// What was asked for.
    pub strategy: Strategy,
    /// How good the answer is known to be.
    pub status: PlanStatus,
    /// The plan; where none is valid, the one that comes closest.
    pub choice: PlanChoice,
    /// Value of the plan under the strategy.
    pub objective: f64,
    /// No valid plan is below this; `None` where there is no valid plan.
    pub lower_bound: Option<f64>,
    /// `(objective - lower_bound) / objective`, 0 where both are 0.
    pub gap: Option<f64>,
    /// The unmoved plan.
    pub before: Score,
    /// This plan.
    pub after: Score,
    /// What keeps rules from being placed.
    pub obstacles: Vec<Obstacle>,
    /// The seed it was found with.
    pub seed: u64,
    /// Units of work done; see `SolveOptions::work_budget`.
    pub work_done: u64,
    /// Whether `control` stopped the search before its budget was spent.
    pub interrupted: bool,
}
