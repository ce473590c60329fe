//! What each strategy does about rules that need too much together.

use serde::Serialize;

use super::conflicts::look_ahead;
use super::meaning::is_duplicate;
use super::placed::PlacedLoad;
use super::{Capacity, Flexibility, Rule};
use crate::domain::time::Timestamp;

/// What to do about conflicts among the rules that are generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictStrategy {
    /// The rule of higher priority keeps its time; the other moves to the nearest time, within its
    /// flexibility, at which both fit, or stays and is reported.
    Priority,
    /// Rules of one meaning become one, that of the highest confidence; the rest is reported.
    Merge,
    /// The rule of lower priority is stored disabled.
    DisableLower,
}

/// What a strategy did to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Resolution {
    /// Moved away from a conflict.
    Shifted {
        /// By so many minutes; negative is earlier.
        shift_minutes: i64,
    },
    /// Left out of plans and predictions.
    Disabled,
}

/// A rule that a strategy may act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is new: it may be moved or disabled.
    New,
    /// It is in the store: it is left as it is.
    Kept,
}

/// A generated rule before its conflicts are resolved.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub rule: Rule,
    pub standing: Standing,
    /// How far it may be moved out of another's way.
    pub may_move: Flexibility,
}

/// Applies `strategy` to `candidates` (in the order of their rank; a higher priority goes first, then the rank),
/// beside `others`, which stay as they are. Returns what was done, by position.
pub(super) fn resolve(
    candidates: &mut [Candidate],
    others: &[&Rule],
    strategy: ConflictStrategy,
    capacity: &Capacity,
    now: Timestamp,
) -> Vec<(usize, Resolution)> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    // What is kept goes first, as it cannot give way.
    order.sort_by_key(|&position| {
        let candidate = &candidates[position];
        (candidate.standing == Standing::New, std::cmp::Reverse(candidate.rule.priority), position)
    });
    let mut done = Vec::new();
    let mut load = PlacedLoad::new(capacity, look_ahead(now));
    others.iter().for_each(|rule| load.place(rule));
    let mut placed: Vec<Rule> = others.iter().map(|rule| (*rule).clone()).collect();
    for position in order {
        let candidate = &mut candidates[position];
        if candidate.standing == Standing::New {
            let is_doubled = strategy == ConflictStrategy::DisableLower
                && placed.iter().any(|other| is_duplicate(other, &candidate.rule, now));
            let resolution = give_way(candidate, &load, is_doubled, strategy);
            done.extend(resolution.map(|resolution| (position, resolution)));
            if resolution == Some(Resolution::Disabled) {
                continue;
            }
        } else if strategy == ConflictStrategy::DisableLower && !candidate.rule.enabled {
            // Disabled by a person or by this strategy before: in nobody's way.
            continue;
        }
        load.place(&candidate.rule);
        placed.push(candidate.rule.clone());
    }
    done.sort_by_key(|(position, _)| *position);
    done
}

/// What `strategy` does to a new rule beside those that have their places.
fn give_way(
    candidate: &mut Candidate,
    load: &PlacedLoad,
    is_doubled: bool,
    strategy: ConflictStrategy,
) -> Option<Resolution> {
    match strategy {
        ConflictStrategy::Merge => None,
        ConflictStrategy::Priority => {
            let (shift_minutes, moved) = nearest_free(candidate, load)?;
            candidate.rule = moved;
            Some(Resolution::Shifted { shift_minutes })
        }
        ConflictStrategy::DisableLower => {
            let in_the_way = is_doubled || load.is_in_conflict(&candidate.rule);
            candidate.rule.enabled &= !in_the_way;
            in_the_way.then_some(Resolution::Disabled)
        }
    }
}

