//! The nearest rows of any vectors: a row of zeros has no direction, so it is near nothing and nothing is near it.

use crate::domain::kernels::{Kernels, Matrix, MatrixError, Scored, TopK};

/// The nearest rows of each query, and what has none because it says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NearestVectors {
    /// For each query, nearest first; empty for a row of zeros.
    pub found: Vec<Vec<Scored>>,
    /// Rows of the base that are all zeros, ascending.
    pub zero_rows: Vec<usize>,
    /// Queries that are all zeros, ascending; the same rows in a search of the base among itself.
    pub zero_queries: Vec<usize>,
}

/// For each query (each row of `base`, where there are none) at most `count` other rows with the greatest inner
/// products of at least `least`. Rows of zeros are left out beforehand, so that they take nobody's place.
///
/// # Errors
/// The rows differ in length.
pub fn nearest_vectors(
    kernels: &dyn Kernels,
    base: &Matrix<'_>,
    queries: Option<&Matrix<'_>>,
    count: usize,
    least: Option<f64>,
) -> Result<NearestVectors, MatrixError> {
    base.fits(queries.unwrap_or(base))?;
    let wanted = TopK { count, least, is_self_search: queries.is_none() };
    let known = Directed::of(base);
    let known_rows = known.matrix(base)?;
    let Some(queries) = queries else {
        let found = known.spread(kernels.top_k(&known_rows, &known_rows, &wanted)?, &known);
        let zeros = known.zeros;
        return Ok(NearestVectors { found, zero_rows: zeros.clone(), zero_queries: zeros });
    };
    let asked = Directed::of(queries);
    let found = asked.spread(kernels.top_k(&known_rows, &asked.matrix(queries)?, &wanted)?, &known);
    Ok(NearestVectors { found, zero_rows: known.zeros, zero_queries: asked.zeros })
}

/// The rows of a matrix that are not all zeros.
struct Directed {
    zeros: Vec<usize>,
    rows: usize,
    /// These rows side by side; only where there are others.
    values: Option<Vec<f32>>,
}

impl Directed {
    fn of(matrix: &Matrix<'_>) -> Directed {
        let is_zero = |row: &usize| matrix.row(*row).iter().all(|value| *value == 0.0);
        let zeros: Vec<usize> = (0..matrix.rows()).filter(is_zero).collect();
        let copy = || {
            let others = (0..matrix.rows()).filter(|row| zeros.binary_search(row).is_err());
            others.flat_map(|row| matrix.row(row).iter().copied()).collect()
        };
        Directed { values: (!zeros.is_empty()).then(copy), zeros, rows: matrix.rows() }
    }

    fn matrix<'a>(&'a self, whole: &Matrix<'a>) -> Result<Matrix<'a>, MatrixError> {
        self.values.as_ref().map_or(Ok(*whole), |values| Matrix::new(values, whole.columns()))
    }

    /// Answers for these rows as answers for all, with rows of `base` by their places among all of its rows.
    fn spread(&self, found: Vec<Vec<Scored>>, base: &Directed) -> Vec<Vec<Scored>> {
        if self.zeros.is_empty() && base.zeros.is_empty() {
            return found;
        }
        let places: Vec<usize> =
            (0..base.rows).filter(|row| base.zeros.binary_search(row).is_err()).collect();
        let mut found = found.into_iter();
        let answer = |row: usize| match self.zeros.binary_search(&row) {
            Ok(_) => Vec::new(),
            Err(_) => {
                let own = found.next().unwrap_or_default().into_iter();
                own.map(|one| Scored { index: places[one.index], ..one }).collect()
            }
        };
        (0..self.rows).map(answer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kernels::Reference;

    const BASE: [f32; 8] = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, -0.0];

    fn places(queries: Option<&[f32]>, count: usize) -> (Vec<Vec<usize>>, Vec<usize>, Vec<usize>) {
        let base = Matrix::new(&BASE, 2).expect("rows");
        let queries = queries.map(|values| Matrix::new(values, 2).expect("rows"));
        let found = nearest_vectors(&Reference, &base, queries.as_ref(), count, None).expect("they fit");
        let places = |found: &Vec<Scored>| found.iter().map(|one| one.index).collect();
        (found.found.iter().map(places).collect(), found.zero_rows, found.zero_queries)
    }

    #[test]
    fn rows_of_zeros_are_near_nothing_and_take_no_place() {
        assert_eq!(
            places(Some(&[0.0, 0.0, -1.0, -2.0]), 2),
            (vec![vec![], vec![1, 2]], vec![0, 3], vec![0]),
            "zero products of a zero row would come before these"
        );
        assert_eq!(places(None, 3), (vec![vec![], vec![2], vec![1], vec![]], vec![0, 3], vec![0, 3]));
    }

    #[test]
    fn rows_of_other_lengths_are_refused_also_where_all_are_zeros() {
        let (base, queries) = ([0.0; 4], [0.0; 3]);
        let (base, queries) = (Matrix::new(&base, 2).expect("rows"), Matrix::new(&queries, 3).expect("row"));
        assert!(nearest_vectors(&Reference, &base, Some(&queries), 1, None).is_err());
    }
}
