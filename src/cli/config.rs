//! Arguments of `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

/// Arguments of `config`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable config show --origin
  tidetable config check
  tidetable config generate --user
  TIDETABLE_ANALYSIS__DAYS=60 tidetable config show --output-format json

Read in this order, later ones win: the user's file (tidetable/config.toml in the XDG config folder),
tidetable.toml in the working folder, TIDETABLE_ variables, options. --config names a file to read instead of
the two.")]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// What to do with the configuration.
#[derive(Clone, Debug, Subcommand)]
pub enum ConfigAction {
    /// Show the values that count
    Show(ShowArgs),
    /// Find unknown fields, wrong types and values out of range
    Check(CheckArgs),
    /// Print a commented configuration with this machine's capacities, or write it to a file
    Generate(GenerateConfigArgs),
}

/// Arguments of `config show`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable config show
  tidetable config show --origin
  tidetable config show --output-format json")]
pub struct ShowArgs {
    /// Say which file, variable or option each value comes from
    #[arg(long)]
    pub origin: bool,
}

/// Arguments of `config check`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable config check
  tidetable config check tidetable.toml")]
pub struct CheckArgs {
    /// Only this file, instead of all that is read
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
}

/// Arguments of `config generate`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable config generate
  tidetable config generate --user
  tidetable config generate --write tidetable.toml --force")]
pub struct GenerateConfigArgs {
    /// Write it to this file
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, conflicts_with = "user")]
    pub write: Option<PathBuf>,

    /// Write it to the user's configuration file
    #[arg(long)]
    pub user: bool,

    /// Replace a file that is there already
    #[arg(long)]
    pub force: bool,
}
