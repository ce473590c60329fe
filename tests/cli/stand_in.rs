//! A local server that plays a model server: over real HTTP, as documented and as in the known traps.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// GET, POST or DELETE.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// What was sent, or nothing.
    pub body: String,
    /// Headers by their names in small letters.
    pub headers: HashMap<String, String>,
}

impl Heard {
    /// `METHOD PATH`, as the replies are looked up.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status and a JSON document.
    Json(u16, Value),
    /// A status, a content type and a text.
    Text(u16, &'static str, String),
    /// The connection is reset before any answer.
    Reset,
    /// Nothing, for that long.
    Silence(Duration),
    /// A byte at a time, with a pause between two, as long as anybody listens.
    Drip(Duration),
    /// Chunks of JSON with a pause between two, as long as anybody listens.
    Chunks(Duration),
    /// So many bytes of JSON.
    Huge(usize),
    /// Ask there instead.
    Redirect(String),
}

/// An empty answer with 200.
pub fn empty() -> Reply {
    Reply::Text(200, "text/plain", String::new())
}

type Handler = dyn Fn(&Heard) -> Reply + Send + Sync;

/// The server; it ends when it is dropped.
pub struct StandIn {
    /// Such as `http://127.0.0.1:40001`.
    pub address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    /// Answers every request as `handler` says.
    pub fn new(handler: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> StandIn {
        StandIn::on(TcpListener::bind("127.0.0.1:0").expect("a free port"), handler)
    }

    /// The same on the loopback of IPv6 alone; `None` where there is none.
    pub fn on_ipv6(handler: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> Option<StandIn> {
        Some(StandIn::on(TcpListener::bind("[::1]:0").ok()?, handler))
    }

    fn on(listener: TcpListener, handler: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> StandIn {
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let handler: Arc<Handler> = Arc::new(handler);
        let (kept, over) = (Arc::clone(&heard), Arc::clone(&is_over));
        let thread = spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), kept, handler) = (stream, Arc::clone(&kept), Arc::clone(&handler)) else {
                    continue;
                };
                spawn(move || serve(stream, &kept, handler.as_ref()));
            }
        });
        StandIn { address, heard, is_over, thread: Some(thread) }
    }

    /// Answers each `METHOD PATH` with its replies one after the other, the last one for ever; 404 to all others.
    pub fn scripted(script: Vec<(&'static str, Vec<Reply>)>) -> StandIn {
        let counts: Mutex<HashMap<String, usize>> = Mutex::default();
        StandIn::new(move |request| {
            let line = request.line();
            let Some((_, replies)) = script.iter().find(|(wanted, _)| *wanted == line) else {
                return Reply::Text(404, "text/plain", "no such path".to_owned());
            };
            let mut counts = counts.lock().expect("not poisoned");
            let count = counts.entry(line).or_default();
            let reply = replies[(*count).min(replies.len() - 1)].clone();
            *count += 1;
            reply
        })
    }

    /// Answers as `before` says until it is asked `change`, to which it says `answer`; from then on as `after` says.
    /// What `after` does not tell stays as before. A text is sent as it is, a number as a status.
    pub fn changing(
        before: Vec<(&'static str, Value)>,
        change: &'static str,
        answer: Reply,
        after: Vec<(&'static str, Value)>,
    ) -> StandIn {
        let is_changed = AtomicBool::new(false);
        StandIn::new(move |request| {
            let line = request.line();
            if line == change {
                is_changed.store(true, Ordering::SeqCst);
                return answer.clone();
            }
            let changed = is_changed.load(Ordering::SeqCst).then_some(&after).into_iter().flatten();
            match changed.chain(&before).find(|(wanted, _)| *wanted == line) {
                Some((_, Value::String(text))) => Reply::Text(200, "text/plain", text.clone()),
                Some((_, Value::Number(status))) => {
                    let status = status.as_u64().and_then(|status| u16::try_from(status).ok());
                    Reply::Json(status.unwrap_or(500), serde_json::json!({ "detail": "refused" }))
                }
                Some((_, document)) => Reply::Json(200, document.clone()),
                None => Reply::Text(404, "text/plain", "no such path".to_owned()),
            }
        })
    }

    /// All that was asked so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("not poisoned").clone()
    }

    /// What was asked that could change something: all but GET.
    pub fn asked_to_change(&self) -> Vec<Heard> {
        self.heard().into_iter().filter(|request| request.method != "GET").collect()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // A last connection wakes the thread up.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One request and its answer. Whoever asked may be gone before it is told; that is its own choice.
fn serve(mut stream: TcpStream, kept: &Mutex<Vec<Heard>>, handler: &Handler) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let Some(request) = read_request(&stream) else { return };
    kept.lock().expect("not poisoned").push(request.clone());
    let _ = match handler(&request) {
        Reply::Json(status, document) => {
            answer(&mut stream, status, "application/json; charset=utf-8", &document.to_string())
        }
        Reply::Text(status, kind, text) => answer(&mut stream, status, kind, &text),
        Reply::Reset => reset(stream),
        Reply::Silence(span) => {
            sleep(span);
            Ok(())
        }
        Reply::Drip(pause) => drip(&mut stream, pause),
        Reply::Chunks(pause) => chunks(&mut stream, pause),
        Reply::Huge(bytes) => {
            answer(&mut stream, 200, "application/json", &format!("\"{}\"", "x".repeat(bytes)))
        }
        Reply::Redirect(to) => write!(
            stream,
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ),
    };
}

fn read_request(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Heard { method, path, body: String::from_utf8_lossy(&body).into_owned(), headers })
}

fn answer(stream: &mut TcpStream, status: u16, kind: &str, text: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )
}

/// Ends the connection in the midst of an answer that announced more.
fn reset(mut stream: TcpStream) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{")?;
    stream.shutdown(std::net::Shutdown::Both)
}

fn chunks(stream: &mut TcpStream, pause: Duration) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )?;
    let chunk = " ".repeat(4_096);
    loop {
        write!(stream, "1000\r\n{chunk}\r\n")?;
        sleep(pause);
    }
}

fn drip(stream: &mut TcpStream, pause: Duration) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n")?;
    for _ in 0..1_000 {
        stream.write_all(b" ")?;
        stream.flush()?;
        sleep(pause);
    }
    Ok(())
}
