//! Quantiles of a measured quantity and how many runs they rest on.

use serde::{Deserialize, Serialize};

/// Median and upper quantiles (nearest-rank-interpolated, Hyndman and Fan's type 7) of known values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// Median.
    pub p50: f64,
    /// Upper quartile.
    pub p75: f64,
    /// 95 % quantile.
    pub p95: f64,
    /// Number of values known.
    pub runs_used: u64,
}

impl Quantiles {
    /// `None` without a single finite value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Quantiles> {
        let mut sorted: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        if sorted.is_empty() {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        Some(Quantiles {
            p50: quantile(&sorted, 0.5),
            p75: quantile(&sorted, 0.75),
            p95: quantile(&sorted, 0.95),
            runs_used: sorted.len() as u64,
        })
    }
}

/// Type-7 quantile of an ascending, non-empty slice.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_ranks() {
        let quantiles = Quantiles::of([4.0, 1.0, 3.0, 2.0]).expect("values");
        assert_eq!((quantiles.p50, quantiles.p75), (2.5, 3.25));
    }

    #[test]
    fn nothing_known_has_no_quantiles() {
        assert_eq!(Quantiles::of([f64::NAN]), None);
    }
}
