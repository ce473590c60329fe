//! The slots of everything that has a clock of its own, merged in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::expectation::{Expectation, window_length_ms};
use super::merge::Candidate;
use super::{Prediction, PredictionInput};
use crate::domain::activity::HistoryRun;
use crate::domain::time::{TimeSpan, Timestamp};

/// The first `most` slots of `clocks` within the horizon, ascending by time (ties in the order of `clocks`).
pub(super) fn clock_candidates(
    clocks: &[Expectation<'_>],
    input: &PredictionInput<'_>,
    most: usize,
) -> Vec<Candidate> {
    let horizon = input.horizon;
    // A window is expected at its middle, so that its opening lies half its length before.
    let offsets: Vec<i64> = clocks.iter().map(|clock| window_length_ms(clock.schedule) / 2).collect();
    let mut slots: Vec<_> = clocks
        .iter()
        .zip(&offsets)
        .map(|(clock, offset)| {
            let span = TimeSpan { start: horizon.start.plus_ms(-offset), end: horizon.end.plus_ms(-offset) };
            clock.schedule.occurrences_iter(span, clock.zone)
        })
        .collect();
    let mut waiting: BinaryHeap<Reverse<(Timestamp, usize)>> = BinaryHeap::new();
    for (index, iterator) in slots.iter_mut().enumerate() {
        if let Some(slot) = iterator.next() {
            waiting.push(Reverse((slot.plus_ms(offsets[index]), index)));
        }
    }
    let mut candidates = Vec::new();
    while let Some(Reverse((start, index))) = waiting.pop() {
        if candidates.len() >= most {
            break;
        }
        let clock = &clocks[index];
        if !already_ran(clock, start, input) {
            candidates.push(Candidate { expectation: index, prediction: prediction_at(clock, start) });
        }
        if let Some(slot) = slots[index].next() {
            waiting.push(Reverse((slot.plus_ms(offsets[index]), index)));
        }
    }
    candidates
}

fn prediction_at(clock: &Expectation<'_>, start: Timestamp) -> Prediction {
    Prediction {
        task_type: clock.task_type.to_owned(),
        predicted_start: start,
        window_start: start.plus_ms(-clock.half_window_ms),
        window_end: start.plus_ms(clock.half_window_ms),
        confidence: clock.confidence,
        pattern_id: clock.pattern_id,
        rule_id: clock.rule_id,
        source: clock.source.clone(),
        resources: clock.resources,
    }
}

/// Whether the run of a slot whose window is open already has begun: a recent run lies in the window and
/// nearer to this slot than to the one before.
fn already_ran(clock: &Expectation<'_>, slot: Timestamp, input: &PredictionInput<'_>) -> bool {
    let now = input.horizon.start;
    let opened = slot.plus_ms(-clock.half_window_ms);
    if opened > now {
        return false;
    }
    let in_window = |run: &&HistoryRun| opened <= run.started_at && run.started_at <= now;
    let recent = input.recent.iter().filter(|history| history.name == clock.task_type);
    let Some(latest) =
        recent.flat_map(|history| &history.runs).filter(in_window).map(|run| run.started_at).max()
    else {
        return false;
    };
    let offset = window_length_ms(clock.schedule) / 2;
    let before =
        TimeSpan { start: opened.plus_ms(-clock.half_window_ms - offset), end: slot.plus_ms(-offset) };
    let previous = clock.schedule.occurrences_iter(before, clock.zone).last();
    previous.is_none_or(|previous| slot.since(latest).abs() < latest.since(previous.plus_ms(offset)).abs())
}
