//! The matrix product.

use rayon::prelude::*;

/// Inner products of all rows of `block` (contiguous) with one row of `queries` after the other.
#[allow(unsafe_code, reason = "the matrix product is called by address and stride")]
pub(super) fn multiply(block: &[f32], queries: &[f32], columns: usize, scores: &mut [f32]) {
    let (rows, asked) = (block.len() / columns, queries.len() / columns);
    assert!(scores.len() >= rows * asked, "room for one score of each pair");
    // SAFETY: `block` holds `rows` times `columns` values, `queries` `asked` times `columns`, `scores` one for each pair
    // at least; strides stay within these, and `scores` overlaps neither.
    unsafe {
        gemm::gemm(
            rows,
            asked,
            columns,
            scores.as_mut_ptr(),
            rows as isize,
            1,
            false,
            block.as_ptr(),
            1,
            columns as isize,
            queries.as_ptr(),
            columns as isize,
            1,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// Inner products of all rows of `one` with all rows of `other` (both of `columns` values): for each row of `other`, one
/// after the other, those with all rows of `one`. On all cores of rayon's pool.
pub fn multiply_rows(one: &[f32], other: &[f32], columns: usize) -> Vec<f32> {
    /// Rows of `other` that one core takes at once.
    const ROWS: usize = 384;
    let rows = one.len() / columns;
    let mut products = vec![0.0; rows * (other.len() / columns)];
    if rows > 0 {
        let parts = products.par_chunks_mut(rows * ROWS).zip(other.par_chunks(columns * ROWS));
        parts.for_each(|(products, other)| multiply(one, other, columns, products));
    }
    products
}
