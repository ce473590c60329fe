//! The lower bound that suits a strategy.

use super::balance_bound::BalanceBounder;
use super::bound::PriceBounder;
use super::choice::Strategy;
use super::incumbent::Incumbent;
use super::model::Model;
use super::peak_bound::PeakBounder;

/// A lower bound that improves as it is given work.
#[derive(Clone, Debug)]
pub struct Bounder<'a> {
    kind: Kind<'a>,
    /// Work given and not yet done; less than 0 after a step that took more than there was.
    left: i64,
}

#[derive(Clone, Debug)]
enum Kind<'a> {
    /// For `BalanceLoad`.
    Balance(BalanceBounder<'a>),
    /// For `PeakMitigation`.
    Peak(PeakBounder<'a>),
    /// For `ResourceEfficiency` and `ConflictResolution`.
    Price(PriceBounder<'a>),
}

impl<'a> Bounder<'a> {
    /// A bound for `strategy`, from some options to start with, that will be given `budget` units of work in all.
    pub fn new(model: &'a Model, strategy: Strategy, options: &[usize], budget: u64) -> Bounder<'a> {
        let kind = match strategy {
            Strategy::BalanceLoad => Kind::Balance(BalanceBounder::new(model, options)),
            Strategy::PeakMitigation => Kind::Peak(PeakBounder::new(model, options, budget)),
            Strategy::ResourceEfficiency | Strategy::ConflictResolution => {
                Kind::Price(PriceBounder::new(model, strategy))
            }
        };
        Bounder { kind, left: 0 }
    }

    /// Improves the bound with `work` more units, on the average over calls; `best` is the best plan known,
    /// `objective` its value.
    pub fn advance(&mut self, work: u64, best: Option<&Incumbent>, objective: Option<f64>) {
        self.left += work as i64;
        let Ok(work) = u64::try_from(self.left) else {
            return;
        };
        let before = self.work();
        match &mut self.kind {
            Kind::Balance(bounder) => bounder.advance(work, objective),
            Kind::Peak(bounder) => bounder.advance(work, best.map_or(f64::INFINITY, |best| best.value)),
            Kind::Price(bounder) => bounder.advance(work, objective),
        }
        // What it had no use for is not saved up for later.
        self.left = (work as i64 - (self.work() - before) as i64).min(0);
    }

    fn work(&self) -> u64 {
        match &self.kind {
            Kind::Balance(bounder) => bounder.work(),
            Kind::Peak(bounder) => bounder.work(),
            Kind::Price(bounder) => bounder.work,
        }
    }

    /// No valid plan is below this; for `PeakMitigation` a ratio, 0..1 (above 1 where overloaded).
    pub fn bound(&self) -> f64 {
        match &self.kind {
            Kind::Balance(bounder) => bounder.bound,
            Kind::Peak(bounder) => bounder.bound(),
            Kind::Price(bounder) => bounder.bound,
        }
    }
}
