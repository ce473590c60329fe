//! The patterns most like others: exact, every pair compared.

use rayon::prelude::*;

use super::Signature;

/// What to leave out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchLimits {
    /// Least similarity of a result.
    pub min_similarity: f64,
    /// Most results per query.
    pub max_results: usize,
}

/// A result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Its place in the base.
    pub index: usize,
    /// Cosine, -1 to 1.
    pub similarity: f64,
}

/// For each of `queries` (places in `base`) the most similar others for which `may_answer` holds: by falling
/// similarity, ties by place. A query never answers itself. The result does not depend on the number of
/// threads.
pub fn most_similar(
    queries: &[usize],
    base: &[Signature],
    may_answer: impl Fn(usize) -> bool + Sync,
    limits: &SearchLimits,
) -> Vec<Vec<Neighbour>> {
    queries
        .par_iter()
        .map(|query| {
            let Some(asked) = base.get(*query) else { return Vec::new() };
            let mut found: Vec<Neighbour> = base
                .iter()
                .enumerate()
                .filter(|(index, _)| index != query && may_answer(*index))
                .map(|(index, other)| Neighbour { index, similarity: asked.similarity(other) })
                .filter(|neighbour| neighbour.similarity >= limits.min_similarity)
                .collect();
            found.sort_by(|one, other| {
                other.similarity.total_cmp(&one.similarity).then(one.index.cmp(&other.index))
            });
            found.truncate(limits.max_results);
            found
        })
        .collect()
}
