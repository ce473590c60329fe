//! Whether two rules do the same work at the same instants.

use super::Rule;
use crate::domain::calendar::{Schedule, Zone, year_and_day_from};
use crate::domain::time::Timestamp;

/// Whether two schedules fire at the same instants of the year and a day from `from`, each in its own zone.
pub fn same_instants(one: (&Schedule, Zone), other: (&Schedule, Zone), from: Timestamp) -> bool {
    let span = year_and_day_from(from);
    if one.1 == other.1 {
        return one.0.same_meaning(other.0, one.1, span);
    }
    let fires = |schedule: &Schedule| matches!(schedule, Schedule::Calendar(_) | Schedule::Period { .. });
    fires(one.0)
        && fires(other.0)
        && one.0.occurrences_iter(span, one.1).eq(other.0.occurrences_iter(span, other.1))
}

/// Whether one of two rules is enough: same task type, no different host, user or command, same instants.
pub fn is_duplicate(one: &Rule, other: &Rule, from: Timestamp) -> bool {
    let differ = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
    one.task_type == other.task_type
        && !differ(&one.host, &other.host)
        && !differ(&one.user, &other.user)
        && !differ(&one.command, &other.command)
        && same_instants((&one.schedule, one.zone), (&other.schedule, other.zone), from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::fixture::{now, rule, schedule};
    use crate::domain::time::HOUR_MS;

    #[test]
    fn instants_count_not_spelling() {
        let hourly = schedule("17 * * * *");
        let anchor = Timestamp::parse_rfc3339("2020-01-01T00:17:00Z").expect("instant");
        let period = Schedule::Period { period_ms: HOUR_MS, anchor };
        assert!(same_instants((&hourly, Zone::UTC), (&period, Zone::UTC), now()));
        assert!(same_instants((&hourly, Zone::Europe__Berlin), (&period, Zone::UTC), now()));
        let daily = schedule("0 3 * * *");
        assert!(!same_instants((&daily, Zone::Europe__Berlin), (&daily, Zone::UTC), now()));
    }

    #[test]
    fn the_same_work_on_two_hosts_is_no_duplicate() {
        let mut one = rule("backup", "0 3 * * *");
        let mut other = one.clone();
        assert!(is_duplicate(&one, &other, now()));
        one.host = Some("a".to_owned());
        assert!(is_duplicate(&one, &other, now()), "where the host is unknown it may be the same");
        other.host = Some("b".to_owned());
        assert!(!is_duplicate(&one, &other, now()));
    }
}
