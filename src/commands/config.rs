//! `config`.

use super::{Context, Outcome};
use crate::cli::config::ConfigArgs;

/// Runs `config`.
pub fn run(context: &Context, args: &ConfigArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("config is not built yet")
}
