//! Arguments of `completions`.

use clap::{Args, ValueEnum};

/// A shell that can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShellName {
    /// Bash 4 or newer
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
    /// Elvish
    Elvish,
    /// PowerShell
    #[value(name = "powershell", alias = "pwsh")]
    PowerShell,
}

impl ShellName {
    /// All shells.
    pub const ALL: [ShellName; 5] =
        [ShellName::Bash, ShellName::Zsh, ShellName::Fish, ShellName::Elvish, ShellName::PowerShell];
}

/// Arguments of `completions`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable completions bash > ~/.local/share/bash-completion/completions/tidetable
  tidetable completions zsh > \"${fpath[1]}/_tidetable\"
  tidetable completions fish > ~/.config/fish/completions/tidetable.fish

These scripts know commands and options. To complete pattern ids, rule ids and task types from the store as
well, load the dynamic completion when the shell starts instead:
  source <(COMPLETE=bash tidetable)             # ~/.bashrc
  source <(COMPLETE=zsh tidetable)              # ~/.zshrc
  COMPLETE=fish tidetable | source              # ~/.config/fish/config.fish
  eval (E:COMPLETE=elvish tidetable | slurp)    # ~/.config/elvish/rc.elv")]
pub struct CompletionsArgs {
    /// The shell that will read the script
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: ShellName,
}
