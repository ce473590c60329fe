//! The load of rules that have their places, kept so that asking whether one more fits is quick.

use super::capacity::{SharedResource, usual_duration_ms};
use super::overload::is_too_much;
use super::{Capacity, Rule};
use crate::domain::time::{TimeSpan, Timestamp};

/// How much of each resource the rules placed so far take, as steps over a span of time.
pub(super) struct PlacedLoad {
    span: TimeSpan,
    resources: Vec<ResourceLoad>,
}

/// A change of load: when, and by how much (negative at the end of a run).
type Step = (Timestamp, f64);

struct ResourceLoad {
    resource: SharedResource,
    available: f64,
    /// In order of time.
    steps: Vec<Step>,
    /// The load from each step on.
    levels: Vec<f64>,
}

impl PlacedLoad {
    /// Nothing placed yet. Only resources of known capacity are looked at.
    pub(super) fn new(capacity: &Capacity, span: TimeSpan) -> PlacedLoad {
        let load = |resource: SharedResource| {
            let available = resource.capacity(capacity)?;
            Some(ResourceLoad { resource, available, steps: Vec::new(), levels: Vec::new() })
        };
        PlacedLoad { span, resources: SharedResource::ALL.into_iter().filter_map(load).collect() }
    }

    /// Adds the runs of `rule`.
    pub(super) fn place(&mut self, rule: &Rule) {
        for load in &mut self.resources {
            let steps = steps_of(rule, load.resource, self.span);
            if steps.is_empty() {
                continue;
            }
            load.steps.extend(steps);
            // Two sorted runs: the stable sort merges them in linear time.
            load.steps.sort_by_key(|(instant, _)| *instant);
            load.levels = levels_of(&load.steps);
        }
    }

    /// Whether some run of `rule` would go on together with a placed one while they need too much.
    pub(super) fn is_in_conflict(&self, rule: &Rule) -> bool {
        self.resources.iter().any(|load| {
            let steps = steps_of(rule, load.resource, self.span);
            let levels = levels_of(&steps);
            steps.windows(2).zip(levels).any(|(pair, level)| {
                let beside = load.highest_between(pair[0].0, pair[1].0);
                is_running(level) && is_running(beside) && is_too_much(level + beside, load.available)
            })
        })
    }
}

impl ResourceLoad {
    /// The highest load within `start <= t < end`; 0 where the span is empty.
    fn highest_between(&self, start: Timestamp, end: Timestamp) -> f64 {
        if start >= end {
            return 0.0;
        }
        // The last step at or before the start still holds there.
        let first = self.steps.partition_point(|(instant, _)| *instant <= start).saturating_sub(1);
        let steps = self.steps.iter().zip(&self.levels).enumerate().skip(first);
        steps
            .take_while(|(_, ((instant, _), _))| *instant < end)
            // Of several steps at one instant only the last one's level lasts.
            .filter(|(number, ((instant, _), _))| {
                let ends = self.steps.get(number + 1).map_or(Timestamp::MAX, |(next, _)| *next);
                ends > *instant && ends > start
            })
            .map(|(_, (_, level))| *level)
            .fold(0.0, f64::max)
    }
}

/// Sums of steps that cancel out may leave a last digit behind.
fn is_running(level: f64) -> bool {
    level > 1e-6
}

fn levels_of(steps: &[Step]) -> Vec<f64> {
    let mut level = 0.0;
    steps
        .iter()
        .map(|(_, change)| {
            level += change;
            level
        })
        .collect()
}

/// Starts and ends of the runs of a rule, in order of time; none where duration or demand are unknown.
fn steps_of(rule: &Rule, resource: SharedResource, span: TimeSpan) -> Vec<Step> {
    let (Some(demand), Some(duration_ms)) = (resource.demand(&rule.resources), usual_duration_ms(rule))
    else {
        return Vec::new();
    };
    let runs = rule.schedule.occurrences_iter(span, rule.zone);
    let mut steps: Vec<Step> =
        runs.flat_map(|start| [(start, demand), (start.plus_ms(duration_ms), -demand)]).collect();
    steps.sort_by_key(|(instant, _)| *instant);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::fixture::{rule, week};
    use crate::domain::rules::overload::is_in_conflict;

    const FOUR_CORES: Capacity =
        Capacity { cpu_cores: Some(4.0), memory_mib: None, gpu_count: None, gpu_memory_mib: None };

    fn placed(rules: &[&Rule]) -> PlacedLoad {
        let mut load = PlacedLoad::new(&FOUR_CORES, week());
        rules.iter().for_each(|rule| load.place(rule));
        load
    }

    #[test]
    fn a_run_fits_between_two_others_to_the_minute() {
        let before = rule("a", "0 2 * * *").taking(3.0, 600.0);
        let after = rule("b", "20 2 * * *").taking(3.0, 600.0);
        let load = placed(&[&before, &after]);
        assert!(!load.is_in_conflict(&rule("c", "10 2 * * *").taking(3.0, 600.0)));
        assert!(load.is_in_conflict(&rule("c", "9 2 * * *").taking(3.0, 600.0)));
        assert!(load.is_in_conflict(&rule("c", "11 2 * * *").taking(3.0, 600.0)));
    }

    proptest::proptest! {
        #[test]
        fn it_agrees_with_the_plain_sweep(
            runs in proptest::collection::vec((0_u32..60, 1_u32..3, 1_u32..5, 30_u32..9000), 1..7)
        ) {
            let rules: Vec<Rule> = runs
                .iter()
                .map(|(minute, hours, cores, seconds)| {
                    rule("a", &format!("{minute} */{hours} * * *")).taking(f64::from(*cores) / 2.0, f64::from(*seconds))
                })
                .collect();
            let Some((candidate, others)) = rules.split_last() else { return Ok(()) };
            let others: Vec<&Rule> = others.iter().collect();
            proptest::prop_assert_eq!(
                placed(&others).is_in_conflict(candidate),
                is_in_conflict(&others, candidate, &FOUR_CORES, week())
            );
        }
    }
}
