//! `import`.

use super::{Context, Outcome};
use crate::cli::import::ImportArgs;

/// Runs `import`.
pub fn run(context: &Context, args: &ImportArgs) -> anyhow::Result<Outcome> {
    let _ = (context, args);
    anyhow::bail!("import is not built yet")
}
