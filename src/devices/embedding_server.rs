//! Vectors of texts from a model server: Ollama, or one that speaks OpenAI's protocol.

use std::io::Read as _;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

use super::Secret;

/// Texts of one question: as many as servers of both kinds take, and answer well within a timeout.
const TEXTS_AT_A_TIME: usize = 64;

/// Attempts at a question, and the wait before the second; each later one waits twice as long.
const ATTEMPTS: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Bytes of an answer: 64 vectors of 16,384 numbers are 20 MB as text.
const MOST_BYTES: u64 = 64 << 20;

/// Numbers of a vector, beyond those of every model we know of.
const MOST_DIMENSIONS: usize = 16_384;

/// Characters of a server's complaint that are passed on.
const COMPLAINT: usize = 200;

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `POST /api/embed`.
    Ollama,
    /// `POST /embeddings`, with the key as bearer.
    OpenAi,
}

/// A model of a server.
#[derive(Clone, Debug)]
pub struct EmbeddingServer {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Such as `http://127.0.0.1:11434`, or `https://api.openai.com/v1`.
    pub url: String,
    /// The model, by the server's name for it.
    pub model: String,
    /// What the server wants to be told, if anything.
    pub key: Option<Secret>,
    /// How long one question may take.
    pub timeout: Duration,
}

/// Why a server gave no vectors.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddingError {
    /// Nobody answers there, or not in time.
    #[error("no answer from {url}: {reason}")]
    Unreachable {
        /// The address asked.
        url: String,
        /// What went wrong, after the last attempt.
        reason: String,
    },
    /// The server refuses.
    #[error("{url} refuses (HTTP {status}): {reason}")]
    Refused {
        /// The address asked.
        url: String,
        /// How it was spoken to.
        protocol: Protocol,
        /// The model asked for.
        model: String,
        /// HTTP's code.
        status: u16,
        /// What it says.
        reason: String,
    },
    /// The answer is not what the protocol promises.
    #[error("{url} answers what is no vectors: {reason}")]
    Answer {
        /// The address asked.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Somebody asked us to stop.
    #[error("interrupted")]
    Interrupted,
}

impl EmbeddingServer {
    /// Names server and model, for what is kept of its answers.
    pub fn name(&self) -> String {
        let protocol = match self.protocol {
            Protocol::Ollama => "ollama",
            Protocol::OpenAi => "openai",
        };
        format!("{protocol} {} {}", self.url.trim_end_matches('/'), self.model)
    }

    /// A vector for each of `texts`, in their order; all of one length, all finite, none of zeros only. `is_stopped` is looked at between
    /// questions.
    ///
    /// # Errors
    /// The server cannot be reached after some attempts, refuses, or answers something else.
    pub fn embed(
        &self,
        texts: &[String],
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Vec<Vec<f32>>, EmbeddingError> {
        let config = Agent::config_builder()
            .timeout_global(Some(self.timeout))
            // A key must not travel to where a redirect leads.
            .max_redirects(0)
            .http_status_as_error(false)
            .build();
        let agent = Agent::new_with_config(config);
        let mut vectors: Vec<Vec<f32>> = Vec::with_capacity(texts.len());
        for part in texts.chunks(TEXTS_AT_A_TIME) {
            let body = json!({ "model": self.model, "input": part });
            let answer = self.ask(&agent, &body, is_stopped)?;
            let read = match self.protocol {
                Protocol::Ollama => ollama_vectors(&answer),
                Protocol::OpenAi => openai_vectors(&answer),
            };
            let found = read.and_then(|found| checked(found, part.len(), vectors.first()));
            vectors.extend(found.map_err(|reason| self.not_understood(reason))?);
        }
        Ok(vectors)
    }

    /// The address that is asked.
    pub fn address(&self) -> String {
        let url = self.url.trim_end_matches('/');
        match self.protocol {
            Protocol::Ollama => format!("{url}/api/embed"),
            Protocol::OpenAi => format!("{url}/embeddings"),
        }
    }

    fn not_understood(&self, reason: String) -> EmbeddingError {
        EmbeddingError::Answer { url: self.address(), reason }
    }

    /// One question, asked again where another answer can be hoped for.
    fn ask(
        &self,
        agent: &Agent,
        body: &Value,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Value, EmbeddingError> {
        let mut wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            if is_stopped() {
                return Err(EmbeddingError::Interrupted);
            }
            match self.ask_once(agent, body) {
                Err(Failure { error, may_pass: true }) if attempt < ATTEMPTS => {
                    // What the last attempt says is told; a stop is noticed before the next.
                    drop(error);
                    std::thread::sleep(wait);
                    (attempt, wait) = (attempt + 1, wait * 2);
                }
                Err(failure) => return Err(failure.error),
                Ok(answer) => return Ok(answer),
            }
        }
    }

    fn ask_once(&self, agent: &Agent, body: &Value) -> Result<Value, Failure> {
        let url = self.address();
        let mut request = agent.post(&url);
        if let Some(key) = &self.key {
            request = request.header("Authorization", key.after("Bearer").reveal());
        }
        let mut response = request.send_json(body).map_err(|error| Failure {
            may_pass: matches!(error, ureq::Error::Timeout(_)) || is_cut_off(&error),
            error: EmbeddingError::Unreachable { url: url.clone(), reason: error.to_string() },
        })?;
        let status = response.status().as_u16();
        let mut text = Vec::new();
        let read = response.body_mut().as_reader().take(MOST_BYTES + 1).read_to_end(&mut text);
        if let Err(error) = read {
            let error = EmbeddingError::Unreachable { url, reason: error.to_string() };
            return Err(Failure { may_pass: true, error });
        }
        if status != 200 {
            let (protocol, model) = (self.protocol, self.model.clone());
            let error = EmbeddingError::Refused { url, protocol, model, status, reason: complaint(&text) };
            return Err(Failure { may_pass: status == 429 || status >= 500, error });
        }
        let answer = match text.len() as u64 > MOST_BYTES {
            true => Err(format!("more than {} MiB", MOST_BYTES >> 20)),
            false => serde_json::from_slice(&text).map_err(|error| error.to_string()),
        };
        answer.map_err(|reason| Failure { may_pass: false, error: self.not_understood(reason) })
    }
}

struct Failure {
    error: EmbeddingError,
    /// Whether asking again may help.
    may_pass: bool,
}

/// A connection that broke, as it does when a server restarts; one that is refused at once has nobody to answer it.
fn is_cut_off(error: &ureq::Error) -> bool {
    use std::io::ErrorKind;
    let ureq::Error::Io(error) = error else { return false };
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof
    )
}

