//! `backup`.

use super::{Context, Outcome};
use crate::cli::backup::BackupArgs;

/// Runs `backup`.
pub fn run(context: &Context, args: &BackupArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("backup is not built yet")
}
