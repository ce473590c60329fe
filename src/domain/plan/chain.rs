//! One chain of the search: heat-bath annealing in cycles, each ended by a descent.

use super::choice::Strategy;
use super::kernel::{Scratch, option_costs};
use super::landscape::{Landscape, Shape};
use super::model::Model;
use super::random::Random;
use super::state::SearchState;

/// Shares of a chain's work that its cycles get. The first one is short: it gives a plan at once.
const CYCLES: [f64; 4] = [0.01, 0.07, 0.30, 0.62];
/// Steps between two looks at the temperature.
const STEPS_PER_TEMPERATURE: u32 = 32;
/// Weights below `exp(-30)` are not worth drawing.
const COLDEST: f64 = 30.0;

/// The best valid options a chain has seen.
#[derive(Clone, Debug)]
pub struct Incumbent {
    /// Value under the strategy (for `PeakMitigation` the peak, 0..1).
    pub value: f64,
    /// Variance of the load, the tie-break of `PeakMitigation`; 0 elsewhere.
    pub tie: f64,
    /// Option of every rule.
    pub options: Vec<usize>,
}

impl Incumbent {
    /// Whether it is better than another by more than rounding.
    pub fn beats(&self, other: &Incumbent) -> bool {
        let margin = 1e-9 * other.value.abs().max(1e-9);
        let tie_margin = 1e-9 * other.tie.abs().max(1e-9);
        self.value < other.value - margin
            || (self.value <= other.value + margin && self.tie < other.tie - tie_margin)
    }
}

/// Where a chain is within its cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Annealing.
    Cooling,
    /// Taking the best option of each rule in turn; the number of rules since the last change.
    Descending(usize),
}

/// A chain; it does the same whatever runs beside it.
#[derive(Clone, Debug)]
pub struct Chain<'a> {
    model: &'a Model,
    strategy: Strategy,
    landscape: Landscape,
    state: SearchState,
    random: Random,
    scratch: Scratch,
    weights: Vec<f64>,
    order: Vec<usize>,
    value: f64,
    warmest: f64,
    coldest: f64,
    temperature: f64,
    steps: u32,
    budget: u64,
    cycle: usize,
    cycle_started: u64,
    phase: Phase,
    /// Best valid options seen by this chain or given to it.
    pub best: Option<Incumbent>,
    /// Work done so far.
    pub work: u64,
}

