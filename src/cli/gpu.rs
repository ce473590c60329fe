//! Arguments of `gpu`.

use clap::Args;

/// Arguments of `gpu`.
#[derive(Clone, Debug, Args)]
pub struct GpuArgs {}
