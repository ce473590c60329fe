//! One chain of the search: heat-bath annealing in cycles, each ended by a descent.

use super::choice::Strategy;
use super::cooling::{FIRST_REHEAT, Purpose, cycle_share, first_temperature, picks, temperatures};
use super::heat_bath::HeatBath;
use super::incumbent::Incumbent;
use super::kernel::{Scratch, option_costs};
use super::landscape::{Landscape, Shape};
use super::model::Model;
use super::random::Random;
use super::state::SearchState;
use super::stubborn::Stubborn;

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
/// Tries to mend broken tags and precedences after a cycle, per movable rule.
const MENDING_TRIES: usize = 2;
/// Rounds over all rules that a stopped search still makes.
const QUENCHING_ROUNDS: u64 = 6;
/// Steps between two looks at the temperature.
const STEPS_PER_TEMPERATURE: u32 = 32;

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
    heat_bath: HeatBath,
    order: Vec<usize>,
    picks: Vec<usize>,
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
    stubborn: Stubborn,
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
        let of_rules = model.movable.iter().map(|&rule| landscape.work_of(model, rule));
        let round_work = of_rules.sum();
        let picks = picks(model, |rule| landscape.work_of(model, rule));
        let mut chain = Chain {
            model,
            strategy,
            state,
            landscape,
            random: Random::new(seed),
            scratch: Scratch::default(),
            heat_bath: HeatBath::default(),
            order: model.movable.clone(),
            picks,
            place: 0,
            round_work,
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
            stubborn: Stubborn::default(),
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
        if self.work == 0 {
            // A valid plan first, however poor: the descent through a large problem takes its time.
            self.mend();
            self.value = self.state.total(self.model, &self.landscape);
            self.record();
            self.work += self.round_work / 4;
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
            if self.purpose() == Purpose::LowerPeak && lowered_enough {
                self.turn_to_ties();
            }
            let purpose = self.purpose();
            let share = cycle_share(purpose, self.cycle);
            let length = (share * self.budget as f64).max(1.0);
            let progress = (self.work - self.cycle_started) as f64 / length;
            if share == 0.0 || progress >= 1.0 {
                self.phase = Phase::Descending(0);
                self.set_tag_weight(self.scale * self.firmness);
                self.temperature = 0.0;
                return;
            }
            let rounds = length / self.round_work as f64;
            let range = (self.warmest, self.coldest);
            let warmest = first_temperature(purpose, self.cycle, rounds, range);
            self.temperature = warmest * (self.coldest / warmest).powf(progress);
            let warmth = self.temperature / self.scale;
            if self.strategy == Strategy::ConflictResolution && progress > SETTLED {
                self.adapt_excess_charge();
            }
            if self.landscape.shape == Shape::Excess {
                self.work += self.stubborn.look(self.model, &self.state, &mut self.landscape, self.work);
                self.value = self.state.total(self.model, &self.landscape);
            }
            // Soft while it is hot, so that chains and tag mates can pass each other.
            self.set_tag_weight(self.scale * self.firmness * warmth.powf(0.3));
        }
        self.steps -= 1;
        let stubborn = self.stubborn.pick(&mut self.random);
        let rule = stubborn.unwrap_or_else(|| self.picks[self.random.below(self.picks.len())]);
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
        let factor = if self.state.over > 0 { RAISE } else { RELAX };
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

    fn purpose(&self) -> Purpose {
        match (self.strategy, self.landscape.shape) {
            (Strategy::PeakMitigation, Shape::Excess) => Purpose::LowerPeak,
            _ => Purpose::Best,
        }
    }

    /// Gives up cooling and takes the nearest good plan: the search is about to be stopped.
    pub fn quench(&mut self) {
        if self.phase == Phase::Cooling {
            self.temperature = 0.0;
            self.set_tag_weight(self.scale * self.firmness);
            self.phase = Phase::Descending(0);
        }
        self.advance(QUENCHING_ROUNDS * self.round_work);
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
        if self.purpose() == Purpose::LowerPeak {
            self.eagerness *= if self.improved { 1.5 } else { 0.5 };
            self.eagerness = self.eagerness.clamp(0.01, 0.7);
            self.lower_limit();
            self.improved = false;
            self.gauge();
        }
        self.cycle += 1;
        if self.purpose() == Purpose::Best
            && self.cycle >= FIRST_REHEAT
            && let Some(best) = &self.best
        {
            let options = best.options.clone();
            self.state = SearchState::new(self.model, options, &self.landscape.limit);
            self.value = self.state.total(self.model, &self.landscape);
        }
        self.cycle_started = self.work;
        self.steps = 0;
        self.phase = Phase::Cooling;
        if self.state.is_broken(self.model) {
            self.firmness *= 4.0;
        }
    }

    /// Takes out the rules around a broken tag or precedence, all at once, and puts them back one after the
    /// other where they break least; until nothing is broken or the tries are used up.
    fn mend(&mut self) {
        let weight = self.landscape.tag_weight;
        for attempt in 0..MENDING_TRIES * self.order.len() {
            let broken = self.state.broken_rules(self.model);
            if broken.is_empty() {
                break;
            }
            self.work += 4 * self.model.rules.len() as u64;
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
                self.work += self.landscape.work_of(self.model, rule);
                option_costs(self.model, &self.landscape, &self.state, rule, &mut self.scratch);
                let option = self.draw(self.state.options[rule]);
                self.state.place(self.model, rule, option);
            }
        }
        self.temperature = 0.0;
        self.landscape.tag_weight = weight;
    }

    /// Draws a new option for `rule` at the present temperature.
    fn resample(&mut self, rule: usize) {
        self.work += self.landscape.work_of(self.model, rule);
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

    fn draw(&mut self, old: usize) -> usize {
        let margin = 1e-7 * self.scale;
        self.heat_bath.draw(&self.scratch.costs, old, self.temperature, margin, &mut self.random)
    }

    /// Looks whether a move has led to a new best plan, where that can happen at any time.
    fn notice(&mut self) {
        if self.landscape.shape == Shape::Excess && self.state.over == 0 && !self.state.is_broken(self.model)
        {
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
        if hopeless || self.state.is_broken(self.model) {
            return;
        }
        let (value, tie) = match self.strategy {
            Strategy::BalanceLoad | Strategy::ResourceEfficiency => (self.value, 0.0),
            Strategy::PeakMitigation => (self.state.peak(self.model), self.state.squares(self.model)),
            Strategy::ConflictResolution if self.state.over > 0 => return,
            Strategy::ConflictResolution => (self.state.charges(self.model, &self.landscape), 0.0),
        };
        if self.best.as_ref().is_none_or(|best| best.is_beaten_by(value, tie)) {
            let options = self.state.options.clone();
            self.best = Some(Incumbent { value, tie, options });
        }
    }
}