impl<'a> Chain<'a> {
    /// A chain that starts from `options` and has `budget` units of work to do.
    pub fn new(
        model: &'a Model,
        strategy: Strategy,
        options: Vec<usize>,
        seed: u64,
        budget: u64,
    ) -> Chain<'a> {
        let landscape = Landscape::new(model, strategy, 1.0);
        let state = SearchState::new(model, options, &landscape.limit);
        let mut chain = Chain {
            model,
            strategy,
            state,
            landscape,
            random: Random::new(seed),
            scratch: Scratch::default(),
            weights: Vec::new(),
            order: model.movable.clone(),
            value: 0.0,
            warmest: 1.0,
            coldest: 1e-3,
            temperature: 1.0,
            steps: 0,
            budget,
            cycle: 0,
            cycle_started: 0,
            phase: Phase::Cooling,
            best: None,
            work: 0,
        };
        chain.gauge();
        chain.value = chain.state.total(model, &chain.landscape);
        chain.record();
        chain
    }

    /// Sets temperatures and penalties from the spread of the options' costs.
    fn gauge(&mut self) {
        self.landscape.tag_weight = 0.0;
        let mut spreads = Vec::new();
        for &rule in &self.model.movable {
            self.state.remove(self.model, rule);
            option_costs(self.model, &self.landscape, &self.state, rule, &mut self.scratch);
            self.state.place(self.model, rule, self.state.options[rule]);
            let finite = self.scratch.costs.iter().copied().filter(|cost| cost.is_finite());
            let (mut least, mut sum, mut count) = (f64::INFINITY, 0.0, 0.0);
            for cost in finite {
                least = least.min(cost);
                sum += cost;
                count += 1.0;
            }
            if count > 0.0 {
                spreads.push(sum / count - least);
            }
        }
        let mean = spreads.iter().sum::<f64>() / spreads.len().max(1) as f64;
        let scale = if mean > 0.0 { mean } else { 1.0 };
        self.warmest = 0.3 * scale;
        self.coldest = 3e-4 * scale;
        self.landscape.tag_weight = scale;
    }

    /// Does about `work` units of work, or what is left of the budget.
    pub fn advance(&mut self, work: u64) {
        let until = self.work.saturating_add(work);
        if self.model.movable.is_empty() {
            self.work = until;
            return;
        }
        while self.work < until {
            match self.phase {
                Phase::Cooling => self.cool(),
                Phase::Descending(calm) => self.descend(calm),
            }
        }
    }

    fn cool(&mut self) {
        if self.steps == 0 {
            self.steps = STEPS_PER_TEMPERATURE;
            let share = CYCLES[self.cycle.min(CYCLES.len() - 1)];
            let length = (share * self.budget as f64).max(1.0);
            let progress = (self.work - self.cycle_started) as f64 / length;
            if progress >= 1.0 {
                self.phase = Phase::Descending(0);
                self.temperature = 0.0;
                return;
            }
            self.temperature = self.warmest * (self.coldest / self.warmest).powf(progress);
        }
        self.steps -= 1;
        let rule = self.model.movable[self.random.below(self.model.movable.len())];
        self.resample(rule);
    }

    fn descend(&mut self, calm: usize) {
        if calm == 0 {
            // A fixed order would favour the rules that come first.
            for last in (1..self.order.len()).rev() {
                self.order.swap(last, self.random.below(last + 1));
            }
        }
        let rule = self.order[calm % self.order.len()];
        let before = self.state.options[rule];
        self.resample(rule);
        let calm = if self.state.options[rule] == before { calm + 1 } else { 1 };
        self.phase = Phase::Descending(calm);
        if calm > self.order.len() {
            self.finish_cycle();
        }
    }

    fn finish_cycle(&mut self) {
        self.value = self.state.total(self.model, &self.landscape);
        self.record();
        self.cycle += 1;
        self.cycle_started = self.work;
        self.steps = 0;
        self.phase = Phase::Cooling;
        if self.state.shared > 0 {
            self.landscape.tag_weight *= 4.0;
            self.value = self.state.total(self.model, &self.landscape);
        }
    }

    /// Draws a new option for `rule` at the present temperature.
    fn resample(&mut self, rule: usize) {
        self.work += self.model.rules[rule].work;
        let old = self.state.options[rule];
        self.state.remove(self.model, rule);
        option_costs(self.model, &self.landscape, &self.state, rule, &mut self.scratch);
        let new = self.draw(old);
        self.state.place(self.model, rule, new);
        if new != old {
            self.value += self.scratch.costs[new] - self.scratch.costs[old];
            self.notice();
        }
    }

    /// An option by its Boltzmann weight; at zero temperature the cheapest, the old one among equals.
    fn draw(&mut self, old: usize) -> usize {
        let costs = &self.scratch.costs;
        let (mut least, mut cheapest) = (costs[old], old);
        for (option, &cost) in costs.iter().enumerate() {
            if cost < least {
                (least, cheapest) = (cost, option);
            }
        }
        if !least.is_finite() {
            return old;
        }
        if self.temperature <= 0.0 {
            let margin = 1e-12 * self.value.abs().max(1.0);
            return if costs[old] <= least + margin { old } else { cheapest };
        }
        let scale = -1.0 / self.temperature;
        self.weights.clear();
        let mut sum = 0.0;
        for &cost in costs {
            let exponent = (cost - least) * scale;
            if exponent > -COLDEST {
                sum += exponent.exp();
            }
            self.weights.push(sum);
        }
        let target = self.random.unit() * sum;
        self.weights.iter().position(|&weight| weight > target).unwrap_or(cheapest)
    }

    /// Looks whether a move has led to a new best plan, where that can happen at any time.
    fn notice(&mut self) {
        if self.landscape.shape == Shape::Excess && self.state.over == 0.0 && self.state.shared == 0 {
            self.record();
        }
    }

    /// Keeps the present options if they are valid and the best so far.
    fn record(&mut self) {
        if self.state.shared > 0 {
            return;
        }
        let (value, tie) = match self.strategy {
            Strategy::BalanceLoad | Strategy::ResourceEfficiency => (self.value, 0.0),
            Strategy::PeakMitigation => (self.state.peak(self.model), 0.0),
            Strategy::ConflictResolution if self.state.over > 0.0 => return,
            Strategy::ConflictResolution => (self.value, 0.0),
        };
        let better = self.best.as_ref().is_none_or(|best| value < best.value - 1e-9);
        if better {
            self.best = Some(Incumbent { value, tie, options: self.state.options.clone() });
        }
    }
}
