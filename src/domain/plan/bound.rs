//! Lower bounds from prices: on loads, tags and precedences, under which every rule chooses alone.
//!
//! For any prices, what the rules pay at their cheapest options, plus what the load then costs less than its
//! price at best, is below every plan (Lagrange). The prices follow what the cheapest options leave over.

use super::choice::Strategy;
use super::kernel::{Scratch, add_slot_costs};
use super::landscape::Landscape;
use super::model::{Model, ModelRule};
use super::power::{HostPower, host_powers};
use super::rows::Rows;
use super::state::for_each_part;

/// Rounds without a better bound after which steps are shorter.
const PATIENCE: u32 = 20;
/// By how much, and to what at least.
const SHORTER: f64 = 0.7;
const SHORTEST: f64 = 0.002;
/// Share of the objective that bound and objective differ by at least where it is worth going on.
const NEARLY_CLOSED: f64 = 1e-9;
/// Highest price per unit: beyond it sums lose what they are to show.
const DEAREST: f64 = 1e9;
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
    /// The hosts, where their power counts.
    hosts: Vec<HostPower>,
    /// Whether a rule is among the recurring ones of a host.
    recurring: Vec<bool>,
    /// What the other rules pay for their host's being on, by `(rule * hosts + host) * horizon + slot`; and
    /// whether they run where it is not, smoothed over rounds.
    fares: Vec<f64>,
    unpowered: Vec<f64>,
    option_of: Vec<usize>,
    /// What a recurring rule of several hosts pays to the one that takes it; and how many too few do, smoothed.
    offers: Vec<f64>,
    untaken: Vec<f64>,
    takers: Vec<f64>,
    best: (Vec<f64>, Vec<f64>, Vec<f64>),
    step: f64,
    calm: u32,
    round: u32,
    round_work: u64,
    /// Work done so far.
    pub work: u64,
    /// No valid plan has an objective below this.
    pub bound: f64,
}

