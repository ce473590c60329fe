//! How long schedules live here: confidence in a run falls with its distance, the faster the sooner schedules of this
//! store used to end.

use std::collections::BTreeMap;

use super::lowering::lower;
use super::{Prediction, PredictionInput};
use crate::domain::patterns::{Pattern, PatternId, PatternType};
use crate::domain::time::DAY_MS;

/// Days per end of a schedule where the store has seen none: one end and so many days are counted in beforehand.
const USUAL_LIFE_DAYS: f64 = 1_000.0;
/// Days of all patterns together that count beside those of a pattern's own type.
const SHARED_DAYS: f64 = 300.0;

/// Ends per day of a schedule, by type of pattern.
struct Hazards {
    overall: f64,
    by_type: BTreeMap<&'static str, f64>,
}

impl Hazards {
    /// Days that patterns lived, and how many of them ended.
    fn of<'a>(patterns: impl Iterator<Item = &'a Pattern>) -> Hazards {
        let mut lives: BTreeMap<&'static str, (f64, f64)> = BTreeMap::new();
        for pattern in patterns.filter(|pattern| !pattern.evidence.details.rests_on_all_runs()) {
            let evidence = &pattern.evidence;
            let days = evidence.last_seen.since(evidence.first_seen).max(0) as f64 / DAY_MS as f64;
            let life = lives.entry(pattern.pattern_type.as_str()).or_default();
            *life = (life.0 + f64::from(u8::from(!pattern.is_active)), life.1 + days);
        }
        let (ended, days) = lives.values().fold((0.0, 0.0), |sum, life| (sum.0 + life.0, sum.1 + life.1));
        let overall = (ended + 1.0) / (days + USUAL_LIFE_DAYS);
        let by_type = lives
            .into_iter()
            .map(|(kind, (ended, days))| (kind, (ended + overall * SHARED_DAYS) / (days + SHARED_DAYS)))
            .collect();
        Hazards { overall, by_type }
    }

    fn per_day(&self, kind: PatternType) -> f64 {
        self.by_type.get(kind.as_str()).copied().unwrap_or(self.overall)
    }
}

/// Lowers each confidence by the chance that its schedule ends before the run, counted from where the record ends.
/// `predictions` are ascending by start.
pub(super) fn lower_by_distance(predictions: &mut [Prediction], input: &PredictionInput<'_>) {
    let hazards = Hazards::of(input.patterns.iter().map(|(_, pattern)| pattern));
    let kinds: BTreeMap<PatternId, PatternType> =
        input.patterns.iter().map(|(id, pattern)| (*id, pattern.pattern_type)).collect();
    let from = input.horizon.start;
    lower(predictions, |prediction| {
        let days = prediction.predicted_start.since(from).max(0) as f64 / DAY_MS as f64;
        let kind = prediction.pattern_id.and_then(|id| kinds.get(&id));
        kind.map_or(1.0, |kind| (-hazards.per_day(*kind) * days).exp())
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::prediction::fixture::{World, pattern, schedule};

    fn confidences(ended: usize) -> Vec<f64> {
        let mut patterns = vec![pattern("audit", schedule("0 * * * *"))];
        patterns.extend((0..ended).map(|index| {
            let mut gone = pattern(&format!("audit {index}"), schedule("0 * * * *"));
            gone.is_active = false;
            gone.evidence.last_seen = gone.evidence.first_seen.plus_ms(2 * DAY_MS);
            gone
        }));
        let mut world = World::new(patterns);
        world.hours = 7 * 24;
        world.predict().iter().map(|found| found.confidence).collect()
    }

    #[test]
    fn where_schedules_end_soon_a_run_of_next_week_is_less_sure() {
        let (stable, fickle) = (confidences(0), confidences(300));
        assert_eq!(stable.len(), 168);
        assert!(stable[167] > 0.98 * stable[0], "{} {}", stable[0], stable[167]);
        assert!(fickle[167] < 0.5 * fickle[0], "{} {}", fickle[0], fickle[167]);
        assert!(fickle.windows(2).all(|pair| pair[1] <= pair[0]));
    }
}
