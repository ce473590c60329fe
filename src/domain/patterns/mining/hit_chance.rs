//! The probability that the next slot of a schedule gets its run.

use super::cursor::Cursor;
use super::report::LifeSlot;
use crate::domain::patterns::{StartWindow, judged_reach_ms};
use crate::domain::time::SECOND_MS;

/// Probability of a hit in the next slot: hits weigh half after every forty slots that follow them. Before any
/// slot is seen, four in five are expected to be kept, which weighs as much as two slots and a half.
pub(super) fn confidence(hits: impl DoubleEndedIterator<Item = bool>) -> f64 {
    const HALF_LIFE_SLOTS: f64 = 40.0;
    const EXPECTED: (f64, f64) = (2.0, 2.5);
    let decay = 0.5_f64.powf(1.0 / HALF_LIFE_SLOTS);
    let (mut weight, mut kept, mut all) = (1.0, 0.0, 0.0);
    for hit in hits.rev() {
        kept += if hit { weight } else { 0.0 };
        all += weight;
        weight *= decay;
    }
    (kept + EXPECTED.0) / (all + EXPECTED.1)
}

/// The same where a slot counts as hit by any of ascending `starts` that would fulfil a prediction of it: other runs do
/// that, too, and they leave windows wider or narrower than the runs that hit.
pub(super) fn confidence_within(window: &StartWindow, slots: &[LifeSlot], starts: &[i64]) -> f64 {
    let ms = |seconds: f64| (seconds * SECOND_MS as f64) as i64;
    let (from_ms, to_ms) = (ms(window.from_seconds), ms(window.to_seconds));
    // A window that has moved away from its slot is expected at its middle.
    let expected_ms = if from_ms > 0 || to_ms < 0 { from_ms / 2 + to_ms / 2 } else { 0 };
    let (before, after) = (judged_reach_ms(expected_ms - from_ms), judged_reach_ms(to_ms - expected_ms));
    let mut cursor = Cursor::new(starts);
    let hits: Vec<bool> = (0..slots.len())
        .map(|index| {
            let at = slots[index].named_ms + expected_ms;
            // Beyond its own window no nearer to the neighbouring slot than to this one.
            let half_way = |other: Option<&LifeSlot>| {
                other.map_or(i64::MAX, |other| (other.named_ms - slots[index].named_ms).abs() / 2)
            };
            let earlier = before
                .min(half_way(index.checked_sub(1).and_then(|before| slots.get(before))))
                .max(expected_ms - from_ms);
            let later = after.min(half_way(slots.get(index + 1))).max(to_ms - expected_ms);
            let first = cursor.below(at - earlier);
            starts.get(first).is_some_and(|start| *start <= at + later)
        })
        .collect();
    confidence(hits.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::patterns::WindowGrowth;
    use crate::domain::time::{HOUR_MS, MINUTE_MS};

    fn window(to_seconds: f64) -> StartWindow {
        StartWindow { from_seconds: 0.0, to_seconds, growth: WindowGrowth::Fixed, runs_used: 40 }
    }

    #[test]
    fn a_run_counts_as_far_beyond_the_window_as_where_predictions_are_judged() {
        let slots: Vec<LifeSlot> =
            (0..100).map(|hour| LifeSlot { named_ms: hour * HOUR_MS, hit: None }).collect();
        // Ten minutes after each slot: within twice a window of six minutes, not within twice one of four.
        let starts: Vec<i64> = (0..100).map(|hour| hour * HOUR_MS + 10 * MINUTE_MS).collect();
        assert!(confidence_within(&window(360.0), &slots, &starts) > 0.95);
        assert!(confidence_within(&window(240.0), &slots, &starts) < 0.1);
    }

    #[test]
    fn before_any_slot_four_in_five_are_expected() {
        assert!((confidence([].into_iter()) - 0.8).abs() < 1e-12);
        assert_eq!(confidence_within(&window(60.0), &[], &[]), 0.8);
    }
}
