//! Row normalisation and trajectories on one GPU.

use cudarc::driver::{CudaSlice, LaunchConfig, PinnedHostSlice, PushKernelArg};

use super::CudaError;
use super::device::{Device, THREADS};
use crate::domain::kernels::Oscillators;

/// Values that are copied at once.
const PART: usize = 16 << 20;

/// One stream's memory, and the rows that are on their way back through it.
struct Lane<'a> {
    staging: PinnedHostSlice<f32>,
    values: CudaSlice<f32>,
    /// The first row that is all zeros.
    zero: CudaSlice<u32>,
    waiting: Option<&'a mut [f32]>,
}

impl Lane<'_> {
    /// Waits for the copy back, and puts the values where they came from; how many there were.
    fn hand_back(&mut self) -> Result<usize, CudaError> {
        let Some(part) = self.waiting.take() else { return Ok(0) };
        part.copy_from_slice(&self.staging.as_slice()?[..part.len()]);
        Ok(part.len())
    }
}

impl Device {
    /// Divides each row by its length; the first row that is all zeros, if any. Both streams take turns, so that one
    /// copies while the other computes. `done` counts the rows that are back: where this fails, those behind them are
    /// as they were.
    #[allow(unsafe_code, reason = "a kernel is called by name")]
    pub(super) fn normalize(
        &self,
        values: &mut [f32],
        columns: usize,
        budget: usize,
        done: &mut usize,
    ) -> Result<Option<usize>, CudaError> {
        let part_rows = (PART.min(budget / 4 / 4) / columns).min(values.len() / columns);
        if part_rows == 0 {
            return if values.is_empty() { Ok(None) } else { Err(CudaError::OutOfMemory) };
        }
        let length = part_rows * columns;
        let mut lanes = [self.lane(0, length)?, self.lane(1, length)?];
        let count = values.len().div_ceil(length);
        for (number, part) in values.chunks_mut(length).enumerate() {
            let (lane, stream) = (&mut lanes[number % 2], &self.streams[number % 2]);
            *done += lane.hand_back()? / columns;
            let (rows, width) = ((part.len() / columns) as u32, columns as u32);
            let first = (number * part_rows) as u32;
            lane.staging.as_mut_slice()?[..part.len()].copy_from_slice(part);
            stream.memcpy_htod(&lane.staging, &mut lane.values)?;
            let grid = LaunchConfig {
                grid_dim: (rows.div_ceil(THREADS / 8), 1, 1),
                block_dim: (THREADS, 1, 1),
                shared_mem_bytes: 0,
            };
            let mut call = stream.launch_builder(&self.kernels.normalize);
            call.arg(&mut lane.values).arg(&rows).arg(&width).arg(&first).arg(&mut lane.zero);
            // SAFETY: `kernels.cu` declares these arguments; there are `rows` times `columns` values, eight threads to a
            // row.
            unsafe { call.launch(grid) }?;
            stream.memcpy_dtoh(&lane.values, &mut lane.staging)?;
            lane.waiting = Some(part);
        }
        let mut first_zero = u32::MAX;
        // The part that was begun first comes back first.
        let parts = count % 2;
        for number in [parts, 1 - parts] {
            let (lane, stream) = (&mut lanes[number], &self.streams[number]);
            *done += lane.hand_back()? / columns;
            let zero = stream.clone_dtoh(&lane.zero)?;
            stream.synchronize()?;
            first_zero = zero.iter().copied().fold(first_zero, u32::min);
        }
        self.synchronize()?;
        Ok((first_zero != u32::MAX).then_some(first_zero as usize))
    }

    fn lane<'a>(&self, lane: usize, length: usize) -> Result<Lane<'a>, CudaError> {
        Ok(Lane {
            staging: self.pinned(length)?,
            values: self.streams[lane].alloc_zeros(length)?,
            zero: self.streams[lane].clone_htod(&[u32::MAX])?,
            waiting: None,
        })
    }

    /// Where each oscillator is in the end.
    #[allow(unsafe_code, reason = "a kernel is called by name")]
    pub(super) fn trajectories(&self, oscillators: &Oscillators) -> Result<Vec<f32>, CudaError> {
        let count = oscillators.squared_frequencies.len();
        if count == 0 {
            return Ok(Vec::new());
        }
        let stream = &self.streams[0];
        let squared = stream.clone_htod(&oscillators.squared_frequencies)?;
        let mut ends = stream.alloc_zeros::<f32>(count)?;
        let threads = u32::try_from(count).map_err(|_| CudaError::OutOfMemory)?;
        let grid = LaunchConfig {
            grid_dim: (threads.div_ceil(THREADS), 1, 1),
            block_dim: (THREADS, 1, 1),
            shared_mem_bytes: 0,
        };
        let mut call = stream.launch_builder(&self.kernels.trajectories);
        call.arg(&squared).arg(&threads).arg(&oscillators.steps).arg(&oscillators.step).arg(&mut ends);
        // SAFETY: `kernels.cu` declares these arguments; there is a thread for each oscillator, and both arrays hold
        // `count` values.
        unsafe { call.launch(grid) }?;
        let ends = stream.clone_dtoh(&ends)?;
        self.synchronize()?;
        Ok(ends)
    }
}
