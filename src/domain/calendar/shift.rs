//! Moving a schedule as a whole, across midnight where its days can move too.

use super::day_filter::ALL_MONTH_DAYS;
use super::times_of_day::{ALL_HOURS, hours_of};
use super::{CalendarSchedule, DayFilter, MonthSet, Schedule};
use crate::domain::time::{MINUTE_MS, Timestamp};

const DAY_MINUTES: i64 = 1440;

impl Schedule {
    /// The schedule `shift_minutes` later (earlier when negative) as a whole, in local time. `None` when the
    /// result has no such form: some times of a calendar schedule cross midnight while its days are
    /// restricted, or all cross and its days cannot move by a day, or a follower would start before what it
    /// follows.
    ///
    /// A calendar schedule that fires in all 24 hours turns within its days: its days stay.
    pub fn shifted(&self, shift_minutes: i64) -> Option<Schedule> {
        if shift_minutes == 0 {
            return Some(self.clone());
        }
        match self {
            Schedule::Calendar(calendar) => shifted_calendar(calendar, shift_minutes).map(Schedule::Calendar),
            Schedule::Period { period_ms, anchor } => {
                let moved = anchor.millis().checked_add(shift_minutes.checked_mul(MINUTE_MS)?)?;
                Some(Schedule::Period { period_ms: *period_ms, anchor: Timestamp::from_millis(moved)? })
            }
            Schedule::Window { days, start_minute, end_minute } => {
                let (crossed_days, start) = moved_minute(*start_minute, shift_minutes)?;
                let length = end_minute.checked_sub(*start_minute)?;
                let (months, days) = moved_days(MonthSet::ALL, *days, crossed_days)?;
                let end_minute = start.checked_add(length)?;
                (months == MonthSet::ALL).then_some(Schedule::Window {
                    days,
                    start_minute: start,
                    end_minute,
                })
            }
            Schedule::Follows { predecessor, lag_ms, from_end } => {
                let lag_ms = lag_ms.checked_add(shift_minutes.checked_mul(MINUTE_MS)?)?;
                let from_end = *from_end;
                let predecessor = predecessor.clone();
                (lag_ms >= 0).then_some(Schedule::Follows { predecessor, lag_ms, from_end })
            }
        }
    }
}

fn shifted_calendar(calendar: &CalendarSchedule, shift_minutes: i64) -> Option<CalendarSchedule> {
    let moved: Vec<(i64, u16)> = calendar
        .minutes_of_day
        .iter()
        .map(|&minute| moved_minute(minute, shift_minutes))
        .collect::<Option<_>>()?;
    let (first_crossed, _) = *moved.first()?;
    let together = moved.iter().all(|&(crossed, _)| crossed == first_crossed);
    let unrestricted = calendar.months == MonthSet::ALL && calendar.days.normalised() == DayFilter::Daily;
    let turns = unrestricted || hours_of(&calendar.minutes_of_day) == ALL_HOURS;
    let (months, days) = match (turns, together) {
        (true, _) => (calendar.months, calendar.days),
        (false, true) => moved_days(calendar.months, calendar.days, first_crossed)?,
        (false, false) => return None,
    };
    let mut minutes_of_day: Vec<u16> = moved.into_iter().map(|(_, minute)| minute).collect();
    minutes_of_day.sort_unstable();
    minutes_of_day.dedup();
    Some(CalendarSchedule { months, days, minutes_of_day })
}

/// Days crossed and the new minute of the day.
fn moved_minute(minute: u16, shift_minutes: i64) -> Option<(i64, u16)> {
    let moved = i64::from(minute).checked_add(shift_minutes)?;
    Some((moved.div_euclid(DAY_MINUTES), moved.rem_euclid(DAY_MINUTES) as u16))
}

/// The days `by` days later; `None` if no filter holds exactly those.
fn moved_days(months: MonthSet, days: DayFilter, by: i64) -> Option<(MonthSet, DayFilter)> {
    if by == 0 {
        return Some((months, days));
    }
    let any_month = months == MonthSet::ALL;
    match days.normalised() {
        DayFilter::Daily if any_month => Some((months, DayFilter::Daily)),
        DayFilter::Weekdays { days } if any_month => {
            Some((months, DayFilter::Weekdays { days: days.rotated(by) }))
        }
        DayFilter::EveryDays { every, offset } if any_month => {
            // The remainder of a u16 divisor fits again.
            let offset = (i64::from(offset).checked_add(by)?).rem_euclid(i64::from(every)) as u16;
            Some((months, DayFilter::EveryDays { every, offset }))
        }
        DayFilter::MonthDays { days } if days == 1 << 1 && by == -1 => {
            Some((months.rotated(-1), DayFilter::LastDayOfMonth))
        }
        DayFilter::LastDayOfMonth if (1..=28).contains(&by) => {
            Some((months.rotated(1), DayFilter::MonthDays { days: 1 << by }))
        }
        DayFilter::MonthDays { days } => {
            Some((months, DayFilter::MonthDays { days: moved_month_days(days, by)? }))
        }
        DayFilter::MonthDaysOrWeekdays { month_days, weekdays } if any_month => {
            let month_days = moved_month_days(month_days, by)?;
            Some((months, DayFilter::MonthDaysOrWeekdays { month_days, weekdays: weekdays.rotated(by) }))
        }
        DayFilter::MonthDaysAndWeekdays { month_days, weekdays } => {
            let month_days = moved_month_days(month_days, by)?;
            Some((months, DayFilter::MonthDaysAndWeekdays { month_days, weekdays: weekdays.rotated(by) }))
        }
        DayFilter::Daily
        | DayFilter::Weekdays { .. }
        | DayFilter::EveryDays { .. }
        | DayFilter::MonthDaysOrWeekdays { .. }
        | DayFilter::LastDayOfMonth
        | DayFilter::NthWeekday { .. }
        | DayFilter::LastWeekday { .. } => None,
    }
}

