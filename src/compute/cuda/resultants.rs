//! Periodograms on one GPU: the very sums of the processor, in its order of additions.

use cudarc::driver::{LaunchConfig, PushKernelArg};

use super::CudaError;
use super::device::Device;
use crate::compute::Stop;
use crate::domain::kernels::{Band, Periodogram, TURNED};

/// Threads of a block, and the tiles they share: eight to a tile, one for each sum that runs beside the others.
const THREADS: u32 = 64;
const TILES: u32 = 8;
/// Bytes that an event and a tile take: two numbers; five of its own, and two for each frequency.
const EVENT_BYTES: usize = 2 * 8;
const TILE_BYTES: usize = 5 * 8 + 2 * 8 * TURNED;

/// Some bands whose tiles and events fit into memory together.
#[derive(Default)]
struct Batch {
    times: Vec<f64>,
    weights: Vec<f64>,
    /// Of each tile: its first event, how many, and how many frequencies.
    tiles: Vec<[u32; 3]>,
    /// Of each tile: the first frequency and the step, per ms.
    frequencies: Vec<[f64; 2]>,
    /// Which series was added last, and where its events begin.
    last: Option<(usize, u32)>,
}

impl Batch {
    fn bytes(&self) -> usize {
        self.times.len() * EVENT_BYTES + self.tiles.len() * TILE_BYTES
    }

    /// Whether `band` fits into `budget` bytes beside what is there.
    fn fits(&self, asked: &Periodogram<'_>, band: &Band, budget: usize) -> bool {
        let is_there = self.last.is_some_and(|(series, _)| series == band.series);
        let events = if is_there { 0 } else { asked.events(band).times_ms.len() };
        let more = events * EVENT_BYTES + band.count.div_ceil(TURNED) * TILE_BYTES;
        self.bytes() + more <= budget && u32::try_from(self.times.len() + events).is_ok()
    }

    fn add(&mut self, asked: &Periodogram<'_>, band: &Band) {
        let events = asked.events(band);
        let first = match self.last {
            Some((series, first)) if series == band.series => first,
            _ => {
                let first = self.times.len() as u32;
                self.times.extend((0..events.times_ms.len()).map(|event| events.after_origin(event)));
                self.weights.extend((0..events.times_ms.len()).map(|event| events.weight(event)));
                first
            }
        };
        self.last = Some((band.series, first));
        for start in (0..band.count).step_by(TURNED) {
            let count = TURNED.min(band.count - start);
            self.tiles.push([first, events.times_ms.len() as u32, count as u32]);
            self.frequencies.push([band.frequency(start), band.step_per_ms]);
        }
    }
}

impl Device {
    /// Lengths of the resultants of some of `asked`'s bands. Once `stop` is set, nothing.
    pub(super) fn resultants(
        &self,
        asked: &Periodogram<'_>,
        bands: &[Band],
        budget: usize,
        stop: &Stop,
    ) -> Result<Vec<Vec<f64>>, CudaError> {
        let mut found = Vec::with_capacity(bands.len());
        while found.len() < bands.len() && !stop.is_set() {
            let mut batch = Batch::default();
            let fitting: Vec<&Band> = bands[found.len()..]
                .iter()
                .take_while(|band| {
                    let fits = batch.fits(asked, band, budget);
                    if fits {
                        batch.add(asked, band);
                    }
                    fits
                })
                .collect();
            if fitting.is_empty() {
                return Err(CudaError::OutOfMemory);
            }
            let sums = self.sums(&batch)?;
            let mut tiles = sums.chunks_exact(2 * TURNED);
            let length = |sum: &[f64]| f64::hypot(sum[0], sum[1]);
            found.extend(fitting.into_iter().map(|band| {
                let own = tiles.by_ref().take(band.count.div_ceil(TURNED));
                own.flat_map(|tile| tile.chunks_exact(2).map(length)).take(band.count).collect::<Vec<f64>>()
            }));
        }
        Ok(found)
    }

    /// Sine and cosine of each frequency of each tile; 32 of them for each.
    #[allow(unsafe_code, reason = "a kernel is called by name")]
    fn sums(&self, batch: &Batch) -> Result<Vec<f64>, CudaError> {
        let count = u32::try_from(batch.tiles.len()).map_err(|_| CudaError::OutOfMemory)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let stream = &self.streams[0];
        // A copy of nothing is none.
        let some = |values: &[f64]| if values.is_empty() { vec![0.0] } else { values.to_vec() };
        let (times, weights) =
            (stream.clone_htod(&some(&batch.times))?, stream.clone_htod(&some(&batch.weights))?);
        let tiles = stream.clone_htod(batch.tiles.as_flattened())?;
        let frequencies = stream.clone_htod(batch.frequencies.as_flattened())?;
        let mut sums = stream.alloc_zeros::<f64>(batch.tiles.len() * 2 * TURNED)?;
        let grid = LaunchConfig {
            grid_dim: (count.div_ceil(TILES), 1, 1),
            block_dim: (THREADS, 1, 1),
            shared_mem_bytes: 0,
        };
        let mut call = stream.launch_builder(&self.kernels.resultants);
        call.arg(&times).arg(&weights).arg(&tiles).arg(&frequencies).arg(&count).arg(&mut sums);
        // SAFETY: `kernels.cu` declares these arguments; tiles name events that there are and at most 32 frequencies, for
        // which `sums` has room.
        unsafe { call.launch(grid) }?;
        let sums = stream.clone_dtoh(&sums)?;
        self.synchronize()?;
        Ok(sums)
    }
}
