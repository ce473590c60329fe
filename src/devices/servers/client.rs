//! One server over HTTP/1.1: every call with a time limit, a bounded answer, no redirects, and not too many of them.

use std::num::NonZeroU32;
use std::time::Duration;

use backon::{BlockingRetryable, ExponentialBuilder};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::ServerError;
use crate::devices::Secret;
use crate::domain::device::{ServerAddress, ServerKind};

/// A token bucket: what one look and one release need at once, and a pace that no server notices.
const BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
const CALLS_PER_SECOND: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Attempts after the first, and the wait before the first of them; it doubles.
const RETRIES: usize = 2;
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The longest answer that is read, bytes: ComfyUI's queue holds whole workflows.
const LONGEST_ANSWER: u64 = 8 << 20;

/// How much of what a refusing server says is passed on, characters.
const LONGEST_SAYING: usize = 200;

/// How long calls may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// To connect.
    pub connect: Duration,
    /// To answer what it holds.
    pub read: Duration,
    /// To load, unload, sleep or wake.
    pub act: Duration,
}

/// HTTP's methods, as far as servers want them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

/// Whether a call may be made again when it is unknown whether it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Twice is like once.
    Safe,
    /// It is made once.
    Never,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// How.
    pub method: Method,
    /// Where, from the server's address on.
    pub path: String,
    /// A JSON document to send.
    pub body: Option<String>,
    /// Whether it may be made again.
    pub repeat: Repeat,
}

impl Call {
    /// A question.
    pub fn get(path: &str) -> Call {
        Call { method: Method::Get, path: path.to_owned(), body: None, repeat: Repeat::Safe }
    }

    /// A request that may be made twice.
    pub fn post(path: &str, body: Option<&Value>) -> Call {
        let body = body.map(Value::to_string);
        Call { method: Method::Post, path: path.to_owned(), body, repeat: Repeat::Safe }
    }
}

/// A server to talk to.
pub struct Client {
    server: ServerAddress,
    key: Option<Secret>,
    agent: Agent,
    bucket: DefaultDirectRateLimiter,
    limits: ServerLimits,
}

