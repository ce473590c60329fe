//! When a host is on, priced: the cheapest way to keep it on where its recurring rules run, and where others pay
//! for it.
//!
//! Rules that recur every few slots keep a set of slots of their period busy; a table over all such sets finds
//! the cheapest choice for all of them together. Priced one by one they would look as if they could all hide
//! behind each other. A rule that may run on several hosts is offered to each of them at a price, and taken by
//! none, one or more: the price per rule is what makes it one.

use super::landscape::{COST_DIVISOR, START_COST};
use super::model::{Model, ModelRule};

/// Longest period, slots: the table has two to the power of this many entries.
const LONGEST_PERIOD: usize = 12;

/// One host: its recurring rules, and what it costs to be on.
#[derive(Clone, Debug)]
pub struct HostPower {
    /// Positions of the recurring rules that can run on this host.
    pub rules: Vec<usize>,
    /// Whether each of them has another host as well, and may be left to it.
    optional: Vec<bool>,
    /// Slots that some rule occupies whatever its shift.
    busy: Vec<bool>,
    /// What being on costs in a slot, cents.
    energy: Vec<f64>,
    period: usize,
    /// Busy slots of the period per rule and option.
    masks: Vec<Vec<u16>>,
    best: Vec<f64>,
    next: Vec<f64>,
    /// Mask and option before, per rule and mask.
    steps: Vec<Vec<(u16, u16)>>,
    /// Whether it came on from off, per slot and state.
    came: Vec<[bool; 2]>,
    /// Whether it is on, per slot, under the cheapest choice.
    pub on: Vec<bool>,
}

/// The option of a rule that is left to another host.
const LEFT_OUT: u16 = u16::MAX;

/// Every host of a model.
pub fn host_powers(model: &Model) -> Vec<HostPower> {
    let recurs = |rule: usize, period: usize| repeats(&model.rules[rule], model.horizon, period);
    let members = |host: usize, period: usize| {
        let own = (0..model.rules.len()).filter(|&rule| model.rules[rule].hosts.contains(&host));
        own.filter(|&rule| recurs(rule, period)).count()
    };
    let divides = |period: &usize| model.horizon.is_multiple_of(*period);
    let widest =
        |host: usize| (1..=LONGEST_PERIOD).filter(divides).max_by_key(|&period| members(host, period));
    let periods: Vec<usize> = (0..model.hosts).map(|host| widest(host).unwrap_or(1)).collect();
    let of_host = |host: usize| {
        let recurring = (0..model.rules.len()).filter(|&rule| {
            let hosts = &model.rules[rule].hosts;
            hosts.contains(&host) && hosts.iter().all(|&other| recurs(rule, periods[other]))
        });
        HostPower::new(model, host, periods[host], recurring.collect())
    };
    (0..model.hosts).map(of_host).collect()
}

/// Slots that some rule of a host occupies whatever its shift. More busy slots never cost less.
fn always_busy(model: &Model, host: usize) -> Vec<bool> {
    let mut busy = vec![false; model.horizon];
    for rule in model.rules.iter().filter(|rule| rule.hosts == [host]) {
        let mut covering = vec![0usize; model.horizon];
        for step in 0..rule.width {
            let slots = occupied(rule, step, model.horizon);
            covering.iter_mut().zip(slots).for_each(|(count, on)| *count += usize::from(on));
        }
        busy.iter_mut().zip(covering).for_each(|(busy, count)| *busy |= count == rule.width);
    }
    busy
}

fn occupied(rule: &ModelRule, step: usize, horizon: usize) -> Vec<bool> {
    let mut slots = vec![false; horizon];
    for (first, length, _) in rule.stretches(step) {
        (first..first + length).for_each(|slot| slots[slot % horizon] = true);
    }
    slots
}

/// Whether the slots of a rule repeat every `period` slots.
fn repeats(rule: &ModelRule, horizon: usize, period: usize) -> bool {
    let slots = occupied(rule, 0, horizon);
    slots.contains(&true) && (0..horizon).all(|slot| slots[slot] == slots[(slot + period) % horizon])
}

