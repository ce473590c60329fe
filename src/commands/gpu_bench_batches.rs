//! What `gpu bench` measures of the kernels for many histories and many rules at once.

use super::gpu_bench_work::{Figures, Log, Workload, shortest};
use crate::domain::device::{RateUnit, Work};
use crate::domain::kernels::{
    Band, Events, Kernels, Movable, Periodogram, Reference, ShiftCosts, Stretch, Window,
};

/// Events of a series, bands in which each is looked at, and their frequencies: what the search for a period of one
/// history asks for.
const EVENTS: usize = 2_000;
const BANDS: usize = 64;
const FREQUENCIES: usize = 9;
/// Additions and multiplications for one event at one frequency.
const OPERATIONS_PER_POINT: f64 = 8.0;
/// A week of five minutes each, a daily rule of an hour that may move by six hours either way.
const HORIZON: usize = 7 * 288;
const WINDOW: usize = 12;
const SHIFTS: usize = 145;
/// Rules for each series: both kernels then take about as long.
const RULES: usize = 64;

impl Workload {
    pub(super) fn resultants(&self, log: &mut Log<'_>) {
        let series = self.sizes.batch;
        let spread = |value: f32| (f64::from(value) * 2.6e9) as i64;
        let times: Vec<i64> = self.values(series * EVENTS).into_iter().map(spread).collect();
        let all: Vec<Events<'_>> =
            times.chunks(EVENTS).map(|times_ms| Events { times_ms, weights: None }).collect();
        let bands: Vec<Band> = (0..series * BANDS)
            .map(|number| Band {
                series: number / BANDS,
                first_per_ms: 1.0 / (60_000.0 + 1_000.0 * (number % BANDS) as f64),
                step_per_ms: 5e-11,
                count: FREQUENCIES,
            })
            .collect();
        let Ok(asked) = Periodogram::new(&all, &bands) else { return };
        let kernels = log.machine.kernels();
        let (seconds, found) = shortest(|| kernels.resultants(&asked));
        let step = (bands.len() / 16).max(1);
        let some: Vec<Band> = bands.iter().copied().step_by(step).collect();
        let exact = Periodogram::new(&all, &some).map(|some| Reference.resultants(&some)).unwrap_or_default();
        let error = greatest_difference(found.iter().step_by(step), &exact) / EVENTS as f64;
        let points = (bands.len() * EVENTS * FREQUENCIES) as f64;
        let name = format!("{series} x {EVENTS} events x {} frequencies", BANDS * FREQUENCIES);
        log.add(
            Work::Resultants,
            Some("f64"),
            name,
            seconds,
            figures(OPERATIONS_PER_POINT * points, seconds, error),
        );
    }

    pub(super) fn shift_costs(&self, log: &mut Log<'_>) {
        let (rows, rules) = (self.sizes.batch, self.sizes.batch * RULES);
        // Thirds, whose sums must be rounded.
        let costs: Vec<f64> =
            self.values(rows * HORIZON).into_iter().map(|cost| f64::from(cost) / 3.0).collect();
        let reach = SHIFTS - 1 + WINDOW;
        let movable = |rule: usize| Movable {
            shifts: SHIFTS,
            stretches: (0..7)
                .map(|day| Stretch {
                    row: rule % rows,
                    first: (rule * 31 + day * 288) % HORIZON,
                    length: reach,
                })
                .collect(),
            windows: (0..7).map(|stretch| Window { stretch, start: 0, length: WINDOW }).collect(),
        };
        let movables: Vec<Movable> = (0..rules).map(movable).collect();
        let Ok(asked) = ShiftCosts::new(&costs, HORIZON, &movables) else { return };
        let kernels = log.machine.kernels();
        let (seconds, found) = shortest(|| kernels.shift_costs(&asked));
        let step = (movables.len() / 16).max(1);
        let some: Vec<Movable> = movables.iter().cloned().step_by(step).collect();
        let some = ShiftCosts::new(&costs, HORIZON, &some);
        let exact = some.map(|some| Reference.shift_costs(&some)).unwrap_or_default();
        // No slot costs more than a sixth.
        let most = (7 * WINDOW) as f64 / 6.0;
        let error = greatest_difference(found.iter().step_by(step), &exact) / most;
        let additions = (rules * 7 * (reach + 2 * SHIFTS)) as f64;
        let name = format!("{rules} rules x 7 x {SHIFTS} shifts");
        log.add(Work::ShiftCosts, Some("f64"), name, seconds, figures(additions, seconds, error));
    }
}

fn figures(operations: f64, seconds: f64, error: f64) -> Figures {
    let rate = Some((operations / seconds / 1e9, RateUnit::GigaflopPerSecond));
    Figures { rate, error: Some(error), products: None }
}

/// The greatest difference between what was found and what is exact; infinite where one of them is shorter.
fn greatest_difference<'a>(found: impl Iterator<Item = &'a Vec<f64>>, exact: &[Vec<f64>]) -> f64 {
    let found: Vec<&Vec<f64>> = found.collect();
    if found.len() != exact.len() || found.iter().zip(exact).any(|(one, other)| one.len() != other.len()) {
        return f64::INFINITY;
    }
    let pairs = found.into_iter().flatten().zip(exact.iter().flatten());
    pairs.map(|(found, exact)| (found - exact).abs()).fold(0.0, f64::max)
}
