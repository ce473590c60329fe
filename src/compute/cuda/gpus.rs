//! Several GPUs as one backend, which falls back to the processor where they fail.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::device::{Device, guarded};
use super::search::{Noted, Search};
use super::{CudaError, Precision};
use crate::compute::Stop;
use crate::compute::candidates::{Query, below, nearest};
use crate::compute::cpu::{Cpu, QUERIES, longest, nearest_of, products_fit};
use crate::domain::kernels::{
    Kernels, Matrix, MatrixError, Oscillators, Pair, Periodogram, Reference, Scored, ShiftCosts, TopK,
    inner_product, pair_order,
};

/// Memory that is not worth trying with.
const LEAST_BYTES: usize = 8 << 20;

/// One GPU or several, whose share of the rows each takes. What they find is held against exact inner products on the
/// processor, so that answers are the processor's own; where they fail, it takes over for good.
pub struct Gpus {
    devices: Vec<Device>,
    /// What takes over.
    processor: Cpu,
    stop: Stop,
    /// Why the processor has taken over.
    given_up: Mutex<Option<String>>,
    /// Least memory that sufficed, where it was not all: the next call begins there.
    sufficed: Mutex<Option<usize>>,
}

impl Gpus {
    /// Opens the GPUs that CUDA numbers so; machine code of the kernels is kept in `cache`.
    ///
    /// # Errors
    /// One of them cannot be opened.
    pub fn open(ordinals: &[usize], cache: Option<&Path>) -> Result<Gpus, CudaError> {
        let devices = ordinals.iter().map(|ordinal| Device::open(*ordinal, cache));
        let devices = devices.collect::<Result<Vec<Device>, CudaError>>()?;
        match devices.is_empty() {
            true => Err(CudaError::NoDevice { reason: "none was asked for".to_owned() }),
            false => Ok(Gpus {
                devices,
                processor: Cpu::default(),
                stop: Stop::default(),
                given_up: Mutex::new(None),
                sufficed: Mutex::new(None),
            }),
        }
    }

    /// The same, giving up a search once `stop` is set; what is answered then is to be thrown away.
    pub fn until(self, stop: Stop) -> Gpus {
        Gpus { processor: Cpu::until(stop.clone()), stop, ..self }
    }

    /// The GPUs.
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// What does the work now: `cuda:0`, `cuda:0+cuda:1`, or `cpu` after a failure.
    pub fn label(&self) -> String {
        match self.failure() {
            Some(_) => "cpu".to_owned(),
            None => self.devices.iter().map(Device::label).collect::<Vec<_>>().join("+"),
        }
    }

