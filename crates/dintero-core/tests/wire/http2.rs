//! A server that speaks HTTP/2: thousands of calls on one connection, and refusals that only HTTP/2 has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a stream.
pub(crate) enum Reply {
    Response(u16, &'static str),
    Reset(Reason),
    /// The connection is given up by GOAWAY, which names this stream as begun.
    GoAway(Reason),
}

pub(crate) struct Http2 {
    pub(crate) url: String,
    streams: Arc<AtomicUsize>,
}

impl Http2 {
    /// `reply` sees the head of each request and how many came before it.
    pub(crate) async fn start(
        reply: impl Fn(&Request<()>, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let streams = Arc::new(AtomicUsize::new(0));
        let (count, reply) = (Arc::clone(&streams), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (count, reply) = (Arc::clone(&count), Arc::clone(&reply));
                tokio::spawn(async move {
                    let mut connection = h2::server::handshake(stream).await.expect("HTTP/2");
                    while let Some(Ok((request, mut respond))) = connection.accept().await {
                        let before = count.fetch_add(1, Ordering::SeqCst);
                        let (head, mut body) = request.into_parts();
                        match reply(&Request::from_parts(head, ()), before) {
                            Reply::Response(status, text) => {
                                // A stream with a response before it was read counts as an error of the server.
                                tokio::spawn(async move {
                                    while body.data().await.is_some() {}
                                    let mut head = http::Response::new(());
                                    *head.status_mut() = status.try_into().expect("status");
                                    if let Ok(mut sending) = respond.send_response(head, false) {
                                        let text = Bytes::from_static(text.as_bytes());
                                        let _ = sending.send_data(text, true);
                                    }
                                });
                            }
                            Reply::Reset(reason) => respond.send_reset(reason),
                            Reply::GoAway(reason) => connection.abrupt_shutdown(reason),
                        }
                    }
                });
            }
        });
        Self { url, streams }
    }

    /// Returns the number of requests that were received.
    pub(crate) fn count(&self) -> usize {
        self.streams.load(Ordering::SeqCst)
    }
}

/// What a server of frames does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Respond,
    /// Sends GOAWAY of this reason that names the stream before this one as the last that it handles, and closes the connection.
    GoAwayBefore(u32),
    /// Sends GOAWAY of this reason that names this stream as the last one, and closes the connection.
    GoAwayAfter(u32),
    /// Sends nothing more on this connection, not even to a ping, and keeps it open.
    Silent,
}

/// An HTTP/2 server that writes its frames by hand.
pub(crate) struct Frames {
    pub(crate) url: String,
    requests: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Frames {
    /// `act` gets the number of requests before this one.
    pub(crate) async fn start(act: impl Fn(usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let requests: Arc<AtomicUsize> = Arc::default();
        let connections: Arc<AtomicUsize> = Arc::default();
        let (seen, accepted) = (Arc::clone(&requests), Arc::clone(&connections));
        let act = Arc::new(act);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(frames(stream, Arc::clone(&seen), Arc::clone(&act)));
            }
        });
        Self {
            url,
            requests,
            connections,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
/// END_STREAM of DATA and HEADERS, ACK of the others.
const LAST: u8 = 1;
const END_HEADERS: u8 = 4;

async fn frames(
    mut stream: TcpStream,
    seen: Arc<AtomicUsize>,
    act: Arc<impl Fn(usize) -> Act + Send + Sync + 'static>,
) -> Option<()> {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.ok()?;
    write(&mut stream, SETTINGS, 0, 0, &[]).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.ok()?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        stream.read_exact(&mut payload).await.ok()?;
        let (kind, flags) = (head[3], head[4]);
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let ends_request = matches!(kind, HEADERS | DATA) && flags & LAST != 0;
        if matches!(kind, SETTINGS | PING) && flags & LAST == 0 {
            let echo = if kind == PING { &*payload } else { &[] };
            write(&mut stream, kind, LAST, 0, echo).await?;
        } else if ends_request {
            match act(seen.fetch_add(1, Ordering::SeqCst)) {
                Act::Respond => {
                    // 200 is number 8 of the static table.
                    write(&mut stream, HEADERS, END_HEADERS, id, &[0x88]).await?;
                    write(&mut stream, DATA, LAST, id, br#"{"id":"x"}"#).await?;
                }
                Act::Silent => {
                    let mut rest = Vec::new();
                    let _ = stream.read_to_end(&mut rest).await;
                    return None;
                }
                act => {
                    let (last, reason) = match act {
                        Act::GoAwayBefore(reason) => (id.saturating_sub(2), reason),
                        Act::GoAwayAfter(reason) => (id, reason),
                        _ => return None,
                    };
                    let payload = [last.to_be_bytes(), reason.to_be_bytes()].concat();
                    write(&mut stream, GOAWAY, 0, 0, &payload).await?;
                    // The rest is read, so that closing does not reset the connection.
                    let _ = stream.shutdown().await;
                    let mut rest = Vec::new();
                    let _ = stream.read_to_end(&mut rest).await;
                    return None;
                }
            }
        }
    }
}

async fn write(stream: &mut TcpStream, kind: u8, flags: u8, id: u32, payload: &[u8]) -> Option<()> {
    let length = u32::try_from(payload.len()).ok()?.to_be_bytes();
    let head = [&length[1..], &[kind, flags], &id.to_be_bytes()].concat();
    stream.write_all(&[&head, payload].concat()).await.ok()
}
