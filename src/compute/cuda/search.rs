//! Top-k search on one GPU: blocks of a matrix product, of which only scores that may matter are noted.

use cudarc::driver::{CudaSlice, LaunchConfig, PinnedHostSlice, PushKernelArg};

use super::device::{Device, THREADS};
use super::layout::{Layout, Pace};
use super::{CudaError, Precision};
use crate::compute::Stop;

/// What is searched in and for.
pub(super) struct Search<'a> {
    /// Rows of the base that this GPU looks through, and which of all rows the first of them is.
    pub(super) base: &'a [f32],
    pub(super) first_row: usize,
    /// Queries that follow each other, and which of all queries the first of them is.
    pub(super) queries: &'a [f32],
    pub(super) first_query: usize,
    pub(super) columns: usize,
    /// For each query: how far a score may be off, and the least score that matters.
    pub(super) errors: &'a [f32],
    pub(super) least: &'a [f32],
    pub(super) wanted: usize,
    pub(super) is_self_search: bool,
    pub(super) precision: Precision,
    pub(super) stop: &'a Stop,
}

/// What one GPU noted for each query: rows (of all rows) among which its nearest surely are; `None` where there were too
/// many to note.
pub(super) type Noted = Vec<Option<Vec<u32>>>;

/// The base on the GPU: all of its blocks, or the two that were copied last.
struct Base<'a> {
    values: &'a [f32],
    block_values: usize,
    blocks: Vec<CudaSlice<f32>>,
    /// Which block each holds.
    holds: Vec<usize>,
    staging: Vec<PinnedHostSlice<f32>>,
}

impl<'a> Base<'a> {
    fn new(
        device: &Device,
        values: &'a [f32],
        columns: usize,
        layout: &Layout,
    ) -> Result<Base<'a>, CudaError> {
        let block_values = layout.block_rows * columns;
        let count = values.len().div_ceil(block_values);
        let kept = if layout.is_resident { count } else { count.min(2) };
        let blocks = (0..kept)
            .map(|block| Ok(device.streams[block % 2].alloc_zeros(block_values)?))
            .collect::<Result<_, CudaError>>()?;
        let staging =
            (0..count.min(2)).map(|_| device.pinned(block_values)).collect::<Result<_, CudaError>>()?;
        Ok(Base { values, block_values, blocks, holds: vec![usize::MAX; kept], staging })
    }

    fn count(&self) -> usize {
        self.values.len().div_ceil(self.block_values)
    }

    fn values_of(&self, block: usize) -> &'a [f32] {
        let first = block * self.block_values;
        &self.values[first..self.values.len().min(first + self.block_values)]
    }

    /// The place of a block, which is on its way there on stream `block % 2` where it was not there yet. Meanwhile the
    /// other stream computes.
    fn bring(&mut self, device: &Device, block: usize) -> Result<usize, CudaError> {
        let place = block % self.blocks.len();
        if self.holds[place] != block {
            let (lane, values) = (block % 2, self.values_of(block));
            // Waits until the copy before the last has been made from this memory.
            let staging = &mut self.staging[lane];
            staging.as_mut_slice()?[..values.len()].copy_from_slice(values);
            device.streams[lane].memcpy_htod(staging, &mut self.blocks[place])?;
            self.holds[place] = block;
        }
        Ok(place)
    }
}

/// What is noted of a batch of queries, on the GPU.
struct Notes {
    queries: CudaSlice<f32>,
    errors: CudaSlice<f32>,
    least: CudaSlice<f32>,
    counts: CudaSlice<u32>,
    lost: CudaSlice<u32>,
    scores: CudaSlice<f32>,
    rows: CudaSlice<u32>,
    batch: usize,
    /// Which of all queries the first of these is; the others follow it in a search among themselves.
    first_query: usize,
}

impl Device {
    /// Host memory that the GPU copies from and to without the processor's help.
    #[allow(unsafe_code, reason = "the memory is not set, which any bits of these types are fit for")]
    pub(super) fn pinned(&self, length: usize) -> Result<PinnedHostSlice<f32>, CudaError> {
        // SAFETY: every pattern of bits is a value; what is read of it was written before.
        Ok(unsafe { self.context.alloc_pinned_with_flags(length, 0) }?)
    }

