//! Whether two schedules mean the same, found by expanding both.

use super::{Schedule, Zone};
use crate::domain::time::{DAY_MS, TimeSpan, Timestamp};

/// A year and a day from `start`: long enough for every day of the year and both changes of the clocks.
pub fn year_and_day_from(start: Timestamp) -> TimeSpan {
    TimeSpan { start, end: start.plus_ms(367 * DAY_MS) }
}

impl Schedule {
    /// Whether both fire at the same instants of `span`; windows must be equally long too, and schedules that
    /// follow another task type must be equal. [`year_and_day_from`] makes a span that suits most.
    pub fn same_meaning(&self, other: &Schedule, zone: Zone, span: TimeSpan) -> bool {
        if self == other {
            return true;
        }
        let comparable = match (self, other) {
            (
                Schedule::Window { start_minute, end_minute, .. },
                Schedule::Window { start_minute: other_start, end_minute: other_end, .. },
            ) => (start_minute, end_minute) == (other_start, other_end),
            (
                Schedule::Calendar(_) | Schedule::Period { .. },
                Schedule::Calendar(_) | Schedule::Period { .. },
            ) => true,
            _ => false,
        };
        comparable && self.occurrences_iter(span, zone).eq(other.occurrences_iter(span, zone))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CalendarSchedule, DayFilter, MonthSet, WeekdaySet};
    use super::*;

    #[test]
    fn different_spellings_of_the_same_days_mean_the_same() {
        let on = |days| {
            Schedule::Calendar(CalendarSchedule { months: MonthSet::ALL, days, minutes_of_day: vec![0] })
        };
        let span = year_and_day_from(Timestamp::clamped(1_700_000_000_000));
        let all_week = on(DayFilter::Weekdays { days: WeekdaySet::ALL });
        let midnight = Timestamp::clamped(0);
        let period = Schedule::Period { period_ms: DAY_MS, anchor: midnight };
        assert!(on(DayFilter::Daily).same_meaning(&all_week, Zone::UTC, span));
        assert!(on(DayFilter::Daily).same_meaning(&period, Zone::UTC, span));
        assert!(!on(DayFilter::Daily).same_meaning(&period, Zone::Europe__London, span));
        assert!(!on(DayFilter::Daily).same_meaning(&on(DayFilter::LastDayOfMonth), Zone::UTC, span));
        let window = Schedule::Window { days: DayFilter::Daily, start_minute: 0, end_minute: 60 };
        assert!(!on(DayFilter::Daily).same_meaning(&window, Zone::UTC, span));
    }
}
