//! All pairs of rows whose inner product may reach a threshold, on one GPU.

use std::ops::Range;

use cudarc::driver::{CudaSlice, PushKernelArg};

use super::device::Device;
use super::{CudaError, Precision};
use crate::compute::Stop;
use crate::domain::kernels::Matrix;

/// Rows on the shorter side of a tile of products.
const ALONG: usize = 2_048;
/// Rows below which a tile is too small for a GPU to be of use.
const LEAST_ALONG: usize = 256;

/// Rows on the longer side of a tile.
fn across_of(along: usize) -> usize {
    2 * along
}

/// Pairs that one tile may have; one that has more is cut in two.
fn room_of(along: usize) -> usize {
    along * across_of(along) / 8
}

/// Rows along a tile, so that everything fits into `budget` bytes beside the rows; `None` where nothing does.
fn fitting_along(row_bytes: usize, budget: usize) -> Option<usize> {
    let bytes = |along: usize| 2 * 4 * (along * across_of(along) + 2 * room_of(along) + 1);
    let left = budget.checked_sub(row_bytes)?;
    let halves = std::iter::successors(Some(ALONG), |along| Some(along / 2));
    halves.take_while(|along| *along >= LEAST_ALONG).find(|along| bytes(*along) <= left)
}

/// One stream's memory, and the tile whose pairs are in it.
struct Slot {
    products: CudaSlice<f32>,
    count: CudaSlice<u32>,
    found: CudaSlice<u32>,
    tile: Option<Tile>,
}

/// All rows, on the GPU, and which pairs of them are noted.
struct Rows {
    values: CudaSlice<f32>,
    columns: usize,
    least: f32,
    precision: Precision,
}

/// Rows on both sides of a tile of products.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tile {
    across: Range<usize>,
    along: Range<usize>,
}

/// The tiles that hold each pair of different rows once at least, those of every `shares`-th strip from `share` on.
fn tiles(rows: usize, side: usize, (share, shares): (usize, usize)) -> Vec<Tile> {
    let longer = across_of(side);
    let strips = (0..rows).step_by(longer).skip(share).step_by(shares.max(1));
    strips
        .flat_map(|start| {
            let across = start..rows.min(start + longer);
            (start..rows).step_by(side).map(move |along| {
                let along = along..rows.min(along + side);
                Tile { across: across.start..across.end.min(along.end), along }
            })
        })
        .collect()
}

impl Tile {
    /// Two halves of the longer side; `None` where only one product is left.
    fn halves(&self) -> Option<[Tile; 2]> {
        let cut = |range: &Range<usize>| {
            let middle = range.start + range.len() / 2;
            [range.start..middle, middle..range.end]
        };
        if self.along.len() >= self.across.len() && self.along.len() > 1 {
            return Some(cut(&self.along).map(|along| Tile { across: self.across.clone(), along }));
        }
        (self.across.len() > 1)
            .then(|| cut(&self.across).map(|across| Tile { across, along: self.along.clone() }))
    }
}

impl Device {
    /// Pairs of rows (the first before the second) whose products reach `least`, as this GPU computes them, of every
    /// `shares`-th strip of rows from `share` on; in no order. Once `stop` is set, no further tile is begun.
    pub(super) fn near_pairs(
        &self,
        rows: &Matrix<'_>,
        least: f32,
        precision: Precision,
        share: (usize, usize),
        budget: usize,
        stop: &Stop,
    ) -> Result<Vec<[u32; 2]>, CudaError> {
        let (values, columns) = (rows.values(), rows.columns());
        let along = fitting_along(values.len() * 4, budget).ok_or(CudaError::OutOfMemory)?;
        let room = room_of(along);
        let rows = Rows { values: self.streams[0].clone_htod(values)?, columns, least, precision };
        // Both streams read them.
        self.synchronize()?;
        let slot = |lane: usize| -> Result<Slot, CudaError> {
            let stream = &self.streams[lane];
            Ok(Slot {
                products: stream.alloc_zeros(along * across_of(along))?,
                count: stream.alloc_zeros(1)?,
                found: stream.alloc_zeros(2 * room)?,
                tile: None,
            })
        };
        let mut slots = [slot(0)?, slot(1)?];
        let mut waiting = tiles(values.len() / columns, along, share);
        let mut pairs = Vec::new();
        for lane in (0..2).cycle() {
            // The other stream works while this one's pairs are read.
            if let Some(tile) = slots[lane].tile.take() {
                match self.read_pairs(lane, &slots[lane], &mut pairs)? {
                    Fit::All => {}
                    Fit::TooMany => waiting.extend(tile.halves().into_iter().flatten()),
                }
            }
            if stop.is_set() {
                waiting.clear();
            }
            if let Some(tile) = waiting.pop() {
                self.begin_tile(lane, &mut slots[lane], &rows, &tile)?;
                slots[lane].tile = Some(tile);
            } else if slots[1 - lane].tile.is_none() {
                break;
            }
        }
        self.synchronize()?;
        Ok(pairs)
    }

