//! Arguments of `completions`.

use clap::Args;

/// Arguments of `completions`.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {}
