//! Arguments of `demo`.

use clap::Args;

/// Arguments of `demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {}
