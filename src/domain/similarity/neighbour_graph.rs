//! Who is near whom: for each row all others above a threshold, in little memory.

use crate::domain::kernels::{Kernels, Matrix, MatrixError};

/// Rows whose neighbours are looked for at a time, so that scores never take more than a few MiB.
const ROWS_AT_A_TIME: usize = 256;

/// The neighbours of one row, itself among them, as places or as one bit for each row, whichever is smaller.
#[derive(Clone, Debug, PartialEq)]
enum Places {
    Listed(Vec<u32>),
    Bits(Vec<u64>),
}

/// The rows that are at least so similar to each row. At most one bit for each pair: 13 MB for 10,000 rows that are all
/// alike.
#[derive(Clone, Debug, PartialEq)]
pub struct NeighbourGraph {
    rows: Vec<Places>,
}

impl NeighbourGraph {
    /// The neighbours among the rows of `matrix`, which have length 1, of at least `min_similarity`.
    ///
    /// # Errors
    /// What the kernels refuse.
    pub fn new(
        kernels: &dyn Kernels,
        matrix: &Matrix<'_>,
        min_similarity: f64,
    ) -> Result<NeighbourGraph, MatrixError> {
        let (count, columns) = (matrix.rows(), matrix.columns());
        let least = super::nearest::least_score(min_similarity);
        let mut rows = Vec::with_capacity(count);
        for part in matrix.values().chunks(ROWS_AT_A_TIME * columns) {
            for found in kernels.near(matrix, &Matrix::new(part, columns)?, least)? {
                let own = rows.len();
                let mut places: Vec<usize> = found.into_iter().map(|place| place as usize).collect();
                // A row is near itself, whatever rounding says.
                places.push(own);
                rows.push(Places::new(places, count));
            }
        }
        Ok(NeighbourGraph { rows })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The neighbours of a row, itself among them, ascending.
    pub fn neighbours(&self, row: usize) -> Vec<usize> {
        self.rows.get(row).map_or_else(Vec::new, Places::list)
    }

    /// Pairs of different rows that are neighbours.
    pub fn pairs(&self) -> u64 {
        let ends: u64 = self.rows.iter().map(|places| places.len() - 1).sum();
        ends / 2
    }
}

impl Places {
    /// Of `count` rows.
    fn new(mut places: Vec<usize>, count: usize) -> Places {
        places.sort_unstable();
        places.dedup();
        if places.len() * 32 < count {
            return Places::Listed(places.into_iter().map(|place| place as u32).collect());
        }
        let mut bits = vec![0_u64; count.div_ceil(64)];
        for place in places {
            bits[place / 64] |= 1 << (place % 64);
        }
        Places::Bits(bits)
    }

    fn list(&self) -> Vec<usize> {
        match self {
            Places::Listed(places) => places.iter().map(|place| *place as usize).collect(),
            Places::Bits(bits) => {
                let set = |(word, bits): (usize, &u64)| {
                    let bits = *bits;
                    (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
                };
                bits.iter().enumerate().flat_map(set).collect()
            }
        }
    }

    fn len(&self) -> u64 {
        match self {
            Places::Listed(places) => places.len() as u64,
            Places::Bits(bits) => bits.iter().map(|word| u64::from(word.count_ones())).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kernels::Reference;

    fn graph(values: &[f32], least: f64) -> NeighbourGraph {
        NeighbourGraph::new(&Reference, &Matrix::new(values, 2).expect("rows"), least).expect("they fit")
    }

    #[test]
    fn rows_know_those_near_them_and_themselves() {
        let found = graph(&[1.0, 0.0, 0.0, 1.0, 0.8, 0.6, 0.6, 0.8], 0.9);
        assert_eq!(
            (0..4).map(|row| found.neighbours(row)).collect::<Vec<_>>(),
            [vec![0], vec![1], vec![2, 3], vec![2, 3]]
        );
        assert_eq!((found.pairs(), found.len(), found.is_empty()), (1, 4, false));
        assert_eq!(graph(&[], 0.5).pairs(), 0);
    }

    #[test]
    fn lists_and_bits_tell_the_same() {
        let count = 1_000;
        for step in [1, 2, 7, 100, 999] {
            let places: Vec<usize> = (0..count).step_by(step).collect();
            let kept = Places::new(places.clone(), count);
            assert_eq!((kept.list(), kept.len()), (places.clone(), places.len() as u64), "{step}");
        }
        assert!(matches!(Places::new(vec![5], count), Places::Listed(_)));
    }
}
