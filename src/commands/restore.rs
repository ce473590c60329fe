//! `restore`.

use super::{Context, Outcome};
use crate::cli::restore::RestoreArgs;

/// Runs `restore`.
pub fn run(context: &Context, args: &RestoreArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("restore is not built yet")
}
