//! One server: which calls it gets, how often one is made again, and not too many of them at once.

use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::Duration;

use backon::{BlockingRetryable, ExponentialBuilder};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::Value;

use super::ServerError;
use super::place::is_here;
use crate::devices::Secret;
use crate::devices::http::{Answer, Http, HttpError, Method, Request, Route};
use crate::domain::device::{ServerAddress, ServerKind};

/// A token bucket: what one look and one release need at once, and a pace that no server notices.
const BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
const CALLS_PER_SECOND: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Attempts after the first, and the wait before the first of them; it doubles.
const RETRIES: usize = 2;
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The longest answer that is read, bytes: ComfyUI's queue holds whole workflows.
const LONGEST_ANSWER: u64 = 8 << 20;

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
    http: Http,
    bucket: DefaultDirectRateLimiter,
    limits: ServerLimits,
    is_here: OnceLock<bool>,
}

impl Client {
    /// A client of one server. No connection is made yet.
    pub fn new(server: ServerAddress, key: Option<Secret>, limits: ServerLimits) -> Client {
        let word = if server.kind == ServerKind::Jupyter { "token" } else { "Bearer" };
        let http = Http::new(Route::Direct(limits.connect), key.map(|key| (key, word)));
        let bucket = RateLimiter::direct(Quota::per_second(CALLS_PER_SECOND).allow_burst(BURST));
        Client { server, http, bucket, limits, is_here: OnceLock::new() }
    }

    /// The server.
    pub fn server(&self) -> &ServerAddress {
        &self.server
    }

    /// Whether it runs on this machine, so that what it lets go becomes free here.
    pub fn is_here(&self) -> bool {
        *self.is_here.get_or_init(|| is_here(&self.server.address))
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
        let request = Request {
            method: call.method,
            url: &format!("{}{}", self.server.address, call.path),
            body: call.body.as_deref(),
            limit,
            most_bytes: LONGEST_ANSWER,
        };
        let answer = self.http.ask(&request).map_err(|error| self.failed(error, &call.path, limit))?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let (address, path) = (self.server.address.clone(), call.path.clone());
        let said = self.http.saying(&answer);
        Err(ServerError::Status { address, path, status: answer.status, said })
    }

    fn failed(&self, error: HttpError, path: &str, limit: Duration) -> ServerError {
        let (address, path) = (self.server.address.clone(), path.to_owned());
        match error {
            HttpError::Unreachable(reason) => ServerError::Unreachable { address, reason },
            HttpError::TimedOut => ServerError::TimedOut { address, path, limit },
            HttpError::BrokenOff(reason) => ServerError::BrokenOff { address, path, reason },
            HttpError::TooLong => ServerError::TooLong { address, path, limit: LONGEST_ANSWER },
            HttpError::Foreign(reason) => self.foreign(&path, reason),
        }
    }
}