    #[allow(unsafe_code, reason = "a kernel is called by name")]
    fn begin_tile(&self, lane: usize, slot: &mut Slot, rows: &Rows, tile: &Tile) -> Result<(), CudaError> {
        let stream = &self.streams[lane];
        let columns = rows.columns;
        let part = |range: &Range<usize>| rows.values.slice(range.start * columns..range.end * columns);
        let (along, across) = (part(&tile.along), part(&tile.across));
        self.multiply(
            lane,
            (&along, tile.along.len()),
            (&across, tile.across.len()),
            columns,
            &mut slot.products,
            rows.precision,
        )?;
        stream.memset_zeros(&mut slot.count)?;
        let (count, first) = (tile.along.len() as u32, tile.along.start as u32);
        let (query, room) = (tile.across.start as u32, (slot.found.len() / 2) as u32);
        let grid = Device::grid(tile.along.len().div_ceil(4), tile.across.len());
        let mut call = stream.launch_builder(&self.kernels.pairs);
        call.arg(&slot.products).arg(&count).arg(&first).arg(&query).arg(&rows.least).arg(&room);
        call.arg(&mut slot.count).arg(&mut slot.found);
        // SAFETY: `kernels.cu` declares these arguments; there is a product of each row and query, and the kernel writes
        // only below `room`.
        unsafe { call.launch(grid) }?;
        Ok(())
    }

    fn read_pairs(&self, lane: usize, slot: &Slot, pairs: &mut Vec<[u32; 2]>) -> Result<Fit, CudaError> {
        let stream = &self.streams[lane];
        let count = stream.clone_dtoh(&slot.count)?;
        stream.synchronize()?;
        let count = count.first().map_or(0, |count| *count as usize);
        if count > slot.found.len() / 2 {
            return Ok(Fit::TooMany);
        }
        if count > 0 {
            let found = stream.clone_dtoh(&slot.found.slice(..2 * count))?;
            stream.synchronize()?;
            pairs.extend(found.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
        }
        Ok(Fit::All)
    }
}

/// Whether a tile's pairs fit into the room for them.
enum Fit {
    All,
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often each pair (first before second) is in some tile.
    fn covered(tiles: &[Tile], rows: usize, step: usize) -> bool {
        let holds = |one: usize, other: usize| {
            tiles.iter().filter(|tile| tile.across.contains(&one) && tile.along.contains(&other)).count()
        };
        (0..rows).step_by(step).all(|one| (one + 1..rows).step_by(step).all(|other| holds(one, other) == 1))
    }

    #[test]
    fn each_pair_of_rows_is_in_one_tile_whoever_shares_the_work() {
        assert!(covered(&tiles(10_000, ALONG, (0, 1)), 10_000, 97));
        let shared = [tiles(10_000, ALONG, (0, 2)), tiles(10_000, ALONG, (1, 2))].concat();
        assert!(covered(&shared, 10_000, 97));
        assert_eq!(tiles(0, ALONG, (0, 1)), []);
        assert_eq!(tiles(10, ALONG, (1, 2)), []);
    }

    #[test]
    fn tiles_shrink_with_the_memory_until_a_gpu_is_of_no_use() {
        assert_eq!(fitting_along(0, 1 << 30), Some(ALONG));
        assert_eq!(fitting_along(0, 50 << 20), Some(ALONG / 2));
        assert_eq!(fitting_along(1 << 20, 1 << 20), None);
        assert_eq!(fitting_along(2 << 20, 1 << 20), None);
    }

    #[test]
    fn a_tile_with_too_many_pairs_is_cut_until_one_product_is_left() {
        let tile = Tile { across: 0..3, along: 5..10 };
        let halves = tile.halves().expect("more than one product");
        assert_eq!(halves[0], Tile { across: 0..3, along: 5..7 });
        assert_eq!(halves[1], Tile { across: 0..3, along: 7..10 });
        assert_eq!(Tile { across: 0..1, along: 5..6 }.halves(), None);
        assert_eq!(
            Tile { across: 0..2, along: 5..6 }.halves().map(|[one, _]| one),
            Some(Tile { across: 0..1, along: 5..6 })
        );
    }
}
