//! When the runs of rules together need more of a resource than there is: a sweep over their starts and ends.

use std::collections::BTreeMap;

use super::capacity::{SharedResource, usual_duration_ms};
use super::{Capacity, Rule};
use crate::domain::time::{TimeSpan, Timestamp};

/// A group of rules that overload a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Overload {
    /// Of what there is too little.
    pub resource: SharedResource,
    /// Positions of the rules, ascending.
    pub rules: Vec<usize>,
    /// What they need together at most.
    pub demand: f64,
    /// What there is.
    pub capacity: f64,
    /// When it happens first.
    pub first_at: Timestamp,
    /// How often it happens in the span.
    pub times: u64,
}

/// A stretch of time over which the same runs go on and need too much.
struct Stretch<'a> {
    start: Timestamp,
    demand: f64,
    /// How many runs of each rule go on.
    active: &'a BTreeMap<usize, u32>,
}

/// The groups of rules whose runs need more than `capacity` at one time within `span`, in order of their first
/// time. Of each time of overload the group at its height is named. A rule of unknown duration or demand, and
/// a resource of unknown capacity, count for nothing.
pub fn overloads(rules: &[&Rule], capacity: &Capacity, span: TimeSpan) -> Vec<Overload> {
    let mut found: BTreeMap<(SharedResource, Vec<usize>), Overload> = BTreeMap::new();
    for resource in SharedResource::ALL {
        let Some(available) = resource.capacity(capacity) else { continue };
        let mut height: Option<Overload> = None;
        let mut close = |height: &mut Option<Overload>| {
            let Some(episode) = height.take() else { return };
            found
                .entry((resource, episode.rules.clone()))
                .and_modify(|known| {
                    known.times += 1;
                    known.demand = known.demand.max(episode.demand);
                })
                .or_insert(episode);
        };
        // The group at the height of an episode, until the episode ends.
        sweep(&Loads::of(rules, resource, span), |stretch| match stretch {
            Some(Stretch { start, demand, active }) if is_too_much(demand, available) => {
                if height.as_ref().is_none_or(|known| demand > known.demand) {
                    height = Some(Overload {
                        resource,
                        rules: active.keys().copied().collect(),
                        demand,
                        capacity: available,
                        first_at: start,
                        times: 1,
                    });
                }
            }
            _ => close(&mut height),
        });
    }
    let mut groups: Vec<Overload> = found.into_values().collect();
    groups.sort_by_key(|group| group.first_at);
    groups
}

/// Whether some run of `candidate` goes on together with one of the `others` while they need too much: the plain
/// loop that the quick one is tested against.
#[cfg(test)]
pub(super) fn is_in_conflict(
    others: &[&Rule],
    candidate: &Rule,
    capacity: &Capacity,
    span: TimeSpan,
) -> bool {
    let mut rules = others.to_vec();
    rules.push(candidate);
    let position = others.len();
    SharedResource::ALL.into_iter().any(|resource| {
        let Some(available) = resource.capacity(capacity) else { return false };
        if resource.demand(&candidate.resources).is_none() {
            return false;
        }
        let mut found = false;
        sweep(&Loads::of(&rules, resource, span), |stretch| {
            found |= stretch.is_some_and(|Stretch { demand, active, .. }| {
                is_too_much(demand, available) && active.len() > 1 && active.contains_key(&position)
            });
        });
        found
    })
}

/// Sums of measured numbers may miss by their last digits.
pub(super) fn is_too_much(demand: f64, available: f64) -> bool {
    demand > available * (1.0 + 1e-9)
}

/// Starts and ends of runs that take of one resource, in order of time.
struct Loads {
    /// What one run of each rule takes; 0 where that is unknown (then it has no events).
    demands: Vec<f64>,
    /// When, whether it is a start (ends come first at one instant), which rule.
    events: Vec<(Timestamp, bool, usize)>,
}

impl Loads {
    fn of(rules: &[&Rule], resource: SharedResource, span: TimeSpan) -> Loads {
        let mut loads = Loads { demands: vec![0.0; rules.len()], events: Vec::new() };
        for (position, rule) in rules.iter().enumerate() {
            let (Some(demand), Some(duration_ms)) =
                (resource.demand(&rule.resources), usual_duration_ms(rule))
            else {
                continue;
            };
            loads.demands[position] = demand;
            for start in rule.schedule.occurrences_iter(span, rule.zone) {
                loads.events.push((start, true, position));
                loads.events.push((start.plus_ms(duration_ms), false, position));
            }
        }
        loads.events.sort_unstable();
        loads
    }
}

