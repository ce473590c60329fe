//! What is expected to recur: active patterns and enabled rules, each once, and how sure that is.

use super::liveness::{alive_chance, silence_factor};
use super::{PredictionInput, PredictionSource};
use crate::domain::calendar::{Schedule, Zone, year_and_day_from};
use crate::domain::patterns::{Pattern, PatternId, PatternType, ResourceProfile};
use crate::domain::rules::{RuleId, RuleSource, StoredRule};
use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS, TimeSpan, Timestamp};

/// Confidence in a declared or manual rule whose task type was never recorded: schedulers rarely fail to
/// start what they are told to, but nobody has seen it.
pub const DECLARED_CONFIDENCE: f64 = 0.9;

/// Confidence in such a rule when its task type was recorded but no active pattern confirms the rule.
pub const UNCONFIRMED_RULE_CONFIDENCE: f64 = 0.6;

/// Confidence in such a rule when the history shows that this very schedule is no longer kept.
pub const CONTRADICTED_RULE_CONFIDENCE: f64 = 0.25;

/// Half window of a rule without history: a busy machine or a randomised delay starts late.
const RULE_HALF_WINDOW_MS: i64 = 5 * MINUTE_MS;

/// No window is narrower than this on either side: logs tell seconds.
const LEAST_HALF_WINDOW_MS: i64 = SECOND_MS;

/// Slots looked back at for trailing misses; as many misses leave no schedule alive.
const MOST_TRAILING_MISSES: usize = 1000;

/// One thing that is expected to recur.
#[derive(Clone, Debug)]
pub(super) struct Expectation<'a> {
    pub task_type: &'a str,
    pub schedule: &'a Schedule,
    pub zone: Zone,
    pub confidence: f64,
    pub half_window_ms: i64,
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

/// Collects what is expected, in the order of the input: patterns, then rules.
pub(super) fn expectations<'a>(input: &PredictionInput<'a>) -> Expectations<'a> {
    let mut found = Expectations::default();
    let decay = silence_factor(input.history_end, input.horizon.start);
    let year = year_and_day_from(input.horizon.start);
    for (id, pattern) in input.patterns {
        let Some(task_type) = predicted_task_type(pattern) else { continue };
        let replaced = input.rules.iter().any(|rule| moved_away_from(rule, *id));
        if !pattern.is_active || replaced {
            continue;
        }
        let rule = input.rules.iter().find(|rule| says_the_same(rule, *id, pattern, task_type, year));
        let expectation = Expectation {
            task_type,
            schedule: &pattern.schedule,
            zone: pattern.zone,
            confidence: ratio(pattern.confidence * decay * alive(pattern, task_type, input)),
            half_window_ms: half_window(pattern),
            resources: pattern.resources,
            pattern_id: Some(*id),
            rule_id: rule.map(|stored| stored.id),
            source: PredictionSource::Pattern,
        };
        match pattern.schedule {
            Schedule::Follows { .. } => found.followers.push(expectation),
            _ => found.clocks.push(expectation),
        }
    }
    for stored in input.rules {
        if let Some(expectation) = of_rule(stored, input, decay, year) {
            match stored.rule.schedule {
                Schedule::Follows { .. } => found.followers.push(expectation),
                _ => found.clocks.push(expectation),
            }
        }
    }
    found
}

/// The task type whose run a pattern foretells; `None` for patterns of load.
pub(super) fn predicted_task_type(pattern: &Pattern) -> Option<&str> {
    if pattern.pattern_type == PatternType::ResourceUsage {
        return None;
    }
    match pattern.schedule {
        Schedule::Follows { .. } => pattern.task_types.last(),
        _ => pattern.task_types.first(),
    }
    .map(String::as_str)
}

/// The earliest instant after `instant` at which anything with a clock is expected, and of which task type:
/// what to tell somebody whose horizon is empty.
pub fn next_expected(input: &PredictionInput<'_>, instant: Timestamp) -> Option<(Timestamp, String)> {
    expectations(input)
        .clocks
        .iter()
        .filter_map(|found| Some((found.schedule.next_after(instant, found.zone)?, found.task_type)))
        .min()
        .map(|(next, task_type)| (next, task_type.to_owned()))
}

/// An enabled rule that an applied plan has moved away from pattern `id`.
fn moved_away_from(stored: &StoredRule, id: PatternId) -> bool {
    let rule = &stored.rule;
    rule.enabled
        && rule.shift_minutes != 0
        && matches!(rule.source, RuleSource::Mined { pattern_id } if pattern_id == id)
}

/// Whether an enabled rule stands for this pattern: it came from it, or has the same meaning.
fn says_the_same(
    stored: &StoredRule,
    id: PatternId,
    pattern: &Pattern,
    task_type: &str,
    year: TimeSpan,
) -> bool {
    let rule = &stored.rule;
    let came_from = matches!(rule.source, RuleSource::Mined { pattern_id } if pattern_id == id);
    rule.enabled
        && rule.task_type == task_type
        && ((came_from && rule.shift_minutes == 0) || same_meaning(stored, pattern, year))
}

fn same_meaning(stored: &StoredRule, pattern: &Pattern, year: TimeSpan) -> bool {
    let rule = &stored.rule;
    rule.zone == pattern.zone && rule.schedule.same_meaning(&pattern.schedule, rule.zone, year)
}

