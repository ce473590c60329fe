//! Load of every host over time under a plan, by plain loops.

use super::choice::PlanChoice;
use super::problem::{PlanRule, Problem};

/// Loads, busy slots and shared tags of one plan.
#[derive(Clone, Debug)]
pub struct LoadProfile {
    horizon: usize,
    resources: usize,
    /// `[host][resource][slot]`, flattened.
    loads: Vec<i64>,
    /// `[host][slot]`, flattened.
    busy: Vec<bool>,
    /// Rules beyond the first in a slot of one tag, summed.
    pub shared_tag_slots: u64,
}

/// Slots that a rule occupies when shifted by `delta`; a slot comes twice where occurrences overlap.
pub fn occupied_slots(problem: &Problem, rule: &PlanRule, delta: i64) -> impl Iterator<Item = usize> {
    let horizon = problem.horizon_slots;
    let duration = rule.duration;
    rule.wanted.iter().flat_map(move |&wanted| {
        let start = wanted.saturating_add(delta);
        (0..duration).map(move |step| (start + step).rem_euclid(horizon) as usize)
    })
}

impl LoadProfile {
    /// The profile of `choice`.
    pub fn of(problem: &Problem, choice: &PlanChoice) -> LoadProfile {
        let horizon = problem.horizon_slots as usize;
        let resources = problem.resources.len();
        let mut profile = LoadProfile {
            horizon,
            resources,
            loads: vec![0; problem.hosts.len() * resources * horizon],
            busy: vec![false; problem.hosts.len() * horizon],
            shared_tag_slots: 0,
        };
        for (position, rule) in problem.rules.iter().enumerate() {
            let host = choice.host[position];
            if host >= problem.hosts.len() {
                continue;
            }
            for slot in occupied_slots(problem, rule, choice.delta[position]) {
                profile.busy[host * horizon + slot] = true;
                for (resource, &demand) in rule.demand.iter().enumerate() {
                    profile.loads[(host * resources + resource) * horizon + slot] += demand;
                }
            }
        }
        profile.shared_tag_slots = shared_tag_slots(problem, choice);
        profile
    }

    /// Load per slot.
    pub fn loads(&self, host: usize, resource: usize) -> &[i64] {
        let first = (host * self.resources + resource) * self.horizon;
        &self.loads[first..first + self.horizon]
    }

    /// Whether anything runs on the host, per slot.
    pub fn busy(&self, host: usize) -> &[bool] {
        &self.busy[host * self.horizon..(host + 1) * self.horizon]
    }
}

fn shared_tag_slots(problem: &Problem, choice: &PlanChoice) -> u64 {
    let mut shared = 0;
    for members in problem.members_by_tag().into_values().filter(|members| members.len() > 1) {
        // Entry: the last rule seen in the slot; a rule that overlaps itself does not exclude itself.
        let mut last = vec![usize::MAX; problem.horizon_slots as usize];
        for position in members {
            for slot in occupied_slots(problem, &problem.rules[position], choice.delta[position]) {
                shared += u64::from(last[slot] != usize::MAX && last[slot] != position);
                last[slot] = position;
            }
        }
    }
    shared
}
