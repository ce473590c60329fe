//! `man`.

use super::{Context, Outcome};
use crate::cli::man::ManArgs;

/// Runs `man`.
pub fn run(context: &Context, args: &ManArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("man is not built yet")
}
