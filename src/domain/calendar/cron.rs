//! Cron's five fields, as Vixie cron and its successors read them.

use super::cron_field::{Field, FieldValues};
use super::times_of_day::TimesOfDay;
use super::{CalendarSchedule, DayFilter, MonthSet, WeekdaySet};

/// What the schedule part of a crontab line means.
#[derive(Clone, Debug, PartialEq)]
pub enum CronEntry {
    /// It fires at calendar times.
    Calendar(CalendarSchedule),
    /// `@reboot`: it fires when the machine starts.
    Reboot,
}

/// Why a text is no cron schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Fewer or more than five fields.
    #[error("expected 5 fields, found {found}")]
    FieldCount {
        /// Fields found.
        found: usize,
    },
    /// One field could not be read.
    #[error("field {field}: \"{text}\" {reason}")]
    Field {
        /// minute, hour, day of month, month or day of week.
        field: &'static str,
        /// What stood there.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An `@word` that cron does not know.
    #[error("\"{0}\" is no cron nickname (@hourly, @daily, @weekly, @monthly, @yearly, @reboot)")]
    Nickname(String),
}

/// Reads five fields or an `@nickname`: lists, ranges, steps, names, 7 for Sunday, and the rule that a
/// restricted day of month and a restricted day of week are joined by *or* (by *and* where one of them begins
/// with `*`). The result is in simplest form; a date that never comes, as in `0 0 31 2 *`, is no error.
/// Source: Vixie cron's crontab(5).
pub fn parse_cron(text: &str) -> Result<CronEntry, CronError> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = match fields[..] {
        [nickname] if nickname.starts_with('@') => match nickname_fields(nickname)? {
            Some(fields) => fields,
            None => return Ok(CronEntry::Reboot),
        },
        [minute, hour, day, month, weekday] => [minute, hour, day, month, weekday],
        _ => return Err(CronError::FieldCount { found: fields.len() }),
    };
    let minutes = MINUTE.parse(minute)?;
    let hours = HOUR.parse(hour)?;
    let month_days = DAY_OF_MONTH.parse(day)?;
    let months = MONTH.parse(month)?;
    let weekdays = DAY_OF_WEEK.parse(weekday)?;
    Ok(CronEntry::Calendar(CalendarSchedule {
        months: MonthSet::from_bits((months.bits >> 1) as u16),
        days: join_days(month_days, weekdays),
        minutes_of_day: TimesOfDay { hours: hours.bits as u32, minutes: minutes.bits }.minutes_of_day(),
    }))
}

