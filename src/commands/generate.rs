//! `generate-scheduling-rules`: from the patterns in the store to rules.

use super::{Context, Outcome};
use crate::cli::generate::{ConflictStrategyArg, GenerateArgs};
use crate::config::CapacityConfig;
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::rules::{
    Capacity, ConflictStrategy, Flexibility, GenerateOptions, GeneratedRules, InitialState, Rule, RuleId,
    SkipReason, generate,
};
use crate::output::ShownConflict;
use crate::output::generate::{GenerateReport, RuleFate, ShownRule};
use crate::store::{PatternFilter, RuleFilter, Saved, Store, StoreError};

/// Makes rules from patterns and stores them.
pub fn run(context: &Context, args: &GenerateArgs) -> anyhow::Result<Outcome> {
    let options = options(context, args);
    let mut store = context.open_writer()?;
    let patterns = wanted_patterns(context, &store, &args.pattern_ids)?;
    let stored = store.rules(&RuleFilter::default())?;
    let generated = generate(&patterns, &stored, &options);
    let saved = store.in_transaction(|transaction| -> Result<_, StoreError> {
        let rules: Vec<Rule> = generated.rules.iter().map(|made| made.rule.clone()).collect();
        link_declared(transaction, context, &generated, &patterns)?;
        Store::save_rules(transaction, &rules, context.now)
    })?;
    let warnings = warnings(&generated, &patterns, &options, &saved);
    Ok(Outcome::done(report(generated, &saved, options.strategy), warnings))
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
        strategy: match args.conflict_strategy {
            ConflictStrategyArg::Priority => ConflictStrategy::Priority,
            ConflictStrategyArg::Merge => ConflictStrategy::Merge,
            ConflictStrategyArg::DisableLower => ConflictStrategy::DisableLower,
        },
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

/// The patterns that were known at the current instant; those asked for must be there.
fn wanted_patterns(
    context: &Context,
    store: &Store,
    ids: &[i64],
) -> Result<Vec<(PatternId, Pattern)>, StoreError> {
    let mut patterns: Vec<(PatternId, Pattern)> = store
        .patterns(&PatternFilter::default())?
        .into_iter()
        .filter(|stored| stored.detected_at <= context.now)
        .map(|stored| (stored.id, stored.pattern))
        .collect();
    if let Some(id) = ids.iter().find(|id| !patterns.iter().any(|(known, _)| known.0 == **id)) {
        return Err(StoreError::NotFound { what: "pattern", id: *id });
    }
    patterns.retain(|(id, pattern)| {
        // What follows what counts for every choice.
        ids.is_empty() || ids.contains(&id.0) || follows(pattern)
    });
    Ok(patterns)
}

fn follows(pattern: &Pattern) -> bool {
    pattern.schedule.kind() == crate::domain::calendar::ScheduleKind::Follows
}

/// A rule that says what a pattern says gets to know what the pattern's runs need.
fn link_declared(
    transaction: &rusqlite::Transaction<'_>,
    context: &Context,
    generated: &GeneratedRules,
    patterns: &[(PatternId, Pattern)],
) -> Result<(), StoreError> {
    for skipped in &generated.skipped {
        let SkipReason::AlreadyDeclared { rule_id, .. } = skipped.reason else { continue };
        if let Some((id, pattern)) = patterns.iter().find(|(id, _)| *id == skipped.pattern_id) {
            Store::link_rule(transaction, rule_id, *id, &pattern.resources, context.now)?;
        }
    }
    Ok(())
}

fn warnings(
    generated: &GeneratedRules,
    patterns: &[(PatternId, Pattern)],
    options: &GenerateOptions,
    saved: &[(RuleId, Saved)],
) -> Vec<String> {
    let mut warnings = Vec::new();
    if patterns.is_empty() {
        warnings.push("there are no patterns; `tidetable analyze-activity-patterns` finds them".to_owned());
    } else if generated.rules.is_empty() {
        warnings.push("no pattern became a rule".to_owned());
    }
    let waiting = generated.rules.iter().filter(|made| !made.rule.enabled).count();
    if waiting > 0 && saved.iter().any(|(_, saved)| *saved == Saved::Added) {
        warnings.push("new rules are disabled until `tidetable rules enable ID` or --auto-enable".to_owned());
    }
    if options.capacity == Capacity::default() && !generated.rules.is_empty() {
        warnings.push("no capacity is configured, so that none can be exceeded".to_owned());
    }
    warnings
}

fn report(
    generated: GeneratedRules,
    saved: &[(RuleId, Saved)],
    strategy: ConflictStrategy,
) -> GenerateReport {
    let ids: Vec<RuleId> = saved.iter().map(|(id, _)| *id).chain(generated.others.iter().copied()).collect();
    GenerateReport {
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
