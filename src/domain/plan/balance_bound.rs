//! A lower bound on the variance: first by rules that may split over their options, then by levels of load.
//!
//! For any level `c` of a cell in a slot, `load^2 = 2 c load - c^2 + max(0, load - c)^2 + max(0, c - load)^2`. The third
//! term is convex in what the rules add to the least load of the slot, so that together they add at least what each
//! adds alone; and so is the fourth in what they leave out of the most that could run there. Both are what splitting
//! hides: a job stands out where the others leave no room below the level, or is missed where the others cannot fill
//! the slot, however well they lie around it.

use super::extent::Extent;
use super::kernel::{Scratch, add_slot_costs};
use super::model::Model;
use super::relaxation::{Parabolas, Relaxation};

/// Sweeps between two readings of the bound.
const SWEEPS_PER_READING: u32 = 4;
/// Charge for a squared excess over a tag or a precedence, percent squared.
const SIDE_CHARGE: f64 = 5.0;
/// Relative gain of a reading below which the relaxation has converged.
const CONVERGED: f64 = 2e-4;
/// Rounds without a better bound after which the steps are halved.
const PATIENCE: u32 = 12;
/// Share of the objective that bound and objective differ by at least where it is worth going on.
const NEARLY_CLOSED: f64 = 1e-9;
/// Highest price of a tag or a precedence, percent squared: beyond it sums lose what they are to show.
const DEAREST: f64 = 1e6;
/// Weight of the newest round in the smoothed direction.
const NEWEST: f64 = 0.4;

/// A bound that improves as it is given work.
#[derive(Clone, Debug)]
pub struct BalanceBounder<'a> {
    model: &'a Model,
    relaxation: Relaxation<'a>,
    parabolas: Parabolas,
    charges: Vec<Vec<f64>>,
    extent: Extent,
    levels: Option<Levels>,
    /// No valid plan has an objective below this, percent squared.
    pub bound: f64,
}

/// The second part: levels, and where they move.
#[derive(Clone, Debug)]
struct Levels {
    /// Level per row of loads; price per row of tags and precedences.
    level: Vec<f64>,
    best: Vec<f64>,
    direction: Vec<f64>,
    response: Vec<f64>,
    scratch: Scratch,
    step: f64,
    calm: u32,
}

