//! Lower bounds: prices on load, found by Frank and Wolfe's method, under which every rule chooses alone.
//!
//! For any prices, what the rules pay at their cheapest options, plus what the load then costs less than its
//! price at best, is below every plan. Tags and precedences are left out, which only lowers it.

use super::choice::Strategy;
use super::idle::idle_cost;
use super::kernel::{Scratch, option_prices};
use super::landscape::{COST_DIVISOR, Landscape};
use super::model::Model;
use super::state::for_each_part;

/// Exponent of the norm that stands for the highest utilisation while prices are sought.
const PEAK_EXPONENTS: [f64; 4] = [8.0, 20.0, 50.0, 120.0];
/// Iterations per exponent before the next one.
const ITERATIONS_PER_EXPONENT: u32 = 60;

/// A bound that improves as it is given work.
#[derive(Clone, Debug)]
pub struct Bounder<'a> {
    model: &'a Model,
    strategy: Strategy,
    landscape: Landscape,
    scratch: Scratch,
    /// A convex combination of plans, as loads.
    average: Vec<f64>,
    response: Vec<f64>,
    prices: Vec<f64>,
    /// Idle cost of the slots that are busy under every plan, cents.
    idle: f64,
    iteration: u32,
    round_work: u64,
    owed: i64,
    /// No valid plan has an objective below this; peak as a ratio 0..1, `balance` with its offset.
    pub bound: f64,
}

