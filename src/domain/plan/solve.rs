//! The optimizer: presolve, chains in parallel, and the judge's word on what they found.

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

use super::bound::Bounder;
use super::chain::{Chain, Incumbent};
use super::choice::{PlanChoice, PlanStatus, Solution, Strategy};
use super::model::Model;
use super::obstacle::Obstacle;
use super::presolve::{Windows, obstacles};
use super::problem::Problem;
use super::prover::Prover;
use super::score::score;
use super::settle::settle;
use super::validate::ProblemError;

/// Units of work that one core does in a millisecond at the least. Work is counted in slots looked at; the
/// constant turns a time limit into work, so that the same limit gives the same plan on any machine.
pub const WORK_PER_MILLISECOND: u64 = 500_000;
/// Work of one chain between two calls of `control`.
const SLICE: u64 = 6_000_000;

/// The bound gets this part of the work of one chain.
const BOUND_SHARE: u64 = 6;
/// The proof of optimality gets this part of it, while it is worth trying.
const PROOF_SHARE: u64 = 3;
/// Relative difference below which bound and objective are one.
const CLOSED: f64 = 1e-9;

/// How long and how wide to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SolveOptions {
    /// Drives every random choice.
    pub seed: u64,
    /// Units of work per chain.
    pub work_budget: u64,
    /// Chains; the plan depends on their number, not on the number of threads that run them.
    pub chains: usize,
}

impl SolveOptions {
    /// Two chains with the work that fits a time limit.
    pub fn for_time_limit(seed: u64, milliseconds: u64) -> SolveOptions {
        SolveOptions { seed, work_budget: milliseconds.saturating_mul(WORK_PER_MILLISECOND), chains: 2 }
    }
}

/// What `control` is told between slices of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Units of work done per chain.
    pub work_done: u64,
    /// Units of work allowed per chain.
    pub work_budget: u64,
    /// Objective of the best valid plan so far.
    pub objective: Option<f64>,
    /// What no plan is below, as far as it is known.
    pub lower_bound: Option<f64>,
}

/// What `control` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Return the best plan so far.
    Stop,
}

/// Searches for the plan that is best under `strategy`.
///
/// Pure: the clock, the progress bar and Ctrl-C live in `control`, which is called between slices of some
/// twenty milliseconds. The plan depends on the problem, the strategy, the options and on the slice in
/// which `control` stops, if it does; not on the number of threads.
///
/// # Errors
/// The problem is not valid.
pub fn solve(
    problem: &Problem,
    strategy: Strategy,
    options: &SolveOptions,
    control: &mut dyn FnMut(&Progress) -> Control,
) -> Result<Solution, ProblemError> {
    problem.validate()?;
    let windows = match Windows::propagate(problem) {
        Ok(windows) => windows,
        Err(obstacle) => return Ok(infeasible(problem, strategy, options, vec![obstacle])),
    };
    let found = obstacles(problem, &windows, strategy);
    if !found.is_empty() {
        return Ok(infeasible(problem, strategy, options, found));
    }
    let model = Model::new(problem, &windows);
    let start = start_options(problem, &model, &windows);
    let mut chains: Vec<Chain<'_>> = (0..options.chains.max(1) as u64)
        .map(|position| {
            let seed = options.seed.wrapping_mul(0x9E37_79B9).wrapping_add(position);
            Chain::new(&model, strategy, start.clone(), seed, options.work_budget)
        })
        .collect();
    let mut bounder = Bounder::new(&model, strategy, chains[0].loads());
    let mut prover = Prover::new(&model, strategy);
    let mut bound = None;
    let mut best: Option<Incumbent> = None;
    let mut work_done = 0;
    let mut interrupted = false;
    loop {
        for chain in &chains {
            if let Some(candidate) = &chain.best
                && best.as_ref().is_none_or(|best| best.is_beaten_by(candidate.value, candidate.tie))
            {
                best = Some(candidate.clone());
            }
        }
        let objective =
            best.as_ref().map(|best| score(problem, &model.choice(&best.options)).objective(strategy));
        let progress = Progress { work_done, work_budget: options.work_budget, objective, lower_bound: None };
        let closed = objective
            .zip(bound)
            .is_some_and(|(objective, bound)| objective - bound <= CLOSED * objective.abs().max(CLOSED));
        if closed || work_done >= options.work_budget {
            break;
        }
        if control(&progress) == Control::Stop {
            interrupted = true;
            break;
        }
        let slice = SLICE.min(options.work_budget - work_done);
        rayon::join(
            || {
                bounder.advance(slice / BOUND_SHARE, objective);
                prover.advance(slice / PROOF_SHARE, best.as_ref());
            },
            || chains.par_iter_mut().for_each(|chain| chain.advance(slice)),
        );
        bound = Some(attainable(problem, strategy, bounder.bound));
        if let Some(options) = prover.take_better() {
            chains[0].adopt(&options);
        }
        if prover.has_proven(best.as_ref()) {
            bound = objective;
        }
        for chain in &mut chains {
            chain.floor = bounder.bound;
        }
        work_done += slice;
    }
    let choice = match &best {
        Some(best) => {
            let settled = settle(&model, strategy, best);
            let (searched, settled) = (model.choice(&best.options), model.choice(&settled));
            prefer_settled(problem, strategy, searched, settled)
        }
        None => model.choice(&start),
    };
    Ok(finish(problem, strategy, options, (choice, bound), work_done, interrupted))
}

