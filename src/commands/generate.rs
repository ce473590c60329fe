//! `generate-scheduling-rules`: from the patterns in the store to rules.

use super::optimize_config::move_windows;
use super::{Context, Outcome};
use crate::cli::generate::{ConflictStrategyArg, GenerateArgs};
use crate::config::CapacityConfig;
use crate::domain::calendar::ScheduleKind;
use crate::domain::patterns::{Pattern, PatternId, ResourceProfile};
use crate::domain::rules::{
    Capacity, ConflictStrategy, Flexibility, GenerateOptions, GeneratedRules, InitialState, Rule, RuleId,
    RuleSourceKind, SkipReason, SkippedPattern, generate,
};
use crate::output::generate::{GenerateReport, RuleFate, ShownRule};
use crate::output::{ShownConflict, rules_words};
use crate::store::{PatternFilter, RuleFilter, RuleWriter, Saved, Store, StoreError};

/// Makes rules from patterns and stores them.
pub fn run(context: &Context, args: &GenerateArgs) -> anyhow::Result<Outcome> {
    let options = options(context, args);
    // Looked at first for reading, so that a wrong id, or nothing to do, does not even make a store.
    let mut warnings = Vec::new();
    if wanted_patterns(&context.open_reader(&mut warnings)?, &args.pattern_ids)?.is_empty() {
        if warnings.is_empty() {
            warnings
                .push("there are no patterns; `tidetable analyze-activity-patterns` finds them".to_owned());
        }
        return Ok(Outcome::done(
            report(context, GeneratedRules::default(), &[], options.strategy),
            warnings,
        ));
    }
    let mut store = context.open_writer()?;
    let patterns = wanted_patterns(&store, &args.pattern_ids)?;
    let stored = store.rules(&RuleFilter::default())?;
    let mut generated = generate(&patterns, &stored, &options);
    generated.skipped.retain(|skipped| is_wanted(skipped.pattern_id, &args.pattern_ids));
    let author = context.author();
    let saved = store.in_transaction(|transaction| -> Result<_, StoreError> {
        let mut writer = RuleWriter::new(transaction, &author);
        let rules: Vec<Rule> = generated.rules.iter().map(|made| made.rule.clone()).collect();
        for (rule_id, pattern_id, resources) in links(&generated, &patterns) {
            writer.link(rule_id, pattern_id, &resources)?;
        }
        writer.save(&rules)
    })?;
    warnings.extend(what_to_know(&generated, &options, &saved));
    Ok(Outcome::done(report(context, generated, &saved, options.strategy), warnings))
}

fn options(context: &Context, args: &GenerateArgs) -> GenerateOptions {
    let config = &context.config.rules;
    GenerateOptions {
        min_confidence: args.min_confidence.unwrap_or(config.min_confidence),
        max_rules: args.max_rules as usize,
        flexibility: Flexibility {
            earlier_minutes: config.earlier_minutes,
            later_minutes: config.later_minutes,
        },
        initial_state: if args.auto_enable { InitialState::Enabled } else { InitialState::Disabled },
        strategy: args.conflict_strategy.map(|asked| match asked {
            ConflictStrategyArg::Priority => ConflictStrategy::Priority,
            ConflictStrategyArg::Merge => ConflictStrategy::Merge,
            ConflictStrategyArg::DisableLower => ConflictStrategy::DisableLower,
        }),
        capacity: configured_capacity(&context.config.capacity),
        now: context.now,
    }
}

/// What is configured of the machine; the configuration gives the memory of one GPU.
pub(super) fn configured_capacity(config: &CapacityConfig) -> Capacity {
    let gpu_count = config.gpu_count.map(f64::from);
    Capacity {
        cpu_cores: config.cpu_cores,
        memory_mib: config.memory_mib,
        gpu_count,
        gpu_memory_mib: gpu_count.zip(config.gpu_memory_mib).map(|(count, memory)| count * memory),
    }
}

