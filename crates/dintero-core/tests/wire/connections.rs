//! Connections that go wrong, and what a response over one of them proves.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use dintero_core::{Builder, CallOptions, Handle, ManualClock, WasSent};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::http2::{Act, Frames};
use crate::retries::closed_port;
use crate::server::{Server, read_request};
use crate::{CAPTURE, READ, SESSION, builder, call};

/// Calls over HTTP/2 that need no token call.
fn over_http2(url: &str) -> Builder {
    Handle::builder()
        .account("T12345678")
        .bearer_token("t")
        .api_url(url)
        .checkout_url(url)
        .http_client(reqwest::ClientBuilder::http2_prior_knowledge)
}

/// A faulty proxy over HTTP/1.1: whatever comes second on a connection receives `status`, which was meant for nobody. Returns its URL and
/// the POSTs that it passed on.
async fn late_responses(status: u16) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("address"));
    let posts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&posts);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let (mut buffer, mut before) = (Vec::new(), 0);
                while let Some(request) = read_request(&mut stream, &mut buffer).await {
                    counted.fetch_add(usize::from(request.method == "POST"), SeqCst);
                    let response = match before {
                        0 => {
                            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"id\":\"x\"}".to_owned()
                        }
                        _ => format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n"),
                    };
                    before += 1;
                    let _ = stream.write_all(response.as_bytes()).await;
                }
            });
        }
    });
    (url, posts)
}

#[tokio::test]
async fn no_late_response_of_a_kept_connection_sends_a_non_idempotent_call_again() {
    for status in [429, 401, 503, 400] {
        let (url, posts) = late_responses(status).await;
        let tokens = Server::start().await;
        let handle = builder(&tokens, &ManualClock::new()).checkout_url(url);
        let handle = handle.build().expect("handle");
        for round in 1..=60 {
            let read = handle
                .clone()
                .call(&READ)
                .path("id", &"a")
                .with_options(CallOptions::new().retry(dintero_core::RetryPolicy::off()));
            drop(read.send_bytes().await);
            call(&handle, &CAPTURE)
                .await
                .expect("a connection of its own");
            assert_eq!(posts.load(SeqCst), round, "{status}");
        }
    }
}

#[tokio::test]
async fn over_http2_all_calls_share_one_connection() {
    let server = Frames::start(|_| Act::Respond).await;
    let handle = over_http2(&server.url).build().expect("handle");
    call(&handle, &READ).await.expect("response");
    for _ in 0..9 {
        call(&handle, &CAPTURE).await.expect("response");
    }
    assert_eq!((server.count(), server.connections()), (10, 1));
}

#[tokio::test]
async fn a_stream_beyond_the_last_of_a_goaway_was_not_handled_and_any_call_is_sent_again() {
    for operation in [&READ, &SESSION, &CAPTURE] {
        for round in 0..28 {
            let server = Frames::start(move |before| match before {
                0 => Act::GoAwayBefore(round % 14),
                _ => Act::Respond,
            })
            .await;
            let handle = over_http2(&server.url).clock(ManualClock::new());
            let handle = handle.build().expect("handle");
            call(&handle, operation).await.expect("the second succeeds");
            assert_eq!((server.count(), server.connections()), (2, 2), "{round}");
        }
    }
}

#[tokio::test]
async fn a_stream_up_to_the_last_of_a_goaway_may_have_been_handled() {
    for round in 0..60 {
        let server = Frames::start(move |_| Act::GoAwayAfter(round % 14)).await;
        let handle = over_http2(&server.url).clock(ManualClock::new());
        let handle = handle.build().expect("handle");
        let error = call(&handle, &CAPTURE).await.expect_err("closed");
        assert_eq!(
            (error.was_sent(), server.count()),
            (WasSent::Maybe, 1),
            "{round}: {error}"
        );
    }
}

/// Stops the time of Tokio until the test moves it: with a blocking task under way it does not advance by itself.
fn stop_time() -> std::sync::mpsc::Sender<()> {
    tokio::time::pause();
    let (hold, held) = std::sync::mpsc::channel();
    tokio::task::spawn_blocking(move || held.recv());
    hold
}

/// Moves the time on until `is_done`, and lets all tasks run after each second. Returns the seconds.
async fn pass_until(mut is_done: impl FnMut() -> bool) -> u64 {
    let mut passed = 0;
    while !is_done() {
        tokio::time::advance(Duration::from_secs(1)).await;
        passed += 1;
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }
    passed
}