/// The settled plan, unless the judge finds it worse than the one the search found.
fn prefer_settled(
    problem: &Problem,
    strategy: Strategy,
    searched: PlanChoice,
    settled: PlanChoice,
) -> PlanChoice {
    let (found, home) = (score(problem, &searched), score(problem, &settled));
    let limit = found.objective(strategy) * (1.0 + 1e-9);
    if home.is_valid(strategy) && home.objective(strategy) <= limit { settled } else { searched }
}

/// A bound in the unit of the objective, raised to the next value that a plan can have.
fn attainable(problem: &Problem, strategy: Strategy, bound: f64) -> f64 {
    match strategy {
        Strategy::BalanceLoad | Strategy::ResourceEfficiency => bound,
        // Priorities, occurrences and minutes are whole numbers; displacement comes in slots, migration not.
        Strategy::ConflictResolution => (bound - 1e-6).ceil(),
        Strategy::PeakMitigation => {
            let capacities = problem.hosts.iter().flat_map(|host| &host.capacity);
            let loads = capacities.filter(|&&capacity| capacity > 0).map(|&capacity| {
                let capacity = capacity as f64;
                (bound * capacity - 1e-6).ceil() / capacity
            });
            100.0 * loads.fold(f64::INFINITY, f64::min)
        }
    }
}

/// Shifts that keep the precedences, on the wanted hosts.
fn start_options(problem: &Problem, model: &Model, windows: &Windows) -> Vec<usize> {
    let shifts = windows.nearest_shifts(problem);
    let rules = model.rules.iter().zip(&problem.rules).zip(shifts);
    rules
        .map(|((rule, described), shift)| {
            let home = rule.encode(shift, described.host);
            home.or_else(|| rule.encode(shift, rule.hosts[0])).unwrap_or(0)
        })
        .collect()
}

fn infeasible(
    problem: &Problem,
    strategy: Strategy,
    options: &SolveOptions,
    obstacles: Vec<Obstacle>,
) -> Solution {
    let mut solution = finish(problem, strategy, options, (problem.unmoved(), None), 0, false);
    solution.status = PlanStatus::Infeasible;
    solution.obstacles = obstacles;
    solution
}

fn finish(
    problem: &Problem,
    strategy: Strategy,
    options: &SolveOptions,
    (mut choice, bound): (PlanChoice, Option<f64>),
    work_done: u64,
    interrupted: bool,
) -> Solution {
    let unmoved = problem.unmoved();
    let before = score(problem, &unmoved);
    let mut after = score(problem, &choice);
    let objective = after.objective(strategy);
    if before.is_valid(strategy) && (!after.is_valid(strategy) || before.objective(strategy) <= objective) {
        choice = unmoved;
        after = before.clone();
    }
    let objective = after.objective(strategy);
    let bound = bound.map(|bound| bound.min(objective)).filter(|_| after.is_valid(strategy));
    let gap = bound.map(|bound| match objective {
        objective if objective.abs() > 0.0 => (objective - bound) / objective.abs(),
        _ => 0.0,
    });
    let status = if !after.is_valid(strategy) {
        PlanStatus::Infeasible
    } else if gap.is_some_and(|gap| gap <= CLOSED) {
        PlanStatus::Optimal
    } else if after.moved == 0 {
        PlanStatus::Unchanged
    } else {
        PlanStatus::Feasible
    };
    let obstacles = match status {
        PlanStatus::Infeasible => vec![Obstacle::NotFound],
        _ => Vec::new(),
    };
    Solution {
        strategy,
        status,
        objective,
        lower_bound: bound,
        gap,
        choice,
        before,
        after,
        obstacles,
        seed: options.seed,
        work_done,
        interrupted,
    }
}
