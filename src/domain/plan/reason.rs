//! What moving one rule relieves: the busiest moment it took part in before, and after.

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
    /// Positions of the rules it ran together with in that slot, the most demanding first.
    pub together_with: Vec<usize>,
}

/// A plan beside the one it replaces, with the loads of both.
#[derive(Clone, Debug)]
pub struct PlanComparison<'a> {
    problem: &'a Problem,
    before: &'a PlanChoice,
    after: &'a PlanChoice,
    loads_before: LoadProfile,
    loads_after: LoadProfile,
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
    pub fn relief_of(&self, position: usize) -> Option<Relief> {
        let PlanComparison { problem, before, after, loads_before, loads_after } = self;
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
        let mut together: Vec<usize> = (0..problem.rules.len())
            .filter(|other| {
                let other_rule = &problem.rules[*other];
                *other != position
                    && before.host[*other] == before.host[position]
                    && other_rule.demand[resource] > 0
                    && occupied_slots(problem, other_rule, before.delta[*other]).any(|at| at == slot)
            })
            .collect();
        together.sort_by_key(|other| (std::cmp::Reverse(problem.rules[*other].demand[resource]), *other));
        together.truncate(MOST_NAMED);
        Some(Relief {
            resource: problem.resources[resource].clone(),
            slot,
            utilization_before,
            utilization_after,
            together_with: together,
        })
    }
}
