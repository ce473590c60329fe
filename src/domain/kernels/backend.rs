//! Work that is worth a fast backend.

use super::{Matrix, MatrixError, Oscillators, Pair, Periodogram, Scored, ShiftCosts, TopK};

/// What each backend does. All give the same answers to the last bit, trajectories apart; the plain reference adds up in
/// another order where an error is stated.
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
    ) -> Result<Vec<Vec<Scored>>, MatrixError> {
        base.fits(queries)?;
        match wanted.count == 0 || base.rows() == 0 {
            true => Ok(vec![Vec::new(); queries.rows()]),
            false => Ok(self.nearest(base, queries, wanted)),
        }
    }

    /// What [`top_k`](Kernels::top_k) answers, for rows of one length, of which there are some, and at least one wanted.
    fn nearest(&self, base: &Matrix<'_>, queries: &Matrix<'_>, wanted: &TopK) -> Vec<Vec<Scored>>;

    /// For each query the places, ascending, of the rows of `base` whose inner product is at least `least`. Exact, as
    /// [`top_k`](Kernels::top_k) is; but nobody asks how near they are.
    ///
    /// # Errors
    /// The rows differ in length.
    fn near(
        &self,
        base: &Matrix<'_>,
        queries: &Matrix<'_>,
        least: f64,
    ) -> Result<Vec<Vec<u32>>, MatrixError> {
        let wanted = TopK { count: base.rows(), least: Some(least), is_self_search: false };
        let places = |found: Vec<Scored>| {
            let mut places: Vec<u32> = found.into_iter().map(|one| one.index as u32).collect();
            places.sort_unstable();
            places
        };
        Ok(self.top_k(base, queries, &wanted)?.into_iter().map(places).collect())
    }

    /// All pairs of different rows whose inner product is at least `least`, by
    /// [`pair_order`](super::pair_order). Exact: every pair is compared.
    fn pairs_above(&self, rows: &Matrix<'_>, least: f64) -> Vec<Pair>;

    /// Divides each row by its length, so that inner products are cosines; lengths are within 1e-6 of 1 afterwards.
    ///
    /// # Errors
    /// A row is all zeros (the first of them is named); others may be divided already.
    fn normalize_rows(&self, values: &mut [f32], columns: usize) -> Result<(), MatrixError>;

    /// For each band the [`resultants`](super::resultants) of its series, by frequency: from 0 to the sum of the weights,
    /// within [`Periodogram::error`] of the exact ones.
    fn resultants(&self, asked: &Periodogram<'_>) -> Vec<Vec<f64>>;

    /// For each movable [what its shifts cost](super::costs_of_shifts), within [`ShiftCosts::error`] of the exact sums.
    fn shift_costs(&self, asked: &ShiftCosts<'_>) -> Vec<Vec<f64>>;

    /// Where each oscillator is in the end. Backends round in different places: they agree to 1e-3.
    fn trajectories(&self, oscillators: &Oscillators) -> Vec<f32>;
}
