//! Upper bounds that a chosen share of the next values keeps to.

/// 95 % quantiles of Student's t with 1, 2, .. degrees of freedom.
const STUDENT_95: [f64; 18] = [
    6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753,
    1.746, 1.740, 1.734,
];

/// Share of values above the 95 % bound that is aimed at.
const MISCOVERAGE: f64 = 0.05;
/// How fast that share is corrected after each value.
const STEP: f64 = 0.01;
/// It never leaves these.
const LEAST_MISCOVERAGE: f64 = 0.002;
const MOST_MISCOVERAGE: f64 = 0.2;

/// Errors of past forecasts (value minus forecast), in order of size.
#[derive(Clone, Debug, Default)]
pub(super) struct Errors {
    sorted: Vec<f64>,
}

impl Errors {
    pub(super) fn push(&mut self, error: f64) {
        let at = self.sorted.partition_point(|known| *known < error);
        self.sorted.insert(at, error);
    }

    pub(super) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// What the next error exceeds with probability `miscoverage`: the error of rank (n + 1)(1 - miscoverage), for any
    /// distribution (split conformal prediction); `None` where there are too few errors for that rank. Between two
    /// ranks it is interpolated: rounding up, as the proof does, left 3.6 % instead of 5 % above the bounds of 20 to
    /// 60 runs.
    fn ranked(&self, miscoverage: f64) -> Option<f64> {
        let rank = ((self.sorted.len() + 1) as f64 * (1.0 - miscoverage)).max(1.0);
        let below = (rank + 1e-9).floor();
        let lower = *self.sorted.get(below as usize - 1)?;
        match self.sorted.get(below as usize) {
            Some(upper) => Some(lower + (upper - lower) * (rank - below).max(0.0)),
            None => (rank - below < 1e-9).then_some(lower),
        }
    }

    /// The upper quartile; `None` for fewer than three errors.
    pub(super) fn upper_quartile(&self) -> Option<f64> {
        self.ranked(0.25)
    }

    /// The bound at `miscoverage` (near 0.05). Too few errors for a rank are taken for normally distributed; `None`
    /// for fewer than three.
    pub(super) fn upper(&self, miscoverage: f64) -> Option<f64> {
        if let Some(bound) = self.ranked(miscoverage) {
            return Some(bound);
        }
        let count = self.sorted.len();
        if count < 3 {
            return None;
        }
        match STUDENT_95.get(count - 2) {
            Some(quantile) => {
                let mean = self.sorted.iter().sum::<f64>() / count as f64;
                let variance =
                    self.sorted.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
                Some(mean + quantile * (variance * (1.0 + 1.0 / count as f64)).sqrt())
            }
            // More was exceeded of late than the greatest error allows for.
            None => {
                let (greatest, middle) = (self.sorted[count - 1], self.sorted[count / 2]);
                Some(greatest + (greatest - middle) / 4.0)
            }
        }
    }
}

/// The miscoverage to ask for so that, in the long run, one value in twenty exceeds its bound however the values
/// are distributed: adaptive conformal inference (Gibbs and Candes 2021), a' = a + step (0.05 - exceeded).
#[derive(Clone, Copy, Debug)]
pub(super) struct AdaptiveMiscoverage(f64);

impl AdaptiveMiscoverage {
    pub(super) fn new() -> AdaptiveMiscoverage {
        AdaptiveMiscoverage(MISCOVERAGE)
    }

    pub(super) fn get(self) -> f64 {
        self.0
    }

    /// Learns whether the latest value exceeded its bound.
    pub(super) fn learn(&mut self, exceeded: bool) {
        let missed = if exceeded { 1.0 } else { 0.0 };
        self.0 = (self.0 + STEP * (MISCOVERAGE - missed)).clamp(LEAST_MISCOVERAGE, MOST_MISCOVERAGE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(values: impl IntoIterator<Item = f64>) -> Errors {
        let mut errors = Errors::default();
        values.into_iter().for_each(|value| errors.push(value));
        errors
    }

    #[test]
    fn nineteen_errors_are_the_first_whose_greatest_is_the_bound() {
        assert_eq!(errors((1..=19).map(f64::from)).upper(0.05), Some(19.0));
        assert_eq!(errors((1..=39).map(f64::from)).upper(0.05), Some(38.0));
        let eighteen = errors((1..=18).map(f64::from)).upper(0.05).expect("enough");
        assert!(eighteen > 18.0, "{eighteen}");
        assert_eq!(errors([1.0, 2.0]).upper(0.05), None);
    }

    #[test]
    fn a_bound_that_was_exceeded_is_set_higher() {
        let mut miscoverage = AdaptiveMiscoverage::new();
        miscoverage.learn(true);
        assert!(miscoverage.get() < 0.05);
        (0..19).for_each(|_| miscoverage.learn(false));
        assert!((miscoverage.get() - 0.05).abs() < 1e-9);
    }
}
