//! The kernels on the processor: blocks of a matrix product on every core, looked through while they are in its cache.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::candidates::{Candidates, Query};
use crate::domain::kernels::{Kernels, Matrix, MatrixError, Reference, Scored, TopK, inner_product};

/// Rows of the base, and queries, whose products are computed at once: 4 MiB of scores.
const BASE_ROWS: usize = 1_024;
const QUERIES: usize = 1_024;

/// All cores of rayon's pool.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu;

impl Kernels for Cpu {
    fn top_k(
        &self,
        base: &Matrix<'_>,
        queries: &Matrix<'_>,
        wanted: &TopK,
    ) -> Result<Vec<Vec<Scored>>, MatrixError> {
        base.fits(queries)?;
        if wanted.count == 0 || base.rows() == 0 {
            return Ok(vec![Vec::new(); queries.rows()]);
        }
        let longest = base
            .values()
            .par_chunks(base.columns())
            .map(|row| inner_product(row, row))
            .reduce(|| 0.0, f64::max)
            .sqrt();
        let greatest = queries.values().par_chunks(queries.columns()).map(|row| inner_product(row, row));
        let product = longest * greatest.reduce(|| 0.0, f64::max).sqrt();
        // Beyond the range of single precision (and of what a place is noted in) only the plain way is left.
        if product > f64::from(f32::MAX) / 4.0 || u32::try_from(base.rows()).is_err() {
            return Reference.top_k(base, queries, wanted);
        }
        let mut found = Vec::with_capacity(queries.rows());
        for first in (0..queries.rows()).step_by(QUERIES) {
            let asked: Vec<Query<'_>> = (first..queries.rows().min(first + QUERIES))
                .map(|index| Query { base, values: queries.row(index), index, wanted })
                .collect();
            found.extend(top_k_of(&asked, base, longest, wanted));
        }
        Ok(found)
    }
}

