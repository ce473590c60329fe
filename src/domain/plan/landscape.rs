//! What the search minimises: a cost per slot and load, a cost per option, and penalties.

use super::choice::Strategy;
use super::model::{Model, ModelRule};

/// Watt-slot-cents of switching a host on.
pub const START_COST: f64 = 240_000.0;
/// Watt-slot-cents in one cent of the efficiency objective.
pub const COST_DIVISOR: f64 = 12_000.0;

/// Charge for a hundredth of a capacity that outweighs any gain in variance; both are percent squared.
const FORBIDDING: f64 = 1e3;

/// How a cell (a resource of a host) is charged for its load in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `square * load^2`, and `linear` per unit above `limit` on top.
    GuardedSquare,
    /// `linear` per unit above `limit`.
    Excess,
    /// `linear` per unit above `limit`, `second` per unit above `second_limit` on top.
    TwoSteps,
}

/// What an option costs whatever the others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionCharge {
    /// Nothing.
    Nothing,
    /// Weighted minutes moved.
    Displacement,
    /// Energy of the rule, and of the host by way of its idle gaps.
    Energy,
}

/// A cost function over plans. Vectors are by `host * resources + resource` unless said otherwise.
#[derive(Clone, Debug)]
pub struct Landscape {
    /// Form of the slot cost.
    pub shape: Shape,
    /// Charge per option.
    pub charge: OptionCharge,
    /// Weight of the squared load.
    pub square: Vec<f64>,
    /// Load above which `linear` counts; also the limit that `SearchState::over` measures.
    pub limit: Vec<f64>,
    /// Charge per unit above `limit`.
    pub linear: Vec<f64>,
    /// Load above which `second` counts.
    pub second_limit: Vec<f64>,
    /// Charge per unit above `second_limit`.
    pub second: Vec<f64>,
    /// Factor on `linear` under `Excess`, by `cell * horizon + slot`; empty where all are 1.
    pub stubbornness: Vec<f64>,
    /// Charge per rule beyond the first in a slot of a tag.
    pub tag_weight: f64,
}

impl Landscape {
    /// The landscape a strategy starts with. `PeakMitigation` and `ConflictResolution` charge excess over
    /// capacity, per unit relative to `excess_charge` for one hundredth of the capacity.
    pub fn new(model: &Model, strategy: Strategy, excess_charge: f64) -> Landscape {
        let cells = model.capacity.len();
        let mut landscape = Landscape {
            shape: Shape::GuardedSquare,
            charge: OptionCharge::Nothing,
            square: model.square_weight.clone(),
            limit: vec![f64::INFINITY; cells],
            linear: vec![0.0; cells],
            second_limit: vec![f64::INFINITY; cells],
            second: vec![0.0; cells],
            stubbornness: Vec::new(),
            tag_weight: 0.0,
        };
        match strategy {
            Strategy::BalanceLoad => {}
            Strategy::ResourceEfficiency => {
                landscape.shape = Shape::TwoSteps;
                landscape.charge = OptionCharge::Energy;
                for cell in 0..cells {
                    let capacity = model.capacity[cell];
                    if capacity > 0.0 {
                        landscape.limit[cell] = model.target[cell];
                        landscape.linear[cell] = (600_000.0 / capacity).floor() / COST_DIVISOR;
                        landscape.second_limit[cell] = capacity;
                        landscape.second[cell] = (12_000_000.0 / capacity).floor() / COST_DIVISOR;
                    }
                }
            }
            Strategy::PeakMitigation | Strategy::ConflictResolution => {
                landscape.shape = Shape::Excess;
                landscape.limit.clone_from(&model.capacity);
                if strategy == Strategy::ConflictResolution {
                    landscape.charge = OptionCharge::Displacement;
                }
                landscape.charge_excess(model, excess_charge);
            }
        }
        landscape
    }

    /// `balance` among the plans whose utilisation is nowhere above `peak`, 0..1.
    pub fn below_peak(model: &Model, peak: f64) -> Landscape {
        let mut landscape = Landscape::new(model, Strategy::BalanceLoad, 0.0);
        for (cell, &capacity) in model.capacity.iter().enumerate() {
            if capacity > 0.0 {
                landscape.limit[cell] = (peak * capacity + 1e-6).floor();
            }
        }
        landscape.charge_excess(model, FORBIDDING);
        landscape
    }

