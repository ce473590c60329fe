//! A lower bound on the variance: the least sum of squares that rules reach when they may split over their options.

use super::model::Model;
use super::relaxation::{Parabolas, Relaxation};

/// Sweeps between two readings of the bound.
const SWEEPS_PER_READING: u32 = 4;
/// Charge for a squared excess over a tag or a precedence, percent squared.
const SIDE_CHARGE: f64 = 5.0;

/// A bound that improves as it is given work.
#[derive(Clone, Debug)]
pub struct BalanceBounder<'a> {
    relaxation: Relaxation<'a>,
    parabolas: Parabolas,
    charges: Vec<Vec<f64>>,
    offset: f64,
    /// No valid plan has an objective below this, percent squared.
    pub bound: f64,
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
            parabolas: Parabolas { curvature: curvature.collect(), limit: limit.collect() },
            relaxation,
            charges: model.rules.iter().map(|rule| vec![0.0; rule.options()]).collect(),
            offset: model.square_offset,
            bound: 0.0,
        }
    }

    /// Works for about `work` units.
    pub fn advance(&mut self, work: u64) {
        let until = self.relaxation.work.saturating_add(work);
        while self.relaxation.work < until {
            for _ in 0..SWEEPS_PER_READING {
                self.relaxation.sweep(&self.parabolas, &self.charges);
            }
            self.read();
        }
    }

    /// The bound at the present slopes.
    fn read(&mut self) {
        let loads = self.relaxation.loads.clone();
        let parabolas = &self.parabolas;
        let mut bound = -self.offset;
        for (row, &load) in loads.iter().enumerate() {
            let above = (load - parabolas.limit[row]).max(0.0);
            let price = 2.0 * parabolas.curvature[row] * above;
            // What a load costs at least less than its price: the conjugate of the square, or the row's limit.
            bound -= match self.relaxation.rows.cell(row) {
                Some(_) => 0.5 * price * above,
                None => price * parabolas.limit[row],
            };
        }
        bound += self.relaxation.least_payment(|row| parabolas.slope(row, loads[row]), &self.charges);
        self.bound = self.bound.max(bound);
    }
}
