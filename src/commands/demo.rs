//! `demo`.

use super::{Context, Outcome};
use crate::cli::demo::DemoArgs;

/// Runs `demo`.
pub fn run(context: &Context, args: &DemoArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("demo is not built yet")
}
