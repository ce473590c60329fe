//! The convex relaxation: every rule may split over its options, and rows are charged by parabolas.
//!
//! One rule after the other moves weight from its dearest option in use to its cheapest, as far as pays (the
//! way traffic assignment equilibrates routes). The slopes that remain are prices under which each rule
//! choosing alone gives a bound.

use super::kernel::Scratch;
use super::model::Model;
use super::rows::Rows;

/// Steps of one line search.
const LINE_STEPS: usize = 6;
/// Options that a rule may take weight from in one sweep.
const SHIFTS_PER_SWEEP: usize = 3;
/// Excess, as a share of a capacity, below which limits count as kept.
const KEPT: f64 = 1e-4;
/// Share by which the payment must exceed the worth of the limits, against rounding.
const MARGIN: f64 = 1e-9;
/// A rule that moved less weight than this is passed over in the next sweeps, this many.
const CALM: f64 = 1e-3;
const REST: u8 = 2;
/// Weight that is not worth moving.
const NEGLIGIBLE: f64 = 1e-9;

/// Charges per row: `curvature * max(0, load - limit)^2`.
#[derive(Clone, Debug, Default)]
pub struct Parabolas {
    /// Half the second derivative, by row.
    pub curvature: Vec<f64>,
    /// Load from which on it counts, by row.
    pub limit: Vec<f64>,
}

/// What a relaxation says of limits that every row is to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Even split rules cannot keep them.
    Refuted,
    /// Split rules keep them.
    Kept,
    /// Not known yet.
    Open,
}

impl Parabolas {
    /// Charges excess over `limits`, per cell, and over the one that tags and precedences allow, as shares of the
    /// capacity. Cells without capacity do not count.
    pub fn of_limits(model: &Model, rows: &Rows, limits: &[f64]) -> Parabolas {
        let curvature = |row: usize| match rows.cell(row) {
            None => 1.0,
            Some(cell) if model.capacity[cell] > 0.0 => 1.0 / (model.capacity[cell] * model.capacity[cell]),
            Some(_) => 0.0,
        };
        let limit = |row: usize| rows.cell(row).map_or(1.0, |cell| limits[cell]);
        Parabolas {
            curvature: (0..rows.count).map(curvature).collect(),
            limit: (0..rows.count).map(limit).collect(),
        }
    }

    /// Slope at a load.
    pub fn slope(&self, row: usize, load: f64) -> f64 {
        2.0 * self.curvature[row] * (load - self.limit[row]).max(0.0)
    }
}

/// Weights of the options and the loads of the rows that follow from them.
#[derive(Clone, Debug)]
pub struct Relaxation<'a> {
    model: &'a Model,
    /// The rows and columns.
    pub rows: Rows,
    /// Load of every row.
    pub loads: Vec<f64>,
    /// Slope of every row's charge, kept up with the loads during a sweep.
    slopes: Vec<f64>,
    /// Options in use and their weights, per rule.
    weights: Vec<Vec<(usize, f64)>>,
    /// Difference of two columns, dense, and where it is not zero.
    direction: Vec<f64>,
    touched: Vec<usize>,
    /// Sweeps that a rule is passed over in, since it hardly moved.
    resting: Vec<u8>,
    scratch: Scratch,
    /// Work done so far.
    pub work: u64,
}