/// What a server says of its refusal: the message of its JSON, or the start of its text, in one line.
fn complaint(text: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(text).ok();
    let said = json.as_ref().and_then(|json| {
        let error = &json["error"];
        error.as_str().or_else(|| error["message"].as_str())
    });
    let said = said.map_or_else(|| String::from_utf8_lossy(text).into_owned(), str::to_owned);
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.is_empty() {
        true => "nothing more".to_owned(),
        false => line.chars().take(COMPLAINT).collect(),
    }
}

fn ollama_vectors(answer: &Value) -> Result<Vec<Vec<f32>>, String> {
    answer["embeddings"].as_array().ok_or("no `embeddings`")?.iter().map(numbers).collect()
}

/// Entries name the text they are of, and may come in any order.
fn openai_vectors(answer: &Value) -> Result<Vec<Vec<f32>>, String> {
    let entries = answer["data"].as_array().ok_or("no `data`")?;
    let mut vectors = vec![Vec::new(); entries.len()];
    for (place, entry) in entries.iter().enumerate() {
        let index = entry["index"].as_u64().map_or(place, |index| index as usize);
        let slot = vectors.get_mut(index).ok_or_else(|| format!("an index of {index}"))?;
        *slot = numbers(&entry["embedding"])?;
    }
    Ok(vectors)
}

fn numbers(values: &Value) -> Result<Vec<f32>, String> {
    let values = values.as_array().ok_or("a vector that is no list")?;
    let number = |value: &Value| value.as_f64().map(|value| value as f32).ok_or("a value that is no number");
    Ok(values.iter().map(number).collect::<Result<_, _>>()?)
}

/// As many vectors as texts, all finite, as long as the first, and not all zeros.
fn checked(found: Vec<Vec<f32>>, texts: usize, first: Option<&Vec<f32>>) -> Result<Vec<Vec<f32>>, String> {
    if found.len() != texts {
        return Err(format!("{} vectors for {texts} texts", found.len()));
    }
    let length = first.or(found.first()).map_or(0, Vec::len);
    if length == 0 || length > MOST_DIMENSIONS {
        return Err(format!("vectors of {length} numbers"));
    }
    for vector in &found {
        if vector.len() != length {
            return Err(format!("vectors of {length} and of {} numbers", vector.len()));
        }
        if !vector.iter().all(|value| value.is_finite()) {
            return Err("a number that single precision cannot hold".to_owned());
        }
        // It has no direction, and would be like nothing, not even itself.
        if vector.iter().all(|value| *value == 0.0) {
            return Err("a vector of zeros only".to_owned());
        }
    }
    Ok(found)
}
