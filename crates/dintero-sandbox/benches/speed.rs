//! How fast the sandbox starts and responds, beside a server of the same kind that only ever says the same.
//!
//! `cargo bench -p dintero-sandbox --bench speed`. The two servers take turns in short rounds, so that whatever else the
//! machine does meets both; the ratio is the median of the ratios of neighbouring rounds. Client and server share the
//! machine: a client that costs nothing would see more.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that prints"
)]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use dintero_sandbox::{Card, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: usize = 16;
const CALLS: usize = 200;
const ROUNDS: usize = 21;

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .unwrap()
}

/// Head and body of a response.
async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> (usize, usize) {
    stream.write_all(request).await.unwrap();
    buffer.clear();
    loop {
        assert!(
            stream.read_buf(buffer).await.unwrap() > 0,
            "the server hung up"
        );
        let Some(head) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|t| t.lines().next());
        let length: usize = length.unwrap().parse().unwrap();
        if buffer.len() == head + 4 + length {
            assert!(
                text.starts_with("http/1.1 200"),
                "{}",
                String::from_utf8_lossy(buffer)
            );
            return (head + 4, length);
        }
    }
}

async fn call(host: &str, request: &[u8]) -> Value {
    let (mut stream, mut buffer) = (TcpStream::connect(host).await.unwrap(), Vec::new());
    let (head, _) = exchange(&mut stream, request, &mut buffer).await;
    serde_json::from_slice(&buffer[head..]).unwrap()
}

/// Requests per second over all connections.
async fn round(host: &str, request: &[u8]) -> f64 {
    let start = Instant::now();
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (host, request) = (host.to_owned(), request.to_vec());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(host).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut buffer = Vec::new();
                for _ in 0..CALLS {
                    exchange(&mut stream, &request, &mut buffer).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    (CONNECTIONS * CALLS) as f64 / start.elapsed().as_secs_f64()
}

fn request(method: &str, path: &str, auth: &str, body: &str) -> Vec<u8> {
    let json = match body {
        "" => String::new(),
        body => format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        ),
    };
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {auth}\r\n{json}\r\n{body}"
    )
    .into_bytes()
}

/// A server with this response to every request.
async fn bare(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let respond = move || std::future::ready(([(CONTENT_TYPE, "application/json")], body.clone()));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(respond)).await });
    host
}

/// The host of a sandbox and what authorizes requests to it.
async fn log_in(sandbox: &Sandbox) -> (String, String) {
    let host = sandbox.url().trim_start_matches("http://").to_owned();
    let body = json!({"grant_type": "client_credentials", "audience": "https://api.dintero.com/v1/accounts/T12345678"});
    let basic = "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=";
    let path = "/v1/accounts/T12345678/auth/token";
    let token = call(&host, &request("POST", path, basic, &body.to_string())).await;
    let auth = format!("Bearer {}", token["access_token"].as_str().unwrap());
    (host, auth)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// From the start of the program to its first line.
fn start_of_program() -> f64 {
    let start = Instant::now();
    let mut program = Command::new(env!("CARGO_BIN_EXE_dintero-sandbox"))
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let took = start.elapsed();
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(line.contains("http://"), "{line}");
    took.as_secs_f64() * 1_000.0
}

fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let rounds = if std::env::args().any(|a| a == "--bench") {
        ROUNDS
    } else {
        1
    };
    println!(
        "start of the program: {:.1} ms",
        median((0..rounds).map(|_| start_of_program()).collect())
    );
    let (server, client) = (runtime(2), runtime(1));
    let settings = || Sandbox::builder().token_life(Duration::from_secs(86_400));
    let sandbox = server.block_on(settings().start()).unwrap();
    let (host, auth) = client.block_on(log_in(&sandbox));
    let body = json!({
        "profile_id": "default", "url": {"return_url": "https://shop.example/done"},
        "order": {"amount": 29_990, "currency": "NOK", "merchant_reference": "order-1", "items": [
            {"id": "chair", "line_id": "1", "description": "Chair", "quantity": 1, "amount": 29_990, "vat": 25},
        ]},
    });
    let create = request("POST", "/v1/sessions-profile", &auth, &body.to_string());
    let session = client.block_on(call(&host, &create))["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let paid = sandbox.pay(&session, Card::approved()).unwrap();
    println!("| call | requests/s | bare | ratio |\n| --- | ---: | ---: | ---: |");
    let mut lines = String::new();
    for (name, request) in [
        (
            "read a session",
            request("GET", &format!("/v1/sessions/{session}"), &auth, ""),
        ),
        (
            "read a transaction",
            request("GET", &format!("/v1/transactions/{paid}"), &auth, ""),
        ),
        ("create a session", create),
    ] {
        let same = client.block_on(call(&host, &request)).to_string();
        let beside = server.block_on(bare(same));
        let (mut ours, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(client.block_on(round(&host, &request)));
            bare.push(client.block_on(round(&beside, &request)));
            ratios.push(ours[ours.len() - 1] / bare[bare.len() - 1]);
        }
        println!(
            "| {name} | {:.0} | {:.0} | {:.2} |",
            median(ours),
            median(bare),
            median(ratios.clone())
        );
        // For `cargo xtask bench`.
        lines += &format!(
            "ratio: {:.2}: requests per second to the sandbox, {name}: a server that does nothing\n",
            median(ratios)
        );
    }
    // Two new sandboxes, which take turns, too.
    drop(sandbox);
    let folder = tempfile::tempdir().unwrap();
    let kept = settings().state_file(folder.path().join("state"));
    let kept = server.block_on(kept.start()).unwrap();
    let sandbox = server.block_on(settings().start()).unwrap();
    let (host, auth) = client.block_on(log_in(&sandbox));
    let create = request("POST", "/v1/sessions-profile", &auth, &body.to_string());
    let (kept_host, auth) = client.block_on(log_in(&kept));
    let create_kept = request("POST", "/v1/sessions-profile", &auth, &body.to_string());
    let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        with.push(client.block_on(round(&kept_host, &create_kept)));
        without.push(client.block_on(round(&host, &create)));
        ratios.push(with[with.len() - 1] / without[without.len() - 1]);
    }
    let ratio = median(ratios);
    println!("\n| call | with a state file | without | ratio |\n| --- | ---: | ---: | ---: |");
    println!(
        "| create a session | {:.0} | {:.0} | {ratio:.2} |",
        median(with),
        median(without)
    );
    lines += &format!(
        "ratio: {ratio:.2}: new sessions per second to the sandbox, with a state file: without one\n"
    );
    println!("{lines}");
}
