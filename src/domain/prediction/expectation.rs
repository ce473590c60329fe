//! What is expected to recur: active patterns and enabled rules, each once, and how sure that is.

use std::borrow::Cow;

use super::liveness::{alive_chance, silence};
use super::window::{SlotWindow, half_window, rule_half_window, slot_window};
use super::{PredictionInput, PredictionSource};
use crate::domain::calendar::{Schedule, Zone};
use crate::domain::patterns::{Pattern, PatternId, PatternType, ResourceProfile, WindowGrowth};
use crate::domain::rules::{Rule, RuleId, RuleSource, StoredRule, same_instants};
use crate::domain::time::{TimeSpan, Timestamp};

/// Confidence in a declared or manual rule whose task type was never recorded: schedulers rarely fail to
/// start what they are told to, but nobody has seen it.
pub const DECLARED_CONFIDENCE: f64 = 0.9;

/// Confidence in such a rule when its task type was recorded but no active pattern confirms the rule.
pub const UNCONFIRMED_RULE_CONFIDENCE: f64 = 0.6;

/// Confidence in such a rule when the history shows that this very schedule is no longer kept.
pub const CONTRADICTED_RULE_CONFIDENCE: f64 = 0.25;

/// Slots looked back at for trailing misses; as many misses leave no schedule alive.
const MOST_TRAILING_MISSES: usize = 1000;

/// One thing that is expected to recur.
#[derive(Clone, Debug)]
pub(super) struct Expectation<'a> {
    pub task_type: &'a str,
    pub schedule: Cow<'a, Schedule>,
    pub zone: Zone,
    pub confidence: f64,
    /// How far from its slot a start still is this run.
    pub half_window_ms: i64,
    /// Where it lies with 90 %, for the next slot
    pub window: SlotWindow,
    /// and for those after it.
    pub growth: WindowGrowth,
    pub resources: ResourceProfile,
    pub pattern_id: Option<PatternId>,
    pub rule_id: Option<RuleId>,
    pub source: PredictionSource,
}

/// The expectations of one input: those with a clock of their own, and those that follow others.
#[derive(Clone, Debug, Default)]
pub(super) struct Expectations<'a> {
    pub clocks: Vec<Expectation<'a>>,
    pub followers: Vec<Expectation<'a>>,
}

impl<'a> Expectations<'a> {
    fn push(&mut self, expectation: Expectation<'a>) {
        match *expectation.schedule {
            Schedule::Follows { .. } => self.followers.push(expectation),
            _ => self.clocks.push(expectation),
        }
    }
}

/// Collects what is expected, in the order of the input: patterns, then rules.
pub(super) fn expectations<'a>(input: &PredictionInput<'a>) -> Expectations<'a> {
    let known = input.patterns.iter().map(|(_, pattern)| pattern);
    let silence = silence(input.history_end, known, input.horizon.start);
    let mut found = Expectations::default();
    for (id, pattern) in input.patterns {
        let Some(task_type) = predicted_task_type(pattern) else { continue };
        if !pattern.is_active {
            continue;
        }
        let alive_until = |end: Option<Timestamp>| alive(pattern, task_type, input, end);
        let rule = input.rules.iter().find(|stored| stands_for(&stored.rule, *id, pattern, input));
        found.push(Expectation {
            task_type,
            schedule: Cow::Borrowed(&pattern.schedule),
            zone: pattern.zone,
            confidence: ratio(
                pattern.confidence
                    * (silence.recorded * alive_until(Some(input.horizon.start))
                        + (1.0 - silence.recorded) * silence.factor * alive_until(input.history_end)),
            ),
            half_window_ms: half_window(pattern),
            window: slot_window(pattern),
            growth: pattern.evidence.start_window.map_or(WindowGrowth::Fixed, |window| window.growth),
            resources: pattern.resources,
            pattern_id: Some(*id),
            rule_id: rule.map(|stored| stored.id),
            source: PredictionSource::Pattern,
        });
    }
    for stored in input.rules.iter().filter(|stored| stored.rule.enabled) {
        if let Some(expectation) = of_rule(stored, input) {
            found.push(expectation);
        }
    }
    found
}

/// The earliest instant after `instant` at which a task type with a clock is expected for which `wanted` holds,
/// and which one: what to tell somebody whose horizon is empty.
pub fn next_expected(
    input: &PredictionInput<'_>,
    instant: Timestamp,
    wanted: impl Fn(&str) -> bool,
) -> Option<(Timestamp, String)> {
    expectations(input)
        .clocks
        .iter()
        .filter(|found| wanted(found.task_type))
        .filter_map(|found| Some((found.schedule.next_after(instant, found.zone)?, found.task_type)))
        .min()
        .map(|(next, task_type)| (next, task_type.to_owned()))
}