impl<'a> PriceBounder<'a> {
    /// Starts with all prices at 0.
    pub fn new(model: &'a Model, strategy: Strategy) -> PriceBounder<'a> {
        let rows = Rows::new(model);
        let hosts = match strategy {
            Strategy::ResourceEfficiency => host_powers(model),
            _ => Vec::new(),
        };
        let mut recurring = vec![false; model.rules.len()];
        for &rule in hosts.iter().flat_map(|host| &host.rules) {
            recurring[rule] = true;
        }
        let of_rules = model.rules.iter().map(|rule| rule.work).sum::<u64>();
        let of_hosts = hosts.iter().map(HostPower::work).sum::<u64>();
        let fares = hosts.len() * model.rules.len() * model.horizon;
        let landscape = Landscape::new(model, strategy, 1.0);
        // To begin with, what it costs the rule at least.
        let offer = |(rule, &recurs): (&ModelRule, &bool)| {
            let charges = (0..rule.options()).map(|option| landscape.option_charge(rule, option));
            if recurs && rule.hosts.len() > 1 { charges.fold(f64::INFINITY, f64::min) } else { 0.0 }
        };
        let offers: Vec<f64> = model.rules.iter().zip(&recurring).map(offer).collect();
        PriceBounder {
            model,
            strategy,
            landscape,
            scratch: Scratch::default(),
            excess: vec![0.0; rows.count],
            response: vec![0.0; rows.count],
            prices: vec![0.0; rows.count],
            untaken: vec![0.0; model.rules.len()],
            takers: vec![0.0; model.rules.len()],
            best: (vec![0.0; rows.count], vec![0.0; fares], offers.clone()),
            offers,
            step: 1.0,
            calm: 0,
            round: 0,
            round_work: of_rules + of_hosts + 4 * (rows.count + fares) as u64,
            rows,
            hosts,
            recurring,
            fares: vec![0.0; fares],
            unpowered: vec![0.0; fares],
            option_of: vec![0; model.rules.len()],
            work: 0,
            bound: 0.0,
        }
    }

    /// Improves the bound with about `work` units; `upper` is the best objective known.
    pub fn advance(&mut self, work: u64, upper: Option<f64>) {
        let until = self.work.saturating_add(work);
        while self.work < until {
            self.work += self.round_work;
            let bound = self.respond() - self.worth_of_capacity();
            self.remember(bound);
            self.move_prices(bound, upper);
            self.round += 1;
        }
    }

    /// Keeps the prices of the best bound, and goes back to them with shorter steps when it gets no better.
    fn remember(&mut self, bound: f64) {
        if bound > self.bound + 1e-6 * self.bound.abs() {
            self.calm = 0;
            self.best.0.clone_from(&self.prices);
            self.best.1.clone_from(&self.fares);
            self.best.2.clone_from(&self.offers);
        } else {
            self.calm += 1;
            if self.calm > PATIENCE {
                self.calm = 0;
                self.step = (self.step * SHORTER).max(SHORTEST);
                self.prices.clone_from(&self.best.0);
                self.fares.clone_from(&self.best.1);
                self.offers.clone_from(&self.best.2);
            }
        }
        self.bound = self.bound.max(bound);
    }

    /// Puts every rule at its cheapest option, those that recur on one host together; what they pay.
    fn respond(&mut self) -> f64 {
        self.response.fill(0.0);
        let mut paid = 0.0;
        for rule in 0..self.model.rules.len() {
            if self.recurring[rule] {
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
        let mut hosts = std::mem::take(&mut self.hosts);
        let mut chosen = Vec::new();
        self.takers.fill(0.0);
        for (position, host) in hosts.iter_mut().enumerate() {
            let mut costs: Vec<Vec<f64>> = Vec::with_capacity(host.rules.len());
            for &rule in &host.rules {
                self.price_options(rule);
                let own = self.options_on(rule, position);
                let offer = self.offers[rule];
                costs.push(self.scratch.costs[own].iter().map(|cost| cost - offer).collect());
            }
            paid += host.cheapest(&costs, &self.total_fares(position), &mut chosen);
            for (&rule, step) in host.rules.iter().zip(&chosen) {
                if let Some(step) = step {
                    let first = self.options_on(rule, position).start;
                    self.load(rule, first + step);
                    self.takers[rule] += 1.0;
                }
            }
        }
        paid += self.offers.iter().sum::<f64>();
        self.hosts = hosts;
        paid
    }

    /// The options of a rule on one of its hosts.
    fn options_on(&self, rule: usize, host: usize) -> std::ops::Range<usize> {
        let described = &self.model.rules[rule];
        let place = described.hosts.iter().position(|&own| own == host).unwrap_or(0);
        place * described.width..(place + 1) * described.width
    }

    /// What all rules pay per slot for a host's being on.
    fn total_fares(&self, host: usize) -> Vec<f64> {
        let horizon = self.model.horizon;
        let mut total = vec![0.0; horizon];
        for own in self.fares.chunks_exact(horizon).skip(host).step_by(self.model.hosts) {
            total.iter_mut().zip(own).for_each(|(total, fare)| *total += fare);
        }
        total
    }

    fn price_options(&mut self, rule: usize) {
        self.landscape.charge_options(&self.model.rules[rule], &mut self.scratch.costs);
        self.rows.add_costs(self.model, rule, &self.prices, &mut self.scratch);
        if !self.hosts.is_empty() && !self.recurring[rule] {
            let (hosts, horizon) = (self.model.hosts, self.model.horizon);
            let fares = &self.fares;
            add_slot_costs(self.model, rule, &mut self.scratch, |host, slot, _, out| {
                let from = (rule * hosts + host) * horizon + slot;
                out.iter_mut().zip(&fares[from..]).for_each(|(out, fare)| *out += fare);
            });
        }
    }

    fn load(&mut self, rule: usize, option: usize) {
        self.option_of[rule] = option;
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
        length += self.look_for_power() + self.look_for_takers();
        // Next to the best plan a step is a ratio of two roundings, and could lead anywhere.
        if length <= 0.0 || target - bound <= NEARLY_CLOSED * target.abs() {
            return;
        }
        let scale = self.step * (target - bound) / length;
        for row in 0..self.rows.count {
            let Some(unit) = self.unit(row) else { continue };
            let most = match (self.strategy, self.rows.cell(row)) {
                (Strategy::ResourceEfficiency, Some(cell)) => {
                    self.landscape.linear[cell] + self.landscape.second[cell]
                }
                _ => DEAREST,
            };
            self.prices[row] = (self.prices[row] + scale * self.excess[row] / unit).clamp(0.0, most);
        }
        for (fare, unpowered) in self.fares.iter_mut().zip(&self.unpowered) {
            *fare = (*fare + scale * unpowered).max(0.0);
        }
        for (rule, (offer, untaken)) in self.offers.iter_mut().zip(&self.untaken).enumerate() {
            *offer += scale * offer_weight(&self.model.rules[rule]) * untaken;
        }
    }

    /// How many too few or too many hosts take each recurring rule that has several; the squared length of it.
    fn look_for_takers(&mut self) -> f64 {
        let mut length = 0.0;
        for (rule, described) in self.model.rules.iter().enumerate() {
            if self.recurring[rule] && described.hosts.len() > 1 {
                let own = &mut self.untaken[rule];
                *own += NEWEST * (1.0 - self.takers[rule] - *own);
                length += offer_weight(described) * *own * *own;
            }
        }
        length
    }

    /// Where rules run on a host that is off, or pay for one that they do not use; the squared length of it.
    fn look_for_power(&mut self) -> f64 {
        let model = self.model;
        let (hosts, horizon) = (self.hosts.len(), model.horizon);
        let mut length = 0.0;
        let mut covered = vec![false; horizon];
        for rule in (0..model.rules.len()).filter(|&rule| hosts > 0 && !self.recurring[rule]) {
            let described = &model.rules[rule];
            let option = self.option_of[rule];
            let (step, chosen) = (option % described.width, described.hosts[option / described.width]);
            covered.fill(false);
            for (first, length, _) in described.stretches(step) {
                for_each_part(first, length, horizon, |slot, _, part| covered[slot..slot + part].fill(true));
            }
            for &host in &described.hosts {
                let from = (rule * hosts + host) * horizon;
                for (slot, &on) in self.hosts[host].on.iter().enumerate() {
                    let runs = covered[slot] && host == chosen;
                    let lacks = f64::from(u8::from(runs)) - f64::from(u8::from(on));
                    let own = &mut self.unpowered[from + slot];
                    *own += NEWEST * (lacks - *own);
                    if lacks > 0.0 || self.fares[from + slot] > 0.0 {
                        length += *own * *own;
                    }
                }
            }
        }
        length
    }
}

/// How far the offer of a rule moves beside a fare, which is for one slot.
fn offer_weight(rule: &ModelRule) -> f64 {
    0.1 * rule.segments.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::sample::{least_objective, random_problem, recurring_problem};
    use proptest::prelude::{ProptestConfig, any, proptest};

    fn raised(problem: &crate::domain::plan::Problem, strategy: Strategy, least: f64) -> f64 {
        let windows = Windows::propagate(problem).expect("kept by some plan");
        let model = Model::new(problem, &windows);
        let mut bounder = PriceBounder::new(&model, strategy);
        bounder.advance(2_000_000, Some(least));
        bounder.bound
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_plan_of_recurring_rules_on_two_hosts_costs_less_than_the_bound(seed in any::<u64>()) {
            let problem = recurring_problem(seed);
            for strategy in [Strategy::ResourceEfficiency, Strategy::ConflictResolution] {
                let Some(Some(least)) = least_objective(&problem, strategy) else { continue };
                let bound = raised(&problem, strategy, least);
                assert!(bound <= least + 1e-6 * least.max(1.0), "{strategy:?} {bound} {least}");
            }
        }

        #[test]
        fn no_plan_of_any_rules_costs_less_than_the_bound(seed in any::<u64>()) {
            let mut problem = random_problem(seed);
            problem.rules.truncate(3);
            for strategy in [Strategy::ResourceEfficiency, Strategy::ConflictResolution] {
                let Some(Some(least)) = least_objective(&problem, strategy) else { continue };
                let bound = raised(&problem, strategy, least);
                assert!(bound <= least + 1e-6 * least.max(1.0), "{strategy:?} {bound} {least}");
            }
        }
    }
}
