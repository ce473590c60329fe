//! Rows of single precision values, all finite.

/// Rows of equal length, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    values: &'a [f32],
    columns: usize,
}

/// Why values are no matrix, or two matrices do not fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MatrixError {
    /// Rows without values, or values that do not fill the last row.
    #[error("{values} values are no rows of {columns}")]
    Shape {
        /// Values given.
        values: usize,
        /// Values of a row.
        columns: usize,
    },
    /// A value without an order: nothing can be said of its row's neighbours.
    #[error("row {row}, column {column}: {value}")]
    NotFinite {
        /// From 0.
        row: usize,
        /// From 0.
        column: usize,
        /// NaN or an infinity.
        value: f32,
    },
    /// A row without a direction.
    #[error("row {row} is all zeros")]
    Zero {
        /// From 0.
        row: usize,
    },
    /// Rows of different lengths.
    #[error("rows of {base} values and queries of {queries}")]
    Columns {
        /// Values of a row of the base.
        base: usize,
        /// Values of a query.
        queries: usize,
    },
}

impl<'a> Matrix<'a> {
    /// Rows of `columns` values each.
    ///
    /// # Errors
    /// The values fill no whole number of rows, or one is not finite.
    pub fn new(values: &'a [f32], columns: usize) -> Result<Matrix<'a>, MatrixError> {
        if columns == 0 || !values.len().is_multiple_of(columns) {
            return Err(MatrixError::Shape { values: values.len(), columns });
        }
        // A sum of magnitudes is quick to take and finite only if all of them are, or nearly too great.
        let is_finite =
            values.chunks(4096).all(|part| part.iter().map(|value| value * 0.0).sum::<f32>() == 0.0);
        if !is_finite && let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(MatrixError::NotFinite {
                row: at / columns,
                column: at % columns,
                value: values[at],
            });
        }
        Ok(Matrix { values, columns })
    }

    /// All values.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Values of a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    pub fn row(&self, index: usize) -> &'a [f32] {
        &self.values[index * self.columns..(index + 1) * self.columns]
    }

    /// Whether `queries` have as many columns.
    ///
    /// # Errors
    /// They do not.
    pub fn fits(&self, queries: &Matrix<'_>) -> Result<(), MatrixError> {
        match self.columns == queries.columns {
            true => Ok(()),
            false => Err(MatrixError::Columns { base: self.columns, queries: queries.columns }),
        }
    }
}

/// Divides each row by its length, so that inner products are cosines. Lengths are within 1e-6 of 1 afterwards.
///
/// # Errors
/// A row is all zeros; those before it are divided already.
pub fn normalize_rows(values: &mut [f32], columns: usize) -> Result<(), MatrixError> {
    for (row, part) in values.chunks_mut(columns.max(1)).enumerate() {
        let length = super::inner_product(part, part).sqrt();
        if length == 0.0 {
            return Err(MatrixError::Zero { row });
        }
        part.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_matrix_is_refused_with_its_place() {
        assert_eq!(Matrix::new(&[1.0; 5], 2).err(), Some(MatrixError::Shape { values: 5, columns: 2 }));
        assert_eq!(Matrix::new(&[], 0).err(), Some(MatrixError::Shape { values: 0, columns: 0 }));
        assert_eq!(Matrix::new(&[], 3).map(|empty| empty.rows()), Ok(0));
        let mut values = vec![1.0; 10_000];
        values[9_001] = f32::INFINITY;
        assert_eq!(
            Matrix::new(&values, 100).err(),
            Some(MatrixError::NotFinite { row: 90, column: 1, value: f32::INFINITY })
        );
        values[9_001] = f32::MAX;
        assert!(Matrix::new(&values, 100).is_ok());
    }

    #[test]
    fn rows_become_unit_vectors_whatever_their_length() {
        let mut values = vec![3.0, 4.0, 1e-20, 0.0, 3e38, 3e38];
        assert_eq!(normalize_rows(&mut values, 2), Ok(()));
        for row in values.chunks(2) {
            assert!((super::super::inner_product(row, row).sqrt() - 1.0).abs() < 1e-6, "{row:?}");
        }
        assert_eq!(normalize_rows(&mut [1.0, 1.0, 0.0, 0.0], 2), Err(MatrixError::Zero { row: 1 }));
    }
}
