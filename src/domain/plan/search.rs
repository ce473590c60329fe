//! The chains, the bound and the proof side by side, slice by slice.

use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

use super::bounder::Bounder;
use super::chain::Chain;
use super::choice::Strategy;
use super::core::are_impossible;
use super::incumbent::Incumbent;
use super::model::Model;
use super::problem::Problem;
use super::prover::Prover;
use super::score::score;
use super::solve::{CLOSED, Control, Progress, SolveOptions};

/// Work of one chain between two calls of `control`.
const SLICE: u64 = 6_000_000;

/// Work of the first slice.
const FIRST_SLICE: u64 = 500_000;
/// The bound gets this part of the work of one chain.
const BOUND_SHARE: u64 = 1;
/// The proof of optimality gets this part of it, while it is worth trying.
const PROOF_SHARE: u64 = 3;
/// Where the peak is proven, its tie-break gets this part of the budget.
const TIE_SHARE: u64 = 10;

/// Without a plan after this part of the budget, and with as much work, it is asked whether there is one.
const DOUBT_SHARE: u64 = 20;

/// Why a search came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Bound and objective met, or the budget was spent.
    Done,
    /// `control` said so.
    Stopped,
    /// Every combination was ruled out.
    ProvenInfeasible,
}

/// The chains, the bound and the proof, and what they have found together.
pub struct Search<'a> {
    problem: &'a Problem,
    model: &'a Model,
    strategy: Strategy,
    budget: u64,
    chains: Vec<Chain<'a>>,
    bounder: Bounder<'a>,
    prover: Prover<'a>,
    /// Best valid options of all chains.
    pub best: Option<Incumbent>,
    objective: Option<f64>,
    /// What no valid plan is below, in the unit of the objective.
    pub bound: Option<f64>,
    /// Work done per chain.
    pub work_done: u64,
}

impl<'a> Search<'a> {
    /// Chains from the options `start`, and nothing known.
    pub fn new(
        problem: &'a Problem,
        model: &'a Model,
        strategy: Strategy,
        options: &SolveOptions,
        start: &[usize],
    ) -> Search<'a> {
        let chains: Vec<Chain<'_>> = (0..options.chains.max(1) as u64)
            .map(|position| {
                let seed = options.seed.wrapping_mul(0x9E37_79B9).wrapping_add(position);
                Chain::new(model, strategy, start.to_vec(), seed, options.work_budget)
            })
            .collect();
        Search {
            bounder: Bounder::new(model, strategy, start, options.work_budget / BOUND_SHARE),
            prover: Prover::new(model, strategy),
            problem,
            model,
            strategy,
            budget: options.work_budget,
            chains,
            best: None,
            objective: None,
            bound: None,
            work_done: 0,
        }
    }

    /// Searches until the bound is met, the work is spent, or `control` says stop.
    pub fn run(&mut self, control: &mut dyn FnMut(&Progress) -> Control) -> Ended {
        let mut end = self.budget;
        let mut settling_ties = false;
        let mut doubted = false;
        loop {
            self.gather();
            if self.best.is_none() && self.prover.has_proven(None) {
                return Ended::ProvenInfeasible;
            }
            if self.best.is_none() && !doubted && self.work_done >= self.budget / DOUBT_SHARE {
                doubted = true;
                if are_impossible(self.problem, self.strategy, self.budget / DOUBT_SHARE) {
                    return Ended::ProvenInfeasible;
                }
            }
            if self.is_closed() && !settling_ties {
                if self.strategy != Strategy::PeakMitigation {
                    return Ended::Done;
                }
                // The peak is as low as it can be; what is left to gain is the variance below it.
                settling_ties = true;
                end = end.min(self.work_done + self.budget / TIE_SHARE);
                for chain in &mut self.chains {
                    chain.turn_to_ties();
                }
            }
            if self.work_done >= end {
                return Ended::Done;
            }
            let progress = Progress {
                work_done: self.work_done,
                work_budget: self.budget,
                objective: self.objective,
                lower_bound: self.bound,
            };
            if control(&progress) == Control::Stop {
                self.chains.par_iter_mut().for_each(Chain::quench);
                self.gather();
                return Ended::Stopped;
            }
            // Short slices first: a small problem is solved, and a large one has a plan, long before 20 ms.
            let slice = SLICE.min(FIRST_SLICE + self.work_done);
            self.advance(slice.min(end - self.work_done));
        }
    }

    /// The best of the chains; all of them are told of it.
    fn gather(&mut self) {
        let mut improved = false;
        for candidate in self.chains.iter().filter_map(|chain| chain.best.as_ref()) {
            let beaten = |best: &Incumbent| best.is_beaten_by(candidate.value, candidate.tie);
            if self.best.as_ref().is_none_or(beaten) {
                self.best = Some(candidate.clone());
                improved = true;
            }
        }
        let Some(best) = self.best.as_ref().filter(|_| improved) else {
            return;
        };
        for chain in &mut self.chains {
            chain.adopt(&best.options);
        }
        let judged = score(self.problem, &self.model.choice(&best.options));
        self.objective = Some(judged.objective(self.strategy));
    }

    fn is_closed(&self) -> bool {
        let pair = self.objective.zip(self.bound);
        pair.is_some_and(|(objective, bound)| objective - bound <= CLOSED * objective.abs().max(CLOSED))
    }

    fn advance(&mut self, slice: u64) {
        let (objective, best) = (self.objective, self.best.as_ref());
        // A proof that has not come by then hardly comes any more.
        let is_early = self.work_done < self.budget / PROOF_SHARE;
        let proof_share = if is_early { PROOF_SHARE } else { 4 * PROOF_SHARE };
        let (bounder, prover, chains) = (&mut self.bounder, &mut self.prover, &mut self.chains);
        rayon::join(
            || {
                bounder.advance(slice / BOUND_SHARE, best, objective);
                prover.advance(slice / proof_share, best);
            },
            || chains.par_iter_mut().for_each(|chain| chain.advance(slice)),
        );
        self.work_done += slice;
        let lower = self.bounder.bound();
        let mut bound = attainable(self.problem, self.strategy, lower);
        if let (true, Some(objective)) = (self.prover.has_proven(best), objective) {
            bound = bound.max(objective);
        }
        self.bound = Some(bound);
        if let Some(options) = self.prover.take_better() {
            self.chains[0].adopt(&options);
        }
        for chain in &mut self.chains {
            chain.floor = lower;
        }
    }
}

/// A bound in the unit of the objective, raised to the next value that a plan can have.
fn attainable(problem: &Problem, strategy: Strategy, bound: f64) -> f64 {
    match strategy {
        Strategy::BalanceLoad | Strategy::ResourceEfficiency => bound,
        // Priorities, occurrences and minutes are whole numbers; displacement comes in slots, migration not.
        Strategy::ConflictResolution => (bound - 1e-6).ceil().max(0.0) + 0.0,
        Strategy::PeakMitigation => {
            let capacities = problem.hosts.iter().flat_map(|host| &host.capacity);
            let loads = capacities.filter(|&&capacity| capacity > 0).map(|&capacity| {
                let capacity = capacity as f64;
                (bound * capacity - 1e-6).ceil().max(0.0) / capacity + 0.0
            });
            100.0 * loads.fold(f64::INFINITY, f64::min)
        }
    }
}
