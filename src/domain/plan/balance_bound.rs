//! A lower bound on the variance: first by rules that may split over their options, then by levels of load.
//!
//! For any level `c` of a cell in a slot, `load^2 >= 2 c load - c^2 + max(0, load - c)^2`. The last two terms are
//! convex in the load, so what several rules add there is at least what each adds alone: a rule of `a` units pays
//! `2 c a + max(0, a - c)^2` wherever it runs. The second term is what splitting hides: a job larger than the
//! level stands out, however well the others lie around it.

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
/// Weight of the newest round in the smoothed direction.
const NEWEST: f64 = 0.4;

/// A bound that improves as it is given work.
#[derive(Clone, Debug)]
pub struct BalanceBounder<'a> {
    model: &'a Model,
    relaxation: Relaxation<'a>,
    parabolas: Parabolas,
    charges: Vec<Vec<f64>>,
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
        if length <= 0.0 {
            return;
        }
        let scale = levels.step * (upper - bound).max(0.0) / length;
        for row in 0..rows.count {
            let unit = rows.cell(row).map_or(1.0, |cell| self.model.capacity[cell]);
            levels.level[row] = (levels.level[row] + scale * levels.direction[row] * unit).max(0.0);
        }
    }

    /// The bound at the levels; the response is what the cheapest options count for its slope.
    fn read_levels(&mut self, levels: &mut Levels) -> f64 {
        let model = self.model;
        self.relaxation.work += 12 * self.relaxation.rows.count as u64;
        let rows = &self.relaxation.rows;
        let (level, scratch) = (&levels.level, &mut levels.scratch);
        let mut bound = -model.square_offset;
        let prices: Vec<f64> = (0..rows.count)
            .map(|row| match rows.cell(row) {
                Some(cell) => 2.0 * model.square_weight[cell] * level[row],
                None => level[row],
            })
            .collect();
        for (row, &level) in level.iter().enumerate() {
            bound -= match rows.cell(row) {
                Some(cell) => model.square_weight[cell] * level * level,
                None => level,
            };
        }
        levels.response.fill(0.0);
        for (rule, described) in model.rules.iter().enumerate() {
            scratch.costs.clear();
            scratch.costs.resize(described.options(), 0.0);
            // The part that grows with the level, by the rows; what stands out above it, by slots.
            rows.add_costs(model, rule, &prices, scratch);
            add_slot_costs(model, rule, scratch, |host, slot, multiplicity, out| {
                for &(resource, units) in &described.demand {
                    let cell = host * model.resources + resource;
                    let (units, weight) = (units * multiplicity, model.square_weight[cell]);
                    let from = cell * model.horizon + slot;
                    for (out, &level) in out.iter_mut().zip(&level[from..]) {
                        let above = (units - level).max(0.0);
                        *out += weight * above * above;
                    }
                }
            });
            self.relaxation.work += 2 * described.work;
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
                response[row] += if rows.cell(row).is_some() { units.min(level[row]) } else { units };
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
    use crate::domain::plan::sample::{rule, two_hour_problem};
    use crate::domain::plan::score::score;

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
}
