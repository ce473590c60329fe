//! The timetable problem as it is written in a `sched-opt/1` file: recurring rules, hosts, and what
//! the rules demand of them over a cyclic horizon.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The only format this version reads and writes.
pub const PROBLEM_FORMAT: &str = "sched-opt/1";

/// Rules to be placed on hosts over a cyclic horizon; slot `t` and slot `t + horizon_slots` are one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Always [`PROBLEM_FORMAT`].
    pub format: String,
    /// A name for people.
    #[serde(default)]
    pub name: String,
    /// Minutes in one slot.
    pub slot_minutes: i64,
    /// Slots in the cyclic horizon.
    pub horizon_slots: i64,
    /// Names of the resources, in the order of every `capacity` and `demand`.
    pub resources: Vec<String>,
    /// The hosts, named by their position.
    pub hosts: Vec<PlanHost>,
    /// Utilisation above which `efficiency` starts to charge, in percent.
    pub target_util_pct: i64,
    /// Price of electricity in each slot, cents per kWh.
    pub price: Vec<i64>,
    /// The rules, named by their position.
    pub rules: Vec<PlanRule>,
    /// Orders between rules of one period.
    #[serde(default)]
    pub precedences: Vec<Precedence>,
}

/// A machine that rules run on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanHost {
    /// Its name.
    pub id: String,
    /// Capacity per resource, in the unit of the resource.
    pub capacity: Vec<i64>,
    /// Memory of one of its GPUs, GB; carried along, eligibility is in `PlanRule::hosts`.
    #[serde(default)]
    pub gpu_mem_per_device_gb: i64,
    /// Power it draws while on and idle, watts.
    #[serde(default)]
    pub idle_w: i64,
}

/// A recurring or one-off piece of work that moves as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanRule {
    /// Its name.
    pub id: String,
    /// What sort of recurrence it comes from; carried along for people.
    #[serde(default)]
    pub kind: String,
    /// Wanted start slot of every occurrence.
    pub wanted: Vec<i64>,
    /// Least allowed shift, slots, at most 0.
    pub earliest: i64,
    /// Greatest allowed shift, slots, at least 0.
    pub latest: i64,
    /// Length of one occurrence, slots.
    pub duration: i64,
    /// Demand per resource while it runs.
    pub demand: Vec<i64>,
    /// GPU memory it needs on one device, GB; carried along.
    #[serde(default)]
    pub gpu_mem_per_device_gb: i64,
    /// Power it draws while it runs, watts.
    #[serde(default)]
    pub power_w: i64,
    /// Weight of its displacement, at least 1.
    #[serde(default = "one")]
    pub priority: i64,
    /// Minutes one occurrence is charged for running on another host than `host`.
    #[serde(default)]
    pub migrate_minutes: i64,
    /// Rules that share a tag never run in one slot, on whatever hosts.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The host it runs on now.
    pub host: usize,
    /// The hosts it may run on.
    pub hosts: Vec<usize>,
}

/// `after` starts no earlier than `lag` slots past the end of `before`, measured on first occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precedence {
    /// Position of the rule that runs first.
    pub before: usize,
    /// Position of the rule that waits.
    pub after: usize,
    /// Slots between the end of the one and the start of the other.
    #[serde(default)]
    pub lag: i64,
}

fn one() -> i64 {
    1
}

impl Problem {
    /// The plan in which nothing moves.
    pub fn unmoved(&self) -> super::PlanChoice {
        super::PlanChoice {
            delta: vec![0; self.rules.len()],
            host: self.rules.iter().map(|rule| rule.host).collect(),
        }
    }

    /// The rules that carry each tag, ascending, in the order of the tags' names.
    pub fn members_by_tag(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (position, rule) in self.rules.iter().enumerate() {
            for tag in &rule.tags {
                let of_tag = members.entry(tag).or_default();
                if of_tag.last() != Some(&position) {
                    of_tag.push(position);
                }
            }
        }
        members
    }

    /// Least difference `delta[after] - delta[before]` that a precedence allows, slots.
    pub fn precedence_gap(&self, precedence: &Precedence) -> i64 {
        let before = &self.rules[precedence.before];
        let after = &self.rules[precedence.after];
        before.wanted[0] + before.duration + precedence.lag - after.wanted[0]
    }
}
