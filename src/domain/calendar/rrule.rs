//! RFC 5545 recurrence rules for schedules that have one.

use super::times_of_day::{ALL_HOURS, ALL_MINUTES, TimesOfDay, bits_of};
use super::{CalendarSchedule, DayFilter, MonthSet, Schedule, WeekdaySet};
use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

impl Schedule {
    /// An RFC 5545 `RRULE` value (without `DTSTART`), if there is one. `DTSTART` must be one of the
    /// occurrences, because it carries the phase of an interval: in the schedule's zone for calendar forms,
    /// in UTC for a period.
    pub fn rrule(&self) -> Option<String> {
        match self {
            Schedule::Calendar(calendar) => calendar_rule(calendar),
            Schedule::Period { period_ms, .. } => period_rule(*period_ms),
            Schedule::Window { .. } | Schedule::Follows { .. } => None,
        }
    }
}

fn period_rule(period_ms: i64) -> Option<String> {
    if period_ms <= 0 || period_ms % SECOND_MS != 0 {
        return None;
    }
    let (frequency, unit_ms) = match period_ms {
        hours if hours % HOUR_MS == 0 => ("HOURLY", HOUR_MS),
        minutes if minutes % MINUTE_MS == 0 => ("MINUTELY", MINUTE_MS),
        _ => ("SECONDLY", SECOND_MS),
    };
    Some(match period_ms / unit_ms {
        1 => format!("FREQ={frequency}"),
        interval => format!("FREQ={frequency};INTERVAL={interval}"),
    })
}

fn calendar_rule(calendar: &CalendarSchedule) -> Option<String> {
    let times = TimesOfDay::from_minutes_of_day(&calendar.minutes_of_day)?;
    if calendar.months.is_empty() {
        return None;
    }
    let (day_frequency, day_parts) = day_rule(calendar.days.normalised())?;
    // Weekdays and days of the month also restrict hourly and minutely rules; counted ones (1MO, -1) and
    // intervals of days do not.
    let restricts_only = matches!(
        calendar.days.normalised(),
        DayFilter::Daily
            | DayFilter::Weekdays { .. }
            | DayFilter::MonthDays { .. }
            | DayFilter::MonthDaysAndWeekdays { .. }
    );
    let every_hour = times.hours == ALL_HOURS && restricts_only;
    let every_minute = every_hour && times.minutes == ALL_MINUTES;
    let frequency = match (every_minute, every_hour) {
        (true, _) => "MINUTELY",
        (false, true) => "HOURLY",
        (false, false) => day_frequency,
    };
    let mut rule = format!("FREQ={frequency}");
    if let DayFilter::EveryDays { every, .. } = calendar.days.normalised() {
        rule += &format!(";INTERVAL={every}");
    }
    if calendar.months != MonthSet::ALL {
        rule += &format!(";BYMONTH={}", numbers(u64::from(calendar.months.bits()) << 1));
    }
    rule += &day_parts;
    if !every_hour {
        rule += &format!(";BYHOUR={}", numbers(times.hours.into()));
    }
    if !every_minute {
        rule += &format!(";BYMINUTE={}", numbers(times.minutes));
    }
    rule += ";BYSECOND=0";
    Some(rule)
}

/// The frequency and the parts that choose days, each with `;` before it.
fn day_rule(days: DayFilter) -> Option<(&'static str, String)> {
    match days {
        DayFilter::Daily => Some(("DAILY", String::new())),
        DayFilter::Weekdays { days } if !days.is_empty() => {
            Some(("WEEKLY", format!(";BYDAY={}", weekday_list(days))))
        }
        DayFilter::MonthDays { days } if days != 0 => {
            Some(("MONTHLY", format!(";BYMONTHDAY={}", numbers(days.into()))))
        }
        DayFilter::MonthDaysAndWeekdays { month_days, weekdays } => {
            let (month_days, weekdays) = (numbers(month_days.into()), weekday_list(weekdays));
            Some(("MONTHLY", format!(";BYMONTHDAY={month_days};BYDAY={weekdays}")))
        }
        DayFilter::LastDayOfMonth => Some(("MONTHLY", ";BYMONTHDAY=-1".to_owned())),
        DayFilter::NthWeekday { nth: nth @ 1..=5, weekday: weekday @ 0..=6 } => {
            Some(("MONTHLY", format!(";BYDAY={nth}{}", NAMES[usize::from(weekday)])))
        }
        DayFilter::LastWeekday { weekday: weekday @ 0..=6 } => {
            Some(("MONTHLY", format!(";BYDAY=-1{}", NAMES[usize::from(weekday)])))
        }
        DayFilter::EveryDays { every, offset } if offset < every => Some(("DAILY", String::new())),
        DayFilter::Weekdays { .. }
        | DayFilter::MonthDays { .. }
        | DayFilter::MonthDaysOrWeekdays { .. }
        | DayFilter::NthWeekday { .. }
        | DayFilter::LastWeekday { .. }
        | DayFilter::EveryDays { .. } => None,
    }
}

