//! Costs of shifts on one GPU: the very sums of the processor, in its order of additions.

use cudarc::driver::{CudaSlice, LaunchConfig, PushKernelArg};

use super::CudaError;
use super::device::{Device, THREADS};
use crate::compute::Stop;
use crate::domain::kernels::{Movable, ShiftCosts};

/// Some movables that fit into memory together.
#[derive(Default)]
struct Batch {
    /// Of each movable: its first stretch and window, the ends of both, its shifts, and where its costs go.
    movables: Vec<[u32; 6]>,
    /// Of each stretch: its row, its first slot, its length, and where its prefix sums begin.
    stretches: Vec<[u32; 4]>,
    /// Of each window: where its prefix sums begin, and its length.
    windows: Vec<[u32; 2]>,
    sums: usize,
    shifts: usize,
}

impl Batch {
    fn bytes(&self) -> usize {
        let numbers = self.movables.len() * 6 + self.stretches.len() * 4 + self.windows.len() * 2;
        numbers * 4 + (self.sums + self.shifts) * 8
    }

    /// Adds a movable, unless it does not fit into `budget` bytes beside what is there.
    fn add(&mut self, movable: &Movable, budget: usize) -> bool {
        let entries: usize = movable.stretches.iter().map(|stretch| stretch.length + 1).sum();
        let numbers = 6 + 4 * movable.stretches.len() + 2 * movable.windows.len();
        let bytes = self.bytes() + numbers * 4 + (entries + movable.shifts) * 8;
        let (sums, shifts) = (self.sums + entries, self.shifts + movable.shifts);
        if bytes > budget || u32::try_from(sums.max(shifts)).is_err() {
            return false;
        }
        let first = [self.stretches.len() as u32, self.windows.len() as u32];
        let stretches = movable.stretches.iter().scan(self.sums, |place, stretch| {
            let begins = *place;
            *place += stretch.length + 1;
            Some([stretch.row, stretch.first, stretch.length, begins].map(|number| number as u32))
        });
        self.stretches.extend(stretches);
        let own = first[0] as usize;
        let windows = movable.windows.iter().map(|window| {
            let begins = self.stretches[own + window.stretch][3];
            [begins + window.start as u32, window.length as u32]
        });
        self.windows.extend(windows);
        let ends = [self.stretches.len() as u32, self.windows.len() as u32];
        let (count, place) = (movable.shifts as u32, self.shifts as u32);
        self.movables.push([first[0], first[1], ends[0], ends[1], count, place]);
        (self.sums, self.shifts) = (sums, shifts);
        true
    }
}

impl Device {
    /// What the shifts of some of `asked`'s movables cost. Once `stop` is set, nothing.
    pub(super) fn shift_costs(
        &self,
        asked: &ShiftCosts<'_>,
        movables: &[Movable],
        budget: usize,
        stop: &Stop,
    ) -> Result<Vec<Vec<f64>>, CudaError> {
        let too_much = || CudaError::OutOfMemory;
        let budget = budget.checked_sub(size_of_val(asked.costs())).ok_or_else(too_much)?;
        let horizon = u32::try_from(asked.horizon()).map_err(|_| too_much())?;
        // A copy of nothing is none.
        let costs = if asked.costs().is_empty() { &[0.0][..] } else { asked.costs() };
        let costs = self.streams[0].clone_htod(costs)?;
        let mut found: Vec<Vec<f64>> = Vec::with_capacity(movables.len());
        while found.len() < movables.len() && !stop.is_set() {
            let mut batch = Batch::default();
            let left = &movables[found.len()..];
            let fitting = left.iter().take_while(|movable| batch.add(movable, budget)).count();
            if fitting == 0 {
                return Err(too_much());
            }
            let shifts = self.costs_of(&batch, &costs, horizon)?;
            let mut rest = shifts.as_slice();
            for movable in &left[..fitting] {
                let (own, others) = rest.split_at(movable.shifts);
                found.push(own.to_vec());
                rest = others;
            }
        }
        Ok(found)
    }

    #[allow(unsafe_code, reason = "a kernel is called by name")]
    fn costs_of(&self, batch: &Batch, costs: &CudaSlice<f64>, horizon: u32) -> Result<Vec<f64>, CudaError> {
        let stream = &self.streams[0];
        // A copy of nothing is none.
        let some = |numbers: &[u32]| stream.clone_htod(if numbers.is_empty() { &[0][..] } else { numbers });
        let movables = some(batch.movables.as_flattened())?;
        let (stretches, windows) =
            (some(batch.stretches.as_flattened())?, some(batch.windows.as_flattened())?);
        let mut sums = stream.alloc_zeros::<f64>(batch.sums.max(1))?;
        let mut shifts = stream.alloc_zeros::<f64>(batch.shifts.max(1))?;
        let grid = LaunchConfig {
            grid_dim: (batch.movables.len() as u32, 1, 1),
            block_dim: (THREADS, 1, 1),
            shared_mem_bytes: 0,
        };
        let mut call = stream.launch_builder(&self.kernels.shift_costs);
        call.arg(costs).arg(&horizon).arg(&movables).arg(&stretches).arg(&windows);
        call.arg(&mut sums).arg(&mut shifts);
        // SAFETY: `kernels.cu` declares these arguments; there is a block for each movable, and stretches, windows and shifts
        // lie within rows, `sums` and `shifts` by how they were checked and added.
        unsafe { call.launch(grid) }?;
        let mut shifts = stream.clone_dtoh(&shifts)?;
        self.synchronize()?;
        shifts.truncate(batch.shifts);
        Ok(shifts)
    }
}
