//! Which task types follow which, and where that runs in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;

use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, PatternId};

/// One task type runs after another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Precedence {
    /// The pattern that says so.
    pub pattern_id: PatternId,
    /// What runs first.
    pub predecessor: String,
    /// What runs after it.
    pub successor: String,
    /// From the predecessor's end (start, where `from_end` is false) to the successor's start.
    #[serde(rename = "lag_seconds", serialize_with = "seconds")]
    pub lag_ms: i64,
    /// Whether the lag counts from the predecessor's end.
    pub from_end: bool,
}

/// Milliseconds as the seconds that every output counts in.
fn seconds<S: serde::Serializer>(millis: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*millis as f64 / 1000.0)
}

/// The precedences among active patterns, in the order given.
pub fn precedences(patterns: &[(PatternId, Pattern)]) -> Vec<Precedence> {
    let follows = |(pattern_id, pattern): &(PatternId, Pattern)| {
        let Schedule::Follows { predecessor, lag_ms, from_end } = &pattern.schedule else { return None };
        let successor = pattern.task_types.last().filter(|_| pattern.is_active)?;
        Some(Precedence {
            pattern_id: *pattern_id,
            predecessor: predecessor.clone(),
            successor: successor.clone(),
            lag_ms: *lag_ms,
            from_end: *from_end,
        })
    };
    patterns.iter().filter_map(follows).collect()
}

/// How many task types follow `task_type` directly.
pub fn direct_successors(precedences: &[Precedence], task_type: &str) -> usize {
    let successors: BTreeSet<&str> = precedences
        .iter()
        .filter(|precedence| precedence.predecessor == task_type && precedence.successor != task_type)
        .map(|precedence| precedence.successor.as_str())
        .collect();
    successors.len()
}

/// Circles among the precedences: each as its task types in order, from the first by name, one circle (a
/// shortest one) for each task type that is in no earlier one.
pub fn cycles(precedences: &[Precedence]) -> Vec<Vec<String>> {
    let mut successors: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for precedence in precedences {
        successors.entry(&precedence.predecessor).or_default().insert(&precedence.successor);
    }
    let mut covered: BTreeSet<&str> = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in successors.keys() {
        if covered.contains(start) {
            continue;
        }
        if let Some(cycle) = shortest_way_back(&successors, start) {
            covered.extend(cycle.iter().copied());
            cycles.push(cycle.into_iter().map(str::to_owned).collect());
        }
    }
    cycles
}

fn shortest_way_back<'a>(
    successors: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    start: &'a str,
) -> Option<Vec<&'a str>> {
    let mut reached_from: BTreeMap<&str, &'a str> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(current) = waiting.pop_front() {
        for next in successors.get(current).into_iter().flatten().copied() {
            if next == start {
                let mut cycle = vec![current];
                while let Some(before) = cycle.last().and_then(|last| reached_from.get(last)) {
                    cycle.push(before);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if !reached_from.contains_key(next) {
                reached_from.insert(next, current);
                waiting.push_back(next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pairs: &[(&str, &str)]) -> Vec<Precedence> {
        pairs
            .iter()
            .map(|(predecessor, successor)| Precedence {
                pattern_id: PatternId(1),
                predecessor: (*predecessor).to_owned(),
                successor: (*successor).to_owned(),
                lag_ms: 0,
                from_end: true,
            })
            .collect()
    }

    #[test]
    fn a_circle_is_named_once_from_its_first_task_type() {
        let circle = after(&[("c", "a"), ("a", "b"), ("b", "c"), ("a", "d"), ("d", "e")]);
        assert_eq!(cycles(&circle), [["a", "b", "c"]]);
        assert_eq!(cycles(&after(&[("a", "b"), ("b", "c")])), Vec::<Vec<String>>::new());
        assert_eq!(cycles(&after(&[("a", "a")])), [["a"]]);
    }

    #[test]
    fn each_follower_counts_once_and_never_itself() {
        let pairs = after(&[("a", "b"), ("a", "b"), ("a", "a"), ("a", "c"), ("b", "c")]);
        assert_eq!(direct_successors(&pairs, "a"), 2);
    }

    proptest::proptest! {
        #[test]
        fn every_circle_found_follows_precedences(pairs in proptest::collection::vec((0_u8..8, 0_u8..8), 0..20)) {
            let names: Vec<(String, String)> =
                pairs.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
            let pairs: Vec<(&str, &str)> = names.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            for cycle in cycles(&after(&pairs)) {
                for (position, name) in cycle.iter().enumerate() {
                    let next = &cycle[(position + 1) % cycle.len()];
                    proptest::prop_assert!(pairs.contains(&(name.as_str(), next.as_str())));
                }
            }
        }
    }
}
