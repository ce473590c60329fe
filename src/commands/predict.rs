//! `predict`.

use super::{Context, Outcome};
use crate::cli::predict::PredictArgs;

/// Runs `predict`.
pub fn run(context: &Context, args: &PredictArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("predict is not built yet")
}
