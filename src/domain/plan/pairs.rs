//! Options that limits on the load forbid, seen from one rule and from pairs of rules.
//!
//! A long job that leaves less room than an hourly one needs cannot run anywhere: that shows in a pair, while
//! a relaxation that splits the long job over the day sees nothing of it.

use super::kernel::{Scratch, add_slot_costs};
use super::model::Model;
use super::state::for_each_part;

/// Rounds over all pairs; what one forbids may leave another rule without an option.
const ROUNDS: usize = 2;
/// Most work in one call: half a second.
const MOST_WORK: u64 = 200_000_000;

/// Rules beyond which looking for pairs alone takes too long.
const MOST_RULES: usize = 4_000;

/// Loads that stand whatever is chosen, and what is still allowed.
struct Pairs<'a> {
    model: &'a Model,
    limits: &'a [f64],
    core: Vec<f64>,
    allowed: Vec<Vec<bool>>,
    scratch: Scratch,
    work: u64,
    most_work: u64,
}

/// Which options of each rule keep `limits` (per `host * resources + resource`) beside every other rule;
/// `None` where some rule has none. What about `most_work` units do not reach stays allowed. Also the work done.
pub fn allowed_options(model: &Model, limits: &[f64], most_work: u64) -> (Option<Vec<Vec<bool>>>, u64) {
    let mut pairs = Pairs {
        model,
        limits,
        core: vec![0.0; limits.len() * model.horizon],
        allowed: model.rules.iter().map(|rule| vec![true; rule.options()]).collect(),
        scratch: Scratch::default(),
        work: 0,
        most_work: most_work.min(MOST_WORK),
    };
    for rule in 0..model.rules.len() {
        pairs.add_core(rule, 1.0);
    }
    let possible = pairs.filter_alone() && pairs.filter_pairs();
    (possible.then_some(pairs.allowed), pairs.work)
}

impl Pairs<'_> {
    /// Adds `share` times the load of the slots that a rule covers at every shift.
    fn add_core(&mut self, rule: usize, share: f64) {
        let described = &self.model.rules[rule];
        let [host] = described.hosts[..] else { return };
        for segment in &described.segments {
            let covered = (segment.length + 1).saturating_sub(described.width);
            let first = segment.start + described.width - 1;
            add_load(self.model, &mut self.core, rule, host, (first, covered), segment.multiplicity * share);
        }
    }

    /// Adds `share` times the load of a rule at an option.
    fn add_option(&mut self, rule: usize, option: usize, share: f64) {
        let described = &self.model.rules[rule];
        let (step, host) = (option % described.width, described.hosts[option / described.width]);
        for (first, length, multiplicity) in described.stretches(step) {
            add_load(self.model, &mut self.core, rule, host, (first, length), multiplicity * share);
        }
    }

    /// Counts, per option of a rule, the cells and slots that would be above their limit.
    fn count_excess(&mut self, rule: usize) {
        let (model, limits, core) = (self.model, self.limits, &self.core);
        let described = &model.rules[rule];
        self.scratch.costs.clear();
        self.scratch.costs.resize(described.options(), 0.0);
        add_slot_costs(model, rule, &mut self.scratch, |host, slot, multiplicity, out| {
            for &(resource, units) in &described.demand {
                let cell = host * model.resources + resource;
                let free = limits[cell] - units * multiplicity + 1e-6;
                let from = cell * model.horizon + slot;
                for (out, &load) in out.iter_mut().zip(&core[from..]) {
                    *out += if load > free { 1.0 } else { 0.0 };
                }
            }
        });
        self.work += described.work;
    }

    /// Drops what does not fit beside the cores of the others; whether every rule keeps an option.
    fn filter_alone(&mut self) -> bool {
        for rule in 0..self.model.rules.len() {
            if self.work > self.most_work {
                break;
            }
            self.add_core(rule, -1.0);
            self.count_excess(rule);
            self.add_core(rule, 1.0);
            for (allowed, &excess) in self.allowed[rule].iter_mut().zip(&self.scratch.costs) {
                *allowed &= excess < 0.5;
            }
            if !self.allowed[rule].contains(&true) {
                return false;
            }
        }
        true
    }

    /// Drops options beside which another rule has none; whether every rule keeps an option.
    fn filter_pairs(&mut self) -> bool {
        let model = self.model;
        let all_pairs = 4 * (model.movable.len() * model.rules.len()) as u64;
        if model.rules.len() > MOST_RULES || self.work + all_pairs > self.most_work {
            return true;
        }
        self.work += all_pairs;
        // The most demanding first: they leave the least room.
        let mut order: Vec<(usize, Vec<usize>)> =
            model.movable.iter().map(|&rule| (rule, self.partners(rule))).collect();
        order.retain(|(_, partners)| !partners.is_empty());
        order.sort_by_key(|(rule, partners)| (std::cmp::Reverse(partners.len()), *rule));
        for _ in 0..ROUNDS {
            let mut changed = false;
            for (rule, partners) in &order {
                for option in 0..model.rules[*rule].options() {
                    if self.work > self.most_work {
                        return true;
                    }
                    if self.allowed[*rule][option] && !self.leaves_room(*rule, option, partners) {
                        self.allowed[*rule][option] = false;
                        changed = true;
                    }
                }
                if !self.allowed[*rule].contains(&true) {
                    return false;
                }
            }
            if !changed {
                break;
            }
        }
        true
    }

    /// Rules that do not fit beside `rule` where both run.
    fn partners(&self, rule: usize) -> Vec<usize> {
        let model = self.model;
        let most = |rule: usize| {
            model.rules[rule].segments.iter().map(|segment| segment.multiplicity).fold(0.0, f64::max)
        };
        let own = &model.rules[rule];
        let clashes = |other: usize| {
            let theirs = &model.rules[other];
            own.hosts.iter().filter(|host| theirs.hosts.contains(host)).any(|&host| {
                own.demand.iter().any(|&(resource, units)| {
                    let other_units = theirs.demand.iter().find(|(own, _)| *own == resource);
                    other_units.is_some_and(|&(_, other_units)| {
                        let limit = self.limits[host * model.resources + resource];
                        units * most(rule) + other_units * most(other) > limit + 1e-6
                    })
                })
            })
        };
        (0..model.rules.len()).filter(|&other| other != rule && clashes(other)).collect()
    }

    /// Whether each of `partners` has an option left beside `rule` at `option`.
    fn leaves_room(&mut self, rule: usize, option: usize, partners: &[usize]) -> bool {
        self.add_core(rule, -1.0);
        self.add_option(rule, option, 1.0);
        let mut leaves = true;
        for &other in partners {
            self.add_core(other, -1.0);
            self.count_excess(other);
            self.add_core(other, 1.0);
            let mut options = self.allowed[other].iter().zip(&self.scratch.costs);
            if !options.any(|(&allowed, &excess)| allowed && excess < 0.5) {
                leaves = false;
                break;
            }
        }
        self.add_option(rule, option, -1.0);
        self.add_core(rule, 1.0);
        leaves
    }
}

