//! Where the search stands: one option per rule, and the loads that follow from them.

use super::idle::idle_cost;
use super::landscape::{COST_DIVISOR, Landscape, OptionCharge};
use super::model::Model;

/// Options of all rules and their loads. A rule can be taken out for a moment.
#[derive(Clone, Debug)]
pub struct SearchState {
    /// Option of every rule.
    pub options: Vec<usize>,
    /// Load by `(host * resources + resource) * horizon + slot`.
    pub loads: Vec<f64>,
    /// Rules of a tag in a slot, by `tag * horizon + slot`.
    pub tag_counts: Vec<u32>,
    /// Rules on a host in a slot, by `host * horizon + slot`.
    pub busy: Vec<u32>,
    /// Cells and slots whose load is above `limit`.
    pub over: u64,
    /// Rules beyond the first in a slot of a tag, summed.
    pub shared: u64,
    /// Limits that `over` is measured against, per cell.
    limit: Vec<f64>,
}

/// Runs `each(first_slot, offset, length)` over the parts of a cyclic stretch that do not wrap.
pub fn for_each_part(first: usize, length: usize, horizon: usize, mut each: impl FnMut(usize, usize, usize)) {
    let mut slot = first % horizon;
    let mut done = 0;
    while done < length {
        let part = (length - done).min(horizon - slot);
        each(slot, done, part);
        done += part;
        slot = 0;
    }
}

impl SearchState {
    /// Places every rule at its option.
    pub fn new(model: &Model, options: Vec<usize>, limit: &[f64]) -> SearchState {
        let cells = model.hosts * model.resources;
        let mut state = SearchState {
            loads: vec![0.0; cells * model.horizon],
            tag_counts: vec![0; model.tags * model.horizon],
            busy: vec![0; model.hosts * model.horizon],
            over: 0,
            shared: 0,
            limit: limit.to_vec(),
            options,
        };
        for rule in 0..model.rules.len() {
            state.place(model, rule, state.options[rule]);
        }
        state
    }

    /// Measures `over` against other limits from now on.
    pub fn set_limit(&mut self, model: &Model, limit: &[f64]) {
        self.limit.copy_from_slice(limit);
        let cells = self.loads.chunks_exact(model.horizon).zip(limit);
        self.over =
            cells.map(|(loads, limit)| loads.iter().filter(|load| *load > limit).count() as u64).sum();
    }

    /// Takes a rule out; its option stays on record.
    pub fn remove(&mut self, model: &Model, rule: usize) {
        let described = &model.rules[rule];
        let option = self.options[rule];
        let (step, host) = (option % described.width, described.hosts[option / described.width]);
        for (first, length, multiplicity) in described.stretches(step) {
            for_each_part(first, length, model.horizon, |slot, _, part| {
                for &(resource, units) in &described.demand {
                    let cell = host * model.resources + resource;
                    let (units, limit) = (units * multiplicity, self.limit[cell]);
                    let from = cell * model.horizon + slot;
                    let mut freed = 0;
                    for load in &mut self.loads[from..from + part] {
                        let before = u64::from(*load > limit);
                        *load -= units;
                        freed += before - u64::from(*load > limit);
                    }
                    self.over -= freed;
                }
                let from = host * model.horizon + slot;
                for count in &mut self.busy[from..from + part] {
                    *count -= 1;
                }
                for &tag in &described.tags {
                    let from = tag * model.horizon + slot;
                    for count in &mut self.tag_counts[from..from + part] {
                        *count -= 1;
                        self.shared -= u64::from(*count > 0);
                    }
                }
            });
        }
    }

    /// Puts a rule that is out at `option`.
    pub fn place(&mut self, model: &Model, rule: usize, option: usize) {
        let described = &model.rules[rule];
        self.options[rule] = option;
        let (step, host) = (option % described.width, described.hosts[option / described.width]);
        for (first, length, multiplicity) in described.stretches(step) {
            for_each_part(first, length, model.horizon, |slot, _, part| {
                for &(resource, units) in &described.demand {
                    let cell = host * model.resources + resource;
                    let (units, limit) = (units * multiplicity, self.limit[cell]);
                    let from = cell * model.horizon + slot;
                    let mut added = 0;
                    for load in &mut self.loads[from..from + part] {
                        let before = u64::from(*load > limit);
                        *load += units;
                        added += u64::from(*load > limit) - before;
                    }
                    self.over += added;
                }
                let from = host * model.horizon + slot;
                for count in &mut self.busy[from..from + part] {
                    *count += 1;
                }
                for &tag in &described.tags {
                    let from = tag * model.horizon + slot;
                    for count in &mut self.tag_counts[from..from + part] {
                        self.shared += u64::from(*count > 0);
                        *count += 1;
                    }
                }
            });
        }
    }

