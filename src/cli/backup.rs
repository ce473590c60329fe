//! Arguments of `backup`.

use clap::Args;

/// Arguments of `backup`.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {}