fn add_load(
    model: &Model,
    loads: &mut [f64],
    rule: usize,
    host: usize,
    (first, length): (usize, usize),
    share: f64,
) {
    for_each_part(first, length, model.horizon, |slot, _, part| {
        for &(resource, units) in &model.rules[rule].demand {
            let from = (host * model.resources + resource) * model.horizon + slot;
            for load in &mut loads[from..from + part] {
                *load += units * share;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    fn long_and_recurring(units: i64) -> Model {
        let mut recurring = rule("recurring", 0, 1, &[2]);
        recurring.wanted = vec![0, 6, 12, 18];
        recurring.earliest = 0;
        let problem = two_hour_problem(vec![rule("long", 8, 12, &[units]), recurring]);
        Model::new(&problem, &Windows::propagate(&problem).expect("no precedences"))
    }

    #[test]
    fn a_long_rule_that_leaves_no_room_for_a_recurring_one_has_no_option() {
        assert_eq!(allowed_options(&long_and_recurring(9), &[10.0], MOST_WORK).0, None);
        let allowed = allowed_options(&long_and_recurring(8), &[10.0], MOST_WORK).0;
        assert_eq!(allowed, Some(vec![vec![true; 9], vec![true; 5]]));
    }

    #[test]
    fn what_cannot_leave_a_slot_takes_its_room() {
        let mut fixed = rule("fixed", 6, 1, &[9]);
        (fixed.earliest, fixed.latest) = (0, 0);
        let problem = two_hour_problem(vec![fixed, rule("moved", 6, 2, &[2])]);
        let model = Model::new(&problem, &Windows::propagate(&problem).expect("no precedences"));
        let allowed = allowed_options(&model, &[10.0], MOST_WORK).0.expect("there is room");
        assert_eq!(allowed[1].iter().position(|allowed| !allowed), Some(3));
        assert_eq!(allowed[1].iter().filter(|allowed| !**allowed).count(), 2);
    }
}
