//! The lower bound that suits a strategy.

use super::balance_bound::BalanceBounder;
use super::bound::PriceBounder;
use super::choice::Strategy;
use super::incumbent::Incumbent;
use super::model::Model;
use super::peak_bound::PeakBounder;

/// A lower bound that improves as it is given work.
#[derive(Clone, Debug)]
pub enum Bounder<'a> {
    /// For `BalanceLoad`.
    Balance(BalanceBounder<'a>),
    /// For `PeakMitigation`.
    Peak(PeakBounder<'a>),
    /// For `ResourceEfficiency` and `ConflictResolution`.
    Price(PriceBounder<'a>),
}

impl<'a> Bounder<'a> {
    /// A bound for `strategy`, from some options to start with.
    pub fn new(model: &'a Model, strategy: Strategy, options: &[usize]) -> Bounder<'a> {
        match strategy {
            Strategy::BalanceLoad => Bounder::Balance(BalanceBounder::new(model, options)),
            Strategy::PeakMitigation => Bounder::Peak(PeakBounder::new(model, options)),
            Strategy::ResourceEfficiency | Strategy::ConflictResolution => {
                Bounder::Price(PriceBounder::new(model, strategy))
            }
        }
    }

    /// Improves the bound with about `work` units; `best` is the best plan known, `objective` its value.
    pub fn advance(&mut self, work: u64, best: Option<&Incumbent>, objective: Option<f64>) {
        match self {
            Bounder::Balance(bounder) => bounder.advance(work, objective),
            Bounder::Peak(bounder) => bounder.advance(work, best.map_or(f64::INFINITY, |best| best.value)),
            Bounder::Price(bounder) => bounder.advance(work, objective),
        }
    }

    /// No valid plan is below this; for `PeakMitigation` a ratio, 0..1 (above 1 where overloaded).
    pub fn bound(&self) -> f64 {
        match self {
            Bounder::Balance(bounder) => bounder.bound,
            Bounder::Peak(bounder) => bounder.bound(),
            Bounder::Price(bounder) => bounder.bound,
        }
    }
}
