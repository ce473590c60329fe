//! Groups of patterns that are alike, by density over the graph of neighbours.

use std::sync::Arc;

use linfa::Float;
use linfa::traits::Transformer;
use linfa_clustering::Dbscan;
use linfa_nn::distance::{Distance, L2Dist};
use linfa_nn::{BuildError, NearestNeighbour, NearestNeighbourIndex, NnError};
use ndarray::{Array2, ArrayBase, ArrayView1, Data, Ix2};

use super::NeighbourGraph;
use crate::domain::kernels::{Kernels, Matrix, MatrixError, inner_product};

/// Patterns that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Places of its members, ascending.
    pub members: Vec<usize>,
    /// The member that is most like all others.
    pub medoid: usize,
    /// Mean similarity of two different members, -1 to 1.
    pub mean_similarity: f64,
}

/// Groups, and what belongs to none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    /// Largest first, then by their first member.
    pub clusters: Vec<Cluster>,
    /// Places of those that are alone, ascending.
    pub noise: Vec<usize>,
}

/// Groups the rows of `matrix`, which have length 1, by density: DBSCAN (Ester, Kriegel, Sander and Xu 1996) where
/// neighbours are rows of at least `min_similarity`, and the core of a group those with `min_members` of them, itself
/// included.
///
/// # Errors
/// What the kernels refuse.
pub fn clusters(
    kernels: &dyn Kernels,
    matrix: &Matrix<'_>,
    min_similarity: f64,
    min_members: usize,
) -> Result<Clusters, MatrixError> {
    let graph = NeighbourGraph::new(kernels, matrix, min_similarity)?;
    // The clustering sees rows by their number only, and asks the graph who is near.
    let numbers = Array2::from_shape_fn((graph.len(), 1), |(row, _)| row as f64);
    let search = Dbscan::params_with(min_members.max(2), L2Dist, KnownNeighbours(Arc::new(graph)));
    // Refused are only fewer than two members and a tolerance of zero, and the graph stands for the tolerance.
    let labels = search.tolerance(1.0).transform(&numbers).map(|labels| labels.to_vec()).unwrap_or_default();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut noise = Vec::new();
    for (row, label) in labels.into_iter().enumerate() {
        let Some(label) = label else {
            noise.push(row);
            continue;
        };
        if groups.len() <= label {
            groups.resize(label + 1, Vec::new());
        }
        groups[label].push(row);
    }
    let mut clusters: Vec<Cluster> = groups.into_iter().map(|members| cluster(matrix, members)).collect();
    clusters.sort_by(|one, other| {
        other.members.len().cmp(&one.members.len()).then_with(|| one.members.cmp(&other.members))
    });
    Ok(Clusters { clusters, noise })
}

/// The similarities of one member to all others add up to its inner product with the sum of all, so that no pair needs
/// a look.
fn cluster(matrix: &Matrix<'_>, members: Vec<usize>) -> Cluster {
    let mut sum = vec![0.0_f64; matrix.columns()];
    for member in &members {
        for (total, value) in sum.iter_mut().zip(matrix.row(*member)) {
            *total += f64::from(*value);
        }
    }
    let with_all = |row: usize| -> f64 {
        let products = matrix.row(row).iter().zip(&sum).map(|(value, total)| f64::from(*value) * total);
        products.sum::<f64>() - inner_product(matrix.row(row), matrix.row(row))
    };
    let likeness: Vec<f64> = members.iter().map(|member| with_all(*member)).collect();
    // The first of equal ones.
    let best = likeness.iter().enumerate().fold(
        0,
        |best, (place, value)| {
            if *value > likeness[best] { place } else { best }
        },
    );
    let pairs = (members.len() * members.len().saturating_sub(1)).max(1) as f64;
    let mean_similarity = (likeness.iter().sum::<f64>() / pairs).clamp(-1.0, 1.0);
    Cluster { medoid: members.get(best).copied().unwrap_or_default(), members, mean_similarity }
}

/// Neighbours that are known beforehand; points are the numbers of rows.
#[derive(Clone, Debug)]
struct KnownNeighbours(Arc<NeighbourGraph>);

struct KnownIndex<'a, F: Float> {
    graph: Arc<NeighbourGraph>,
    points: Vec<ArrayView1<'a, F>>,
}

type Index<'a, F> = Box<dyn 'a + Send + Sync + NearestNeighbourIndex<F>>;

