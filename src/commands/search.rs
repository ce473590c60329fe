//! `search-similar-patterns`: what else behaves like this?

use std::collections::{BTreeSet, HashMap};

use super::task_type_filter::TaskTypeFilter;
use super::{Context, Outcome};
use crate::cli::search::SearchArgs;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, PatternId, PatternType};
use crate::domain::similarity::{SearchLimits, Signature, most_similar, signature};
use crate::output::search::{FoundPattern, SearchGroup, SearchReport};
use crate::store::{PatternFilter, StoredPattern};

/// Finds the patterns most like those asked for.
pub fn run(context: &Context, args: &SearchArgs) -> anyhow::Result<Outcome> {
    if let Some(vectors) = &args.vectors {
        return super::search_vectors::run(context, args, vectors);
    }
    let mut warnings = Vec::new();
    let store = context.open_reader(&mut warnings)?;
    if let Some(id) = args.pattern_id {
        // Also the error that says so when there is none.
        store.pattern(PatternId(id))?;
    }
    // All of them: what a search leaves out may still be what another pattern follows.
    let patterns = store.patterns(&PatternFilter::default())?;
    let queries = asked_for(args, &patterns, &mut warnings)?;
    let asked: BTreeSet<usize> = queries.iter().copied().collect();
    let signatures = signatures(&patterns, context);
    let may_answer = |index: usize| {
        patterns.get(index).is_some_and(|stored| passes(args, &stored.pattern))
            && (args.all_pairs || !asked.contains(&index))
    };
    let limits =
        SearchLimits { min_similarity: args.least_similarity(), max_results: args.max_results as usize };
    let found = most_similar(&queries, &signatures, may_answer, &limits);
    let groups: Vec<SearchGroup> = queries
        .iter()
        .zip(&found)
        .map(|(query, neighbours)| SearchGroup {
            query: shown(&patterns[*query]),
            neighbours: neighbours
                .iter()
                .map(|neighbour| FoundPattern {
                    pattern: shown(&patterns[neighbour.index]),
                    similarity: neighbour.similarity,
                    blocks: signatures[*query].explain(&signatures[neighbour.index]),
                })
                .collect(),
        })
        .collect();
    if groups.iter().all(|group| group.neighbours.is_empty()) && warnings.is_empty() {
        warnings.push(why_nothing(args, &patterns, &queries, &signatures));
    }
    Ok(Outcome::done(SearchReport { groups, min_similarity: args.least_similarity() }, warnings))
}

/// Places of the patterns asked for, by id.
fn asked_for(
    args: &SearchArgs,
    patterns: &[StoredPattern],
    warnings: &mut Vec<String>,
) -> anyhow::Result<Vec<usize>> {
    let places = |wanted: &dyn Fn(&StoredPattern) -> bool| -> Vec<usize> {
        let all = patterns.iter().enumerate();
        all.filter(|(_, stored)| wanted(stored)).map(|(index, _)| index).collect()
    };
    if let Some(id) = args.pattern_id {
        return Ok(places(&|stored| stored.id.0 == id));
    }
    if let Some(kind) = args.pattern_type {
        return Ok(places(&|stored| stored.pattern.pattern_type == kind && passes(args, &stored.pattern)));
    }
    let names: BTreeSet<&String> = patterns.iter().flat_map(|stored| &stored.pattern.task_types).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let Some(filter) = TaskTypeFilter::new(&args.task_types, &names)? else { return Ok(Vec::new()) };
    if !names.is_empty() {
        warnings.extend(filter.unmatched(&names));
    }
    let of_wanted = |pattern: &Pattern| pattern.task_types.iter().any(|name| filter.matches(name));
    Ok(places(&|stored| of_wanted(&stored.pattern) && passes(args, &stored.pattern)))
}

fn passes(args: &SearchArgs, pattern: &Pattern) -> bool {
    args.min_confidence.is_none_or(|least| pattern.confidence >= least)
        && (!args.active_only || pattern.is_active)
}

/// The signatures of all patterns, in their order.
fn signatures(patterns: &[StoredPattern], context: &Context) -> Vec<Signature> {
    use rayon::prelude::*;

    // The clock by which a task type runs: its active pattern, else its latest one.
    let mut clocks: HashMap<&str, &Pattern> = HashMap::new();
    for stored in patterns {
        let pattern = &stored.pattern;
        let tells_no_runs = matches!(pattern.schedule, Schedule::Follows { .. })
            || matches!(pattern.pattern_type, PatternType::ResourceUsage | PatternType::Seasonal);
        let (Some(name), false) = (pattern.task_types.first(), tells_no_runs) else {
            continue;
        };
        let known = clocks.entry(name).or_insert(pattern);
        if (pattern.is_active, pattern.evidence.last_seen) > (known.is_active, known.evidence.last_seen) {
            *known = pattern;
        }
    }
    patterns
        .par_iter()
        .map(|stored| {
            let predecessor = match &stored.pattern.schedule {
                Schedule::Follows { predecessor, .. } => clocks.get(predecessor.as_str()).copied(),
                _ => None,
            };
            signature(&stored.pattern, predecessor, context.zone)
        })
        .collect()
}

fn shown(stored: &StoredPattern) -> (PatternId, Pattern) {
    (stored.id, stored.pattern.clone())
}

/// Why nothing was found, and what to do about it.
fn why_nothing(
    args: &SearchArgs,
    patterns: &[StoredPattern],
    queries: &[usize],
    signatures: &[Signature],
) -> String {
    if patterns.is_empty() {
        return "the store holds no patterns; `tidetable analyze-activity-patterns` finds them".to_owned();
    }
    if queries.is_empty() {
        return "no pattern is what was asked for; `tidetable view-detected-patterns` lists all".to_owned();
    }
    let others = |index: usize| {
        patterns.get(index).is_some_and(|stored| passes(args, &stored.pattern))
            && (args.all_pairs || !queries.contains(&index))
    };
    let any = SearchLimits { min_similarity: -1.0, max_results: 1 };
    let best = most_similar(queries, signatures, others, &any)
        .into_iter()
        .flatten()
        .map(|neighbour| neighbour.similarity)
        .max_by(f64::total_cmp);
    match best {
        Some(best) if best > 0.0 => {
            format!(
                "nothing reaches --similarity {}; the most similar has {best:.2}",
                args.least_similarity()
            )
        }
        Some(_) => "nothing is similar at all".to_owned(),
        None if queries.len() > 1 && !args.all_pairs => {
            "there are no other patterns; --all-pairs compares those asked for with each other".to_owned()
        }
        None => "there are no other patterns to compare with".to_owned(),
    }
}
