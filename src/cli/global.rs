//! Options that every subcommand takes.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum, ValueHint};

use super::DurationArg;
use crate::domain::time::Timestamp;

/// In which form to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// A table for people
    Table,
    /// Everything, for people
    Detailed,
    /// One JSON document
    Json,
    /// One JSON object per line
    Jsonl,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set or TERM is dumb
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Options that every subcommand takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The store [default: tidetable/store.db in the XDG data folder]
    #[arg(long, global = true, value_name = "PATH", env = "TIDETABLE_DB", value_hint = ValueHint::FilePath)]
    pub db: Option<PathBuf>,

    /// Read this configuration file instead of the user's and the project's
    #[arg(long, global = true, value_name = "PATH", env = "TIDETABLE_CONFIG", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Form of the answer [default: table]
    #[arg(long, global = true, value_name = "FORM", value_enum)]
    pub output_format: Option<OutputFormat>,

    /// Zone of local times, an IANA name [default: the system's]
    #[arg(long, global = true, value_name = "IANA")]
    pub timezone: Option<String>,

    /// Plan and show everything, change nothing
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,

    /// Say more on standard error (repeatable)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// No warnings or hints on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// When to use colour [default: auto]
    #[arg(long, global = true, value_name = "WHEN", value_enum)]
    pub color: Option<ColorChoice>,

    /// No progress bars
    #[arg(long, global = true)]
    pub no_progress: bool,

    /// How long to wait for another writer of the store [default: 10s]
    #[arg(long, global = true, value_name = "DURATION")]
    pub lock_timeout: Option<DurationArg>,

    /// Seed of every random choice [default: 0]
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,

    /// Pretend that it is this instant: later runs do not exist, later ends are unknown
    #[arg(long, global = true, value_name = "RFC3339", hide = true, value_parser = parse_instant)]
    pub now: Option<Timestamp>,
}

fn parse_instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text)
        .ok_or_else(|| "not an RFC 3339 time such as 2026-11-21T08:00:00Z".to_owned())
}
