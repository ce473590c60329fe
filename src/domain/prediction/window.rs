//! How far from its slot a start may lie and still be the run that was expected, and where it lies with 90 %.

use crate::domain::calendar::{Schedule, Zone};
use crate::domain::patterns::{Pattern, WindowGrowth};
use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS, TimeSpan, Timestamp};

/// Half window of a rule without history: a busy machine or a randomised delay starts late.
const RULE_HALF_WINDOW_MS: i64 = 5 * MINUTE_MS;

/// No window is narrower than this on either side: logs tell seconds.
const LEAST_HALF_WINDOW_MS: i64 = SECOND_MS;

/// The window of a slot, as offsets from it in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SlotWindow {
    /// Where it opens.
    pub from_ms: i64,
    /// Where it closes.
    pub to_ms: i64,
}

impl SlotWindow {
    /// From `half_ms` before the slot to as much after it.
    pub fn around(half_ms: i64) -> SlotWindow {
        SlotWindow { from_ms: -half_ms, to_ms: half_ms }
    }

    /// The window of the sum of two independent delays: middles add up, half widths as roots of squares do.
    pub fn convolved(self, other: SlotWindow) -> SlotWindow {
        let half = |window: SlotWindow| window.to_ms.saturating_sub(window.from_ms) as f64 / 2.0;
        let middle = |window: SlotWindow| window.to_ms as f64 / 2.0 + window.from_ms as f64 / 2.0;
        let (middle, half) = (middle(self) + middle(other), half(self).hypot(half(other)));
        SlotWindow { from_ms: (middle - half).floor() as i64, to_ms: (middle + half).ceil() as i64 }
    }

    fn scaled(self, factor: f64) -> SlotWindow {
        SlotWindow {
            from_ms: (self.from_ms as f64 * factor) as i64,
            to_ms: (self.to_ms as f64 * factor) as i64,
        }
    }
}

/// Where 90 % of the runs of a pattern's slots start; all that its half window allows where no offsets are known.
pub(super) fn slot_window(pattern: &Pattern) -> SlotWindow {
    let half = half_window(pattern);
    match (&pattern.schedule, pattern.evidence.start_window) {
        (Schedule::Window { .. }, _) | (_, None) => SlotWindow::around(half),
        (_, Some(window)) => {
            let ms = |seconds: f64| (seconds * SECOND_MS as f64) as i64;
            let latest = 24 * HOUR_MS;
            SlotWindow {
                from_ms: ms(window.from_seconds).clamp(-latest, latest),
                // Logs tell seconds: a start that is noted as the slot itself lies within the second after it.
                to_ms: ms(window.to_seconds).clamp(-latest, latest).max(ms(window.from_seconds) + SECOND_MS),
            }
        }
    }
}

/// How long after its slot a run is expected: at the middle of a window schedule, and of a window that has moved
/// away from its slot, as where a queue has grown; else at the slot itself.
pub(super) fn expected_after_ms(schedule: &Schedule, window: SlotWindow) -> i64 {
    let length = window_length_ms(schedule);
    let has_moved = window.from_ms > 0 || window.to_ms < 0;
    if length == 0 && has_moved { window.from_ms / 2 + window.to_ms / 2 } else { length / 2 }
}

/// The window of the slot at `slot`: that of a loop grows with the root of the number of periods since the run
/// it counts from.
pub(super) fn grown(
    window: SlotWindow,
    growth: WindowGrowth,
    schedule: &Schedule,
    slot: Timestamp,
) -> SlotWindow {
    match (growth, schedule) {
        (WindowGrowth::WithEachSlot, Schedule::Period { period_ms, anchor }) => {
            let periods = slot.since(*anchor) as f64 / (*period_ms).max(1) as f64;
            window.scaled(periods.max(1.0).sqrt())
        }
        _ => window,
    }
}

/// Half the window of a pattern's slots, in milliseconds: the larger of its tolerance and its 95 % jitter; of a
/// window schedule, half of that window.
pub(super) fn half_window(pattern: &Pattern) -> i64 {
    if let Schedule::Window { .. } = pattern.schedule {
        return window_length_ms(&pattern.schedule) / 2;
    }
    let seconds = pattern.evidence.jitter_seconds.p95.max(pattern.evidence.tolerance_seconds);
    // A cast saturates and takes NaN for 0.
    ((seconds * SECOND_MS as f64) as i64).clamp(LEAST_HALF_WINDOW_MS, 24 * HOUR_MS)
}

/// Half the window of a rule without history, in milliseconds: five minutes, or half of its spacing where that
/// is less.
pub(super) fn rule_half_window(schedule: &Schedule, zone: Zone, now: Timestamp) -> i64 {
    if let Schedule::Window { .. } = schedule {
        return window_length_ms(schedule) / 2;
    }
    let mut next = schedule.occurrences_iter(TimeSpan { start: now, end: Timestamp::MAX }, zone);
    match (next.next(), next.next()) {
        (Some(one), Some(other)) => (other.since(one) / 2).clamp(LEAST_HALF_WINDOW_MS, RULE_HALF_WINDOW_MS),
        _ => RULE_HALF_WINDOW_MS,
    }
}

/// How long a window schedule stays open, in milliseconds; 0 for the others, which fire at an instant.
pub(super) fn window_length_ms(schedule: &Schedule) -> i64 {
    match schedule {
        Schedule::Window { start_minute, end_minute, .. } => {
            i64::from(end_minute.saturating_sub(*start_minute)) * MINUTE_MS
        }
        _ => 0,
    }
}
