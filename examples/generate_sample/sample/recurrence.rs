//! When a job of the sample is due. Written apart from the program's own calendar, which is held against it.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// The workstation's zone; summer time begins on 2026-03-29 at 02:00.
pub const ZONE: Tz = chrono_tz::Europe::Berlin;

/// When a job is due, in local time.
#[derive(Clone, Copy)]
pub enum Recurrence {
    /// On the days that match, at this hour and minute.
    At(DayKind, u32, u32),
    /// At this minute of every hour.
    Hourly(u32),
    /// Every so many minutes from the hour on.
    EveryMinutes(u32),
}

/// Which days.
#[derive(Clone, Copy)]
pub enum DayKind {
    Every,
    MondayToFriday,
    Mondays,
    FirstOfMonth,
}

impl Recurrence {
    /// The five fields of cron that say the same.
    pub fn cron(self) -> String {
        match self {
            Recurrence::At(days, hour, minute) => {
                let days = match days {
                    DayKind::Every => "* * *",
                    DayKind::MondayToFriday => "* * 1-5",
                    DayKind::Mondays => "* * 1",
                    DayKind::FirstOfMonth => "1 * *",
                };
                format!("{minute} {hour} {days}")
            }
            Recurrence::Hourly(minute) => format!("{minute} * * * *"),
            Recurrence::EveryMinutes(minutes) => format!("*/{minutes} * * * *"),
        }
    }

    /// All due times from `start` to before `end`, ascending.
    pub fn due(self, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let all = match self {
            Recurrence::At(days, hour, minute) => {
                let first = start.with_timezone(&ZONE).date_naive();
                let last = end.with_timezone(&ZONE).date_naive();
                first
                    .iter_days()
                    .take_while(|date| *date <= last)
                    .filter(|date| days.matches(*date))
                    .filter_map(|date| local(date, hour, minute))
                    .collect()
            }
            // The zone's offsets are whole hours, so that minutes are the same in UTC.
            Recurrence::Hourly(minute) => every(start, end, 60, minute),
            Recurrence::EveryMinutes(minutes) => every(start, end, minutes, 0),
        };
        all.into_iter().filter(|due| (start..end).contains(due)).collect()
    }
}

impl DayKind {
    fn matches(self, date: NaiveDate) -> bool {
        match self {
            DayKind::Every => true,
            DayKind::MondayToFriday => date.weekday().num_days_from_monday() < 5,
            DayKind::Mondays => date.weekday() == Weekday::Mon,
            DayKind::FirstOfMonth => date.day() == 1,
        }
    }
}

/// A local time as an instant. One that the clocks skip is due when they have been put forward, as cron does
/// with daily jobs; of one that they repeat the first counts.
pub fn local(date: NaiveDate, hour: u32, minute: u32) -> Option<DateTime<Utc>> {
    let time = date.and_time(NaiveTime::from_hms_opt(hour, minute, 0)?);
    let instant = match ZONE.from_local_datetime(&time).earliest() {
        Some(instant) => instant,
        None => {
            let whole_hour = date.and_time(NaiveTime::from_hms_opt(hour + 1, 0, 0)?);
            ZONE.from_local_datetime(&whole_hour).earliest()?
        }
    };
    Some(instant.with_timezone(&Utc))
}

/// Midnight at the beginning of a local day.
pub fn midnight(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, month, day).and_then(|date| local(date, 0, 0)).expect("a date that exists")
}

/// The local days from `start` to before `end`.
pub fn days(start: DateTime<Utc>, end: DateTime<Utc>) -> impl Iterator<Item = NaiveDate> {
    let last = (end - TimeDelta::seconds(1)).with_timezone(&ZONE).date_naive() + Days::new(1);
    start.with_timezone(&ZONE).date_naive().iter_days().take_while(move |date| *date < last)
}

fn every(start: DateTime<Utc>, end: DateTime<Utc>, minutes: u32, offset: u32) -> Vec<DateTime<Utc>> {
    let step = i64::from(minutes) * 60;
    let mut second = start.timestamp().div_euclid(step) * step + i64::from(offset) * 60;
    let mut due = Vec::new();
    while second < end.timestamp() {
        due.extend(DateTime::from_timestamp(second, 0));
        second += step;
    }
    due
}
