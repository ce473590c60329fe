//! The plain way, which every backend is held against.

use super::{
    Kernels, Matrix, MatrixError, Oscillators, Pair, Scored, TopK, double_step, inner_product,
    normalize_rows, order,
};

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

    fn pairs_above(&self, rows: &Matrix<'_>, least: f64) -> Vec<Pair> {
        let score = |first: usize, second: usize| inner_product(rows.row(first), rows.row(second));
        (0..rows.rows())
            .flat_map(|first| (first + 1..rows.rows()).map(move |second| (first, second)))
            .map(|(first, second)| Pair { first, second, score: score(first, second) })
            .filter(|pair| pair.score >= least)
            .collect()
    }

    fn normalize_rows(&self, values: &mut [f32], columns: usize) -> Result<(), MatrixError> {
        normalize_rows(values, columns)
    }

    fn trajectories(&self, oscillators: &Oscillators) -> Vec<f32> {
        let step = f64::from(oscillators.step);
        let follow = |squared: &f32| {
            let (mut displacement, mut speed) = (1.0, 0.0);
            for _ in 0..oscillators.steps {
                (displacement, speed) = double_step(displacement, speed, f64::from(*squared), step);
            }
            displacement as f32
        };
        oscillators.squared_frequencies.iter().map(follow).collect()
    }
}
