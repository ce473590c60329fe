//! Lengths of rows.

use rayon::prelude::*;

use crate::domain::kernels::{Matrix, MatrixError, inner_product, normalize_rows};

/// Length of the longest row; 0 without rows.
pub(in crate::compute) fn longest(rows: &Matrix<'_>) -> f64 {
    let squares = rows.values().par_chunks(rows.columns()).map(|row| inner_product(row, row));
    squares.reduce(|| 0.0, f64::max).sqrt()
}

/// Whether inner products of rows of at most these lengths, and their sums on the way, are finite in single precision.
pub(in crate::compute) fn products_fit(one: f64, other: f64) -> bool {
    one * other <= f64::from(f32::MAX) / 4.0
}

/// How far a single precision inner product of two rows of these lengths may be off: each of its additions and its
/// products rounds.
pub(in crate::compute) fn error_of(columns: usize, one: f64, other: f64) -> f32 {
    let roundings = (columns + 2) as f64 * f64::from(f32::EPSILON);
    // Products too small for the type are lost as a whole.
    ((roundings * one * other) as f32).next_up() + columns as f32 * f32::MIN_POSITIVE
}

/// Divides each row by its length.
///
/// # Errors
/// The first row that is all zeros.
pub(super) fn normalize(values: &mut [f32], columns: usize) -> Result<(), MatrixError> {
    /// Rows that one core takes at once.
    const ROWS: usize = 64;
    let columns = columns.max(1);
    let of_part = |(part, values): (usize, &mut [f32])| match normalize_rows(values, columns) {
        Err(MatrixError::Zero { row }) => Err(part * ROWS + row),
        _ => Ok(()),
    };
    let first = values
        .par_chunks_mut(ROWS * columns)
        .enumerate()
        .map(|part| of_part(part).err().unwrap_or(usize::MAX))
        .reduce(|| usize::MAX, usize::min);
    if first == usize::MAX { Ok(()) } else { Err(MatrixError::Zero { row: first }) }
}