/// The expectation of a rule; `None` when it is disabled, or when a pattern already says it, or when it came
/// from a pattern that is no longer kept.
fn of_rule<'a>(
    stored: &'a StoredRule,
    input: &PredictionInput<'a>,
    decay: f64,
    year: TimeSpan,
) -> Option<Expectation<'a>> {
    let rule = &stored.rule;
    if !rule.enabled {
        return None;
    }
    let own = |pattern: &Pattern| predicted_task_type(pattern) == Some(rule.task_type.as_str());
    let equal =
        input.patterns.iter().filter(|(_, pattern)| own(pattern) && same_meaning(stored, pattern, year));
    let mut contradicted = false;
    for (id, pattern) in equal {
        let replaced = input.rules.iter().any(|other| moved_away_from(other, *id));
        if pattern.is_active && !replaced {
            return None;
        }
        contradicted |= !pattern.is_active;
    }
    let mined_from = match rule.source {
        RuleSource::Mined { pattern_id } => Some(pattern_id),
        RuleSource::Declared { .. } | RuleSource::Manual => None,
    };
    let origin = mined_from.and_then(|id| input.patterns.iter().find(|(known, _)| *known == id));
    let moved = rule.shift_minutes != 0;
    let confidence = match (mined_from, moved) {
        (Some(_), false) => return None,
        (Some(_), true) => rule.confidence * decay,
        (None, true) => rule.confidence * DECLARED_CONFIDENCE,
        (None, false) if contradicted => rule.confidence * CONTRADICTED_RULE_CONFIDENCE,
        (None, false) if input.last_starts.contains_key(&rule.task_type) => {
            rule.confidence * UNCONFIRMED_RULE_CONFIDENCE
        }
        (None, false) => rule.confidence * DECLARED_CONFIDENCE,
    };
    let known_needs =
        || input.patterns.iter().find(|(_, pattern)| own(pattern)).map(|(_, pattern)| pattern.resources);
    let resources = match rule.resources.runs_used {
        0 => known_needs().unwrap_or(rule.resources),
        _ => rule.resources,
    };
    Some(Expectation {
        task_type: &rule.task_type,
        schedule: &rule.schedule,
        zone: rule.zone,
        confidence: ratio(confidence),
        half_window_ms: origin.map_or_else(
            || rule_half_window(&rule.schedule, rule.zone, input.horizon.start),
            |(_, pattern)| half_window(pattern),
        ),
        resources,
        pattern_id: mined_from,
        rule_id: Some(stored.id),
        source: if moved { PredictionSource::MovedRule } else { PredictionSource::Rule },
    })
}

/// Chance that a pattern is still kept, by the slots since the last run of its task type that were recorded
/// (something ran after them) and brought none.
fn alive(pattern: &Pattern, task_type: &str, input: &PredictionInput<'_>) -> f64 {
    let Some(end) = input.history_end else { return 1.0 };
    if matches!(pattern.schedule, Schedule::Follows { .. }) {
        return 1.0;
    }
    let last_seen = pattern.evidence.last_seen;
    let last = input.last_starts.get(task_type).map_or(last_seen, |start| last_seen.max(*start));
    let half = half_window(pattern);
    let (from, to) = (last.plus_ms(half.saturating_add(1)), end.plus_ms(half.saturating_neg()));
    if from >= to {
        return 1.0;
    }
    let silent = TimeSpan { start: from, end: to };
    let misses = pattern.schedule.occurrences_iter(silent, pattern.zone).take(MOST_TRAILING_MISSES).count();
    alive_chance(misses as u64, pattern.confidence)
}

/// Half the window of a pattern's slots: the larger of its tolerance and its 95 % jitter; of a window
/// schedule, half of that window.
fn half_window(pattern: &Pattern) -> i64 {
    if let Schedule::Window { .. } = pattern.schedule {
        return window_length_ms(&pattern.schedule) / 2;
    }
    let seconds = pattern.evidence.jitter_seconds.p95.max(pattern.evidence.tolerance_seconds);
    // A cast saturates and takes NaN for 0.
    ((seconds * SECOND_MS as f64) as i64).clamp(LEAST_HALF_WINDOW_MS, 24 * HOUR_MS)
}

/// Half the window of a rule without history: five minutes, or half of its spacing where that is less.
fn rule_half_window(schedule: &Schedule, zone: Zone, now: Timestamp) -> i64 {
    if let Schedule::Window { .. } = schedule {
        return window_length_ms(schedule) / 2;
    }
    let mut next = schedule.occurrences_iter(TimeSpan { start: now, end: Timestamp::MAX }, zone);
    match (next.next(), next.next()) {
        (Some(one), Some(other)) => (other.since(one) / 2).clamp(LEAST_HALF_WINDOW_MS, RULE_HALF_WINDOW_MS),
        _ => RULE_HALF_WINDOW_MS,
    }
}

/// How long a window schedule stays open; 0 for the others, which fire at an instant.
pub(super) fn window_length_ms(schedule: &Schedule) -> i64 {
    match schedule {
        Schedule::Window { start_minute, end_minute, .. } => {
            i64::from(end_minute.saturating_sub(*start_minute)) * MINUTE_MS
        }
        _ => 0,
    }
}

/// Clamped to 0..1; what is no number is 0.
fn ratio(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}
