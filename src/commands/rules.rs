//! `rules`.

use super::{Context, Outcome};
use crate::cli::rules::RulesArgs;

/// Runs `rules`.
pub fn run(context: &Context, args: &RulesArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("rules is not built yet")
}
