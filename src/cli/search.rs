//! Arguments of `search`.

use clap::Args;

/// Arguments of `search`.
#[derive(Clone, Debug, Args)]
pub struct SearchArgs {}
