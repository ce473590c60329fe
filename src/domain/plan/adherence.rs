//! Whether runs began where a plan put them, or where they were before.

use crate::domain::rules::{Rule, RuleId};
use crate::domain::time::{MINUTE_MS, TimeSpan, Timestamp};

/// A start this near to an occurrence belongs to it, at most.
const WIDEST_MS: i64 = 15 * MINUTE_MS;

/// Where the runs of a moved rule began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanAdherence {
    /// The rule.
    pub rule_id: RuleId,
    /// Minutes that the plan moved it.
    pub shift_minutes: i64,
    /// Runs at its new times.
    pub at_new_times: u64,
    /// Runs at the times it had before.
    pub at_old_times: u64,
    /// Runs at neither.
    pub elsewhere: u64,
}

/// Counts the `starts` within `span` by whether they are at the times of `after` or of `before`. Half of the shift
/// parts the two, so that no start is near to both.
pub fn adherence(
    rule_id: RuleId,
    before: &Rule,
    after: &Rule,
    starts: &[Timestamp],
    span: TimeSpan,
) -> PlanAdherence {
    let shift_minutes = after.shift_minutes - before.shift_minutes;
    let reach = (shift_minutes.abs() * MINUTE_MS / 2).clamp(MINUTE_MS / 2, WIDEST_MS);
    let around = TimeSpan { start: span.start.plus_ms(-reach), end: span.end.plus_ms(reach) };
    let times =
        |rule: &Rule| -> Vec<Timestamp> { rule.schedule.occurrences_iter(around, rule.zone).collect() };
    let (old, new) = (times(before), times(after));
    // Ascending occurrences: the nearest is on either side of where the start would be put.
    let is_near = |times: &[Timestamp], at: Timestamp| {
        let place = times.partition_point(|time| *time < at);
        let near = |index: Option<usize>| {
            index.and_then(|index| times.get(index)).is_some_and(|time| at.since(*time).abs() < reach)
        };
        near(Some(place)) || near(place.checked_sub(1))
    };
    let mut counted =
        PlanAdherence { rule_id, shift_minutes, at_new_times: 0, at_old_times: 0, elsewhere: 0 };
    for start in starts.iter().filter(|start| span.contains(**start)) {
        if is_near(&new, *start) {
            counted.at_new_times += 1;
        } else if is_near(&old, *start) {
            counted.at_old_times += 1;
        } else {
            counted.elsewhere += 1;
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::fixture;
    use crate::domain::time::{DAY_MS, HOUR_MS};

    fn rule(cron: &str, shift_minutes: i64) -> Rule {
        Rule { shift_minutes, ..fixture::rule("work", cron) }
    }

    #[test]
    fn starts_are_told_apart_by_the_times_they_are_nearer_to() {
        let start = Timestamp::clamped(0);
        let span = TimeSpan { start, end: start.plus_ms(4 * DAY_MS) };
        let at = |day: i64, minute: i64| start.plus_ms(day * DAY_MS + 2 * HOUR_MS + minute * MINUTE_MS);
        let starts = [at(0, 20), at(1, 21), at(2, 1), at(3, 200), at(9, 20)];
        let counted = adherence(RuleId(1), &rule("0 2 * * *", 0), &rule("20 2 * * *", 20), &starts, span);
        assert_eq!((counted.at_new_times, counted.at_old_times, counted.elsewhere), (2, 1, 1));
        assert_eq!(counted.shift_minutes, 20);
    }
}
