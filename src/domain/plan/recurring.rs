//! Rules that recur every few slots on one host, and the idle time they leave it, chosen together.
//!
//! Which slots of the period they keep busy is a set of at most `LONGEST_PERIOD` slots; a table over all such
//! sets gives the cheapest choice for all of them at any prices. Priced one by one they would look as if they
//! could all hide behind each other.

use super::idle::idle_cost;
use super::landscape::COST_DIVISOR;
use super::model::{Model, ModelRule};

/// Longest period, slots: the table has two to the power of this many entries.
const LONGEST_PERIOD: usize = 12;

/// The recurring rules of one host.
#[derive(Clone, Debug)]
pub struct RecurringGroup {
    /// Their positions.
    pub rules: Vec<usize>,
    /// Busy slots of the period per rule and option.
    masks: Vec<Vec<u16>>,
    /// What the host costs when these slots of the period are busy, cents, per mask.
    idle: Vec<f64>,
    best: Vec<f64>,
    next: Vec<f64>,
    /// Mask and option before, per rule and mask.
    steps: Vec<Vec<(u16, u16)>>,
}

/// One group per host that has recurring rules of its own, and what the other hosts cost at least, cents.
pub fn recurring_groups(model: &Model) -> (Vec<RecurringGroup>, f64) {
    let busy = always_busy(model);
    let mut groups = Vec::new();
    let mut others = 0.0;
    for host in 0..model.hosts {
        let busy = &busy[host * model.horizon..(host + 1) * model.horizon];
        match group_of(model, host, busy) {
            Some(group) => groups.push(group),
            None => others += idle_cost(model, host, busy) / COST_DIVISOR,
        }
    }
    (groups, others)
}

/// Rules per host and slot that occupy it whatever their shift. More busy slots never cost less.
fn always_busy(model: &Model) -> Vec<u32> {
    let horizon = model.horizon;
    let mut busy = vec![0u32; model.hosts * horizon];
    for rule in &model.rules {
        let [host] = rule.hosts[..] else {
            continue;
        };
        let mut covering = vec![0usize; horizon];
        for step in 0..rule.width {
            for (first, length, _) in rule.stretches(step) {
                for slot in first..first + length {
                    covering[slot % horizon] += 1;
                }
            }
        }
        for (slot, &shifts) in covering.iter().enumerate() {
            busy[host * horizon + slot] += u32::from(shifts == rule.width);
        }
    }
    busy
}

/// Whether the slots of a rule repeat every `period` slots.
fn repeats(rule: &ModelRule, horizon: usize, period: usize) -> bool {
    let slots = occupied(rule, 0, horizon);
    rule.segments.iter().any(|segment| segment.length > 0)
        && (0..horizon).all(|slot| slots[slot] == slots[(slot + period) % horizon])
}

fn occupied(rule: &ModelRule, step: usize, horizon: usize) -> Vec<bool> {
    let mut slots = vec![false; horizon];
    for (first, length, _) in rule.stretches(step) {
        (first..first + length).for_each(|slot| slots[slot % horizon] = true);
    }
    slots
}

fn group_of(model: &Model, host: usize, busy: &[u32]) -> Option<RecurringGroup> {
    let horizon = model.horizon;
    let own = |rule: &&usize| model.rules[**rule].hosts == [host];
    let all: Vec<usize> = (0..model.rules.len()).collect();
    let of_host: Vec<usize> = all.iter().filter(own).copied().collect();
    let periods = (1..=LONGEST_PERIOD).filter(|period| horizon.is_multiple_of(*period));
    let members = |period: usize| -> Vec<usize> {
        let repeating = of_host.iter().filter(|&&rule| repeats(&model.rules[rule], horizon, period));
        repeating.copied().collect()
    };
    let (period, rules) = periods.map(|period| (period, members(period))).max_by_key(|(_, rules)| rules.len())?;
    if rules.is_empty() {
        return None;
    }
    let masks = rules.iter().map(|&rule| {
        let described = &model.rules[rule];
        let mask = |step: usize| {
            let slots = occupied(described, step, horizon);
            (0..period).filter(|&slot| slots[slot]).map(|slot| 1u16 << slot).sum::<u16>()
        };
        (0..described.width).map(mask).collect::<Vec<u16>>()
    });
    let idle = (0..1usize << period).map(|mask| {
        let busy: Vec<u32> = (0..horizon)
            .map(|slot| busy[slot] + u32::from(mask >> (slot % period) & 1 == 1))
            .collect();
        idle_cost(model, host, &busy) / COST_DIVISOR
    });
    Some(RecurringGroup {
        masks: masks.collect(),
        idle: idle.collect(),
        best: vec![f64::INFINITY; 1 << period],
        next: vec![f64::INFINITY; 1 << period],
        steps: vec![vec![(0, 0); 1 << period]; rules.len()],
        rules,
    })
}

impl RecurringGroup {
    /// Work of one call of `cheapest`.
    pub fn work(&self) -> u64 {
        let options: usize = self.masks.iter().map(Vec::len).sum();
        (options * self.idle.len()) as u64
    }

    /// Least of what the rules pay, `costs` per rule and option, and what the host then costs; the options are
    /// written to `chosen`, in the order of `rules`.
    pub fn cheapest(&mut self, costs: &[Vec<f64>], chosen: &mut Vec<usize>) -> f64 {
        self.best.fill(f64::INFINITY);
        self.best[0] = 0.0;
        for ((costs, masks), steps) in costs.iter().zip(&self.masks).zip(&mut self.steps) {
            self.next.fill(f64::INFINITY);
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
        let total = |mask: usize| self.best[mask] + self.idle[mask];
        let mut mask = 0;
        for other in 0..self.idle.len() {
            if total(other) < total(mask) {
                mask = other;
            }
        }
        let value = total(mask);
        chosen.clear();
        chosen.resize(self.rules.len(), 0);
        for (position, steps) in self.steps.iter().enumerate().rev() {
            let (before, option) = steps[mask];
            chosen[position] = usize::from(option);
            mask = usize::from(before);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let (mut groups, others) = recurring_groups(&model);
        assert_eq!((groups.len(), others), (1, 0.0));
        let charges: Vec<Vec<f64>> =
            (0..2).map(|rule| (0..6).map(|step| f64::from((step * (rule + 2)) % 5) * 7.0).collect()).collect();
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
        assert!((groups[0].cheapest(&charges, &mut chosen) - least).abs() < 1e-9);
    }

    #[test]
    fn a_host_without_recurring_rules_costs_what_is_always_busy() {
        let mut fixed = rule("a", 3, 2, &[1]);
        (fixed.earliest, fixed.latest) = (0, 0);
        let problem = two_hour_problem(vec![fixed]);
        let windows = Windows::propagate(&problem).expect("no precedences");
        let (groups, others) = recurring_groups(&Model::new(&problem, &windows));
        assert!(groups.is_empty());
        // Two busy slots at 10 cents and 1000 W, and one start.
        assert!((others - (20_000.0 + 240_000.0) / 12_000.0).abs() < 1e-9);
    }
}
