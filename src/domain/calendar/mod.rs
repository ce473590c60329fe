//! Schedules in a named zone: what they mean, when they fire, and how other programs write them.

mod cron;
mod day_filter;
mod rrule;
mod schedule;
mod systemd;
mod zone;

pub use cron::{CronEntry, CronError, parse_cron};
pub use day_filter::{DayFilter, MonthSet, WeekdaySet};
pub use schedule::{CalendarSchedule, Schedule, ScheduleKind};
pub use zone::{LocalInstant, UnknownZone, Zone, local_time, parse_zone, resolve_local};
