//! Sums of points on a circle: the innermost loop of the search for periods, so without a call per point.

use crate::domain::kernels::{LANES, point};

type Lanes = [f64; LANES];

/// Times of up to eight starts after `origin`, and 1 for each that there is.
#[inline(always)]
fn lanes(starts: &[i64], origin: i64) -> (Lanes, Lanes) {
    let (mut times, mut present) = ([0.0; LANES], [0.0; LANES]);
    for (lane, start) in starts.iter().enumerate() {
        times[lane] = (start - origin) as f64;
        present[lane] = 1.0;
    }
    (times, present)
}

/// Sum of the points of `starts` (ms) on a circle of `period_ms`, counted from the first: (sine, cosine).
pub(super) fn direction(starts: &[i64], period_ms: f64) -> (f64, f64) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "the processor has just said that it knows these instructions")]
        return unsafe { direction_by_fours(starts, period_ms) };
    }
    direction_of(starts, period_ms)
}

#[inline(always)]
fn direction_of(starts: &[i64], period_ms: f64) -> (f64, f64) {
    let origin = starts.first().copied().unwrap_or(0);
    let per_ms = 1.0 / period_ms;
    let (mut sines, mut cosines) = ([0.0; LANES], [0.0; LANES]);
    for chunk in starts.chunks(LANES) {
        let (times, present) = lanes(chunk, origin);
        for lane in 0..LANES {
            let (sine, cosine) = point(times[lane] * per_ms);
            sines[lane] += sine * present[lane];
            cosines[lane] += cosine * present[lane];
        }
    }
    (sines.iter().sum(), cosines.iter().sum())
}

/// The same code for processors that work on four values at once. They round each operation as others do, so that
/// every machine gets the same bits.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn direction_by_fours(starts: &[i64], period_ms: f64) -> (f64, f64) {
    direction_of(starts, period_ms)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::super::generator::Chance;
    use super::*;
    use crate::domain::kernels::{Band, Events, resultants};

    fn by_the_library(starts: &[i64], period_ms: f64) -> (f64, f64) {
        starts.iter().fold((0.0, 0.0), |sum, start| {
            let angle = TAU * ((start - starts[0]) as f64 / period_ms).fract();
            (sum.0 + angle.sin(), sum.1 + angle.cos())
        })
    }

    fn some_starts() -> Vec<i64> {
        let mut chance = Chance::new(9);
        let mut starts: Vec<i64> =
            (0..1_003).map(|_| 1_709_510_400_000 + (chance.unit() * 1e10) as i64).collect();
        starts.sort_unstable();
        starts
    }

    #[test]
    fn sums_agree_with_the_library() {
        let starts = some_starts();
        for period_ms in [12_345.0, 600_000.0, 86_400_000.0] {
            let (fast, plain) = (direction(&starts, period_ms), by_the_library(&starts, period_ms));
            assert!((fast.0 - plain.0).abs() < 1e-5 && (fast.1 - plain.1).abs() < 1e-5, "{fast:?} {plain:?}");
        }
        assert_eq!(direction(&[], 1_000.0), (0.0, 0.0));
    }

    #[test]
    fn wider_instructions_give_the_same_bits() {
        let starts = some_starts();
        let sums = |found: (f64, f64)| (found.0.to_bits(), found.1.to_bits());
        assert_eq!(sums(direction(&starts, 600_001.5)), sums(direction_of(&starts, 600_001.5)));
    }

    #[test]
    fn a_row_of_frequencies_agrees_with_each_alone() {
        let starts = some_starts();
        let events = Events { times_ms: &starts, weights: None };
        let band = Band { series: 0, first_per_ms: 1.0 / 700_000.0, step_per_ms: 1e-11, count: 40 };
        for (index, length) in resultants(&events, &band).into_iter().enumerate() {
            let (sine, cosine) = direction(&starts, 1.0 / band.frequency(index));
            assert!((length - f64::hypot(sine, cosine)).abs() < 1e-6 * starts.len() as f64, "{index}");
        }
    }
}
