//! One chain of the search: heat-bath annealing in cycles, each ended by a descent.

use super::choice::Strategy;
use super::kernel::{Scratch, option_costs};
use super::landscape::{Landscape, Shape};
use super::model::Model;
use super::random::Random;
use super::state::SearchState;

/// Shares of a chain's work that its cycles get. The first one only descends: it
/// gives a plan at once.
const CYCLES: [f64; 5] = [0.0, 0.01, 0.07, 0.30, 0.62];
/// The same for `PeakMitigation`, which asks for a lower peak in each; the last one repeats.
const PEAK_CYCLES: [f64; 6] = [0.0, 0.005, 0.015, 0.04, 0.08, 0.15];
/// Share of the work after which `PeakMitigation` turns to its tie-break.
const PEAK_SHARE: f64 = 0.85;
/// Position in `CYCLES` of the cycle that the tie-break gets.
const TIE_CYCLE: usize = 2;
/// Share of a cycle after which the charge for excess follows how the search fares.
const SETTLED: f64 = 0.3;
/// Factor on the charge for excess while there is some.
const RAISE: f64 = 1.02;
/// Factor on it while there is none.
const RELAX: f64 = 0.97;
/// Charge for one hundredth of a capacity, one slot long, to begin with; minutes under `ConflictResolution`.
const FIRST_EXCESS_CHARGE: f64 = 20.0;
/// Rounds over all rules that a cycle needs to start at the warmest temperature.
const PATIENT_ROUNDS: f64 = 100.0;
/// Tries to mend broken tags and precedences after a cycle, per movable rule.
const MENDING_TRIES: usize = 2;
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
    /// Whether a value, or with an equal value a tie-break, is better by more than rounding.
    pub fn is_beaten_by(&self, value: f64, tie: f64) -> bool {
        let margin = 1e-9 * self.value.abs().max(1e-9);
        let tie_margin = 1e-9 * self.tie.abs().max(1e-9);
        value < self.value - margin || (value <= self.value + margin && tie < self.tie - tie_margin)
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
    place: usize,
    round_work: u64,
    value: f64,
    excess_charge: f64,
    eagerness: f64,
    improved: bool,
    scale: f64,
    firmness: f64,
    warmest: f64,
    coldest: f64,
    temperature: f64,
    steps: u32,
    budget: u64,
    cycle: usize,
    cycle_started: u64,
    phase: Phase,
    /// No valid peak is below this, 0..1.
    pub floor: f64,
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
        let excess_charge = FIRST_EXCESS_CHARGE;
        let landscape = Landscape::new(model, strategy, excess_charge);
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
            place: 0,
            round_work: model.movable.iter().map(|&rule| model.rules[rule].work).sum(),
            value: 0.0,
            excess_charge,
            eagerness: 0.5,
            improved: false,
            scale: 1.0,
            firmness: 1.0,
            warmest: 1.0,
            coldest: 1e-3,
            temperature: 1.0,
            steps: 0,
            budget,
            cycle: 0,
            cycle_started: 0,
            phase: Phase::Cooling,
            floor: 0.0,
            best: None,
            work: 0,
        };
        chain.gauge();
        chain.value = chain.state.total(model, &chain.landscape);
        chain.record();
        chain
    }

    /// Loads as they are, by `(host * resources + resource) * horizon + slot`.
    pub fn loads(&self) -> &[f64] {
        &self.state.loads
    }

    /// Takes a valid plan found elsewhere as its best, if it is better; goes on from where it is.
    pub fn adopt(&mut self, options: &[usize]) {
        let state = SearchState::new(self.model, options.to_vec(), &self.landscape.limit);
        let adopted = state.total(self.model, &self.landscape);
        let own = std::mem::replace(&mut self.state, state);
        let value = std::mem::replace(&mut self.value, adopted);
        self.record();
        self.state = own;
        self.value = value;
    }

    /// Sets temperatures and penalties from the spread of the options' costs.
    fn gauge(&mut self) {
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
        self.scale = scale;
        let (warmest, coldest) = temperatures(self.strategy);
        self.warmest = warmest * scale;
        self.coldest = coldest * scale;
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
        self.record();
    }

    fn cool(&mut self) {
        if self.steps == 0 {
            self.steps = STEPS_PER_TEMPERATURE;
            let lowered_enough = self.work as f64 >= PEAK_SHARE * self.budget as f64;
            if self.landscape.shape == Shape::Excess
                && self.strategy == Strategy::PeakMitigation
                && lowered_enough
            {
                self.turn_to_ties();
            }
            let cycles: &[f64] =
                if self.landscape.shape == Shape::Excess && self.strategy == Strategy::PeakMitigation {
                    &PEAK_CYCLES
                } else {
                    &CYCLES
                };
            let share = cycles[self.cycle.min(cycles.len() - 1)];
            let length = (share * self.budget as f64).max(1.0);
            let progress = (self.work - self.cycle_started) as f64 / length;
            if share == 0.0 || progress >= 1.0 {
                self.phase = Phase::Descending(0);
                self.set_tag_weight(self.scale * self.firmness);
                self.temperature = 0.0;
                return;
            }
            // A cycle too short to cool from the top starts further down, from what the last one left.
            let rounds = length / self.round_work as f64;
            let warmest = (self.warmest * rounds / PATIENT_ROUNDS).clamp(3.0 * self.coldest, self.warmest);
            self.temperature = warmest * (self.coldest / warmest).powf(progress);
            let warmth = self.temperature / self.scale;
            if self.strategy == Strategy::ConflictResolution && progress > SETTLED {
                self.adapt_excess_charge();
            }
            self.set_tag_weight(self.scale * warmth.powf(0.3));
        }
        self.steps -= 1;
        let rule = self.model.movable[self.random.below(self.model.movable.len())];
        self.resample(rule);
    }

    /// Changes the charge for tags and precedences, and the value with it.
    fn set_tag_weight(&mut self, weight: f64) {
        let broken = self.state.shared as f64 + self.state.missing_slots(self.model) as f64;
        self.value += (weight - self.landscape.tag_weight) * broken;
        self.landscape.tag_weight = weight;
    }

    /// Swings the charge for excess around the value at which plans just become valid: too low and none
    /// is, too high and the search cannot pass from one valid plan to another.
    fn adapt_excess_charge(&mut self) {
        let factor = if self.state.over > 0.0 { RAISE } else { RELAX };
        self.excess_charge = (self.excess_charge * factor).clamp(1.0, 1000.0);
        self.landscape.charge_excess(self.model, self.excess_charge);
        self.value = self.state.total(self.model, &self.landscape);
    }

    fn descend(&mut self, calm: usize) {
        if self.place == 0 {
            // A fixed order would favour the rules that come first.
            for last in (1..self.order.len()).rev() {
                self.order.swap(last, self.random.below(last + 1));
            }
        }
        let rule = self.order[self.place];
        self.place = (self.place + 1) % self.order.len();
        let before = self.state.options[rule];
        self.resample(rule);
        let calm = if self.state.options[rule] == before { calm + 1 } else { 0 };
        self.phase = Phase::Descending(calm);
        // Two rounds, since the order changes in between.
        if calm > 2 * self.order.len() {
            self.finish_cycle();
        }
    }

    /// Leaves the peak as low as it got, and turns to the variance: the tie-break of `PeakMitigation`.
    pub fn turn_to_ties(&mut self) {
        let Some(best) = &self.best else {
            return;
        };
        self.landscape = Landscape::below_peak(self.model, best.value);
        let options = best.options.clone();
        self.state = SearchState::new(self.model, options, &self.landscape.limit);
        self.gauge();
        self.value = self.state.total(self.model, &self.landscape);
        self.cycle = TIE_CYCLE;
        self.cycle_started = self.work;
    }

    fn finish_cycle(&mut self) {
        self.mend();
        self.value = self.state.total(self.model, &self.landscape);
        self.record();
        if self.strategy == Strategy::PeakMitigation && self.landscape.shape == Shape::Excess {
            self.eagerness *= if self.improved { 1.5 } else { 0.5 };
            self.eagerness = self.eagerness.clamp(0.01, 0.7);
            self.lower_limit();
            self.improved = false;
            self.gauge();
        }
        self.cycle += 1;
        self.cycle_started = self.work;
        self.steps = 0;
        self.phase = Phase::Cooling;
        if self.broken() {
            self.firmness *= 4.0;
        }
    }

    /// Takes out the rules around a broken tag or precedence, all at once, and puts them back one after the
    /// other where they break least; until nothing is broken or the tries are used up.
    fn mend(&mut self) {
        let weight = self.landscape.tag_weight;
        for attempt in 0..MENDING_TRIES * self.order.len() {
            let broken = self.broken_rules();
            if broken.is_empty() {
                break;
            }
            self.landscape.tag_weight = 1e4 * self.scale;
            self.temperature = self.scale * 0.1 * (attempt % 8) as f64;
            let centre = broken[self.random.below(broken.len())];
            let mut group = self.model.neighbours(centre);
            group.push(centre);
            group.retain(|&rule| self.model.rules[rule].options() > 1);
            for last in (1..group.len()).rev() {
                group.swap(last, self.random.below(last + 1));
            }
            for &rule in &group {
                self.state.remove(self.model, rule);
            }
            for &rule in &group {
                self.work += self.model.rules[rule].work;
                option_costs(self.model, &self.landscape, &self.state, rule, &mut self.scratch);
                let option = self.draw(self.state.options[rule]);
                self.state.place(self.model, rule, option);
            }
        }
        self.temperature = 0.0;
        self.landscape.tag_weight = weight;
    }

    /// Rules in a shared slot of a tag, or on either side of a precedence not kept.
    fn broken_rules(&self) -> Vec<usize> {
        let mut broken = Vec::new();
        if self.state.shared > 0 {
            let horizon = self.model.horizon;
            for (rule, described) in self.model.rules.iter().enumerate() {
                let step = self.state.options[rule] % described.width;
                let shares = described.tags.iter().any(|&tag| {
                    let counts = &self.state.tag_counts[tag * horizon..(tag + 1) * horizon];
                    described.stretches(step).any(|(first, length, _)| {
                        (first..first + length).any(|slot| counts[slot % horizon] > 1)
                    })
                });
                if shares {
                    broken.push(rule);
                }
            }
        }
        let shift = |rule: usize| self.model.rules[rule].decode(self.state.options[rule]).0;
        for &(before, after, gap) in &self.model.ordered {
            if shift(after) - shift(before) < gap {
                broken.extend([before, after]);
            }
        }
        broken
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
            let margin = 1e-7 * self.scale;
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

    /// Whether a tag is shared or a precedence not kept.
    fn broken(&self) -> bool {
        self.state.shared > 0 || self.state.missing_slots(self.model) > 0
    }

    /// Looks whether a move has led to a new best plan, where that can happen at any time.
    fn notice(&mut self) {
        if self.landscape.shape == Shape::Excess && self.state.over <= 0.0 && !self.broken() {
            self.record();
            if self.strategy == Strategy::PeakMitigation {
                self.lower_limit();
            }
        }
    }

    /// Asks for less than the best peak: a share `eagerness` of the way down to the floor.
    fn lower_limit(&mut self) {
        let Some(best) = &self.best else {
            return;
        };
        let peak = best.value;
        let aim = peak - self.eagerness * (peak - self.floor);
        for (limit, capacity) in self.landscape.limit.iter_mut().zip(&self.model.capacity) {
            let below_peak = (peak * capacity - 1e-9).ceil() - 1.0;
            *limit = (aim * capacity + 1e-9).floor().min(below_peak).max(0.0);
        }
        self.state.set_limit(self.model, &self.landscape.limit);
        self.value = self.state.total(self.model, &self.landscape);
        self.improved = true;
    }

    /// Keeps the present options if they are valid and the best so far.
    fn record(&mut self) {
        let hopeless = self.strategy == Strategy::ConflictResolution
            && self.best.as_ref().is_some_and(|best| self.value >= best.value - 0.5);
        if hopeless || self.broken() {
            return;
        }
        let (value, tie) = match self.strategy {
            Strategy::BalanceLoad | Strategy::ResourceEfficiency => (self.value, 0.0),
            Strategy::PeakMitigation => (self.state.peak(self.model), self.state.squares(self.model)),
            Strategy::ConflictResolution if self.state.over > 0.0 => return,
            Strategy::ConflictResolution => (self.state.charges(self.model, &self.landscape), 0.0),
        };
        if self.best.as_ref().is_none_or(|best| best.is_beaten_by(value, tie)) {
            let options = self.state.options.clone();
            self.best = Some(Incumbent { value, tie, options });
        }
    }
}

/// First and last temperature of a cycle, relative to the mean spread of the options' costs. Measured on
/// problems of 200 rules.
fn temperatures(strategy: Strategy) -> (f64, f64) {
    match strategy {
        Strategy::BalanceLoad => (1.0, 3e-3),
        Strategy::PeakMitigation => (1.0, 1e-2),
        Strategy::ResourceEfficiency => (0.1, 1e-3),
        Strategy::ConflictResolution => (0.1, 1e-3),
    }
}
