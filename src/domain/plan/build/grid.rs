//! How the slots of a problem lie in time: a horizon that repeats exactly is taken as a circle, any other is unrolled
//! with room to either side, so that nothing at its end touches its beginning.

use std::collections::BTreeMap;

use serde::Serialize;

use super::SlotChoice;
use crate::domain::calendar::{Zone, local_time};
use crate::domain::rules::{Flexibility, RuleId, StoredRule};
use crate::domain::time::{DAY_MS, MINUTE_MS, TimeSpan, Timestamp};

/// Slots beyond which a longer slot is taken where all starts allow it: nine weeks of five minutes.
const MOST_SLOTS: i64 = 20_000;

/// Slots beyond which a longer slot is taken even where starts have to be rounded for it: a leap year of five minutes.
const MOST_EXACT_SLOTS: i64 = 105_408;

/// Minutes beyond which slots of one minute are not taken.
const MOST_MINUTES: i64 = 60_480;

/// Minutes times rules beyond which they are not, either: 300 rules over a week.
const MOST_RULE_MINUTES: i64 = 300 * 10_080;

/// Lengths a slot may have, minutes: divisors of an hour, so that every hour begins one.
const SLOT_MINUTES: [i64; 6] = [5, 10, 15, 20, 30, 60];

/// Whether the horizon comes again as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HorizonForm {
    /// Every rule fires in the horizon before and after as it does in this one: its end meets its beginning.
    Repeating,
    /// It does not: what reaches into it from before, and out of it, is part of the problem, and so is idle room
    /// that keeps the two ends apart.
    Unrolled,
}

/// How slots lie in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TimeGrid {
    /// What was asked for.
    pub horizon: TimeSpan,
    /// When slot 0 begins; before the horizon where it is unrolled.
    pub origin: Timestamp,
    /// Minutes in one slot.
    pub slot_minutes: i64,
    /// Slots in all.
    pub slots: i64,
    /// Whether the last slot meets the first.
    pub form: HorizonForm,
}

impl TimeGrid {
    /// A grid that begins and ends with the horizon.
    pub(super) fn repeating(horizon: TimeSpan, slot_minutes: i64) -> TimeGrid {
        let slot_ms = slot_minutes * MINUTE_MS;
        let slots = ((horizon.length_ms() + slot_ms - 1) / slot_ms).max(1);
        TimeGrid { horizon, origin: horizon.start, slot_minutes, slots, form: HorizonForm::Repeating }
    }

    /// The same with `reach` slots of runs to either side, and as many of idle room and `reach` again for what is moved
    /// out of them.
    pub(super) fn unrolled(self, reach: i64) -> TimeGrid {
        let lead = 2 * reach;
        TimeGrid {
            origin: self.horizon.start.plus_ms(-lead * self.slot_ms()),
            slots: self.slots + 2 * lead,
            form: HorizonForm::Unrolled,
            ..self
        }
    }

    /// Milliseconds in one slot.
    pub fn slot_ms(&self) -> i64 {
        self.slot_minutes * MINUTE_MS
    }

    /// The slot that holds `at`; below 0 before the origin.
    pub fn slot_of(&self, at: Timestamp) -> i64 {
        at.since(self.origin).div_euclid(self.slot_ms())
    }

    /// When a slot begins.
    pub fn at(&self, slot: i64) -> Timestamp {
        self.origin.plus_ms(slot.saturating_mul(self.slot_ms()))
    }

    /// Slots that `length_ms` takes, rounded up.
    pub(super) fn slots_in(&self, length_ms: i64) -> i64 {
        (length_ms + self.slot_ms() - 1) / self.slot_ms()
    }

    /// The horizon to whole slots.
    pub(super) fn span(&self) -> TimeSpan {
        let length = self.slots_in(self.horizon.length_ms()).max(1) * self.slot_ms();
        TimeSpan { start: self.horizon.start, end: self.horizon.start.plus_ms(length) }
    }
}

/// A slot at whose beginnings all starts lie, as long as the horizon has not too many of them. With all starts and
/// shifts on beginnings, two runs share a slot only if they run at the same time.
pub(super) fn slot_minutes(
    rules: &[StoredRule],
    windows: &BTreeMap<RuleId, Flexibility>,
    horizon: TimeSpan,
    choice: SlotChoice,
) -> i64 {
    let minutes = (horizon.length_ms() + MINUTE_MS - 1) / MINUTE_MS;
    let usual = SLOT_MINUTES.into_iter().find(|slot| minutes / slot <= MOST_SLOTS).unwrap_or(60);
    let is_exact = |slot: i64| {
        // Windows count only beside slots that are long: rounding them down to five minutes takes little.
        (slot <= SLOT_MINUTES[0] || windows_end_on(rules, windows, slot))
            && all_start_on(rules, horizon, slot)
    };
    if is_exact(usual) {
        return usual;
    }
    let shorter = SLOT_MINUTES.into_iter().rev().filter(|slot| *slot < usual);
    if let Some(exact) =
        shorter.filter(|slot| minutes / slot <= MOST_EXACT_SLOTS).find(|slot| is_exact(*slot))
    {
        return exact;
    }
    let affordable =
        minutes <= MOST_MINUTES && minutes.saturating_mul(rules.len() as i64) <= MOST_RULE_MINUTES;
    if choice == SlotChoice::AsFine && affordable { 1 } else { usual }
}

/// Whether every window reaches over whole slots to either side.
fn windows_end_on(rules: &[StoredRule], windows: &BTreeMap<RuleId, Flexibility>, slot_minutes: i64) -> bool {
    rules.iter().all(|stored| {
        let window = windows.get(&stored.id).copied().unwrap_or(stored.rule.flexibility);
        let ends = [window.earlier_minutes, window.later_minutes];
        ends.into_iter().all(|minutes| i64::from(minutes) % slot_minutes == 0)
    })
}

/// Whether every start of every rule within the horizon lies at the beginning of a slot.
pub(super) fn all_start_on(rules: &[StoredRule], horizon: TimeSpan, slot_minutes: i64) -> bool {
    rules.iter().all(|stored| {
        let mut starts = stored.rule.schedule.occurrences_iter(horizon, stored.rule.zone);
        starts.all(|at| at.since(horizon.start).rem_euclid(slot_minutes * MINUTE_MS) < MINUTE_MS)
    })
}

/// Whether the rule fires in the span before and after exactly as it does in `span`.
pub(super) fn repeats(stored: &StoredRule, span: TimeSpan) -> bool {
    let length = span.length_ms();
    let starts_in = |turns: i64| {
        let moved =
            TimeSpan { start: span.start.plus_ms(turns * length), end: span.end.plus_ms(turns * length) };
        let starts = stored.rule.schedule.occurrences_iter(moved, stored.rule.zone);
        starts.map(move |at| at.since(moved.start))
    };
    starts_in(0).eq(starts_in(1)) && starts_in(0).eq(starts_in(-1))
}

/// Whether the clocks of `zone` change between two instants.
pub(super) fn clocks_change(zone: Zone, span: TimeSpan) -> bool {
    let offset = |at: Timestamp| local_time(zone, at).and_utc().timestamp_millis() - at.millis();
    let days = span.length_ms() / DAY_MS + 1;
    let first = offset(span.start);
    (1..=days).any(|day| offset(span.start.plus_ms(day * DAY_MS).min(span.end)) != first)
}