    /// The rows that may be nearest to each query.
    pub(super) fn search(&self, search: &Search<'_>, budget: usize) -> Result<Noted, CudaError> {
        let rows = search.base.len() / search.columns;
        let queries = search.queries.len() / search.columns;
        let layout = Layout::new(rows, queries, search.columns, search.wanted, budget)
            .ok_or(CudaError::OutOfMemory)?;
        let mut base = Base::new(self, search.base, search.columns, &layout)?;
        let mut tiles =
            [self.streams[0].alloc_zeros(layout.tile)?, self.streams[1].alloc_zeros(layout.tile)?];
        let mut noted = Noted::with_capacity(queries);
        for first in (0..queries).step_by(layout.batch) {
            let batch = first..queries.min(first + layout.batch);
            let all: Vec<usize> = batch.clone().collect();
            let mut found =
                self.search_batch(search, &layout, &mut base, &mut tiles, &all, Pace::Expectant)?;
            let is_lost = |(_, rows): &(usize, &Option<Vec<u32>>)| rows.is_none();
            let lost: Vec<usize> = found.iter().enumerate().filter(is_lost).map(|(place, _)| place).collect();
            // Rows in an unlucky order. A search among themselves tells queries by their places in a row, so there
            // these are left to the processor.
            if !lost.is_empty() && !search.is_self_search {
                let queries: Vec<usize> = lost.iter().map(|place| first + place).collect();
                let again =
                    self.search_batch(search, &layout, &mut base, &mut tiles, &queries, Pace::Careful)?;
                lost.into_iter().zip(again).for_each(|(place, rows)| found[place] = rows);
            }
            noted.extend(found);
        }
        Ok(noted)
    }

    fn search_batch(
        &self,
        search: &Search<'_>,
        layout: &Layout,
        base: &mut Base<'_>,
        tiles: &mut [CudaSlice<f32>; 2],
        queries: &[usize],
        pace: Pace,
    ) -> Result<Noted, CudaError> {
        let mut notes = self.notes(search, layout, queries)?;
        let (mut seen, mut since) = (0, 0);
        let tile_rows = (layout.tile / notes.batch).max(1);
        for block in 0..base.count() {
            if search.stop.is_set() {
                break;
            }
            let place = base.bring(self, block)?;
            let (lane, rows) = (block % 2, base.values_of(block).len() / search.columns);
            let mut done = 0;
            while done < rows {
                let next = layout.next_rows(seen, search.wanted, pace);
                let count = tile_rows.min(rows - done).min(next - since);
                let part = base.blocks[place].slice(done * search.columns..(done + count) * search.columns);
                self.multiply(
                    lane,
                    (&part, count),
                    (&notes.queries, notes.batch),
                    search.columns,
                    &mut tiles[lane],
                    search.precision,
                )?;
                let row = search.first_row + block * layout.block_rows + done;
                self.collect(lane, search, layout, &mut notes, &tiles[lane], (row, count))?;
                done += count;
                since += count;
                if since >= next {
                    self.prune(lane, search, layout, &mut notes)?;
                    seen += since;
                    since = 0;
                }
            }
        }
        let lane = (base.count() + 1) % 2;
        self.prune(lane, search, layout, &mut notes)?;
        self.read_notes(lane, layout, &notes)
    }

    fn notes(&self, search: &Search<'_>, layout: &Layout, queries: &[usize]) -> Result<Notes, CudaError> {
        let (stream, batch, columns) = (&self.streams[0], queries.len(), search.columns);
        let of = |values: &[f32], width: usize| -> Vec<f32> {
            queries
                .iter()
                .flat_map(|query| values[query * width..(query + 1) * width].iter().copied())
                .collect()
        };
        Ok(Notes {
            queries: stream.clone_htod(&of(search.queries, columns))?,
            errors: stream.clone_htod(&of(search.errors, 1))?,
            least: stream.clone_htod(&of(search.least, 1))?,
            counts: stream.alloc_zeros(batch)?,
            lost: stream.alloc_zeros(batch)?,
            scores: stream.alloc_zeros(batch * layout.room)?,
            rows: stream.alloc_zeros(batch * layout.room)?,
            batch,
            first_query: search.first_query + queries.first().copied().unwrap_or(0),
        })
    }