impl NearestNeighbour for KnownNeighbours {
    fn from_batch_with_leaf_size<'a, F: Float, DT: Data<Elem = F>, D: 'a + Distance<F>>(
        &self,
        batch: &'a ArrayBase<DT, Ix2>,
        _leaf_size: usize,
        _distance: D,
    ) -> Result<Index<'a, F>, BuildError> {
        let points: Vec<ArrayView1<'a, F>> = (0..batch.nrows()).map(|row| batch.row(row)).collect();
        Ok(Box::new(KnownIndex { graph: Arc::clone(&self.0), points }))
    }
}

impl<F: Float> NearestNeighbourIndex<F> for KnownIndex<'_, F> {
    fn k_nearest(
        &self,
        point: ArrayView1<'_, F>,
        k: usize,
    ) -> Result<Vec<(ArrayView1<'_, F>, usize)>, NnError> {
        let mut near = self.within_range(point, F::one())?;
        near.truncate(k);
        Ok(near)
    }

    fn within_range(
        &self,
        point: ArrayView1<'_, F>,
        _range: F,
    ) -> Result<Vec<(ArrayView1<'_, F>, usize)>, NnError> {
        let row = point.first().and_then(|number| number.to_usize()).ok_or(NnError::WrongDimension)?;
        let neighbours = self.graph.neighbours(row).into_iter();
        Ok(neighbours.map(|place| (self.points[place].reborrow(), place)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kernels::{Reference, normalize_rows};

    /// Unit vectors at these degrees.
    fn at(degrees: &[f64]) -> Vec<f32> {
        let mut values: Vec<f32> = degrees
            .iter()
            .flat_map(|angle| [angle.to_radians().cos() as f32, angle.to_radians().sin() as f32])
            .collect();
        normalize_rows(&mut values, 2).expect("no zeros");
        values
    }

    fn found(degrees: &[f64], near: f64, min_members: usize) -> Clusters {
        let values = at(degrees);
        let matrix = Matrix::new(&values, 2).expect("rows");
        clusters(&Reference, &matrix, near.to_radians().cos(), min_members).expect("they fit")
    }

    #[test]
    fn dense_neighbourhoods_are_groups_with_their_middle_and_loners_are_noise() {
        let found = found(&[90.0, 0.0, 4.0, 45.0, 91.0, 1.0, 89.5, 180.0, 3.0], 2.5, 3);
        let members: Vec<&[usize]> = found.clusters.iter().map(|one| one.members.as_slice()).collect();
        assert_eq!(members, [&[1, 2, 5, 8][..], &[0, 4, 6]]);
        assert_eq!(found.noise, [3, 7]);
        assert_eq!(found.clusters[1].medoid, 0, "90 degrees lies between 89.5 and 91");
        assert!(found.clusters[0].mean_similarity > 0.99);
    }

    #[test]
    fn a_chain_is_one_group_when_each_link_is_dense_and_two_are_too_few_for_three() {
        assert_eq!(found(&[0.0, 2.0, 4.0, 6.0, 8.0], 2.5, 3).clusters[0].members, [0, 1, 2, 3, 4]);
        assert_eq!(found(&[0.0, 1.0], 2.5, 3), Clusters { clusters: vec![], noise: vec![0, 1] });
        assert_eq!(found(&[0.0, 1.0], 2.5, 2).clusters.len(), 1);
        assert_eq!(found(&[], 2.5, 2), Clusters::default());
    }

    #[test]
    fn equal_rows_are_one_group_at_similarity_one() {
        let values = at(&[33.3; 5]);
        let matrix = Matrix::new(&values, 2).expect("rows");
        let found = clusters(&Reference, &matrix, 1.0, 5).expect("they fit");
        assert_eq!((found.clusters[0].members.len(), found.clusters[0].medoid), (5, 0));
    }

    #[test]
    fn the_mean_and_the_medoid_are_those_of_all_pairs() {
        let values = at(&[0.0, 3.0, 7.0, 1.0]);
        let matrix = Matrix::new(&values, 2).expect("rows");
        let group = cluster(&matrix, vec![0, 1, 2, 3]);
        let likeness = |one: usize, other: usize| inner_product(matrix.row(one), matrix.row(other));
        let others = |one: usize| (0..4).filter(move |other| *other != one);
        let sums: Vec<f64> = (0..4).map(|one| others(one).map(|other| likeness(one, other)).sum()).collect();
        let best = (0..4).max_by(|one, other| sums[*one].total_cmp(&sums[*other])).expect("four");
        assert_eq!(group.medoid, best);
        assert!((group.mean_similarity - sums.iter().sum::<f64>() / 12.0).abs() < 1e-12);
    }
}
