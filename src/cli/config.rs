//! Arguments of `config`.

use clap::Args;

/// Arguments of `config`.
#[derive(Clone, Debug, Args)]
pub struct ConfigArgs {}