    /// Why the processor has taken over, if it has.
    pub fn failure(&self) -> Option<String> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the GPUs answer, each given its place among them and the bytes it may take. Half the memory is tried where it
    /// does not suffice; after any other failure, or without enough memory, the processor's answer from then on.
    fn all<T: Send>(
        &self,
        work: impl Fn(&Device, usize, usize) -> Result<T, CudaError> + Sync,
        on_processor: impl FnOnce() -> T,
        join: impl Fn(Vec<T>) -> T,
    ) -> T {
        if self.failure().is_some() {
            return on_processor();
        }
        let with_less =
            |device: &Device, place: usize| self.within_memory(device, |budget| work(device, place, budget));
        let answers: Result<Vec<T>, CudaError> = std::thread::scope(|scope| {
            let threads: Vec<_> = self
                .devices
                .iter()
                .enumerate()
                .map(|(place, device)| scope.spawn(move || with_less(device, place)))
                .collect();
            let broken = || Err(CudaError::Fault { what: "its thread ended".to_owned() });
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| broken())).collect()
        });
        match answers {
            Ok(answers) => join(answers),
            Err(error) => {
                self.give_up(&error);
                on_processor()
            }
        }
    }

    /// Runs `work` within nine tenths of the free memory, and with half of it where that does not suffice.
    fn within_memory<T>(
        &self,
        device: &Device,
        mut work: impl FnMut(usize) -> Result<T, CudaError>,
    ) -> Result<T, CudaError> {
        let _turn = device.take_turn();
        let sufficed = || self.sufficed.lock().unwrap_or_else(PoisonError::into_inner);
        let known = *sufficed();
        let mut budget = device.budget_bytes()?.min(known.unwrap_or(usize::MAX));
        loop {
            match guarded(|| work(budget)) {
                Err(CudaError::OutOfMemory) if budget / 2 >= LEAST_BYTES => {
                    budget /= 2;
                    *sufficed() = Some(budget);
                }
                answer => return answer,
            }
        }
    }

    fn give_up(&self, error: &CudaError) {
        *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }

    fn precision(&self) -> Precision {
        let all = self.devices.iter().map(Device::search_precision);
        if all.clone().all(|one| one == Precision::Tf32) { Precision::Tf32 } else { Precision::F32 }
    }

    /// For each query, from what the GPUs noted: what each noted, or what it lost.
    fn noted(&self, base: &Matrix<'_>, queries: &Matrix<'_>, longest: f64, wanted: &TopK) -> Option<Noted> {
        let (columns, precision) = (base.columns(), self.precision());
        let length = |row: &[f32]| inner_product(row, row).sqrt();
        let errors: Vec<f32> = queries
            .values()
            .par_chunks(columns)
            .map(|query| precision.error(columns, length(query), longest))
            .collect();
        let bound = |error: &f32| wanted.least.map_or(f32::NEG_INFINITY, |least| below(least) - error);
        let least: Vec<f32> = errors.iter().map(bound).collect();
        let share = base.rows().div_ceil(self.devices.len());
        let of_share = |device: &Device, place: usize, budget: usize| {
            let first = (place * share).min(base.rows());
            let end = (first + share).min(base.rows());
            if first == end {
                return Ok(Some(vec![Some(Vec::new()); queries.rows()]));
            }
            let search = Search {
                base: &base.values()[first * columns..end * columns],
                first_row: first,
                queries: queries.values(),
                first_query: 0,
                columns,
                errors: &errors,
                least: &least,
                wanted: wanted.count,
                is_self_search: wanted.is_self_search,
                precision,
                stop: &self.stop,
            };
            device.search(&search, budget).map(Some)
        };
        let join = |all: Vec<Option<Noted>>| {
            all.into_iter().flatten().reduce(|mut one, other| {
                for (one, other) in one.iter_mut().zip(other) {
                    *one = one.take().zip(other).map(|(one, other)| [one, other].concat());
                }
                one
            })
        };
        self.all(of_share, || None, join)
    }
}

impl Kernels for Gpus {
    fn nearest(&self, base: &Matrix<'_>, queries: &Matrix<'_>, wanted: &TopK) -> Vec<Vec<Scored>> {
        let most = longest(base);
        let fits =
            products_fit(most, longest(queries)) && u32::try_from(base.rows().max(queries.rows())).is_ok();
        if wanted.count > 256 || queries.rows() == 0 || !fits {
            return self.processor.nearest(base, queries, wanted);
        }
        let Some(noted) = self.noted(base, queries, most, wanted) else {
            return self.processor.nearest(base, queries, wanted);
        };
        let query = |index: usize| Query { base, values: queries.row(index), index, wanted };
        let mut found: Vec<Vec<Scored>> = noted
            .par_iter()
            .enumerate()
            .map(|(index, rows)| nearest(rows.iter().flatten().copied(), &query(index)))
            .collect();
        // Where thousands of rows are equally near, only the processor has room for all of them.
        let lost: Vec<Query<'_>> =
            (0..noted.len()).filter(|index| noted[*index].is_none()).map(query).collect();
        for some in lost.chunks(QUERIES) {
            for (query, answer) in some.iter().zip(nearest_of(some, base, most, wanted, &self.stop)) {
                found[query.index] = answer;
            }
        }
        found
    }

    /// On the processor: most of the time goes by with what a GPU would have to hand back.
    fn near(
        &self,
        base: &Matrix<'_>,
        queries: &Matrix<'_>,
        least: f64,
    ) -> Result<Vec<Vec<u32>>, MatrixError> {
        self.processor.near(base, queries, least)
    }