/// Days of the month `by` days later, as long as all stay within the 28 days that every month has.
fn moved_month_days(days: u32, by: i64) -> Option<u32> {
    const EVERY_MONTH_HAS: u64 = 0x1fff_fffe;
    let days = u64::from(days & ALL_MONTH_DAYS);
    if !(-27..=27).contains(&by) || days & !EVERY_MONTH_HAS != 0 {
        return None;
    }
    let places = by.unsigned_abs();
    let (moved, back) = if by > 0 {
        (days << places, (days << places) >> places)
    } else {
        (days >> places, (days >> places) << places)
    };
    (moved & !EVERY_MONTH_HAS == 0 && back == days).then_some(moved as u32)
}

#[cfg(test)]
mod tests {
    use super::super::{CronEntry, parse_cron};
    use super::*;

    fn moved(cron: &str, shift_minutes: i64) -> Option<String> {
        match parse_cron(cron) {
            Ok(CronEntry::Calendar(calendar)) => Schedule::Calendar(calendar).shifted(shift_minutes)?.cron(),
            other => panic!("{cron}: {other:?}"),
        }
    }

    #[test]
    fn times_that_stay_within_the_day_keep_their_days() {
        assert_eq!(moved("0 2 1,15 * 1", 45).as_deref(), Some("45 2 1,15 * 1"));
        assert_eq!(moved("0 2 31 1 *", -120).as_deref(), Some("0 0 31 1 *"));
    }

    #[test]
    fn crossing_midnight_moves_the_days() {
        assert_eq!(moved("50 23 * * 1-5", 20).as_deref(), Some("10 0 * * 2-6"));
        assert_eq!(moved("5 0 * * 0", -10).as_deref(), Some("55 23 * * 6"));
        assert_eq!(moved("50 23 * * *", 20).as_deref(), Some("10 0 * * *"));
        assert_eq!(moved("50 23 1,14 3 *", 20).as_deref(), Some("10 0 2,15 3 *"));
        assert_eq!(moved("0 6,18 * * *", 480).as_deref(), Some("0 2,14 * * *"));
    }

    #[test]
    fn days_that_cannot_move_refuse() {
        assert_eq!(moved("50 23 28 * *", 20), None);
        assert_eq!(moved("50 23 * 3 *", 20), None);
        assert_eq!(moved("0 6,18 * * 1", 480), None);
        let last_friday = CalendarSchedule {
            months: MonthSet::ALL,
            days: DayFilter::LastWeekday { weekday: 4 },
            minutes_of_day: vec![1430],
        };
        assert_eq!(Schedule::Calendar(last_friday).shifted(20), None);
    }

    #[test]
    fn the_first_of_a_month_and_the_last_day_before_it_change_into_each_other() {
        let first = CalendarSchedule {
            months: MonthSet::from_bits(1),
            days: DayFilter::MonthDays { days: 1 << 1 },
            minutes_of_day: vec![5],
        };
        let last = CalendarSchedule {
            months: MonthSet::from_bits(1 << 11),
            days: DayFilter::LastDayOfMonth,
            minutes_of_day: vec![1435],
        };
        assert_eq!(Schedule::Calendar(first.clone()).shifted(-10), Some(Schedule::Calendar(last.clone())));
        assert_eq!(Schedule::Calendar(last).shifted(10), Some(Schedule::Calendar(first)));
    }

    #[test]
    fn a_schedule_of_all_hours_turns() {
        assert_eq!(moved("50 * * * 1-5", 20).as_deref(), Some("10 * * * 1-5"));
        assert_eq!(moved("*/20 * * * *", 5).as_deref(), Some("5,25,45 * * * *"));
    }

    #[test]
    fn a_period_moves_its_anchor_and_a_follower_its_lag() {
        let period = Schedule::Period { period_ms: 5, anchor: Timestamp::clamped(0) };
        let moved = Schedule::Period { period_ms: 5, anchor: Timestamp::clamped(-60_000) };
        assert_eq!(period.shifted(-1), Some(moved));
        assert_eq!(period.shifted(i64::MAX), None);
        let follower = |lag_ms| Schedule::Follows { predecessor: "a".to_owned(), lag_ms, from_end: true };
        assert_eq!(follower(480_000).shifted(2), Some(follower(600_000)));
        assert_eq!(follower(480_000).shifted(-9), None);
    }

    #[test]
    fn a_window_moves_with_its_length() {
        let window = |days, start_minute, end_minute| Schedule::Window { days, start_minute, end_minute };
        let workdays = DayFilter::Weekdays { days: super::super::WeekdaySet::WORKDAYS };
        let saturday = DayFilter::Weekdays { days: super::super::WeekdaySet::from_bits(0b011_1110) };
        assert_eq!(window(workdays, 540, 720).shifted(-60), Some(window(workdays, 480, 660)));
        assert_eq!(window(workdays, 1400, 1500).shifted(60), Some(window(saturday, 20, 120)));
    }
}
