//! Arguments of `man`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Arguments of `man`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable man | man -l -
  tidetable man --dir ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Write the page of every command into this folder, made where it is missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}
