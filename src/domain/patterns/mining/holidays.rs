//! Holidays: whether a schedule rests on them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::cursor::Cursor;
use super::evidence::ln_slot_evidence;
use super::explain::LEAST_NET;
use super::history::Starts;
use super::surroundings::Surroundings;
use crate::domain::calendar::{Schedule, local_time};
use crate::domain::patterns::{HolidayDetails, Pattern};
use crate::domain::time::{SECOND_MS, TimeSpan, Timestamp};

/// Slots on holidays below which nothing is said.
const FEWEST_SLOTS: u64 = 3;

/// Notes with each active calendar schedule of `patterns` how it was kept on `holidays`, where that was so seldom
/// that its other misses do not explain it.
pub(super) fn note_holidays(
    patterns: &mut [Pattern],
    histories: &[Starts<'_>],
    around: &Surroundings,
    holidays: &[NaiveDate],
) {
    let dates: BTreeSet<NaiveDate> = holidays.iter().copied().collect();
    if dates.is_empty() {
        return;
    }
    let by_name: BTreeMap<&str, &Starts<'_>> = histories.iter().map(|starts| (starts.name, starts)).collect();
    for pattern in patterns.iter_mut().filter(|pattern| pattern.is_active) {
        let starts = pattern.task_types.first().and_then(|name| by_name.get(name.as_str()));
        if let (Some(starts), Schedule::Calendar(_)) = (starts, &pattern.schedule) {
            pattern.evidence.details.holidays = rest_on(pattern, starts, around, &dates);
        }
    }
}

fn rest_on(
    pattern: &Pattern,
    starts: &Starts<'_>,
    around: &Surroundings,
    dates: &BTreeSet<NaiveDate>,
) -> Option<HolidayDetails> {
    let evidence = &pattern.evidence;
    let half_ms = (evidence.tolerance_seconds.max(evidence.jitter_seconds.p95) * SECOND_MS as f64) as i64;
    let end = Timestamp::clamped(around.observation.end_ms());
    let span = TimeSpan { start: evidence.first_seen.plus_ms(-half_ms), end };
    let (mut slots, mut hits) = (0_u64, 0_u64);
    let mut cursor = Cursor::new(&starts.at_ms);
    for slot in pattern.schedule.occurrences_iter(span, pattern.zone) {
        if !dates.contains(&local_time(pattern.zone, slot).date()) {
            continue;
        }
        let at_ms = slot.millis();
        if cursor.nearest(at_ms, half_ms).is_some() {
            (slots, hits) = (slots + 1, hits + 1);
        } else if around.observation.covers(at_ms - half_ms, at_ms + half_ms) {
            slots += 1;
        }
    }
    if slots < FEWEST_SLOTS {
        return None;
    }
    let (other_slots, other_hits) =
        (evidence.expected.saturating_sub(slots), evidence.hits.saturating_sub(hits));
    let usual = (other_hits as f64 + 0.5) / (other_slots as f64 + 1.0);
    let rests = ln_slot_evidence(slots - hits, slots, 1.0 - usual) >= LEAST_NET;
    rests.then(|| HolidayDetails { slots, hits, dates: dates.iter().copied().collect() })
}
