//! One quantity of one schedule's runs: which forecast told it best so far, and how far it was off.

use super::bound::{AdaptiveMiscoverage, Errors};
use super::candidates::{CANDIDATES, USUAL, forecasts, middle};
use crate::domain::patterns::Quantiles;
use crate::domain::time::{HOUR_MS, Timestamp};

/// Values looked at, the newest.
const MOST_VALUES: usize = 200;
/// Values further ahead than this are never told from one.
const FARTHEST: usize = 20;
/// Errors at most this small, as a share of the value, are none: the watch for moves needs some scale.
const LEAST_SCALE: f64 = 0.01;
/// How much smaller, in standard errors and as a share, the mean error of another forecast must be to be taken.
const CLEARLY: f64 = 2.0;
const NOTICEABLY: f64 = 0.03;

/// A value and when its run began.
pub(in crate::domain::patterns) type Measured = (Timestamp, f64);

/// Median and upper bounds of the next value, from `measured` in order of time; `None` without a finite value.
///
/// Every past value is foretold from those before it, as far ahead as half a day's runs; the errors of the forecast
/// that did best say how far above it the next value may lie. So a level that moved, a trend, or a value that
/// repeats the last are all met by their own history. Fewer than three errors give no spread: see
/// [`super::pool_spreads`].
pub(in crate::domain::patterns) fn next_need(measured: &[Measured]) -> Option<Quantiles> {
    let known: Vec<Measured> = measured.iter().copied().filter(|(_, value)| value.is_finite()).collect();
    let count = known.len();
    let recent = &known[count.saturating_sub(MOST_VALUES)..];
    let newest = recent.last()?.1;
    let runs_used = count as u64;
    if recent.iter().all(|(_, value)| *value == newest) {
        return Some(Quantiles { p50: newest, p75: newest, p95: newest, runs_used });
    }
    let floor = floor_of(recent);
    let logs: Vec<f64> = recent.iter().map(|(_, value)| (value.max(0.0) + floor).ln()).collect();
    let ahead = places_ahead(recent);
    let told = forecasts(&logs, scale_of(&logs), ahead);
    let best = best_forecast(&logs, &told, ahead);
    let mut errors = Errors::default();
    let mut miscoverage = AdaptiveMiscoverage::new();
    for (place, value) in logs.iter().enumerate().skip(ahead) {
        let error = value - told[place - ahead][best];
        if errors.len() >= FARTHEST - 1
            && let Some(bound) = errors.upper(miscoverage.get())
        {
            miscoverage.learn(error > bound);
        }
        errors.push(error);
    }
    let point = told.last()?[best];
    let value_at = |log: f64| (log.exp() - floor).max(0.0);
    let p50 = value_at(point);
    let p75 = errors.upper_quartile().map_or(p50, |error| value_at(point + error)).max(p50);
    let p95 = errors.upper(miscoverage.get()).map_or(p75, |error| value_at(point + error)).max(p75);
    Some(Quantiles { p50, p75, p95, runs_used })
}

/// What is added to values before their logarithm, so that nothing is as good as a little: a twentieth of the
/// median, and the grain they were noted in, for 0 s and 1 s are no different lengths.
fn floor_of(recent: &[Measured]) -> f64 {
    let mut values: Vec<f64> = recent.iter().map(|(_, value)| value.max(0.0)).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let usual = middle(&mut values).filter(|median| *median > 0.0).unwrap_or(mean);
    (usual / 20.0).max(grain(values)).max(f64::MIN_POSITIVE)
}

/// The least distance of two different values.
fn grain(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let steps = values.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0);
    let least = steps.fold(f64::INFINITY, f64::min);
    if least.is_finite() { least } else { 0.0 }
}

/// Standard deviation around one level, from the median distance of neighbours: moves of the level are too few to
/// show in it.
fn scale_of(logs: &[f64]) -> f64 {
    let mut steps: Vec<f64> = logs.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let median = middle(&mut steps).unwrap_or(0.0);
    (1.4826 * median / std::f64::consts::SQRT_2).max(LEAST_SCALE)
}

