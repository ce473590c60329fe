//! How far a rule may move, learned from how far its starts have moved before.

use super::spacing::shortest_spacing_ms;
use super::{Flexibility, Rule};
use crate::domain::calendar::Schedule;
use crate::domain::patterns::Pattern;
use crate::domain::time::{HOUR_MS, MINUTE_MS, Timestamp};

/// Further than this nothing is learned: a job that was once moved from night to day was moved by somebody who
/// knew why.
const FURTHEST_MINUTES: i64 = 4 * HOUR_MS / MINUTE_MS;

/// Minutes of a day.
const DAY_MINUTES: i64 = 1440;

/// The rule's flexibility, widened to where nine in ten of its starts lay around their slots, and to where the schedule
/// was before it moved. A fixed rule stays fixed; half of the spacing is the limit, as for every rule.
pub fn learned_flexibility(rule: &Rule, pattern: &Pattern, now: Timestamp) -> Flexibility {
    if rule.flexibility == Flexibility::FIXED {
        return rule.flexibility;
    }
    let (mut earlier, mut later) = (0, 0);
    if let Some(window) = pattern.evidence.start_window {
        earlier = minutes(-window.from_seconds);
        later = minutes(window.to_seconds);
    }
    if let Some(moved) =
        pattern.moved_from.as_ref().and_then(|from| distance(&from.schedule, &pattern.schedule))
    {
        // It lay `moved` minutes before where it lies now.
        if moved.abs() <= FURTHEST_MINUTES {
            earlier = earlier.max(moved);
            later = later.max(-moved);
        }
    }
    let wider = |own: u32, learned: i64| own.max(learned.clamp(0, FURTHEST_MINUTES) as u32);
    Flexibility {
        earlier_minutes: wider(rule.flexibility.earlier_minutes, earlier),
        later_minutes: wider(rule.flexibility.later_minutes, later),
    }
    .within_spacing(shortest_spacing_ms(&rule.schedule, rule.zone, now))
}

fn minutes(seconds: f64) -> i64 {
    // A start a few seconds late says nothing of flexibility: whole minutes only.
    if seconds.is_finite() { (seconds / 60.0).floor() as i64 } else { 0 }
}

/// Minutes from the first time of day of the one to that of the other, the short way round.
fn distance(from: &Schedule, to: &Schedule) -> Option<i64> {
    let first = |schedule: &Schedule| match schedule {
        Schedule::Calendar(calendar) if calendar.minutes_of_day.len() == 1 => {
            calendar.minutes_of_day.first().copied().map(i64::from)
        }
        _ => None,
    };
    let apart = (first(to)? - first(from)?).rem_euclid(DAY_MINUTES);
    Some(if apart > DAY_MINUTES / 2 { apart - DAY_MINUTES } else { apart })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::patterns::{MovedFrom, StartWindow, WindowGrowth};
    use crate::domain::rules::fixture::{now, pattern, rule, schedule};

    fn learned(rule: &Rule, pattern: &Pattern) -> (u32, u32) {
        let found = learned_flexibility(rule, pattern, now());
        (found.earlier_minutes, found.later_minutes)
    }

    #[test]
    fn a_window_is_as_wide_as_starts_were_spread() {
        let mut spread = pattern("a", "0 2 * * *");
        assert_eq!(learned(&rule("a", "0 2 * * *"), &spread), (30, 30));
        spread.evidence.start_window = Some(StartWindow {
            from_seconds: -600.0,
            to_seconds: 5_430.0,
            growth: WindowGrowth::Fixed,
            runs_used: 30,
        });
        assert_eq!(learned(&rule("a", "0 2 * * *"), &spread), (30, 90));
        let mut fixed = rule("a", "0 2 * * *");
        fixed.flexibility = Flexibility::FIXED;
        assert_eq!(learned(&fixed, &spread), (0, 0));
        assert_eq!(learned(&rule("a", "0 * * * *"), &spread), (30, 30), "half of an hour's spacing");
    }

    #[test]
    fn where_it_came_from_it_may_go_back_to() {
        let mut moved = pattern("a", "0 2 * * *");
        moved.moved_from = Some(MovedFrom { schedule: schedule("40 3 * * *"), at: now() });
        assert_eq!(learned(&rule("a", "0 2 * * *"), &moved), (30, 100));
        moved.moved_from = Some(MovedFrom { schedule: schedule("30 23 * * *"), at: now() });
        assert_eq!(learned(&rule("a", "0 2 * * *"), &moved), (150, 30));
        moved.moved_from = Some(MovedFrom { schedule: schedule("0 14 * * *"), at: now() });
        assert_eq!(learned(&rule("a", "0 2 * * *"), &moved), (30, 30), "from day to night");
    }
}