impl HostPower {
    fn new(model: &Model, host: usize, period: usize, rules: Vec<usize>) -> HostPower {
        let horizon = model.horizon;
        let masks = rules.iter().map(|&rule| {
            let described = &model.rules[rule];
            let mask = |step: usize| {
                let slots = occupied(described, step, horizon);
                (0..period).filter(|&slot| slots[slot]).map(|slot| 1u16 << slot).sum::<u16>()
            };
            (0..described.width).map(mask).collect::<Vec<u16>>()
        });
        let prefix = &model.idle_energy[host];
        HostPower {
            busy: always_busy(model, host),
            energy: (0..horizon).map(|slot| (prefix[slot + 1] - prefix[slot]) / COST_DIVISOR).collect(),
            period,
            masks: masks.collect(),
            best: vec![f64::INFINITY; 1 << period],
            next: vec![f64::INFINITY; 1 << period],
            steps: vec![vec![(0, 0); 1 << period]; rules.len()],
            optional: rules.iter().map(|&rule| model.rules[rule].hosts.len() > 1).collect(),
            came: vec![[false; 2]; horizon],
            on: vec![false; horizon],
            rules,
        }
    }

    /// Work of one call of `cheapest`, about.
    pub fn work(&self) -> u64 {
        let options: usize = self.masks.iter().map(Vec::len).sum();
        // The slots are looked at three times or more, there and back.
        (options * self.best.len() + (self.best.len() + 30) * self.on.len()) as u64
    }

    /// Least of what the recurring rules pay, `costs` per rule and option, and what the host then costs, where
    /// others pay `bonus` per slot for its being on. The shifts, as steps, are written to `chosen`, in the order of
    /// `rules` and `None` where one is left to another host; and the slots to `on`.
    pub fn cheapest(&mut self, costs: &[Vec<f64>], bonus: &[f64], chosen: &mut Vec<Option<usize>>) -> f64 {
        self.fill_table(costs);
        let mut least = (f64::INFINITY, 0);
        // What a host costs at least, whatever is busy: enough to pass over most masks.
        let floor = self.power_cost(0, bonus);
        for mask in 0..self.best.len() {
            if self.best[mask] + floor < least.0 {
                let value = self.best[mask] + self.power_cost(mask, bonus);
                if value < least.0 {
                    least = (value, mask);
                }
            }
        }
        let (value, mut mask) = least;
        self.power_cost(mask, bonus);
        chosen.clear();
        chosen.resize(self.rules.len(), None);
        for (position, steps) in self.steps.iter().enumerate().rev() {
            let (before, option) = steps[mask];
            chosen[position] = (option != LEFT_OUT).then_some(usize::from(option));
            mask = usize::from(before);
        }
        value
    }

    fn fill_table(&mut self, costs: &[Vec<f64>]) {
        self.best.fill(f64::INFINITY);
        self.best[0] = 0.0;
        let rules = costs.iter().zip(&self.masks).zip(&mut self.steps).zip(&self.optional);
        for (((costs, masks), steps), &optional) in rules {
            if optional {
                self.next.copy_from_slice(&self.best);
                for (mask, step) in (0u16..).zip(steps.iter_mut()) {
                    *step = (mask, LEFT_OUT);
                }
            } else {
                self.next.fill(f64::INFINITY);
            }
            for (before, &paid) in self.best.iter().enumerate().filter(|(_, paid)| paid.is_finite()) {
                for (option, (&cost, &mask)) in costs.iter().zip(masks).enumerate() {
                    let after = before | usize::from(mask);
                    if paid + cost < self.next[after] {
                        self.next[after] = paid + cost;
                        steps[after] = (before as u16, option as u16);
                    }
                }
            }
            std::mem::swap(&mut self.best, &mut self.next);
        }
    }

