//! `search-similar-patterns --cluster`: groups of patterns that behave alike.

use std::collections::BTreeMap;

use super::Outcome;
use super::search_device::SearchDevice;
use super::search_index::PatternIndex;
use crate::cli::search::SearchArgs;
use crate::domain::kernels::Matrix;
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::similarity::{cluster_name, clusters, similarity, tell_apart};
use crate::output::search_clusters::{ClusterGroup, ClusterReport};
use crate::store::{PatternFilter, Store};

/// Groups the patterns at the places `asked`.
pub(super) fn run(
    args: &SearchArgs,
    device: &SearchDevice,
    store: &Store,
    index: &PatternIndex,
    asked: &[usize],
    model: Option<String>,
    mut warnings: Vec<String>,
) -> anyhow::Result<Outcome> {
    let rows = index.rows(asked);
    let matrix = Matrix::new(&rows, index.columns())?;
    let found = clusters(device.kernels(), &matrix, args.least_similarity(), args.min_members as usize)?;
    device.finished()?;
    device.label(&mut warnings);
    let ids: Vec<PatternId> = asked.iter().map(|place| index.facts[*place].id).collect();
    let filter = PatternFilter { ids: Some(ids.clone()), ..PatternFilter::default() };
    let patterns: BTreeMap<PatternId, Pattern> =
        store.patterns(&filter)?.into_iter().map(|stored| (stored.id, stored.pattern)).collect();
    let groups = found.clusters.into_iter().filter_map(|cluster| {
        let members: Vec<&Pattern> =
            cluster.members.iter().filter_map(|row| patterns.get(&ids[*row])).collect();
        let medoid = cluster.medoid;
        Some(ClusterGroup {
            name: cluster_name(&members, patterns.get(&ids[medoid])?),
            medoid: ids[medoid],
            mean_similarity: cluster.mean_similarity,
            members: cluster
                .members
                .iter()
                .map(|row| (ids[*row], similarity(matrix.row(medoid), matrix.row(*row))))
                .collect(),
        })
    });
    let mut groups: Vec<ClusterGroup> = groups.collect();
    let mut named: Vec<(String, PatternId, &Pattern)> = groups
        .iter()
        .filter_map(|group| Some((group.name.clone(), group.medoid, patterns.get(&group.medoid)?)))
        .collect();
    tell_apart(&mut named);
    // None was left out: a group without its medoid has no name to begin with.
    groups.iter_mut().zip(named).for_each(|(group, (name, ..))| group.name = name);
    // Where nothing is asked for because nothing is called so, or there is no store, that is said already.
    let is_explained = asked.is_empty() && !warnings.is_empty();
    if groups.is_empty() && !is_explained {
        warnings.push(match (index.facts.is_empty(), asked.is_empty()) {
            (true, _) => {
                "the store holds no patterns; `tidetable analyze-activity-patterns` finds them".to_owned()
            }
            (_, true) => {
                "no pattern is what was asked for; `tidetable view-detected-patterns` lists all".to_owned()
            }
            _ => format!(
                "no {} patterns are as near to each other as --similarity {}; a lower one or fewer --min-members finds more",
                args.min_members,
                args.least_similarity()
            ),
        });
    }
    let noise = found.noise.iter().map(|row| ids[*row]).collect();
    let report = ClusterReport {
        patterns,
        groups,
        noise,
        min_similarity: args.least_similarity(),
        min_members: args.min_members,
        model,
    };
    Ok(Outcome::done(report, warnings))
}
