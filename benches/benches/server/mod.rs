//! The smallest server that responds to a capture, over HTTP/2 as Dintero does. Its cost is the same for both clients.

use bytes::Bytes;
use h2::server::SendResponse;
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
            let response = Bytes::from(response());
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(connection(stream, response.clone()));
            }
        });
    });
    url.recv().unwrap()
}

/// A transaction with eight events, somewhat over 1 KB.
fn response() -> String {
    let event = r#"{"id":"5c2ba2f3-92b1-4d6c-a5ad-cf0d5cd1ab57","event":"CAPTURE","amount":10000,"success":true,"created_at":"2026-01-01T00:00:00Z"}"#;
    let events = [event; 8].join(",");
    let id = super::ID;
    format!(r#"{{"id":"{id}","status":"CAPTURED","events":[{events}]}}"#)
}

async fn connection(stream: TcpStream, response: Bytes) {
    let _ = stream.set_nodelay(true);
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, respond))) = connection.accept().await {
        tokio::spawn(exchange(request, respond, response.clone()));
    }
}

async fn exchange(
    request: http::Request<h2::RecvStream>,
    mut respond: SendResponse<Bytes>,
    response: Bytes,
) {
    let mut body = request.into_body();
    while let Some(Ok(part)) = body.data().await {
        let _ = body.flow_control().release_capacity(part.len());
    }
    let head = http::Response::builder()
        .header("content-type", "application/json")
        .header("request-id", "req-1")
        .header("content-length", response.len());
    if let Ok(mut sending) = respond.send_response(head.body(()).unwrap(), false) {
        let _ = sending.send_data(response, true);
    }
}
