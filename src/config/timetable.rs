//! What a timetable has to respect besides capacities: blackouts, windows of single task types, what may not run
//! together, machines of several sizes.

use chrono::{Datelike, Days, NaiveTime, Weekday};
use globset::Glob;
use serde::{Deserialize, Serialize};

use super::CapacityConfig;
use crate::domain::calendar::{WeekdaySet, Zone, local_time, resolve_local};
use crate::domain::time::TimeSpan;

/// Hours in which nothing that can be moved may run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlackoutConfig {
    /// What it is called in messages.
    #[serde(default)]
    pub name: Option<String>,
    /// Local time of day, such as `22:00`.
    pub from: String,
    /// Local time of day; on the next day where it is earlier than `from`.
    pub to: String,
    /// Days it begins on: mon to sun; all where there are none.
    #[serde(default)]
    pub days: Vec<String>,
    /// Hosts it holds for; all where there are none.
    #[serde(default)]
    pub hosts: Vec<String>,
}

impl BlackoutConfig {
    /// What it is called.
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("blackout {}-{}", self.from, self.to))
    }

    /// Its spans that touch `around`, in order; or what is wrong.
    pub fn spans(&self, zone: Zone, around: TimeSpan) -> Result<Vec<TimeSpan>, String> {
        let (from, to) = (time_of_day(&self.from)?, time_of_day(&self.to)?);
        if from == to {
            return Err(format!("from and to are both {}; for a whole day write 00:00 to 23:59", self.from));
        }
        let days = weekdays(&self.days)?;
        let first = local_time(zone, around.start).date();
        // One that began on the day before may reach into the first.
        let mut date = first.checked_sub_days(Days::new(1)).unwrap_or(first);
        let mut spans = Vec::new();
        loop {
            let start = resolve_local(zone, date.and_time(from)).first();
            if start >= around.end {
                return Ok(spans);
            }
            let next = date.checked_add_days(Days::new(1)).ok_or("the calendar ends")?;
            let last = if to > from { date } else { next };
            let end = resolve_local(zone, last.and_time(to)).first();
            if days.contains(date.weekday()) && end > around.start && end > start {
                spans.push(TimeSpan { start, end });
            }
            date = next;
        }
    }
}

fn time_of_day(text: &str) -> Result<NaiveTime, String> {
    let read = NaiveTime::parse_from_str(text.trim(), "%H:%M");
    read.map_err(|_| format!("\"{text}\" is no time of day such as 22:00"))
}

fn weekdays(names: &[String]) -> Result<WeekdaySet, String> {
    if names.is_empty() {
        return Ok(WeekdaySet::ALL);
    }
    names.iter().try_fold(WeekdaySet::from_bits(0), |days, name| {
        let day: Weekday = name.parse().map_err(|_| format!("\"{name}\" is no day such as mon"))?;
        Ok(days.with(day))
    })
}

/// Task types that never run at the same time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExclusionConfig {
    /// What they share, such as a lock file.
    pub tag: String,
    /// Names, or globs such as `root: *`.
    pub task_types: Vec<String>,
}

impl ExclusionConfig {
    /// Whether it is about that task type.
    pub fn is_about(&self, task_type: &str) -> bool {
        names(&self.task_types, task_type)
    }
}

/// Whether one of `patterns` is `name`, or a glob that fits it. What is no glob was refused when it was read.
pub(super) fn names(patterns: &[String], name: &str) -> bool {
    let fits = |pattern: &str| Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(name));
    patterns.iter().any(|pattern| pattern == name || fits(pattern))
}

/// A machine that jobs run on, by name; what is absent is as under `[capacity]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostConfig {
    /// Its name, as runs and rules have it.
    pub name: String,
    /// What it has.
    #[serde(default)]
    pub cpu_cores: Option<f64>,
    /// Main memory, MiB.
    #[serde(default)]
    pub memory_mib: Option<f64>,
    /// GPUs.
    #[serde(default)]
    pub gpu_count: Option<u32>,
    /// Memory of one GPU, MiB.
    #[serde(default)]
    pub gpu_memory_mib: Option<f64>,
}

impl HostConfig {
    /// What it has, and what every machine has where nothing is said of it.
    pub fn capacity(&self, usual: &CapacityConfig) -> CapacityConfig {
        CapacityConfig {
            cpu_cores: self.cpu_cores.or(usual.cpu_cores),
            memory_mib: self.memory_mib.or(usual.memory_mib),
            gpu_count: self.gpu_count.or(usual.gpu_count),
            gpu_memory_mib: self.gpu_memory_mib.or(usual.gpu_memory_mib),
        }
    }
}

/// Says which of `patterns` is neither a name nor a glob.
pub(super) fn check_names(patterns: &[String]) -> Result<(), String> {
    if patterns.is_empty() {
        return Err("task_types names none".to_owned());
    }
    patterns.iter().try_for_each(|pattern| {
        Glob::new(pattern).map(|_| ()).map_err(|error| format!("task_types: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{DAY_MS, Timestamp};

    fn blackout(from: &str, to: &str, days: &[&str]) -> BlackoutConfig {
        BlackoutConfig {
            name: None,
            from: from.to_owned(),
            to: to.to_owned(),
            days: days.iter().map(|day| (*day).to_owned()).collect(),
            hosts: Vec::new(),
        }
    }

    fn spans(blackout: &BlackoutConfig, from: &str, days: i64) -> Vec<(String, String)> {
        let start = Timestamp::parse_rfc3339(from).expect("instant");
        let around = TimeSpan { start, end: start.plus_ms(days * DAY_MS) };
        let spans = blackout.spans(Zone::Europe__Berlin, around).expect("sound");
        spans.iter().map(|span| (span.start.to_string(), span.end.to_string())).collect()
    }

    #[test]
    fn a_blackout_over_midnight_belongs_to_the_day_it_begins_on() {
        let friday = blackout("22:00", "06:00", &["fri"]);
        let expected = [("2026-03-06T21:00:00Z".to_owned(), "2026-03-07T05:00:00Z".to_owned())];
        assert_eq!(spans(&friday, "2026-03-02T00:00:00Z", 7), expected);
        assert_eq!(spans(&friday, "2026-03-07T02:00:00Z", 1), expected, "it reaches into the first day");
        assert_eq!(spans(&friday, "2026-03-07T05:00:00Z", 1), []);
    }

    #[test]
    fn a_blackout_is_as_long_as_the_clock_says_on_the_day_it_changes() {
        let night = blackout("01:00", "04:00", &[]);
        let expected = [("2026-03-29T00:00:00Z".to_owned(), "2026-03-29T02:00:00Z".to_owned())];
        assert_eq!(spans(&night, "2026-03-28T23:00:00Z", 1), expected);
    }

    #[test]
    fn what_is_no_time_and_no_day_is_named() {
        let around = TimeSpan { start: Timestamp::clamped(0), end: Timestamp::clamped(DAY_MS) };
        let wrong = |blackout: BlackoutConfig| blackout.spans(Zone::UTC, around).expect_err("refused");
        assert_eq!(wrong(blackout("25:00", "06:00", &[])), "\"25:00\" is no time of day such as 22:00");
        let empty = wrong(blackout("08:00", "08:00", &[]));
        assert!(empty.starts_with("from and to are both 08:00"), "{empty}");
        assert_eq!(wrong(blackout("22:00", "06:00", &["often"])), "\"often\" is no day such as mon");
    }
}
