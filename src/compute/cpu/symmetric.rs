//! All pairs of rows of one matrix: each product is computed once and looked at from both sides.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::product::multiply;
use super::rows::error_of;
use crate::compute::Stop;
use crate::compute::candidates::{Candidates, Query, below, greater, ordered, unordered};
use crate::domain::kernels::{Matrix, Pair, Scored, TopK, inner_product, pair_order};

/// Rows of a tile.
const BLOCK: usize = 384;
/// Blocks whose rows are the other side of a tile at once.
const BLOCKS: usize = 3;
/// Scores that are looked at with one comparison.
const PART: usize = 64;

/// Products of the rows `across` (one after the other) with the rows `along`: `scores[query][row]`.
struct Tile<'a> {
    along: Range<usize>,
    across: Range<usize>,
    scores: &'a [f32],
}

/// Lets `look` see tiles in which each pair of different rows is once at least, on all cores: with the first of its
/// two rows across and the second along. The tiles next to the diagonal hold some pairs the other way round too. Once
/// `stop` is set, the rest is left.
fn each_tile<T: Send>(
    rows: &Matrix<'_>,
    stop: &Stop,
    start: impl Fn() -> T + Sync,
    look: impl Fn(&mut T, &Tile<'_>) + Sync,
) -> Vec<T> {
    let (count, columns) = (rows.rows(), rows.columns());
    let blocks = count.div_ceil(BLOCK);
    let tiles: Vec<(u32, u32)> = (0..blocks)
        .step_by(BLOCKS)
        .flat_map(|across| (across..blocks).map(move |along| (across as u32, along as u32)))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut own = start();
        let mut scores = vec![0.0_f32; BLOCK * (BLOCK * BLOCKS).min(count)];
        while let Some(&(across, along)) = tiles.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.is_set() {
                break;
            }
            let along = along as usize * BLOCK..count.min((along as usize + 1) * BLOCK);
            let across = across as usize * BLOCK..along.end.min((across as usize + BLOCKS) * BLOCK);
            let values = |range: &Range<usize>| &rows.values()[range.start * columns..range.end * columns];
            multiply(values(&along), values(&across), columns, &mut scores);
            look(&mut own, &Tile { scores: &scores[..along.len() * across.len()], along, across });
        }
        own
    };
    let workers = rayon::current_num_threads().min(tiles.len()).max(1);
    (0..workers).into_par_iter().map(|_| work()).collect()
}

/// For each row its nearest others; scores must be finite in single precision and places fit in 32 bits.
pub(super) fn nearest_others(
    rows: &Matrix<'_>,
    longest: f64,
    wanted: &TopK,
    stop: &Stop,
) -> Vec<Vec<Scored>> {
    let query = |index: usize| Query { base: rows, values: rows.row(index), index, wanted };
    let length = |index: usize| inner_product(rows.row(index), rows.row(index)).sqrt();
    let candidates: Vec<Mutex<Candidates>> = (0..rows.rows())
        .map(|index| error_of(rows.columns(), length(index), longest))
        .map(|error| Mutex::new(Candidates::new(error, wanted)))
        .collect();
    let least: Vec<AtomicU32> = candidates.iter().map(|one| AtomicU32::new(ordered(seen(one)))).collect();
    let tell = |index: usize, score: f32, other: usize| {
        let mut one = candidates[index].lock().unwrap_or_else(PoisonError::into_inner);
        one.add(score, other, &query(index));
        least[index].store(ordered(one.least), Ordering::Relaxed);
        one.least
    };
    let known = |index: usize| unordered(least[index].load(Ordering::Relaxed));
    each_tile(
        rows,
        stop,
        || vec![0.0_f32; BLOCK],
        |bounds, tile| {
            let bounds = &mut bounds[..tile.along.len()];
            bounds.iter_mut().zip(tile.along.clone()).for_each(|(bound, index)| *bound = known(index));
            for (across, scores) in tile.across.clone().zip(tile.scores.chunks(tile.along.len())) {
                let mut own = known(across);
                for (part, scores) in scores.chunks(PART).enumerate() {
                    let first = part * PART;
                    let bounds = &mut bounds[first..first + scores.len()];
                    // Mostly neither side has use for any of them, which one pass without branches tells.
                    let reaches = |reached, (score, bound): (&f32, &f32)| {
                        greater(reached, greater(score - own, score - bound))
                    };
                    if scores.iter().zip(bounds.iter()).fold(f32::NEG_INFINITY, reaches) < 0.0 {
                        continue;
                    }
                    for (place, (score, bound)) in scores.iter().zip(bounds).enumerate() {
                        let along = tile.along.start + first + place;
                        if along <= across {
                            continue;
                        }
                        if *score >= own {
                            own = tell(across, *score, along);
                        }
                        if *score >= *bound {
                            *bound = tell(along, *score, across);
                        }
                    }
                }
            }
        },
    );
    let finished = candidates.into_par_iter().enumerate().map(|(index, one)| {
        let one = one.into_inner().unwrap_or_else(PoisonError::into_inner);
        one.finish(&query(index))
    });
    finished.collect()
}

fn seen(candidates: &Mutex<Candidates>) -> f32 {
    candidates.lock().unwrap_or_else(PoisonError::into_inner).least
}

/// All pairs whose inner product is at least `least`; scores must be finite in single precision.
pub(super) fn pairs_above(rows: &Matrix<'_>, longest: f64, least: f64, stop: &Stop) -> Vec<Pair> {
    let bound = below(least) - error_of(rows.columns(), longest, longest);
    let of_workers = each_tile(rows, stop, Vec::new, |found: &mut Vec<Pair>, tile| {
        for (across, scores) in tile.across.clone().zip(tile.scores.chunks(tile.along.len())) {
            for (part, scores) in scores.chunks(PART).enumerate() {
                if scores.iter().copied().fold(f32::NEG_INFINITY, greater) < bound {
                    continue;
                }
                for (place, score) in scores.iter().enumerate() {
                    let along = tile.along.start + part * PART + place;
                    if *score < bound || along <= across {
                        continue;
                    }
                    let exact = inner_product(rows.row(across), rows.row(along));
                    if exact >= least {
                        found.push(Pair { first: across, second: along, score: exact });
                    }
                }
            }
        }
    });
    let mut pairs = of_workers.concat();
    pairs.par_sort_unstable_by(pair_order);
    pairs
}
