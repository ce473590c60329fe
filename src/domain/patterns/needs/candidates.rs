//! Ways of telling the next value of a series from those before it.

use super::level::LevelWatch;
use super::recent_median::RecentMedian;

/// Number of ways.
pub(super) const CANDIDATES: usize = 5;
/// The way that is taken unless another is clearly better: the median since the level last moved.
pub(super) const USUAL: usize = 0;

/// Values a slope is taken from.
const TREND_VALUES: usize = 30;
/// Values below which a slope says nothing.
const LEAST_TREND_VALUES: usize = 12;

/// What each way says after each value. Shape: for each value, the median since the level last moved, the median
/// of all recent values, the value itself, the mean of the last three, the line through the recent ones `ahead`
/// values later.
pub(super) fn forecasts(values: &[f64], scale: f64, ahead: usize) -> Vec<[f64; CANDIDATES]> {
    let mut watch = LevelWatch::new(scale);
    let mut level = RecentMedian::default();
    let mut steady = RecentMedian::default();
    let mut found = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let moved = level.median().and_then(|median| watch.observe(place, value - median));
        level.push(*value);
        steady.push(*value);
        if let Some(began) = moved {
            level.forget_before(began);
        }
        let usual = level.median().unwrap_or(*value);
        let last_three = &values[place.saturating_sub(2)..=place];
        // Not only since the level moved: to the watch, what grows moves all the time.
        let since = &values[(place + 1).saturating_sub(TREND_VALUES)..=place];
        found.push([
            usual,
            steady.median().unwrap_or(*value),
            *value,
            last_three.iter().sum::<f64>() / last_three.len() as f64,
            trend(since, ahead).unwrap_or(usual),
        ]);
    }
    found
}

/// The value `ahead` places after the last on a line through `values`: Theil and Sen's median of slopes, over
/// pairs half the series apart, which costs no more than sorting; `None` for too few values.
fn trend(values: &[f64], ahead: usize) -> Option<f64> {
    if values.len() < LEAST_TREND_VALUES {
        return None;
    }
    let half = values.len() / 2;
    let mut slopes: Vec<f64> =
        values.iter().zip(&values[half..]).map(|(early, late)| (late - early) / half as f64).collect();
    let slope = middle(&mut slopes)?;
    let target = (values.len() - 1 + ahead) as f64;
    let mut moved: Vec<f64> =
        values.iter().enumerate().map(|(place, value)| value + slope * (target - place as f64)).collect();
    middle(&mut moved)
}

/// The middle value; the upper one of two. `None` without any.
pub(super) fn middle(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let half = values.len() / 2;
    Some(*values.select_nth_unstable_by(half, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_continued() {
        let values: Vec<f64> = (0..20).map(|place| 3.0 + 0.5 * f64::from(place)).collect();
        let found = forecasts(&values, 0.1, 2);
        assert!((found[19][4] - 13.5).abs() < 1e-9, "{:?}", found[19]);
    }

    #[test]
    fn after_a_move_the_old_level_is_forgotten_by_the_usual_way_alone() {
        let mut values = vec![1.0; 40];
        values.extend([2.0; 5]);
        let last = forecasts(&values, 0.1, 1)[44];
        assert_eq!((last[USUAL], last[1], last[2]), (2.0, 1.0, 2.0));
    }
}
