//! Whether a plan keeps every hard rule, and which it breaks. Shares no code with the search.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::choice::{PlanChoice, Strategy};
use super::problem::Problem;
use super::profile::{LoadProfile, occupied_slots};

/// One hard rule that a plan breaks. Rules, hosts and resources are positions in the problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Violation {
    /// The plan has not one entry per rule.
    WrongLength {
        /// Rules of the problem.
        rules: usize,
        /// Shifts in the plan.
        deltas: usize,
        /// Hosts in the plan.
        hosts: usize,
    },
    /// A rule is moved further than it may.
    OutsideWindow {
        /// Which rule.
        rule: usize,
        /// Slots it is moved by.
        delta: i64,
    },
    /// A rule is on a host that it may not use.
    HostNotEligible {
        /// Which rule.
        rule: usize,
        /// Where it was put.
        host: usize,
    },
    /// A rule starts before the one it waits for has ended.
    TooEarly {
        /// The rule that runs first.
        before: usize,
        /// The rule that waits.
        after: usize,
        /// Slots it would have to start later.
        missing_slots: i64,
    },
    /// Two rules that share a tag run in one slot.
    SharedSlot {
        /// The tag.
        tag: String,
        /// The slot.
        slot: usize,
        /// One rule.
        first: usize,
        /// The other.
        second: usize,
    },
    /// A host is asked for more than it has.
    OverCapacity {
        /// Which host.
        host: usize,
        /// Which resource.
        resource: usize,
        /// First slot of a stretch above capacity.
        slot: usize,
        /// Load there.
        load: i64,
    },
}

/// Checks `choice` against the validated `problem`; capacity counts for `ConflictResolution` only.
///
/// # Errors
/// Everything that is broken, in the order of rules, precedences, tags, hosts. A stretch of slots over
/// capacity, or shared by two rules, is reported once.
pub fn verify(problem: &Problem, choice: &PlanChoice, strategy: Strategy) -> Result<(), Vec<Violation>> {
    if choice.delta.len() != problem.rules.len() || choice.host.len() != problem.rules.len() {
        return Err(vec![Violation::WrongLength {
            rules: problem.rules.len(),
            deltas: choice.delta.len(),
            hosts: choice.host.len(),
        }]);
    }
    let mut violations = Vec::new();
    for (rule, described) in problem.rules.iter().enumerate() {
        let (delta, host) = (choice.delta[rule], choice.host[rule]);
        if delta < described.earliest || delta > described.latest {
            violations.push(Violation::OutsideWindow { rule, delta });
        }
        if !described.hosts.contains(&host) {
            violations.push(Violation::HostNotEligible { rule, host });
        }
    }
    for precedence in &problem.precedences {
        let (before, after) = (precedence.before, precedence.after);
        let apart = choice.delta[after].saturating_sub(choice.delta[before]);
        let missing_slots = problem.precedence_gap(precedence).saturating_sub(apart);
        if missing_slots > 0 {
            violations.push(Violation::TooEarly { before, after, missing_slots });
        }
    }
    shared_slots(problem, choice, &mut violations);
    if strategy == Strategy::ConflictResolution {
        over_capacity(problem, choice, &mut violations);
    }
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

fn shared_slots(problem: &Problem, choice: &PlanChoice, violations: &mut Vec<Violation>) {
    let slots_of = |rule: usize| {
        let mut slots: Vec<usize> =
            occupied_slots(problem, &problem.rules[rule], choice.delta[rule]).collect();
        slots.sort_unstable();
        slots
    };
    let members = problem.members_by_tag();
    for (second, described) in problem.rules.iter().enumerate() {
        if described.tags.is_empty() {
            continue;
        }
        let mine = slots_of(second);
        let mates = described.tags.iter().filter_map(|tag| members.get(tag.as_str())).flatten();
        let earlier: BTreeSet<usize> = mates.copied().filter(|&first| first < second).collect();
        for first in earlier {
            let mates = &problem.rules[first].tags;
            let Some(tag) = described.tags.iter().find(|tag| mates.contains(tag)) else {
                continue;
            };
            let theirs = slots_of(first);
            let shared = mine.iter().find(|slot| theirs.binary_search(slot).is_ok());
            if let Some(&slot) = shared {
                violations.push(Violation::SharedSlot { tag: tag.clone(), slot, first, second });
            }
        }
    }
}

fn over_capacity(problem: &Problem, choice: &PlanChoice, violations: &mut Vec<Violation>) {
    let profile = LoadProfile::of(problem, choice);
    for (host, described) in problem.hosts.iter().enumerate() {
        for (resource, &capacity) in described.capacity.iter().enumerate() {
            let mut was_over = false;
            for (slot, &load) in profile.loads(host, resource).iter().enumerate() {
                if load > capacity && !was_over {
                    violations.push(Violation::OverCapacity { host, resource, slot, load });
                }
                was_over = load > capacity;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::problem::Precedence;
    use crate::domain::plan::sample::{random_problem, rule, two_hour_problem};
    use crate::domain::plan::score::score;
    use proptest::prelude::{any, proptest};

    #[test]
    fn a_rule_outside_its_window_and_too_early_is_found() {
        let mut problem = two_hour_problem(vec![rule("a", 0, 2, &[1]), rule("b", 0, 2, &[1])]);
        problem.precedences.push(Precedence { before: 0, after: 1, lag: 1 });
        let choice = PlanChoice { delta: vec![5, 4], host: vec![0, 0] };
        let found = verify(&problem, &choice, Strategy::BalanceLoad).expect_err("broken");
        assert_eq!(
            found,
            vec![
                Violation::OutsideWindow { rule: 0, delta: 5 },
                Violation::TooEarly { before: 0, after: 1, missing_slots: 4 },
            ]
        );
    }

    #[test]
    fn capacity_counts_under_conflict_resolution_only() {
        let problem = two_hour_problem(vec![rule("a", 0, 2, &[6]), rule("b", 1, 2, &[6])]);
        let choice = problem.unmoved();
        assert_eq!(verify(&problem, &choice, Strategy::PeakMitigation), Ok(()));
        let found = verify(&problem, &choice, Strategy::ConflictResolution).expect_err("over");
        assert_eq!(found, vec![Violation::OverCapacity { host: 0, resource: 0, slot: 1, load: 12 }]);
    }

    proptest! {
        #[test]
        fn a_plan_scores_valid_exactly_when_it_verifies(seed in any::<u64>()) {
            let problem = random_problem(seed);
            let choice = problem.unmoved();
            let scored = score(&problem, &choice);
            for strategy in [Strategy::BalanceLoad, Strategy::ConflictResolution] {
                let verified = verify(&problem, &choice, strategy).is_ok();
                assert_eq!(verified, scored.is_valid(strategy));
            }
        }
    }
}
