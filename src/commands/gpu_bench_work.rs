//! The work that `gpu bench` measures: the same values for every device, made from the seed.

use std::time::Instant;

use super::CommandError;
use crate::compute::{Cpu, CudaError, Device, Gpus, HostMemory, Precision, multiply_rows};
use crate::devices::{Nvidia, own_memory_mib};
use crate::domain::device::{Measurement, RateUnit, Work};
use crate::domain::kernels::{Kernels, Matrix, Oscillators, Reference, Scored, TopK, inner_product};

/// Values of a row, where nothing else is said.
const COLUMNS: usize = 256;
/// Neighbours that are searched for.
const WANTED: usize = 10;
/// Repetitions, unless they take longer together than `ENOUGH_SECONDS`.
const ROUNDS: usize = 3;
const ENOUGH_SECONDS: f64 = 2.0;
/// Short works are repeated for so long: the shortest of a few says more of who else was at work.
const SETTLED_SECONDS: f64 = 0.3;

/// How much of each work.
pub(super) struct Sizes {
    products: Vec<usize>,
    normalized_rows: usize,
    transfer_mib: usize,
    /// Rows and queries.
    searches: Vec<(usize, usize)>,
    pair_rows: usize,
    oscillators: usize,
    steps: u32,
    /// Series of events, and rules that are moved.
    pub(super) batch: usize,
}

impl Sizes {
    pub(super) fn full() -> Sizes {
        Sizes {
            products: vec![1_000, 5_000, 10_000],
            normalized_rows: 400_000,
            transfer_mib: 512,
            searches: vec![(10_000, 100), (100_000, 1_000), (1_000_000, 1_000)],
            pair_rows: 20_000,
            oscillators: 1_000_000,
            steps: 1_000,
            batch: 256,
        }
    }

    pub(super) fn quick() -> Sizes {
        Sizes {
            products: vec![250, 500, 1_000],
            normalized_rows: 10_000,
            transfer_mib: 16,
            searches: vec![(2_000, 10), (20_000, 100)],
            pair_rows: 1_500,
            oscillators: 10_000,
            steps: 200,
            batch: 8,
        }
    }
}

/// What is measured.
pub(super) enum Machine<'a> {
    Processor(&'a Cpu),
    Gpu { gpus: &'a Gpus, device: &'a Device, open_seconds: f64 },
}

/// Values for all devices.
pub(super) struct Workload {
    pub(super) sizes: Sizes,
    state: u64,
}

/// Told before each measurement; an error stops everything.
type Tell<'a> = &'a mut dyn FnMut(&str) -> Result<(), CommandError>;

impl Workload {
    pub(super) fn new(sizes: Sizes, seed: u64) -> Workload {
        Workload { sizes, state: seed ^ 0x9e37_79b9_7f4a_7c15 | 1 }
    }