    /// Notes which of `count` rows from `row` on have great enough scores in `tile`.
    #[allow(unsafe_code, reason = "a kernel is called by name")]
    fn collect(
        &self,
        lane: usize,
        search: &Search<'_>,
        layout: &Layout,
        notes: &mut Notes,
        tile: &CudaSlice<f32>,
        (row, count): (usize, usize),
    ) -> Result<(), CudaError> {
        let (rows, row, first_query) = (count as u32, row as u32, notes.first_query as u32);
        let (itself, room) = (u32::from(search.is_self_search), layout.room as u32);
        // A few rows for each thread: mostly none is noted, and a block costs more to start than to run.
        let grid = Device::grid(count.div_ceil(4), notes.batch);
        let mut call = self.streams[lane].launch_builder(&self.kernels.collect);
        call.arg(tile).arg(&rows).arg(&row).arg(&first_query).arg(&itself);
        call.arg(&notes.least).arg(&room).arg(&mut notes.counts).arg(&mut notes.scores).arg(&mut notes.rows);
        // SAFETY: `kernels.cu` declares these arguments; `tile` holds a score of each row and query, and the kernel
        // writes only below `room`.
        unsafe { call.launch(grid) }?;
        Ok(())
    }

    #[allow(unsafe_code, reason = "a kernel is called by name")]
    fn prune(
        &self,
        lane: usize,
        search: &Search<'_>,
        layout: &Layout,
        notes: &mut Notes,
    ) -> Result<(), CudaError> {
        let (room, wanted) = (layout.room as u32, search.wanted as u32);
        let grid = LaunchConfig {
            grid_dim: (notes.batch as u32, 1, 1),
            block_dim: (THREADS, 1, 1),
            shared_mem_bytes: 2 * 4 * room,
        };
        let mut call = self.streams[lane].launch_builder(&self.kernels.prune);
        call.arg(&room).arg(&wanted).arg(&notes.errors).arg(&mut notes.counts).arg(&mut notes.least);
        call.arg(&mut notes.scores).arg(&mut notes.rows).arg(&mut notes.lost);
        // SAFETY: `kernels.cu` declares these arguments; there is one block for each query, and shared memory for `room`
        // scores and rows; `wanted` is below `room` by the layout.
        unsafe { call.launch(grid) }?;
        Ok(())
    }

    #[allow(unsafe_code, reason = "a kernel is called by name")]
    fn read_notes(&self, lane: usize, layout: &Layout, notes: &Notes) -> Result<Noted, CudaError> {
        let stream = &self.streams[lane];
        let mut counts = stream.clone_dtoh(&notes.counts)?;
        let lost = stream.clone_dtoh(&notes.lost)?;
        stream.synchronize()?;
        counts.iter_mut().zip(&lost).filter(|(_, lost)| **lost > 0).for_each(|(count, _)| *count = 0);
        let keep = counts.iter().copied().max().unwrap_or(0).max(1);
        let mut kept = stream.alloc_zeros::<u32>(notes.batch * keep as usize)?;
        let room = layout.room as u32;
        let grid = LaunchConfig {
            grid_dim: (notes.batch as u32, 1, 1),
            block_dim: (THREADS, 1, 1),
            shared_mem_bytes: 0,
        };
        let mut call = stream.launch_builder(&self.kernels.gather);
        call.arg(&notes.rows).arg(&room).arg(&keep).arg(&mut kept);
        // SAFETY: `kernels.cu` declares these arguments; `keep` is at most `room`, and `kept` holds that many rows of each
        // query.
        unsafe { call.launch(grid) }?;
        let kept = stream.clone_dtoh(&kept)?;
        self.synchronize()?;
        let rows = kept.chunks(keep as usize).zip(&counts).zip(&lost);
        Ok(rows.map(|((rows, count), lost)| (*lost == 0).then(|| rows[..*count as usize].to_vec())).collect())
    }

    /// Waits for both streams; what they met with is told here.
    pub(super) fn synchronize(&self) -> Result<(), CudaError> {
        self.streams.iter().try_for_each(|stream| stream.synchronize())?;
        Ok(self.context.check_err()?)
    }
}
