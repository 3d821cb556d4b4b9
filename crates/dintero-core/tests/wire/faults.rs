//! Everything that can go wrong between a client and a server, one server for each.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dintero_core::ManualClock;
use h2::Reason;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::http2::{Act, Frames, Http2, Reply};
use crate::server::{Seen, read_request};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Refused,
    /// Whether the request is written before this is noticed depends on who is faster.
    ClosedAtOnce,
    ClosedUnread,
    ClosedRead,
    Stall,
    Drip,
    Text(&'static str),
    Interim,
    Status(u16),
    GzipBomb,
    TooLarge,
    Reset(Reason),
    GoAway,
    /// GOAWAY that names an earlier stream as the last one.
    GoAwayBefore,
}

/// What a client can know of a request after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    NotHandled,
    Handled,
    None,
}

/// The largest body the clients of these tests take.
pub(crate) const LIMIT: u64 = 1000;

use Fault::{
    ClosedAtOnce, ClosedRead, ClosedUnread, Drip, GoAway, GoAwayBefore, GzipBomb, Interim, Refused,
    Reset, Stall, Status, Text, TooLarge,
};

/// All faults, their names, and the evidence they leave.
pub(crate) const ALL: [(&str, Fault, Evidence); 48] = [
    ("connection refused", Refused, Evidence::NotHandled),
    (
        "HTTP/2 stream refused",
        Reset(Reason::REFUSED_STREAM),
        Evidence::NotHandled,
    ),
    (
        "HTTP/2 stream beyond the last",
        GoAwayBefore,
        Evidence::NotHandled,
    ),
    ("status 401", Status(401), Evidence::NotHandled),
    ("status 429", Status(429), Evidence::NotHandled),
    ("closed before reading", ClosedUnread, Evidence::None),
    ("closed after reading", ClosedRead, Evidence::None),
    ("no response", Stall, Evidence::None),
    ("slow drip", Drip, Evidence::None),
    ("half a status line", Text("HTTP/1.1 20"), Evidence::None),
    (
        "half a head",
        Text("HTTP/1.1 200 OK\r\ncontent-le"),
        Evidence::None,
    ),
    ("invalid response", Text("nonsense\r\n\r\n"), Evidence::None),
    (
        "two lengths",
        Text("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}"),
        Evidence::None,
    ),
    ("interim responses only", Interim, Evidence::None),
    (
        "protocol switched",
        Text("HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n{}"),
        Evidence::None,
    ),
    (
        "interim and nothing more",
        Text("HTTP/1.1 199 X\r\n\r\n"),
        Evidence::None,
    ),
    (
        "status 99",
        Text("HTTP/1.1 099 X\r\ncontent-length: 0\r\n\r\n"),
        Evidence::None,
    ),
    (
        "status 600",
        Text("HTTP/1.1 600 X\r\ncontent-length: 0\r\n\r\n"),
        Evidence::None,
    ),
    (
        "status 999",
        Text("HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n"),
        Evidence::None,
    ),
    (
        "HTTP/2 stream reset",
        Reset(Reason::INTERNAL_ERROR),
        Evidence::None,
    ),
    ("HTTP/2 connection closed", GoAway, Evidence::None),
    ("status 408", Status(408), Evidence::None),
    ("status 500", Status(500), Evidence::None),
    ("status 501", Status(501), Evidence::None),
    ("status 502", Status(502), Evidence::None),
    ("status 503", Status(503), Evidence::None),
    ("status 504", Status(504), Evidence::None),
    ("status 520", Status(520), Evidence::None),
    ("status 530", Status(530), Evidence::None),
    (
        "half a body",
        Text("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\""),
        Evidence::Handled,
    ),
    (
        "half a chunk",
        Text("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{\"i"),
        Evidence::Handled,
    ),
    (
        "body longer than its length",
        Text("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{\"id\":\"x\"}"),
        Evidence::Handled,
    ),
    (
        "broken compression",
        Text("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-encoding: gzip\r\n\r\n{}"),
        Evidence::Handled,
    ),
    ("gzip bomb", GzipBomb, Evidence::Handled),
    ("body too large", TooLarge, Evidence::Handled),
    (
        "success without JSON",
        Text("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n<ok>"),
        Evidence::Handled,
    ),
    (
        "redirect 302",
        Text("HTTP/1.1 302 X\r\nlocation: /v1/other\r\ncontent-length: 0\r\n\r\n"),
        Evidence::Handled,
    ),
    (
        "redirect 307",
        Text("HTTP/1.1 307 X\r\nlocation: /v1/other\r\ncontent-length: 0\r\n\r\n"),
        Evidence::Handled,
    ),
    ("status 400", Status(400), Evidence::Handled),
    ("status 403", Status(403), Evidence::Handled),
    ("status 404", Status(404), Evidence::Handled),
    ("status 409", Status(409), Evidence::Handled),
    ("status 411", Status(411), Evidence::Handled),
    ("status 413", Status(413), Evidence::Handled),
    ("status 414", Status(414), Evidence::Handled),
    ("status 421", Status(421), Evidence::Handled),
    ("status 422", Status(422), Evidence::Handled),
    ("status 431", Status(431), Evidence::Handled),
];

