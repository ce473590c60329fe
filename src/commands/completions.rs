//! `completions`: the static completion script of a shell, made from the command line's own types.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::{Context, Outcome};
use crate::cli::Cli;
use crate::cli::completions::{CompletionsArgs, ShellName};
use crate::output::completions::CompletionsReport;

/// Prints the script.
pub fn run(_context: &Context, args: &CompletionsArgs) -> anyhow::Result<Outcome> {
    let report = CompletionsReport { shell: word(args.shell), script: script(args.shell) };
    Ok(Outcome::done(report, Vec::new()))
}

/// The script of `shell`: the same bytes on every machine.
pub fn script(shell: ShellName) -> String {
    let mut bytes = Vec::new();
    generate(generator(shell), &mut Cli::command(), "tidetable", &mut bytes);
    let generated = tidy(&String::from_utf8_lossy(&bytes));
    let note = format!(
        "# Completes the commands and options of tidetable. For ids and task types from the store as well:\n\
         #   {}\n",
        dynamic(shell)
    );
    match generated.split_once('\n') {
        // zsh looks for its marker on the first line and nowhere else.
        Some((marker, rest)) if marker.starts_with("#compdef") => format!("{marker}\n{note}{rest}"),
        _ => note + &generated,
    }
}

/// The file that holds the script of `shell` in `completions/`.
pub fn file_name(shell: ShellName) -> &'static str {
    match shell {
        ShellName::Bash => "tidetable.bash",
        ShellName::Zsh => "_tidetable",
        ShellName::Fish => "tidetable.fish",
        ShellName::Elvish => "tidetable.elv",
        ShellName::PowerShell => "_tidetable.ps1",
    }
}

fn word(shell: ShellName) -> &'static str {
    match shell {
        ShellName::Bash => "bash",
        ShellName::Zsh => "zsh",
        ShellName::Fish => "fish",
        ShellName::Elvish => "elvish",
        ShellName::PowerShell => "powershell",
    }
}

fn generator(shell: ShellName) -> Shell {
    match shell {
        ShellName::Bash => Shell::Bash,
        ShellName::Zsh => Shell::Zsh,
        ShellName::Fish => Shell::Fish,
        ShellName::Elvish => Shell::Elvish,
        ShellName::PowerShell => Shell::PowerShell,
    }
}

/// The line that loads the completion which asks the program itself.
fn dynamic(shell: ShellName) -> &'static str {
    match shell {
        ShellName::Bash => "source <(COMPLETE=bash tidetable)",
        ShellName::Zsh => "source <(COMPLETE=zsh tidetable)",
        ShellName::Fish => "COMPLETE=fish tidetable | source",
        ShellName::Elvish => "eval (E:COMPLETE=elvish tidetable | slurp)",
        ShellName::PowerShell => {
            "$env:COMPLETE = 'powershell'; tidetable | Out-String | Invoke-Expression; Remove-Item Env:COMPLETE"
        }
    }
}

/// Without blanks at line ends, which the generators leave and version control complains about.
fn tidy(text: &str) -> String {
    let mut tidy: String = text.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    tidy.truncate(tidy.trim_end().len());
    tidy.push('\n');
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_learns_every_command_and_how_to_complete_ids() {
        for shell in ShellName::ALL {
            let script = script(shell);
            assert!(script.contains(dynamic(shell)), "{shell:?}");
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell:?} lacks {}", command.get_name());
            }
        }
    }

    #[test]
    fn zsh_finds_its_marker_on_the_first_line() {
        assert!(script(ShellName::Zsh).starts_with("#compdef tidetable\n"));
    }
}
