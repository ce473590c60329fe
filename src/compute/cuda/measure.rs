//! What `gpu bench` measures of a GPU alone: products with everything in place, and copies.

use std::time::Instant;

use cudarc::driver::{CudaSlice, PushKernelArg};

use super::device::Device;
use super::{CudaError, Precision};
use crate::domain::kernels::inner_product;

/// Host memory that is copied from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostMemory {
    /// Page-locked: the GPU copies by itself.
    Pinned,
    /// Any: the driver copies it to page-locked memory first.
    Pageable,
}

/// What copies took, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransferSeconds {
    /// To the GPU.
    pub to_device: f64,
    /// From the GPU.
    pub from_device: f64,
}

/// What a product took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProductTime {
    /// Shortest of some repetitions, seconds.
    pub seconds: f64,
    /// Greatest difference from inner products in double precision, as a share of the product of the rows' lengths; of
    /// some rows.
    pub error: f64,
}

/// Repetitions, of which the shortest counts.
const ROUNDS: usize = 3;

impl Device {
    /// The product of all rows of `one` with all rows of `other`, each of `columns` values, already on the GPU.
    ///
    /// # Errors
    /// The GPU fails, or its memory does not suffice.
    pub fn product_time(
        &self,
        one: &[f32],
        other: &[f32],
        columns: usize,
        precision: Precision,
    ) -> Result<ProductTime, CudaError> {
        super::device::guarded(|| {
            let _turn = self.take_turn();
            let stream = &self.streams[0];
            let rows = one.len() / columns;
            let factors = [stream.clone_htod(one)?, stream.clone_htod(other)?];
            let mut products = stream.alloc_zeros::<f32>(rows * (other.len() / columns))?;
            let mut seconds = f64::INFINITY;
            match precision {
                Precision::Bf16 => {
                    let halves = [self.halves(&factors[0])?, self.halves(&factors[1])?];
                    for _ in 0..=ROUNDS {
                        seconds = seconds.min(self.timed(&halves, columns, &mut products, precision)?);
                    }
                }
                Precision::F32 | Precision::Tf32 => {
                    for _ in 0..=ROUNDS {
                        seconds = seconds.min(self.timed(&factors, columns, &mut products, precision)?);
                    }
                }
            }
            let mut error = 0.0_f64;
            let row_of = |values: &[f32], row: usize| values[row * columns..(row + 1) * columns].to_vec();
            for place in (0..other.len() / columns).step_by((other.len() / columns).div_ceil(4).max(1)) {
                let found = stream.clone_dtoh(&products.slice(place * rows..(place + 1) * rows))?;
                stream.synchronize()?;
                let query = row_of(other, place);
                let length = inner_product(&query, &query).sqrt();
                for row in (0..rows).step_by(rows.div_ceil(64).max(1)) {
                    let with = row_of(one, row);
                    let lengths = length * inner_product(&with, &with).sqrt();
                    if lengths > 0.0 {
                        let off = (f64::from(found[row]) - inner_product(&with, &query)).abs();
                        error = error.max(off / lengths);
                    }
                }
            }
            self.synchronize()?;
            Ok(ProductTime { seconds, error })
        })
    }

    fn timed<T>(
        &self,
        factors: &[CudaSlice<T>; 2],
        columns: usize,
        products: &mut CudaSlice<f32>,
        precision: Precision,
    ) -> Result<f64, CudaError> {
        let [one, other] = factors;
        let (rows, others) = (one.len() / columns, other.len() / columns);
        self.synchronize()?;
        let began = Instant::now();
        self.multiply(0, (one, rows), (other, others), columns, products, precision)?;
        self.synchronize()?;
        Ok(began.elapsed().as_secs_f64())
    }

    #[allow(unsafe_code, reason = "a kernel is called by name")]
    fn halves(&self, values: &CudaSlice<f32>) -> Result<CudaSlice<u16>, CudaError> {
        let stream = &self.streams[0];
        let mut halves = stream.alloc_zeros::<u16>(values.len())?;
        let count = values.len();
        let grid = Device::grid((self.processors() * 2_048) as usize, 1);
        let mut call = stream.launch_builder(&self.kernels.to_bfloat16);
        call.arg(values).arg(&count).arg(&mut halves);
        // SAFETY: `kernels.cu` declares these arguments; both arrays hold `count` values.
        unsafe { call.launch(grid) }?;
        Ok(halves)
    }

    /// Copies `bytes` (a multiple of 4) both ways.
    ///
    /// # Errors
    /// The GPU fails, or memory does not suffice.
    pub fn transfer_time(&self, bytes: usize, memory: HostMemory) -> Result<TransferSeconds, CudaError> {
        super::device::guarded(|| {
            let _turn = self.take_turn();
            let stream = &self.streams[0];
            let length = bytes / size_of::<f32>();
            let mut there = stream.alloc_zeros::<f32>(length)?;
            let mut best = TransferSeconds { to_device: f64::INFINITY, from_device: f64::INFINITY };
            let mut locked = match memory {
                HostMemory::Pinned => Some(self.pinned(length)?),
                HostMemory::Pageable => None,
            };
            let mut plain = vec![1.0_f32; if locked.is_none() { length } else { 0 }];
            if let Some(locked) = &mut locked {
                locked.as_mut_slice()?.fill(1.0);
            }
            for _ in 0..=ROUNDS {
                self.synchronize()?;
                let began = Instant::now();
                match &locked {
                    Some(locked) => stream.memcpy_htod(locked, &mut there)?,
                    None => stream.memcpy_htod(&plain, &mut there)?,
                }
                self.synchronize()?;
                best.to_device = best.to_device.min(began.elapsed().as_secs_f64());
                let began = Instant::now();
                match &mut locked {
                    Some(locked) => stream.memcpy_dtoh(&there, locked)?,
                    None => stream.memcpy_dtoh(&there, &mut plain)?,
                }
                self.synchronize()?;
                best.from_device = best.from_device.min(began.elapsed().as_secs_f64());
            }
            Ok(best)
        })
    }
}
