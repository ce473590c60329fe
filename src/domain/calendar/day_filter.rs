//! Which days a calendar schedule fires on.

use chrono::{Datelike, Month, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// A set of weekdays; bit 0 is Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WeekdaySet(u8);

impl WeekdaySet {
    /// Monday to Sunday.
    pub const ALL: WeekdaySet = WeekdaySet(0b111_1111);
    /// Monday to Friday.
    pub const WORKDAYS: WeekdaySet = WeekdaySet(0b001_1111);

    /// From bits, Monday lowest; higher bits are dropped.
    pub fn from_bits(bits: u8) -> WeekdaySet {
        WeekdaySet(bits & Self::ALL.0)
    }

    /// The bits, Monday lowest.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether `day` is in the set.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }

    /// The set with `day` in it.
    pub fn with(self, day: Weekday) -> WeekdaySet {
        WeekdaySet(self.0 | 1 << day.num_days_from_monday())
    }

    /// Number of days in the set.
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether no day is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Every day of the set `days` later, around the turn of the week.
    pub(super) fn rotated(self, days: i64) -> WeekdaySet {
        let places = days.rem_euclid(7) as u32;
        WeekdaySet::from_bits(((u32::from(self.0) << places) | (u32::from(self.0) >> (7 - places))) as u8)
    }

    /// The days in the set, Monday first.
    pub fn days(self) -> impl Iterator<Item = Weekday> {
        const WEEK: [Weekday; 7] = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ];
        WEEK.into_iter().filter(move |day| self.contains(*day))
    }
}

/// A set of months; bit 0 is January.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MonthSet(u16);

impl MonthSet {
    /// January to December.
    pub const ALL: MonthSet = MonthSet(0xfff);

    /// From bits, January lowest; higher bits are dropped.
    pub fn from_bits(bits: u16) -> MonthSet {
        MonthSet(bits & Self::ALL.0)
    }

    /// The bits, January lowest.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Whether `month` is in the set.
    pub fn contains(self, month: Month) -> bool {
        self.contains_number(month.number_from_month())
    }

    /// Whether the month with this number, 1 to 12, is in the set.
    pub fn contains_number(self, month: u32) -> bool {
        (1..=12).contains(&month) && self.0 & (1 << (month - 1)) != 0
    }

    /// Whether no month is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Every month of the set `months` later, around the turn of the year.
    pub(super) fn rotated(self, months: i64) -> MonthSet {
        let places = months.rem_euclid(12) as u32;
        MonthSet::from_bits(((u32::from(self.0) << places) | (u32::from(self.0) >> (12 - places))) as u16)
    }
}

/// Which days of those in a [`MonthSet`] a schedule fires on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "filter", rename_all = "snake_case")]
pub enum DayFilter {
    /// Every day.
    Daily,
    /// Only these weekdays.
    Weekdays {
        /// The weekdays; not empty and not all.
        days: WeekdaySet,
    },
    /// Only these days of the month; bit 1 is the first (bit 0 unused).
    MonthDays {
        /// Bits 1 to 31.
        days: u32,
    },
    /// The day of month or the weekday matches: what cron does when both fields are restricted.
    MonthDaysOrWeekdays {
        /// Bits 1 to 31.
        month_days: u32,
        /// The weekdays.
        weekdays: WeekdaySet,
    },
    /// The day of month and the weekday match: what cron does when one of two restricted fields begins
    /// with `*`, as in `0 0 */2 * 1`.
    MonthDaysAndWeekdays {
        /// Bits 1 to 31.
        month_days: u32,
        /// The weekdays.
        weekdays: WeekdaySet,
    },
    /// The last day of the month.
    LastDayOfMonth,
    /// The `nth` (1 to 5) such weekday of the month.
    NthWeekday {
        /// 1 to 5.
        nth: u8,
        /// The weekday; Monday is 0.
        weekday: u8,
    },
    /// The last such weekday of the month.
    LastWeekday {
        /// The weekday; Monday is 0.
        weekday: u8,
    },
    /// Every `every` days, counted so that days since 1970-01-01 leave `offset`.
    EveryDays {
        /// 2 or more.
        every: u16,
        /// Less than `every`.
        offset: u16,
    },
}

/// Bits 1 to 31: every day of a month.
pub(super) const ALL_MONTH_DAYS: u32 = !1;

impl DayFilter {
    /// The same days in the simplest form: sets that hold every day, or none, lose their say.
    pub fn normalised(self) -> DayFilter {
        match self {
            DayFilter::Weekdays { days: WeekdaySet::ALL } | DayFilter::EveryDays { every: 0 | 1, .. } => {
                DayFilter::Daily
            }
            DayFilter::MonthDays { days } => month_days(days),
            DayFilter::MonthDaysOrWeekdays { month_days: days, weekdays } => {
                if weekdays.is_empty() || days & ALL_MONTH_DAYS == ALL_MONTH_DAYS {
                    month_days(days)
                } else if weekdays == WeekdaySet::ALL || days & ALL_MONTH_DAYS == 0 {
                    DayFilter::Weekdays { days: weekdays }.normalised()
                } else {
                    DayFilter::MonthDaysOrWeekdays { month_days: days & ALL_MONTH_DAYS, weekdays }
                }
            }
            DayFilter::MonthDaysAndWeekdays { month_days: days, weekdays } => {
                if weekdays == WeekdaySet::ALL || days & ALL_MONTH_DAYS == 0 {
                    month_days(days)
                } else if weekdays.is_empty() || days & ALL_MONTH_DAYS == ALL_MONTH_DAYS {
                    DayFilter::Weekdays { days: weekdays }
                } else {
                    DayFilter::MonthDaysAndWeekdays { month_days: days & ALL_MONTH_DAYS, weekdays }
                }
            }
            other => other,
        }
    }

    /// Whether `date` (in the schedule's zone) passes.
    pub fn matches(&self, date: NaiveDate) -> bool {
        let weekday = date.weekday();
        let in_month = |days: u32| days & (1 << date.day()) != 0;
        match *self {
            DayFilter::Daily => true,
            DayFilter::Weekdays { days } => days.contains(weekday),
            DayFilter::MonthDays { days } => in_month(days),
            DayFilter::MonthDaysOrWeekdays { month_days, weekdays } => {
                in_month(month_days) || weekdays.contains(weekday)
            }
            DayFilter::MonthDaysAndWeekdays { month_days, weekdays } => {
                in_month(month_days) && weekdays.contains(weekday)
            }
            DayFilter::LastDayOfMonth => is_last_week(date, 1),
            DayFilter::NthWeekday { nth, weekday: wanted } => {
                weekday.num_days_from_monday() == u32::from(wanted)
                    && (date.day() - 1) / 7 + 1 == u32::from(nth)
            }
            DayFilter::LastWeekday { weekday: wanted } => {
                weekday.num_days_from_monday() == u32::from(wanted) && is_last_week(date, 7)
            }
            DayFilter::EveryDays { every, offset } => {
                i64::from(date.to_epoch_days()).rem_euclid(i64::from(every.max(1))) == i64::from(offset)
            }
        }
    }
}

/// These days of the month, simplest form.
fn month_days(days: u32) -> DayFilter {
    match days & ALL_MONTH_DAYS {
        ALL_MONTH_DAYS => DayFilter::Daily,
        days => DayFilter::MonthDays { days },
    }
}

/// Whether the month ends within `days` days of `date`.
fn is_last_week(date: NaiveDate, days: i64) -> bool {
    date.checked_add_signed(chrono::TimeDelta::days(days)).is_none_or(|later| later.month() != date.month())
}
