//! Arguments of `restore`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Arguments of `restore`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable restore latest --dry-run
  tidetable restore 20260301T120000Z --yes
  tidetable restore latest --target /tmp/look.db --yes
  tidetable restore --undo --yes

The store that is replaced is kept as a backup of its own; `restore --undo` brings it back.")]
pub struct RestoreArgs {
    /// Id of the copy, its beginning, or `latest` (of this store, but none that a restore made of what it replaced);
    /// `tidetable backup list` shows them
    #[arg(value_name = "ID", required_unless_present = "undo", conflicts_with = "undo")]
    pub id: Option<String>,

    /// Bring back what the last restore replaced
    #[arg(long)]
    pub undo: bool,

    /// Restore to this file instead of the store
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub target: Option<PathBuf>,

    /// Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub backup_dir: Option<PathBuf>,

    /// Do it; without this the plan is only told
    #[arg(short, long)]
    pub yes: bool,
}
