//! A stand-in for a model server: answers what a test tells it to, over real HTTP, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Such as `POST /api/embed HTTP/1.1`.
    pub line: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null where it is none.
    pub body: Value,
}

/// Status and body for the question of that number (from 0); `None` closes the connection without a word.
pub type Answer = fn(usize, &Asked) -> Option<(u16, String)>;

/// A server on a port of its own, until the test ends.
pub struct StandIn {
    /// Such as `http://127.0.0.1:40123`.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    /// Begins to answer.
    pub fn new(answer: Answer) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let remembered = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(question) = read(&stream) else { continue };
                let mut all = remembered.lock().expect("not poisoned");
                let number = all.len();
                all.push(question.clone());
                drop(all);
                if let Some((status, body)) = answer(number, &question) {
                    write(stream, status, &body);
                }
            }
        });
        StandIn { url, asked }
    }

    /// Everything it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("not poisoned").clone()
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        match header.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let of = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let mut body = Vec::new();
    match of("content-length").and_then(|length| length.parse::<u64>().ok()) {
        Some(length) => drop(reader.take(length).read_to_end(&mut body).ok()?),
        None => body = chunks(&mut reader)?,
    }
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Some(Asked { line: line.trim_end().to_owned(), headers, body })
}

/// A body in pieces, each with its length in hexadecimal before it.
fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut length = String::new();
        reader.read_line(&mut length).ok()?;
        let length = usize::from_str_radix(length.trim(), 16).ok()?;
        let mut piece = vec![0; length + 2];
        reader.read_exact(&mut piece).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(&piece[..length]);
    }
}

fn write(mut stream: TcpStream, status: u16, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nLocation: http://127.0.0.1:9/\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // A client that has gone away needs no answer.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}
