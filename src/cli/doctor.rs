//! Arguments of `doctor`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Arguments of `doctor`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable doctor
  tidetable doctor --output-format json | jq '.data.findings[] | select(.severity != \"note\")'
  tidetable doctor --repair                     (shows what it would do)
  tidetable doctor --repair --yes

Exit codes: 0 nothing is wrong (notes do not count), 4 something is, and the answer says what to do. A repair removes
only what an interrupted command left half-made; whatever may be somebody's only copy is moved aside.")]
pub struct DoctorArgs {
    /// Plan the repairs that need no decision of yours
    #[arg(long)]
    pub repair: bool,

    /// Carry the repairs out
    #[arg(short, long, requires = "repair")]
    pub yes: bool,

    /// Leave out reading the copies: looks only at the store, and at names and sizes
    #[arg(long)]
    pub quick: bool,

    /// Folder of the copies [env: TIDETABLE_BACKUP_DIR] [default: `backups` beside the store]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub backup_dir: Option<PathBuf>,
}
