//! Lower bounds from prices: on loads, tags and precedences, under which every rule chooses alone.
//!
//! For any prices, what the rules pay at their cheapest options, plus what the load then costs less than its
//! price at best, is below every plan (Lagrange). The prices follow what the cheapest options leave over.

use super::choice::Strategy;
use super::kernel::Scratch;
use super::landscape::Landscape;
use super::model::Model;
use super::recurring::{RecurringGroup, recurring_groups};
use super::rows::Rows;

/// Rounds after which steps are half as long.
const PATIENCE: f64 = 200.0;
/// Weight of the newest round in the smoothed excess.
const NEWEST: f64 = 0.3;

/// A bound that improves as it is given work, for `ConflictResolution` and `ResourceEfficiency`.
#[derive(Clone, Debug)]
pub struct PriceBounder<'a> {
    model: &'a Model,
    strategy: Strategy,
    landscape: Landscape,
    scratch: Scratch,
    rows: Rows,
    /// What the rows lack or leave over, relative to their capacity and smoothed over rounds.
    excess: Vec<f64>,
    response: Vec<f64>,
    prices: Vec<f64>,
    groups: Vec<RecurringGroup>,
    /// Whether a rule is in one of the groups.
    grouped: Vec<bool>,
    /// Idle cost of the hosts without a group, cents.
    idle: f64,
    round: u32,
    round_work: u64,
    owed: i64,
    /// No valid plan has an objective below this.
    pub bound: f64,
}

impl<'a> PriceBounder<'a> {
    /// Starts with all prices at 0.
    pub fn new(model: &'a Model, strategy: Strategy) -> PriceBounder<'a> {
        let rows = Rows::new(model);
        let (groups, idle) = match strategy {
            Strategy::ResourceEfficiency => recurring_groups(model),
            _ => (Vec::new(), 0.0),
        };
        let mut grouped = vec![false; model.rules.len()];
        for &rule in groups.iter().flat_map(|group| &group.rules) {
            grouped[rule] = true;
        }
        let of_rules = model.rules.iter().map(|rule| rule.work).sum::<u64>();
        let of_groups = groups.iter().map(RecurringGroup::work).sum::<u64>();
        PriceBounder {
            model,
            strategy,
            landscape: Landscape::new(model, strategy, 1.0),
            scratch: Scratch::default(),
            excess: vec![0.0; rows.count],
            response: vec![0.0; rows.count],
            prices: vec![0.0; rows.count],
            round: 0,
            round_work: of_rules + of_groups + 4 * rows.count as u64,
            rows,
            groups,
            grouped,
            idle,
            owed: 0,
            bound: 0.0,
        }
    }

    /// Improves the bound with about `work` units; `upper` is the best objective known.
    pub fn advance(&mut self, work: u64, upper: Option<f64>) {
        self.owed += work as i64;
        while self.owed > 0 {
            self.owed -= self.round_work as i64;
            let bound = self.respond() - self.worth_of_capacity() + self.idle;
            self.bound = self.bound.max(bound);
            self.move_prices(bound, upper);
            self.round += 1;
        }
    }

    /// Puts every rule, and every group, at its cheapest options; what they pay together.
    fn respond(&mut self) -> f64 {
        self.response.fill(0.0);
        let mut paid = 0.0;
        for rule in 0..self.model.rules.len() {
            if self.grouped[rule] {
                continue;
            }
            self.price_options(rule);
            let costs = &self.scratch.costs;
            let mut cheapest = 0;
            for (option, cost) in costs.iter().enumerate() {
                if *cost < costs[cheapest] {
                    cheapest = option;
                }
            }
            paid += costs[cheapest];
            self.load(rule, cheapest);
        }
        let mut groups = std::mem::take(&mut self.groups);
        let mut chosen = Vec::new();
        for group in &mut groups {
            let costs: Vec<Vec<f64>> = group
                .rules
                .iter()
                .map(|&rule| {
                    self.price_options(rule);
                    self.scratch.costs.clone()
                })
                .collect();
            paid += group.cheapest(&costs, &mut chosen);
            for (&rule, &option) in group.rules.iter().zip(&chosen) {
                self.load(rule, option);
            }
        }
        self.groups = groups;
        paid
    }

    fn price_options(&mut self, rule: usize) {
        self.landscape.charge_options(&self.model.rules[rule], &mut self.scratch.costs);
        let prices = &self.prices;
        self.rows.add_costs(self.model, rule, |row| prices[row], &mut self.scratch);
    }

    fn load(&mut self, rule: usize, option: usize) {
        let response = &mut self.response;
        self.rows.for_each_entry(self.model, rule, option, |row, units| response[row] += units);
    }

    /// Most that the prices of the rows exceed the cost of their loads by.
    fn worth_of_capacity(&self) -> f64 {
        let mut sum = 0.0;
        for (row, &price) in self.prices.iter().enumerate().filter(|(_, price)| **price > 0.0) {
            let Some(cell) = self.rows.cell(row) else {
                sum += price;
                continue;
            };
            let landscape = &self.landscape;
            sum += match self.strategy {
                Strategy::ResourceEfficiency if price <= landscape.linear[cell] => {
                    price * landscape.limit[cell]
                }
                Strategy::ResourceEfficiency => {
                    let (low, high) = (landscape.limit[cell], landscape.second_limit[cell]);
                    price * high - landscape.linear[cell] * (high - low)
                }
                _ => price * self.model.capacity[cell],
            };
        }
        sum
    }

    /// What one unit of utilisation of a row is, in its own unit; `None` where it has no capacity.
    fn unit(&self, row: usize) -> Option<f64> {
        match self.rows.cell(row) {
            None => Some(1.0),
            Some(cell) => Some(self.model.capacity[cell]).filter(|&capacity| capacity > 0.0),
        }
    }

    /// Load up to which a row costs nothing at its present price.
    fn free_load(&self, row: usize) -> f64 {
        match self.rows.cell(row) {
            None => 1.0,
            Some(cell) => match self.strategy {
                Strategy::ResourceEfficiency if self.prices[row] < self.landscape.linear[cell] => {
                    self.landscape.limit[cell]
                }
                _ => self.model.capacity[cell],
            },
        }
    }

    /// Subgradient step of Polyak's length towards the best objective known. Utilisation makes resources of
    /// different units comparable.
    fn move_prices(&mut self, bound: f64, upper: Option<f64>) {
        let target = upper.unwrap_or(2.0 * bound.abs().max(100.0));
        let mut length = 0.0;
        for row in 0..self.rows.count {
            let Some(unit) = self.unit(row) else { continue };
            let excess = (self.response[row] - self.free_load(row)) / unit;
            let smoothed = (1.0 - NEWEST) * self.excess[row] + NEWEST * excess;
            self.excess[row] = if self.round == 0 { excess } else { smoothed };
            if excess > 0.0 || self.prices[row] > 0.0 {
                length += self.excess[row] * self.excess[row];
            }
        }
        if length <= 0.0 {
            return;
        }
        let scale = (target - bound).max(0.0) / length / (1.0 + f64::from(self.round) / PATIENCE);
        for row in 0..self.rows.count {
            let Some(unit) = self.unit(row) else { continue };
            let most = match (self.strategy, self.rows.cell(row)) {
                (Strategy::ResourceEfficiency, Some(cell)) => {
                    self.landscape.linear[cell] + self.landscape.second[cell]
                }
                _ => f64::INFINITY,
            };
            self.prices[row] = (self.prices[row] + scale * self.excess[row] / unit).clamp(0.0, most);
        }
    }
}
