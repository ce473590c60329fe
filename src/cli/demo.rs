//! Arguments of `demo`.

use clap::Args;

/// Arguments of `demo`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable demo
  tidetable demo --output-format detailed
  tidetable demo --output-format json

The history is twelve weeks of a made-up workstation; the store is thrown away at the end.")]
pub struct DemoArgs {}
