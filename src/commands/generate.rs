//! `generate`.

use super::{Context, Outcome};
use crate::cli::generate::GenerateArgs;

/// Runs `generate`.
pub fn run(context: &Context, args: &GenerateArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("generate is not built yet")
}
