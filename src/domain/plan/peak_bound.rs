//! Lower bounds on the peak: one level after the other is tried and, where no plan can stay below it, refuted.
//!
//! Loads are sums of whole demands, so only some levels can be reached at all. "Below a level" then means, for
//! every cell, at most the highest load it can have below that level. A level is refuted when even rules split
//! over their options exceed those limits somewhere (Farkas' lemma: the slopes of the squared excess are prices
//! at which the rules together pay more than the limits are worth), or when a pair of rules leaves one of them
//! without an option.

use super::halving::Halving;
use super::model::Model;
use super::pairs::allowed_options;
use super::relaxation::{Parabolas, Relaxation, Standing};

/// Sweeps between two looks at what they have shown.
const SWEEPS_PER_LOOK: u32 = 6;
/// Sweeps after which a level counts as out of reach, the first time it is tried.
const FIRST_PATIENCE: u32 = 150;
/// Sweeps after which a node of the tree is halved.
const NODE_PATIENCE: u32 = 12;
/// Pairs get this part of the work in each trial.
const PAIR_SHARE: u64 = 20;
/// Capacities above this are not counted unit by unit; their levels are `COARSE_LEVELS` to the capacity.
const MOST_UNITS: f64 = 16_384.0;
const COARSE_LEVELS: usize = 400;

/// Refutes levels of the peak as it is given work.
#[derive(Clone, Debug)]
pub struct PeakBounder<'a> {
    model: &'a Model,
    relaxation: Relaxation<'a>,
    parabolas: Parabolas,
    /// Loads that a cell can have, ascending; empty where they are not known one by one.
    loads: Vec<Vec<f64>>,
    /// Ratios of load and capacity that some cell can have, ascending.
    levels: Vec<f64>,
    /// No plan stays below this level.
    refuted: usize,
    /// The least level that a trial gave up on.
    kept: usize,
    trial: Option<Trial>,
    /// Whether nothing is left to be tried.
    exhausted: bool,
    /// Most work on pairs per trial.
    pair_work: u64,
}

/// A level being tried.
#[derive(Clone, Debug)]
struct Trial {
    level: usize,
    sweeps: u32,
    /// Whether rules are halved where sweeps do not refute it.
    halves: bool,
    nodes: Halving,
}

