//! Cron's five fields, as Vixie cron and its successors read them.

use super::CalendarSchedule;

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
/// restricted day of month and a restricted day of week are joined by *or*.
pub fn parse_cron(text: &str) -> Result<CronEntry, CronError> {
    let _ = text;
    todo!("calendar helper")
}