    /// Work of evaluating all options of a rule.
    pub fn work_of(&self, model: &Model, rule: usize) -> u64 {
        let described = &model.rules[rule];
        // The idle gaps of every host are read anew, slot by slot, and asked about per option and segment.
        let idle = match self.charge {
            OptionCharge::Energy => {
                described.hosts.len() * 2 * model.horizon + described.options() * 2 * described.segments.len()
            }
            OptionCharge::Nothing | OptionCharge::Displacement => 0,
        };
        described.work + idle as u64
    }

    /// Charges a hundredth of a cell's capacity above its limit with `charge`.
    pub fn charge_excess(&mut self, model: &Model, charge: f64) {
        for (cell, linear) in self.linear.iter_mut().enumerate() {
            *linear = charge * 100.0 / model.capacity[cell].max(1.0);
        }
    }

    /// Charge of an option by itself.
    pub fn option_charge(&self, rule: &ModelRule, option: usize) -> f64 {
        match self.charge {
            OptionCharge::Nothing => 0.0,
            OptionCharge::Displacement => rule.displacement[option],
            OptionCharge::Energy => rule.energy[option % rule.width] / COST_DIVISOR,
        }
    }

    /// Writes the charges of all options of a rule into `costs`.
    pub fn charge_options(&self, rule: &ModelRule, costs: &mut Vec<f64>) {
        costs.clear();
        match self.charge {
            OptionCharge::Nothing => costs.resize(rule.options(), 0.0),
            OptionCharge::Displacement => costs.extend_from_slice(&rule.displacement),
            OptionCharge::Energy => {
                for _ in &rule.hosts {
                    costs.extend(rule.energy.iter().map(|&energy| energy / COST_DIVISOR));
                }
            }
        }
    }

    /// Cost of a load in one slot of a cell.
    pub fn slot_cost(&self, cell: usize, load: f64) -> f64 {
        let above = (load - self.limit[cell]).max(0.0);
        match self.shape {
            Shape::GuardedSquare => self.square[cell] * load * load + self.linear[cell] * above,
            Shape::Excess => self.linear[cell] * above,
            Shape::TwoSteps => {
                let above_second = (load - self.second_limit[cell]).max(0.0);
                self.linear[cell] * above + self.second[cell] * above_second
            }
        }
    }

    /// Adds to `out` what `units` more cost in each of the slots whose loads are `loads`.
    pub fn add_marginals(&self, cell: usize, from: usize, units: f64, loads: &[f64], out: &mut [f64]) {
        let linear = self.linear[cell];
        let limit = self.limit[cell];
        match self.shape {
            Shape::GuardedSquare => {
                let slope = 2.0 * self.square[cell] * units;
                let constant = self.square[cell] * units * units;
                for (out, &load) in out.iter_mut().zip(loads) {
                    *out += slope * load + constant;
                }
                if linear > 0.0 {
                    for (out, &load) in out.iter_mut().zip(loads) {
                        let above = (load - limit).max(0.0);
                        *out += linear * ((load + units - limit).max(0.0) - above);
                    }
                }
            }
            Shape::Excess if !self.stubbornness.is_empty() => {
                let factors = &self.stubbornness[from..];
                for ((out, &load), &factor) in out.iter_mut().zip(loads).zip(factors) {
                    let above = (load - limit).max(0.0);
                    *out += factor * linear * ((load + units - limit).max(0.0) - above);
                }
            }
            Shape::Excess => {
                for (out, &load) in out.iter_mut().zip(loads) {
                    let above = (load - limit).max(0.0);
                    *out += linear * ((load + units - limit).max(0.0) - above);
                }
            }
            Shape::TwoSteps => {
                let second = self.second[cell];
                let second_limit = self.second_limit[cell];
                for (out, &load) in out.iter_mut().zip(loads) {
                    let above = (load - limit).max(0.0);
                    let above_second = (load - second_limit).max(0.0);
                    *out += linear * ((load + units - limit).max(0.0) - above)
                        + second * ((load + units - second_limit).max(0.0) - above_second);
                }
            }
        }
    }
}