/// Tells `visit` of each stretch between two events in which runs go on, and of `None` where none does.
fn sweep(loads: &Loads, mut visit: impl FnMut(Option<Stretch<'_>>)) {
    let mut active: BTreeMap<usize, u32> = BTreeMap::new();
    for (number, (instant, is_start, rule)) in loads.events.iter().enumerate() {
        let runs = active.entry(*rule).or_insert(0);
        if *is_start {
            *runs += 1;
        } else {
            *runs = runs.saturating_sub(1);
            if *runs == 0 {
                active.remove(rule);
            }
        }
        let lasts = loads.events.get(number + 1).is_none_or(|(next, _, _)| next > instant);
        if lasts {
            let demand = active.iter().map(|(rule, runs)| loads.demands[*rule] * f64::from(*runs)).sum();
            visit((!active.is_empty()).then_some(Stretch { start: *instant, demand, active: &active }));
        }
    }
    visit(None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::fixture::{rule, week};

    const FOUR_CORES: Capacity =
        Capacity { cpu_cores: Some(4.0), memory_mib: None, gpu_count: None, gpu_memory_mib: None };

    fn found(rules: &[&Rule]) -> Vec<(Vec<usize>, f64, String, u64)> {
        overloads(rules, &FOUR_CORES, week())
            .into_iter()
            .map(|group| (group.rules, group.demand, group.first_at.to_rfc3339(), group.times))
            .collect()
    }

    #[test]
    fn rules_that_together_need_more_than_there_is_are_named_with_time_and_amount() {
        let rules = [
            rule("a", "0 2 * * *").taking(3.0, 1800.0),
            rule("b", "10 2 * * 1").taking(2.0, 600.0),
            rule("c", "0 4 * * *").taking(4.0, 600.0),
        ];
        let rules: Vec<&Rule> = rules.iter().collect();
        assert_eq!(found(&rules), [(vec![0, 1], 5.0, "2026-03-02T02:10:00Z".to_owned(), 1)]);
    }

    #[test]
    fn a_run_that_begins_when_another_ends_does_not_overlap_it() {
        let rules = [rule("a", "0 2 * * *").taking(3.0, 1800.0), rule("b", "30 2 * * *").taking(3.0, 1800.0)];
        assert_eq!(found(&[&rules[0], &rules[1]]), []);
    }

    #[test]
    fn what_is_unknown_is_never_too_much() {
        let unknown_duration = rule("b", "0 2 * * *");
        let rules = [rule("a", "0 2 * * *").taking(3.0, 1800.0), unknown_duration];
        assert_eq!(found(&[&rules[0], &rules[1]]), []);
        let big = rule("a", "0 2 * * *").taking(300.0, 1800.0);
        assert_eq!(overloads(&[&big], &Capacity::default(), week()), []);
        assert_eq!(found(&[&big]).len(), 1);
    }

    #[test]
    fn a_rule_that_overlaps_itself_counts_twice() {
        let slow = rule("a", "0 * * * *").taking(3.0, 5400.0);
        let groups = found(&[&slow]);
        assert_eq!((groups[0].0.as_slice(), groups[0].1), ([0].as_slice(), 6.0));
    }

    #[test]
    fn a_candidate_is_in_conflict_only_where_it_takes_part() {
        let (a, b) = (rule("a", "0 2 * * *").taking(3.0, 600.0), rule("b", "0 2 * * *").taking(3.0, 600.0));
        let candidate = rule("c", "0 3 * * *").taking(3.0, 600.0);
        assert!(!is_in_conflict(&[&a, &b], &candidate, &FOUR_CORES, week()));
        let alone = rule("c", "0 3 * * *").taking(30.0, 600.0);
        assert!(!is_in_conflict(&[&a, &b], &alone, &FOUR_CORES, week()));
        let early = rule("c", "5 2 * * *").taking(3.0, 600.0);
        assert!(is_in_conflict(&[&a], &early, &FOUR_CORES, week()));
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_the_rules_does_not_matter(
            minutes in proptest::collection::vec((0_u32..120, 1_u32..4, 60_u32..7200), 2..6)
        ) {
            let rules: Vec<Rule> = minutes
                .iter()
                .map(|(minute, cores, seconds)| {
                    let cron = format!("{} {} * * *", minute % 60, minute / 60);
                    rule("a", &cron).taking(f64::from(*cores), f64::from(*seconds))
                })
                .collect();
            let forward: Vec<&Rule> = rules.iter().collect();
            let backward: Vec<&Rule> = rules.iter().rev().collect();
            let instants = |rules: &[&Rule]| {
                overloads(rules, &FOUR_CORES, week())
                    .into_iter()
                    .map(|group| (group.first_at, group.demand.to_bits(), group.times))
                    .collect::<std::collections::BTreeSet<_>>()
            };
            proptest::prop_assert_eq!(instants(&forward), instants(&backward));
        }
    }
}
