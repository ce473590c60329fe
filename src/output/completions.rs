//! What `completions` answers.

use serde_json::{Value, json};

use super::{Report, Style};

/// The completion script of a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionsReport {
    /// bash, zsh, fish, elvish or powershell.
    pub shell: &'static str,
    /// The script.
    pub script: String,
}

impl Report for CompletionsReport {
    fn data(&self) -> Value {
        json!({ "shell": self.shell, "script": self.script })
    }

    fn table(&self, _style: &Style) -> String {
        self.script.clone()
    }
}
