//! Predictions on holidays: what a schedule that rests on them is expected to do.

use std::collections::BTreeMap;

use super::lowering::lower;
use super::{Prediction, PredictionInput};
use crate::domain::calendar::local_time;
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::time::Timestamp;

/// Lowers the confidence in runs on holidays of schedules that rest on them, and in the runs that follow these.
/// `predictions` are ascending by start.
pub(super) fn lower_on_holidays(predictions: &mut [Prediction], input: &PredictionInput<'_>) {
    let resting: BTreeMap<PatternId, &Pattern> = input
        .patterns
        .iter()
        .filter(|(_, pattern)| pattern.evidence.details.holidays.is_some())
        .map(|(id, pattern)| (*id, pattern))
        .collect();
    if resting.is_empty() {
        return;
    }
    lower(predictions, |prediction| {
        let pattern = prediction.pattern_id.and_then(|id| resting.get(&id));
        pattern.and_then(|pattern| factor_at(pattern, prediction.predicted_start)).unwrap_or(1.0)
    });
}

/// How much less likely a run at `instant` is than on another day.
fn factor_at(pattern: &Pattern, instant: Timestamp) -> Option<f64> {
    let holidays = pattern.evidence.details.holidays.as_ref()?;
    let is_holiday = holidays.dates.binary_search(&local_time(pattern.zone, instant).date()).is_ok();
    (is_holiday && pattern.confidence > 0.0).then(|| (holidays.hit_rate() / pattern.confidence).min(1.0))
}

#[cfg(test)]
mod tests {
    use crate::domain::patterns::HolidayDetails;
    use crate::domain::prediction::fixture::{World, after, pattern, schedule};

    #[test]
    fn a_run_on_a_holiday_and_what_follows_it_are_hardly_expected() {
        let mut resting = pattern("report", schedule("0 6 * * *"));
        let dates = [chrono::NaiveDate::from_ymd_opt(2026, 3, 2).expect("a date")].to_vec();
        resting.evidence.details.holidays = Some(HolidayDetails { slots: 9, hits: 0, dates });
        let mut world = World::new(vec![resting, pattern("upload", after("report", 60_000))]);
        world.hours = 48;
        let confidences: Vec<f64> = world.predict().iter().map(|found| found.confidence).collect();
        assert_eq!(confidences.len(), 4);
        assert!(confidences[..2].iter().all(|confidence| *confidence <= 0.06), "{confidences:?}");
        assert!(confidences[2..].iter().all(|confidence| *confidence > 0.5), "{confidences:?}");
    }
}
