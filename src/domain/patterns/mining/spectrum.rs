//! Periods that the spectrum of all starts speaks for: they may be kept so seldom, or so loosely, that no gap shows
//! them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlannerScalar};

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
    static TRANSFORMS: RefCell<BTreeMap<usize, Transform>> = const { RefCell::new(BTreeMap::new()) };
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
    let length = quick_length(2 * bins);
    let power = power_spectrum(starts, bin_ms, length);
    let frequency = |index: f64| index / (length as f64 * bin_ms);
    let least = (1.0 / longest_ms / frequency(1.0)).ceil().max(2.0) as usize;
    let most = ((1.0 / shortest_ms.max(2.5 * bin_ms) / frequency(1.0)) as usize).min(power.len() - 2);
    let mut peaks: Vec<usize> = Vec::with_capacity(PEAKS + 1);
    for index in least..=most {
        let is_peak = power[index] > power[index - 1] && power[index] >= power[index + 1];
        if is_peak && (peaks.len() < PEAKS || power[index] > power[peaks[PEAKS - 1]]) {
            let place = peaks.partition_point(|other| power[*other] >= power[index]);
            peaks.insert(place, index);
            peaks.truncate(PEAKS);
        }
    }
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
    let Transform { plan, turns } = transform(half);
    plan.process(&mut packed);
    let per_start = 1.0 / starts.len() as f64;
    let unpacked = |index: usize, opposite: usize| {
        let (one, other) = (packed[index], packed[opposite].conj());
        let (even, odd) = ((one + other) * 0.5, (one - other) * Complex { re: 0.0, im: -0.5 });
        f64::from((even + odd * turns[index]).norm_sqr()) * per_start
    };
    let first = (half > 0).then(|| unpacked(0, 0));
    first.into_iter().chain((1..half).map(|index| unpacked(index, half - index))).collect()
}

/// The least length from `least` on that a transform takes in its stride: a power of two, or three of them.
fn quick_length(least: usize) -> usize {
    let power = least.next_power_of_two();
    let three = power / 4 * 3;
    if three >= least && three.is_multiple_of(4) { three } else { power }
}

/// A transform of one length, and the turns that tell even from odd bins.
#[derive(Clone)]
struct Transform {
    plan: Arc<dyn Fft<f32>>,
    turns: Rc<Vec<Complex<f32>>>,
}

/// Histories of one store are about as long, so that what one transform has been planned with serves the next.
fn transform(half: usize) -> Transform {
    const MOST_KEPT: usize = 8;
    TRANSFORMS.with_borrow_mut(|kept| {
        if kept.len() >= MOST_KEPT && !kept.contains_key(&half) {
            kept.clear();
        }
        let planned = kept.entry(half).or_insert_with(|| {
            let turn = |index: usize| {
                let (sine, cosine) = point(-(index as f64) / (2 * half) as f64);
                Complex { re: cosine as f32, im: sine as f32 }
            };
            // The scalar planner gives the same bits on every machine.
            let plan = FftPlannerScalar::new().plan_fft_forward(half);
            Transform { plan, turns: Rc::new((0..half).map(turn).collect()) }
        });
        planned.clone()
    })
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
