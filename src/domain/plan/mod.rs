//! Timetables: the problem, the search for better ones, and the judge.

mod adherence;
mod balance_bound;
mod bound;
mod bounder;
mod build;
mod chain;
mod choice;
mod cooling;
mod core;
mod doubt;
mod effect;
mod exact;
mod heat_bath;
mod idle;
mod incumbent;
mod kernel;
mod landscape;
mod model;
mod obstacle;
mod pairs;
mod peak_bound;
mod power;
mod presolve;
mod problem;
mod profile;
mod prover;
pub(in crate::domain) mod random;
mod reason;
mod relaxation;
pub mod replay;
mod rows;
mod score;
mod search;
mod settle;
mod solve;
mod state;
mod stay;
mod validate;
mod verify;

#[cfg(test)]
mod sample;

pub use adherence::{PlanAdherence, adherence};
pub use build::{
    Assumption, Blackout, BuildInput, BuiltProblem, DevicePeak, DurationQuantile, Exclusion, Follow,
    HorizonForm, HostInput, Kin, PlannedOrder, PlannedWork, SlotChoice, TimeGrid, TypeSample, TypicalNeeds,
    WindowLimit, build_problem,
};
pub use choice::{PlanChoice, PlanStatus, Solution, Strategy};
pub use doubt::{CapacityDoubt, capacity_doubts};
pub use effect::{ExecutedRun, MeasuredPeriod, MeasuredResource, measure};
pub use obstacle::Obstacle;
pub use problem::{PROBLEM_FORMAT, PlanHost, PlanRule, Precedence, Problem};
pub use profile::LoadProfile;
pub use reason::{PlanComparison, Relief};
pub use score::{ResourceScore, Score, score};
pub use solve::{Control, Progress, SolveOptions, WORK_PER_MILLISECOND, solve};
pub use stay::{StayReason, Trials};
pub use validate::ProblemError;
pub use verify::{Violation, verify};
