//! `search-similar-patterns`: what else behaves like this?

use std::collections::{BTreeMap, BTreeSet};

use super::search_blocks::FoundInBlocks;
use super::search_device::SearchDevice;
use super::search_index::PatternIndex;
use super::task_type_filter::TaskTypeFilter;
use super::{CommandError, Context, Outcome, search_blocks, search_cluster, search_model, search_vectors};
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
    let store = match args.pattern_id {
        Some(id) => {
            let store = context.open_reader_for_one()?;
            // Also the error that says so when there is none.
            store.pattern(PatternId(id))?;
            store
        }
        None => context.open_reader(&mut warnings)?,
    };
    let index = PatternIndex::without_rows(&store)?;
    let mut told = warnings.clone();
    let asked = asked_for(args, &store, &index, &mut told)?;
    if search_blocks::suits(args, asked.len()) {
        let search = Search { context, args, store: &store, index: &index, asked: &asked };
        if let Some(outcome) = search.answer(None, told)? {
            return Ok(outcome);
        }
    }
    let index = PatternIndex::load(context, &store)?;
    let asked = asked_for(args, &store, &index, &mut warnings)?;
    let (index, model) = search_model::named_by_model(context, &store, index, args.use_model, &mut warnings)?;
    let search = Search { context, args, store: &store, index: &index, asked: &asked };
    if args.cluster {
        let device = search.device(&mut warnings)?;
        return search_cluster::run(args, &device, &store, &index, &asked, model, warnings);
    }
    let changed = || CommandError::Refused {
        message: "the store changed while it was read".to_owned(),
        hint: "search again".to_owned(),
    };
    Ok(search.answer(model, warnings)?.ok_or_else(changed)?)
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

/// What is asked for, of which patterns. Their rows are in memory, or read a block at a time where `index` has none.
struct Search<'a> {
    context: &'a Context,
    args: &'a SearchArgs,
    store: &'a Store,
    index: &'a PatternIndex,
    asked: &'a [usize],
}

impl Search<'_> {
    fn device(&self, warnings: &mut Vec<String>) -> Result<SearchDevice, CommandError> {
        let (rows, queries) = (self.index.facts.len(), self.asked.len());
        let size = SearchSize { rows, queries, columns: self.index.columns() };
        SearchDevice::choose(self.context, self.args.device, &size, warnings)
    }

    /// The answer; `None` where it takes all rows in memory.
    fn answer(&self, model: Option<String>, mut warnings: Vec<String>) -> anyhow::Result<Option<Outcome>> {
        let (args, asked) = (self.args, self.asked);
        let device = self.device(&mut warnings)?;
        if !self.index.has_rows() && device.is_gpu() {
            return Ok(None);
        }
        let kernels = device.kernels();
        let min_similarity = args.least_similarity();
        let Some(FoundInBlocks { found, rows }) =
            self.nearest(kernels, min_similarity, args.max_results as usize)?
        else {
            return Ok(None);
        };
        device.finished()?;
        // Where nothing is asked for because nothing is called so, or there is no store, that is said already.
        let is_explained = asked.is_empty() && !warnings.is_empty();
        if found.iter().all(|one| one.found.is_empty()) && !is_explained {
            let Some(why) = self.why_nothing(kernels)? else { return Ok(None) };
            warnings.push(why);
        }
        device.finished()?;
        // Told in a warning where it was to be a GPU that failed.
        device.label(&mut warnings);
        let row = |place: usize| rows.get(&place).map_or_else(|| self.index.row(place), Vec::as_slice);
        let groups = asked.iter().zip(found).map(|(query, found)| group(self.index, &row, *query, found));
        let groups: Vec<SearchGroup> = groups.collect();
        let patterns = shown(self.store, &groups)?;
        let is_graph = args.all_pairs;
        Ok(Some(Outcome::done(SearchReport { patterns, groups, min_similarity, model, is_graph }, warnings)))
    }

    /// For each pattern asked for those most like it. Others asked for are no answers, unless they are to be compared with
    /// each other. `None` where that takes all rows in memory.
    fn nearest(
        &self,
        kernels: &dyn Kernels,
        min_similarity: f64,
        max_results: usize,
    ) -> anyhow::Result<Option<FoundInBlocks>> {
        let may_answer = |place: usize| {
            passes(self.args, &self.index.facts[place])
                && (self.args.all_pairs || self.asked.binary_search(&place).is_err())
        };
        let limits = SearchLimits { min_similarity, max_results };
        if !self.index.has_rows() {
            return search_blocks::search(kernels, self.store, self.index, self.asked, &may_answer, limits);
        }
        let found = most_similar(kernels, &self.index.matrix()?, self.asked, &may_answer, &limits)?;
        Ok(Some(FoundInBlocks { found, rows: BTreeMap::new() }))
    }

    /// Why nothing was found, and what to do about it; `None` where that takes all rows in memory.
    fn why_nothing(&self, kernels: &dyn Kernels) -> anyhow::Result<Option<String>> {
        let (args, asked) = (self.args, self.asked);
        if self.index.facts.is_empty() {
            return Ok(Some(
                "the store holds no patterns; `tidetable analyze-activity-patterns` finds them".to_owned(),
            ));
        }
        if asked.is_empty() {
            return Ok(Some(
                "no pattern is what was asked for; `tidetable view-detected-patterns` lists all".to_owned(),
            ));
        }
        let Some(FoundInBlocks { found, .. }) = self.nearest(kernels, -1.0, 1)? else { return Ok(None) };
        let best = found
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
        Ok(Some(match best {
            Some(best) if best > 0.0 => {
                let least = args.least_similarity();
                format!(
                    "nothing{} reaches --similarity {least}; the most similar has {best:.2}{apart}",
                    of(" else")
                )
            }
            Some(_) => format!("nothing{} is similar at all{apart}", of(" else")),
            None => format!("there are no other patterns to compare with{apart}"),
        }))
    }
}

fn group<'a>(
    index: &PatternIndex,
    row: &dyn Fn(usize) -> &'a [f32],
    query: usize,
    found: Neighbours,
) -> SearchGroup {
    let neighbours = found.found.into_iter().map(|neighbour| FoundPattern {
        pattern: index.facts[neighbour.index].id,
        similarity: neighbour.similarity,
        blocks: explain(row(query), row(neighbour.index)),
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
