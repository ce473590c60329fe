//! Schedules as crontab lines, in the shortest usual spelling.

use super::times_of_day::{TimesOfDay, bits_of, progression_of, ranges_of};
use super::{DayFilter, MonthSet, Schedule, WeekdaySet};

impl Schedule {
    /// Five cron fields that fire at exactly these local times, if there are any.
    pub fn cron(&self) -> Option<String> {
        let Schedule::Calendar(calendar) = self else { return None };
        let times = TimesOfDay::from_minutes_of_day(&calendar.minutes_of_day)?;
        let month_bits = u64::from(calendar.months.bits()) << 1;
        if calendar.months.is_empty() {
            return None;
        }
        let (month_day, weekday) = day_fields(calendar.days)?;
        let minute = field(times.minutes, 0, 59, Star::Allowed);
        let hour = field(times.hours.into(), 0, 23, Star::Allowed);
        let months = u64::from(MonthSet::ALL.bits()) << 1;
        let month = if month_bits == months { "*".to_owned() } else { list(month_bits) };
        Some(format!("{minute} {hour} {month_day} {month} {weekday}"))
    }
}

/// Whether a field may begin with `*`, which changes how cron joins day of month and day of week.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Star {
    Allowed,
    Avoided,
}

/// Day of month and day of week.
fn day_fields(days: DayFilter) -> Option<(String, String)> {
    let star = || "*".to_owned();
    match days.normalised() {
        DayFilter::Daily => Some((star(), star())),
        DayFilter::Weekdays { days } if !days.is_empty() => Some((star(), list(sunday_first(days)))),
        DayFilter::MonthDays { days } if days != 0 => {
            Some((field(days.into(), 1, 31, Star::Allowed), star()))
        }
        DayFilter::MonthDaysOrWeekdays { month_days, weekdays } => {
            Some((field(month_days.into(), 1, 31, Star::Avoided), list(sunday_first(weekdays))))
        }
        DayFilter::MonthDaysAndWeekdays { month_days, weekdays } => {
            let weekday_bits = sunday_first(weekdays);
            if let Some(starred) = star_step(month_days.into(), 1, 31) {
                Some((starred, list(weekday_bits)))
            } else {
                // Cron counts weekdays to 7, and 7 is 0 again.
                let starred = (2..=7).find(|step| {
                    let stepped = stepped(0, 7, *step);
                    (stepped | stepped >> 7) & 0x7f == weekday_bits
                })?;
                Some((field(month_days.into(), 1, 31, Star::Avoided), format!("*/{starred}")))
            }
        }
        DayFilter::Weekdays { .. }
        | DayFilter::MonthDays { .. }
        | DayFilter::LastDayOfMonth
        | DayFilter::NthWeekday { .. }
        | DayFilter::LastWeekday { .. }
        | DayFilter::EveryDays { .. } => None,
    }
}

/// Bit 0 is Sunday.
fn sunday_first(days: WeekdaySet) -> u64 {
    let bits = u64::from(days.bits());
    (bits << 1 | bits >> 6) & 0x7f
}

/// The shortest of `*`, `*/n`, `a-b/n` and a list; on a tie the first of `*/n`, list, `a-b/n`.
fn field(bits: u64, low: u32, high: u32, star: Star) -> String {
    let list = list(bits);
    if star == Star::Allowed {
        if bits == stepped(low, high, 1) {
            return "*".to_owned();
        }
        if let Some(starred) = star_step(bits, low, high)
            && starred.len() <= list.len()
            && bits.count_ones() > 1
        {
            return starred;
        }
    }
    match progression_of(bits, high) {
        Some((first, step)) if step > 1 => {
            let stepped = format!("{first}-{high}/{step}");
            if stepped.len() < list.len() { stepped } else { list }
        }
        _ => list,
    }
}

/// Values and, from three consecutive ones up, ranges, with commas.
fn list(bits: u64) -> String {
    let items: Vec<String> = ranges_of(bits)
        .into_iter()
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first},{last}"),
            _ => format!("{first}-{last}"),
        })
        .collect();
    items.join(",")
}

/// `*/n` if it stands for exactly these values.
fn star_step(bits: u64, low: u32, high: u32) -> Option<String> {
    let step = match bits_of(bits).nth(1) {
        Some(second) => second.checked_sub(low)?,
        None => high,
    };
    (step > 0 && bits == stepped(low, high, step)).then(|| format!("*/{step}"))
}

fn stepped(low: u32, high: u32, step: u32) -> u64 {
    (low..=high).step_by(step as usize).fold(0, |bits, value| bits | 1 << value)
}

#[cfg(test)]
mod tests {
    use super::super::{CronEntry, parse_cron};
    use super::*;

    fn reprinted(text: &str) -> Option<String> {
        match parse_cron(text) {
            Ok(CronEntry::Calendar(calendar)) => Schedule::Calendar(calendar).cron(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn canonical_lines_come_back_unchanged() {
        for text in [
            "9,39 * * * *",
            "*/20 * * * *",
            "3-59/10 * * * *",
            "25 6 * * *",
            "47 6 * * 0",
            "0 2 * * 1-5",
            "52 6 1 * *",
            "0 0 1,15 * 1",
            "0 0 1-7 * */7",
            "0 0 */2 * 1-5",
            "0 8-18 * * *",
            "0 */6 1 1-3,7 *",
            "* * * * *",
            "0 0 31 2 *",
            "0 0 1 * 0,6",
        ] {
            assert_eq!(reprinted(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn longer_spellings_are_shortened() {
        assert_eq!(reprinted("09,39 * * jan-dec 0-7").as_deref(), Some("9,39 * * * *"));
        assert_eq!(reprinted("0,20,40 00-23 1-31 * *").as_deref(), Some("*/20 * * * *"));
        assert_eq!(reprinted("0 0 * * mon,tue,wed,thu,fri").as_deref(), Some("0 0 * * 1-5"));
        assert_eq!(reprinted("0 0 * * sun,sat,6,7").as_deref(), Some("0 0 * * 0,6"));
    }

    #[test]
    fn what_one_line_cannot_say_has_no_cron() {
        let calendar = |days, minutes_of_day| {
            Schedule::Calendar(crate::domain::calendar::CalendarSchedule {
                months: MonthSet::ALL,
                days,
                minutes_of_day,
            })
        };
        assert_eq!(calendar(DayFilter::Daily, vec![180, 540, 690]).cron(), None);
        assert_eq!(calendar(DayFilter::LastDayOfMonth, vec![0]).cron(), None);
        assert_eq!(calendar(DayFilter::NthWeekday { nth: 1, weekday: 0 }, vec![0]).cron(), None);
        assert_eq!(calendar(DayFilter::EveryDays { every: 2, offset: 0 }, vec![0]).cron(), None);
        assert_eq!(calendar(DayFilter::MonthDays { days: 0 }, vec![0]).cron(), None);
        assert_eq!(calendar(DayFilter::Daily, vec![]).cron(), None);
    }
}
