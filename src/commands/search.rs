//! `search-similar-patterns`: what else behaves like this?

use std::collections::{BTreeMap, BTreeSet};

use super::search_device::SearchDevice;
use super::search_index::PatternIndex;
use super::task_type_filter::TaskTypeFilter;
use super::{Context, Outcome, search_cluster, search_model, search_vectors};
use crate::cli::search::SearchArgs;
use crate::domain::device::SearchSize;
use crate::domain::kernels::Kernels;
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::similarity::{Neighbours, SearchLimits, explain, most_similar};
use crate::output::search::{FoundPattern, SearchGroup, SearchReport};
use crate::store::{PatternFacts, PatternFilter, Store};

/// Finds the patterns most like those asked for, or groups them.
pub fn run(context: &Context, args: &SearchArgs) -> anyhow::Result<Outcome> {
    if let Some(vectors) = &args.vectors {
        return search_vectors::run(context, args, vectors);
    }
    let mut warnings = Vec::new();
    let store = context.open_reader(&mut warnings)?;
    if let Some(id) = args.pattern_id {
        // Also the error that says so when there is none.
        store.pattern(PatternId(id))?;
    }
    let index = PatternIndex::load(context, &store)?;
    let asked = asked_for(args, &store, &index, &mut warnings)?;
    let (index, model) = search_model::named_by_model(context, &store, index, args.use_model, &mut warnings)?;
    let size = SearchSize { rows: index.facts.len(), queries: asked.len(), columns: index.columns() };
    let device = SearchDevice::choose(context, args.device, &size, &mut warnings)?;
    if args.cluster {
        return search_cluster::run(args, &device, &store, &index, &asked, model, warnings);
    }
    let kernels = device.kernels();
    let found = nearest(args, kernels, &index, &asked, args.least_similarity(), args.max_results as usize)?;
    device.finished()?;
    // Where nothing is asked for because nothing is called so, or there is no store, that is said already.
    let is_explained = asked.is_empty() && !warnings.is_empty();
    if found.iter().all(|one| one.found.is_empty()) && !is_explained {
        warnings.push(why_nothing(args, kernels, &index, &asked)?);
    }
    device.finished()?;
    // Told in a warning where it was to be a GPU that failed.
    device.label(&mut warnings);
    let groups: Vec<SearchGroup> =
        asked.iter().zip(found).map(|(query, found)| group(&index, *query, found)).collect();
    let patterns = shown(&store, &groups)?;
    let is_graph = args.all_pairs;
    let min_similarity = args.least_similarity();
    Ok(Outcome::done(SearchReport { patterns, groups, min_similarity, model, is_graph }, warnings))
}

/// Places of the patterns asked for, ascending; all that may answer, where nothing is asked for.
fn asked_for(
    args: &SearchArgs,
    store: &Store,
    index: &PatternIndex,
    warnings: &mut Vec<String>,
) -> anyhow::Result<Vec<usize>> {
    let places = |wanted: &dyn Fn(&PatternFacts) -> bool| -> Vec<usize> {
        let all = index.facts.iter().enumerate();
        all.filter(|(_, facts)| wanted(facts)).map(|(place, _)| place).collect()
    };
    if let Some(id) = args.pattern_id {
        return Ok(places(&|facts| facts.id.0 == id));
    }
    if let Some(kind) = args.pattern_type {
        return Ok(places(&|facts| facts.pattern_type == Some(kind) && passes(args, facts)));
    }
    if args.task_types.is_empty() {
        return Ok(places(&|facts| passes(args, facts)));
    }
    let task_types = store.pattern_task_types()?;
    let names: BTreeSet<&String> = task_types.iter().map(|(_, name)| name).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let Some(mut filter) = TaskTypeFilter::new(&args.task_types, &names)? else { return Ok(Vec::new()) };
    if !names.is_empty() {
        warnings.extend(filter.take_nearest(&names));
    }
    let wanted: BTreeSet<PatternId> =
        task_types.iter().filter(|(_, name)| filter.matches(name)).map(|(id, _)| *id).collect();
    Ok(places(&|facts| wanted.contains(&facts.id) && passes(args, facts)))
}

fn passes(args: &SearchArgs, facts: &PatternFacts) -> bool {
    args.min_confidence.is_none_or(|least| facts.confidence >= least)
        && (!args.active_only || facts.is_active)
}

/// For each of the places `asked` the patterns most like it. Those asked for are no answers, unless they are to be
/// compared with each other.
fn nearest(
    args: &SearchArgs,
    kernels: &dyn Kernels,
    index: &PatternIndex,
    asked: &[usize],
    min_similarity: f64,
    max_results: usize,
) -> anyhow::Result<Vec<Neighbours>> {
    let may_answer = |place: usize| {
        passes(args, &index.facts[place]) && (args.all_pairs || asked.binary_search(&place).is_err())
    };
    let limits = SearchLimits { min_similarity, max_results };
    Ok(most_similar(kernels, &index.matrix()?, asked, &may_answer, &limits)?)
}

fn group(index: &PatternIndex, query: usize, found: Neighbours) -> SearchGroup {
    let neighbours = found.found.into_iter().map(|neighbour| FoundPattern {
        pattern: index.facts[neighbour.index].id,
        similarity: neighbour.similarity,
        blocks: explain(index.row(query), index.row(neighbour.index)),
    });
    SearchGroup { query: index.facts[query].id, neighbours: neighbours.collect(), has_more: found.has_more }
}

/// The patterns that are told of; no other is read.
fn shown(store: &Store, groups: &[SearchGroup]) -> anyhow::Result<BTreeMap<PatternId, Pattern>> {
    let told = groups
        .iter()
        .flat_map(|group| group.neighbours.iter().map(|found| found.pattern).chain([group.query]));
    let ids: BTreeSet<PatternId> = told.collect();
    let filter = PatternFilter { ids: Some(ids.into_iter().collect()), ..PatternFilter::default() };
    Ok(store.patterns(&filter)?.into_iter().map(|stored| (stored.id, stored.pattern)).collect())
}

/// Why nothing was found, and what to do about it.
fn why_nothing(
    args: &SearchArgs,
    kernels: &dyn Kernels,
    index: &PatternIndex,
    asked: &[usize],
) -> anyhow::Result<String> {
    if index.facts.is_empty() {
        return Ok("the store holds no patterns; `tidetable analyze-activity-patterns` finds them".to_owned());
    }
    if asked.is_empty() {
        return Ok(
            "no pattern is what was asked for; `tidetable view-detected-patterns` lists all".to_owned()
        );
    }
    let best = nearest(args, kernels, index, asked, -1.0, 1)?
        .iter()
        .flat_map(|one| &one.found)
        .map(|neighbour| neighbour.similarity)
        .max_by(f64::total_cmp);
    // Those asked for may well be alike; that was not looked at.
    let is_apart = asked.len() > 1 && !args.all_pairs;
    let of = |text| if is_apart { text } else { "" };
    let apart = match is_apart {
        true => format!(
            "; the {} patterns asked for are compared with each other only with --all-pairs",
            asked.len()
        ),
        false => String::new(),
    };
    Ok(match best {
        Some(best) if best > 0.0 => {
            let least = args.least_similarity();
            format!(
                "nothing{} reaches --similarity {least}; the most similar has {best:.2}{apart}",
                of(" else")
            )
        }
        Some(_) => format!("nothing{} is similar at all{apart}", of(" else")),
        None => format!("there are no other patterns to compare with{apart}"),
    })
}