impl<'a> Relaxation<'a> {
    /// Every rule wholly at its option in `options`.
    pub fn new(model: &'a Model, options: &[usize]) -> Relaxation<'a> {
        let rows = Rows::new(model);
        let mut loads = vec![0.0; rows.count];
        for (rule, &option) in options.iter().enumerate() {
            rows.for_each_entry(model, rule, option, |row, units| loads[row] += units);
        }
        Relaxation {
            model,
            direction: vec![0.0; rows.count],
            slopes: vec![0.0; rows.count],
            rows,
            loads,
            weights: options.iter().map(|&option| vec![(option, 1.0)]).collect(),
            touched: Vec::new(),
            resting: vec![0; options.len()],
            scratch: Scratch::default(),
            work: 0,
        }
    }

    /// Options that a rule is split over, and their weights.
    pub fn weights(&self, rule: usize) -> &[(usize, f64)] {
        &self.weights[rule]
    }

    /// Lets every rule equilibrate again, also those that hardly moved when they last did.
    pub fn wake(&mut self) {
        self.resting.fill(0);
    }

    /// Lets every rule equilibrate once, but for those that hardly moved in the last sweeps. `charges` holds what each option costs by itself, per rule; an option
    /// that is not allowed costs infinity, and loses its weight.
    pub fn sweep(&mut self, parabolas: &Parabolas, charges: &[Vec<f64>]) {
        self.slopes = self.slopes(parabolas);
        self.work += 2 * self.rows.count as u64;
        for (rule, charges) in charges.iter().enumerate() {
            if self.resting[rule] > 0 {
                self.resting[rule] -= 1;
            } else if charges.len() > 1 && self.equilibrate(rule, parabolas, charges) < CALM {
                self.resting[rule] = REST;
            }
        }
    }

    /// Slope of every row's charge at its load.
    pub fn slopes(&self, parabolas: &Parabolas) -> Vec<f64> {
        self.loads.iter().enumerate().map(|(row, &load)| parabolas.slope(row, load)).collect()
    }

    /// Least that the rules pay, each choosing alone, at the `prices` of the rows.
    pub fn least_payment(&mut self, prices: &[f64], charges: &[Vec<f64>]) -> f64 {
        let mut paid = 0.0;
        for (rule, charges) in charges.iter().enumerate() {
            self.scratch.costs.clone_from(charges);
            self.rows.add_costs(self.model, rule, prices, &mut self.scratch);
            self.work += self.model.rules[rule].work;
            paid += self.scratch.costs.iter().copied().fold(f64::INFINITY, f64::min);
        }
        paid
    }

    /// Whether the slopes of the excess are prices at which the rules pay more than the limits are worth
    /// (Farkas' lemma): then no plan keeps them.
    pub fn standing(&mut self, parabolas: &Parabolas, charges: &[Vec<f64>]) -> Standing {
        let slopes = self.slopes(parabolas);
        self.work += 4 * self.rows.count as u64;
        let (mut worth, mut excess): (f64, f64) = (0.0, 0.0);
        for (row, &slope) in slopes.iter().enumerate() {
            if slope > 0.0 {
                worth += slope * parabolas.limit[row];
                excess =
                    excess.max((self.loads[row] - parabolas.limit[row]) * parabolas.curvature[row].sqrt());
            }
        }
        if excess <= KEPT {
            return Standing::Kept;
        }
        let paid = self.least_payment(&slopes, charges);
        if paid > worth + MARGIN * worth { Standing::Refuted } else { Standing::Open }
    }

    /// Moves weight of a rule to its cheapest option; how much.
    fn equilibrate(&mut self, rule: usize, parabolas: &Parabolas, charges: &[f64]) -> f64 {
        self.scratch.costs.clear();
        self.scratch.costs.extend_from_slice(charges);
        self.rows.add_costs(self.model, rule, &self.slopes, &mut self.scratch);
        self.work += self.model.rules[rule].work;
        let costs = &self.scratch.costs;
        let mut cheapest = self.weights[rule][0].0;
        for (option, cost) in costs.iter().enumerate() {
            if *cost < costs[cheapest] {
                cheapest = option;
            }
        }
        let mut dearer: Vec<(usize, f64)> = self.weights[rule]
            .iter()
            .copied()
            .filter(|&(option, _)| costs[option] > costs[cheapest])
            .collect();
        dearer.sort_by(|a, b| costs[b.0].total_cmp(&costs[a.0]));
        dearer.truncate(SHIFTS_PER_SWEEP);
        let mut moved = 0.0;
        for (option, weight) in dearer {
            let extra = charges[cheapest] - charges[option];
            moved += self.shift_weight(rule, (option, weight), cheapest, extra, parabolas);
        }
        moved
    }

    /// Moves weight of one option to another, as far as it pays; how much. `extra` is what the other is charged more.
    fn shift_weight(
        &mut self,
        rule: usize,
        (from, weight): (usize, f64),
        to: usize,
        extra: f64,
        parabolas: &Parabolas,
    ) -> f64 {
        let (direction, touched) = (&mut self.direction, &mut self.touched);
        self.rows.for_each_entry(self.model, rule, to, |row, units| {
            touched.push(row);
            direction[row] += units;
        });
        self.rows.for_each_entry(self.model, rule, from, |row, units| {
            touched.push(row);
            direction[row] -= units;
        });
        // A row that both columns touch stands twice in the list; its second visit finds nothing left.
        let mut entries = Vec::with_capacity(touched.len());
        for row in touched.drain(..) {
            let units = std::mem::take(&mut direction[row]);
            if units != 0.0 {
                entries.push((row, units));
            }
        }
        self.work += 6 * entries.len() as u64;
        let (mut least, mut most, mut amount) = (0.0, weight, 0.0);
        for _ in 0..LINE_STEPS {
            let (mut slope, mut bend) = (extra, 0.0);
            for &(row, units) in &entries {
                let above = self.loads[row] + amount * units - parabolas.limit[row];
                if above > 0.0 {
                    let part = 2.0 * parabolas.curvature[row] * units;
                    slope += part * above;
                    bend += part * units;
                }
            }
            if slope < 0.0 {
                least = amount;
            } else {
                most = amount;
            }
            // Newton's step, or half of what is left where it leads outside: the bend jumps at limits.
            let newton = if bend > 0.0 { amount - slope / bend } else { weight };
            let next = if slope == f64::NEG_INFINITY || (newton >= weight && most == weight) {
                weight
            } else if newton > least && newton < most {
                newton
            } else {
                0.5 * (least + most)
            };
            if (next - amount).abs() < NEGLIGIBLE || (slope >= 0.0 && amount <= 0.0) {
                break;
            }
            amount = next;
        }
        if amount < NEGLIGIBLE {
            return 0.0;
        }
        let amount = if weight - amount < NEGLIGIBLE { weight } else { amount };
        for (row, units) in entries {
            self.loads[row] += amount * units;
            self.slopes[row] = parabolas.slope(row, self.loads[row]);
        }
        let weights = &mut self.weights[rule];
        weights.iter_mut().filter(|entry| entry.0 == from).for_each(|entry| entry.1 -= amount);
        match weights.iter_mut().find(|entry| entry.0 == to) {
            Some(entry) => entry.1 += amount,
            None => weights.push((to, amount)),
        }
        weights.retain(|entry| entry.1 > 0.0);
        amount
    }
}
