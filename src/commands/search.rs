//! `search`.

use super::{Context, Outcome};
use crate::cli::search::SearchArgs;

/// Runs `search`.
pub fn run(context: &Context, args: &SearchArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("search is not built yet")
}
