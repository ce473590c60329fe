//! Slots at local clock times, and what a history says for and against them.

use serde::{Deserialize, Serialize};

use super::cursor::Cursor;
use super::surroundings::Surroundings;
use crate::domain::time::{DAY_MS, HOUR_MS};

/// Slots every `step_ms` of every local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClockTimes {
    /// Index into the clocks of the surroundings.
    pub(super) clock: usize,
    /// Distance of slots; divides a day.
    pub(super) step_ms: i64,
    /// First local time of the day, from 0 to below `step_ms`; the day it lies in is the day filters look at.
    pub(super) label_ms: i64,
    /// How long after the local time runs usually start.
    pub(super) delay_ms: i64,
    /// Half width of a slot's window around local time plus delay.
    pub(super) half_width_ms: i64,
}

/// One expected start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Middle of its window, ms UTC.
    pub(super) at_ms: i64,
    /// Local day number.
    pub(super) day: i32,
    /// Index of the start that lies nearest within the window.
    pub(super) hit: Option<usize>,
    /// Whether its whole window was observed (or it has a hit).
    pub(super) observed: bool,
}

impl ClockTimes {
    /// Slots of all local days whose windows touch `from_ms..=to_ms`, ascending, with the nearest of `starts`.
    /// A local time that clocks skip or repeat has no slot, as cron and systemd differ there; only what fires
    /// at least every hour goes on through both hours.
    pub(super) fn slots(&self, around: &Surroundings, starts: &[i64], from_ms: i64, to_ms: i64) -> Vec<Slot> {
        let clock = &around.clocks[self.clock];
        let first_day = (clock.local(from_ms) - self.delay_ms).div_euclid(DAY_MS) - 1;
        let last_day = (clock.local(to_ms) - self.delay_ms).div_euclid(DAY_MS) + 1;
        let mut cursor = Cursor::new(starts);
        let days = (last_day - first_day + 1).max(0) as usize;
        let mut slots = Vec::with_capacity(days * (DAY_MS / self.step_ms) as usize);
        for day in first_day..=last_day {
            let steady = clock.steady_offset(day * DAY_MS);
            let mut label = self.label_ms;
            while label < DAY_MS {
                let local = day * DAY_MS + label;
                label += self.step_ms;
                let instants = match steady {
                    Some(offset) => [Some(local - offset), None],
                    None => clock.utc(local),
                };
                if instants[1].is_some() && self.step_ms > HOUR_MS {
                    continue;
                }
                for utc_ms in instants.into_iter().flatten() {
                    let at_ms = utc_ms + self.delay_ms;
                    if at_ms + self.half_width_ms < from_ms || at_ms - self.half_width_ms > to_ms {
                        continue;
                    }
                    let hit = cursor.nearest(at_ms, self.half_width_ms);
                    let observed = hit.is_some()
                        || around.observation.covers(at_ms - self.half_width_ms, at_ms + self.half_width_ms);
                    slots.push(Slot { at_ms, day: day as i32, hit, observed });
                }
            }
        }
        // Only an hour that comes twice leaves them out of order.
        if !slots.is_sorted_by_key(|slot| (slot.day, slot.at_ms)) {
            slots.sort_by_key(|slot| (slot.day, slot.at_ms));
        }
        slots
    }

    /// Whether a window of these slots holds the local time `place_ms` (their delay left aside).
    pub(super) fn holds(&self, place_ms: i64) -> bool {
        let apart = (self.label_ms - place_ms).rem_euclid(self.step_ms);
        apart.min(self.step_ms - apart) <= self.half_width_ms
    }

    /// Half the span around a slot in which its accidental starts are counted.
    pub(super) fn flank_ms(&self) -> i64 {
        (self.step_ms / 2).min(3 * HOUR_MS)
    }
}
