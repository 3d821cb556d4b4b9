//! Responses to a capture that no server should send: whatever they are, the capture is sent once and its outcome is looked up.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;

use dintero::checkout::types::CaptureOptions;
use dintero::outcome::{NotApplied, Outcome};
use dintero::{Dintero, ManualClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

fn transaction(id: &str, events: &str) -> String {
    format!(
        r#"{{"id":"{id}","amount":900,"currency":"NOK","status":"AUTHORIZED","events":[{events}]}}"#
    )
}

const OWN: &str =
    r#"{"id":"e","event":"CAPTURE","success":true,"amount":100,"event_reference":"mine"}"#;

fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Reads one request, and returns whether it is a POST.
async fn read(stream: &mut TcpStream) -> Option<bool> {
    let mut input = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&input).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text.starts_with("post"));
            }
        }
        if stream.read_buf(&mut input).await.ok()? == 0 {
            return None;
        }
    }
}

/// Captures from a server that responds to captures by `to_post`, and to reads by JSON. Returns the outcome and how many captures the
/// server received.
async fn capture(to_post: Vec<u8>, is_done: bool) -> (Outcome<impl Sized>, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let posts = Arc::new(AtomicUsize::new(0));
    let counted = posts.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (to_post, counted) = (to_post.clone(), counted.clone());
            tokio::spawn(async move {
                let text = match read(&mut stream).await? {
                    true => {
                        counted.fetch_add(1, SeqCst);
                        to_post
                    }
                    false => {
                        let is_visible = is_done && counted.load(SeqCst) > 0;
                        let events = if is_visible { OWN } else { "" };
                        let body = transaction("T12345678.a", events);
                        response("200 OK\r\nconnection: close", body.as_bytes())
                    }
                };
                let _ = stream.write_all(&text).await;
                let _ = stream.shutdown().await;
                Some(())
            });
        }
    });
    let builder = Dintero::builder()
        .account("T12345678")
        .bearer_token("token")
        .body_limit(1 << 20)
        .clock(ManualClock::new());
    let dintero = builder.api_url(&url).checkout_url(&url).build().unwrap();
    let options = CaptureOptions::builder()
        .amount(100)
        .capture_reference("mine");
    let checkout = dintero.checkout();
    let call = checkout.capture_transaction("T12345678.a").body(options);
    (call.confirm().await, posts.load(SeqCst))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn odd_responses() -> Vec<Vec<u8>> {
    let own = transaction("T12345678.a", OWN);
    let heads = [
        "101 X\r\nconnection: upgrade\r\nupgrade: websocket",
        "100 X",
        "199 X",
        "099 X",
        "600 X",
        "999 X",
        "204 X",
        "205 X",
        "302 X\r\nlocation: /v1/transactions/T12345678.a",
        "307 X\r\nlocation: /v1/transactions/T12345678.a/capture",
        "200 OK\r\ncontent-encoding: gzip",
        "200 OK\r\ncontent-length: 9",
        "200 OK\r\ntransfer-encoding: chunked",
        "200 OK\r\ntransfer-encoding: identity",
    ];
    let mut all: Vec<_> = heads.iter().map(|head| response(head, b"{}")).collect();
    let bodies: [&[u8]; 10] = [
        b"",
        b"null",
        b"[]",
        b"<html>",
        b"\x00\xff",
        &own.as_bytes()[..60],
        &gzip(&vec![b' '; 8 << 20]),
        &[b' '; 2 << 20],
        &b"[".repeat(100_000),
        &[own.as_bytes(), own.as_bytes()].concat(),
    ];
    all.extend(bodies.map(|body| response("200 OK", body)));
    all.push(response(
        "200 OK\r\ncontent-encoding: gzip",
        &gzip(&vec![b' '; 64 << 20]),
    ));
    // The response to another request, of another transaction and of an earlier state.
    let other = transaction("T12345678.b", OWN);
    all.push(response("200 OK", other.as_bytes()));
    all.push(response(
        "200 OK",
        transaction("T12345678.a", "").as_bytes(),
    ));
    all.push(b"200 OK {}\n".to_vec());
    all.push(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nx".to_vec());
    all.push(Vec::new());
    all
}

#[tokio::test]
async fn an_odd_response_proves_nothing_about_a_capture_and_it_is_sent_once() {
    for to_post in odd_responses() {
        let case = String::from_utf8_lossy(&to_post[..to_post.len().min(120)]).into_owned();
        let (outcome, posts) = capture(to_post.clone(), true).await;
        assert!(outcome.is_applied(), "{case}");
        assert_eq!(posts, 1, "{case}");
        let (outcome, posts) = capture(to_post, false).await;
        let is_open = matches!(
            outcome,
            Outcome::Unknown(_) | Outcome::NotApplied(NotApplied::Lost(_))
        );
        assert!(is_open, "{case}");
        assert_eq!(posts, 1, "{case}");
    }
}

#[tokio::test]
async fn trailers_and_interim_responses_change_nothing() {
    let own = transaction("T12345678.a", OWN);
    let length = own.len();
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n{length:x}\r\n{own}\r\n0\r\nx: y\r\n\r\n"
    );
    let interim = [
        b"HTTP/1.1 103 X\r\nlink: <x>\r\n\r\nHTTP/1.1 100 X\r\n\r\n".to_vec(),
        response("200 OK", own.as_bytes()),
    ];
    let zipped = response("200 OK\r\ncontent-encoding: gzip", &gzip(own.as_bytes()));
    for to_post in [chunked.into_bytes(), interim.concat(), zipped] {
        let (outcome, posts) = capture(to_post, false).await;
        assert!(outcome.is_applied());
        assert_eq!(posts, 1);
    }
}
