//! One call over HTTP/1.1, for all that talks to servers here: a time limit, a bounded answer, no redirect, and a key that
//! is sent and never told.

use std::io::ErrorKind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::Secret;

/// How much of what a refusing server says is passed on, characters.
const LONGEST_SAYING: usize = 200;

/// How often one who waits for an answer looks whether to stop.
pub(super) const LOOK: Duration = Duration::from_millis(50);

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

/// Where calls go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Straight to the server, each over a connection of its own: a kept one may be dead by the next call, which a POST
    /// could not tell from a refusal. So long to connect at most.
    Direct(Duration),
    /// Through the proxy that the environment names, over one connection where that can be.
    AsEnvironment,
}

/// A key, and the word before it in the header.
#[derive(Clone, Debug)]
struct Authorization {
    key: Secret,
    header: Secret,
}

/// What makes calls.
#[derive(Clone, Debug)]
pub(super) struct Http {
    agent: Agent,
    authorization: Option<Authorization>,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// How.
    pub method: Method,
    /// Where.
    pub url: &'a str,
    /// A JSON document to send.
    pub body: Option<&'a str>,
    /// How long it may take, from the first byte sent to the last one read.
    pub limit: Duration,
    /// Bytes of the answer at most.
    pub most_bytes: u64,
}

/// What a server answered, be it a refusal.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// HTTP's status.
    pub status: u16,
    /// Whether it is a web page.
    pub is_page: bool,
    /// The body.
    pub bytes: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HttpError {
    /// Nothing listens there, or its name is unknown.
    Unreachable(String),
    /// It did not come, or not to its end, in time.
    TimedOut,
    /// The connection ended before the answer did.
    BrokenOff(String),
    /// It is longer than was allowed.
    TooLong,
    /// It is no HTTP.
    Foreign(String),
}

impl Http {
    /// Makes calls by `route`, with `key` after `word` as authorization. No connection is made yet.
    pub fn new(route: Route, key: Option<(Secret, &str)>) -> Http {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Who answers for the server must be the server: a redirect would carry the key elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("tidetable/", env!("CARGO_PKG_VERSION")));
        let config = match route {
            Route::Direct(connect) => {
                config.proxy(None).timeout_connect(Some(connect)).max_idle_connections(0)
            }
            Route::AsEnvironment => config,
        };
        let authorization = key.map(|(key, word)| Authorization { header: key.after(word), key });
        Http { agent: config.build().into(), authorization }
    }

    /// Makes one call.
    pub fn ask(&self, request: &Request<'_>) -> Result<Answer, HttpError> {
        let mut response = self.sent(request).map_err(|error| told(&error))?;
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let is_page = kind.is_some_and(|value| value.trim_start().starts_with("text/html"));
        let body = response.body_mut().with_config().limit(request.most_bytes);
        let bytes = body.read_to_vec().map_err(|error| told(&error))?;
        Ok(Answer { status, is_page, bytes })
    }

    /// Makes one call, and gives up waiting for it once `is_stopped`: then `None`, and the call runs out by itself.
    pub fn ask_unless(
        &self,
        request: &Request<'_>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Option<Result<Answer, HttpError>> {
        let (http, url, body) = (self.clone(), request.url.to_owned(), request.body.map(str::to_owned));
        let (method, limit, most_bytes) = (request.method, request.limit, request.most_bytes);
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let request = Request { method, url: &url, body: body.as_deref(), limit, most_bytes };
            // Nobody listens any more once somebody asked to stop.
            let _ = sender.send(http.ask(&request));
        });
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(answer) => return Some(answer),
                Err(RecvTimeoutError::Timeout) if is_stopped() => return None,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Some(Err(HttpError::BrokenOff("the call ended without an answer".to_owned())));
                }
            }
        }
    }

    /// What a refusing server says, in one line, shortened, and without the key that some send back. Nothing of a page.
    pub fn saying(&self, answer: &Answer) -> String {
        if answer.is_page {
            return String::new();
        }
        let said = saying(&answer.bytes);
        let said = match &self.authorization {
            Some(authorization) => said.replace(authorization.key.reveal(), "(key)"),
            None => said,
        };
        shortened(&said)
    }

    fn sent(&self, request: &Request<'_>) -> Result<Response<Body>, ureq::Error> {
        macro_rules! prepared {
            ($request:expr) => {{
                let prepared = $request.header("accept", "application/json, */*");
                let prepared = match &self.authorization {
                    Some(authorization) => prepared.header("authorization", authorization.header.reveal()),
                    None => prepared,
                };
                prepared.config().timeout_global(Some(request.limit)).build()
            }};
        }
        match request.method {
            Method::Get => prepared!(self.agent.get(request.url)).call(),
            Method::Delete => prepared!(self.agent.delete(request.url)).call(),
            Method::Post => {
                let prepared = prepared!(self.agent.post(request.url));
                match request.body {
                    Some(body) => prepared.header("content-type", "application/json").send(body.as_bytes()),
                    None => prepared.send_empty(),
                }
            }
        }
    }
}

fn told(error: &ureq::Error) -> HttpError {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
        | ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::BadUri(_) => HttpError::Unreachable(error.to_string()),
        ureq::Error::Timeout(_) => HttpError::TimedOut,
        ureq::Error::BodyExceedsLimit(_) => HttpError::TooLong,
        ureq::Error::Io(source) => match source.kind() {
            ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::AddrNotAvailable => HttpError::Unreachable(source.to_string()),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => HttpError::TimedOut,
            _ => HttpError::BrokenOff(source.to_string()),
        },
        ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::LargeResponseHeader(..) => {
            HttpError::Foreign(format!("it does not speak HTTP as it should ({error})"))
        }
        other => HttpError::BrokenOff(other.to_string()),
    }
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