/// The task type whose run a pattern foretells; `None` for patterns of load and of busy days.
pub(super) fn predicted_task_type(pattern: &Pattern) -> Option<&str> {
    if matches!(pattern.pattern_type, PatternType::ResourceUsage | PatternType::Seasonal) {
        return None;
    }
    match pattern.schedule {
        Schedule::Follows { .. } => pattern.task_types.last(),
        _ => pattern.task_types.first(),
    }
    .map(String::as_str)
}

fn of_task_type<'a>(
    input: &PredictionInput<'a>,
    task_type: &str,
) -> impl Iterator<Item = &'a (PatternId, Pattern)> {
    input.patterns.iter().filter(move |(_, pattern)| predicted_task_type(pattern) == Some(task_type))
}

/// Whether an enabled rule says what a pattern says: it came from it, or fires at the same instants, now or before
/// a plan moved it.
fn stands_for(rule: &Rule, id: PatternId, pattern: &Pattern, input: &PredictionInput<'_>) -> bool {
    let came_from = matches!(rule.source, RuleSource::Mined { pattern_id } if pattern_id == id);
    rule.enabled
        && predicted_task_type(pattern) == Some(rule.task_type.as_str())
        && (came_from
            || fires_alike(&rule.schedule, rule.zone, pattern, input)
            || (rule.shift_minutes != 0 && fires_alike(&rule.wanted_schedule(), rule.zone, pattern, input)))
}

fn fires_alike(schedule: &Schedule, zone: Zone, pattern: &Pattern, input: &PredictionInput<'_>) -> bool {
    same_instants((schedule, zone), (&pattern.schedule, pattern.zone), input.horizon.start)
}

/// The expectation of an enabled rule; `None` when an active pattern already says it, or when it came from a
/// pattern, which then speaks for itself.
///
/// Plans move rules in the store, not in the scheduler that starts the work: a moved rule is expected at the time
/// it was moved from, until runs show a pattern at the new one.
fn of_rule<'a>(stored: &'a StoredRule, input: &PredictionInput<'a>) -> Option<Expectation<'a>> {
    let rule = &stored.rule;
    if matches!(rule.source, RuleSource::Mined { .. }) {
        return None;
    }
    let schedule = match rule.shift_minutes {
        0 => Cow::Borrowed(&rule.schedule),
        _ => Cow::Owned(rule.wanted_schedule()),
    };
    let mut contradicted = false;
    for (id, pattern) in of_task_type(input, &rule.task_type) {
        if pattern.is_active && stands_for(rule, *id, pattern, input) {
            return None;
        }
        contradicted |= !pattern.is_active && fires_alike(&schedule, rule.zone, pattern, input);
    }
    let certainty = if contradicted {
        CONTRADICTED_RULE_CONFIDENCE
    } else if input.last_starts.contains_key(&rule.task_type) {
        UNCONFIRMED_RULE_CONFIDENCE
    } else {
        DECLARED_CONFIDENCE
    };
    // What runs of this task type needed at other times is the best guess while the rule itself knows nothing.
    let resources = match rule.resources.runs_used {
        0 => of_task_type(input, &rule.task_type)
            .next()
            .map_or(rule.resources, |(_, pattern)| pattern.resources),
        _ => rule.resources,
    };
    let half_window_ms = rule_half_window(&schedule, rule.zone, input.horizon.start);
    Some(Expectation {
        task_type: &rule.task_type,
        half_window_ms,
        window: SlotWindow::around(half_window_ms),
        growth: WindowGrowth::Fixed,
        schedule,
        zone: rule.zone,
        confidence: ratio(rule.confidence * certainty),
        resources,
        pattern_id: None,
        rule_id: Some(stored.id),
        source: PredictionSource::Rule,
    })
}

/// Chance that a pattern is still kept, by the slots between the last run of its task type and `end`, until when runs
/// were recorded, that brought none.
fn alive(pattern: &Pattern, task_type: &str, input: &PredictionInput<'_>, end: Option<Timestamp>) -> f64 {
    let Some(end) = end else { return 1.0 };
    let last_seen = pattern.evidence.last_seen;
    let last = input.last_starts.get(task_type).map_or(last_seen, |start| last_seen.max(*start));
    let half = half_window(pattern);
    let silent =
        TimeSpan { start: last.plus_ms(half.saturating_add(1)), end: end.plus_ms(half.saturating_neg()) };
    if silent.start >= silent.end {
        return 1.0;
    }
    // A schedule that follows another fires at no instants of its own, so that it is always taken for alive.
    let misses = pattern.schedule.occurrences_iter(silent, pattern.zone).take(MOST_TRAILING_MISSES).count();
    alive_chance(misses as u64, pattern.confidence, pattern.evidence.expected)
}

