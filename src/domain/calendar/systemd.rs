//! systemd's OnCalendar expressions for schedules that have one.

use super::times_of_day::{ALL_HOURS, ALL_MINUTES, TimesOfDay, progression_of, ranges_of};
use super::{CalendarSchedule, DayFilter, MonthSet, Schedule, WeekdaySet, Zone};

impl Schedule {
    /// A systemd OnCalendar expression with its zone, if there is one. At a change of the clocks systemd goes
    /// its own way: it leaves skipped local times out. Source: systemd.time(7).
    pub fn systemd_calendar(&self, zone: Zone) -> Option<String> {
        let Schedule::Calendar(CalendarSchedule { months, days, minutes_of_day }) = self else {
            return None;
        };
        let times = TimesOfDay::from_minutes_of_day(minutes_of_day)?;
        if months.is_empty() {
            return None;
        }
        let (weekdays, month_days) = day_parts(*days)?;
        let weekdays = weekdays.map(|text| text + " ").unwrap_or_default();
        let month_bits = u64::from(months.bits()) << 1;
        let month = if *months == MonthSet::ALL { "*".to_owned() } else { component(month_bits, 12) };
        let hour = if times.hours == ALL_HOURS { "*".to_owned() } else { component(times.hours.into(), 23) };
        let minute = if times.minutes == ALL_MINUTES { "*".to_owned() } else { component(times.minutes, 59) };
        Some(format!("{weekdays}*-{month}{month_days} {hour}:{minute}:00 {}", zone.name()))
    }
}

/// The weekday part, if any, and the day of month with the sign before it.
fn day_parts(days: DayFilter) -> Option<(Option<String>, String)> {
    let any_day = || "-*".to_owned();
    match days.normalised() {
        DayFilter::Daily => Some((None, any_day())),
        DayFilter::Weekdays { days } if !days.is_empty() => Some((Some(weekday_list(days)), any_day())),
        DayFilter::MonthDays { days } if days != 0 => {
            Some((None, format!("-{}", component(days.into(), 31))))
        }
        DayFilter::MonthDaysAndWeekdays { month_days, weekdays } => {
            Some((Some(weekday_list(weekdays)), format!("-{}", component(month_days.into(), 31))))
        }
        DayFilter::LastDayOfMonth => Some((None, "~01".to_owned())),
        DayFilter::NthWeekday { nth: nth @ 1..=5, weekday: weekday @ 0..=6 } => {
            let last = (nth * 7).min(31);
            let weekday = weekday_list(WeekdaySet::from_bits(1 << weekday));
            Some((Some(weekday), format!("-{:02}..{last:02}", nth * 7 - 6)))
        }
        DayFilter::LastWeekday { weekday: weekday @ 0..=6 } => {
            // "From the seventh last day on, every day."
            Some((Some(weekday_list(WeekdaySet::from_bits(1 << weekday))), "~07/1".to_owned()))
        }
        DayFilter::Weekdays { .. }
        | DayFilter::MonthDays { .. }
        | DayFilter::MonthDaysOrWeekdays { .. }
        | DayFilter::NthWeekday { .. }
        | DayFilter::LastWeekday { .. }
        | DayFilter::EveryDays { .. } => None,
    }
}

fn weekday_list(days: WeekdaySet) -> String {
    const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    written_list(days.bits().into(), |place| NAMES[place as usize].to_owned())
}

/// `first/step` where the values run to `high`, else a list with ranges.
fn component(bits: u64, high: u32) -> String {
    match progression_of(bits, high) {
        Some((first, step)) if step > 1 => format!("{first:02}/{step}"),
        _ => written_list(bits, |value| format!("{value:02}")),
    }
}

fn written_list(bits: u64, write: impl Fn(u32) -> String) -> String {
    let items: Vec<String> = ranges_of(bits)
        .into_iter()
        .map(|(first, last)| match last - first {
            0 => write(first),
            1 => format!("{},{}", write(first), write(last)),
            _ => format!("{}..{}", write(first), write(last)),
        })
        .collect();
    items.join(",")
}

#[cfg(test)]
mod tests {
    use super::super::{CronEntry, parse_cron, parse_zone};
    use super::*;

    fn from_cron(text: &str, zone: &str) -> Option<String> {
        match parse_cron(text) {
            Ok(CronEntry::Calendar(calendar)) => {
                Schedule::Calendar(calendar).systemd_calendar(parse_zone(zone).expect("known zone"))
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    fn on(days: DayFilter) -> Option<String> {
        let calendar = CalendarSchedule { months: MonthSet::ALL, days, minutes_of_day: vec![1380] };
        Schedule::Calendar(calendar).systemd_calendar(Zone::UTC)
    }

    #[test]
    fn cron_lines_have_their_systemd_spelling() {
        for (cron, zone, expected) in [
            ("25 6 * * *", "America/New_York", "*-*-* 06:25:00 America/New_York"),
            ("0 2 * * 1-5", "UTC", "Mon..Fri *-*-* 02:00:00 UTC"),
            ("*/20 * * * *", "UTC", "*-*-* *:00/20:00 UTC"),
            ("9,39 * * * *", "UTC", "*-*-* *:09,39:00 UTC"),
            ("* * * * *", "UTC", "*-*-* *:*:00 UTC"),
            ("52 6 1 1,7 *", "UTC", "*-01,07-01 06:52:00 UTC"),
            ("0 8-17 * * 0,6", "UTC", "Sat,Sun *-*-* 08..17:00:00 UTC"),
            ("0 0 1-7 * */7", "UTC", "Sun *-*-01..07 00:00:00 UTC"),
        ] {
            assert_eq!(from_cron(cron, zone).as_deref(), Some(expected), "{cron}");
        }
        assert_eq!(from_cron("0 0 1 * 1", "UTC"), None);
    }

    #[test]
    fn days_counted_from_the_end_or_by_weekday_are_written() {
        assert_eq!(on(DayFilter::LastDayOfMonth).as_deref(), Some("*-*~01 23:00:00 UTC"));
        let first_monday = DayFilter::NthWeekday { nth: 1, weekday: 0 };
        assert_eq!(on(first_monday).as_deref(), Some("Mon *-*-01..07 23:00:00 UTC"));
        let fifth_sunday = DayFilter::NthWeekday { nth: 5, weekday: 6 };
        assert_eq!(on(fifth_sunday).as_deref(), Some("Sun *-*-29..31 23:00:00 UTC"));
        let last_friday = DayFilter::LastWeekday { weekday: 4 };
        assert_eq!(on(last_friday).as_deref(), Some("Fri *-*~07/1 23:00:00 UTC"));
        assert_eq!(on(DayFilter::NthWeekday { nth: 6, weekday: 0 }), None);
        assert_eq!(on(DayFilter::EveryDays { every: 3, offset: 0 }), None);
    }
}
