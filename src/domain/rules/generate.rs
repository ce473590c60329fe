//! From patterns to rules.

use super::choice::{Choice, SkippedPattern, choose, rule_of_pattern};
use super::conflicts::{Conflict, find_conflicts};
use super::precedence::{Precedence, direct_successors, precedences};
use super::priority::derived_priority;
use super::resolve::{Candidate, ConflictStrategy, Resolution, Standing, resolve};
use super::spacing::shortest_spacing_ms;
use super::{Capacity, Flexibility, Rule, RuleId, RuleSource, RuleSourceKind, StoredRule};
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::time::Timestamp;

/// Whether new rules count at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialState {
    /// They count.
    Enabled,
    /// A person enables them after a look.
    Disabled,
}

/// What the generator may be told.
#[derive(Clone, Debug)]
pub struct GenerateOptions {
    /// Least confidence of a pattern.
    pub min_confidence: f64,
    /// At most this many rules.
    pub max_rules: usize,
    /// How far rules may move, where their spacing allows it.
    pub flexibility: Flexibility,
    /// Whether new rules count at once.
    pub initial_state: InitialState,
    /// What to do about conflicts; `None`: nothing but reporting them.
    pub strategy: Option<ConflictStrategy>,
    /// What the machine has.
    pub capacity: Capacity,
    /// Conflicts are looked for in the seven days from here.
    pub now: Timestamp,
}

/// A rule made from a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratedRule {
    /// The pattern.
    pub pattern_id: PatternId,
    /// The rule; where it is stored already, as far moved and as enabled as it is there.
    pub rule: Rule,
    /// Its id where it is stored already.
    pub known_as: Option<RuleId>,
    /// What the strategy did to it.
    pub resolution: Option<Resolution>,
}

/// What became of the patterns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeneratedRules {
    /// The rules, best first.
    pub rules: Vec<GeneratedRule>,
    /// Patterns that became no rule, by pattern id.
    pub skipped: Vec<SkippedPattern>,
    /// What follows what.
    pub precedences: Vec<Precedence>,
    /// What stands in the way once the strategy has done its work, all generated rules taken as enabled unless
    /// the strategy disabled them. Positions count the `rules`, then the `others`.
    pub conflicts: Vec<Conflict>,
    /// Enabled rules from before that conflicts may name.
    pub others: Vec<RuleId>,
}

/// Turns patterns into rules, best first: by confidence times regularity (hits among hits, misses and extra
/// runs), then by pattern id. `stored` are the rules there are; a pattern whose rule is among them gives it
/// again, so that doing it twice adds nothing.
pub fn generate(
    patterns: &[(PatternId, Pattern)],
    stored: &[StoredRule],
    options: &GenerateOptions,
) -> GeneratedRules {
    let precedences = precedences(patterns);
    let Choice { chosen, skipped } = choose(patterns, stored, options);
    let known: Vec<Option<&StoredRule>> =
        chosen.iter().map(|(pattern_id, _)| rule_of_pattern(stored, *pattern_id)).collect();
    let others: Vec<&StoredRule> = stored
        .iter()
        .filter(|other| other.rule.enabled && !known.iter().flatten().any(|rule| rule.id == other.id))
        .collect();
    let other_rules: Vec<&Rule> = others.iter().map(|stored| &stored.rule).collect();
    let mut rules: Vec<Candidate> = chosen
        .iter()
        .zip(&known)
        .map(|(pattern, known)| candidate(pattern, *known, stored, &precedences, options))
        .collect();
    let done = match options.strategy {
        Some(strategy) => resolve(&mut rules, &other_rules, strategy, &options.capacity, options.now),
        None => Vec::new(),
    };
    let resolution_of =
        |wanted: usize| done.iter().find(|(position, _)| *position == wanted).map(|(_, done)| *done);

    // Disabled by the strategy, now or when it was generated first: no longer in anybody's way.
    let counts = |position: usize, candidate: &Candidate| match candidate.standing {
        Standing::New => resolution_of(position) != Some(Resolution::Disabled),
        Standing::Kept => candidate.rule.enabled || options.strategy != Some(ConflictStrategy::DisableLower),
    };
    let mut positions: Vec<usize> = rules
        .iter()
        .enumerate()
        .filter(|(position, candidate)| counts(*position, candidate))
        .map(|(position, _)| position)
        .collect();
    positions.extend(rules.len()..rules.len() + others.len());
    let all: Vec<&Rule> =
        rules.iter().map(|candidate| &candidate.rule).chain(other_rules.iter().copied()).collect();
    let counting: Vec<&Rule> = positions.iter().map(|position| all[*position]).collect();
    let mut conflicts = find_conflicts(&counting, &precedences, &options.capacity, options.now);
    for conflict in &mut conflicts {
        conflict.rules.iter_mut().for_each(|position| *position = positions[*position]);
    }

    let generated = rules.into_iter().zip(chosen).zip(known).enumerate();
    GeneratedRules {
        rules: generated
            .map(|(position, ((candidate, (pattern_id, _)), known))| GeneratedRule {
                pattern_id: *pattern_id,
                rule: candidate.rule,
                known_as: known.map(|stored| stored.id),
                resolution: resolution_of(position),
            })
            .collect(),
        skipped,
        precedences,
        conflicts,
        others: others.iter().map(|stored| stored.id).collect(),
    }
}

