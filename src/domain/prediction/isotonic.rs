//! From confidences as they are computed to such as come true as often as they say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::PredictionClass;

/// Confidences that each class is taken to have seen come true just as often as they say: few outcomes move little.
const PRIOR_POINTS: usize = 10;
/// How many outcomes each of them counts for.
const PRIOR_WEIGHT: f64 = 5.0;

/// One confidence that was given, and whether it came true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// What sort of prediction.
    pub class: PredictionClass,
    /// As computed, before any calibration.
    pub confidence: f64,
    /// Whether the run came.
    pub came_true: bool,
    /// How much it counts: the predictions of one task type from one moment come true or fail together, so that many
    /// of them are worth less than their number.
    pub weight: f64,
}

/// A non-decreasing function on 0..1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    /// Confidence as computed, and how often such came true; both ascending. Between two of them lies a line.
    pub knots: Vec<(f64, f64)>,
    /// Outcomes it was learnt from.
    pub outcomes: u64,
}

impl Isotonic {
    /// The non-decreasing function that lies nearest to `outcomes` (and to the prior) in squares: pool adjacent
    /// violators (Ayer and others 1955).
    ///
    /// `outcomes`: confidence, whether it came true, weight.
    pub fn fit(outcomes: &[(f64, bool, f64)]) -> Isotonic {
        let prior = (0..PRIOR_POINTS).map(|index| {
            let confidence = (index as f64 + 0.5) / PRIOR_POINTS as f64;
            (confidence, confidence, PRIOR_WEIGHT)
        });
        let seen = outcomes
            .iter()
            .map(|(confidence, hit, weight)| (*confidence, f64::from(u8::from(*hit)), *weight));
        let mut points: Vec<(f64, f64, f64)> = prior.chain(seen).collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
        // Least and greatest confidence, mean outcome, weight of each block.
        let mut blocks: Vec<(f64, f64, f64, f64)> = Vec::new();
        for (confidence, outcome, weight) in points {
            blocks.push((confidence, confidence, outcome, weight));
            while let [.., one, other] = blocks.as_slice() {
                if one.1 < other.0 && one.2 < other.2 {
                    break;
                }
                let weight = one.3 + other.3;
                let joined = (one.0, other.1, (one.2 * one.3 + other.2 * other.3) / weight, weight);
                blocks.truncate(blocks.len() - 2);
                blocks.push(joined);
            }
        }
        // Level within a block: a line through block middles would bend what many outcomes agree on towards the prior.
        let mut knots: Vec<(f64, f64)> = Vec::new();
        for (least, greatest, rate, _) in blocks {
            knots.push((least, rate));
            if greatest > least {
                knots.push((greatest, rate));
            }
        }
        Isotonic { knots, outcomes: outcomes.len() as u64 }
    }

    /// The value at `confidence`: on the line between its neighbours, level beyond the ends.
    pub fn apply(&self, confidence: f64) -> f64 {
        let after = self.knots.partition_point(|(known, _)| *known <= confidence);
        let value = match (after.checked_sub(1).map(|index| self.knots[index]), self.knots.get(after)) {
            (Some(one), Some(other)) => {
                let share = (confidence - one.0) / (other.0 - one.0);
                one.1 + (other.1 - one.1) * share
            }
            (Some(one), None) => one.1,
            (None, Some(other)) => other.1,
            (None, None) => confidence,
        };
        value.clamp(0.0, 1.0)
    }
}

/// What was learnt of each class; a class that is missing keeps its confidences.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// By class.
    pub classes: BTreeMap<PredictionClass, Isotonic>,
}

impl Calibration {
    /// Learns every class that has outcomes.
    pub fn fit(judged: &[Judged]) -> Calibration {
        let mut by_class: BTreeMap<PredictionClass, Vec<(f64, bool, f64)>> = BTreeMap::new();
        for one in judged {
            by_class.entry(one.class).or_default().push((one.confidence, one.came_true, one.weight));
        }
        let classes =
            by_class.into_iter().map(|(class, outcomes)| (class, Isotonic::fit(&outcomes))).collect();
        Calibration { classes }
    }

    /// The calibrated confidence of a prediction of `class`. What is impossible stays so.
    pub fn apply(&self, class: PredictionClass, confidence: f64) -> f64 {
        match self.classes.get(&class) {
            Some(learnt) if confidence > 0.0 => learnt.apply(confidence),
            _ => confidence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, proptest};

    #[test]
    fn nothing_learnt_changes_nothing() {
        let calibration = Calibration::default();
        assert_eq!(calibration.apply(PredictionClass::Daily, 0.3), 0.3);
        let from_nothing = Isotonic::fit(&[]);
        assert!((from_nothing.apply(0.3) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn what_came_true_less_often_than_it_said_is_lowered_and_few_outcomes_move_little() {
        let outcomes = |count: usize| -> Vec<(f64, bool, f64)> {
            (0..count).map(|index| (0.9, index % 2 == 0, 1.0)).collect()
        };
        let (few, many) = (Isotonic::fit(&outcomes(2)), Isotonic::fit(&outcomes(2000)));
        assert!((many.apply(0.9) - 0.5).abs() < 0.02, "{many:?}");
        assert!(few.apply(0.9) > 0.7, "{few:?}");
    }

    #[test]
    fn each_class_is_learnt_by_itself() {
        let judged: Vec<Judged> = (0..500)
            .map(|index| Judged {
                class: PredictionClass::Chain,
                confidence: 0.8,
                came_true: index % 4 == 0,
                weight: 1.0,
            })
            .collect();
        let calibration = Calibration::fit(&judged);
        assert!((calibration.apply(PredictionClass::Chain, 0.8) - 0.25).abs() < 0.03);
        assert_eq!(calibration.apply(PredictionClass::Daily, 0.8), 0.8);
        assert_eq!(calibration.apply(PredictionClass::Chain, 0.0), 0.0);
    }

    proptest! {
        #[test]
        fn a_higher_confidence_never_becomes_the_lower_one(
            outcomes in proptest::collection::vec((0.0_f64..1.0, proptest::bool::ANY, 0.1_f64..1.0), 0..60),
            one in 0.0_f64..1.0,
            other in 0.0_f64..1.0,
        ) {
            let learnt = Isotonic::fit(&outcomes);
            let (low, high) = (one.min(other), one.max(other));
            prop_assert!(learnt.apply(low) <= learnt.apply(high) + 1e-12);
            prop_assert!((0.0..=1.0).contains(&learnt.apply(low)));
        }
    }
}