    /// Cheapest way to be on at least where `mask` and the fixed rules are busy; fills in `on`. A host that is
    /// never on costs nothing, any other one start per stretch that it is off.
    fn power_cost(&mut self, mask: usize, bonus: &[f64]) -> f64 {
        let horizon = self.on.len();
        let must = |slot: usize| self.busy[slot] || mask >> (slot % self.period) & 1 == 1;
        let start = START_COST / COST_DIVISOR;
        // Turned so that a busy slot comes last, if there is one: the state before slot 0 is then known.
        let turn = (0..horizon).rev().find(|&slot| must(slot));
        let mut least = f64::INFINITY;
        let mut kept = std::mem::take(&mut self.on);
        for last_on in [true, false] {
            if !last_on && turn.is_some() {
                continue;
            }
            let offset = turn.map_or(0, |slot| slot + 1);
            let mut costs = if last_on { [f64::INFINITY, 0.0] } else { [0.0, f64::INFINITY] };
            for step in 0..horizon {
                let slot = (step + offset) % horizon;
                let from_off = costs[0] + start;
                let came = from_off < costs[1];
                let off = costs[0].min(costs[1]);
                self.came[step] = [costs[0] <= costs[1], came];
                let on = from_off.min(costs[1]) + self.energy[slot] - bonus[slot];
                costs = [if must(slot) { f64::INFINITY } else { off }, on];
            }
            let value = costs[usize::from(last_on)];
            if value < least {
                least = value;
                let mut state = usize::from(last_on);
                for step in (0..horizon).rev() {
                    kept[(step + offset) % horizon] = state == 1;
                    let from_off = self.came[step][state];
                    state = usize::from(!from_off);
                }
            }
        }
        self.on = kept;
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::idle::idle_cost;
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    fn every_six_slots(duration: i64) -> crate::domain::plan::PlanRule {
        let mut recurring = rule("r", 0, duration, &[1]);
        recurring.wanted = vec![0, 6, 12, 18];
        recurring.earliest = -2;
        recurring.latest = 3;
        recurring
    }

    #[test]
    fn rules_are_put_where_they_cost_least_together() {
        let mut problem = two_hour_problem(vec![every_six_slots(1), every_six_slots(2)]);
        problem.hosts[0].idle_w = 20_000;
        let windows = Windows::propagate(&problem).expect("no precedences");
        let model = Model::new(&problem, &windows);
        let mut hosts = host_powers(&model);
        assert_eq!(hosts[0].rules, [0, 1]);
        let charges: Vec<Vec<f64>> = (0..2)
            .map(|rule| (0..6).map(|step| f64::from((step * (rule + 2)) % 5) * 7.0).collect())
            .collect();
        let mut least = f64::INFINITY;
        for first in 0..6 {
            for second in 0..6 {
                let mut busy = vec![0u32; 24];
                for (rule, step) in [(0, first), (1, second)] {
                    let slots = occupied(&model.rules[rule], step, 24);
                    busy.iter_mut().zip(slots).for_each(|(busy, on)| *busy += u32::from(on));
                }
                let idle = idle_cost(&model, 0, &busy) / COST_DIVISOR;
                least = f64::min(least, charges[0][first] + charges[1][second] + idle);
            }
        }
        let mut chosen = Vec::new();
        let found = hosts[0].cheapest(&charges, &[0.0; 24], &mut chosen);
        assert!((found - least).abs() < 1e-9, "{found} {least}");
    }

    #[test]
    fn a_host_is_on_where_that_is_paid_for() {
        let mut fixed = rule("a", 3, 2, &[1]);
        (fixed.earliest, fixed.latest) = (0, 0);
        let problem = two_hour_problem(vec![fixed]);
        let windows = Windows::propagate(&problem).expect("no precedences");
        let mut host = HostPower::new(&Model::new(&problem, &windows), 0, 1, Vec::new());
        let mut chosen = Vec::new();
        // Two busy slots at 10 cents and 1000 W, and one start.
        let cost = host.cheapest(&[], &[0.0; 24], &mut chosen);
        assert!((cost - (20_000.0 + 240_000.0) / 12_000.0).abs() < 1e-9);
        assert_eq!(host.on.iter().filter(|on| **on).count(), 2);
        let mut bonus = [0.0; 24];
        bonus[5] = 1.0;
        let paid = host.cheapest(&[], &bonus, &mut chosen);
        assert!((paid - (cost + 10_000.0 / 12_000.0 - 1.0)).abs() < 1e-9);
        assert!(host.on[5]);
    }
}
