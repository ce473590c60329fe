//! `optimize`.

use super::{Context, Outcome};
use crate::cli::optimize::OptimizeArgs;

/// Runs `optimize`.
pub fn run(context: &Context, args: &OptimizeArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("optimize is not built yet")
}
