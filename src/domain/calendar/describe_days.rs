//! Days and months in a few English words.

use chrono::Weekday;

use super::day_filter::ALL_MONTH_DAYS;
use super::describe::shortened;
use super::times_of_day::ranges_of;
use super::{DayFilter, MonthSet, WeekdaySet};

impl DayFilter {
    /// A phrase for people, such as `every day`, `Mon-Fri` or `last Friday of the month`.
    pub fn describe(self) -> String {
        day_words(self.normalised())
    }
}

/// The days as a phrase, such as `every day`, `Mon-Fri` or `last Friday of the month`.
pub(super) fn day_words(days: DayFilter) -> String {
    match days {
        DayFilter::Daily => "every day".to_owned(),
        DayFilter::Weekdays { days } => weekday_words(days, "and"),
        DayFilter::MonthDays { days } => month_day_words(days),
        DayFilter::MonthDaysOrWeekdays { month_days, weekdays } => {
            format!("{} or {}", month_day_words(month_days), weekday_words(weekdays, "or"))
        }
        DayFilter::MonthDaysAndWeekdays { month_days, weekdays } => {
            format!("{} among {}", weekday_words(weekdays, "and"), month_day_words(month_days))
        }
        DayFilter::LastDayOfMonth => "last day of the month".to_owned(),
        DayFilter::NthWeekday { nth, weekday } => {
            let place = match nth {
                1 => "first".to_owned(),
                2 => "second".to_owned(),
                3 => "third".to_owned(),
                4 => "fourth".to_owned(),
                5 => "fifth".to_owned(),
                other => format!("{other}th"),
            };
            format!("{place} {} of the month", full_name(weekday))
        }
        DayFilter::LastWeekday { weekday } => format!("last {} of the month", full_name(weekday)),
        DayFilter::EveryDays { every, .. } => format!("every {every} days"),
    }
}

/// The months as a list; `None` for the whole year.
pub(super) fn month_words(months: MonthSet) -> Option<String> {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    if months == MonthSet::ALL {
        return None;
    }
    if months.is_empty() {
        return Some("no month".to_owned());
    }
    Some(range_words(months.bits().into(), "and", |place| NAMES[place as usize].to_owned()))
}

fn weekday_words(days: WeekdaySet, conjunction: &str) -> String {
    const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    if days.is_empty() {
        return "no day".to_owned();
    }
    range_words(days.bits().into(), conjunction, |place| NAMES[place as usize].to_owned())
}

fn month_day_words(days: u32) -> String {
    let days = u64::from(days & ALL_MONTH_DAYS);
    if days == 0 {
        return "no day of the month".to_owned();
    }
    let noun = if days.count_ones() == 1 { "day" } else { "days" };
    format!("{noun} {} of the month", range_words(days, "and", |day| day.to_string()))
}

/// Ranges of three or more with a dash, the rest one by one.
fn range_words(bits: u64, conjunction: &str, name: impl Fn(u32) -> String) -> String {
    let items: Vec<String> = ranges_of(bits)
        .into_iter()
        .flat_map(|(first, last)| match last - first {
            0 => vec![name(first)],
            1 => vec![name(first), name(last)],
            _ => vec![format!("{}-{}", name(first), name(last))],
        })
        .collect();
    shortened(&items, conjunction)
}

fn full_name(weekday: u8) -> &'static str {
    match Weekday::try_from(weekday) {
        Ok(Weekday::Mon) => "Monday",
        Ok(Weekday::Tue) => "Tuesday",
        Ok(Weekday::Wed) => "Wednesday",
        Ok(Weekday::Thu) => "Thursday",
        Ok(Weekday::Fri) => "Friday",
        Ok(Weekday::Sat) => "Saturday",
        Ok(Weekday::Sun) => "Sunday",
        Err(_) => "unknown weekday",
    }
}