fn candidate(
    (pattern_id, pattern): &(PatternId, Pattern),
    known: Option<&StoredRule>,
    stored: &[StoredRule],
    precedences: &[Precedence],
    options: &GenerateOptions,
) -> Candidate {
    let task_type = pattern.task_types.first().cloned().unwrap_or_default();
    let spacing = shortest_spacing_ms(&pattern.schedule, pattern.zone, options.now);
    let successors = direct_successors(precedences, &task_type);
    let (command, user, host) = action_of(stored, &task_type);
    let made = Rule {
        name: task_type.clone(),
        schedule: pattern.schedule.clone(),
        zone: pattern.zone,
        command,
        user,
        host,
        source: RuleSource::Mined { pattern_id: *pattern_id },
        priority: derived_priority(successors, RuleSourceKind::Mined, spacing),
        flexibility: options.flexibility.within_spacing(spacing),
        confidence: pattern.confidence,
        enabled: options.initial_state == InitialState::Enabled,
        shift_minutes: 0,
        resources: pattern.resources,
        task_type,
    };
    match known {
        None => Candidate {
            may_move: within_precedences(&made, precedences),
            rule: made,
            standing: Standing::New,
        },
        Some(known) => Candidate {
            rule: known.rule.renewed_by(&made),
            standing: Standing::Kept,
            may_move: Flexibility::FIXED,
        },
    }
}

/// What others follow does not move later, what follows others does not move earlier.
fn within_precedences(rule: &Rule, precedences: &[Precedence]) -> Flexibility {
    let precedes = precedences.iter().any(|precedence| precedence.predecessor == rule.task_type);
    let follows = precedences.iter().any(|precedence| precedence.successor == rule.task_type);
    Flexibility {
        earlier_minutes: if follows { 0 } else { rule.flexibility.earlier_minutes },
        later_minutes: if precedes { 0 } else { rule.flexibility.later_minutes },
    }
}