    /// `count` values around 0, the same for every device.
    pub(super) fn values(&self, count: usize) -> Vec<f32> {
        let mut state = self.state;
        let mut next = || {
            // xorshift (Marsaglia 2003): quick, and random enough for speed.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    /// Rows of length 1.
    fn unit_rows(&self, rows: usize) -> Vec<f32> {
        let mut values = self.values(rows * COLUMNS);
        // None of them is all zeros.
        let _ = Cpu::default().normalize_rows(&mut values, COLUMNS);
        values
    }

    /// Adds what one device does to `found`; what to warn of.
    pub(super) fn measure(
        &mut self,
        machine: &Machine<'_>,
        found: &mut Vec<Measurement>,
        tell: Tell<'_>,
    ) -> Result<Vec<String>, CommandError> {
        let log = Log { machine, found, nvidia: Nvidia::open().ok() };
        let mut warnings = Vec::new();
        self.run(log, tell, &mut warnings)?;
        if let Machine::Gpu { gpus, .. } = machine
            && let Some(failure) = gpus.failure()
        {
            warnings.push(format!("{}: {failure}; its measurements are incomplete", machine.label()));
        }
        Ok(warnings)
    }

    fn run(&self, mut log: Log<'_>, tell: Tell<'_>, warnings: &mut Vec<String>) -> Result<(), CommandError> {
        let label = log.machine.label();
        if let Machine::Gpu { open_seconds, .. } = log.machine {
            log.add(Work::Open, None, String::new(), *open_seconds, Figures::default());
        }
        for size in &self.sizes.products {
            tell(&format!("{label}: product of {size} x {size}"))?;
            self.products(&mut log, *size, warnings);
        }
        tell(&format!("{label}: rows are normalised"))?;
        self.normalization(&mut log);
        if let Machine::Gpu { device, .. } = log.machine {
            tell(&format!("{label}: copies"))?;
            self.transfers(&mut log, device, warnings);
        }
        for (rows, queries) in &self.sizes.searches {
            tell(&format!("{label}: {queries} queries among {rows} rows"))?;
            self.search(&mut log, *rows, *queries);
        }
        tell(&format!("{label}: all pairs of {} rows", self.sizes.pair_rows))?;
        self.pairs(&mut log);
        tell(&format!("{label}: trajectories"))?;
        self.trajectories(&mut log);
        tell(&format!("{label}: resultants and costs of shifts"))?;
        self.resultants(&mut log);
        self.shift_costs(&mut log);
        Ok(())
    }

    fn products(&self, log: &mut Log<'_>, size: usize, warnings: &mut Vec<String>) {
        let values = self.values(size * size);
        let flops = 2.0 * (size as f64).powi(3);
        let name = format!("{size} x {size} x {size}");
        let figures = |seconds: f64, error: f64| Figures {
            rate: Some((flops / seconds / 1e9, RateUnit::GigaflopPerSecond)),
            error: Some(error),
            products: None,
        };
        match log.machine {
            Machine::Processor(_) => {
                let (seconds, products) = shortest(|| multiply_rows(&values, &values, size));
                let error = product_error(&values, size, &products);
                log.add(Work::MatrixProduct, Some("f32"), name, seconds, figures(seconds, error));
            }
            Machine::Gpu { device, .. } => {
                let kinds = [(Precision::F32, "f32"), (Precision::Tf32, "tf32"), (Precision::Bf16, "bf16")];
                for (precision, kind) in kinds.into_iter().filter(|(kind, _)| device.supports(*kind)) {
                    match device.product_time(&values, &values, size, precision) {
                        Ok(time) => log.add(
                            Work::MatrixProduct,
                            Some(kind),
                            name.clone(),
                            time.seconds,
                            figures(time.seconds, time.error),
                        ),
                        Err(error) => {
                            warnings.push(failed(device, &format!("{kind} product of {name}"), &error))
                        }
                    }
                }
            }
        }
    }

    fn normalization(&self, log: &mut Log<'_>) {
        let rows = self.sizes.normalized_rows;
        let values = self.values(rows * COLUMNS);
        let mut normalized = values.clone();
        let kernels = log.machine.kernels();
        let mut seconds = f64::INFINITY;
        let (start, mut rounds) = (Instant::now(), 0);
        while !is_enough(rounds, &start) {
            rounds += 1;
            normalized.copy_from_slice(&values);
            let began = Instant::now();
            // None of them is all zeros.
            let _ = kernels.normalize_rows(&mut normalized, COLUMNS);
            seconds = seconds.min(began.elapsed().as_secs_f64());
        }
        let off = |row: &[f32]| (inner_product(row, row).sqrt() - 1.0).abs();
        let error = normalized.chunks(COLUMNS).map(off).fold(0.0, f64::max);
        // Read and written once.
        let gibibytes = 2.0 * (values.len() * size_of::<f32>()) as f64 / f64::from(1 << 30);
        let figures = Figures {
            rate: Some((gibibytes / seconds, RateUnit::GibibytePerSecond)),
            error: Some(error),
            products: None,
        };
        log.add(Work::RowNormalization, Some("f32"), format!("{rows} x {COLUMNS}"), seconds, figures);
    }

    fn transfers(&self, log: &mut Log<'_>, device: &Device, warnings: &mut Vec<String>) {
        let mib = self.sizes.transfer_mib;
        for (memory, kind) in [(HostMemory::Pinned, "pinned"), (HostMemory::Pageable, "pageable")] {
            match device.transfer_time(mib << 20, memory) {
                Ok(time) => {
                    let ways = [
                        (Work::TransferToDevice, time.to_device),
                        (Work::TransferFromDevice, time.from_device),
                    ];
                    for (work, seconds) in ways {
                        let rate = (mib as f64 / 1_024.0 / seconds, RateUnit::GibibytePerSecond);
                        let figures = Figures { rate: Some(rate), ..Figures::default() };
                        log.add(work, Some(kind), format!("{mib} MiB"), seconds, figures);
                    }
                }
                Err(error) => warnings.push(failed(device, &format!("{kind} copies of {mib} MiB"), &error)),
            }
        }
    }

    fn search(&self, log: &mut Log<'_>, rows: usize, queries: usize) {
        let values = self.unit_rows(rows + queries);
        let (base, asked) = values.split_at(rows * COLUMNS);
        let (Ok(base), Ok(asked)) = (Matrix::new(base, COLUMNS), Matrix::new(asked, COLUMNS)) else { return };
        let wanted = TopK { count: WANTED, least: None, is_self_search: false };
        let kernels = log.machine.kernels();
        let (seconds, found) = shortest(|| kernels.top_k(&base, &asked, &wanted));
        let products = (rows * queries * COLUMNS) as f64;
        let figures = Figures {
            rate: Some((2.0 * products / seconds / 1e9, RateUnit::GigaflopPerSecond)),
            error: found.ok().map(|found| search_error(&base, &asked, &wanted, &found)),
            products: Some(products),
        };
        let name = format!("{queries} of {rows} x {COLUMNS}");
        log.add(Work::TopKSearch, Some("f32"), name, seconds, figures);
    }

    fn pairs(&self, log: &mut Log<'_>) {
        const LEAST: f64 = 0.25;
        let rows = self.sizes.pair_rows;
        let values = self.unit_rows(rows);
        let Ok(matrix) = Matrix::new(&values, COLUMNS) else { return };
        let kernels = log.machine.kernels();
        let (seconds, pairs) = shortest(|| kernels.pairs_above(&matrix, LEAST));
        let exact = |pair: &crate::domain::kernels::Pair| {
            inner_product(matrix.row(pair.first), matrix.row(pair.second))
        };
        let error = pairs.iter().map(|pair| (pair.score - exact(pair)).abs()).fold(0.0, f64::max);
        let products = (rows * rows.saturating_sub(1) / 2 * COLUMNS) as f64;
        let figures = Figures {
            rate: Some((2.0 * products / seconds / 1e9, RateUnit::GigaflopPerSecond)),
            error: Some(error),
            products: Some(products),
        };
        log.add(Work::PairsAbove, Some("f32"), format!("{rows} x {COLUMNS}"), seconds, figures);
    }

    fn trajectories(&self, log: &mut Log<'_>) {
        let all = Oscillators::spread(self.sizes.oscillators, self.sizes.steps);
        let kernels = log.machine.kernels();
        let (seconds, ends) = shortest(|| kernels.trajectories(&all));
        // Some of them in double precision.
        let step = (ends.len() / 64).max(1);
        let some = Oscillators {
            squared_frequencies: all.squared_frequencies.iter().copied().step_by(step).collect(),
            ..all.clone()
        };
        let exact = Reference.trajectories(&some);
        let off = ends.iter().step_by(step).zip(&exact).map(|(end, exact)| f64::from(end - exact).abs());
        let figures = Figures {
            rate: Some((all.operations() / seconds / 1e9, RateUnit::GigaflopPerSecond)),
            error: Some(off.fold(0.0, f64::max)),
            products: None,
        };
        let name = format!("{} x {} steps", self.sizes.oscillators, self.sizes.steps);
        log.add(Work::Trajectories, Some("f32"), name, seconds, figures);
    }
}

impl Machine<'_> {
    fn label(&self) -> String {
        match self {
            Machine::Processor(_) => "cpu".to_owned(),
            Machine::Gpu { device, .. } => device.label(),
        }
    }

    pub(super) fn kernels(&self) -> &dyn Kernels {
        match self {
            Machine::Processor(cpu) => *cpu,
            Machine::Gpu { gpus, .. } => *gpus,
        }
    }
}

/// What is known of a measurement besides its seconds.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) rate: Option<(f64, RateUnit)>,
    pub(super) error: Option<f64>,
    pub(super) products: Option<f64>,
}

