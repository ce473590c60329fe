//! Schedules in a few English words.

use super::describe_days::{day_words, month_words};
use super::times_of_day::{ALL_HOURS, ALL_MINUTES, TimesOfDay, bits_of, progression_of, ranges_of};
use super::{DayFilter, Schedule};
use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

impl Schedule {
    /// One line for people, such as `every day at 06:25` or `Sun at 06:47`.
    pub fn describe(&self) -> String {
        match self {
            Schedule::Calendar(calendar) => {
                let days = calendar.days.normalised();
                let text = match time_words(&calendar.minutes_of_day) {
                    TimeWords::At(times) => format!("{} at {times}", day_words(days)),
                    TimeWords::Every(interval) if days == DayFilter::Daily => interval,
                    TimeWords::Every(interval) => format!("{interval}, {}", day_words(days)),
                };
                match month_words(calendar.months) {
                    Some(months) => format!("{text}, in {months}"),
                    None => text,
                }
            }
            Schedule::Period { period_ms, .. } => format!("every {}", duration_words(*period_ms)),
            Schedule::Window { days, start_minute: 0, end_minute: 1440 } => {
                format!("all day, {}", day_words(days.normalised()))
            }
            Schedule::Window { days, start_minute, end_minute } => format!(
                "between {} and {}, {}",
                clock(*start_minute),
                clock(*end_minute),
                day_words(days.normalised())
            ),
            Schedule::Follows { predecessor, lag_ms, from_end } => {
                let moment = if *from_end { "end" } else { "start" };
                match lag_ms {
                    0 => format!("at the {moment} of {predecessor}"),
                    1.. => format!("{} after the {moment} of {predecessor}", duration_words(*lag_ms)),
                    _ => {
                        let lead = duration_words(lag_ms.saturating_neg());
                        format!("{lead} before the {moment} of {predecessor}")
                    }
                }
            }
        }
    }
}

/// Times of day in words.
enum TimeWords {
    /// To stand after `at`.
    At(String),
    /// Complete: an interval.
    Every(String),
}

fn time_words(minutes_of_day: &[u16]) -> TimeWords {
    let intervals = TimesOfDay::from_minutes_of_day(minutes_of_day).and_then(interval_words);
    if let Some(interval) = intervals {
        return TimeWords::Every(interval);
    }
    let times: Vec<String> = minutes_of_day.iter().map(|&minute| clock(minute)).collect();
    TimeWords::At(shortened(&times, "and"))
}

/// Times that form an interval: every k minutes or hours, all day or in a range of hours.
fn interval_words(times: TimesOfDay) -> Option<String> {
    let hours = ranges_of(times.hours.into());
    let every_hour = times.hours == ALL_HOURS;
    let one_minute = times.minutes.count_ones() == 1;
    let first_minute = times.minutes.trailing_zeros();
    let last_minute = 63 - times.minutes.leading_zeros();
    let within = |interval: String| match hours[..] {
        _ if every_hour => Some(interval),
        [(first, last)] => {
            Some(format!("{interval} from {first:02}:{first_minute:02} to {last:02}:{last_minute:02}"))
        }
        _ => None,
    };
    if times.minutes == ALL_MINUTES {
        return within("every minute".to_owned());
    }
    // Only steps that divide the hour go on evenly over its end; two minutes are shorter as a list.
    if let Some(step) = even_step(times.minutes, 60)
        && (times.minutes.count_ones() > 2 || first_minute == 0)
    {
        return match (every_hour, first_minute) {
            (true, 1..) => Some(format!("every {step} minutes from :{first_minute:02}")),
            _ => within(format!("every {step} minutes")),
        };
    }
    if every_hour {
        let minutes: Vec<String> = bits_of(times.minutes).map(|minute| format!(":{minute:02}")).collect();
        return Some(format!("every hour at {}", shortened(&minutes, "and")));
    }
    if !one_minute || times.hours.count_ones() < 3 {
        return None;
    }
    if let Some(step) = even_step(times.hours.into(), 24) {
        let first_hour = times.hours.trailing_zeros();
        return Some(format!("every {step} hours from {first_hour:02}:{first_minute:02}"));
    }
    within("every hour".to_owned())
}

/// The distance of set bits that are spread evenly over a cycle of `length`, two or more of them.
fn even_step(bits: u64, length: u32) -> Option<u32> {
    let count = bits.count_ones();
    if count < 2 || !length.is_multiple_of(count) {
        return None;
    }
    let step = length / count;
    let two = count == 2 && bits >> bits.trailing_zeros() == 1 | 1 << step;
    (two || progression_of(bits, length - 1).is_some_and(|(first, found)| found == step && first < step))
        .then_some(step)
}

/// `a`, `a and b`, `a, b and c`; of more than four the first three and how many are left out.
pub(super) fn shortened(items: &[String], conjunction: &str) -> String {
    match items {
        [] => "no time".to_owned(),
        [one] => one.clone(),
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("{first}, {second}, {third} {conjunction} {} more", rest.len())
        }
        [others @ .., last] => format!("{} {conjunction} {last}", others.join(", ")),
    }
}