const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn weekday_list(days: WeekdaySet) -> String {
    let names: Vec<&str> = bits_of(days.bits().into()).map(|place| NAMES[place as usize]).collect();
    names.join(",")
}

fn numbers(bits: u64) -> String {
    let numbers: Vec<String> = bits_of(bits).map(|place| place.to_string()).collect();
    numbers.join(",")
}

#[cfg(test)]
mod tests {
    use super::super::{CronEntry, parse_cron};
    use super::*;
    use crate::domain::time::Timestamp;

    fn from_cron(text: &str) -> Option<String> {
        match parse_cron(text) {
            Ok(CronEntry::Calendar(calendar)) => Schedule::Calendar(calendar).rrule(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn cron_lines_have_their_rule() {
        for (cron, expected) in [
            ("25 6 * * *", "FREQ=DAILY;BYHOUR=6;BYMINUTE=25;BYSECOND=0"),
            ("47 6 * * 0", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=6;BYMINUTE=47;BYSECOND=0"),
            ("52 6 1 1,7 *", "FREQ=MONTHLY;BYMONTH=1,7;BYMONTHDAY=1;BYHOUR=6;BYMINUTE=52;BYSECOND=0"),
            ("9,39 * * * *", "FREQ=HOURLY;BYMINUTE=9,39;BYSECOND=0"),
            ("* * * * *", "FREQ=MINUTELY;BYSECOND=0"),
            ("17 * * * 1", "FREQ=HOURLY;BYDAY=MO;BYMINUTE=17;BYSECOND=0"),
        ] {
            assert_eq!(from_cron(cron).as_deref(), Some(expected));
        }
        assert_eq!(from_cron("0 0 1 * 1"), None);
    }

    #[test]
    fn counted_weekdays_and_intervals_are_written() {
        let on = |days| {
            let calendar = CalendarSchedule { months: MonthSet::ALL, days, minutes_of_day: vec![240] };
            Schedule::Calendar(calendar).rrule().expect("expressible")
        };
        let tail = "BYHOUR=4;BYMINUTE=0;BYSECOND=0";
        let nth = DayFilter::NthWeekday { nth: 1, weekday: 0 };
        assert_eq!(on(nth), format!("FREQ=MONTHLY;BYDAY=1MO;{tail}"));
        assert_eq!(on(DayFilter::LastWeekday { weekday: 4 }), format!("FREQ=MONTHLY;BYDAY=-1FR;{tail}"));
        assert_eq!(on(DayFilter::LastDayOfMonth), format!("FREQ=MONTHLY;BYMONTHDAY=-1;{tail}"));
        assert_eq!(on(DayFilter::EveryDays { every: 3, offset: 1 }), format!("FREQ=DAILY;INTERVAL=3;{tail}"));
    }

    #[test]
    fn a_period_is_written_in_its_largest_exact_unit() {
        let every = |period_ms| Schedule::Period { period_ms, anchor: Timestamp::MIN }.rrule();
        assert_eq!(every(7_200_000).as_deref(), Some("FREQ=HOURLY;INTERVAL=2"));
        assert_eq!(every(53 * 60_000).as_deref(), Some("FREQ=MINUTELY;INTERVAL=53"));
        assert_eq!(every(90_000).as_deref(), Some("FREQ=SECONDLY;INTERVAL=90"));
        assert_eq!(every(1_000).as_deref(), Some("FREQ=SECONDLY"));
        assert_eq!(every(1_500), None);
        assert_eq!(every(0), None);
    }
}
