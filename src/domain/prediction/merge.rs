//! One expected run, however many sources expect it.

use std::collections::BTreeMap;

use super::{Prediction, PredictionSource};
use crate::domain::time::Timestamp;

/// A prediction and the expectation (by its number) that made it.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub expectation: usize,
    /// How far from its predicted start the run may lie and still be this one, in milliseconds.
    pub half_window_ms: i64,
    pub prediction: Prediction,
}

/// Predictions so far, those of one run merged into one.
#[derive(Debug, Default)]
pub(super) struct Merged {
    predictions: Vec<Prediction>,
    /// The half window of each.
    half_windows_ms: Vec<i64>,
    /// The expectations behind each prediction.
    behind: Vec<Vec<usize>>,
    /// Positions by task type and start.
    by_start: BTreeMap<String, BTreeMap<Timestamp, Vec<usize>>>,
    /// Widest half window of each task type: how far away a prediction of the same run can lie.
    reach: BTreeMap<String, i64>,
}

/// Instants on either side at which the same run is looked for: wide windows of a dense schedule must not
/// make every pair a comparison.
const NEAREST: usize = 32;

/// Which source sets the time of a run that several expect; least first.
fn rank(source: &PredictionSource) -> u8 {
    match source {
        PredictionSource::Pattern => 0,
        PredictionSource::Rule => 1,
        PredictionSource::Follows { .. } => 2,
    }
}

impl Merged {
    /// Adds the candidates, best sources first. Returns the positions of those that are runs of their own.
    pub fn add(&mut self, mut candidates: Vec<Candidate>) -> Vec<usize> {
        candidates.sort_by(|one, other| {
            let key = |candidate: &Candidate| {
                (
                    rank(&candidate.prediction.source),
                    candidate.expectation,
                    candidate.prediction.predicted_start,
                )
            };
            key(one).cmp(&key(other))
        });
        let mut own = Vec::new();
        for candidate in candidates {
            match self.same_run(&candidate) {
                Some(position) => self.join(position, candidate),
                None => own.push(self.push(candidate)),
            }
        }
        own
    }

    pub fn len(&self) -> usize {
        self.predictions.len()
    }

    /// A prediction and its half window.
    pub fn get(&self, position: usize) -> (&Prediction, i64) {
        (&self.predictions[position], self.half_windows_ms[position])
    }

    /// All predictions by start, then task type, then the order they were added in.
    pub fn into_sorted(self) -> Vec<Prediction> {
        let mut predictions = self.predictions;
        predictions.sort_by(|one, other| {
            one.predicted_start.cmp(&other.predicted_start).then_with(|| one.task_type.cmp(&other.task_type))
        });
        predictions
    }

    /// The nearest prediction of another expectation that must be the same run: within the wider of the two
    /// half windows. Two patterns have runs of their own by which they were found, so that they are the same
    /// only well within the narrower one.
    fn same_run(&self, candidate: &Candidate) -> Option<usize> {
        let prediction = &candidate.prediction;
        let starts = self.by_start.get(&prediction.task_type)?;
        let own_half = candidate.half_window_ms;
        let reach = own_half.max(self.reach.get(&prediction.task_type).copied().unwrap_or(0));
        let start = prediction.predicted_start;
        let earlier = starts.range(start.plus_ms(-reach)..start).rev().take(NEAREST);
        let later = starts.range(start..=start.plus_ms(reach)).take(NEAREST);
        earlier
            .chain(later)
            .flat_map(|(at, positions)| positions.iter().map(move |position| (*at, *position)))
            .filter(|(at, position)| {
                let other = &self.predictions[*position];
                let both_patterns = prediction.source == PredictionSource::Pattern
                    && other.source == PredictionSource::Pattern;
                let limit = match both_patterns {
                    true => own_half.min(self.half_windows_ms[*position]) / 2,
                    false => own_half.max(self.half_windows_ms[*position]),
                };
                start.since(*at).abs() <= limit && !self.behind[*position].contains(&candidate.expectation)
            })
            .min_by_key(|(at, position)| (start.since(*at).abs(), *position))
            .map(|(_, position)| position)
    }

    fn join(&mut self, position: usize, candidate: Candidate) {
        self.behind[position].push(candidate.expectation);
        let other = candidate.prediction;
        let kept = &mut self.predictions[position];
        kept.confidence = kept.confidence.max(other.confidence);
        kept.pattern_id = kept.pattern_id.or(other.pattern_id);
        kept.rule_id = kept.rule_id.or(other.rule_id);
        if kept.resources.runs_used == 0 {
            kept.resources = other.resources;
        }
    }

    fn push(&mut self, candidate: Candidate) -> usize {
        let position = self.predictions.len();
        let prediction = candidate.prediction;
        let reach = self.reach.entry(prediction.task_type.clone()).or_default();
        *reach = (*reach).max(candidate.half_window_ms);
        self.half_windows_ms.push(candidate.half_window_ms);
        self.by_start
            .entry(prediction.task_type.clone())
            .or_default()
            .entry(prediction.predicted_start)
            .or_default()
            .push(position);
        self.behind.push(vec![candidate.expectation]);
        self.predictions.push(prediction);
        position
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::patterns::PatternId;
    use crate::domain::prediction::fixture::{World, after, at, declared, pattern, rule, schedule};
    use crate::domain::rules::RuleId;

    #[test]
    fn a_rule_near_a_pattern_is_the_same_run_at_the_observed_time() {
        let mut world = World::new(vec![pattern("backup", schedule("2 2 * * *"))]);
        world.rules = vec![rule(7, "backup", "0 2 * * *", declared())];
        let found = world.predict();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].predicted_start, at("2026-03-02T02:02:00Z"));
        assert_eq!((found[0].pattern_id, found[0].rule_id), (Some(PatternId(1)), Some(RuleId(7))));
    }

    #[test]
    fn two_patterns_of_one_task_type_an_hour_apart_are_two_runs() {
        let world = World::new(vec![
            pattern("backup", schedule("0 2 * * *")),
            pattern("backup", schedule("0 3 * * *")),
        ]);
        assert_eq!(world.starts().len(), 2);
    }

    #[test]
    fn two_patterns_that_fire_at_the_same_instant_are_one_run() {
        let world = World::new(vec![
            pattern("backup", schedule("0 2 * * *")),
            pattern("backup", schedule("0 2 * * 1")),
        ]);
        assert_eq!(world.starts(), ["2026-03-02T02:00:00Z"]);
    }

    #[test]
    fn the_same_instants_of_two_task_types_are_two_runs() {
        let world = World::new(vec![
            pattern("backup", schedule("0 2 * * *")),
            pattern("sync", schedule("0 2 * * *")),
        ]);
        assert_eq!(world.starts().len(), 2);
    }

    #[test]
    fn a_follower_with_a_clock_of_its_own_runs_once() {
        let world = World::new(vec![
            pattern("extract", schedule("0 2 * * *")),
            pattern("load", schedule("11 2 * * *")),
            pattern("load", after("extract", 60_000)),
        ]);
        assert_eq!(world.starts(), ["2026-03-02T02:00:00Z", "2026-03-02T02:11:00Z"]);
    }
}
