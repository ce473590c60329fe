//! What stands in the way of rules that are to run side by side.

use serde::Serialize;

use super::capacity::{SharedResource, usual_duration_ms};
use super::meaning::is_duplicate;
use super::overload::overloads;
use super::precedence::cycles;
use super::{Capacity, Precedence, Rule};
use crate::domain::time::{DAY_MS, TimeSpan, Timestamp};

/// How far ahead conflicts are looked for.
const LOOK_AHEAD_MS: i64 = 7 * DAY_MS;

/// A conflict among rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// What sort, and by how much.
    pub kind: ConflictKind,
    /// Positions of the rules, ascending.
    pub rules: Vec<usize>,
    /// When it happens first within seven days; `None` where it has no time of its own.
    pub first_at: Option<Timestamp>,
}

/// What sort of conflict, and by how much.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConflictKind {
    /// Runs that go on at one time need more than there is.
    OverCapacity {
        /// Of what there is too little.
        resource: SharedResource,
        /// What they need together at most.
        demand: f64,
        /// What there is.
        capacity: f64,
        /// How often within seven days.
        times: u64,
    },
    /// A run usually (95 % quantile) takes longer than the time to the rule's next one.
    SelfOverlap {
        /// What a run takes.
        duration_seconds: f64,
        /// The shortest time to the next one.
        spacing_seconds: f64,
    },
    /// Task types that follow one another in a circle.
    DependencyCycle {
        /// The circle.
        task_types: Vec<String>,
    },
    /// Rules that start the same work at the same instants.
    Duplicate,
}

impl ConflictKind {
    /// One sentence about it, given what to call the rules.
    pub fn sentence(&self, rules: &str, count: usize) -> String {
        match self {
            ConflictKind::OverCapacity { resource, demand, capacity, .. } => {
                let (need, unit) = (if count == 1 { "needs" } else { "together need" }, resource.unit());
                format!("{rules} {need} {} {unit}; there are {}", amount(*demand), amount(*capacity))
            }
            ConflictKind::SelfOverlap { duration_seconds, spacing_seconds } => format!(
                "{rules} starts again after {} min while a run takes up to {} min",
                amount(spacing_seconds / 60.0),
                amount(duration_seconds / 60.0)
            ),
            ConflictKind::DependencyCycle { task_types } => {
                let first = task_types.first().map(String::as_str).unwrap_or_default();
                format!("task types follow one another in a circle: {} -> {first}", task_types.join(" -> "))
            }
            ConflictKind::Duplicate => format!("{rules} start the same work at the same times"),
        }
    }
}