/// The command, user and host of a task type, as far as all of its other rules agree.
fn action_of(stored: &[StoredRule], task_type: &str) -> (Option<String>, Option<String>, Option<String>) {
    let rules: Vec<&Rule> = stored
        .iter()
        .map(|stored| &stored.rule)
        .filter(|rule| rule.task_type == task_type && rule.source.kind() != RuleSourceKind::Mined)
        .collect();
    let agreed = |field: fn(&Rule) -> &Option<String>| {
        let first = rules.first().and_then(|rule| field(rule).clone());
        first.filter(|value| rules.iter().all(|rule| field(rule).as_ref() == Some(value)))
    };
    (agreed(|rule| &rule.command), agreed(|rule| &rule.user), agreed(|rule| &rule.host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{Schedule, Zone};
    use crate::domain::patterns::PatternType;
    use crate::domain::rules::SkipReason;
    use crate::domain::rules::fixture::{needs, now, pattern, rule, schedule};
    use crate::domain::time::HOUR_MS;

    fn options() -> GenerateOptions {
        GenerateOptions {
            min_confidence: 0.8,
            max_rules: 10,
            flexibility: Flexibility::default(),
            initial_state: InitialState::Disabled,
            strategy: Some(ConflictStrategy::Priority),
            capacity: Capacity::default(),
            now: now(),
        }
    }

    fn numbered(patterns: impl IntoIterator<Item = Pattern>) -> Vec<(PatternId, Pattern)> {
        (1..).map(PatternId).zip(patterns).collect()
    }

    fn reasons(generated: &GeneratedRules) -> Vec<(i64, SkipReason)> {
        generated.skipped.iter().map(|skipped| (skipped.pattern_id.0, skipped.reason.clone())).collect()
    }

    #[test]
    fn only_sure_active_patterns_with_fixed_times_become_rules() {
        let follows = Schedule::Follows { predecessor: "a".to_owned(), lag_ms: 60_000, from_end: true };
        let patterns = numbered([
            pattern("a", "25 6 * * *"),
            Pattern { is_active: false, ..pattern("b", "0 7 * * *") },
            Pattern { confidence: 0.5, ..pattern("c", "0 8 * * *") },
            Pattern { schedule: follows, ..pattern("d", "0 9 * * *") },
            Pattern { pattern_type: PatternType::UserBehavior, ..pattern("e", "0 9 * * *") },
        ]);
        let generated = generate(&patterns, &[], &options());
        assert_eq!(generated.rules.len(), 1);
        let made = &generated.rules[0].rule;
        assert_eq!((made.priority, made.enabled), (6, false), "one follower");
        assert_eq!(
            reasons(&generated),
            [
                (2, SkipReason::Ended),
                (3, SkipReason::LowConfidence { confidence: 0.5, minimum: 0.8 }),
                (4, SkipReason::Precedence),
                (5, SkipReason::Habit { pattern_type: PatternType::UserBehavior }),
            ]
        );
    }

    #[test]
    fn the_best_patterns_fill_the_limit_whatever_their_order() {
        let mut patterns = numbered([
            Pattern { confidence: 0.9, ..pattern("a", "0 1 * * *") },
            Pattern { confidence: 0.99, ..pattern("b", "0 2 * * *") },
            Pattern { confidence: 0.95, ..pattern("c", "0 3 * * *") },
        ]);
        let limited = GenerateOptions { max_rules: 2, ..options() };
        let first = generate(&patterns, &[], &limited);
        let names: Vec<&str> = first.rules.iter().map(|made| made.rule.name.as_str()).collect();
        assert_eq!(names, ["b", "c"]);
        assert_eq!(reasons(&first), [(1, SkipReason::OverLimit { max_rules: 2 })]);
        patterns.reverse();
        assert_eq!(generate(&patterns, &[], &limited), first);
    }

    #[test]
    fn a_declared_rule_of_the_same_meaning_is_not_doubled_even_after_a_plan_moved_it() {
        let declared = Rule {
            source: RuleSource::Declared { origin: "/etc/crontab:3".to_owned() },
            ..rule("a", "25 06 * * *")
        };
        let moved = Rule { schedule: schedule("45 6 * * *"), shift_minutes: 20, ..declared.clone() };
        let patterns = numbered([pattern("a", "25 6 * * *")]);
        for rule in [declared, moved] {
            let generated = generate(&patterns, &[StoredRule { id: RuleId(4), rule }], &options());
            assert_eq!(generated.rules, []);
            let source = RuleSourceKind::Declared;
            assert_eq!(
                reasons(&generated),
                [(1, SkipReason::AlreadyDeclared { rule_id: RuleId(4), source })]
            );
        }
    }

    #[test]
    fn merging_keeps_the_surest_of_one_meaning() {
        let anchor = Timestamp::parse_rfc3339("2020-01-01T00:17:00Z").expect("instant");
        let period = Schedule::Period { period_ms: HOUR_MS, anchor };
        let patterns = numbered([
            Pattern { schedule: period, confidence: 0.9, ..pattern("a", "0 0 * * *") },
            Pattern { zone: Zone::Europe__Berlin, ..pattern("a", "17 * * * *") },
        ]);
        let merging = GenerateOptions { strategy: Some(ConflictStrategy::Merge), ..options() };
        let generated = generate(&patterns, &[], &merging);
        assert_eq!(generated.rules.len(), 1);
        assert_eq!(reasons(&generated), [(1, SkipReason::MergedInto { pattern_id: PatternId(2) })]);
        assert_eq!(generate(&patterns, &[], &options()).rules.len(), 2);
        assert_eq!(generate(&patterns, &[], &options()).conflicts.len(), 1);
    }

    #[test]
    fn a_rule_that_others_follow_keeps_its_time_and_would_move_earlier_only() {
        let capacity = Capacity { cpu_cores: Some(4.0), ..Default::default() };
        let busy = |task_type, cron| Pattern { resources: needs(3.0, 600.0), ..pattern(task_type, cron) };
        let follows = Schedule::Follows { predecessor: "b".to_owned(), lag_ms: 60_000, from_end: true };
        let patterns = numbered([
            busy("a", "0 2 1 * *"),
            Pattern { confidence: 0.9, ..busy("b", "5 2 1 * *") },
            Pattern { schedule: follows, ..pattern("c", "0 9 * * *") },
        ]);
        let now = Timestamp::parse_rfc3339("2026-03-28T12:00:00Z").expect("instant");
        let generated = generate(&patterns, &[], &GenerateOptions { capacity, now, ..options() });
        // Of two monthly rules the one with a follower has the higher priority.
        let done: Vec<Option<Resolution>> = generated.rules.iter().map(|made| made.resolution).collect();
        assert_eq!(done, [Some(Resolution::Shifted { shift_minutes: -5 }), None]);
        let made = &generated.rules[1].rule;
        let may_move = within_precedences(made, &generated.precedences);
        assert_eq!((may_move.earlier_minutes, may_move.later_minutes), (30, 0));
    }

    #[test]
    fn without_a_strategy_conflicts_are_reported_and_every_rule_keeps_its_time() {
        let capacity = Capacity { cpu_cores: Some(4.0), ..Default::default() };
        let busy = |task_type, cron| Pattern { resources: needs(3.0, 600.0), ..pattern(task_type, cron) };
        let patterns = numbered([busy("a", "0 2 * * *"), busy("b", "5 2 * * *")]);
        let initial_state = InitialState::Enabled;
        let told = generate(
            &patterns,
            &[],
            &GenerateOptions { strategy: None, capacity, initial_state, ..options() },
        );
        let untouched = |made: &GeneratedRule| {
            made.rule.enabled && made.rule.shift_minutes == 0 && made.resolution.is_none()
        };
        assert!(told.rules.len() == 2 && told.rules.iter().all(untouched));
        assert_eq!(told.conflicts.len(), 1);
    }

    #[test]
    fn generating_again_gives_the_stored_rules_as_they_were_left() {
        let capacity = Capacity { cpu_cores: Some(4.0), ..Default::default() };
        let busy = |task_type, cron| Pattern { resources: needs(3.0, 600.0), ..pattern(task_type, cron) };
        let patterns = numbered([busy("a", "0 2 * * *"), busy("b", "5 2 * * *")]);
        let options = GenerateOptions { capacity, ..options() };
        let first = generate(&patterns, &[], &options);
        assert_eq!(first.rules[1].resolution, Some(Resolution::Shifted { shift_minutes: 5 }));
        assert_eq!(first.conflicts, []);
        let stored: Vec<StoredRule> = (1..)
            .zip(&first.rules)
            .map(|(id, made)| StoredRule { id: RuleId(id), rule: made.rule.clone() })
            .collect();
        let second = generate(&patterns, &stored, &options);
        for (again, before) in second.rules.iter().zip(&stored) {
            assert_eq!((&again.rule, again.known_as), (&before.rule, Some(before.id)));
        }
        assert_eq!(second.conflicts, []);
    }
}
