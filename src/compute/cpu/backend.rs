//! All cores of rayon's pool as a backend.

use rayon::prelude::*;

use super::near_rows::near_rows;
use super::{rows, symmetric, top_k};
use crate::compute::Stop;
use crate::domain::kernels::{
    Kernels, Matrix, MatrixError, Oscillators, Pair, Periodogram, Reference, Scored, ShiftCosts, TopK,
    costs_of_shifts, resultants, single_step,
};

/// All cores of rayon's pool.
#[derive(Clone, Debug, Default)]
pub struct Cpu {
    stop: Stop,
}

impl Cpu {
    /// That gives up once `stop` is set; what it answers then is to be thrown away.
    pub fn until(stop: Stop) -> Cpu {
        Cpu { stop }
    }
}

impl Kernels for Cpu {
    fn nearest(&self, base: &Matrix<'_>, queries: &Matrix<'_>, wanted: &TopK) -> Vec<Vec<Scored>> {
        let longest = rows::longest(base);
        // Beyond the range of single precision (and of what a place is noted in) only the plain way is left.
        if !rows::products_fit(longest, rows::longest(queries)) || u32::try_from(base.rows()).is_err() {
            return Reference.nearest(base, queries, wanted);
        }
        if wanted.is_self_search && std::ptr::eq(base.values(), queries.values()) {
            return symmetric::nearest_others(base, longest, wanted, &self.stop);
        }
        top_k::nearest_rows(base, queries, longest, wanted, &self.stop)
    }

    fn near(
        &self,
        base: &Matrix<'_>,
        queries: &Matrix<'_>,
        least: f64,
    ) -> Result<Vec<Vec<u32>>, MatrixError> {
        base.fits(queries)?;
        let longest = rows::longest(base);
        match rows::products_fit(longest, rows::longest(queries)) {
            true => Ok(near_rows(base, queries, longest, least, &self.stop)),
            false => Reference.near(base, queries, least),
        }
    }

    fn pairs_above(&self, rows: &Matrix<'_>, least: f64) -> Vec<Pair> {
        let longest = rows::longest(rows);
        match rows::products_fit(longest, longest) {
            true => symmetric::pairs_above(rows, longest, least, &self.stop),
            false => Reference.pairs_above(rows, least),
        }
    }

    fn normalize_rows(&self, values: &mut [f32], columns: usize) -> Result<(), MatrixError> {
        rows::normalize(values, columns)
    }

    fn resultants(&self, asked: &Periodogram<'_>) -> Vec<Vec<f64>> {
        let of = |band| match self.stop.is_set() {
            true => Vec::new(),
            false => resultants(asked.events(band), band),
        };
        asked.bands().par_iter().map(of).collect()
    }

    fn shift_costs(&self, asked: &ShiftCosts<'_>) -> Vec<Vec<f64>> {
        let of = |room: &mut Vec<f64>, movable| match self.stop.is_set() {
            true => Vec::new(),
            false => costs_of_shifts(asked, movable, room),
        };
        asked.movables().par_iter().map_init(Vec::new, of).collect()
    }

    fn trajectories(&self, oscillators: &Oscillators) -> Vec<f32> {
        /// Oscillators that are followed side by side, so that their arithmetic fills the lanes of the processor.
        const LANES: usize = 32;
        let (step, steps) = (oscillators.step, oscillators.steps);
        let mut ends = vec![1.0_f32; oscillators.squared_frequencies.len()];
        ends.par_chunks_mut(LANES).zip(oscillators.squared_frequencies.par_chunks(LANES)).for_each(
            |(ends, squared)| {
                let (mut displacements, mut speeds, mut pulls) = ([1.0; LANES], [0.0; LANES], [1.0; LANES]);
                pulls[..squared.len()].copy_from_slice(squared);
                for _ in 0..steps {
                    for lane in 0..LANES {
                        (displacements[lane], speeds[lane]) =
                            single_step(displacements[lane], speeds[lane], pulls[lane], step);
                    }
                }
                ends.copy_from_slice(&displacements[..ends.len()]);
            },
        );
        ends
    }
}
