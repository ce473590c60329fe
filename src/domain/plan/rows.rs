//! The rows of the linear relaxation: loads per cell and slot, one row per tag and slot, and one per precedence
//! and threshold. An option's column is what it adds to each of them.
//!
//! A precedence becomes, for every shift `k` of the rule behind: "the rule behind starts by `k`" and "the rule
//! before forbids to start by `k`" are not both true. That is tighter than one row on the difference of shifts.

use super::kernel::{Scratch, add_slot_costs};
use super::model::Model;
use super::state::for_each_part;

/// Where the rows of each kind begin.
#[derive(Clone, Debug)]
pub struct Rows {
    horizon: usize,
    /// Rows of loads, then of tags.
    loads: usize,
    orders: Vec<OrderRows>,
    /// Positions in `orders` of each rule's precedences.
    orders_of: Vec<Vec<usize>>,
    /// Number of rows.
    pub count: usize,
}

/// The rows of one precedence: thresholds `low..low + count` on the shift of `after`.
#[derive(Clone, Copy, Debug)]
struct OrderRows {
    after: usize,
    gap: i64,
    low: i64,
    count: usize,
    first: usize,
}

impl OrderRows {
    /// Thresholds that count `rule` at `shift`, as positions of rows.
    fn rows(&self, rule: usize, shift: i64) -> std::ops::Range<usize> {
        let clamped = |value: i64| value.clamp(0, self.count as i64) as usize;
        if rule == self.after {
            self.first + clamped(shift - self.low)..self.first + self.count
        } else {
            self.first..self.first + clamped(shift + self.gap - self.low)
        }
    }
}

impl Rows {
    /// The rows of `model`.
    pub fn new(model: &Model) -> Rows {
        let loads = model.hosts * model.resources * model.horizon;
        let mut rows = Rows {
            horizon: model.horizon,
            loads,
            orders: Vec::new(),
            orders_of: vec![Vec::new(); model.rules.len()],
            count: loads + model.tags * model.horizon,
        };
        for &(before, after, gap) in &model.ordered {
            let described = &model.rules[after];
            let (low, count) = (described.lowest, described.width);
            rows.orders_of[before].push(rows.orders.len());
            rows.orders_of[after].push(rows.orders.len());
            rows.orders.push(OrderRows { after, gap, low, count, first: rows.count });
            rows.count += count;
        }
        rows
    }

    /// The cell of a row of loads; `None` for the rows of tags and precedences, which allow one each.
    pub fn cell(&self, row: usize) -> Option<usize> {
        (row < self.loads).then(|| row / self.horizon)
    }

    /// Adds to `scratch.costs`, per option of `rule`, what its column costs at `prices` per unit of each row.
    pub fn add_costs(&self, model: &Model, rule: usize, prices: &[f64], scratch: &mut Scratch) {
        let described = &model.rules[rule];
        add_slot_costs(model, rule, scratch, |host, slot, multiplicity, out| {
            for &(resource, units) in &described.demand {
                let from = (host * model.resources + resource) * model.horizon + slot;
                let units = units * multiplicity;
                for (out, &price) in out.iter_mut().zip(&prices[from..]) {
                    *out += units * price;
                }
            }
            for &tag in &described.tags {
                let from = self.loads + tag * model.horizon + slot;
                for (out, &price) in out.iter_mut().zip(&prices[from..]) {
                    *out += price;
                }
            }
        });
        for &order in &self.orders_of[rule] {
            let order = &self.orders[order];
            let mut sums = Vec::with_capacity(order.count + 1);
            let mut sum = 0.0;
            sums.push(0.0);
            for price in &prices[order.first..order.first + order.count] {
                sum += price;
                sums.push(sum);
            }
            for row in scratch.costs.chunks_exact_mut(described.width) {
                for (cost, shift) in row.iter_mut().zip(described.lowest..) {
                    let rows = order.rows(rule, shift);
                    *cost += sums[rows.end - order.first] - sums[rows.start - order.first];
                }
            }
        }
    }

    /// Calls `each` with the rows of an option's column and what it adds to them.
    pub fn for_each_entry(
        &self,
        model: &Model,
        rule: usize,
        option: usize,
        mut each: impl FnMut(usize, f64),
    ) {
        let described = &model.rules[rule];
        let (step, host) = (option % described.width, described.hosts[option / described.width]);
        for (first, length, multiplicity) in described.stretches(step) {
            for_each_part(first, length, model.horizon, |slot, _, part| {
                for &(resource, units) in &described.demand {
                    let from = (host * model.resources + resource) * model.horizon + slot;
                    (from..from + part).for_each(|row| each(row, units * multiplicity));
                }
                for &tag in &described.tags {
                    let from = self.loads + tag * model.horizon + slot;
                    (from..from + part).for_each(|row| each(row, 1.0));
                }
            });
        }
        for &order in &self.orders_of[rule] {
            let shift = described.lowest + step as i64;
            self.orders[order].rows(rule, shift).for_each(|row| each(row, 1.0));
        }
    }
}