impl Client {
    /// A client of one server. No connection is made yet.
    pub fn new(server: ServerAddress, key: Option<Secret>, limits: ServerLimits) -> Client {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Who answers for the server must be the server: a redirect would carry the key elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_connect(Some(limits.connect))
            // A kept connection may be dead by the next call, which a POST could not tell from a refusal.
            .max_idle_connections(0)
            .user_agent(concat!("tidetable/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let bucket = RateLimiter::direct(Quota::per_second(CALLS_PER_SECOND).allow_burst(BURST));
        Client { server, key, agent, bucket, limits }
    }

    /// The server.
    pub fn server(&self) -> &ServerAddress {
        &self.server
    }

    /// The JSON that a question is answered with.
    pub(super) fn json(&self, path: &str) -> Result<Value, ServerError> {
        self.json_of(&Call::get(path))
    }

    /// The JSON that a question is answered with, for questions that are asked with POST.
    pub(super) fn json_of(&self, call: &Call) -> Result<Value, ServerError> {
        let answer = self.asked(call, self.limits.read)?;
        if answer.is_page {
            return Err(self.foreign(&call.path, "it answers with a web page".to_owned()));
        }
        serde_json::from_slice(&answer.bytes).map_err(|error| self.foreign(&call.path, error.to_string()))
    }

    /// The text that a question is answered with.
    pub(super) fn text(&self, path: &str) -> Result<String, ServerError> {
        let answer = self.asked(&Call::get(path), self.limits.read)?;
        Ok(String::from_utf8_lossy(&answer.bytes).into_owned())
    }

    /// Asks the server to do something; what it answers with a success is nothing to rely on.
    pub fn act(&self, call: &Call) -> Result<(), ServerError> {
        self.asked(call, self.limits.act).map(|_| ())
    }

    /// That an answer is none of this kind of server.
    pub(super) fn foreign(&self, path: &str, reason: String) -> ServerError {
        ServerError::Foreign {
            address: self.server.address.clone(),
            path: path.to_owned(),
            kind: self.server.kind.as_str(),
            reason,
        }
    }

    fn asked(&self, call: &Call, limit: Duration) -> Result<Answer, ServerError> {
        let once = || self.once(call, limit);
        if call.repeat == Repeat::Never {
            return once();
        }
        let waits = ExponentialBuilder::default().with_min_delay(FIRST_WAIT).with_max_times(RETRIES);
        once.retry(waits).when(ServerError::is_passing).call()
    }

    fn once(&self, call: &Call, limit: Duration) -> Result<Answer, ServerError> {
        while let Err(early) = self.bucket.check() {
            std::thread::sleep(early.wait_time_from(DefaultClock::default().now()));
        }
        let url = format!("{}{}", self.server.address, call.path);
        let failed = |error: &ureq::Error| self.failed(error, &call.path, limit);
        let mut response = self.sent(call, &url, limit).map_err(|error| failed(&error))?;
        let status = response.status().as_u16();
        let is_page = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.trim_start().starts_with("text/html"));
        let bytes = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec();
        let bytes = bytes.map_err(|error| failed(&error))?;
        if !(200..300).contains(&status) {
            let said = if is_page { String::new() } else { shortened(&self.without_key(saying(&bytes))) };
            let (address, path) = (self.server.address.clone(), call.path.clone());
            return Err(ServerError::Status { address, path, status, said });
        }
        Ok(Answer { bytes, is_page })
    }

    /// What a server says, without the key that some send back.
    fn without_key(&self, said: String) -> String {
        self.key.as_ref().map_or_else(|| said.clone(), |key| said.replace(key.reveal(), "(key)"))
    }

    fn sent(&self, call: &Call, url: &str, limit: Duration) -> Result<Response<Body>, ureq::Error> {
        let key = self.key.as_ref().map(|key| authorization(self.server.kind, key));
        macro_rules! prepared {
            ($request:expr) => {{
                let request = $request.header("accept", "application/json, */*");
                let request = match &key {
                    Some(key) => request.header("authorization", key.reveal()),
                    None => request,
                };
                request.config().timeout_global(Some(limit)).build()
            }};
        }
        match call.method {
            Method::Get => prepared!(self.agent.get(url)).call(),
            Method::Delete => prepared!(self.agent.delete(url)).call(),
            Method::Post => {
                let request = prepared!(self.agent.post(url));
                match &call.body {
                    Some(body) => request.header("content-type", "application/json").send(body.as_bytes()),
                    None => request.send_empty(),
                }
            }
        }
    }

    fn failed(&self, error: &ureq::Error, path: &str, limit: Duration) -> ServerError {
        let (address, path) = (self.server.address.clone(), path.to_owned());
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::BadUri(_) => ServerError::Unreachable { address, reason: error.to_string() },
            ureq::Error::Timeout(_) => ServerError::TimedOut { address, path, limit },
            ureq::Error::BodyExceedsLimit(limit) => ServerError::TooLong { address, path, limit: *limit },
            ureq::Error::Io(source) => match source.kind() {
                std::io::ErrorKind::ConnectionRefused
                | std::io::ErrorKind::HostUnreachable
                | std::io::ErrorKind::NetworkUnreachable
                | std::io::ErrorKind::AddrNotAvailable => {
                    ServerError::Unreachable { address, reason: source.to_string() }
                }
                std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => {
                    ServerError::TimedOut { address, path, limit }
                }
                _ => ServerError::BrokenOff { address, path, reason: source.to_string() },
            },
            ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::LargeResponseHeader(..) => {
                self.foreign(&path, format!("it does not speak HTTP as it should ({error})"))
            }
            other => ServerError::BrokenOff { address, path, reason: other.to_string() },
        }
    }
}

struct Answer {
    bytes: Vec<u8>,
    is_page: bool,
}

/// How a kind of server wants its key.
fn authorization(kind: ServerKind, key: &Secret) -> Secret {
    let word = if kind == ServerKind::Jupyter { "token" } else { "Bearer" };
    key.after(word)
}

/// What a refusing server says, in one line: the message of the usual JSON documents, or all of it.
fn saying(bytes: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(bytes) {
        Ok(document) => ["/error/message", "/error", "/detail/error/message", "/detail", "/message"]
            .iter()
            .find_map(|place| document.pointer(place)?.as_str().map(str::to_owned))
            .unwrap_or_else(|| document.to_string()),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

fn shortened(said: &str) -> String {
    said.chars().take(LONGEST_SAYING).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_servers_own_words() {
        assert_eq!(saying(br#"{"error":{"code":400,"message":"model not\n found"}}"#), "model not found");
        assert_eq!(saying(br#"{"error":"polling is enabled"}"#), "polling is enabled");
        assert_eq!(saying(b"Not Found"), "Not Found");
        assert_eq!(shortened(&saying(&[b'x'; 5_000])).len(), LONGEST_SAYING);
    }
}