/// The smallest shift (earlier before later) at which the rule fits beside the others; `None` where it fits as
/// it is or nowhere.
fn nearest_free(candidate: &Candidate, load: &PlacedLoad) -> Option<(i64, Rule)> {
    let Candidate { rule, may_move, .. } = candidate;
    if !load.is_in_conflict(rule) {
        return None;
    }
    let furthest = may_move.earlier_minutes.max(may_move.later_minutes);
    (1..=i64::from(furthest))
        .flat_map(|minutes| [-minutes, minutes])
        .filter(|shift_minutes| may_move.allows(*shift_minutes))
        .find_map(|shift_minutes| {
            let schedule = rule.schedule.shifted(shift_minutes)?;
            let moved = Rule { schedule, shift_minutes, ..rule.clone() };
            (!load.is_in_conflict(&moved)).then_some((shift_minutes, moved))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::fixture::{now, rule, week};
    use crate::domain::rules::overload::overloads;

    const FOUR_CORES: Capacity =
        Capacity { cpu_cores: Some(4.0), memory_mib: None, gpu_count: None, gpu_memory_mib: None };

    fn new(task_type: &str, cron: &str, priority: u8) -> Candidate {
        let rule = Rule { priority, ..rule(task_type, cron).taking(3.0, 600.0) };
        Candidate { may_move: rule.flexibility, rule, standing: Standing::New }
    }

    #[test]
    fn the_lower_priority_moves_to_the_nearest_time_at_which_both_fit() {
        let mut rules = [new("low", "5 2 * * *", 4), new("high", "0 2 * * *", 6)];
        let done = resolve(&mut rules, &[], ConflictStrategy::Priority, &FOUR_CORES, now());
        assert_eq!(done, [(0, Resolution::Shifted { shift_minutes: 5 })]);
        assert_eq!(rules[0].rule.schedule.cron().as_deref(), Some("10 2 * * *"));
        assert_eq!(rules[0].rule.shift_minutes, 5);
    }

    #[test]
    fn a_rule_that_fits_nowhere_within_its_flexibility_stays() {
        let busy = rule("busy", "0 * * * *").taking(3.0, 3600.0);
        let mut rules = [new("low", "5 2 * * *", 4)];
        let before = rules[0].rule.clone();
        assert_eq!(resolve(&mut rules, &[&busy], ConflictStrategy::Priority, &FOUR_CORES, now()), []);
        assert_eq!(rules[0].rule, before);
    }

    #[test]
    fn disable_lower_keeps_the_higher_and_merge_touches_nobody() {
        let fresh =
            || [new("low", "5 2 * * *", 4), new("high", "0 2 * * *", 6), new("apart", "0 5 * * *", 1)];
        let mut rules = fresh();
        let done = resolve(&mut rules, &[], ConflictStrategy::DisableLower, &FOUR_CORES, now());
        assert_eq!(done, [(0, Resolution::Disabled)]);
        assert_eq!(rules.each_ref().map(|candidate| candidate.rule.enabled), [false, true, true]);
        let mut rules = fresh();
        assert_eq!(resolve(&mut rules, &[], ConflictStrategy::Merge, &FOUR_CORES, now()), []);
    }

    #[test]
    fn a_kept_rule_is_never_touched_even_by_one_of_higher_priority() {
        let kept = Candidate { standing: Standing::Kept, ..new("kept", "0 2 * * *", 5) };
        let mut rules = [new("high", "0 2 * * *", 9), kept.clone()];
        let done = resolve(&mut rules, &[], ConflictStrategy::DisableLower, &FOUR_CORES, now());
        assert_eq!(done, [(0, Resolution::Disabled)]);
        assert_eq!(rules[1], kept);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 32, ..Default::default() })]
        #[test]
        fn shifts_stay_within_flexibility_and_disabling_leaves_no_overload_among_what_is_enabled(
            starts in proptest::collection::vec((0_u32..60, 1_u8..10), 2..6)
        ) {
            let fresh = || -> Vec<Candidate> {
                starts.iter().map(|(minute, priority)| new("t", &format!("{minute} 2 * * *"), *priority)).collect()
            };
            let mut rules = fresh();
            for (position, done) in resolve(&mut rules, &[], ConflictStrategy::Priority, &FOUR_CORES, now()) {
                let Resolution::Shifted { shift_minutes } = done else { panic!("{done:?}") };
                proptest::prop_assert!(rules[position].rule.flexibility.allows(shift_minutes));
            }
            let mut rules = fresh();
            resolve(&mut rules, &[], ConflictStrategy::DisableLower, &FOUR_CORES, now());
            let enabled: Vec<&Rule> = rules.iter().map(|candidate| &candidate.rule).filter(|rule| rule.enabled).collect();
            proptest::prop_assert_eq!(overloads(&enabled, &FOUR_CORES, week()), vec![]);
        }
    }
}
