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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Zone;
    use crate::domain::similarity::fixture::{cron, pattern};
    use crate::domain::similarity::signature;

    fn base() -> Vec<Signature> {
        ["0 2 * * *", "5 2 * * *", "0 14 * * *", "0 2 * * *", "*/5 * * * *"]
            .map(|text| signature(&pattern("job", cron(text)), None, Zone::UTC))
            .to_vec()
    }

    fn places(limits: SearchLimits, may_answer: fn(usize) -> bool) -> Vec<usize> {
        let found = most_similar(&[0], &base(), may_answer, &limits);
        found[0].iter().map(|neighbour| neighbour.index).collect()
    }

    #[test]
    fn the_most_similar_come_first_and_the_query_never() {
        let all = SearchLimits { min_similarity: -1.0, max_results: 10 };
        assert_eq!(places(all, |_| true)[..2], [3, 1]);
        assert_eq!(places(all, |_| true).len(), 4);
        assert_eq!(places(SearchLimits { max_results: 1, ..all }, |_| true), [3]);
        assert_eq!(places(SearchLimits { min_similarity: 0.9, ..all }, |_| true), [3, 1]);
        assert_eq!(places(SearchLimits { min_similarity: 0.9, ..all }, |index| index != 3), [1]);
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let queries: Vec<usize> = (0..5).collect();
        let limits = SearchLimits { min_similarity: 0.0, max_results: 3 };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
            pool.install(|| most_similar(&queries, &base(), |_| true, &limits))
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn a_query_outside_the_base_finds_nothing() {
        let limits = SearchLimits { min_similarity: -1.0, max_results: 3 };
        assert_eq!(most_similar(&[9], &base(), |_| true, &limits), [vec![]]);
        assert_eq!(most_similar(&[], &[], |_| true, &limits), Vec::<Vec<Neighbour>>::new());
    }
}
