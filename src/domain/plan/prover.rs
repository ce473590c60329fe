//! Runs the exact search beside the chains: what it must beat changes as they find better plans.

use super::choice::Strategy;
use super::exact::{ExactSearch, Proof};
use super::incumbent::Incumbent;
use super::model::Model;

/// Movable rules above which branch and bound has no hope and only costs time.
const MOST_RULES: usize = 400;

/// Tries to prove that nothing beats the best plan, for `PeakMitigation` and `ConflictResolution`; for all
/// strategies, while there is no valid plan, to find one or to prove that there is none.
#[derive(Clone, Debug)]
pub struct Prover<'a> {
    model: &'a Model,
    strategy: Strategy,
    search: Option<ExactSearch<'a>>,
    /// Value that nothing is known to be below, by proof; and the value being tried.
    proven: Option<f64>,
    tried: f64,
    better: Option<Vec<usize>>,
    /// Work given and not yet done; less than 0 after a node that took more than there was.
    left: i64,
}

impl<'a> Prover<'a> {
    /// Nothing is proven yet.
    pub fn new(model: &'a Model, strategy: Strategy) -> Prover<'a> {
        Prover { model, strategy, search: None, proven: None, tried: f64::INFINITY, better: None, left: 0 }
    }

    /// Works on the proof for about `work` units; without a plan to beat, on any valid plan.
    pub fn advance(&mut self, work: u64, best: Option<&Incumbent>) {
        let value = best.map_or(f64::INFINITY, |best| best.value);
        if self.model.movable.len() > MOST_RULES || self.proven.is_some_and(|proven| value <= proven) {
            return;
        }
        let has_nothing_to_prove =
            matches!(self.strategy, Strategy::BalanceLoad | Strategy::ResourceEfficiency);
        if has_nothing_to_prove && best.is_some() {
            return;
        }
        match &mut self.search {
            Some(search) if self.strategy == Strategy::ConflictResolution => search.lower(value),
            // A tree that has ruled out a higher peak says nothing of a lower one.
            Some(_) if value >= self.tried - 1e-9 || value.is_infinite() => {}
            _ => self.search = Some(self.start(value)),
        }
        self.tried = value;
        let Some(search) = &mut self.search else {
            return;
        };
        self.left += work as i64;
        let Ok(work) = u64::try_from(self.left) else {
            return;
        };
        let before = search.work;
        let proof = search.advance(work);
        self.left = (work as i64 - (search.work - before) as i64).min(0);
        match proof {
            Proof::Open => {}
            Proof::Closed => self.proven = Some(self.tried),
            Proof::Better(options) => self.better = Some(options),
        }
    }

    fn start(&self, value: f64) -> ExactSearch<'a> {
        let limit = match self.strategy {
            Strategy::PeakMitigation if value.is_finite() => self
                .model
                .capacity
                .iter()
                .map(|capacity| ((value * capacity - 1e-6).ceil() - 1.0).max(0.0))
                .collect(),
            Strategy::ConflictResolution => self.model.capacity.clone(),
            _ => vec![f64::INFINITY; self.model.capacity.len()],
        };
        ExactSearch::new(self.model, self.strategy, limit, value)
    }

    /// A plan better than the one it was asked to prove, once.
    pub fn take_better(&mut self) -> Option<Vec<usize>> {
        self.better.take()
    }

    /// Whether `best` is proven to be the best, or, without one, that there is no valid plan.
    pub fn has_proven(&self, best: Option<&Incumbent>) -> bool {
        match (best, self.proven) {
            (_, None) => false,
            (Some(best), Some(proven)) => best.value <= proven * (1.0 + 1e-9),
            (None, Some(_)) => true,
        }
    }
}
