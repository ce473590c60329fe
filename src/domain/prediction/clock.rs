//! The slots of everything that has a clock of its own, merged in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::expectation::Expectation;
use super::merge::Candidate;
use super::window::{expected_after_ms, grown, window_length_ms};
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
    let offsets: Vec<i64> =
        clocks.iter().map(|clock| expected_after_ms(&clock.schedule, clock.window)).collect();
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
            candidates.push(Candidate {
                expectation: index,
                half_window_ms: clock.half_window_ms,
                prediction: prediction_at(clock, start),
            });
        }
        if let Some(slot) = slots[index].next() {
            waiting.push(Reverse((slot.plus_ms(offsets[index]), index)));
        }
    }
    candidates
}

fn prediction_at(clock: &Expectation<'_>, start: Timestamp) -> Prediction {
    let window = grown(clock.window, clock.growth, &clock.schedule, start);
    // The window of a schedule that is one lies around its middle already.
    let slot = match window_length_ms(&clock.schedule) {
        0 => start.plus_ms(-expected_after_ms(&clock.schedule, clock.window)),
        _ => start,
    };
    Prediction {
        task_type: clock.task_type.to_owned(),
        predicted_start: start,
        window_start: slot.plus_ms(window.from_ms).min(start),
        window_end: slot.plus_ms(window.to_ms).max(start),
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
    let offset = expected_after_ms(&clock.schedule, clock.window);
    let before =
        TimeSpan { start: opened.plus_ms(-clock.half_window_ms - offset), end: slot.plus_ms(-offset) };
    let previous = clock.schedule.occurrences_iter(before, clock.zone).last();
    previous.is_none_or(|previous| slot.since(latest).abs() < latest.since(previous.plus_ms(offset)).abs())
}

#[cfg(test)]
mod tests {
    use crate::domain::calendar::{DayFilter, Schedule, parse_zone};
    use crate::domain::patterns::{StartWindow, WindowGrowth};
    use crate::domain::prediction::fixture::{World, at, pattern, schedule};

    #[test]
    fn a_daily_job_keeps_its_local_time_over_a_change_of_clocks() {
        let mut nightly = pattern("backup", schedule("30 2 * * *"));
        nightly.zone = parse_zone("Europe/Berlin").expect("zone");
        let mut world = World::new(vec![nightly]);
        world.now = at("2026-03-27T12:00:00Z");
        world.history_end = None;
        world.hours = 72;
        // Clocks skip 02:30 on the 29th: the run comes at the end of the gap, at 03:00 summer time.
        assert_eq!(world.starts(), ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
    }

    #[test]
    fn the_horizon_includes_now_and_excludes_its_end() {
        let world = World::new(vec![pattern("sync", schedule("0 12 * * *"))]);
        assert_eq!(world.starts(), ["2026-03-01T12:00:00Z"]);
    }

    #[test]
    fn a_run_that_came_early_is_not_expected_again() {
        let jobs = || vec![pattern("sync", schedule("1 * * * *"))];
        assert_eq!(World::new(jobs()).starts().len(), 24);
        let early = World::new(jobs()).ran("sync", "2026-03-01T11:59:30Z", None);
        assert_eq!(early.starts()[0], "2026-03-01T13:01:00Z");
        let of_another_slot = World::new(jobs()).ran("sync", "2026-03-01T11:01:00Z", None);
        assert_eq!(of_another_slot.starts()[0], "2026-03-01T12:01:00Z");
    }

    #[test]
    fn a_run_of_the_slot_before_does_not_fill_the_next_one() {
        let mut minutely = pattern("poll", schedule("* * * * *"));
        minutely.evidence.tolerance_seconds = 60.0;
        let world = World::new(vec![minutely]).ran("poll", "2026-03-01T11:59:02Z", None);
        assert_eq!(world.starts()[0], "2026-03-01T12:00:00Z");
    }

    #[test]
    fn a_run_that_has_come_ever_later_is_expected_where_it_comes_now() {
        let mut late = pattern("build", schedule("0 6 * * *"));
        let (from_seconds, to_seconds) = (3_000.0, 4_200.0);
        late.evidence.start_window =
            Some(StartWindow { from_seconds, to_seconds, growth: WindowGrowth::Fixed, runs_used: 60 });
        let found = World::new(vec![late]).predict();
        assert_eq!(found[0].predicted_start, at("2026-03-02T07:00:00Z"));
        assert_eq!(
            (found[0].window_start, found[0].window_end),
            (at("2026-03-02T06:50:00Z"), at("2026-03-02T07:10:00Z"))
        );
    }

    #[test]
    fn a_habit_is_expected_in_the_middle_of_its_window() {
        let habit = Schedule::Window { days: DayFilter::Daily, start_minute: 660, end_minute: 840 };
        let found = World::new(vec![pattern("notebook", habit)]).predict();
        assert_eq!(found[0].predicted_start, at("2026-03-01T12:30:00Z"));
        assert_eq!(
            (found[0].window_start, found[0].window_end),
            (at("2026-03-01T11:00:00Z"), at("2026-03-01T14:00:00Z"))
        );
    }
}
