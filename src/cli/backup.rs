//! Arguments of `backup`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

/// Arguments of `backup`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable backup
  tidetable backup create --reason 'before the move'
  tidetable backup list --output-format json
  tidetable backup verify
  tidetable backup prune --keep-daily 7 --keep-weekly 4 --dry-run
  tidetable backup --quiet                      (from cron; exit 10 when another backup runs)

A copy is listed only once it has been checked, packed and unpacked again.")]
pub struct BackupArgs {
    /// Folder of the copies [default: `backups` beside the store]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub backup_dir: Option<PathBuf>,

    /// Of a copy made without naming `create`.
    #[command(flatten)]
    pub create: CreateArgs,

    /// What to do; `create` when nothing is named.
    #[command(subcommand)]
    pub action: Option<BackupAction>,
}

/// What to do with copies.
#[derive(Clone, Debug, Subcommand)]
pub enum BackupAction {
    /// Copy the store, also while others write to it [default]
    #[command(after_help = "Example:\n  tidetable backup create --reason 'before the move'")]
    Create(CreateArgs),
    /// List the copies
    #[command(after_help = "Example:\n  tidetable backup list --backup-dir /mnt/safe")]
    List,
    /// Unpack copies, check every row against what was copied, and say what is damaged
    #[command(after_help = "Examples:\n  tidetable backup verify\n  tidetable backup verify latest")]
    Verify(VerifyArgs),
    /// Remove copies that no rule keeps; the last good one always stays
    #[command(after_help = "Examples:
  tidetable backup prune --dry-run
  tidetable backup prune --keep-last 10
  tidetable backup prune --keep-daily 7 --keep-weekly 4 --keep-monthly 12")]
    Prune(PruneArgs),
}

/// Arguments of `backup create`.
#[derive(Clone, Debug, Default, Args)]
pub struct CreateArgs {
    /// Why, to be read in the list [default: manual]
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Arguments of `backup verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// Ids, their beginnings, or `latest`; all copies when none is named
    #[arg(value_name = "ID", conflicts_with = "all")]
    pub ids: Vec<String>,

    /// All copies [default]
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `backup prune`. A copy stays when any rule wants it; rules that are not named are off.
#[derive(Clone, Debug, Args)]
pub struct PruneArgs {
    /// Copies younger than this many days [default: 30 when no other rule is named]
    #[arg(long, value_name = "N", visible_alias = "keep-within")]
    pub keep_days: Option<u32>,

    /// The newest copies
    #[arg(long, value_name = "N")]
    pub keep_last: Option<u32>,

    /// The newest copy of each of the last hours that have one
    #[arg(long, value_name = "N")]
    pub keep_hourly: Option<u32>,

    /// The newest copy of each of the last days that have one
    #[arg(long, value_name = "N")]
    pub keep_daily: Option<u32>,

    /// The newest copy of each of the last weeks that have one
    #[arg(long, value_name = "N")]
    pub keep_weekly: Option<u32>,

    /// The newest copy of each of the last months that have one
    #[arg(long, value_name = "N")]
    pub keep_monthly: Option<u32>,

    /// The newest copy of each of the last years that have one
    #[arg(long, value_name = "N")]
    pub keep_yearly: Option<u32>,
}