/// Where measurements of one device go.
pub(super) struct Log<'a> {
    pub(super) machine: &'a Machine<'a>,
    found: &'a mut Vec<Measurement>,
    nvidia: Option<Nvidia>,
}

impl Log<'_> {
    pub(super) fn add(
        &mut self,
        work: Work,
        variant: Option<&str>,
        size: String,
        seconds: f64,
        figures: Figures,
    ) {
        // What the processor did in its stead is no measurement of a GPU.
        if let Machine::Gpu { gpus, .. } = self.machine
            && gpus.failure().is_some()
        {
            return;
        }
        let (memory_mib, power_watts) = match self.machine {
            Machine::Processor(_) => (own_memory_mib(), None),
            Machine::Gpu { device, .. } => {
                let snapshots = self.nvidia.as_ref().and_then(|nvidia| nvidia.snapshots().ok());
                let gpu = snapshots.into_iter().flatten().find(|snapshot| snapshot.uuid == device.uuid());
                (device.used_mib().ok(), gpu.and_then(|gpu| gpu.power_watts))
            }
        };
        self.found.push(Measurement {
            device: self.machine.label(),
            work,
            variant: variant.map(str::to_owned),
            size,
            products: figures.products,
            seconds,
            rate: figures.rate.map(|(rate, _)| rate),
            rate_unit: figures.rate.map(|(_, unit)| unit),
            error: figures.error,
            memory_mib,
            power_watts,
        });
    }
}

