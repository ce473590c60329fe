//! What moving one rule relieves: the busiest moment it took part in before, and after.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::choice::PlanChoice;
use super::problem::Problem;
use super::profile::{LoadProfile, occupied_slots};

/// Names of other rules that a relief lists.
const MOST_NAMED: usize = 5;

/// The busiest moment of a rule, before and after a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relief {
    /// The resource that was fullest while the rule ran.
    pub resource: String,
    /// The slot in which it was.
    pub slot: usize,
    /// Load over capacity then, 0..1 (above 1 where overloaded).
    pub utilization_before: f64,
    /// Highest load over capacity of the same resource while the rule runs under the plan.
    pub utilization_after: f64,
    /// Positions of the rules it ran together with in that slot, the most demanding first; not all where they are many.
    pub together_with: Vec<usize>,
    /// How many they are in all.
    pub together_count: usize,
}

/// A plan beside the one it replaces, with the loads of both.
#[derive(Clone, Debug)]
pub struct PlanComparison<'a> {
    problem: &'a Problem,
    before: &'a PlanChoice,
    after: &'a PlanChoice,
    loads_before: LoadProfile,
    loads_after: LoadProfile,
    /// Rules by host, resource and slot, as far as they were asked for.
    busy: HashMap<(usize, usize, usize), Vec<usize>>,
}

impl<'a> PlanComparison<'a> {
    /// Compares two plans of one problem.
    pub fn new(problem: &'a Problem, before: &'a PlanChoice, after: &'a PlanChoice) -> PlanComparison<'a> {
        PlanComparison {
            problem,
            before,
            after,
            loads_before: LoadProfile::of(problem, before),
            loads_after: LoadProfile::of(problem, after),
            busy: HashMap::new(),
        }
    }

    /// The loads before.
    pub fn loads_before(&self) -> &LoadProfile {
        &self.loads_before
    }

    /// The loads under the plan.
    pub fn loads_after(&self) -> &LoadProfile {
        &self.loads_after
    }

    /// What `after` relieves for the rule at `position`; `None` when it asks for no resource that its host has.
    pub fn relief_of(&mut self, position: usize) -> Option<Relief> {
        let PlanComparison { problem, before, after, loads_before, loads_after, .. } = &*self;
        let (problem, before) = (*problem, *before);
        let rule = &problem.rules[position];
        let mut fullest: Option<(f64, usize, usize)> = None;
        for (resource, demand) in rule.demand.iter().enumerate() {
            let host = before.host[position];
            let capacity = problem.hosts[host].capacity[resource];
            if *demand <= 0 || capacity <= 0 {
                continue;
            }
            for slot in occupied_slots(problem, rule, before.delta[position]) {
                let utilization = loads_before.loads(host, resource)[slot] as f64 / capacity as f64;
                if fullest.is_none_or(|(most, _, _)| utilization > most) {
                    fullest = Some((utilization, resource, slot));
                }
            }
        }
        let (utilization_before, resource, slot) = fullest?;
        let host = after.host[position];
        let capacity = problem.hosts[host].capacity[resource].max(1);
        let utilization_after = occupied_slots(problem, rule, after.delta[position])
            .map(|slot| loads_after.loads(host, resource)[slot] as f64 / capacity as f64)
            .fold(0.0, f64::max);
        let host_before = before.host[position];
        // Many rules of a stampede have the same fullest moment.
        let busy = self
            .busy
            .entry((host_before, resource, slot))
            .or_insert_with(|| busy_in(problem, before, (host_before, resource, slot)));
        let together: Vec<usize> =
            busy.iter().copied().filter(|other| *other != position).take(MOST_NAMED).collect();
        let together_count = busy.iter().filter(|other| **other != position).count();
        Some(Relief {
            resource: problem.resources[resource].clone(),
            slot,
            utilization_before,
            utilization_after,
            together_with: together,
            together_count,
        })
    }
}

/// The rules that ask for a resource of a host in a slot of the plan, the most demanding first.
fn busy_in(
    problem: &Problem,
    plan: &PlanChoice,
    (host, resource, slot): (usize, usize, usize),
) -> Vec<usize> {
    let runs_then = |position: usize| {
        let rule = &problem.rules[position];
        let mut starts = rule.wanted.iter().map(|wanted| wanted + plan.delta[position]);
        starts.any(|start| (slot as i64 - start).rem_euclid(problem.horizon_slots) < rule.duration)
    };
    let mut busy: Vec<usize> = (0..problem.rules.len())
        .filter(|position| plan.host[*position] == host && problem.rules[*position].demand[resource] > 0)
        .filter(|position| runs_then(*position))
        .collect();
    busy.sort_by_key(|position| (std::cmp::Reverse(problem.rules[*position].demand[resource]), *position));
    busy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    #[test]
    fn all_that_ran_together_are_counted_and_the_greatest_named() {
        let crowd = (0..9).map(|number| rule(&format!("r{number}"), 23, 3, &[number + 1])).collect();
        let problem = two_hour_problem(crowd);
        let before = problem.unmoved();
        let mut after = before.clone();
        after.delta[0] = 4;
        let relief = PlanComparison::new(&problem, &before, &after).relief_of(0).expect("it asks for some");
        assert_eq!((relief.together_count, relief.together_with), (8, vec![8, 7, 6, 5, 4]));
        assert_eq!((relief.utilization_before, relief.utilization_after), (4.5, 0.1));
    }
}
