//! How far from its slot a start may lie and still be the run that was expected.

use crate::domain::calendar::{Schedule, Zone};
use crate::domain::patterns::Pattern;
use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS, TimeSpan, Timestamp};

/// Half window of a rule without history: a busy machine or a randomised delay starts late.
const RULE_HALF_WINDOW_MS: i64 = 5 * MINUTE_MS;

/// No window is narrower than this on either side: logs tell seconds.
const LEAST_HALF_WINDOW_MS: i64 = SECOND_MS;

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
