//! Confidences that fall for a reason of their own, and with those of the runs they follow.

use std::collections::BTreeMap;

use super::{Prediction, PredictionSource};
use crate::domain::time::Timestamp;

/// Lowers each confidence by the factor (0..1) that `own` gives it, a follower's by no less than that of what it
/// follows. `predictions` are ascending by start.
pub(super) fn lower(predictions: &mut [Prediction], own: impl Fn(&Prediction) -> f64) {
    let is_followed =
        predictions.iter().any(|prediction| matches!(prediction.source, PredictionSource::Follows { .. }));
    let mut lowered: BTreeMap<(String, Timestamp), f64> = BTreeMap::new();
    for prediction in predictions {
        let shared = match &prediction.source {
            PredictionSource::Follows { predecessor, predecessor_start } => {
                lowered.get(&(predecessor.clone(), *predecessor_start)).copied().unwrap_or(1.0)
            }
            _ => 1.0,
        };
        let factor = own(prediction).min(shared);
        prediction.confidence *= factor;
        if is_followed {
            lowered.insert((prediction.task_type.clone(), prediction.predicted_start), factor);
        }
    }
}
