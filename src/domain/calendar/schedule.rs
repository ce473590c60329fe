//! When something recurs.

use serde::{Deserialize, Serialize};

use super::{DayFilter, MonthSet};
use crate::domain::time::Timestamp;

/// Local times of day on chosen days. Every cron line except `@reboot` is one of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CalendarSchedule {
    /// Months it fires in.
    pub months: MonthSet,
    /// Days of those months.
    pub days: DayFilter,
    /// Minutes after local midnight (0..1440), ascending, without repeats, not empty.
    pub minutes_of_day: Vec<u16>,
}

/// The four forms a schedule takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// Local times of day on chosen days.
    Calendar,
    /// A fixed period, free of the calendar.
    Period,
    /// Somewhere inside a window of the day.
    Window,
    /// After another task type.
    Follows,
}

/// When something recurs; the zone is kept beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Schedule {
    /// Local times of day on chosen days.
    Calendar(CalendarSchedule),
    /// Every `period_ms`, counted from `anchor`.
    Period {
        /// Positive.
        period_ms: i64,
        /// One occurrence.
        anchor: Timestamp,
    },
    /// Once somewhere between two local times of the chosen days; `end_minute` may pass 1440 (next day).
    Window {
        /// Days the window opens on.
        days: DayFilter,
        /// Minutes after local midnight.
        start_minute: u16,
        /// Minutes after local midnight, later than `start_minute`.
        end_minute: u16,
    },
    /// After each run of another task type.
    Follows {
        /// The other task type's name.
        predecessor: String,
        /// From the end (start, where ends are unknown) of the predecessor to the start of this.
        lag_ms: i64,
        /// Whether `lag_ms` counts from the predecessor's end.
        from_end: bool,
    },
}

impl Schedule {
    /// Which of the four forms this is.
    pub fn kind(&self) -> ScheduleKind {
        match self {
            Schedule::Calendar(_) => ScheduleKind::Calendar,
            Schedule::Period { .. } => ScheduleKind::Period,
            Schedule::Window { .. } => ScheduleKind::Window,
            Schedule::Follows { .. } => ScheduleKind::Follows,
        }
    }
}
