//! Periods that only retell another schedule of the same history: a little off its distance, they follow the accidents
//! of what its slots leave over.

use super::cursor::Cursor;
use super::history::Starts;
use super::report::Draft;
use crate::domain::calendar::Schedule;
use crate::domain::time::{DAY_MS, MINUTE_MS, TimeSpan, Timestamp};

/// Share by which the distances may differ.
const ALIKE: f64 = 0.05;
/// Share of the distance by which a twin may have drifted off clock times at its end.
const MOST_DRIFT: f64 = 0.5;
/// Share of a twin's runs that lie in the windows of the other.
const SHARED: f64 = 0.8;

/// Drops the periods among `drafts` whose runs lie in the windows of another schedule that fires as often, and weighs
/// more or names clock times: several runs at one slot are one run of the schedule, however they are spread.
pub(super) fn without_twins(drafts: Vec<Draft>, starts: &Starts<'_>) -> Vec<Draft> {
    let is_twin = |draft: &Draft| {
        let Schedule::Period { period_ms, .. } = draft.pattern.schedule else { return false };
        let evidence = &draft.pattern.evidence;
        let life_ms = evidence.last_seen.since(evidence.first_seen) as f64;
        drafts.iter().any(|other| {
            let Some(distance) = distance_ms(&other.pattern.schedule) else { return false };
            let apart = (distance / period_ms as f64 - 1.0).abs();
            // What drifts away by less over all its life is the same to whoever reads it; people choose clock times.
            let is_clock = matches!(other.pattern.schedule, Schedule::Calendar(_));
            let as_good = is_clock && apart * life_ms < MOST_DRIFT * distance;
            apart <= ALIKE
                && (as_good || other.pattern.evidence.ln_e_value > evidence.ln_e_value)
                && shared(draft, other, starts) >= SHARED
        })
    };
    let twins: Vec<bool> = drafts.iter().map(is_twin).collect();
    drafts.into_iter().zip(twins).filter(|(_, is_twin)| !is_twin).map(|(draft, _)| draft).collect()
}

/// The mean distance of a schedule's instants on a day that it fires, if that is more than once.
fn distance_ms(schedule: &Schedule) -> Option<f64> {
    match schedule {
        Schedule::Period { period_ms, .. } => Some(*period_ms as f64),
        Schedule::Calendar(calendar) => {
            let (first, last) = (calendar.minutes_of_day.first()?, calendar.minutes_of_day.last()?);
            let gaps = calendar.minutes_of_day.len().checked_sub(1).filter(|gaps| *gaps > 0)?;
            Some(f64::from(last - first) * MINUTE_MS as f64 / gaps as f64)
        }
        _ => None,
    }
}

/// Share of the runs of one draft that lie in the windows of the other's slots.
fn shared(one: &Draft, other: &Draft, starts: &Starts<'_>) -> f64 {
    let (Some(first), Some(last)) = (one.hits.first(), one.hits.last()) else { return 0.0 };
    let at = |hit: &usize| starts.at_ms[*hit];
    let span = TimeSpan {
        start: Timestamp::clamped(at(first) - DAY_MS),
        end: Timestamp::clamped(at(last) + DAY_MS),
    };
    let pattern = &other.pattern;
    let slots: Vec<i64> =
        pattern.schedule.occurrences_iter(span, pattern.zone).map(Timestamp::millis).collect();
    let mut cursor = Cursor::new(&slots);
    let window_ms = (pattern.evidence.tolerance_seconds * 1000.0) as i64;
    let inside = one.hits.iter().filter(|hit| cursor.nearest(at(hit), window_ms).is_some()).count();
    inside as f64 / one.hits.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::generator::{Chance, MONDAY_MS, days, history, mined};
    use super::*;
    use crate::domain::calendar::Zone;

    #[test]
    fn several_runs_at_each_slot_are_one_schedule() {
        let mut chance = Chance::new(3);
        let starts = (0..32).flat_map(|slot| {
            let runs = 3 + chance.index(3) as i64;
            (0..runs).map(move |run| MONDAY_MS + slot * 30 * MINUTE_MS + (1 + run) * MINUTE_MS)
        });
        let found = mined(&[history("poll", starts)], days(1), Zone::UTC);
        let schedules: Vec<&Schedule> = found.iter().map(|pattern| &pattern.schedule).collect();
        assert!(matches!(schedules[..], [Schedule::Calendar(_)]), "{schedules:?}");
    }

    #[test]
    fn two_loops_at_other_paces_both_stay() {
        let mut chance = Chance::new(4);
        let mut starts: Vec<i64> = Vec::new();
        for (period, count) in [(25, 250), (37, 170)] {
            starts.extend(
                (0..count)
                    .map(|slot| MONDAY_MS + slot * period * MINUTE_MS + chance.between(0.0, 8_000.0) as i64),
            );
        }
        let found = mined(&[history("polls", starts)], days(5), Zone::UTC);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