impl<'a> Bounder<'a> {
    /// Starts from the loads of some plan.
    pub fn new(model: &'a Model, strategy: Strategy, loads: &[f64]) -> Bounder<'a> {
        let rules = model.rules.iter();
        Bounder {
            model,
            strategy,
            landscape: Landscape::new(model, strategy, 1.0),
            scratch: Scratch::default(),
            average: loads.to_vec(),
            response: vec![0.0; loads.len()],
            prices: vec![0.0; loads.len()],
            idle: match strategy {
                Strategy::ResourceEfficiency => least_idle_cost(model),
                _ => 0.0,
            },
            iteration: 0,
            round_work: rules.map(|rule| rule.work).sum::<u64>() + 4 * loads.len() as u64,
            owed: 0,
            bound: 0.0,
        }
    }

    /// Improves the bound with about `work` units; `upper` is the best objective known.
    pub fn advance(&mut self, work: u64, upper: Option<f64>) {
        self.owed += work as i64;
        while self.owed > 0 {
            self.owed -= self.round_work as i64;
            self.iterate(upper);
        }
    }

    fn iterate(&mut self, upper: Option<f64>) {
        self.set_prices();
        self.response.fill(0.0);
        let mut paid = 0.0;
        for rule in 0..self.model.rules.len() {
            option_prices(self.model, &self.landscape, &self.prices, rule, &mut self.scratch);
            let costs = &self.scratch.costs;
            let mut cheapest = 0;
            for (option, cost) in costs.iter().enumerate() {
                if *cost < costs[cheapest] {
                    cheapest = option;
                }
            }
            paid += costs[cheapest];
            self.respond(rule, cheapest);
        }
        let bound = paid - self.price_of_capacity() + self.idle;
        self.bound = match self.strategy {
            Strategy::BalanceLoad => self.bound.max(bound - self.model.square_offset),
            _ => self.bound.max(bound),
        };
        self.step(bound, upper);
        self.iteration += 1;
    }

    fn respond(&mut self, rule: usize, option: usize) {
        let model = self.model;
        let described = &model.rules[rule];
        let (step, host) = (option % described.width, described.hosts[option / described.width]);
        for (first, length, multiplicity) in described.stretches(step) {
            for_each_part(first, length, model.horizon, |slot, _, part| {
                for &(resource, units) in &described.demand {
                    let from = (host * model.resources + resource) * model.horizon + slot;
                    for load in &mut self.response[from..from + part] {
                        *load += units * multiplicity;
                    }
                }
            });
        }
    }

    fn peak_exponent(&self) -> f64 {
        let stage = (self.iteration / ITERATIONS_PER_EXPONENT) as usize;
        PEAK_EXPONENTS[stage.min(PEAK_EXPONENTS.len() - 1)]
    }

    /// Prices: the slope of the cost at the average load. `ConflictResolution` has no slope to follow: its
    /// prices are moved by `step`.
    fn set_prices(&mut self) {
        let horizon = self.model.horizon;
        match self.strategy {
            Strategy::BalanceLoad => {
                for (index, price) in self.prices.iter_mut().enumerate() {
                    *price = 2.0 * self.model.square_weight[index / horizon] * self.average[index];
                }
            }
            Strategy::PeakMitigation => {
                let exponent = self.peak_exponent();
                let highest = self.highest_average();
                let mut sum = 0.0;
                for (index, price) in self.prices.iter_mut().enumerate() {
                    let capacity = self.model.capacity[index / horizon];
                    let used = if capacity > 0.0 { self.average[index] / capacity } else { 0.0 };
                    let weight = (used / highest).powf(exponent - 1.0);
                    sum += weight;
                    *price = if capacity > 0.0 { weight / capacity } else { 0.0 };
                }
                for price in &mut self.prices {
                    *price /= sum.max(f64::MIN_POSITIVE);
                }
            }
            Strategy::ResourceEfficiency | Strategy::ConflictResolution => {}
        }
    }

    fn highest_average(&self) -> f64 {
        let cells = self.average.chunks_exact(self.model.horizon).zip(&self.model.capacity);
        let used = cells
            .filter(|(_, capacity)| **capacity > 0.0)
            .map(|(loads, capacity)| loads.iter().copied().fold(0.0, f64::max) / capacity);
        used.fold(f64::MIN_POSITIVE, f64::max)
    }

    /// Most that the prices of a load exceed its cost by, summed over cells and slots.
    fn price_of_capacity(&self) -> f64 {
        let horizon = self.model.horizon;
        let mut sum = 0.0;
        for (index, &price) in self.prices.iter().enumerate() {
            let cell = index / horizon;
            let landscape = &self.landscape;
            sum += match self.strategy {
                Strategy::BalanceLoad => match self.model.square_weight[cell] {
                    weight if weight > 0.0 => price * price / (4.0 * weight),
                    _ => 0.0,
                },
                Strategy::PeakMitigation => 0.0,
                Strategy::ConflictResolution => price * self.model.capacity[cell],
                Strategy::ResourceEfficiency => {
                    let (low, high) = (landscape.limit[cell], landscape.second_limit[cell]);
                    if price <= 0.0 {
                        0.0
                    } else if price <= landscape.linear[cell] {
                        price * low
                    } else {
                        price * high - landscape.linear[cell] * (high - low)
                    }
                }
            };
        }
        sum
    }

    /// Moves the average towards the response, or the prices along the excess.
    fn step(&mut self, bound: f64, upper: Option<f64>) {
        let share = match self.strategy {
            Strategy::BalanceLoad => self.exact_share(),
            Strategy::PeakMitigation => 2.0 / f64::from(self.iteration % ITERATIONS_PER_EXPONENT + 10),
            Strategy::ResourceEfficiency | Strategy::ConflictResolution => {
                self.move_prices(bound, upper);
                return;
            }
        };
        for (average, response) in self.average.iter_mut().zip(&self.response) {
            *average += share * (response - *average);
        }
    }

    /// Step that minimises the squares exactly.
    fn exact_share(&self) -> f64 {
        let (mut slope, mut curvature) = (0.0, 0.0);
        for (index, (average, response)) in self.average.iter().zip(&self.response).enumerate() {
            let weight = self.model.square_weight[index / self.model.horizon];
            let toward = response - average;
            slope -= weight * average * toward;
            curvature += weight * toward * toward;
        }
        if curvature > 0.0 { (slope / curvature).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Subgradient step of Polyak's length towards the best objective known.
    fn move_prices(&mut self, bound: f64, upper: Option<f64>) {
        let horizon = self.model.horizon;
        let target = upper.unwrap_or(2.0 * bound.abs().max(100.0));
        // What the load of the cheapest options leaves over or lacks, in each slot, smoothed over rounds.
        let mut length = 0.0;
        for (index, &load) in self.response.iter().enumerate() {
            let cell = index / horizon;
            let capacity = self.model.capacity[cell];
            if capacity <= 0.0 {
                continue;
            }
            let free = match self.strategy {
                Strategy::ResourceEfficiency if self.prices[index] < self.landscape.linear[cell] => {
                    self.landscape.limit[cell]
                }
                _ => capacity,
            };
            let excess = (load - free) / capacity;
            // Utilisation makes resources of different units comparable.
            let smoothed = 0.7 * self.average[index] + 0.3 * excess;
            self.average[index] = if self.iteration == 0 { excess } else { smoothed };
            if excess > 0.0 || self.prices[index] > 0.0 {
                length += self.average[index] * self.average[index];
            }
        }
        if length <= 0.0 {
            return;
        }
        let patience = 1.0 / (1.0 + f64::from(self.iteration) / 200.0);
        let scale = patience * (target - bound).max(0.0) / length;
        for (index, price) in self.prices.iter_mut().enumerate() {
            let cell = index / horizon;
            let capacity = self.model.capacity[cell];
            if capacity <= 0.0 {
                continue;
            }
            let most = match self.strategy {
                Strategy::ResourceEfficiency => self.landscape.linear[cell] + self.landscape.second[cell],
                _ => f64::INFINITY,
            };
            *price = (*price + scale * self.average[index] / capacity).clamp(0.0, most);
        }
    }
}

/// Idle cost of the slots that some rule occupies whatever its shift, cents. More busy slots never cost less.
fn least_idle_cost(model: &Model) -> f64 {
    let horizon = model.horizon;
    let mut busy = vec![0u32; model.hosts * horizon];
    for rule in &model.rules {
        let [host] = rule.hosts[..] else {
            continue;
        };
        let mut covering = vec![0usize; horizon];
        for step in 0..rule.width {
            for (first, length, _) in rule.stretches(step) {
                for slot in first..first + length {
                    covering[slot % horizon] += 1;
                }
            }
        }
        for (slot, &shifts) in covering.iter().enumerate() {
            busy[host * horizon + slot] += u32::from(shifts == rule.width);
        }
    }
    let hosts = busy.chunks_exact(horizon).enumerate();
    hosts.map(|(host, busy)| idle_cost(model, host, busy)).sum::<f64>() / COST_DIVISOR
}
