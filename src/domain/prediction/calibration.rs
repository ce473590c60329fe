//! Whether confidences mean what they say: of predictions with 0.8, eight in ten come true.

use serde::Serialize;

/// Bins of a calibration table, of equal width.
const BINS: usize = 10;

/// Predictions of nearly the same confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// Least confidence.
    pub from: f64,
    /// Greatest confidence (excluded, except in the last bin).
    pub to: f64,
    /// Predictions that were hit or missed.
    pub predictions: u64,
    /// Their mean confidence.
    pub mean_confidence: f64,
    /// The share of them that was hit.
    pub hit_rate: f64,
}

/// The bins that hold a prediction, ascending. `judged`: confidence and whether it came true.
pub fn calibration_table(judged: &[(f64, bool)]) -> Vec<CalibrationBin> {
    let mut sums = [(0_u64, 0.0_f64, 0_u64); BINS];
    for (confidence, hit) in judged {
        let index = ((confidence * BINS as f64) as usize).min(BINS - 1);
        sums[index].0 += 1;
        sums[index].1 += confidence;
        sums[index].2 += u64::from(*hit);
    }
    let edge = |index: usize| index as f64 / BINS as f64;
    sums.iter()
        .enumerate()
        .filter(|(_, (count, _, _))| *count > 0)
        .map(|(index, (count, confidence, hits))| CalibrationBin {
            from: edge(index),
            to: edge(index + 1),
            predictions: *count,
            mean_confidence: confidence / *count as f64,
            hit_rate: *hits as f64 / *count as f64,
        })
        .collect()
}

/// Expected calibration error: the mean distance of hit rate and mean confidence over the bins, weighted by
/// their predictions; `None` without any.
pub fn calibration_error(bins: &[CalibrationBin]) -> Option<f64> {
    let total: u64 = bins.iter().map(|bin| bin.predictions).sum();
    let weighted = |bin: &CalibrationBin| bin.predictions as f64 * (bin.hit_rate - bin.mean_confidence).abs();
    (total > 0).then(|| bins.iter().map(weighted).sum::<f64>() / total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidences_that_come_true_as_often_as_they_say_have_no_error() {
        let judged: Vec<(f64, bool)> = (0..10).map(|index| (0.8, index < 8)).chain([(1.0, true)]).collect();
        let bins = calibration_table(&judged);
        assert_eq!(bins.len(), 2);
        assert_eq!((bins[0].from, bins[0].predictions, bins[0].hit_rate), (0.8, 10, 0.8));
        assert!(calibration_error(&bins).expect("predictions") < 1e-12);
    }

    #[test]
    fn nothing_judged_has_no_error() {
        assert_eq!(calibration_error(&calibration_table(&[])), None);
    }
}
