//! `completions`.

use super::{Context, Outcome};
use crate::cli::completions::CompletionsArgs;

/// Runs `completions`.
pub fn run(context: &Context, args: &CompletionsArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("completions is not built yet")
}