#[tokio::test]
async fn a_connection_whose_peer_is_silent_fails_at_most_one_call() {
    let _hold = stop_time();
    // Longer and shorter than the pings need to find out.
    for (timeout, found_after) in [(30, 15), (2, 2)] {
        let server = Frames::start(|before| match before {
            1 => Act::Silent,
            _ => Act::Respond,
        })
        .await;
        let handle = over_http2(&server.url).timeout(Duration::from_secs(timeout));
        let handle = handle.build().expect("handle");
        call(&handle, &READ).await.expect("a connection");
        let silent = tokio::spawn({
            let handle = handle.clone();
            async move { call(&handle, &CAPTURE).await }
        });
        let passed = pass_until(|| silent.is_finished()).await;
        let error = silent.await.expect("task").expect_err("silence");
        assert_eq!(error.was_sent(), WasSent::Maybe);
        assert!(passed <= found_after + 3, "{passed} s");
        for _ in 0..3 {
            call(&handle, &CAPTURE).await.expect("another connection");
        }
        assert_eq!((server.count(), server.connections()), (5, 2), "{timeout}");
    }
}

#[tokio::test]
async fn a_connection_whose_peer_fell_silent_while_idle_is_closed_before_it_is_used_again() {
    let server = Frames::start(|_| Act::Respond).await;
    let proxy = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", proxy.local_addr().expect("address"));
    let to = server.url.replace("http://", "");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (closed, mut is_closed) = tokio::sync::watch::channel(false);
    // Forwards bytes, on the first connection until it is told to stop.
    tokio::spawn(async move {
        let mut first = Some((stopped, closed));
        while let Ok((mut from, _)) = proxy.accept().await {
            let mut to = TcpStream::connect(&to).await.expect("server");
            let first = first.take();
            tokio::spawn(async move {
                let Some((mut stopped, closed)) = first else {
                    return drop(copy_bidirectional(&mut from, &mut to).await);
                };
                tokio::select! {
                    _ = copy_bidirectional(&mut from, &mut to) => {}
                    _ = stopped.changed() => {
                        let _ = from.read_to_end(&mut Vec::new()).await;
                    }
                }
                closed.send_replace(true);
            });
        }
    });
    let _hold = stop_time();
    let handle = over_http2(&url).build().expect("handle");
    call(&handle, &READ).await.expect("a connection");
    stop.send_replace(true);
    let passed = pass_until(|| *is_closed.borrow_and_update()).await;
    assert!(passed <= 20, "{passed} s");
    call(&handle, &CAPTURE).await.expect("another connection");
    assert_eq!((server.count(), server.connections()), (2, 2));
}

#[tokio::test]
async fn a_connection_that_cannot_be_established_names_host_and_port() {
    let port = closed_port();
    let address = port.local_addr().expect("address");
    let tokens = Server::start().await;
    let handle = builder(&tokens, &ManualClock::new()).checkout_url(format!("http://{address}"));
    let error = call(&handle.build().expect("handle"), &CAPTURE)
        .await
        .expect_err("closed");
    assert!(
        error.to_string().contains(&format!(
            "the connection to {address} could not be established"
        )),
        "{error}"
    );
}

/// Fails to connect as OpenSSL and rustls do without a root certificate for the host.
struct Untrusted(&'static str);

impl reqwest::dns::Resolve for Untrusted {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let error = std::io::Error::other(self.0);
        Box::pin(async move { Err(error.into()) })
    }
}

#[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
#[tokio::test]
async fn a_host_that_no_root_certificate_vouches_for_is_no_fault_of_the_network() {
    let openssl = "certificate verify failed: (unable to get local issuer certificate)";
    let rustls = "invalid peer certificate: UnknownIssuer";
    let network = "check the network";
    let roots = "install them (package `ca-certificates`), or name them by `SSL_CERT_FILE` or `SSL_CERT_DIR`";
    for (reason, advice) in [(openssl, roots), (rustls, roots), ("no such host", network)] {
        let handle = Handle::builder()
            .account("T12345678")
            .client_credentials("id", "secret")
            .http_client(|client| client.no_proxy().dns_resolver(Arc::new(Untrusted(reason))))
            .clock(ManualClock::new())
            .build()
            .expect("handle");
        let error = call(&handle, &CAPTURE).await.expect_err("not connected");
        assert!(error.is_connect() && error.was_sent() == WasSent::No);
        assert!(error.to_string().contains(advice), "{error}");
    }
}
