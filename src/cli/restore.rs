//! Arguments of `restore`.

use clap::Args;

/// Arguments of `restore`.
#[derive(Clone, Debug, Args)]
pub struct RestoreArgs {}
