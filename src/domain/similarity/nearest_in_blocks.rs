//! The patterns most like a few others, where rows come a block at a time: no more than one block is ever held.

use super::nearest::{Neighbours, SearchLimits, least_score, neighbours};
use crate::domain::kernels::{Kernels, Matrix, MatrixError, Scored, TopK, order};

/// What was found so far.
#[derive(Clone, Debug)]
pub struct BlockSearch<'a> {
    asked: Matrix<'a>,
    limits: SearchLimits,
    found: Vec<Vec<Scored>>,
}

impl<'a> BlockSearch<'a> {
    /// A search for the rows most like each row of `asked`, all of length 1.
    pub fn new(asked: Matrix<'a>, limits: SearchLimits) -> BlockSearch<'a> {
        BlockSearch { asked, limits, found: vec![Vec::new(); asked.rows()] }
    }

    /// Looks at the rows of a block, which are at `places` among all rows. Places ascend within a block and from block to
    /// block.
    ///
    /// # Errors
    /// The rows are of another length than those asked for.
    pub fn look(
        &mut self,
        kernels: &dyn Kernels,
        block: &Matrix<'_>,
        places: &[usize],
    ) -> Result<(), MatrixError> {
        let count = self.limits.most();
        let least = Some(least_score(self.limits.min_similarity));
        let wanted = TopK { count, least, is_self_search: false };
        for (kept, found) in self.found.iter_mut().zip(kernels.top_k(block, &self.asked, &wanted)?) {
            kept.extend(found.into_iter().map(|one| Scored { index: places[one.index], ..one }));
            kept.sort_unstable_by(order);
            kept.truncate(count);
        }
        Ok(())
    }

    /// What was found for the rows asked for, which are at `queries` among all rows: none of them answers itself.
    pub fn finish(self, queries: &[usize]) -> Vec<Neighbours> {
        let all = queries.iter().zip(self.found);
        all.map(|(query, found)| neighbours(*query, found.into_iter(), &self.limits)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::*;
    use crate::domain::kernels::{Reference, normalize_rows};
    use crate::domain::similarity::most_similar;

    proptest! {
        #[test]
        fn blocks_of_any_size_find_what_the_whole_finds(
            rows in 1_usize..60,
            block_rows in 1_usize..70,
            queries in prop::collection::btree_set(0_usize..60, 0..4),
            most in 1_usize..9,
            left_out in any::<u64>(),
            seed in any::<u64>(),
        ) {
            // Few different rows, so that many are equally near.
            let mut values: Vec<f32> = (0..rows as u64 * 3)
                .map(|place| ((seed.rotate_left(place as u32 % 64) >> 5) % 4) as f32 + 0.5)
                .collect();
            normalize_rows(&mut values, 3).expect("no zeros");
            let base = Matrix::new(&values, 3).expect("rows");
            let queries: Vec<usize> = queries.into_iter().filter(|query| *query < rows).collect();
            let may_answer = |place: usize| left_out >> (place % 64) & 1 == 0;
            for min_similarity in [-1.0, 0.9, 1.0] {
                let limits = SearchLimits { min_similarity, max_results: most };
                let whole = most_similar(&Reference, &base, &queries, &may_answer, &limits).expect("one matrix");
                let asked: Vec<f32> = queries.iter().flat_map(|query| base.row(*query).to_vec()).collect();
                let mut search = BlockSearch::new(Matrix::new(&asked, 3).expect("rows"), limits);
                let answering: Vec<usize> = (0..rows).filter(|place| may_answer(*place)).collect();
                for places in answering.chunks(block_rows) {
                    let block: Vec<f32> = places.iter().flat_map(|place| base.row(*place).to_vec()).collect();
                    search.look(&Reference, &Matrix::new(&block, 3).expect("rows"), places).expect("they fit");
                }
                assert_eq!(search.finish(&queries), whole);
            }
        }
    }
}