impl Fault {
    pub(crate) fn is_http2(self) -> bool {
        matches!(self, Reset(_) | GoAway | GoAwayBefore)
    }
}

/// A server that has the fault for the first requests, and responds to the later ones with success.
pub(crate) enum Faulty {
    One(Http1),
    Two(Http2),
    Frames(Frames),
}

impl Faulty {
    /// `times` failures to come; with a listener whose port a client was given before.
    pub(crate) async fn start(fault: Fault, times: usize, clock: &ManualClock) -> Self {
        if fault == GoAwayBefore {
            let act = move |before| match before {
                _ if before >= times => Act::Respond,
                _ => Act::GoAwayBefore(0),
            };
            return Self::Frames(Frames::start(act).await);
        }
        if fault.is_http2() {
            let reply = move |_: &http::Request<()>, before| match fault {
                _ if before >= times => Reply::Response(200, r#"{"id":"x"}"#),
                Reset(reason) => Reply::Reset(reason),
                _ => Reply::GoAway(Reason::NO_ERROR),
            };
            return Self::Two(Http2::start(reply).await);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::One(Http1::serve(listener, fault, times, clock.clone()))
    }

    pub(crate) fn url(&self) -> &str {
        match self {
            Self::One(server) => &server.url,
            Self::Two(server) => &server.url,
            Self::Frames(server) => &server.url,
        }
    }

    /// Requests that reached it. One that it left unread counts too.
    pub(crate) fn reached(&self) -> usize {
        match self {
            Self::One(server) => server.reached.lock().expect("lock").len(),
            Self::Two(server) => server.count(),
            Self::Frames(server) => server.count(),
        }
    }

    /// Whether all requests that were read are the same, apart from the token.
    pub(crate) fn all_alike(&self) -> bool {
        let Self::One(server) = self else { return true };
        let reached = server.reached.lock().expect("lock");
        let mut read = reached
            .iter()
            .flatten()
            .map(|seen| (&seen.method, &seen.target, &seen.body));
        read.next()
            .is_none_or(|first| read.all(|other| other == first))
    }
}

pub(crate) struct Http1 {
    url: String,
    reached: Arc<Mutex<Vec<Option<Seen>>>>,
}

impl Http1 {
    fn serve(listener: TcpListener, fault: Fault, times: usize, clock: ManualClock) -> Self {
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let reached: Arc<Mutex<Vec<Option<Seen>>>> = Arc::default();
        let seen = Arc::clone(&reached);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (peek, seen, clock) = (Arc::clone(&seen), Arc::clone(&seen), clock.clone());
                let note = move |request| {
                    let mut seen = seen.lock().expect("lock");
                    seen.push(request);
                    seen.len() <= times
                };
                tokio::spawn(async move {
                    match fault {
                        ClosedAtOnce => {
                            let _ = stream.shutdown().await;
                        }
                        ClosedUnread if peek.lock().expect("lock").len() < times => {
                            let _ = stream.readable().await;
                            note(None);
                            return;
                        }
                        _ => {}
                    }
                    let mut buffer = Vec::new();
                    while let Some(request) = read_request(&mut stream, &mut buffer).await {
                        if note(Some(request)) {
                            return misbehave(stream, fault, clock).await;
                        }
                        let well = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"id\":\"x\"}";
                        let _ = stream.write_all(well).await;
                    }
                });
            }
        });
        Self { url, reached }
    }
}

async fn misbehave(mut stream: TcpStream, fault: Fault, clock: ManualClock) {
    let response = match fault {
        Stall => {
            clock.advance(Duration::from_secs(31));
            return std::future::pending().await;
        }
        Drip => {
            for byte in b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" {
                clock.advance(Duration::from_secs(1));
                let _ = stream.write_all(&[*byte]).await;
                tokio::task::yield_now().await;
            }
            return;
        }
        Text(text) => text.as_bytes().to_vec(),
        Interim => b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n".repeat(20_000),
        Status(status) => {
            format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\n{{}}").into_bytes()
        }
        TooLarge => [
            b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n",
            [b' '; 2000].as_slice(),
        ]
        .concat(),
        GzipBomb => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(&vec![b' '; 4 << 20]).expect("gzip");
            let bomb = encoder.finish().expect("gzip");
            let length = bomb.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n"
            );
            [head.as_bytes(), &bomb].concat()
        }
        _ => return,
    };
    let _ = stream.write_all(&response).await;
    let _ = stream.shutdown().await;
}
