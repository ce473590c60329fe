//! From what is known to recur to the runs that a horizon brings.

use std::collections::BTreeMap;

use super::chain::add_followers;
use super::clock::clock_candidates;
use super::expectation::expectations;
use super::holidays::lower_on_holidays;
use super::merge::Merged;
use super::survival::lower_by_distance;
use super::{Calibration, Prediction, PredictionClass};
use crate::domain::activity::TaskHistory;
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::rules::StoredRule;
use crate::domain::time::{TimeSpan, Timestamp};

/// The most runs predicted at once, the earliest first: five weeks of a job that runs every minute. Four times
/// as many took 1.6 GiB to write as one JSON document.
pub const MAX_PREDICTIONS: usize = 50_000;

/// What predictions are made from.
#[derive(Clone, Copy, Debug)]
pub struct PredictionInput<'a> {
    /// All patterns; only active ones predict, the others speak against rules.
    pub patterns: &'a [(PatternId, Pattern)],
    /// All rules; only enabled ones predict.
    pub rules: &'a [StoredRule],
    /// Runs of the last hours or days, for slots that are open already and for followers of runs under way.
    pub recent: &'a [TaskHistory],
    /// The last start of each task type that was ever recorded.
    pub last_starts: &'a BTreeMap<String, Timestamp>,
    /// The last start of anything: where the record ends.
    pub history_end: Option<Timestamp>,
    /// How often confidences came true so far.
    pub calibration: &'a Calibration,
    /// From now on; predicted starts lie inside.
    pub horizon: TimeSpan,
}

/// The runs expected within the horizon, by start, then task type; each run once, with the best of its
/// sources. At most [`MAX_PREDICTIONS`], the earliest. Nothing is left out for want of confidence: that is the
/// reader's choice.
pub fn predict(input: &PredictionInput<'_>) -> Vec<Prediction> {
    let found = expectations(input);
    let mut merged = Merged::default();
    merged.add(clock_candidates(&found.clocks, input, MAX_PREDICTIONS));
    // Followers of the last clocks may come after followers that there was no room for; twice the room keeps
    // what is cut off behind what is kept in all but absurd cases.
    add_followers(&mut merged, &found.followers, found.clocks.len(), input, 2 * MAX_PREDICTIONS);
    let mut predictions = merged.into_sorted();
    predictions.truncate(MAX_PREDICTIONS);
    lower_by_distance(&mut predictions, input);
    calibrate(&mut predictions, input);
    lower_on_holidays(&mut predictions, input);
    predictions
}

/// Replaces confidences by how often such ones came true. Last: what follows a run builds on its uncalibrated
/// confidence, as the outcomes that a chain's calibration is learnt from did.
fn calibrate(predictions: &mut [Prediction], input: &PredictionInput<'_>) {
    if input.calibration.classes.is_empty() {
        return;
    }
    let patterns: BTreeMap<PatternId, &Pattern> =
        input.patterns.iter().map(|(id, pattern)| (*id, pattern)).collect();
    for prediction in predictions {
        let pattern = prediction.pattern_id.and_then(|id| patterns.get(&id).copied());
        let class = PredictionClass::of(&prediction.source, pattern);
        prediction.confidence = input.calibration.apply(class, prediction.confidence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Schedule;
    use crate::domain::prediction::fixture::{World, after, pattern, schedule};

    #[test]
    fn the_order_of_patterns_does_not_matter() {
        let patterns = || {
            vec![
                pattern("a", schedule("*/20 * * * *")),
                pattern("b", schedule("0 2 * * *")),
                pattern("c", after("b", 60_000)),
            ]
        };
        let forwards = World::new(patterns());
        let mut backwards = World::new(patterns());
        backwards.patterns.reverse();
        assert_eq!(forwards.predict(), backwards.predict());
        assert_eq!(forwards.predict().len(), 74);
    }

    #[test]
    fn a_schedule_that_fires_without_end_is_cut_off() {
        let every_millisecond = Schedule::Period { period_ms: 1, anchor: Timestamp::clamped(0) };
        let mut hostile = pattern("spin", every_millisecond);
        hostile.confidence = f64::NAN;
        hostile.evidence.tolerance_seconds = f64::INFINITY;
        let found = World::new(vec![hostile]).predict();
        assert_eq!(found.len(), MAX_PREDICTIONS);
        assert!(found.iter().all(|prediction| prediction.confidence == 0.0));
    }

    #[test]
    fn an_empty_world_expects_nothing() {
        assert_eq!(World::new(Vec::new()).predict(), []);
    }
}