const MINUTE: Field = Field { name: "minute", low: 0, high: 59, names: &[] };
const HOUR: Field = Field { name: "hour", low: 0, high: 23, names: &[] };
const DAY_OF_MONTH: Field = Field { name: "day of month", low: 1, high: 31, names: &[] };
const MONTH: Field = Field {
    name: "month",
    low: 1,
    high: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
/// Up to 7, so that `*/7` is Sunday (0 and 7), as in Vixie cron.
const DAY_OF_WEEK: Field =
    Field { name: "day of week", low: 0, high: 7, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// The five fields behind a nickname; `None` for `@reboot`.
fn nickname_fields(nickname: &str) -> Result<Option<[&'static str; 5]>, CronError> {
    match nickname.to_ascii_lowercase().as_str() {
        "@hourly" => Ok(Some(["0", "*", "*", "*", "*"])),
        "@daily" | "@midnight" => Ok(Some(["0", "0", "*", "*", "*"])),
        "@weekly" => Ok(Some(["0", "0", "*", "*", "0"])),
        "@monthly" => Ok(Some(["0", "0", "1", "*", "*"])),
        "@yearly" | "@annually" => Ok(Some(["0", "0", "1", "1", "*"])),
        "@reboot" => Ok(None),
        _ => Err(CronError::Nickname(nickname.to_owned())),
    }
}

fn join_days(month_days: FieldValues, weekdays: FieldValues) -> DayFilter {
    let starred = month_days.starred || weekdays.starred;
    let sunday_last = (weekdays.bits >> 1) as u8 | ((weekdays.bits & 1) << 6) as u8;
    let (month_days, weekdays) = (month_days.bits as u32, WeekdaySet::from_bits(sunday_last));
    if starred {
        DayFilter::MonthDaysAndWeekdays { month_days, weekdays }.normalised()
    } else {
        DayFilter::MonthDaysOrWeekdays { month_days, weekdays }.normalised()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> CalendarSchedule {
        match parse_cron(text) {
            Ok(CronEntry::Calendar(calendar)) => calendar,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn weekdays(bits: u8) -> DayFilter {
        DayFilter::Weekdays { days: WeekdaySet::from_bits(bits) }
    }

    #[test]
    fn lists_steps_and_leading_zeros_become_minutes_of_the_day() {
        assert_eq!(parsed("09,39 06 * * *").minutes_of_day, [369, 399]);
        assert_eq!(parsed("*/20 1-2 * * *").minutes_of_day, [60, 80, 100, 120, 140, 160]);
        assert_eq!(parsed("5-40/7 0 * * *").minutes_of_day, [5, 12, 19, 26, 33, 40]);
    }

    #[test]
    fn names_and_both_sundays_are_read() {
        assert_eq!(parsed("0 0 * * sun").days, weekdays(0b100_0000));
        assert_eq!(parsed("0 0 * * 7").days, weekdays(0b100_0000));
        assert_eq!(parsed("0 0 * * 0").days, weekdays(0b100_0000));
        assert_eq!(parsed("0 0 * * 5-7").days, weekdays(0b111_0000));
        assert_eq!(parsed("0 0 * * MON-fri").days, DayFilter::Weekdays { days: WeekdaySet::WORKDAYS });
        assert_eq!(parsed("0 0 * * */7").days, weekdays(0b100_0000));
        assert_eq!(parsed("0 0 * Jan,JUL *").months, MonthSet::from_bits(0b100_0001));
    }

    #[test]
    fn two_restricted_day_fields_are_joined_by_or_unless_one_begins_with_a_star() {
        let (month_days, monday) = (1 << 1 | 1 << 15, WeekdaySet::from_bits(1));
        assert_eq!(
            parsed("0 0 1,15 * 1").days,
            DayFilter::MonthDaysOrWeekdays { month_days, weekdays: monday }
        );
        assert_eq!(
            parsed("0 0 */14 * 1").days,
            DayFilter::MonthDaysAndWeekdays { month_days: 1 << 1 | 1 << 15 | 1 << 29, weekdays: monday }
        );
        assert_eq!(parsed("0 0 1-31 * 1").days, DayFilter::Daily);
        assert_eq!(parsed("0 0 */1 * 1").days, weekdays(1));
        assert_eq!(parsed("0 0 1 * 0-7").days, DayFilter::Daily);
        assert_eq!(parsed("0 0 */31 * *").days, DayFilter::MonthDays { days: 1 << 1 });
    }

    #[test]
    fn nicknames_stand_for_fields() {
        assert_eq!(parsed("@weekly"), parsed("0 0 * * 0"));
        assert_eq!(parsed("@annually"), parsed("0 0 1 1 *"));
        assert_eq!(parse_cron("@reboot"), Ok(CronEntry::Reboot));
        assert_eq!(parse_cron("@often"), Err(CronError::Nickname("@often".to_owned())));
    }

    #[test]
    fn a_wrong_number_of_fields_is_counted() {
        assert_eq!(parse_cron("* * * *"), Err(CronError::FieldCount { found: 4 }));
        assert_eq!(parse_cron(" "), Err(CronError::FieldCount { found: 0 }));
    }

    #[test]
    fn extensions_of_other_dialects_are_refused_by_name() {
        let message = parse_cron("0 0 L * *").expect_err("an extension").to_string();
        assert_eq!(
            message,
            "field day of month: \"L\" uses an extension (L, W, H, #, ?, ~) that plain cron does not have"
        );
    }
}