impl<'a> PeakBounder<'a> {
    /// Nothing is refuted yet; the relaxation starts from `options`, and `budget` units of work are to come.
    pub fn new(model: &'a Model, options: &[usize], budget: u64) -> PeakBounder<'a> {
        let loads: Vec<Vec<f64>> =
            (0..model.capacity.len()).map(|cell| reachable_loads(model, cell)).collect();
        let mut levels: Vec<f64> = vec![0.0];
        for (loads, &capacity) in loads.iter().zip(&model.capacity) {
            levels.extend(loads.iter().map(|load| load / capacity));
            if loads.is_empty() && capacity > 0.0 {
                levels.extend((1..=2 * COARSE_LEVELS).map(|step| step as f64 / COARSE_LEVELS as f64));
            }
        }
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let relaxation = Relaxation::new(model, options);
        PeakBounder {
            model,
            parabolas: Parabolas::default(),
            relaxation,
            loads,
            kept: levels.len(),
            levels,
            refuted: 0,
            trial: None,
            exhausted: false,
            pair_work: budget / PAIR_SHARE,
        }
    }

    /// No plan has a peak below this, 0..1 (above 1 where overloaded).
    pub fn bound(&self) -> f64 {
        self.levels[self.refuted]
    }

    /// Work done so far.
    pub fn work(&self) -> u64 {
        self.relaxation.work
    }

    /// Works for about `work` units; `upper` is the best peak known.
    pub fn advance(&mut self, work: u64, upper: f64) {
        let until = self.relaxation.work.saturating_add(work);
        let known = self.levels.partition_point(|&level| level < upper - 1e-9).min(self.levels.len() - 1);
        // A level above the best plan cannot be refuted; the plan's own can, which proves it the best.
        self.kept = self.kept.min(known + 1);
        while self.relaxation.work < until && self.refuted < known && !self.exhausted {
            if self.trial.as_ref().is_some_and(|trial| trial.level >= self.kept) {
                self.trial = None;
            }
            match self.trial.take() {
                None => self.start_trial(known),
                Some(trial) => self.look(trial),
            }
        }
    }

    fn start_trial(&mut self, known: usize) {
        // Every level below was refuted and this one was not: only halving rules can do it.
        let halves = self.kept <= self.refuted + 1;
        if halves {
            self.kept = self.next_tight_level(known) + 1;
        }
        let middle = (self.refuted + self.kept).div_ceil(2).min(self.kept - 1).max(self.refuted + 1);
        let level = if halves { self.kept - 1 } else { middle };
        let limits: Vec<f64> =
            (0..self.model.capacity.len()).map(|cell| self.limit_below(level, cell)).collect();
        self.parabolas = Parabolas::of_limits(self.model, &self.relaxation.rows, &limits);
        let (allowed, work) = allowed_options(self.model, &limits, self.pair_work);
        self.relaxation.work += work;
        match allowed {
            None => self.refuted = level,
            Some(allowed) => {
                let charge = |allowed: bool| if allowed { 0.0 } else { f64::INFINITY };
                let charges = allowed.into_iter().map(|rule| rule.into_iter().map(charge).collect());
                let nodes = Halving::new(charges.collect());
                self.trial = Some(Trial { level, sweeps: 0, halves, nodes });
            }
        }
    }

    /// The highest level, up to `known`, below which the cell that the relaxation pays most for may have no more load
    /// than below the next level: steps of the others alone are small, and as dear to refute.
    fn next_tight_level(&self, known: usize) -> usize {
        let next = self.refuted + 1;
        let slopes = self.relaxation.slopes(&self.parabolas);
        let mut paid = vec![0.0; self.model.capacity.len()];
        for (row, slope) in slopes.iter().enumerate() {
            if let Some(cell) = self.relaxation.rows.cell(row).filter(|_| *slope > 0.0) {
                paid[cell] += slope * self.parabolas.limit[row];
            }
        }
        let dearest = (0..paid.len()).max_by(|&one, &other| paid[one].total_cmp(&paid[other])).unwrap_or(0);
        let limit = self.limit_below(next, dearest);
        let same = (next..=known).take_while(|&level| self.limit_below(level, dearest) <= limit);
        same.last().unwrap_or(next)
    }

    /// The highest load that a cell can have below a level; unlimited where it has no capacity.
    fn limit_below(&self, level: usize, cell: usize) -> f64 {
        let capacity = self.model.capacity[cell];
        if capacity <= 0.0 {
            return f64::INFINITY;
        }
        if self.loads[cell].is_empty() {
            return ((self.levels[level] * capacity - 1e-6).ceil() - 1.0).max(0.0);
        }
        let below = self.loads[cell].partition_point(|load| load / capacity < self.levels[level]);
        if below == 0 { 0.0 } else { self.loads[cell][below - 1] }
    }

    fn look(&mut self, mut trial: Trial) {
        let (model, relaxation) = (self.model, &mut self.relaxation);
        if trial.sweeps == 0 {
            relaxation.wake();
        }
        for _ in 0..SWEEPS_PER_LOOK {
            relaxation.sweep(&self.parabolas, &trial.nodes.charges);
        }
        trial.sweeps += SWEEPS_PER_LOOK;
        let standing = relaxation.standing(&self.parabolas, &trial.nodes.charges);
        let patience = if trial.halves { NODE_PATIENCE } else { FIRST_PATIENCE };
        match standing {
            Standing::Refuted => {
                trial.sweeps = 0;
                if !trial.nodes.leave() {
                    self.refuted = trial.level;
                    return;
                }
            }
            Standing::Open if trial.sweeps < patience => {}
            Standing::Open | Standing::Kept if trial.halves => {
                trial.sweeps = 0;
                let slopes = relaxation.slopes(&self.parabolas);
                if !trial.nodes.halve(model, relaxation, &slopes) {
                    // No rule is split any more: this is a plan that the level cannot be refuted against.
                    self.exhausted = true;
                    return;
                }
            }
            Standing::Open | Standing::Kept => {
                self.kept = trial.level;
                return;
            }
        }
        self.trial = Some(trial);
    }
}

/// Loads up to twice the capacity that sums of demands can reach in a cell; none where there are too many.
fn reachable_loads(model: &Model, cell: usize) -> Vec<f64> {
    let (host, resource) = (cell / model.resources, cell % model.resources);
    let most = 2.0 * model.capacity[cell];
    if most <= 0.0 || most > 2.0 * MOST_UNITS {
        return Vec::new();
    }
    let mut reached = vec![false; most as usize + 1];
    reached[0] = true;
    for rule in model.rules.iter().filter(|rule| rule.hosts.contains(&host)) {
        let Some(&(_, units)) = rule.demand.iter().find(|&&(own, _)| own == resource) else {
            continue;
        };
        let mut parts: Vec<usize> =
            rule.segments.iter().map(|segment| (units * segment.multiplicity) as usize).collect();
        parts.sort_unstable();
        parts.dedup();
        // Downwards, so that a rule counts once.
        for load in (0..reached.len()).rev() {
            if !reached[load] {
                reached[load] = parts.iter().any(|&part| part <= load && reached[load - part]);
            }
        }
    }
    (0..reached.len()).filter(|&load| reached[load]).map(|load| load as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::choice::Strategy;
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::sample::{least_objective, random_problem, rule, two_hour_problem};
    use proptest::prelude::{ProptestConfig, any, proptest};

    #[test]
    fn a_bound_is_a_load_that_demands_add_up_to() {
        // Four times six slots do not fit side by side into the fourteen that the windows reach.
        let problem = two_hour_problem((0..4).map(|_| rule("r", 6, 6, &[3])).collect());
        let model = Model::new(&problem, &Windows::propagate(&problem).expect("no precedences"));
        let mut bounder = PeakBounder::new(&model, &[4, 4, 4, 4], 5_000_000);
        bounder.advance(5_000_000, 0.6);
        assert!((bounder.bound() - 0.6).abs() < 1e-9, "{}", bounder.bound());
    }

    #[test]
    fn what_split_rules_can_keep_is_refuted_by_halving_them() {
        // Three rules of 4 in two slots: two of them meet, while split ones make 6 in each. The small ones, far
        // away, make every load one that can be reached.
        let mut rules: Vec<_> = (0..3).map(|_| rule("r", 6, 1, &[4])).collect();
        rules.iter_mut().for_each(|rule| (rule.earliest, rule.latest) = (0, 1));
        for units in [1, 2] {
            let mut small = rule("small", 20, 1, &[units]);
            (small.earliest, small.latest) = (0, 0);
            rules.push(small);
        }
        let problem = two_hour_problem(rules);
        let model = Model::new(&problem, &Windows::propagate(&problem).expect("no precedences"));
        let mut bounder = PeakBounder::new(&model, &[0; 5], 50_000_000);
        let split = (0..).map(|_| {
            bounder.advance(1_000, 0.8);
            (bounder.bound(), bounder.trial.as_ref().is_some_and(|trial| trial.halves))
        });
        let unrefuted = split.take(10_000).find(|(_, halves)| *halves).map(|(bound, _)| bound);
        assert!(unrefuted.is_some_and(|bound| bound < 0.65), "{unrefuted:?}");
        bounder.advance(50_000_000, 0.8);
        assert!((bounder.bound() - 0.8).abs() < 1e-9, "{}", bounder.bound());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_plan_is_below_the_bound_however_long_it_is_raised(seed in any::<u64>()) {
            let mut problem = random_problem(seed);
            problem.rules.truncate(4);
            problem.rules.iter_mut().for_each(|rule| rule.latest = rule.latest.min(1));
            let Ok(windows) = Windows::propagate(&problem) else { return Ok(()) };
            let Some(Some(least)) = least_objective(&problem, Strategy::PeakMitigation) else {
                return Ok(());
            };
            let model = Model::new(&problem, &windows);
            let mut bounder = PeakBounder::new(&model, &vec![0; model.rules.len()], 3_000_000);
            bounder.advance(3_000_000, 2.0 * least / 100.0);
            assert!(bounder.bound() <= least / 100.0 + 1e-9, "{} {least}", bounder.bound());
        }
    }
}
