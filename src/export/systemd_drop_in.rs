//! A drop-in that gives a timer which is there already other times.

use super::Inexpressible;
use super::expression::{line_schedules, one_line};
use crate::domain::rules::StoredRule;

/// Settings that start a timer's unit by the machine's uptime. Clearing `OnCalendar=` clears them, too: systemd has one
/// list of all of them. Source: systemd.timer(5).
const MONOTONIC: [&str; 5] =
    ["OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec"];

/// Why a timer cannot be given other times.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DropInError {
    /// systemd has no form for the times.
    #[error("{0}")]
    Inexpressible(#[from] Inexpressible),
    /// The timer starts its unit at other moments, too, which would be lost.
    #[error("the timer also has {0}=, which a drop-in with other times would clear")]
    Monotonic(&'static str),
}

/// The text of the drop-in for a timer whose unit file reads `timer`.
pub fn timer_drop_in(stored: &StoredRule, timer: &str) -> Result<String, DropInError> {
    for setting in MONOTONIC {
        let is_set = |line: &str| {
            line.trim().strip_prefix(setting).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        if timer.lines().any(is_set) {
            return Err(DropInError::Monotonic(setting));
        }
    }
    let calendars: String =
        on_calendar(stored)?.iter().map(|expression| format!("OnCalendar={expression}\n")).collect();
    // The empty setting clears the times that the timer has.
    Ok(format!(
        "# Written by `tidetable rules apply` for rule {}: {}\n[Timer]\nOnCalendar=\n{calendars}",
        stored.id.0,
        one_line(&stored.rule.name)
    ))
}

/// The OnCalendar expressions of a rule.
pub(super) fn on_calendar(stored: &StoredRule) -> Result<Vec<String>, Inexpressible> {
    let rule = &stored.rule;
    let times: Option<Vec<String>> = match rule.schedule.systemd_calendar(rule.zone) {
        Some(expression) => Some(vec![expression]),
        None => line_schedules(&rule.schedule)
            .and_then(|parts| parts.iter().map(|part| part.systemd_calendar(rule.zone)).collect()),
    };
    times
        .filter(|times| !times.is_empty())
        .ok_or_else(|| Inexpressible::Times { target: "systemd", schedule: rule.schedule.describe() })
}
