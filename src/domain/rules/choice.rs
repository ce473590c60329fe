//! Which patterns become rules, and why others do not.

use serde::Serialize;

use super::meaning::same_instants;
use super::resolve::ConflictStrategy;
use super::{GenerateOptions, Rule, RuleId, RuleSource, RuleSourceKind, StoredRule};
use crate::domain::calendar::{Schedule, ScheduleKind};
use crate::domain::patterns::{Pattern, PatternId, PatternType};
use crate::domain::time::Timestamp;

/// Why a pattern became no rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum SkipReason {
    /// It is no longer kept.
    Ended,
    /// It is not sure enough.
    LowConfidence {
        /// Its confidence.
        confidence: f64,
        /// What was asked for.
        minimum: f64,
    },
    /// It says when a person or a resource is busy, not when work is to start.
    Habit {
        /// What sort of pattern.
        pattern_type: PatternType,
    },
    /// It has no fixed times: a window of the day.
    NoFixedTimes,
    /// It says what follows what, and is used as precedence.
    Precedence,
    /// A rule with the same times is there already.
    AlreadyDeclared {
        /// That rule.
        rule_id: RuleId,
        /// Where that rule comes from.
        source: RuleSourceKind,
    },
    /// A pattern of the same meaning and a higher confidence stands for it.
    MergedInto {
        /// That pattern. Under a name of its own, beside the id of the pattern that is skipped.
        #[serde(rename = "merged_into_pattern_id")]
        pattern_id: PatternId,
    },
    /// Better patterns filled the number asked for.
    OverLimit {
        /// That number.
        max_rules: usize,
    },
}

/// A pattern that became no rule.
#[derive(Clone, Debug, PartialEq)]
pub struct SkippedPattern {
    /// The pattern.
    pub pattern_id: PatternId,
    /// Its task types.
    pub task_types: Vec<String>,
    /// Why.
    pub reason: SkipReason,
}

/// The patterns that become rules, best first, and the others, by id.
pub(super) struct Choice<'a> {
    pub chosen: Vec<&'a (PatternId, Pattern)>,
    pub skipped: Vec<SkippedPattern>,
}

/// Chooses among patterns: each becomes a rule or is skipped for a reason.
pub(super) fn choose<'a>(
    patterns: &'a [(PatternId, Pattern)],
    stored: &[StoredRule],
    options: &GenerateOptions,
) -> Choice<'a> {
    let mut skipped = Vec::new();
    let mut chosen: Vec<&'a (PatternId, Pattern)> = Vec::new();
    for candidate in ranked(patterns) {
        let reason = unsuitable(&candidate.1, options)
            .or_else(|| already_declared(candidate, stored, options.now))
            .or_else(|| merged(candidate, &chosen, options))
            .or_else(|| {
                let max_rules = options.max_rules;
                (chosen.len() >= max_rules).then_some(SkipReason::OverLimit { max_rules })
            });
        match reason {
            Some(reason) => skipped.push(SkippedPattern {
                pattern_id: candidate.0,
                task_types: candidate.1.task_types.clone(),
                reason,
            }),
            None => chosen.push(candidate),
        }
    }
    skipped.sort_by_key(|pattern| pattern.pattern_id);
    Choice { chosen, skipped }
}

/// Best first.
fn ranked(patterns: &[(PatternId, Pattern)]) -> Vec<&(PatternId, Pattern)> {
    let mut ranked: Vec<&(PatternId, Pattern)> = patterns.iter().collect();
    let worth = |pattern: &Pattern| pattern.confidence * regularity(pattern);
    ranked.sort_by(|one, other| worth(&other.1).total_cmp(&worth(&one.1)).then(one.0.cmp(&other.0)));
    ranked
}

/// Hits among hits, misses and extra runs; 0 where there are none.
fn regularity(pattern: &Pattern) -> f64 {
    let evidence = &pattern.evidence;
    let all = evidence.hits.saturating_add(evidence.misses).saturating_add(evidence.extra);
    if all == 0 { 0.0 } else { evidence.hits as f64 / all as f64 }
}

fn unsuitable(pattern: &Pattern, options: &GenerateOptions) -> Option<SkipReason> {
    let confidence = pattern.confidence;
    match (pattern.pattern_type, pattern.schedule.kind()) {
        _ if !pattern.is_active => Some(SkipReason::Ended),
        (_, ScheduleKind::Follows) => Some(SkipReason::Precedence),
        (PatternType::UserBehavior | PatternType::ResourceUsage, _) => {
            Some(SkipReason::Habit { pattern_type: pattern.pattern_type })
        }
        (_, ScheduleKind::Window) => Some(SkipReason::NoFixedTimes),
        (_, ScheduleKind::Calendar | ScheduleKind::Period) => (confidence < options.min_confidence)
            .then_some(SkipReason::LowConfidence { confidence, minimum: options.min_confidence }),
    }
}

/// A rule of the same task type that fires at the pattern's instants, or did before a plan moved it.
fn already_declared(
    (pattern_id, pattern): &(PatternId, Pattern),
    stored: &[StoredRule],
    now: Timestamp,
) -> Option<SkipReason> {
    let same = |schedule: &Schedule, rule: &Rule| {
        same_instants((&pattern.schedule, pattern.zone), (schedule, rule.zone), now)
    };
    if rule_of_pattern(stored, *pattern_id).is_some() {
        return None;
    }
    stored
        .iter()
        .filter(|other| pattern.task_types.contains(&other.rule.task_type))
        .find(|other| {
            same(&other.rule.wanted_schedule(), &other.rule) || same(&other.rule.schedule, &other.rule)
        })
        .map(|other| SkipReason::AlreadyDeclared { rule_id: other.id, source: other.rule.source.kind() })
}

/// A better pattern of the same meaning, where the strategy merges.
fn merged(
    (_, pattern): &(PatternId, Pattern),
    chosen: &[&(PatternId, Pattern)],
    options: &GenerateOptions,
) -> Option<SkipReason> {
    if options.strategy != Some(ConflictStrategy::Merge) {
        return None;
    }
    let same = |other: &Pattern| {
        pattern.task_types == other.task_types
            && same_instants((&pattern.schedule, pattern.zone), (&other.schedule, other.zone), options.now)
    };
    chosen
        .iter()
        .find(|(_, other)| same(other))
        .map(|(pattern_id, _)| SkipReason::MergedInto { pattern_id: *pattern_id })
}

/// The stored rule that was mined from a pattern.
pub(super) fn rule_of_pattern(stored: &[StoredRule], pattern_id: PatternId) -> Option<&StoredRule> {
    stored.iter().find(|other| other.rule.source == RuleSource::Mined { pattern_id })
}