/// Clamped to 0..1; what is no number is 0.
fn ratio(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::prediction::fixture::{World, at, declared, pattern, rule, schedule};

    fn world(rules: Vec<StoredRule>, patterns: Vec<Pattern>) -> World {
        World { rules, ..World::new(patterns) }
    }

    #[test]
    fn a_rule_that_says_what_a_pattern_says_adds_its_id_and_no_run() {
        let world = world(
            vec![rule(7, "backup", "0 2 * * *", declared())],
            vec![pattern("backup", schedule("0 2 * * *"))],
        );
        let found = world.predict();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].pattern_id, found[0].rule_id), (Some(PatternId(1)), Some(RuleId(7))));
        assert_eq!(found[0].source, PredictionSource::Pattern);
    }

    #[test]
    fn a_declared_rule_without_history_is_expected_with_less_than_certainty() {
        let found = world(vec![rule(7, "backup", "0 2 * * *", declared())], Vec::new()).predict();
        assert_eq!((found.len(), found[0].confidence), (1, DECLARED_CONFIDENCE));
        assert_eq!(found[0].source, PredictionSource::Rule);
        assert_eq!(found[0].window_end.since(found[0].predicted_start), 300_000);
    }

    #[test]
    fn a_declared_rule_that_the_history_contradicts_is_hardly_expected() {
        let mut ended = pattern("backup", schedule("0 2 * * *"));
        ended.is_active = false;
        let found = world(vec![rule(7, "backup", "0 2 * * *", declared())], vec![ended]).predict();
        assert_eq!(found[0].confidence, CONTRADICTED_RULE_CONFIDENCE);
    }

    #[test]
    fn a_disabled_rule_predicts_nothing() {
        let mut disabled = rule(7, "backup", "0 2 * * *", declared());
        disabled.rule.enabled = false;
        assert_eq!(world(vec![disabled], Vec::new()).predict(), []);
    }

    /// A rule that a plan moved from 02:00 to 02:20.
    fn moved(source: RuleSource) -> StoredRule {
        let mut moved = rule(7, "backup", "20 2 * * *", source);
        moved.rule.shift_minutes = 20;
        moved
    }

    #[test]
    fn a_moved_rule_changes_nothing_while_the_pattern_keeps_its_old_time() {
        for source in [RuleSource::Mined { pattern_id: PatternId(1) }, declared()] {
            let world = world(vec![moved(source)], vec![pattern("backup", schedule("0 2 * * *"))]);
            let found = world.predict();
            assert_eq!(world.starts(), ["2026-03-02T02:00:00Z"]);
            assert_eq!((found[0].rule_id, &found[0].source), (Some(RuleId(7)), &PredictionSource::Pattern));
        }
    }

    #[test]
    fn a_moved_rule_that_no_pattern_confirms_is_expected_at_the_time_it_was_moved_from() {
        let world = world(vec![moved(declared())], Vec::new());
        assert_eq!(world.starts(), ["2026-03-02T02:00:00Z"]);
        assert_eq!(world.predict()[0].source, PredictionSource::Rule);
    }

    #[test]
    fn once_runs_show_the_new_time_only_that_one_is_expected() {
        let mut ended = pattern("backup", schedule("0 2 * * *"));
        ended.is_active = false;
        for source in [RuleSource::Mined { pattern_id: PatternId(1) }, declared()] {
            let patterns = vec![ended.clone(), pattern("backup", schedule("20 2 * * *"))];
            let world = world(vec![moved(source)], patterns);
            assert_eq!(world.starts(), ["2026-03-02T02:20:00Z"]);
            assert_eq!(world.predict()[0].rule_id, Some(RuleId(7)));
        }
    }

    #[test]
    fn a_rule_from_a_pattern_that_ended_predicts_nothing() {
        let mut ended = pattern("backup", schedule("0 2 * * *"));
        ended.is_active = false;
        let mined = rule(7, "backup", "0 2 * * *", RuleSource::Mined { pattern_id: PatternId(1) });
        assert_eq!(world(vec![mined], vec![ended]).predict(), []);
    }

    #[test]
    fn a_schedule_that_stopped_loses_its_confidence_with_each_recorded_miss() {
        let confidence = |days: i64| {
            let mut world = World::new(vec![pattern("backup", schedule("0 2 * * *"))]);
            let day = crate::domain::time::DAY_MS;
            world.now = world.now.plus_ms(days * day);
            world.history_end = Some(world.now);
            world.predict()[0].confidence
        };
        assert!((confidence(0) - 0.95).abs() < 0.001);
        assert!(confidence(1) > 0.5 && confidence(2) < 0.5 && confidence(4) < 0.01);
    }

    #[test]
    fn unrecorded_time_halves_confidence_in_a_month() {
        let mut world = World::new(vec![pattern("backup", schedule("0 2 * * *"))]);
        world.now = at("2026-04-02T02:00:00Z");
        let halved = world.predict()[0].confidence;
        assert!((halved - 0.475).abs() < 0.001, "{halved}");
    }

    #[test]
    fn an_empty_horizon_names_what_comes_next() {
        let world = World::new(vec![pattern("report", schedule("0 6 5 * *"))]);
        let input = world.input();
        assert_eq!(
            next_expected(&input, input.horizon.end, |_| true),
            Some((at("2026-03-05T06:00:00Z"), "report".to_owned()))
        );
        assert_eq!(next_expected(&input, input.horizon.end, |name| name != "report"), None);
    }
}