/// The shortest of some repetitions, seconds, and the last answer.
pub(super) fn shortest<T>(work: impl Fn() -> T) -> (f64, T) {
    let start = Instant::now();
    let mut answer = work();
    let mut seconds = start.elapsed().as_secs_f64();
    let mut rounds = 1;
    while !is_enough(rounds, &start) {
        rounds += 1;
        let began = Instant::now();
        answer = work();
        seconds = seconds.min(began.elapsed().as_secs_f64());
    }
    (seconds, answer)
}

/// Whether so many repetitions since `start` tell what a work takes.
fn is_enough(rounds: usize, start: &Instant) -> bool {
    let taken = start.elapsed().as_secs_f64();
    taken > if rounds < ROUNDS { ENOUGH_SECONDS } else { SETTLED_SECONDS }
}

/// Greatest difference of some products from double precision, as a share of the product of the rows' lengths.
fn product_error(values: &[f32], size: usize, products: &[f32]) -> f64 {
    let row = |row: usize| &values[row * size..(row + 1) * size];
    let some = || (0..size).step_by(size.div_ceil(16).max(1));
    some()
        .flat_map(|other| some().map(move |one| (one, other)))
        .map(|(one, other)| {
            let lengths = (inner_product(row(one), row(one)) * inner_product(row(other), row(other))).sqrt();
            (f64::from(products[other * size + one]) - inner_product(row(one), row(other))).abs() / lengths
        })
        .fold(0.0, f64::max)
}

/// Greatest difference of the scores of two queries from the reference's; 1 where another row was found.
fn search_error(base: &Matrix<'_>, asked: &Matrix<'_>, wanted: &TopK, found: &[Vec<Scored>]) -> f64 {
    let some = 2.min(asked.rows());
    let Ok(few) = Matrix::new(&asked.values()[..some * COLUMNS], COLUMNS) else { return 1.0 };
    let Ok(exact) = Reference.top_k(base, &few, wanted) else { return 1.0 };
    let pairs = exact.iter().flatten().zip(found.iter().take(some).flatten());
    pairs
        .map(
            |(exact, found)| {
                if exact.index == found.index { (exact.score - found.score).abs() } else { 1.0 }
            },
        )
        .fold(0.0, f64::max)
}

fn failed(device: &Device, what: &str, error: &CudaError) -> String {
    format!("{}: no {what}: {error}", device.label())
}
