use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::HttpClients;

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const REFUSED_STREAM: u32 = 7;

async fn frame(stream: &mut TcpStream, kind: u8, id: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).expect("small").to_be_bytes();
    let head = [&length[1..], &[kind, 0], &id.to_be_bytes()].concat();
    let _ = stream.write_all(&[&head, payload].concat()).await;
}

/// Refuses every HTTP/2 stream, and returns how many there were.
async fn refuse(mut stream: TcpStream) -> usize {
    let mut refused = 0;
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.expect("preface");
    frame(&mut stream, SETTINGS, 0, &[]).await;
    let mut head = [0; 9];
    while stream.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        if stream.read_exact(&mut payload).await.is_err() {
            break;
        }
        if head[3] == HEADERS {
            refused += 1;
            let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            frame(&mut stream, RST_STREAM, id, &REFUSED_STREAM.to_be_bytes()).await;
        }
    }
    refused
}

#[tokio::test]
async fn the_http_client_retries_nothing_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("address"));
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        refuse(stream).await
    });
    let clients = HttpClients::new(
        Box::new(|client: reqwest::ClientBuilder| {
            let client =
                client.retry(reqwest::retry::for_host("127.0.0.1").max_retries_per_request(3));
            client.no_proxy().http2_prior_knowledge()
        }),
        None,
    );
    let clients = clients.expect("clients");
    let parsed = url.parse().expect("a URL");
    let (client, _) = clients.of(&parsed, false).expect("client");
    assert!(client.post(url).body("{}").send().await.is_err());
    drop((client, clients));
    assert_eq!(server.await.expect("task"), 1);
}
