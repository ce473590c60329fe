//! A search for a few patterns, which reads the signatures of all others a block at a time: fresh memory for all of them
//! takes longer than comparing them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::search_index::PatternIndex;
use crate::cli::search::{ModelChoice, SearchArgs};
use crate::domain::device::DeviceRequest;
use crate::domain::kernels::{Kernels, Matrix};
use crate::domain::similarity::{BlockSearch, Neighbours, SIGNATURE_LENGTH, SearchLimits};
use crate::store::Store;

/// Patterns asked for up to which it pays: of each block the nearest of each of them are compared exactly.
const FEW: usize = 64;
/// Rows of a block.
const BLOCK: usize = 384;

/// What was found.
pub(super) struct FoundInBlocks {
    /// For each pattern asked for.
    pub found: Vec<Neighbours>,
    /// The signatures of all these, by place.
    pub rows: BTreeMap<usize, Vec<f32>>,
}

/// Whether it suits what is asked for: some patterns, compared by what the store keeps, on the processor.
pub(super) fn suits(args: &SearchArgs, asked: usize) -> bool {
    let is_whole = args.cluster || args.use_model != ModelChoice::None;
    asked <= FEW && !is_whole && !matches!(args.device, DeviceRequest::Cuda(_))
}

/// For each of the places `asked` the patterns most like it, of those that may answer; `None` where a signature is missing,
/// or the store has changed since the facts were read.
pub(super) fn search(
    kernels: &dyn Kernels,
    store: &Store,
    index: &PatternIndex,
    asked: &[usize],
    may_answer: &dyn Fn(usize) -> bool,
    limits: SearchLimits,
) -> anyhow::Result<Option<FoundInBlocks>> {
    let Some(mut rows) = rows_of(store, index, asked)? else { return Ok(None) };
    let values: Vec<f32> = asked.iter().filter_map(|place| rows.get(place)).flatten().copied().collect();
    let mut search = BlockSearch::new(Matrix::new(&values, SIGNATURE_LENGTH)?, limits);
    let (mut block, mut places) = (Vec::with_capacity(BLOCK * SIGNATURE_LENGTH), Vec::with_capacity(BLOCK));
    let mut look = |block: &mut Vec<f32>, places: &mut Vec<usize>| {
        let looked =
            Matrix::new(block, SIGNATURE_LENGTH).and_then(|rows| search.look(kernels, &rows, places));
        block.clear();
        places.clear();
        looked
    };
    let (mut seen, mut looked) = (0, Ok(()));
    store.each_signature(&mut |id, values| {
        if index.facts.get(seen).is_none_or(|facts| facts.id != id) {
            // Never again as many as there are facts.
            seen = usize::MAX;
            return ControlFlow::Break(());
        }
        if may_answer(seen) {
            block.extend_from_slice(values);
            places.push(seen);
        }
        seen += 1;
        if places.len() == BLOCK {
            looked = look(&mut block, &mut places);
        }
        if looked.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    looked?;
    look(&mut block, &mut places)?;
    if seen != index.facts.len() {
        return Ok(None);
    }
    let found = search.finish(asked);
    let told: BTreeSet<usize> = found.iter().flat_map(|one| &one.found).map(|near| near.index).collect();
    let told: Vec<usize> = told.into_iter().collect();
    let Some(others) = rows_of(store, index, &told)? else { return Ok(None) };
    rows.extend(others);
    Ok(Some(FoundInBlocks { found, rows }))
}

/// The signatures at these places; `None` where one is missing.
fn rows_of(
    store: &Store,
    index: &PatternIndex,
    places: &[usize],
) -> anyhow::Result<Option<BTreeMap<usize, Vec<f32>>>> {
    let mut rows = BTreeMap::new();
    for place in places {
        let Some(row) = store.signature(index.facts[*place].id)? else { return Ok(None) };
        rows.insert(*place, row);
    }
    Ok(Some(rows))
}
