//! The patterns most like others: exact, every pair compared.

use crate::domain::kernels::{Kernels, Matrix, MatrixError, Scored, TopK};

/// Rows that may not answer up to which they are looked through too and dropped afterwards; leaving out more is worth
/// a copy of the others.
const FEW: usize = 64;

/// Signatures have length 1 to 1e-6 only: equal ones may be less than 1 alike by as much, and must not be missed.
const NEARLY_ONE: f64 = 1.0 - 2e-6;

/// What to leave out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchLimits {
    /// Least similarity of a result.
    pub min_similarity: f64,
    /// Most results per query.
    pub max_results: usize,
}

impl SearchLimits {
    /// How many must be looked for: besides the results the query itself, and one more to tell that there is more.
    pub(super) fn most(&self) -> usize {
        self.max_results + 2
    }
}

/// A result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Its place in the base.
    pub index: usize,
    /// Cosine, -1 to 1.
    pub similarity: f64,
}

/// The results of one query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neighbours {
    /// By falling similarity, ties by place.
    pub found: Vec<Neighbour>,
    /// Whether there are more that are similar enough.
    pub has_more: bool,
}

/// What a similarity must reach so that somebody who asked for `min_similarity` sees it.
pub(super) fn least_score(min_similarity: f64) -> f64 {
    min_similarity.min(NEARLY_ONE)
}

/// For each of `queries` (places in `base`, whose rows have length 1) the most similar others for which `may_answer`
/// holds. A query never answers itself. The result does not depend on the number of threads.
///
/// # Errors
/// Never with rows of one matrix; what the kernels refuse is passed on.
pub fn most_similar(
    kernels: &dyn Kernels,
    base: &Matrix<'_>,
    queries: &[usize],
    may_answer: &dyn Fn(usize) -> bool,
    limits: &SearchLimits,
) -> Result<Vec<Neighbours>, MatrixError> {
    let (silent, answering): (Vec<usize>, Vec<usize>) = (0..base.rows()).partition(|row| !may_answer(*row));
    let asked = gather(base, queries);
    let asked = Matrix::new(&asked, base.columns())?;
    let most = limits.most();
    let wanted =
        |count: usize| TopK { count, least: Some(least_score(limits.min_similarity)), is_self_search: false };
    let (places, found) = if silent.len() <= FEW {
        let places: Vec<usize> = (0..base.rows()).collect();
        (places, kernels.top_k(base, &asked, &wanted(most + silent.len()))?)
    } else {
        let rows = gather(base, &answering);
        let found = kernels.top_k(&Matrix::new(&rows, base.columns())?, &asked, &wanted(most))?;
        (answering, found)
    };
    let of = |(query, scored): (&usize, Vec<Scored>)| {
        let scored = scored.into_iter().map(|one| Scored { index: places[one.index], ..one });
        neighbours(*query, scored.filter(|one| silent.binary_search(&one.index).is_err()), limits)
    };
    Ok(queries.iter().zip(found).map(of).collect())
}

/// The answer to one query, from the rows that are nearest to it, nearest first.
pub(super) fn neighbours(
    query: usize,
    scored: impl Iterator<Item = Scored>,
    limits: &SearchLimits,
) -> Neighbours {
    let mut found: Vec<Neighbour> = scored
        .filter(|one| one.index != query)
        .map(|one| Neighbour { index: one.index, similarity: one.score.clamp(-1.0, 1.0) })
        .collect();
    let has_more = found.len() > limits.max_results;
    found.truncate(limits.max_results);
    Neighbours { found, has_more }
}

fn gather(base: &Matrix<'_>, rows: &[usize]) -> Vec<f32> {
    rows.iter().flat_map(|row| base.row(*row).iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kernels::Reference;
    use crate::domain::similarity::fixture::{cron, pattern};
    use crate::domain::similarity::{SIGNATURE_LENGTH, signature};

    fn base() -> Vec<f32> {
        ["0 2 * * *", "5 2 * * *", "0 14 * * *", "0 2 * * *", "*/5 * * * *"]
            .iter()
            .flat_map(|text| signature(&pattern("job", cron(text)), None).components().to_vec())
            .collect()
    }

    fn search(values: &[f32], limits: SearchLimits, may_answer: &dyn Fn(usize) -> bool) -> Neighbours {
        let base = Matrix::new(values, SIGNATURE_LENGTH).expect("rows");
        let mut found = most_similar(&Reference, &base, &[0], may_answer, &limits).expect("one matrix");
        found.remove(0)
    }

    fn places(limits: SearchLimits, may_answer: fn(usize) -> bool) -> (Vec<usize>, bool) {
        let found = search(&base(), limits, &may_answer);
        (found.found.iter().map(|neighbour| neighbour.index).collect(), found.has_more)
    }

    #[test]
    fn the_most_similar_come_first_and_the_query_never() {
        let all = SearchLimits { min_similarity: -1.0, max_results: 10 };
        assert_eq!(places(all, |_| true).0[..2], [3, 1]);
        assert_eq!(places(all, |_| true).0.len(), 4);
        assert_eq!(places(SearchLimits { max_results: 1, ..all }, |_| true), (vec![3], true));
        assert_eq!(places(SearchLimits { min_similarity: 0.9, ..all }, |_| true), (vec![3, 1], false));
        assert_eq!(places(SearchLimits { min_similarity: 0.9, ..all }, |index| index != 3).0, [1]);
        assert_eq!(
            places(SearchLimits { min_similarity: 0.9, max_results: 2 }, |index| index != 0).0,
            [3, 1]
        );
        assert_eq!(
            places(SearchLimits { min_similarity: 1.0, ..all }, |_| true).0,
            [3],
            "equal ones are found"
        );
    }

    #[test]
    fn leaving_out_many_finds_what_leaving_them_out_afterwards_finds() {
        let mut values = base();
        for place in 0..100 {
            let text = format!("{} {} * * *", place % 60, place % 24);
            values.extend(signature(&pattern("other", cron(&text)), None).components());
        }
        let all = SearchLimits { min_similarity: -1.0, max_results: 200 };
        let everything = search(&values, all, &|_| true).found;
        let odd = search(&values, all, &|index| index % 3 == 1).found;
        let expected: Vec<Neighbour> =
            everything.into_iter().filter(|neighbour| neighbour.index % 3 == 1).collect();
        assert_eq!(odd, expected);
        assert_eq!(odd.len(), 35);
    }

    #[test]
    fn no_queries_and_no_patterns_find_nothing() {
        let limits = SearchLimits { min_similarity: -1.0, max_results: 3 };
        let empty = Matrix::new(&[], SIGNATURE_LENGTH).expect("no rows");
        assert_eq!(most_similar(&Reference, &empty, &[], &|_| true, &limits), Ok(Vec::new()));
    }
}
