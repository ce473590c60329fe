//! Arguments of `man`.

use clap::Args;

/// Arguments of `man`.
#[derive(Clone, Debug, Args)]
pub struct ManArgs {}
