//! Vectors of texts from a model server: Ollama, or one that speaks OpenAI's protocol.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Secret;
use super::http::{Http, HttpError, LOOK, Method, Request, Route};

/// Texts of one question: as many as servers of both kinds take, and answer well within a timeout.
const TEXTS_AT_A_TIME: usize = 64;

/// Attempts at a question, and the wait before the second; each later one waits twice as long.
const ATTEMPTS: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Bytes of an answer: 64 vectors of 16,384 numbers are 20 MB as text.
const MOST_BYTES: u64 = 64 << 20;

/// Numbers of a vector, beyond those of every model we know of.
const MOST_DIMENSIONS: usize = 16_384;

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

/// Takes texts and a vector for each of them.
pub type Take<'a> = &'a mut dyn FnMut(&[String], Vec<Vec<f32>>);

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

    /// Gives `take` a vector for each of `texts`, in their order, as each part of them is answered; all of one length, all
    /// finite, none of zeros only. `is_stopped` is looked at all the while.
    ///
    /// # Errors
    /// The server cannot be reached after some attempts, refuses, or answers something else. What was taken before is sound.
    pub fn embed(
        &self,
        texts: &[String],
        is_stopped: &dyn Fn() -> bool,
        take: Take<'_>,
    ) -> Result<(), EmbeddingError> {
        let http = Http::new(Route::AsEnvironment, self.key.clone().map(|key| (key, "Bearer")));
        let mut length = None;
        for part in texts.chunks(TEXTS_AT_A_TIME) {
            let body = json!({ "model": self.model, "input": part });
            let answer = self.ask(&http, &body.to_string(), is_stopped)?;
            let read = match self.protocol {
                Protocol::Ollama => ollama_vectors(&answer),
                Protocol::OpenAi => openai_vectors(&answer),
            };
            let found = read.and_then(|found| checked(found, part.len(), length));
            let found = found.map_err(|reason| self.not_understood(reason))?;
            length = found.first().map(Vec::len);
            take(part, found);
        }
        Ok(())
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
    fn ask(&self, http: &Http, body: &str, is_stopped: &dyn Fn() -> bool) -> Result<Value, EmbeddingError> {
        let mut wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            if is_stopped() {
                return Err(EmbeddingError::Interrupted);
            }
            match self.ask_once(http, body, is_stopped) {
                Err(Failure { error, may_pass: true }) if attempt < ATTEMPTS => {
                    // What the last attempt says is told.
                    drop(error);
                    let began = Instant::now();
                    while began.elapsed() < wait && !is_stopped() {
                        std::thread::sleep(LOOK);
                    }
                    (attempt, wait) = (attempt + 1, wait * 2);
                }
                Err(failure) => return Err(failure.told_after(attempt, self.timeout)),
                Ok(answer) => return Ok(answer),
            }
        }
    }

    fn ask_once(&self, http: &Http, body: &str, is_stopped: &dyn Fn() -> bool) -> Result<Value, Failure> {
        let url = self.address();
        let request = Request {
            method: Method::Post,
            url: &url,
            body: Some(body),
            limit: self.timeout,
            most_bytes: MOST_BYTES,
        };
        let Some(answer) = http.ask_unless(&request, is_stopped) else {
            return Err(Failure { may_pass: false, error: EmbeddingError::Interrupted });
        };
        let answer = answer.map_err(|error| self.failed(error))?;
        let status = answer.status;
        if status != 200 {
            let reason = match http.saying(&answer) {
                nothing if nothing.is_empty() => "nothing more".to_owned(),
                said => said,
            };
            let (protocol, model) = (self.protocol, self.model.clone());
            let error = EmbeddingError::Refused { url, protocol, model, status, reason };
            return Err(Failure { may_pass: status == 429 || status >= 500, error });
        }
        serde_json::from_slice(&answer.bytes)
            .map_err(|error| Failure { may_pass: false, error: self.not_understood(error.to_string()) })
    }

    /// One that is refused at once has nobody to answer it; a connection that broke does so when a server restarts.
    fn failed(&self, error: HttpError) -> Failure {
        let unreachable = |reason| EmbeddingError::Unreachable { url: self.address(), reason };
        match error {
            HttpError::Unreachable(reason) => Failure { may_pass: false, error: unreachable(reason) },
            HttpError::TimedOut => {
                let limit = humantime::format_duration(self.timeout);
                Failure { may_pass: true, error: unreachable(format!("none within {limit}")) }
            }
            HttpError::BrokenOff(reason) => Failure { may_pass: true, error: unreachable(reason) },
            HttpError::TooLong => {
                let reason = format!("more than {} MiB", MOST_BYTES >> 20);
                Failure { may_pass: false, error: self.not_understood(reason) }
            }
            HttpError::Foreign(reason) => Failure { may_pass: false, error: self.not_understood(reason) },
        }
    }
}

struct Failure {
    error: EmbeddingError,
    /// Whether asking again may help.
    may_pass: bool,
}

impl Failure {
    /// Where nobody answered, with how often and how long we asked: what to change if the server is only slow.
    fn told_after(self, attempts: u32, timeout: Duration) -> EmbeddingError {
        match self.error {
            EmbeddingError::Unreachable { url, reason } if attempts > 1 => {
                let limit = humantime::format_duration(timeout);
                let reason = format!("{reason}, in the last of {attempts} attempts of at most {limit} each");
                EmbeddingError::Unreachable { url, reason }
            }
            error => error,
        }
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
fn checked(found: Vec<Vec<f32>>, texts: usize, first: Option<usize>) -> Result<Vec<Vec<f32>>, String> {
    if found.len() != texts {
        return Err(format!("{} vectors for {texts} texts", found.len()));
    }
    let length = first.or(found.first().map(Vec::len)).unwrap_or_default();
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
