//! A server that plays a script and counts what reaches it. HTTP/1.1 by hand, so that it can also misbehave.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dintero_core::ManualClock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
#[derive(Clone)]
pub(crate) enum Step {
    /// Sends a response.
    Reply(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Reads the request and closes the connection.
    Close,
    /// Sends this text as it is, then closes.
    Raw(Vec<u8>),
    /// Reads the request, moves the clock on and never responds.
    Stall(ManualClock, Duration),
}

pub(crate) fn reply(status: u16, body: &str) -> Step {
    Step::Reply(
        status,
        vec![("content-type", "application/json".to_owned())],
        body.as_bytes().to_vec(),
    )
}

impl Step {
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Reply(_, headers, _) = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn is_token_call(&self) -> bool {
        self.target.ends_with("/auth/token")
    }
}

#[derive(Default)]
struct Play {
    api: VecDeque<Step>,
    token: VecDeque<Step>,
    seen: Vec<Seen>,
}

/// It closes a connection after a token and after a status that is no success, so that each refusal provably belongs to its request.
/// Without a script it gives token after token (`token-1`, `token-2`, ..., valid for 4 hours) and responds to anything else with
/// `{"id":"x"}`.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    play: Arc<Mutex<Play>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::serve(listener)
    }

    pub(crate) fn serve(listener: TcpListener) -> Self {
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let server = Self {
            url,
            play: Arc::default(),
        };
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().connection(stream));
            }
        });
        server
    }

    /// The next responses to calls of the API.
    pub(crate) fn api(self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.play.lock().expect("lock").api.extend(steps);
        self
    }

    /// The next responses to token calls.
    pub(crate) fn token(self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.play.lock().expect("lock").token.extend(steps);
        self
    }

    /// The API calls that came.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        self.play
            .lock()
            .expect("lock")
            .seen
            .iter()
            .filter(|seen| !seen.is_token_call())
            .cloned()
            .collect()
    }

    /// The token calls that came.
    pub(crate) fn token_calls(&self) -> Vec<Seen> {
        self.play
            .lock()
            .expect("lock")
            .seen
            .iter()
            .filter(|seen| seen.is_token_call())
            .cloned()
            .collect()
    }

    fn next(&self, seen: Seen) -> Step {
        let mut play = self.play.lock().expect("lock");
        let for_token = seen.is_token_call();
        play.seen.push(seen);
        if for_token {
            let number = play.seen.iter().filter(|seen| seen.is_token_call()).count();
            let token = format!(
                r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":14400}}"#
            );
            play.token.pop_front().unwrap_or_else(|| reply(200, &token))
        } else {
            play.api
                .pop_front()
                .unwrap_or_else(|| reply(200, r#"{"id":"x"}"#))
        }
    }

    async fn connection(self, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        while let Some(seen) = read_request(&mut stream, &mut buffer).await {
            let for_token = seen.is_token_call();
            match self.next(seen) {
                Step::Reply(status, headers, body) => {
                    let mut head =
                        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
                    for (name, value) in headers {
                        head.push_str(&format!("{name}: {value}\r\n"));
                    }
                    let close = for_token || status >= 400;
                    head.push_str(if close {
                        "connection: close\r\n\r\n"
                    } else {
                        "\r\n"
                    });
                    if status == 204 {
                        head = head.replace("content-length: 0\r\n", "");
                    }
                    if stream
                        .write_all(&[head.as_bytes(), &body].concat())
                        .await
                        .is_err()
                    {
                        return;
                    }
                    if close {
                        let _ = stream.shutdown().await;
                        return;
                    }
                }
                Step::Close => return,
                Step::Raw(text) => {
                    let _ = stream.write_all(&text).await;
                    let _ = stream.shutdown().await;
                    return;
                }
                Step::Stall(clock, by) => {
                    clock.advance(by);
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

pub(crate) async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse().unwrap_or(0));
    let end = head_end + 4 + length;
    while buffer.len() < end {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&buffer[head_end + 4..end]).into_owned();
    buffer.drain(..end);
    Some(Seen {
        method,
        target,
        headers,
        body,
    })
}
