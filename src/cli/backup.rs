//! Arguments of `backup`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

/// Arguments of `backup`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable backup
  tidetable backup create --reason 'before the move'
  tidetable backup list --output-format json
  tidetable backup verify
  tidetable backup drill
  tidetable backup prune --keep-daily 7 --keep-weekly 4 --dry-run
  tidetable backup --quiet                      (from cron; exit 10 when another backup runs)

A copy is listed only once it has been checked, packed and unpacked again.")]
pub struct BackupArgs {
    /// Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store, which is in the XDG
    /// data folder unless you named another]
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
    /// Restore a copy into a place of its own, open it as a store, compare it, and note that it came back
    #[command(
        after_help = "Examples:\n  tidetable backup drill\n  tidetable backup drill 20260301T120000Z\n\n\
        Nothing of the store is touched. `backup list` and `doctor` tell when a copy last came back."
    )]
    Drill(DrillArgs),
    /// Remove copies that no rule keeps; the last good one always stays
    #[command(after_help = "Examples:
  tidetable backup prune --dry-run
  tidetable backup prune --keep-last 10
  tidetable backup prune --keep-within 14d
  tidetable backup prune --keep-daily 7 --keep-weekly 4 --keep-monthly 12")]
    Prune(PruneArgs),
}

/// Arguments of `backup create`.
#[derive(Clone, Debug, Default, Args)]
pub struct CreateArgs {
    /// Why, to be read in the list [default: manual]
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// How to pack it: zst is smaller and faster, tar.gz is unpacked by what is everywhere [default: zst]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub archive_format: Option<ArchiveFormatArg>,
}

/// How a copy is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ArchiveFormatArg {
    /// The database, compressed with zstd
    Zst,
    /// A tar archive of the database, compressed with gzip
    #[value(name = "tar.gz", alias = "tgz")]
    TarGz,
}

/// Arguments of `backup drill`.
#[derive(Clone, Debug, Args)]
pub struct DrillArgs {
    /// Id of the copy, its beginning, or `latest` [default: latest]
    #[arg(value_name = "ID")]
    pub id: Option<String>,
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
    #[arg(long, value_name = "N", conflicts_with = "keep_within")]
    pub keep_days: Option<u32>,

    /// Copies younger than this: 12h, 14d, 6w, 1y6m (m: 30 days, y: 365); a bare number counts days
    #[arg(long, value_name = "SPAN", value_parser = hours_of_span)]
    pub keep_within: Option<u32>,

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

/// Reads a span of hours, days, weeks, months and years, such as `1y6m`; whole hours.
fn hours_of_span(text: &str) -> Result<u32, String> {
    let wrong = || format!("\"{text}\" is no span; write it as 12h, 14d, 6w or 1y6m");
    if let Ok(days) = text.parse::<u32>() {
        return days.checked_mul(24).ok_or_else(wrong);
    }
    let mut hours = 0_u32;
    let mut digits = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let unit = match character {
            'h' => 1,
            'd' => 24,
            'w' => 7 * 24,
            'm' => 30 * 24,
            'y' => 365 * 24,
            _ => return Err(wrong()),
        };
        let count: u32 = digits.parse().map_err(|_| wrong())?;
        hours = count.checked_mul(unit).and_then(|more| hours.checked_add(more)).ok_or_else(wrong)?;
        digits.clear();
    }
    if digits.is_empty() && !text.is_empty() { Ok(hours) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_sum_of_units_and_a_bare_number_counts_days() {
        assert_eq!(hours_of_span("30"), Ok(720));
        assert_eq!(hours_of_span("12h"), Ok(12));
        assert_eq!(hours_of_span("1y6m2w3d4h"), Ok(8_760 + 6 * 720 + 336 + 72 + 4));
        for wrong in ["", "d", "4x", "4d5", "-1d", "1 d", "99999999999y", "900000y"] {
            assert!(hours_of_span(wrong).is_err(), "{wrong}");
        }
    }
}
