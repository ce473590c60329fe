//! Arguments of `predict`.

use clap::Args;

/// Arguments of `predict`.
#[derive(Clone, Debug, Args)]
pub struct PredictArgs {}
