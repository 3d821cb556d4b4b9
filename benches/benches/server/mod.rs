//! The smallest server that responds to a capture. Its cost is the same for both clients.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Starts it in a thread of its own; its URL.
pub(crate) fn start() -> String {
    let (told, url) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(format!("http://{}", listener.local_addr().unwrap()))
                .unwrap();
            let response: &'static [u8] = Box::leak(response().into_boxed_slice());
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(connection(stream, response));
            }
        });
    });
    url.recv().unwrap()
}

/// A transaction with eight events, somewhat over 1 KB.
fn response() -> Vec<u8> {
    let event = r#"{"id":"5c2ba2f3-92b1-4d6c-a5ad-cf0d5cd1ab57","event":"CAPTURE","amount":10000,"success":true,"created_at":"2026-01-01T00:00:00Z"}"#;
    let events = [event; 8].join(",");
    let body = format!(
        r#"{{"id":"{}","status":"CAPTURED","events":[{events}]}}"#,
        super::ID
    );
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req-1\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

async fn connection(mut stream: TcpStream, response: &[u8]) {
    let _ = stream.set_nodelay(true);
    let mut buffer = [0; 4096];
    let mut filled = 0;
    while let Ok(read @ 1..) = stream.read(&mut buffer[filled..]).await {
        filled += read;
        // Every request ends in the brace of its body, and there is no other.
        if buffer[filled - 1] == b'}' {
            filled = 0;
            if stream.write_all(response).await.is_err() {
                return;
            }
        }
    }
}