    /// Moves a rule from its option to another.
    #[cfg(test)]
    pub fn shift(&mut self, model: &Model, rule: usize, option: usize) {
        self.remove(model, rule);
        self.place(model, rule, option);
    }

    /// Whether a tag is shared or a precedence not kept.
    pub fn is_broken(&self, model: &Model) -> bool {
        self.shared > 0 || self.missing_slots(model) > 0
    }

    /// Slots that rules start too early after those they wait for, summed over precedences.
    pub fn missing_slots(&self, model: &Model) -> i64 {
        let shift = |rule: usize| model.rules[rule].decode(self.options[rule]).0;
        let ordered = model.ordered.iter();
        ordered.map(|&(before, after, gap)| (gap - shift(after) + shift(before)).max(0)).sum()
    }

    /// Rules in a shared slot of a tag, or on either side of a precedence not kept.
    pub fn broken_rules(&self, model: &Model) -> Vec<usize> {
        let mut broken = Vec::new();
        if self.shared > 0 {
            let horizon = model.horizon;
            for (rule, described) in model.rules.iter().enumerate() {
                let step = self.options[rule] % described.width;
                let shares = described.tags.iter().any(|&tag| {
                    let counts = &self.tag_counts[tag * horizon..(tag + 1) * horizon];
                    described.stretches(step).any(|(first, length, _)| {
                        (first..first + length).any(|slot| counts[slot % horizon] > 1)
                    })
                });
                if shares {
                    broken.push(rule);
                }
            }
        }
        let shift = |rule: usize| model.rules[rule].decode(self.options[rule]).0;
        for &(before, after, gap) in &model.ordered {
            if shift(after) - shift(before) < gap {
                broken.extend([before, after]);
            }
        }
        broken
    }

    /// The whole cost under a landscape, from the loads. Without the offset of `balance`.
    pub fn total(&self, model: &Model, landscape: &Landscape) -> f64 {
        let mut total = landscape.tag_weight * (self.shared as f64 + self.missing_slots(model) as f64);
        for (cell, loads) in self.loads.chunks_exact(model.horizon).enumerate() {
            for (slot, &load) in loads.iter().enumerate() {
                let factor = if landscape.stubbornness.is_empty() {
                    1.0
                } else {
                    landscape.stubbornness[cell * model.horizon + slot]
                };
                total += factor * landscape.slot_cost(cell, load);
            }
        }
        total += self.charges(model, landscape);
        if landscape.charge == OptionCharge::Energy {
            for host in 0..model.hosts {
                let busy = &self.busy[host * model.horizon..(host + 1) * model.horizon];
                total += idle_cost(model, host, busy) / COST_DIVISOR;
            }
        }
        total
    }

    /// What the options cost by themselves.
    pub fn charges(&self, model: &Model, landscape: &Landscape) -> f64 {
        let rules = model.rules.iter().zip(&self.options);
        rules.map(|(rule, &option)| landscape.option_charge(rule, option)).sum()
    }

    /// Weighted squares of the loads: `balance` without its offset.
    pub fn squares(&self, model: &Model) -> f64 {
        let cells = self.loads.chunks_exact(model.horizon).zip(&model.square_weight);
        cells.map(|(loads, weight)| weight * loads.iter().map(|load| load * load).sum::<f64>()).sum()
    }

    /// Highest utilisation, 0..1, over cells that have capacity.
    pub fn peak(&self, model: &Model) -> f64 {
        let cells = self.loads.chunks_exact(model.horizon).zip(&model.capacity);
        let peaks = cells
            .filter(|(_, capacity)| **capacity > 0.0)
            .map(|(loads, capacity)| loads.iter().copied().fold(0.0, f64::max) / capacity);
        peaks.fold(0.0, f64::max)
    }
}
