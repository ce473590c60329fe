//! Slots of a problem that does not lie in time, as people count: by the day and the clock of its horizon.

use crate::domain::plan::Problem;
use crate::output::format::quantity;

const DAY_MINUTES: i64 = 1_440;

/// When a slot begins, such as `day 2 00:35`; without the day where the horizon is not longer than one. The horizon is a
/// circle: what lies before it or behind it is shown where it comes round.
pub fn slot_words(slot: i64, problem: &Problem) -> String {
    let minutes = slot.rem_euclid(problem.horizon_slots.max(1)) * problem.slot_minutes;
    let clock = format!("{:02}:{:02}", minutes % DAY_MINUTES / 60, minutes % 60);
    if problem.horizon_slots.saturating_mul(problem.slot_minutes) <= DAY_MINUTES {
        return clock;
    }
    format!("day {} {clock}", minutes / DAY_MINUTES + 1)
}

/// How long so many slots are, in hours and minutes.
pub fn period_words(slots: i64, problem: &Problem) -> String {
    let minutes = slots.saturating_mul(problem.slot_minutes).unsigned_abs();
    match (minutes / 60, minutes % 60) {
        (0, minutes) => quantity(minutes, "minute"),
        (hours, 0) => quantity(hours, "hour"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(horizon_slots: i64) -> Problem {
        let json = format!(
            r#"{{"format":"sched-opt/1","slot_minutes":5,"horizon_slots":{horizon_slots},"resources":[],"hosts":[],
            "target_util_pct":75,"price":[],"rules":[]}}"#
        );
        serde_json::from_str(&json).expect("a problem")
    }

    #[test]
    fn a_slot_is_told_by_day_and_clock() {
        let (day, week) = (problem(288), problem(2_016));
        assert_eq!(slot_words(25, &day), "02:05");
        assert_eq!(slot_words(-1, &day), "23:55", "the evening before comes round");
        assert_eq!(slot_words(1_709, &week), "day 6 22:25");
        assert_eq!(period_words(3, &day), "15 minutes");
        assert_eq!(period_words(313, &day), "26 h 5 min");
    }
}
