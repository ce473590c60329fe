//! All pairs of rows whose inner product may reach a threshold, on one GPU.

use std::ops::Range;

use cudarc::driver::{CudaSlice, PushKernelArg};

use super::device::Device;
use super::{CudaError, Precision};

/// Rows on the longer and the shorter side of a tile of products.
const ALONG: usize = 2_048;
const ACROSS: usize = 4_096;
/// Pairs that one tile may have; one that has more is cut in two.
const ROOM: usize = 1 << 20;

/// One stream's memory, and the tile whose pairs are in it.
struct Slot {
    products: CudaSlice<f32>,
    count: CudaSlice<u32>,
    found: CudaSlice<u32>,
    tile: Option<Tile>,
}

/// Rows on both sides of a tile of products.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tile {
    across: Range<usize>,
    along: Range<usize>,
}

/// The tiles that hold each pair of different rows once at least, those of every `shares`-th strip from `share` on.
fn tiles(rows: usize, (share, shares): (usize, usize)) -> Vec<Tile> {
    let strips = (0..rows).step_by(ACROSS).skip(share).step_by(shares.max(1));
    strips
        .flat_map(|start| {
            let across = start..rows.min(start + ACROSS);
            (start..rows).step_by(ALONG).map(move |along| {
                let along = along..rows.min(along + ALONG);
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
    /// `shares`-th strip of rows from `share` on; in no order.
    pub(super) fn near_pairs(
        &self,
        values: &[f32],
        columns: usize,
        least: f32,
        precision: Precision,
        share: (usize, usize),
        budget: usize,
    ) -> Result<Vec<[u32; 2]>, CudaError> {
        let slot_bytes = 4 * (ALONG * ACROSS + 2 * ROOM + 1);
        if values.len() * 4 + 2 * slot_bytes > budget {
            return Err(CudaError::OutOfMemory);
        }
        let rows = self.streams[0].clone_htod(values)?;
        // Both streams read them.
        self.synchronize()?;
        let slot = |lane: usize| -> Result<Slot, CudaError> {
            let stream = &self.streams[lane];
            Ok(Slot {
                products: stream.alloc_zeros(ALONG * ACROSS)?,
                count: stream.alloc_zeros(1)?,
                found: stream.alloc_zeros(2 * ROOM)?,
                tile: None,
            })
        };
        let mut slots = [slot(0)?, slot(1)?];
        let mut waiting = tiles(values.len() / columns, share);
        let mut pairs = Vec::new();
        for lane in (0..2).cycle() {
            // The other stream works while this one's pairs are read.
            if let Some(tile) = slots[lane].tile.take() {
                match self.read_pairs(lane, &slots[lane], &mut pairs)? {
                    Fit::All => {}
                    Fit::TooMany => waiting.extend(tile.halves().into_iter().flatten()),
                }
            }
            if let Some(tile) = waiting.pop() {
                self.begin_tile(lane, &mut slots[lane], &rows, columns, least, precision, &tile)?;
                slots[lane].tile = Some(tile);
            } else if slots[1 - lane].tile.is_none() {
                break;
            }
        }
        self.synchronize()?;
        Ok(pairs)
    }

    #[allow(unsafe_code, reason = "a kernel is called by name")]
    #[allow(clippy::too_many_arguments)]
    fn begin_tile(
        &self,
        lane: usize,
        slot: &mut Slot,
        rows: &CudaSlice<f32>,
        columns: usize,
        least: f32,
        precision: Precision,
        tile: &Tile,
    ) -> Result<(), CudaError> {
        let stream = &self.streams[lane];
        let part = |range: &Range<usize>| rows.slice(range.start * columns..range.end * columns);
        let (along, across) = (part(&tile.along), part(&tile.across));
        self.multiply(
            lane,
            (&along, tile.along.len()),
            (&across, tile.across.len()),
            columns,
            &mut slot.products,
            precision,
        )?;
        stream.memset_zeros(&mut slot.count)?;
        let (count, first) = (tile.along.len() as u32, tile.along.start as u32);
        let (query, room) = (tile.across.start as u32, ROOM as u32);
        let grid = Device::grid(tile.along.len().div_ceil(4), tile.across.len());
        let mut call = stream.launch_builder(&self.kernels.pairs);
        call.arg(&slot.products).arg(&count).arg(&first).arg(&query).arg(&least).arg(&room);
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
        if count > ROOM {
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
        (0..rows)
            .step_by(step)
            .all(|one| (one + 1..rows).step_by(step).all(|other| holds(one, other) == 1))
    }

    #[test]
    fn each_pair_of_rows_is_in_one_tile_whoever_shares_the_work() {
        assert!(covered(&tiles(10_000, (0, 1)), 10_000, 97));
        let shared = [tiles(10_000, (0, 2)), tiles(10_000, (1, 2))].concat();
        assert!(covered(&shared, 10_000, 97));
        assert_eq!(tiles(0, (0, 1)), []);
        assert_eq!(tiles(10, (1, 2)), []);
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
