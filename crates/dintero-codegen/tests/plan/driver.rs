//! What the program of a plan runs on: a server that records requests, and what must come of each try.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use dintero_core::{Error, Handle};
use serde::Serialize;
use serde_json::{Value, json};

struct Sent {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

#[derive(Default)]
struct State {
    sent: Vec<Sent>,
    response: String,
}

/// Answers every request alike, and counts what was tried.
pub struct Server {
    url: String,
    state: Arc<Mutex<State>>,
    about: String,
    pub failures: Vec<String>,
    pub accepted: usize,
    pub refused: usize,
    pub read: usize,
    pub kinds: usize,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &shared);
            }
        });
        Self {
            url,
            state,
            about: String::new(),
            failures: Vec::new(),
            accepted: 0,
            refused: 0,
            read: 0,
            kinds: 0,
        }
    }

    pub fn client<C>(&self, new: fn(Handle) -> C) -> C {
        let handle = Handle::builder().account("T12345678").bearer_token("token");
        let handle = handle.api_url(&self.url).checkout_url(&self.url);
        new(handle.build().unwrap())
    }

    pub fn begin(&mut self, about: &str) {
        self.about = about.to_owned();
    }

    pub fn respond(&mut self, status: u16, media: &str, body: &str) {
        let length = body.len();
        let head = match status {
            204 => "HTTP/1.1 204 No Content\r\n".to_owned(),
            _ => format!("HTTP/1.1 200 OK\r\ncontent-type: {media}\r\ncontent-length: {length}\r\n"),
        };
        self.state.lock().unwrap().response = format!("{head}connection: close\r\n\r\n{body}");
    }

    fn fail(&mut self, problem: String) {
        let about = &self.about;
        let count = self.failures.iter().filter(|it| it.starts_with(about.as_str())).count();
        // The first are enough to see what is wrong.
        if count < 3 {
            self.failures.push(format!("{about}: {problem}"));
        }
    }

    /// Compares a try with the request that must come of it, or with the field that must be refused.
    pub fn sent(
        &mut self,
        got: Result<Value, Error>,
        wire: &str,
        body: &str,
        broken: Option<&str>,
        answer: Option<&str>,
    ) {
        let sent = std::mem::take(&mut self.state.lock().unwrap().sent);
        match (broken, got) {
            (Some(path), Err(error)) => {
                self.refused += 1;
                let field = if path.is_empty() { String::new() } else { format!("`{path}` ") };
                if !sent.is_empty() || !error.is_invalid_request() || !error.to_string().contains(&field) {
                    self.fail(format!("{body}: not refused at `{path}` but {error}, {} sent", sent.len()));
                }
            }
            (Some(path), Ok(_)) => self.fail(format!("{body} {wire}: sent although `{path}` breaks a limit")),
            (None, Err(error)) => self.fail(format!("{body} {wire}: {error}")),
            (None, Ok(value)) => {
                self.accepted += 1;
                let [sent] = sent.as_slice() else {
                    self.fail(format!("{body}: {} requests", sent.len()));
                    return;
                };
                let expected: Value = serde_json::from_str(wire).unwrap();
                let shown = shown(sent, &expected);
                if shown != expected {
                    self.fail(format!("sent {shown}\n  not  {expected}"));
                }
                let written: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
                let body: Value = serde_json::from_str(body).unwrap();
                if written != body {
                    self.fail(format!("body {written}\n  not  {body}"));
                }
                self.compare(value, answer.unwrap_or("null"));
            }
        }
    }

    /// Compares a response with what it was read as.
    pub fn read(&mut self, got: Result<Value, Error>, answer: &str) {
        self.state.lock().unwrap().sent.clear();
        self.read += 1;
        match got {
            Ok(value) => self.compare(value, answer),
            Err(error) => self.fail(format!("{answer}: {error}")),
        }
    }

    /// Compares the kind that a value was read as with what it is.
    pub fn kind(&mut self, got: Result<impl Debug, serde_json::Error>, name: &str) {
        self.kinds += 1;
        let shown = format!("{got:?}");
        if !shown.starts_with(&format!("Ok({name}(")) {
            self.fail(format!("{shown} is no {name}"));
        }
    }

    /// Compares what a builder made of a kind with what the document says.
    pub fn built(&mut self, got: Result<impl Serialize, impl Debug>, expected: &str) {
        match got {
            Ok(value) => self.compare(serde_json::to_value(value).unwrap(), expected),
            Err(error) => self.fail(format!("{expected}: {error:?}")),
        }
    }

    fn compare(&mut self, value: Value, answer: &str) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        if value != answer {
            self.fail(format!("read {value}\n  not  {answer}"));
        }
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).unwrap();
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        let Some((name, value)) = line.split_once(": ").or(line.split_once(':')) else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut state = state.lock().unwrap();
    state.sent.push(Sent { method, target, headers, body });
    stream.write_all(state.response.as_bytes()).unwrap();
}

/// Returns a request in the form of what is expected.
fn shown(sent: &Sent, expected: &Value) -> Value {
    let (path, query) = sent.target.split_once('?').unwrap_or((&sent.target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut query: Vec<Value> = pairs
        .map(|(name, value)| json!([decoded(&name.replace('+', " ")), decoded(&value.replace('+', " "))]))
        .collect();
    query.sort_by_key(ToString::to_string);
    let names = expected["headers"].as_object().unwrap().keys();
    let headers = names.map(|name| (name.clone(), json!(sent.headers.get(name))));
    let headers: Value = headers.collect::<serde_json::Map<_, _>>().into();
    json!({"method": sent.method, "path": decoded(path), "query": query, "headers": headers})
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).filter(|_| *first == b'%');
        let hex = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap()
}
