//! Robust location and spread of times.

/// The middle value (the upper of two) of ascending values; 0 for none.
pub(super) fn median(ascending: &[i64]) -> i64 {
    ascending.get(ascending.len() / 2).copied().unwrap_or(0)
}

/// 1.4826 times the median absolute deviation of values in ms, in seconds.
pub(super) fn robust_deviation(values_ms: &[i64]) -> f64 {
    let mut sorted = values_ms.to_vec();
    sorted.sort_unstable();
    let middle = median(&sorted);
    let mut apart: Vec<i64> = sorted.iter().map(|value| (value - middle).abs()).collect();
    apart.sort_unstable();
    1.4826 * median(&apart) as f64 / 1000.0
}