/// The nearest of some queries that follow each other.
fn top_k_of(asked: &[Query<'_>], base: &Matrix<'_>, longest: f64, wanted: &TopK) -> Vec<Vec<Scored>> {
    let columns = base.columns();
    let start: Vec<Candidates> =
        asked.iter().map(|query| Candidates::new(error_of(query.values, longest), wanted)).collect();
    // What one core knows to be too little is too little for all; only the time depends on who learns it first.
    let least: Vec<AtomicU32> = start.iter().map(|one| AtomicU32::new(ordered(one.least))).collect();
    let next = AtomicUsize::new(0);
    let search = || {
        let mut own = start.clone();
        let mut scores = vec![0.0_f32; BASE_ROWS.min(base.rows()) * asked.len()];
        loop {
            let first = next.fetch_add(1, Ordering::Relaxed) * BASE_ROWS;
            if first >= base.rows() {
                return own;
            }
            let rows = BASE_ROWS.min(base.rows() - first);
            let block = &base.values()[first * columns..(first + rows) * columns];
            multiply(block, asked, columns, &mut scores[..rows * asked.len()]);
            for (place, query) in asked.iter().enumerate() {
                let known = unordered(least[place].load(Ordering::Relaxed));
                let candidates = &mut own[place];
                candidates.least = candidates.least.max(known);
                candidates.look(&scores[place * rows..(place + 1) * rows], first, query);
                if candidates.least > known {
                    least[place].fetch_max(ordered(candidates.least), Ordering::Relaxed);
                }
            }
        }
    };
    let workers = rayon::current_num_threads().min(base.rows().div_ceil(BASE_ROWS)).max(1);
    let mut of_workers: Vec<Vec<Candidates>> = (0..workers).into_par_iter().map(|_| search()).collect();
    let mut all = of_workers.pop().unwrap_or_default();
    for other in of_workers {
        for ((one, other), query) in all.iter_mut().zip(other).zip(asked) {
            one.join(other, query);
        }
    }
    all.into_par_iter().zip(asked).map(|(candidates, query)| candidates.finish(query)).collect()
}

/// How far a single precision inner product may be off: each of its additions and its products rounds.
fn error_of(query: &[f32], longest: f64) -> f32 {
    let roundings = (query.len() + 2) as f64 * f64::from(f32::EPSILON);
    let error = roundings * inner_product(query, query).sqrt() * longest;
    // Products too small for the type are lost as a whole.
    (error as f32).next_up() + f32::MIN_POSITIVE
}

/// Scores of all rows of a block for one query after the other.
#[allow(unsafe_code, reason = "the matrix product is called by address and stride")]
fn multiply(block: &[f32], asked: &[Query<'_>], columns: usize, scores: &mut [f32]) {
    let rows = block.len() / columns;
    let Some(first) = asked.first() else { return };
    debug_assert_eq!(scores.len(), rows * asked.len());
    // Queries follow each other in their matrix, so the first one's address is that of them all.
    // SAFETY: `block` holds `rows` times `columns` values, the queries `asked.len()` times `columns` from the first one
    // on, `scores` one for each pair; strides stay within these, and `scores` overlaps neither.
    unsafe {
        gemm::gemm(
            rows,
            asked.len(),
            columns,
            scores.as_mut_ptr(),
            rows as isize,
            1,
            false,
            block.as_ptr(),
            1,
            columns as isize,
            first.values.as_ptr(),
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

/// Bits that are ordered as the values are.
fn ordered(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn unordered(bits: u32) -> f32 {
    f32::from_bits(if bits >> 31 == 1 { bits & !(1 << 31) } else { !bits })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kernels::normalize_rows;
    use proptest::prelude::{ProptestConfig, any, prop, proptest};

    /// Values that are easily the same, so that scores tie.
    fn values(count: usize, seed: u64, levels: u64) -> Vec<f32> {
        let mut state = seed | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        (0..count).map(|_| (next() % levels) as f32 / levels as f32 - 0.5).collect()
    }

    fn same(base: &[f32], queries: &[f32], columns: usize, wanted: &TopK) {
        let (base, queries) = (Matrix::new(base, columns), Matrix::new(queries, columns));
        let (base, queries) = (base.expect("a base"), queries.expect("queries"));
        let plain = Reference.top_k(&base, &queries, wanted).expect("they fit");
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let fast = pool.install(|| Cpu.top_k(&base, &queries, wanted)).expect("they fit");
            assert_eq!(fast, plain, "{threads} threads");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_processor_finds_what_the_reference_finds(
            rows in 0_usize..2_500,
            queries in 0_usize..40,
            columns in 1_usize..70,
            levels in prop::sample::select(vec![2_u64, 5, 1_000_000]),
            count in 0_usize..30,
            seed in any::<u64>(),
        ) {
            let base = values(rows * columns, seed, levels);
            let asked = values(queries * columns, seed ^ 77, levels);
            same(&base, &asked, columns, &TopK { count, least: None, is_self_search: false });
            let least = Some(0.05 * columns as f64);
            same(&base, &asked, columns, &TopK { count, least, is_self_search: false });
        }
    }

    #[test]
    fn thousands_of_equal_rows_are_told_apart_by_their_place() {
        let base = [1.0_f32, 2.0, 3.0].repeat(20_000);
        let wanted = TopK { count: 5, least: None, is_self_search: false };
        let found = Cpu
            .top_k(
                &Matrix::new(&base, 3).expect("rows"),
                &Matrix::new(&[0.5, 0.5, 0.5], 3).expect("one"),
                &wanted,
            )
            .expect("they fit");
        let expected: Vec<Scored> = (0..5).map(|index| Scored { index, score: 3.0 }).collect();
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_row_is_not_its_own_neighbour_and_most_like_itself_elsewhere() {
        let mut base = values(1_500 * 16, 3, 1_000_000);
        normalize_rows(&mut base, 16).expect("no zeros");
        let rows = Matrix::new(&base, 16).expect("rows");
        let itself = TopK { count: 1, least: None, is_self_search: false };
        for (index, found) in Cpu.top_k(&rows, &rows, &itself).expect("they fit").iter().enumerate() {
            assert_eq!(found[0].index, index);
            assert!((found[0].score - 1.0).abs() < 1e-6);
        }
        let others = TopK { is_self_search: true, ..itself };
        let found = Cpu.top_k(&rows, &rows, &others).expect("they fit");
        assert!(found.iter().enumerate().all(|(index, found)| found[0].index != index));
    }

    #[test]
    fn rows_of_another_length_do_not_fit() {
        let (base, queries) = ([1.0; 6], [1.0; 4]);
        let (base, queries) = (Matrix::new(&base, 3).expect("rows"), Matrix::new(&queries, 2).expect("rows"));
        let wanted = TopK { count: 1, least: None, is_self_search: false };
        assert_eq!(Cpu.top_k(&base, &queries, &wanted), Err(MatrixError::Columns { base: 3, queries: 2 }));
    }

    #[test]
    fn bits_are_ordered_as_values_are() {
        let ascending = [f32::NEG_INFINITY, -3.0, -1e-30, 0.0, 1e-30, 7.0, f32::INFINITY];
        assert!(ascending.map(ordered).is_sorted());
        assert_eq!(ascending.map(|value| unordered(ordered(value))), ascending);
    }
}
