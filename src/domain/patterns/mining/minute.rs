//! Which minute of the clock a crontab would name for starts that scatter around or after it.

use super::code_length::minute_share;
use crate::domain::time::{DAY_MS, MINUTE_MS};

/// Starts used at most; more add nothing to the choice.
const SAMPLE: usize = 200;

/// The minute (in minutes after the same midnight as `places_ms`, may lie outside the day) that explains the
/// local times `places_ms` best: they scatter evenly around it, come after it only, or follow it by a fixed
/// delay below a minute. `half_width_ms` bounds the search, `step_ms` is the distance of slots.
pub(super) fn likeliest_minute(
    places_ms: &[i64],
    half_width_ms: i64,
    step_ms: i64,
    resolution_ms: i64,
) -> Option<i64> {
    let stride = places_ms.len().div_ceil(SAMPLE).max(1);
    let mut places: Vec<i64> = places_ms.iter().copied().step_by(stride).collect();
    places.sort_unstable();
    let middle = *places.get(places.len() / 2)?;
    let spread =
        (super::scatter::robust_deviation(&places) * 1000.0).max(resolution_ms as f64 / 2.0).max(500.0);
    let first = (places[0] - half_width_ms.min(10 * MINUTE_MS)).div_euclid(MINUTE_MS);
    let last = places[places.len() - 1].div_euclid(MINUTE_MS) + 1;
    let copies = (DAY_MS / step_ms).max(1);
    let mut best: Option<(f64, i64)> = None;
    for minute in first..=last {
        let share: f64 = (0..copies).map(|copy| minute_share(minute + copy * step_ms / MINUTE_MS)).sum();
        let value = share.ln() + ln_fit(&places, minute * MINUTE_MS, middle, spread, half_width_ms);
        if best.is_none_or(|best| value > best.0 + 1e-9) {
            best = Some((value, minute));
        }
    }
    best.map(|(_, minute)| minute)
}

/// ln likelihood of `places` under the best of the three shapes around `minute_ms`.
fn ln_fit(places: &[i64], minute_ms: i64, middle_ms: i64, spread: f64, half_width_ms: i64) -> f64 {
    let width = 2.0 * half_width_ms as f64 + MINUTE_MS as f64;
    let total = |density: &dyn Fn(f64) -> f64| -> f64 {
        places
            .iter()
            // One start in twenty belongs to something else.
            .map(|place| (0.95 * density((place - minute_ms) as f64) + 0.05 / width).ln())
            .sum()
    };
    let normal = |x: f64, deviation: f64| {
        (-0.5 * (x / deviation).powi(2)).exp() / (deviation * (2.0 * std::f64::consts::PI).sqrt())
    };
    let mut best = f64::NEG_INFINITY;
    for factor in [0.7, 1.0, 1.5, 2.2, 3.3] {
        let deviation = spread * factor;
        let around = total(&|x| normal(x, deviation));
        let after = total(&|x| if x < -500.0 { 0.0 } else { 2.0 * normal(x, deviation) });
        let decaying = total(&|x| if x < -500.0 { 0.0 } else { (-x.max(0.0) / deviation).exp() / deviation });
        best = best.max(around).max(after).max(decaying - 0.7);
        let delay = (middle_ms - minute_ms) as f64;
        if (0.0..MINUTE_MS as f64).contains(&delay) && deviation < 10_000.0 {
            let delayed = total(&|x| normal(x - delay, deviation));
            best = best.max(delayed - (MINUTE_MS as f64 / deviation).ln());
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_that_is_a_second_late_names_the_minute_before() {
        let places: Vec<i64> = (0..30).map(|index| 385 * MINUTE_MS + 1_000 * (index % 10 / 9 + 1)).collect();
        assert_eq!(likeliest_minute(&places, 1_000, DAY_MS, 1_000), Some(385));
    }

    #[test]
    fn starts_that_come_up_to_minutes_late_name_the_minute_they_wait_for() {
        let places: Vec<i64> =
            (0..60_i64).map(|index| 120 * MINUTE_MS + (index * index % 61) * 6_000).collect();
        assert_eq!(likeliest_minute(&places, 600_000, DAY_MS, 1_000), Some(120));
    }

    #[test]
    fn a_fixed_delay_within_the_minute_is_not_rounded_up() {
        let places: Vec<i64> = (0..40).map(|index| 121 * MINUTE_MS + 45_000 + 200 * (index % 5)).collect();
        assert_eq!(likeliest_minute(&places, 1_000, DAY_MS, 1_000), Some(121));
    }
}
