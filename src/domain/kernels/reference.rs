//! The plain way, which every backend is held against.

use super::{Kernels, Matrix, MatrixError, Scored, TopK, inner_product, order};

/// One pair after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

impl Kernels for Reference {
    fn top_k(
        &self,
        base: &Matrix<'_>,
        queries: &Matrix<'_>,
        wanted: &TopK,
    ) -> Result<Vec<Vec<Scored>>, MatrixError> {
        base.fits(queries)?;
        let of = |query: usize| {
            let mut found: Vec<Scored> = (0..base.rows())
                .filter(|index| !wanted.is_self_search || *index != query)
                .map(|index| Scored { index, score: inner_product(base.row(index), queries.row(query)) })
                .filter(|scored| wanted.least.is_none_or(|least| scored.score >= least))
                .collect();
            found.sort_by(order);
            found.truncate(wanted.count);
            found
        };
        Ok((0..queries.rows()).map(of).collect())
    }
}
