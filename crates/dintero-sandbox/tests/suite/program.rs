//! The program: its options, and that it ends well.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::time::timeout;

fn client() -> Client {
    #[cfg(feature = "rustls-ring")]
    let _ = rustls_lib::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().expect("a client")
}

/// Starts the program on a free port; gives it and its URL.
fn start(options: &[&str]) -> (Child, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dintero-sandbox"))
        .args(["--port", "0"])
        .args(options)
        // As in an image without root certificates.
        .envs([("SSL_CERT_FILE", "/none"), ("SSL_CERT_DIR", "/none")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let lines = BufReader::new(program.stdout.take().expect("its output")).lines();
    // To the last line of the banner, which must find somebody who reads it.
    let mut banner = Vec::new();
    for line in lines.map_while(Result::ok) {
        let is_last = line.ends_with("/_sandbox");
        banner.push(line);
        if is_last {
            break;
        }
    }
    for wanted in [
        "  export DINTERO_ACCOUNT_ID=T12345678",
        "  export DINTERO_CLIENT_ID=sandbox-client",
        "  export DINTERO_CLIENT_SECRET=sandbox-secret",
    ] {
        assert!(banner.iter().any(|line| line == wanted), "{banner:?}");
    }
    let last = banner.pop().expect("a banner");
    let url = last
        .split("http")
        .nth(1)
        .and_then(|url| url.strip_suffix("/_sandbox"));
    (program, format!("http{}", url.expect("a URL")))
}

/// Asks it to end, as a service manager would.
fn end(mut program: Child) {
    let requested = Command::new("kill")
        .args(["-TERM", &program.id().to_string()])
        .status();
    assert!(requested.expect("kill runs").success());
    assert!(program.wait().expect("it ends").success());
}

async fn token(url: &str, header: &str) -> (u16, Value) {
    let http = client();
    let response = http
        .post(format!("{url}/v1/accounts/T12345678/auth/token"))
        .basic_auth("sandbox-client", Some("sandbox-secret"))
        .header("sandbox-fault", header)
        .json(&json!({"grant_type": "client_credentials", "audience": "https://api.dintero.com/v1/accounts/T12345678"}))
        .send()
        .await
        .expect("a response");
    (
        response.status().as_u16(),
        response.json().await.expect("JSON"),
    )
}

async fn knows(url: &str, token: &Value) -> bool {
    let http = client();
    let request = http
        .get(format!("{url}/v1/transactions"))
        .bearer_auth(token.as_str().expect("a token"));
    request.send().await.expect("a response").status() == 200
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}

#[tokio::test]
async fn state_and_log_are_whole_when_it_is_asked_to_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let (state, log) = (
        folder.path().join("state.json"),
        folder.path().join("log.jsonl"),
    );
    let options = [
        "--state",
        state.to_str().expect("text"),
        "--log",
        log.to_str().expect("text"),
    ];
    let (program, url) = start(&options);
    let (status, response) = token(&url, "delay=1ms").await;
    assert_eq!(status, 200, "{response}");
    assert_eq!(token(&url, "status=503").await.0, 503);
    end(program);
    assert!(text(&state).contains(response["access_token"].as_str().expect("a token")));
    assert_eq!(text(&log).lines().count(), 2);

    let (program, url) = start(&options);
    assert!(
        knows(&url, &response["access_token"]).await,
        "the token of the first run works"
    );
    end(program);
    assert_eq!(
        text(&log).lines().count(),
        3,
        "the log goes on where it ended"
    );
}

#[tokio::test]
async fn chance_comes_by_option_from_0_to_1_and_a_damaged_state_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, url) = start(&["--fault-rate", "1", "--fault-seed", "7"]);
    let http = client();
    let lines = http.get(format!("{url}/_sandbox/log.jsonl"));
    let _ = http.get(format!("{url}/v1/transactions")).send().await;
    let lines = lines
        .send()
        .await
        .expect("a response")
        .text()
        .await
        .expect("text");
    assert!(lines.contains("\"verdict\":\"fault\""), "{lines}");
    end(program);

    for rate in ["-0.1", "1.1", "NaN", "often"] {
        let output = Command::new(env!("CARGO_BIN_EXE_dintero-sandbox"))
            .arg(format!("--fault-rate={rate}"))
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{rate}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("must be a number from 0 to 1"), "{error}");
    }

    let state = folder.path().join("state.json");
    fs::write(&state, "not mine").expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_dintero-sandbox"))
        .arg("--state")
        .arg(&state)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a state file of the sandbox"));
    assert_eq!(text(&state), "not mine");
}

async fn session(http: &Client, url: &str, token: &str, reference: &str) -> Option<String> {
    let body = json!({
        "profile_id": "default", "url": {"return_url": "https://shop.example/"},
        "order": {"amount": 100, "currency": "NOK", "merchant_reference": reference},
    });
    let request = http
        .post(format!("{url}/v1/sessions-profile"))
        .bearer_auth(token);
    let response = request.json(&body).send().await.ok()?;
    let made: Value = response.json().await.ok()?;
    made["id"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_responded_to_survives_a_hundred_kills() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state").display().to_string();
    let http = client();
    let mut made = Vec::new();
    let mut access = String::new();
    for run in 0..100 {
        let (mut program, url) = start(&["--state", &path]);
        if run == 0 {
            let (_, body) = token(&url, "delay=0ms").await;
            access = body["access_token"].as_str().expect("a token").to_owned();
        }
        let read = http
            .get(format!("{url}/v1/sessions?limit=100"))
            .bearer_auth(&access);
        let found = read
            .send()
            .await
            .expect("a response")
            .text()
            .await
            .expect("text");
        let newest = made.iter().rev().take(20);
        let lost: Vec<&String> = newest.filter(|id| !found.contains(*id)).collect();
        if !lost.is_empty() {
            program.kill().expect("killed");
            panic!("run {run} lost {lost:?}");
        }
        // It is killed in the middle of requests, after some responses.
        let many: Vec<_> = (0..8)
            .map(|n| {
                let (http, url, access) = (http.clone(), url.clone(), access.clone());
                tokio::spawn(
                    async move { session(&http, &url, &access, &format!("{run}-{n}")).await },
                )
            })
            .collect();
        for (responses, one) in many.into_iter().enumerate() {
            if responses == run % 8 {
                program.kill().expect("killed");
            }
            made.extend(one.await.expect("no panic"));
        }
        program.wait().expect("it has ended");
    }
    assert!(made.len() > 100, "{}", made.len());
}

#[tokio::test]
async fn callbacks_over_http_need_no_root_certificates() {
    let shop = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let callback = format!("http://{}/cb", shop.local_addr().expect("bound"));
    let (program, url) = start(&[]);
    let (_, body) = token(&url, "delay=0ms").await;
    let access = body["access_token"].as_str().expect("a token");
    let http = client();
    let create = http
        .post(format!("{url}/v1/sessions-profile"))
        .bearer_auth(access)
        .json(&json!({
            "url": {"return_url": "https://shop.example/", "callback_url": callback},
            "order": {"amount": 100, "currency": "NOK", "merchant_reference": "order-1"},
        }));
    let made = create.send().await.expect("a response").json::<Value>();
    let made = made.await.expect("JSON");
    let page = made["url"].as_str().expect("a URL");
    http.post(page).send().await.expect("a response");
    let caller = timeout(Duration::from_secs(30), shop.accept()).await;
    let (mut caller, _) = caller.expect("in time").expect("a callback");
    let mut head = [0; 9];
    caller.read_exact(&mut head).await.expect("a request");
    assert_eq!(&head, b"GET /cb?s");
    end(program);
}