/// At most one digit after the point.
fn amount(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// The conflicts among `rules`, all of which count, whether enabled or not: too little capacity first (by
/// time), then rules that overlap themselves, circles, duplicates.
pub fn find_conflicts(
    rules: &[&Rule],
    precedences: &[Precedence],
    capacity: &Capacity,
    now: Timestamp,
) -> Vec<Conflict> {
    let over_capacity = overloads(rules, capacity, look_ahead(now)).into_iter().map(|overload| Conflict {
        kind: ConflictKind::OverCapacity {
            resource: overload.resource,
            demand: overload.demand,
            capacity: overload.capacity,
            times: overload.times,
        },
        rules: overload.rules,
        first_at: Some(overload.first_at),
    });
    let mut conflicts: Vec<Conflict> = over_capacity.collect();
    conflicts
        .extend(rules.iter().enumerate().filter_map(|(position, rule)| self_overlap(position, rule, now)));
    conflicts.extend(cycles(precedences).into_iter().map(|task_types| Conflict {
        rules: positions_of(rules, |rule| task_types.contains(&rule.task_type)),
        kind: ConflictKind::DependencyCycle { task_types },
        first_at: None,
    }));
    conflicts.extend(duplicates(rules, now));
    conflicts
}

/// The span in which conflicts are looked for.
pub(super) fn look_ahead(now: Timestamp) -> TimeSpan {
    TimeSpan { start: now, end: now.plus_ms(LOOK_AHEAD_MS) }
}

fn self_overlap(position: usize, rule: &Rule, now: Timestamp) -> Option<Conflict> {
    let duration_ms = usual_duration_ms(rule)?;
    let mut previous: Option<Timestamp> = None;
    let mut first_at = None;
    let mut shortest = i64::MAX;
    for instant in rule.schedule.occurrences_iter(look_ahead(now), rule.zone) {
        if let Some(earlier) = previous {
            let spacing = instant.since(earlier);
            shortest = shortest.min(spacing);
            if spacing < duration_ms && first_at.is_none() {
                first_at = Some(instant);
            }
        }
        previous = Some(instant);
    }
    first_at.map(|instant| Conflict {
        kind: ConflictKind::SelfOverlap {
            duration_seconds: duration_ms as f64 / 1000.0,
            spacing_seconds: shortest as f64 / 1000.0,
        },
        rules: vec![position],
        first_at: Some(instant),
    })
}

fn positions_of(rules: &[&Rule], wanted: impl Fn(&Rule) -> bool) -> Vec<usize> {
    rules.iter().enumerate().filter(|(_, rule)| wanted(rule)).map(|(position, _)| position).collect()
}

/// Groups of rules with one meaning, each named once.
fn duplicates(rules: &[&Rule], now: Timestamp) -> Vec<Conflict> {
    let mut grouped = vec![false; rules.len()];
    let mut conflicts = Vec::new();
    for (position, rule) in rules.iter().enumerate() {
        if grouped[position] {
            continue;
        }
        let mut group = vec![position];
        for (other, candidate) in rules.iter().enumerate().skip(position + 1) {
            if !grouped[other] && is_duplicate(rule, candidate, now) {
                grouped[other] = true;
                group.push(other);
            }
        }
        if group.len() > 1 {
            let first_at = rule.schedule.next_after(now, rule.zone);
            let first_at = first_at.filter(|instant| look_ahead(now).contains(*instant));
            conflicts.push(Conflict { kind: ConflictKind::Duplicate, rules: group, first_at });
        }
    }
    conflicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::fixture::{now, rule};

    fn kinds(rules: &[Rule]) -> Vec<(ConflictKind, Vec<usize>)> {
        let rules: Vec<&Rule> = rules.iter().collect();
        find_conflicts(&rules, &[], &Capacity::default(), now())
            .into_iter()
            .map(|conflict| (conflict.kind, conflict.rules))
            .collect()
    }

    #[test]
    fn a_run_longer_than_its_spacing_overlaps_the_next() {
        let found = kinds(&[rule("sync", "*/20 * * * *").taking(1.0, 1500.0), rule("other", "0 1 * * *")]);
        let expected = ConflictKind::SelfOverlap { duration_seconds: 1500.0, spacing_seconds: 1200.0 };
        assert_eq!(found, [(expected.clone(), vec![0])]);
        assert_eq!(
            expected.sentence("rule 1", 1),
            "rule 1 starts again after 20 min while a run takes up to 25 min"
        );
    }

    #[test]
    fn three_rules_of_one_meaning_are_one_group() {
        let rules = [
            rule("a", "0 3 * * *"),
            rule("b", "0 3 * * *"),
            rule("a", "00 03 1-31 * *"),
            rule("a", "0 3 * * 0-7"),
        ];
        assert_eq!(kinds(&rules), [(ConflictKind::Duplicate, vec![0, 2, 3])]);
    }

    #[test]
    fn a_circle_names_the_rules_of_its_task_types() {
        let circle: Vec<Precedence> = [("a", "b"), ("b", "a")]
            .into_iter()
            .map(|(predecessor, successor)| Precedence {
                pattern_id: crate::domain::patterns::PatternId(1),
                predecessor: predecessor.to_owned(),
                successor: successor.to_owned(),
                lag_ms: 0,
                from_end: true,
            })
            .collect();
        let (a, c) = (rule("a", "0 3 * * *"), rule("c", "0 3 * * *"));
        let found = find_conflicts(&[&a, &c], &circle, &Capacity::default(), now());
        assert_eq!(found[0].rules, [0]);
        assert_eq!(found[0].kind.sentence("", 1), "task types follow one another in a circle: a -> b -> a");
    }
}
