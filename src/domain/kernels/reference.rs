//! The plain way, which every backend is held against.

use super::{
    Band, Kernels, Matrix, MatrixError, Movable, Oscillators, Pair, Periodogram, Scored, ShiftCosts, TopK,
    double_step, inner_product, normalize_rows, order,
};

/// One pair after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

impl Kernels for Reference {
    fn nearest(&self, base: &Matrix<'_>, queries: &Matrix<'_>, wanted: &TopK) -> Vec<Vec<Scored>> {
        let of = |query: usize| {
            let mut found: Vec<Scored> = (0..base.rows())
                .filter(|index| !wanted.is_self_search || *index != query)
                .map(|index| Scored { index, score: inner_product(base.row(index), queries.row(query)) })
                .filter(|scored| wanted.least.is_none_or(|least| scored.score >= least))
                .collect();
            found.sort_by(order);
            found.truncate(wanted.count);
            found
        };
        (0..queries.rows()).map(of).collect()
    }

    fn pairs_above(&self, rows: &Matrix<'_>, least: f64) -> Vec<Pair> {
        let score = |first: usize, second: usize| inner_product(rows.row(first), rows.row(second));
        (0..rows.rows())
            .flat_map(|first| (first + 1..rows.rows()).map(move |second| (first, second)))
            .map(|(first, second)| Pair { first, second, score: score(first, second) })
            .filter(|pair| pair.score >= least)
            .collect()
    }

    fn normalize_rows(&self, values: &mut [f32], columns: usize) -> Result<(), MatrixError> {
        normalize_rows(values, columns)
    }

    fn resultants(&self, asked: &Periodogram<'_>) -> Vec<Vec<f64>> {
        let length = |band: &Band, index: usize| {
            let (mut sine, mut cosine) = (0.0, 0.0);
            let events = asked.events(band);
            for event in 0..events.times_ms.len() {
                let turns = events.after_origin(event) * band.frequency(index);
                let (own_sine, own_cosine) = (turns.fract() * std::f64::consts::TAU).sin_cos();
                sine += events.weight(event) * own_sine;
                cosine += events.weight(event) * own_cosine;
            }
            f64::hypot(sine, cosine)
        };
        asked.bands().iter().map(|band| (0..band.count).map(|index| length(band, index)).collect()).collect()
    }

    fn shift_costs(&self, asked: &ShiftCosts<'_>) -> Vec<Vec<f64>> {
        let cost = |movable: &Movable, shift: usize| -> f64 {
            let slots = movable.windows.iter().flat_map(|window| {
                let stretch = &movable.stretches[window.stretch];
                (window.start + shift..window.start + shift + window.length)
                    .map(move |slot| asked.slot_cost(stretch, slot))
            });
            slots.sum()
        };
        let of = |movable: &Movable| (0..movable.shifts).map(|shift| cost(movable, shift)).collect();
        asked.movables().iter().map(of).collect()
    }

    fn trajectories(&self, oscillators: &Oscillators) -> Vec<f32> {
        let step = f64::from(oscillators.step);
        let follow = |squared: &f32| {
            let (mut displacement, mut speed) = (1.0, 0.0);
            for _ in 0..oscillators.steps {
                (displacement, speed) = double_step(displacement, speed, f64::from(*squared), step);
            }
            displacement as f32
        };
        oscillators.squared_frequencies.iter().map(follow).collect()
    }
}
