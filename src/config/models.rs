//! Model servers: where they are, how long they may take, and which model a task type wants warm.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::address::check_authority;
use super::timetable::names;
use crate::cli::parse_duration;
use crate::domain::device::ServerKind;

/// How model servers are found and asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelsConfig {
    /// Whether to look on the default ports of this machine.
    pub discover: bool,
    /// How long a server may take to tell what it holds.
    pub timeout: String,
    /// How long it may take to load a model or to let one go.
    pub action_timeout: String,
}

impl Default for ModelsConfig {
    fn default() -> Self {
        ModelsConfig { discover: true, timeout: "3s".to_owned(), action_timeout: "2m".to_owned() }
    }
}

impl ModelsConfig {
    /// The two limits. Reading a configuration has refused what is none.
    pub fn limits(&self) -> (Duration, Duration) {
        let limit = |text: &str, usual| time_limit(text).unwrap_or(usual);
        (limit(&self.timeout, Duration::from_secs(3)), limit(&self.action_timeout, Duration::from_secs(120)))
    }
}

/// A limit that is longer than nothing, or what is wrong.
pub(super) fn time_limit(text: &str) -> Result<Duration, String> {
    let limit = parse_duration(text)?;
    if limit.is_zero() { Err(format!("{text} leaves no time at all")) } else { Ok(limit) }
}

/// A model server that is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelServerConfig {
    /// What it is, such as `ollama`.
    pub kind: String,
    /// Where, such as `http://127.0.0.1:11434`; this machine and the default port where absent.
    #[serde(default)]
    pub address: Option<String>,
    /// A file with its key.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// A program that prints its key, and its arguments.
    #[serde(default)]
    pub key_command: Vec<String>,
}

impl ModelServerConfig {
    /// What it is, or what is wrong.
    pub fn server_kind(&self) -> Result<ServerKind, String> {
        ServerKind::parse(&self.kind).ok_or_else(|| {
            let words: Vec<&str> = ServerKind::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("\"{}\" is none of {}", self.kind, words.join(", "))
        })
    }

    /// Where it is, without a slash at its end; or what is wrong.
    pub fn server_address(&self) -> Result<String, String> {
        let Some(address) = &self.address else {
            return Ok(format!("http://127.0.0.1:{}", self.server_kind()?.default_port()));
        };
        check_authority(address, "name key_file or key_command")?;
        let example = "write it as http://127.0.0.1:11434";
        let Some(rest) = address.strip_prefix("http://") else {
            return Err(match address.starts_with("https://") {
                true => format!(
                    "\"{address}\": servers are asked over plain HTTP, through a tunnel if they are elsewhere"
                ),
                false => format!("\"{address}\" is no address; {example}"),
            });
        };
        let host = rest.split('/').next().unwrap_or_default();
        let is_plain = |character: char| character.is_ascii_graphic() && !"?#\\\"<>".contains(character);
        if host.is_empty() || host.starts_with(':') || !rest.chars().all(is_plain) {
            return Err(format!("\"{address}\" is no address; {example}"));
        }
        Ok(address.trim_end_matches('/').to_owned())
    }

    /// Says what is wrong.
    pub(super) fn check(&self) -> Result<(), String> {
        self.server_kind()?;
        self.server_address()?;
        if self.key_file.is_some() && !self.key_command.is_empty() {
            return Err("key_file and key_command are both there; one key is enough".to_owned());
        }
        Ok(())
    }
}

/// A model that a task type wants warm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreloadConfig {
    /// Names, or globs such as `ml: *`.
    pub task_types: Vec<String>,
    /// The model, as its server calls it.
    pub model: String,
    /// The server's kind or address; any that can load a model where absent.
    #[serde(default)]
    pub server: Option<String>,
}

impl PreloadConfig {
    /// Whether it is about that task type.
    pub fn is_about(&self, task_type: &str) -> bool {
        names(&self.task_types, task_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(address: &str) -> ModelServerConfig {
        ModelServerConfig {
            kind: "ollama".to_owned(),
            address: Some(address.to_owned()),
            key_file: None,
            key_command: Vec::new(),
        }
    }

    #[test]
    fn an_address_is_plain_http_without_a_password() {
        assert_eq!(server("http://gpu1:11434/").server_address(), Ok("http://gpu1:11434".to_owned()));
        assert_eq!(server("http://[::1]:80/api").server_address(), Ok("http://[::1]:80/api".to_owned()));
        for wrong in [
            "https://gpu1",
            "gpu1:11434",
            "http://",
            "http://:80",
            "http://a b",
            "http://me:pw@gpu1",
            "https://me:pw@gpu1",
            "http://gpu1:65536",
            "http://x/?a",
        ] {
            let told = server(wrong).check().expect_err(wrong);
            assert!(!told.contains("pw"), "{told}");
        }
    }

    #[test]
    fn without_an_address_it_is_the_default_port_here() {
        let here = ModelServerConfig { address: None, ..server("") };
        assert_eq!(here.server_address(), Ok("http://127.0.0.1:11434".to_owned()));
        let other = ModelServerConfig { kind: "olama".to_owned(), ..here };
        assert!(other.check().unwrap_err().contains("none of ollama, comfyui"));
    }

    #[test]
    fn one_key_is_enough() {
        let twice = ModelServerConfig {
            key_file: Some("/k".into()),
            key_command: vec!["pass".to_owned()],
            ..server("http://gpu1")
        };
        assert!(twice.check().is_err());
    }
}