/// The patterns that rules are made from; those asked for must be there.
fn wanted_patterns(store: &Store, ids: &[i64]) -> Result<Vec<(PatternId, Pattern)>, StoreError> {
    let mut patterns: Vec<(PatternId, Pattern)> = store
        .patterns(&PatternFilter::default())?
        .into_iter()
        .map(|stored| (stored.id, stored.pattern))
        .collect();
    if let Some(id) = ids.iter().find(|id| !patterns.iter().any(|(known, _)| known.0 == **id)) {
        return Err(StoreError::NotFound { what: "pattern", id: *id });
    }
    patterns.retain(|(id, pattern)| {
        // What follows what counts for every choice.
        is_wanted(*id, ids) || pattern.schedule.kind() == ScheduleKind::Follows
    });
    Ok(patterns)
}

fn is_wanted(id: PatternId, ids: &[i64]) -> bool {
    ids.is_empty() || ids.contains(&id.0)
}

/// Rules that say what a pattern says: they get to know what the pattern's runs need.
fn links(
    generated: &GeneratedRules,
    patterns: &[(PatternId, Pattern)],
) -> Vec<(RuleId, PatternId, ResourceProfile)> {
    let link = |skipped: &SkippedPattern| {
        let SkipReason::AlreadyDeclared { rule_id, source } = skipped.reason else { return None };
        if source == RuleSourceKind::Mined {
            // It has a pattern of its own.
            return None;
        }
        let (id, pattern) = patterns.iter().find(|(id, _)| *id == skipped.pattern_id)?;
        Some((rule_id, *id, pattern.resources))
    };
    generated.skipped.iter().filter_map(link).collect()
}

fn what_to_know(
    generated: &GeneratedRules,
    options: &GenerateOptions,
    saved: &[(RuleId, Saved)],
) -> Vec<String> {
    let mut warnings = Vec::new();
    if generated.rules.is_empty() {
        warnings.push("no pattern became a rule".to_owned());
    }
    let any_added = saved.iter().any(|(_, saved)| *saved == Saved::Added);
    let asleep: Vec<RuleId> =
        generated.rules.iter().filter(|made| !made.rule.enabled).filter_map(|made| made.known_as).collect();
    match options.initial_state {
        InitialState::Disabled if any_added => {
            warnings.push("new rules are disabled until `tidetable rules enable ID`".to_owned());
        }
        InitialState::Enabled if !asleep.is_empty() => {
            let named = rules_words(&asleep);
            warnings.push(format!("{named} were left disabled; `tidetable rules enable ID` changes that"));
        }
        InitialState::Enabled | InitialState::Disabled => {}
    }
    if options.strategy.is_none() && !generated.conflicts.is_empty() {
        warnings.push(
            "the conflicts were left as they are; `tidetable optimize-resource-schedule \
             --conflict-resolution` looks for other times of enabled rules"
                .to_owned(),
        );
    }
    if options.capacity == Capacity::default() && !generated.rules.is_empty() {
        warnings.push(
            "no capacity is configured, so that too little CPU, memory or GPUs cannot be noticed".to_owned(),
        );
    }
    warnings
}

fn report(
    context: &Context,
    generated: GeneratedRules,
    saved: &[(RuleId, Saved)],
    strategy: Option<ConflictStrategy>,
) -> GenerateReport {
    let ids: Vec<RuleId> = saved.iter().map(|(id, _)| *id).chain(generated.others.iter().copied()).collect();
    let known = saved.iter().zip(&generated.rules).map(|((id, _), made)| (*id, &made.rule));
    GenerateReport {
        windows: move_windows(context, known),
        conflicts: generated
            .conflicts
            .into_iter()
            .map(|conflict| ShownConflict {
                rule_ids: conflict.rules.iter().map(|position| ids[*position]).collect(),
                kind: conflict.kind,
                first_at: conflict.first_at,
            })
            .collect(),
        rules: generated
            .rules
            .into_iter()
            .zip(saved)
            .map(|(made, (id, saved))| ShownRule {
                id: *id,
                rule: made.rule,
                fate: match saved {
                    Saved::Added => RuleFate::Added,
                    Saved::Changed => RuleFate::Changed,
                    Saved::Unchanged => RuleFate::Unchanged,
                },
                resolution: made.resolution,
            })
            .collect(),
        skipped: generated.skipped,
        precedences: generated.precedences,
        strategy,
    }
}