    fn pairs_above(&self, rows: &Matrix<'_>, least: f64) -> Vec<Pair> {
        let most = longest(rows);
        if !products_fit(most, most) {
            return Reference.pairs_above(rows, least);
        }
        if rows.rows() < 2 || u32::try_from(rows.rows()).is_err() {
            return self.processor.pairs_above(rows, least);
        }
        let precision = self.precision();
        let bound = below(least) - precision.error(rows.columns(), most, most);
        let shares = self.devices.len();
        let near = self.all(
            |device, place, budget| {
                let share = (place, shares);
                device.near_pairs(rows, bound, precision, share, budget, &self.stop).map(Some)
            },
            || None,
            |all| all.into_iter().collect::<Option<Vec<_>>>().map(|all| all.concat()),
        );
        let Some(near) = near else { return self.processor.pairs_above(rows, least) };
        let exact = |[first, second]: &[u32; 2]| {
            let (first, second) = (*first as usize, *second as usize);
            Pair { first, second, score: inner_product(rows.row(first), rows.row(second)) }
        };
        let mut pairs: Vec<Pair> = near.par_iter().map(exact).filter(|pair| pair.score >= least).collect();
        pairs.par_sort_unstable_by(pair_order);
        pairs
    }

    fn normalize_rows(&self, values: &mut [f32], columns: usize) -> Result<(), MatrixError> {
        let columns = columns.max(1);
        let works = self.failure().is_none() && values.len().is_multiple_of(columns);
        let fits = values.len() / columns < 1 << 31;
        let Some(device) = self.devices.first().filter(|_| works && fits) else {
            return self.processor.normalize_rows(values, columns);
        };
        let mut done = 0;
        let answer = self.within_memory(device, |budget| {
            let before = done;
            let zero = device.normalize(&mut values[before * columns..], columns, budget, &mut done)?;
            Ok(zero.map(|row| before + row))
        });
        match answer {
            Ok(None) => Ok(()),
            Ok(Some(row)) => Err(MatrixError::Zero { row }),
            Err(error) => {
                self.give_up(&error);
                let (back, rest) = values.split_at_mut(done * columns);
                // Rows without a length came back as they were, and nobody has told of them.
                match back.chunks(columns).position(|row| row.iter().all(|value| *value == 0.0)) {
                    Some(row) => Err(MatrixError::Zero { row }),
                    None => self.processor.normalize_rows(rest, columns).map_err(|error| match error {
                        MatrixError::Zero { row } => MatrixError::Zero { row: done + row },
                        other => other,
                    }),
                }
            }
        }
    }

    fn resultants(&self, asked: &Periodogram<'_>) -> Vec<Vec<f64>> {
        if asked.bands().is_empty() {
            return Vec::new();
        }
        let share = asked.bands().len().div_ceil(self.devices.len());
        self.all(
            |device, place, budget| {
                let bands = asked.bands().chunks(share).nth(place).unwrap_or(&[]);
                device.resultants(asked, bands, budget, &self.stop)
            },
            || self.processor.resultants(asked),
            |all| all.concat(),
        )
    }

    fn shift_costs(&self, asked: &ShiftCosts<'_>) -> Vec<Vec<f64>> {
        if asked.movables().is_empty() {
            return Vec::new();
        }
        let share = asked.movables().len().div_ceil(self.devices.len());
        self.all(
            |device, place, budget| {
                let movables = asked.movables().chunks(share).nth(place).unwrap_or(&[]);
                device.shift_costs(asked, movables, budget, &self.stop)
            },
            || self.processor.shift_costs(asked),
            |all| all.concat(),
        )
    }

    fn trajectories(&self, oscillators: &Oscillators) -> Vec<f32> {
        // Too short to be worth more than one GPU.
        let on_first = |device: &Device, place: usize, _: usize| match place {
            0 => device.trajectories(oscillators),
            _ => Ok(Vec::new()),
        };
        self.all(on_first, || self.processor.trajectories(oscillators), |all| all.concat())
    }
}