/// How many values lie within half a day, at least one: predictions are made for about a day.
fn places_ahead(recent: &[Measured]) -> usize {
    let mut gaps: Vec<f64> = recent.windows(2).map(|pair| pair[1].0.since(pair[0].0) as f64).collect();
    let usual = middle(&mut gaps).unwrap_or(0.0).max(1.0);
    let places = (12.0 * HOUR_MS as f64 / usual).round() as usize;
    places.clamp(1, FARTHEST.min((recent.len() / 4).max(1)))
}

/// The forecast with the least mean error, or the usual one where none is clearly better.
fn best_forecast(logs: &[f64], told: &[[f64; CANDIDATES]], ahead: usize) -> usize {
    let judged = logs.len().saturating_sub(ahead) as f64;
    let error = |place: usize, candidate: usize| (logs[place] - told[place - ahead][candidate]).abs();
    let mut best = (USUAL, 0.0);
    for candidate in 0..CANDIDATES {
        let (mut sum, mut squares, mut usual) = (0.0, 0.0, 0.0);
        for place in ahead..logs.len() {
            let gained = error(place, USUAL) - error(place, candidate);
            sum += gained;
            squares += gained * gained;
            usual += error(place, USUAL);
        }
        let mean = sum / judged;
        let deviation = ((squares / judged - mean * mean).max(0.0) / judged).sqrt();
        let clearly = judged >= 10.0 && mean > CLEARLY * deviation && sum > NOTICEABLY * usual;
        if clearly && mean > best.1 {
            best = (candidate, mean);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::DAY_MS;

    fn daily(values: impl IntoIterator<Item = f64>) -> Option<Quantiles> {
        let measured: Vec<Measured> = values
            .into_iter()
            .enumerate()
            .map(|(day, value)| (Timestamp::clamped(day as i64 * DAY_MS), value))
            .collect();
        next_need(&measured)
    }

    /// 0.9 to 1.1 in an order without a trend.
    fn wobble(place: usize) -> f64 {
        0.9 + ((place * 7919 + place * place * 31) % 101) as f64 / 505.0
    }

    #[test]
    fn whole_seconds_around_nothing_are_bounded_by_seconds() {
        let seconds = [
            1.0, 0.0, 1.0, 2.0, 1.0, 1.0, 0.0, 1.0, 1.0, 2.0, 1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 0.0, 1.0, 1.0,
            1.0,
        ];
        let day = |index: usize| Timestamp::clamped(index as i64 * 24 * HOUR_MS);
        let measured: Vec<Measured> =
            seconds.iter().enumerate().map(|(index, value)| (day(index), *value)).collect();
        let found = next_need(&measured).expect("values");
        assert!(found.p95 <= 4.0, "{found:?}");
    }

    #[test]
    fn a_new_level_replaces_the_old_one() {
        let found =
            daily((0..60).map(|day| wobble(day) * if day < 50 { 100.0 } else { 300.0 })).expect("values");
        assert!((270.0..330.0).contains(&found.p50), "{found:?}");
        assert!(found.p95 >= found.p75 && found.p75 >= found.p50, "{found:?}");
    }

    #[test]
    fn what_grows_is_foretold_larger_than_it_ever_was() {
        let values: Vec<f64> = (0..60).map(|day| 100.0 * 1.05_f64.powi(day) * wobble(day as usize)).collect();
        let found = daily(values.iter().copied()).expect("values");
        assert!(found.p50 > 100.0 * 1.05_f64.powi(59), "{found:?}");
    }

    #[test]
    fn one_outlier_neither_moves_the_median_nor_the_bound() {
        let with =
            daily((0..60).map(|day| wobble(day) * if day == 55 { 1000.0 } else { 100.0 })).expect("values");
        assert!(with.p50 < 110.0 && with.p95 < 150.0, "{with:?}");
    }

    #[test]
    fn what_never_varies_has_no_spread_and_nothing_known_has_no_quantiles() {
        let same = daily([4.0; 30]).expect("values");
        assert_eq!((same.p50, same.p95, same.runs_used), (4.0, 4.0, 30));
        assert_eq!(daily([f64::NAN]), None);
        assert_eq!(daily([0.0; 3]).map(|found| found.p95), Some(0.0));
    }
}
