//! Arguments of `generate`.

use clap::Args;

/// Arguments of `generate`.
#[derive(Clone, Debug, Args)]
pub struct GenerateArgs {}
