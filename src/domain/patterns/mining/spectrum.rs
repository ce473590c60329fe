//! Periods that the spectrum of all starts speaks for: they may be kept so seldom, or so loosely, that no gap shows
//! them.

use std::cell::RefCell;

use rustfft::FftPlannerScalar;
use rustfft::num_complex::Complex;

use crate::domain::kernels::point;

/// Bins at most: beyond, a transform costs more than the search it spares.
const MOST_BINS: usize = 1 << 17;
/// Peaks kept.
const PEAKS: usize = 12;
/// A peak may be the harmonic of a period up to this many times as long.
const MULTIPLES: usize = 6;
/// Power (of a mean of 1) below which a multiple of a peak is not looked at.
const LEAST_POWER: f64 = 2.5;

thread_local! {
    // The scalar planner gives the same bits on every machine. Histories of one store are about as long, so that
    // what one transform has been planned with serves the next.
    static PLANNER: RefCell<FftPlannerScalar<f32>> = RefCell::new(FftPlannerScalar::new());
}

/// Periods (ms) from `shortest_ms` to `longest_ms` at peaks of the power of ascending `starts`, and multiples of
/// them that have power of their own. Exact to a small part of a cycle over the whole history.
pub(super) fn spectral_periods(starts: &[i64], shortest_ms: f64, longest_ms: f64) -> Vec<f64> {
    let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else { return Vec::new() };
    let span_ms = (last - first) as f64;
    // Three bins to the shortest period keep nine tenths of its amplitude.
    let bin_ms = (shortest_ms / 3.0).max(span_ms / (MOST_BINS - 1) as f64);
    let bins = (span_ms / bin_ms) as usize + 1;
    if bins < 16 || !bin_ms.is_finite() {
        return Vec::new();
    }
    // Twice as long as the history: a peak is at most a quarter of a cycle beside its bin.
    let length = (2 * bins).next_power_of_two();
    let power = power_spectrum(starts, bin_ms, length);
    let frequency = |index: f64| index / (length as f64 * bin_ms);
    let least = (1.0 / longest_ms / frequency(1.0)).ceil().max(2.0) as usize;
    let most = ((1.0 / shortest_ms.max(2.5 * bin_ms) / frequency(1.0)) as usize).min(power.len() - 2);
    let mut peaks: Vec<usize> = (least..=most)
        .filter(|&index| power[index] > power[index - 1] && power[index] >= power[index + 1])
        .collect();
    peaks.sort_by(|one, other| power[*other].total_cmp(&power[*one]).then(one.cmp(other)));
    peaks.truncate(PEAKS);
    let mut periods: Vec<f64> = Vec::new();
    for peak in peaks {
        let middle = vertex(&power, peak);
        for multiple in 1..=MULTIPLES {
            let index = middle / multiple as f64;
            if index < least as f64 {
                break;
            }
            let near = index.round() as usize;
            let strength = power[near - 1].max(power[near]).max(power[near + 1]);
            if multiple == 1 || strength >= LEAST_POWER {
                periods.push(1.0 / frequency(index));
            }
        }
    }
    periods
}

/// Squared amplitude over the number of starts, by frequency up to half the sampling rate.
fn power_spectrum(starts: &[i64], bin_ms: f64, length: usize) -> Vec<f64> {
    // Even bins are the real, odd ones the imaginary parts of a transform of half the length.
    let half = length / 2;
    let mut packed = vec![Complex { re: 0.0_f32, im: 0.0 }; half];
    for start in starts {
        let bin = ((start - starts[0]) as f64 / bin_ms) as usize;
        let value = &mut packed[bin / 2];
        if bin.is_multiple_of(2) {
            value.re += 1.0;
        } else {
            value.im += 1.0;
        }
    }
    PLANNER.with_borrow_mut(|planner| planner.plan_fft_forward(half)).process(&mut packed);
    (0..half)
        .map(|index| {
            let (one, other) = (packed[index], packed[(half - index) % half].conj());
            let (even, odd) = ((one + other) * 0.5, (one - other) * Complex { re: 0.0, im: -0.5 });
            let (sine, cosine) = point(-(index as f64) / length as f64);
            let turned = odd * Complex { re: cosine as f32, im: sine as f32 };
            f64::from((even + turned).norm_sqr()) / starts.len() as f64
        })
        .collect()
}

/// Where the parabola through a peak and its two neighbours has its top.
fn vertex(power: &[f64], peak: usize) -> f64 {
    let (before, at, after) = (power[peak - 1], power[peak], power[peak + 1]);
    let bend = before - 2.0 * at + after;
    let shift = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
    peak as f64 + shift.clamp(-0.5, 0.5)
}

#[cfg(test)]
mod tests {
    use super::super::phase::resultant;
    use super::*;

    #[test]
    fn the_spectrum_agrees_with_sums_over_the_starts() {
        let starts: Vec<i64> = (0..40_i64).map(|index| index * 97_000 + index * index % 13 * 5_000).collect();
        let power = power_spectrum(&starts, 1000.0, 16_384);
        for index in [3, 170, 1_000, 4_000] {
            let plain = resultant(&starts, 16_384_000.0 / index as f64).powi(2) / 40.0;
            assert!((power[index] - plain).abs() < 1e-3 * (1.0 + plain), "{index} {} {plain}", power[index]);
        }
    }

    #[test]
    fn one_run_in_ten_is_enough_for_a_peak() {
        let kept = [0, 13, 18, 31, 47, 50, 72, 77, 93, 101, 118];
        let starts: Vec<i64> = kept.iter().map(|slot| slot * 1_740_000).collect();
        let found = spectral_periods(&starts, 600_000.0, 10_800_000.0);
        assert!(found.iter().any(|period| (period / 1_740_000.0 - 1.0).abs() < 0.003), "{found:?}");
    }
}
