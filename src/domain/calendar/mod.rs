//! Schedules in a named zone: what they mean, when they fire, and how other programs write them.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod arbitrary;
mod cron;
mod cron_field;
mod cron_text;
mod day_filter;
mod describe;
mod describe_days;
#[cfg(test)]
mod laws;
mod meaning;
mod occurrences;
mod rrule;
mod schedule;
mod shift;
mod systemd;
mod times_of_day;
mod walk;
mod zone;

pub use cron::{CronEntry, CronError, parse_cron};
pub use day_filter::{DayFilter, MonthSet, WeekdaySet};
pub use meaning::year_and_day_from;
pub use occurrences::{MAX_OCCURRENCES, Occurrences};
pub use schedule::{CalendarSchedule, Schedule, ScheduleKind};
pub use zone::{LocalInstant, UnknownZone, Zone, is_same_clock, local_time, parse_zone, resolve_local};
