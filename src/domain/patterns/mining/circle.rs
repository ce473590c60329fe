//! Sums of points on a circle: the innermost loop of the search for periods, so without a call per point.

use std::f64::consts::TAU;

/// Points worked on side by side; a sum over each lane keeps the order of additions fixed.
const LANES: usize = 8;

type Lanes = [f64; LANES];

/// The nearest whole number, of those below 2^51, without a call.
#[inline(always)]
pub(super) fn nearest_whole(value: f64) -> f64 {
    // Adding and taking away 1.5 * 2^52 leaves no room for a fraction.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    (value + ROUNDER) - ROUNDER
}

/// The point `turns` times around the circle as (sine, cosine), to about 1e-12: Taylor polynomials at a quarter
/// of the angle, doubled twice. No branch and no library call, so that several points are worked on at once.
#[inline(always)]
pub(super) fn point(turns: f64) -> (f64, f64) {
    let angle = (turns - nearest_whole(turns)) * (TAU / 4.0);
    let square = angle * angle;
    let sine_terms = -1.0 / 5_040.0 + square * (1.0 / 362_880.0 + square * (-1.0 / 39_916_800.0));
    let sine = angle * (1.0 + square * (-1.0 / 6.0 + square * (1.0 / 120.0 + square * sine_terms)));
    let cosine_terms = 1.0 / 40_320.0 + square * (-1.0 / 3_628_800.0 + square * (1.0 / 479_001_600.0));
    let cosine =
        1.0 + square * (-0.5 + square * (1.0 / 24.0 + square * (-1.0 / 720.0 + square * cosine_terms)));
    let (half_sine, half_cosine) = (2.0 * sine * cosine, 1.0 - 2.0 * sine * sine);
    (2.0 * half_sine * half_cosine, 1.0 - 2.0 * half_sine * half_sine)
}

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
        return unsafe { wider::direction(starts, period_ms) };
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

/// Lengths of the sums of the points of `starts` (ms) on circles of `count` evenly spaced frequencies (per ms): one
/// multiplication per point and frequency.
pub(super) fn resultants(starts: &[i64], first_per_ms: f64, step_per_ms: f64, count: usize) -> Vec<f64> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "the processor has just said that it knows these instructions")]
        return unsafe { wider::resultants(starts, first_per_ms, step_per_ms, count) };
    }
    resultants_of(starts, first_per_ms, step_per_ms, count)
}

/// The same code for processors that work on four values at once. They round each operation as others do, so that
/// every machine gets the same bits.
#[cfg(target_arch = "x86_64")]
mod wider {
    #[target_feature(enable = "avx2")]
    pub(super) fn direction(starts: &[i64], period_ms: f64) -> (f64, f64) {
        super::direction_of(starts, period_ms)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn resultants(starts: &[i64], first_per_ms: f64, step_per_ms: f64, count: usize) -> Vec<f64> {
        super::resultants_of(starts, first_per_ms, step_per_ms, count)
    }
}

#[inline(always)]
fn resultants_of(starts: &[i64], first_per_ms: f64, step_per_ms: f64, count: usize) -> Vec<f64> {
    let Some(&origin) = starts.get(starts.len() / 2) else { return vec![0.0; count] };
    let mut sums: Vec<(Lanes, Lanes)> = vec![([0.0; LANES], [0.0; LANES]); count];
    for chunk in starts.chunks(LANES) {
        let (times, present) = lanes(chunk, origin);
        let (mut sines, mut cosines) = ([0.0; LANES], [0.0; LANES]);
        let (mut step_sines, mut step_cosines) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            let (sine, cosine) = point(times[lane] * first_per_ms);
            (sines[lane], cosines[lane]) = (sine * present[lane], cosine * present[lane]);
            (step_sines[lane], step_cosines[lane]) = point(times[lane] * step_per_ms);
        }
        for sum in &mut sums {
            for lane in 0..LANES {
                sum.0[lane] += sines[lane];
                sum.1[lane] += cosines[lane];
                let turned = sines[lane] * step_cosines[lane] + cosines[lane] * step_sines[lane];
                cosines[lane] = cosines[lane] * step_cosines[lane] - sines[lane] * step_sines[lane];
                sines[lane] = turned;
            }
        }
    }
    sums.iter().map(|(sines, cosines)| f64::hypot(sines.iter().sum(), cosines.iter().sum())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::generator::Chance;
    use super::*;

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
    fn points_agree_with_the_library() {
        for step in -4_000..4_000 {
            let turns = f64::from(step) * 0.001_37;
            let (sine, cosine) = point(turns);
            assert!((sine - (turns * TAU).sin()).abs() < 2e-10, "{turns}");
            assert!((cosine - (turns * TAU).cos()).abs() < 2e-10, "{turns}");
        }
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
        let bits = |found: Vec<f64>| -> Vec<u64> { found.into_iter().map(f64::to_bits).collect() };
        let (first, step) = (1.0 / 700_000.0, 1e-11);
        assert_eq!(bits(resultants(&starts, first, step, 9)), bits(resultants_of(&starts, first, step, 9)));
    }

    #[test]
    fn a_row_of_frequencies_agrees_with_each_alone() {
        let starts = some_starts();
        let (first, step) = (1.0 / 700_000.0, 1e-11);
        for (index, length) in resultants(&starts, first, step, 40).into_iter().enumerate() {
            let (sine, cosine) = direction(&starts, 1.0 / (first + step * index as f64));
            assert!((length - f64::hypot(sine, cosine)).abs() < 1e-6 * starts.len() as f64, "{index}");
        }
    }
}
