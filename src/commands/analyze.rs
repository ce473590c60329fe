//! `analyze`.

use super::{Context, Outcome};
use crate::cli::analyze::AnalyzeArgs;

/// Runs `analyze`.
pub fn run(context: &Context, args: &AnalyzeArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("analyze is not built yet")
}
