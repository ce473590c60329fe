//! What the calendar says about each day of a span, looked up once instead of once per candidate.

use chrono::{Datelike, NaiveDate};

use crate::domain::calendar::DayFilter;

/// One day as the day filters see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CivilDay {
    /// Days since 1970-01-01.
    pub(super) number: i32,
    /// Monday is 0.
    pub(super) weekday: u8,
    /// 1 to 31.
    pub(super) day_of_month: u8,
    /// Which such weekday of the month, 1 to 5.
    pub(super) nth: u8,
    /// Whether the month ends with it.
    pub(super) is_last: bool,
    /// Whether no such weekday follows in the month.
    pub(super) is_last_weekday: bool,
}

impl CivilDay {
    /// The day `number` days after 1970-01-01.
    pub(super) fn of(number: i32) -> CivilDay {
        let date = NaiveDate::from_epoch_days(number).unwrap_or_default();
        let month_ends_within = |days: i32| {
            number
                .checked_add(days)
                .and_then(NaiveDate::from_epoch_days)
                .is_none_or(|later| later.month() != date.month())
        };
        CivilDay {
            number,
            weekday: date.weekday().num_days_from_monday() as u8,
            day_of_month: date.day() as u8,
            nth: ((date.day() - 1) / 7 + 1) as u8,
            is_last: month_ends_within(1),
            is_last_weekday: month_ends_within(7),
        }
    }

    /// Whether the day passes `filter`; the same answer as [`DayFilter::matches`].
    pub(super) fn passes(&self, filter: DayFilter) -> bool {
        let on_weekday = |days: u8| days & (1 << self.weekday) != 0;
        let on_month_day = |days: u32| days & (1 << self.day_of_month) != 0;
        match filter {
            DayFilter::Daily => true,
            DayFilter::Weekdays { days } => on_weekday(days.bits()),
            DayFilter::MonthDays { days } => on_month_day(days),
            DayFilter::MonthDaysOrWeekdays { month_days, weekdays } => {
                on_month_day(month_days) || on_weekday(weekdays.bits())
            }
            DayFilter::MonthDaysAndWeekdays { month_days, weekdays } => {
                on_month_day(month_days) && on_weekday(weekdays.bits())
            }
            DayFilter::LastDayOfMonth => self.is_last,
            DayFilter::NthWeekday { nth, weekday } => self.nth == nth && self.weekday == weekday,
            DayFilter::LastWeekday { weekday } => self.is_last_weekday && self.weekday == weekday,
            DayFilter::EveryDays { every, offset } => {
                self.number.rem_euclid(i32::from(every.max(1))) == i32::from(offset)
            }
        }
    }
}

/// The days from one number to another.
#[derive(Clone, Debug)]
pub(super) struct CivilDays {
    first: i32,
    days: Vec<CivilDay>,
}

impl CivilDays {
    /// Days `first` to `last`, both included.
    pub(super) fn new(first: i32, last: i32) -> CivilDays {
        CivilDays { first, days: (first..=last).map(CivilDay::of).collect() }
    }

    /// Number of the first day.
    pub(super) fn first(&self) -> i32 {
        self.first
    }

    /// The day with this number.
    pub(super) fn get(&self, number: i32) -> CivilDay {
        usize::try_from(i64::from(number) - i64::from(self.first))
            .ok()
            .and_then(|index| self.days.get(index).copied())
            .unwrap_or_else(|| CivilDay::of(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::WeekdaySet;

    #[test]
    fn days_pass_the_same_filters_as_dates_do() {
        let filters = [
            DayFilter::Daily,
            DayFilter::Weekdays { days: WeekdaySet::WORKDAYS },
            DayFilter::MonthDays { days: 1 << 1 | 1 << 31 },
            DayFilter::LastDayOfMonth,
            DayFilter::NthWeekday { nth: 2, weekday: 1 },
            DayFilter::LastWeekday { weekday: 4 },
            DayFilter::EveryDays { every: 3, offset: 1 },
        ];
        let days = CivilDays::new(16_000, 16_800);
        for number in 16_000..=16_800 {
            let date = NaiveDate::from_epoch_days(number).expect("in range");
            for filter in filters {
                assert_eq!(days.get(number).passes(filter), filter.matches(date), "{date} {filter:?}");
            }
        }
    }
}