impl<'a> BalanceBounder<'a> {
    /// The relaxation starts from `options`.
    pub fn new(model: &'a Model, options: &[usize]) -> BalanceBounder<'a> {
        let relaxation = Relaxation::new(model, options);
        let rows = 0..relaxation.rows.count;
        let cell_of = |row: usize| relaxation.rows.cell(row);
        let curvature = rows.clone().map(|row| match cell_of(row) {
            Some(cell) => model.square_weight[cell],
            None => SIDE_CHARGE,
        });
        let limit = rows.map(|row| if cell_of(row).is_some() { 0.0 } else { 1.0 });
        BalanceBounder {
            model,
            parabolas: Parabolas { curvature: curvature.collect(), limit: limit.collect() },
            relaxation,
            charges: model.rules.iter().map(|rule| vec![0.0; rule.options()]).collect(),
            extent: Extent::new(model),
            levels: None,
            bound: 0.0,
        }
    }

    /// Work done so far.
    pub fn work(&self) -> u64 {
        self.relaxation.work
    }

    /// Works for about `work` units; `upper` is the best objective known.
    pub fn advance(&mut self, work: u64, upper: Option<f64>) {
        let until = self.relaxation.work.saturating_add(work);
        while self.relaxation.work < until {
            match (self.levels.take(), upper) {
                (Some(mut levels), Some(upper)) => {
                    self.move_levels(&mut levels, upper);
                    self.levels = Some(levels);
                }
                (levels, _) => {
                    self.levels = levels;
                    self.relax();
                }
            }
        }
    }

    fn relax(&mut self) {
        for _ in 0..SWEEPS_PER_READING {
            self.relaxation.sweep(&self.parabolas, &self.charges);
        }
        let before = self.bound;
        self.read();
        if self.levels.is_none() && self.bound > 0.0 && self.bound - before < CONVERGED * self.bound {
            let level: Vec<f64> = (0..self.relaxation.rows.count)
                .map(|row| match self.relaxation.rows.cell(row) {
                    Some(_) => self.relaxation.loads[row],
                    None => self.parabolas.slope(row, self.relaxation.loads[row]),
                })
                .collect();
            self.levels = Some(Levels {
                best: level.clone(),
                direction: vec![0.0; level.len()],
                response: vec![0.0; level.len()],
                level,
                scratch: Scratch::default(),
                step: 0.5,
                calm: 0,
            });
        }
    }

    /// The bound of the relaxation at the present slopes.
    fn read(&mut self) {
        let slopes = self.relaxation.slopes(&self.parabolas);
        self.relaxation.work += 4 * self.relaxation.rows.count as u64;
        let parabolas = &self.parabolas;
        let mut bound = -self.model.square_offset;
        for (row, &load) in self.relaxation.loads.iter().enumerate() {
            let above = (load - parabolas.limit[row]).max(0.0);
            let price = slopes[row];
            // What a load costs at least less than its price: the conjugate of the square, or the row's limit.
            bound -= match self.relaxation.rows.cell(row) {
                Some(_) => 0.5 * price * above,
                None => price * parabolas.limit[row],
            };
        }
        bound += self.relaxation.least_payment(&slopes, &self.charges);
        self.bound = self.bound.max(bound);
    }

    /// Reads the bound at the levels and moves them along its slope.
    fn move_levels(&mut self, levels: &mut Levels, upper: f64) {
        let bound = self.read_levels(levels);
        if bound > self.bound + 1e-5 * self.bound {
            levels.calm = 0;
            levels.best.clone_from(&levels.level);
        } else {
            levels.calm += 1;
            if levels.calm > PATIENCE {
                levels.calm = 0;
                levels.step *= 0.5;
                levels.level.clone_from(&levels.best);
            }
        }
        self.bound = self.bound.max(bound);
        let rows = &self.relaxation.rows;
        let mut length = 0.0;
        for row in 0..rows.count {
            let slope = match rows.cell(row) {
                // Per unit of utilisation, so that resources of different units move alike.
                Some(cell) => {
                    let short = levels.response[row] - levels.level[row];
                    2.0 * self.model.square_weight[cell] * short * self.model.capacity[cell]
                }
                None => levels.response[row] - 1.0,
            };
            levels.direction[row] += NEWEST * (slope - levels.direction[row]);
            length += levels.direction[row] * levels.direction[row];
        }
        // Next to the best plan a step is a ratio of two roundings, and could lead anywhere.
        if length <= 0.0 || upper - bound <= NEARLY_CLOSED * upper.abs() {
            return;
        }
        let scale = levels.step * (upper - bound) / length;
        for row in 0..rows.count {
            let (unit, most) = match rows.cell(row) {
                Some(cell) => (self.model.capacity[cell], self.extent.most(row)),
                None => (1.0, DEAREST),
            };
            levels.level[row] = (levels.level[row] + scale * levels.direction[row] * unit).clamp(0.0, most);
        }
    }

    /// The bound at the levels; the response is what the cheapest options count for its slope.
    fn read_levels(&mut self, levels: &mut Levels) -> f64 {
        let model = self.model;
        self.relaxation.work += 12 * self.relaxation.rows.count as u64;
        let rows = &self.relaxation.rows;
        let (level, scratch, extent) = (&levels.level, &mut levels.scratch, &self.extent);
        let mut bound = -model.square_offset;
        let mut prices = vec![0.0; rows.count];
        levels.response.fill(0.0);
        for (row, &level) in level.iter().enumerate() {
            let Some(cell) = rows.cell(row) else {
                prices[row] = level;
                bound -= level;
                continue;
            };
            let weight = model.square_weight[cell];
            let corner = extent.corner(row, level);
            prices[row] = 2.0 * weight * level;
            bound += weight * (corner.least_excess.powi(2) + corner.least_lack.powi(2) - level * level);
            levels.response[row] = corner.least_lack - corner.least_excess;
        }
        for (rule, described) in model.rules.iter().enumerate() {
            scratch.costs.clear();
            scratch.costs.resize(described.options(), 0.0);
            // The part that grows with the level, by the rows; what stands out above it or is missed below, by slots.
            rows.add_costs(model, rule, &prices, scratch);
            let is_even = extent.is_even(rule);
            add_slot_costs(model, rule, scratch, |host, slot, multiplicity, out| {
                for &(resource, units) in &described.demand {
                    let cell = host * model.resources + resource;
                    let (units, weight) = (units * multiplicity, model.square_weight[cell]);
                    let from = cell * model.horizon + slot;
                    for (row, out) in (from..).zip(out.iter_mut()) {
                        let corner = extent.corner(row, level[row]);
                        let missed = if is_even { corner.missed(units) } else { 0.0 };
                        *out += weight * (corner.standing_out(units) - missed);
                    }
                }
            });
            self.relaxation.work += 3 * described.work;
            let costs = &scratch.costs;
            let mut cheapest = 0;
            for (option, cost) in costs.iter().enumerate() {
                if *cost < costs[cheapest] {
                    cheapest = option;
                }
            }
            bound += costs[cheapest];
            let response = &mut levels.response;
            rows.for_each_entry(model, rule, cheapest, |row, units| {
                response[row] += units;
                if rows.cell(row).is_some() {
                    let corner = extent.corner(row, level[row]);
                    response[row] -= corner.standing_out_slope(units);
                    response[row] -= if is_even { corner.missed_slope(units) } else { 0.0 };
                }
            });
            // In its core a rule runs whatever it chooses: the least load already counts it there.
            extent.for_each_core(model, rule, |row, units| {
                let corner = extent.corner(row, level[row]);
                bound -= model.square_weight[row / model.horizon] * corner.standing_out(units);
                response[row] += corner.standing_out_slope(units);
            });
            // Where it could run and does not: every slot of its reach, less those that the costs gave back.
            extent.for_each_reach(model, rule, |row, units| {
                let corner = extent.corner(row, level[row]);
                bound += model.square_weight[row / model.horizon] * corner.missed(units);
                response[row] += corner.missed_slope(units);
            });
        }
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::choice::Strategy;
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::sample::{least_objective, random_problem, rule, two_hour_problem};
    use crate::domain::plan::score::score;
    use proptest::prelude::{any, proptest};

    #[test]
    fn one_large_job_has_the_variance_it_has_wherever_it_runs() {
        let problem = two_hour_problem(vec![rule("large", 12, 3, &[8]), rule("small", 4, 1, &[1])]);
        let model = Model::new(&problem, &Windows::propagate(&problem).expect("no precedences"));
        let objective = score(&problem, &problem.unmoved()).objective(Strategy::BalanceLoad);
        let mut bounder = BalanceBounder::new(&model, &[0, 0]);
        bounder.relax();
        let split = bounder.bound;
        bounder.advance(3_000_000, Some(objective));
        // Split over its shifts the job would be a third as high and three times as long.
        assert!(split < 0.5 * objective, "{split} {objective}");
        assert!(bounder.bound > 0.98 * objective && bounder.bound <= objective + 1e-6, "{}", bounder.bound);
    }

    #[test]
    fn a_job_stands_out_where_others_run_whatever_is_chosen() {
        let mut base = rule("base", 6, 9, &[6]);
        (base.earliest, base.latest) = (0, 0);
        let problem = two_hour_problem(vec![base, rule("job", 10, 1, &[2])]);
        let model = Model::new(&problem, &Windows::propagate(&problem).expect("no precedences"));
        let objective = score(&problem, &problem.unmoved()).objective(Strategy::BalanceLoad);
        let mut bounder = BalanceBounder::new(&model, &[0, 0]);
        bounder.advance(3_000_000, Some(objective));
        // All its places are beside the base, so that every plan is the same.
        assert!(bounder.bound > 0.999 * objective && bounder.bound <= objective + 1e-6, "{}", bounder.bound);
    }

    proptest! {
        #[test]
        fn no_plan_is_below_the_bound_however_long_it_is_raised(seed in any::<u64>()) {
            let mut problem = random_problem(seed);
            problem.rules.truncate(4);
            problem.rules.iter_mut().for_each(|rule| rule.latest = rule.latest.min(1));
            let Ok(windows) = Windows::propagate(&problem) else { return Ok(()) };
            let Some(Some(least)) = least_objective(&problem, Strategy::BalanceLoad) else {
                return Ok(());
            };
            let model = Model::new(&problem, &windows);
            let mut bounder = BalanceBounder::new(&model, &vec![0; model.rules.len()]);
            bounder.advance(1_000_000, Some(least));
            assert!(bounder.bound <= least + 1e-6 * least.abs().max(1.0), "{} {least}", bounder.bound);
        }
    }
}
