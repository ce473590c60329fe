//! A schedule in the shape that scripts rely on.

use serde::Serialize;

use crate::domain::calendar::{Schedule, ScheduleKind, Zone};

/// `schedule` of patterns and rules in JSON: each expression is there only if it says exactly the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScheduleShape {
    /// calendar, period, window or follows.
    pub kind: ScheduleKind,
    /// Five cron fields.
    pub cron: Option<String>,
    /// systemd OnCalendar.
    pub systemd_calendar: Option<String>,
    /// RFC 5545 RRULE value.
    pub rrule: Option<String>,
    /// The period of `kind` period.
    pub period_seconds: Option<f64>,
    /// One occurrence of `kind` period.
    pub anchor: Option<String>,
    /// The other task type of `kind` follows.
    pub predecessor: Option<String>,
    /// From the predecessor to this, for `kind` follows.
    pub lag_seconds: Option<f64>,
    /// Zone of local times.
    pub timezone: String,
    /// For people.
    pub description: String,
}

impl ScheduleShape {
    /// The shape of `schedule` in `zone`.
    pub fn of(schedule: &Schedule, zone: Zone) -> ScheduleShape {
        let (period_seconds, anchor) = match schedule {
            Schedule::Period { period_ms, anchor } => {
                (Some(*period_ms as f64 / 1000.0), Some(anchor.to_rfc3339()))
            }
            _ => (None, None),
        };
        let (predecessor, lag_seconds) = match schedule {
            Schedule::Follows { predecessor, lag_ms, .. } => {
                (Some(predecessor.clone()), Some(*lag_ms as f64 / 1000.0))
            }
            _ => (None, None),
        };
        ScheduleShape {
            kind: schedule.kind(),
            cron: schedule.cron(),
            systemd_calendar: schedule.systemd_calendar(zone),
            rrule: schedule.rrule(),
            period_seconds,
            anchor,
            predecessor,
            lag_seconds,
            timezone: zone.name().to_owned(),
            description: schedule.describe(),
        }
    }
}
