//! Model servers that make vectors of texts.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::address::check_authority;
use super::models::time_limit;

/// How long a question may take where nothing else is said.
const USUAL_LIMIT: Duration = Duration::from_secs(30);

/// Model servers that make vectors of texts, for `search-similar-patterns --use-model`. A key is no value here: it is
/// read from a file or from what a program prints, so that nothing that shows the configuration shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddingConfig {
    /// Address of Ollama.
    pub ollama_url: String,
    /// A model that it has pulled.
    pub ollama_model: String,
    /// Address of a server that speaks OpenAI's protocol, up to its version.
    pub openai_url: String,
    /// A model that it has.
    pub openai_model: String,
    /// File that holds its key.
    pub openai_key_file: Option<PathBuf>,
    /// Program that prints its key, and its arguments.
    pub openai_key_command: Vec<String>,
    /// How long one question may take.
    pub timeout: String,
}

impl Default for EmbeddingConfig {
    fn default() -> Self {
        EmbeddingConfig {
            ollama_url: "http://127.0.0.1:11434".to_owned(),
            ollama_model: "nomic-embed-text".to_owned(),
            openai_url: "https://api.openai.com/v1".to_owned(),
            openai_model: "text-embedding-3-small".to_owned(),
            openai_key_file: None,
            openai_key_command: Vec::new(),
            timeout: humantime::format_duration(USUAL_LIMIT).to_string(),
        }
    }
}

impl EmbeddingConfig {
    /// How long one question may take. Reading a configuration has refused what is none.
    pub fn limit(&self) -> Duration {
        time_limit(&self.timeout).unwrap_or(USUAL_LIMIT)
    }
}

/// Says what is wrong with the address of a server.
pub(super) fn check_url(url: &str) -> Result<(), String> {
    check_authority(url, "name openai_key_file or openai_key_command")?;
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => Ok(()),
        _ => Err(format!("\"{url}\" is no address such as http://127.0.0.1:11434")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_protocol_and_host() {
        assert_eq!(check_url("http://127.0.0.1:11434"), Ok(()));
        for wrong in
            ["127.0.0.1:11434", "http://", "ftp://host", "http://a b", "", "http://a:65536", "http://me:pw@a"]
        {
            assert!(check_url(wrong).is_err(), "{wrong}");
        }
    }
}
