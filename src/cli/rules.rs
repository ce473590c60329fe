//! Arguments of `rules`.

use clap::Args;

/// Arguments of `rules`.
#[derive(Clone, Debug, Args)]
pub struct RulesArgs {}