/// Hours and minutes of a time of day; beyond midnight, of the next day.
fn clock(minute_of_day: u16) -> String {
    format!("{:02}:{:02}", minute_of_day / 60 % 24, minute_of_day % 60)
}

/// `45 s`, `53 min`, `53 min 7 s`, `2 h`, `5 h 13 min`.
fn duration_words(duration_ms: i64) -> String {
    let seconds = duration_ms / SECOND_MS;
    let parts = |whole: i64, unit: &str, rest: i64, rest_unit: &str| match rest {
        0 => format!("{whole} {unit}"),
        _ => format!("{whole} {unit} {rest} {rest_unit}"),
    };
    match duration_ms {
        ..2_000 => format!("{duration_ms} ms"),
        60_000 => "1 min".to_owned(),
        2_000..120_000 => format!("{seconds} s"),
        120_000..7_200_000 => parts(duration_ms / MINUTE_MS, "min", seconds % 60, "s"),
        _ => parts(duration_ms / HOUR_MS, "h", duration_ms % HOUR_MS / MINUTE_MS, "min"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CalendarSchedule, CronEntry, MonthSet, WeekdaySet, parse_cron};
    use super::*;
    use crate::domain::time::Timestamp;

    fn from_cron(text: &str) -> String {
        match parse_cron(text) {
            Ok(CronEntry::Calendar(calendar)) => Schedule::Calendar(calendar).describe(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn cron_lines_are_described() {
        for (cron, expected) in [
            ("25 6 * * *", "every day at 06:25"),
            ("17 * * * *", "every hour at :17"),
            ("9,39 * * * *", "every hour at :09 and :39"),
            ("*/20 * * * *", "every 20 minutes"),
            ("*/30 * * * *", "every 30 minutes"),
            ("3-59/20 * * * *", "every 20 minutes from :03"),
            ("* * * * *", "every minute"),
            ("* 8-17 * * *", "every minute from 08:00 to 17:59"),
            ("47 6 * * 0", "Sun at 06:47"),
            ("0 2 * * 1-5", "Mon-Fri at 02:00"),
            ("0 2 * * 1,3,5", "Mon, Wed and Fri at 02:00"),
            ("52 6 1 * *", "day 1 of the month at 06:52"),
            ("52 6 1,15 * *", "days 1 and 15 of the month at 06:52"),
            ("0 0 1-7 * */7", "Sun among days 1-7 of the month at 00:00"),
            ("0 0 1 * 1", "day 1 of the month or Mon at 00:00"),
            ("0 0 1 1,7 *", "day 1 of the month at 00:00, in Jan and Jul"),
            ("*/15 8-17 * * 1-5", "every 15 minutes from 08:00 to 17:45, Mon-Fri"),
            ("17 */6 * * *", "every 6 hours from 00:17"),
            ("0 8-17 * * *", "every hour from 08:00 to 17:00"),
            ("0 3,9,10,11,20,22 * * *", "every day at 03:00, 09:00, 10:00 and 3 more"),
            ("0 6,18 * * *", "every day at 06:00 and 18:00"),
        ] {
            assert_eq!(from_cron(cron), expected, "{cron}");
        }
    }

    #[test]
    fn days_that_cron_cannot_say_are_described() {
        let on = |days| {
            let calendar = CalendarSchedule { months: MonthSet::ALL, days, minutes_of_day: vec![1380] };
            Schedule::Calendar(calendar).describe()
        };
        assert_eq!(on(DayFilter::LastDayOfMonth), "last day of the month at 23:00");
        let first_monday = DayFilter::NthWeekday { nth: 1, weekday: 0 };
        assert_eq!(on(first_monday), "first Monday of the month at 23:00");
        assert_eq!(on(DayFilter::LastWeekday { weekday: 4 }), "last Friday of the month at 23:00");
        assert_eq!(on(DayFilter::EveryDays { every: 3, offset: 1 }), "every 3 days at 23:00");
    }

    #[test]
    fn periods_windows_and_followers_are_described() {
        let every = |period_ms| Schedule::Period { period_ms, anchor: Timestamp::MIN }.describe();
        assert_eq!(every(53 * 60_000), "every 53 min");
        assert_eq!(every(3_187_000), "every 53 min 7 s");
        assert_eq!(every(90_000), "every 90 s");
        assert_eq!(every(60_000), "every 1 min");
        assert_eq!(every(86_400_000), "every 24 h");
        let after = |lag_ms, from_end| {
            Schedule::Follows { predecessor: "sync".to_owned(), lag_ms, from_end }.describe()
        };
        assert_eq!(after(480_000, true), "8 min after the end of sync");
        assert_eq!(after(0, false), "at the start of sync");
        assert_eq!(after(-5_000, true), "5 s before the end of sync");
        let workdays = DayFilter::Weekdays { days: WeekdaySet::WORKDAYS };
        let window = Schedule::Window { days: workdays, start_minute: 540, end_minute: 720 };
        assert_eq!(window.describe(), "between 09:00 and 12:00, Mon-Fri");
    }
}
