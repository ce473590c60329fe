//! Which rows are near others, without saying how near: only what single precision leaves open is looked at exactly.

use rayon::prelude::*;

use super::product::multiply;
use super::rows::error_of;
use crate::compute::Stop;
use crate::compute::candidates::below;
use crate::domain::kernels::{Matrix, inner_product};

/// Rows of the base, and queries, whose products are computed at once.
const BASE_ROWS: usize = 384;
const QUERIES: usize = 64;

/// For each query the rows of `base` whose inner product is at least `least`, ascending; scores must be finite in single
/// precision and places fit in 32 bits. Once `stop` is set, anything.
pub(super) fn near_rows(
    base: &Matrix<'_>,
    queries: &Matrix<'_>,
    longest: f64,
    least: f64,
    stop: &Stop,
) -> Vec<Vec<u32>> {
    let columns = base.columns();
    let of_some = |some: &[f32]| -> Vec<Vec<u32>> {
        let count = some.len() / columns;
        let bounds: Vec<(f32, f32)> = some
            .chunks(columns)
            .map(|query| {
                let error = error_of(columns, inner_product(query, query).sqrt(), longest);
                (below(least) - error, -below(-(least + f64::from(error))))
            })
            .collect();
        let mut found = vec![Vec::new(); count];
        let mut scores = vec![0.0_f32; BASE_ROWS.min(base.rows()) * count];
        for (block, values) in base.values().chunks(BASE_ROWS * columns).enumerate() {
            if stop.is_set() {
                break;
            }
            let rows = values.len() / columns;
            multiply(values, some, columns, &mut scores);
            for (query, found) in found.iter_mut().enumerate() {
                let (possible, certain) = bounds[query];
                for (place, score) in scores[query * rows..(query + 1) * rows].iter().enumerate() {
                    let own =
                        || inner_product(base.row(block * BASE_ROWS + place), row(some, columns, query));
                    if *score >= certain || (*score >= possible && own() >= least) {
                        found.push((block * BASE_ROWS + place) as u32);
                    }
                }
            }
        }
        found
    };
    let parts: Vec<Vec<Vec<u32>>> = queries.values().par_chunks(QUERIES * columns).map(of_some).collect();
    parts.concat()
}

fn row(values: &[f32], columns: usize, index: usize) -> &[f32] {
    &values[index * columns..(index + 1) * columns]
}
