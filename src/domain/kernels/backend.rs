//! Work that is worth a fast backend.

use super::{Matrix, MatrixError, Oscillators, Pair, Scored, TopK};

/// What each backend does. All give the same answers to the last bit, trajectories apart.
pub trait Kernels: Sync {
    /// For each query the rows of `base` with the greatest inner products, by [`order`](super::order). Exact: every
    /// pair is compared.
    ///
    /// # Errors
    /// The rows differ in length.
    fn top_k(
        &self,
        base: &Matrix<'_>,
        queries: &Matrix<'_>,
        wanted: &TopK,
    ) -> Result<Vec<Vec<Scored>>, MatrixError>;

    /// All pairs of different rows whose inner product is at least `least`, by
    /// [`pair_order`](super::pair_order). Exact: every pair is compared.
    fn pairs_above(&self, rows: &Matrix<'_>, least: f64) -> Vec<Pair>;

    /// Divides each row by its length, so that inner products are cosines; lengths are within 1e-6 of 1 afterwards.
    ///
    /// # Errors
    /// A row is all zeros (the first of them is named); others may be divided already.
    fn normalize_rows(&self, values: &mut [f32], columns: usize) -> Result<(), MatrixError>;

    /// Where each oscillator is in the end. Backends round in different places: they agree to 1e-3.
    fn trajectories(&self, oscillators: &Oscillators) -> Vec<f32>;
}
