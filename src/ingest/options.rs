//! What a person may tell the readers.

use std::str::FromStr;

use crate::domain::calendar::Zone;
use crate::domain::time::Timestamp;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The activity record as comma-separated values.
    Csv,
    /// The activity record as JSON lines.
    Jsonl,
    /// Standard Workload Format.
    Swf,
    /// `sacct --parsable2` text.
    Sacct,
    /// Syslog lines of cron.
    Cron,
    /// `journalctl -o json` lines.
    Journal,
    /// A crontab: declared schedules.
    Crontab,
    /// An SQLite file with a `tasks` table.
    BananaBun,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 8] = [
        Format::Csv,
        Format::Jsonl,
        Format::Swf,
        Format::Sacct,
        Format::Cron,
        Format::Journal,
        Format::Crontab,
        Format::BananaBun,
    ];

    /// The word used in options and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Swf => "swf",
            Format::Sacct => "sacct",
            Format::Cron => "cron",
            Format::Journal => "journal",
            Format::Crontab => "crontab",
            Format::BananaBun => "banana-bun",
        }
    }
}

/// The unit of times and durations that are plain numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    #[default]
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
    /// Minutes.
    Minutes,
}

/// One `--map theirs=ours`: `theirs` may join columns with `+`, `ours` may end in `/N` or `*N` to scale.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnMap {
    /// Columns of the file, joined with a space when there are several.
    pub theirs: Vec<String>,
    /// The activity record's field.
    pub ours: String,
    /// Factor for numbers; 1 unless given.
    pub scale: f64,
}

/// A `--map` that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not of the form theirs=ours, a+b=ours, theirs=ours/1000 or theirs=ours*60")]
pub struct BadColumnMap(pub String);

impl FromStr for ColumnMap {
    type Err = BadColumnMap;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadColumnMap(text.to_owned());
        let (theirs, ours) = text.rsplit_once('=').ok_or_else(bad)?;
        let (ours, scale) = match ours.split_once(['/', '*']) {
            None => (ours, 1.0),
            Some((name, factor)) => {
                let factor: f64 = factor.parse().map_err(|_| bad())?;
                let divides = ours.as_bytes()[name.len()] == b'/';
                (name, if divides { 1.0 / factor } else { factor })
            }
        };
        let theirs: Vec<String> = theirs.split('+').map(|part| part.trim().to_owned()).collect();
        let usable = scale.is_finite() && scale > 0.0;
        if !usable || ours.is_empty() || theirs.iter().any(String::is_empty) {
            return Err(bad());
        }
        Ok(ColumnMap { theirs, ours: ours.trim().to_owned(), scale })
    }
}

/// Everything that steers a reader.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The format, where it is not to be detected.
    pub format: Option<Format>,
    /// Foreign headers.
    pub map: Vec<ColumnMap>,
    /// Unit of plain numbers in time fields.
    pub time_unit: TimeUnit,
    /// The zone of local times without an offset.
    pub zone: Zone,
    /// Start of logs whose times are relative (SWF without a header, CSV offsets).
    pub start_time: Option<Timestamp>,
    /// Year of the first line of a log without years.
    pub year: Option<i32>,
    /// Column names of an `sacct` export without a header.
    pub fields: Option<Vec<String>>,
    /// The user that a user crontab belongs to.
    pub crontab_user: Option<String>,
    /// The instant no log line is later than: now, or the file's modification time.
    pub latest: Timestamp,
}
