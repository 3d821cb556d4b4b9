//! A server that speaks HTTP/2: thousands of calls on one connection, and refusals that only HTTP/2 has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use http::Request;
use tokio::net::TcpListener;

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
