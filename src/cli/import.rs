//! Arguments of `import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::domain::time::Timestamp;

/// Which reader to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// Look at the first lines
    Auto,
    /// The activity record as comma-separated values
    Csv,
    /// The activity record as JSON lines
    Jsonl,
    /// Standard Workload Format
    Swf,
    /// Text of `sacct --parsable2`
    Sacct,
    /// Syslog or /var/log/cron lines of cron
    Cron,
    /// Lines of `journalctl -o json`
    Journal,
    /// A crontab: its lines become declared rules
    Crontab,
    /// An SQLite file with a `tasks` table
    BananaBun,
}

/// Unit of times that are plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TimeUnitArg {
    /// Seconds
    S,
    /// Milliseconds
    Ms,
    /// Microseconds
    Us,
    /// Nanoseconds
    Ns,
    /// Minutes
    Min,
}

/// Arguments of `import`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable import /var/log/syslog
  journalctl -o json -u '*.service' | tidetable import -
  sacct --parsable2 --allusers --starttime 2026-01-01 --format ALL | tidetable import --format sacct -
  tidetable import /etc/crontab
  tidetable import runs.csv.gz --map job=task_type --map begin=started_at
  tidetable import pods.csv --start-time 2023-01-01T00:00:00Z --map cpu_milli+num_gpu=task_type \\
      --map scheduled_time=started_at --map cpu_milli=cpu_cores/1000

The same file twice adds nothing; a grown log adds its new part.")]
pub struct ImportArgs {
    /// Files to read, gzip and zstd included; `-` is standard input
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::FilePath)]
    pub paths: Vec<PathBuf>,

    /// Which reader to use
    #[arg(long, value_enum, default_value = "auto", value_name = "FORMAT")]
    pub format: FormatArg,

    /// A foreign column for one of ours (repeatable, or comma-separated): theirs=ours, a+b=ours, theirs=ours/1000
    #[arg(long, value_name = "THEIRS=OURS", value_delimiter = ',')]
    pub map: Vec<String>,

    /// Unit of times that are plain numbers
    #[arg(long, value_enum, default_value = "s", value_name = "UNIT")]
    pub time_unit: TimeUnitArg,

    /// Start of a log whose times are relative to it
    #[arg(long, value_name = "RFC3339", value_parser = start_time)]
    pub start_time: Option<Timestamp>,

    /// Year of the first line of a log whose stamps have none
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1970..=9999))]
    pub year: Option<i32>,

    /// Column names of an sacct export without a header
    #[arg(long, value_name = "A,B,..", value_delimiter = ',')]
    pub fields: Vec<String>,

    /// User that a user crontab belongs to
    #[arg(long, value_name = "NAME")]
    pub crontab_user: Option<String>,

    /// Stop at the first record that cannot be read and keep nothing of the file
    #[arg(long)]
    pub strict: bool,

    /// Write the records that could not be read here, each after its reason
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub reject_file: Option<PathBuf>,
}

fn start_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text)
        .ok_or_else(|| "not an RFC 3339 time such as 2026-01-01T00:00:00Z".to_owned())
}
