//! Runs the exact search beside the chains: what it must beat changes as they find better plans.

use super::chain::Incumbent;
use super::choice::Strategy;
use super::exact::{ExactSearch, Proof};
use super::model::Model;

/// Movable rules above which branch and bound has no hope and only costs time.
const MOST_RULES: usize = 400;

/// Tries to prove that nothing beats the best plan, for `PeakMitigation` and `ConflictResolution`.
#[derive(Clone, Debug)]
pub struct Prover<'a> {
    model: &'a Model,
    strategy: Strategy,
    search: Option<ExactSearch<'a>>,
    /// Value that nothing is known to be below, by proof; and the value being tried.
    proven: Option<f64>,
    tried: f64,
    better: Option<Vec<usize>>,
}

impl<'a> Prover<'a> {
    /// Nothing is proven yet.
    pub fn new(model: &'a Model, strategy: Strategy) -> Prover<'a> {
        Prover { model, strategy, search: None, proven: None, tried: f64::INFINITY, better: None }
    }

    /// Works on the proof for about `work` units.
    pub fn advance(&mut self, work: u64, best: Option<&Incumbent>) {
        let Some(best) = best else {
            return;
        };
        if self.model.movable.len() > MOST_RULES || self.has_proven(Some(best)) {
            return;
        }
        match self.strategy {
            Strategy::ConflictResolution => match &mut self.search {
                Some(search) => search.lower(best.value),
                None => self.search = Some(self.start(best.value)),
            },
            Strategy::PeakMitigation => {
                // A tree that has ruled out a higher peak says nothing of a lower one.
                if self.search.is_none() || best.value < self.tried - 1e-9 {
                    self.search = Some(self.start(best.value));
                }
            }
            Strategy::BalanceLoad | Strategy::ResourceEfficiency => return,
        }
        self.tried = best.value;
        let Some(search) = &mut self.search else {
            return;
        };
        match search.advance(work) {
            Proof::Open => {}
            Proof::Closed => self.proven = Some(self.tried),
            Proof::Better(options) => self.better = Some(options),
        }
    }

    fn start(&self, value: f64) -> ExactSearch<'a> {
        let limit = match self.strategy {
            Strategy::PeakMitigation => self
                .model
                .capacity
                .iter()
                .map(|capacity| ((value * capacity - 1e-6).ceil() - 1.0).max(0.0))
                .collect(),
            _ => self.model.capacity.clone(),
        };
        ExactSearch::new(self.model, self.strategy, limit, value)
    }

    /// A plan better than the one it was asked to prove, once.
    pub fn take_better(&mut self) -> Option<Vec<usize>> {
        self.better.take()
    }

    /// Whether `best` is proven to be the best.
    pub fn has_proven(&self, best: Option<&Incumbent>) -> bool {
        let Some((best, proven)) = best.zip(self.proven) else {
            return false;
        };
        best.value <= proven * (1.0 + 1e-9)
    }
}
