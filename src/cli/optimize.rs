//! Arguments of `optimize`.

use clap::Args;

/// Arguments of `optimize`.
#[derive(Clone, Debug, Args)]
pub struct OptimizeArgs {}
