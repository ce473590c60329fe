//! What a scheduler cannot say, and schedules as several lines where one is not enough.

use crate::domain::calendar::{CalendarSchedule, Schedule, year_and_day_from};
use crate::domain::rules::Rule;
use crate::domain::time::Timestamp;

/// Why a rule cannot be written for a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inexpressible {
    /// Nobody said what it runs.
    #[error("its command is not known")]
    NoCommand,
    /// A crontab line has no place for several lines.
    #[error("its command has several lines, which a crontab cannot hold")]
    SeveralLines,
    /// The store keeps text; what stands for bytes that were none would be another command.
    #[error("its command has bytes that are no UTF-8, which the store does not keep")]
    LostBytes,
    /// The system form needs a user.
    #[error("its user is not known, and a system crontab names one on each line")]
    NoUser,
    /// A name that would break the line.
    #[error("\"{0}\" is no name of a user")]
    UserName(String),
    /// The target has no form for the times.
    #[error("{target} cannot say \"{schedule}\"")]
    Times {
        /// The target.
        target: &'static str,
        /// The times.
        schedule: String,
    },
    /// Single jobs were asked for, and there is no start.
    #[error("it does not start in this time")]
    NoStart,
    /// Single jobs were asked for, and there would be too many.
    #[error("it starts more than {most} times in this time, too often for a job each")]
    TooManyStarts {
        /// So many are written at most.
        most: usize,
    },
    /// A start at a local time that occurs twice.
    #[error("it starts at {local}, which clocks show twice, and sbatch --begin cannot say which")]
    AmbiguousStart {
        /// The local time.
        local: String,
    },
    /// The target knows only one zone.
    #[error("its times are those of {zone}, and {target} goes by {other}")]
    Zone {
        /// The target.
        target: &'static str,
        /// The rule's.
        zone: &'static str,
        /// The target's.
        other: &'static str,
    },
}

/// The cron expressions that together fire exactly when the rule does, for `target`; `now` is where the year begins
/// over which split times are compared with the whole.
pub(super) fn cron_lines(
    rule: &Rule,
    target: &'static str,
    now: Timestamp,
) -> Result<Vec<String>, Inexpressible> {
    let inexpressible = || Inexpressible::Times { target, schedule: rule.schedule.describe() };
    if let Some(expression) = rule.schedule.cron() {
        return Ok(vec![expression]);
    }
    let parts = line_schedules(&rule.schedule).ok_or_else(inexpressible)?;
    let lines: Option<Vec<String>> = parts.iter().map(|part| part.cron()).collect();
    // Times in all 24 hours follow the clock's changes otherwise than times in some: split, they may differ.
    let span = year_and_day_from(now);
    let mut together: Vec<Timestamp> =
        parts.iter().flat_map(|part| part.occurrences_iter(span, rule.zone)).collect();
    together.sort_unstable();
    let same = together.into_iter().eq(rule.schedule.occurrences_iter(span, rule.zone));
    lines.filter(|lines| !lines.is_empty() && same).ok_or_else(inexpressible)
}

/// The command of a rule.
pub(super) fn command_of(rule: &Rule) -> Result<&str, Inexpressible> {
    let command = rule.command.as_deref().map(str::trim).filter(|command| !command.is_empty());
    match command {
        None => Err(Inexpressible::NoCommand),
        Some(command) if command.contains('\u{fffd}') => Err(Inexpressible::LostBytes),
        Some(command) => Ok(command),
    }
}

/// The user of a rule, if one is known.
pub(super) fn user_of(rule: &Rule) -> Result<Option<&str>, Inexpressible> {
    match rule.user.as_deref() {
        Some(user) if user.is_empty() || user.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            Err(Inexpressible::UserName(user.to_owned()))
        }
        user => Ok(user),
    }
}

/// A text as one line of a comment or a description.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Schedules whose times are each every hour of a set at every minute of another, and together those of `schedule`;
/// `None` for a schedule without calendar times.
pub(super) fn line_schedules(schedule: &Schedule) -> Option<Vec<Schedule>> {
    let Schedule::Calendar(calendar) = schedule else { return None };
    // Hours (bits) in which each minute of the hour occurs, minutes ascending.
    let mut hours_of_minute = [0_u32; 60];
    for minute in calendar.minutes_of_day.iter().filter(|minute| **minute < 1440) {
        hours_of_minute[usize::from(minute % 60)] |= 1 << (minute / 60);
    }
    let mut parts: Vec<(u32, Vec<u16>)> = Vec::new();
    for (minute, hours) in (0_u16..).zip(hours_of_minute).filter(|(_, hours)| *hours != 0) {
        match parts.iter_mut().find(|(known, _)| *known == hours) {
            Some((_, minutes)) => minutes.push(minute),
            None => parts.push((hours, vec![minute])),
        }
    }
    let schedules = parts.into_iter().map(|(hours, minutes)| {
        let hours = (0_u16..24).filter(|hour| hours & (1 << hour) != 0);
        let minutes_of_day = hours.flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute));
        Schedule::Calendar(CalendarSchedule { minutes_of_day: minutes_of_day.collect(), ..calendar.clone() })
    });
    Some(schedules.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{DayFilter, MonthSet};

    #[test]
    fn irregular_times_become_as_few_lines_as_there_are_sets_of_hours() {
        let calendar = CalendarSchedule {
            months: MonthSet::ALL,
            days: DayFilter::Daily,
            minutes_of_day: vec![385, 395, 885],
        };
        let lines: Vec<Option<String>> = line_schedules(&Schedule::Calendar(calendar))
            .expect("calendar")
            .iter()
            .map(Schedule::cron)
            .collect();
        assert_eq!(lines, [Some("25,35 6 * * *".to_owned()), Some("45 14 * * *".to_owned())]);
    }

    #[test]
    fn a_comment_stays_on_its_line() {
        assert_eq!(one_line("a\n0 0 * * * rm -rf /\tb"), "a 0 0 * * * rm -rf / b");
    }
}
