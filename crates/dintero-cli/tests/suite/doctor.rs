//! `dintero doctor`: each line passes, fails or is skipped, and says what to do.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use crate::support::{Ran, SECRET, Shop, run};

/// The status of each check of this name.
fn statuses(ran: &Ran, check: &str) -> Vec<String> {
    let lines = ran.lines();
    let lines = lines.iter().filter(|line| line["check"] == check);
    lines
        .map(|line| line["status"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_with_a_sandbox() {
    let shop = Shop::start().await;
    let ran = shop.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for check in [
        "DINTERO_ACCOUNT_ID",
        "DINTERO_CLIENT_SECRET",
        "token",
        "checkout read",
        "shopping read",
        "wallets read",
    ] {
        assert_eq!(statuses(&ran, check), ["passed"], "{check}: {ran:?}");
    }
    assert_eq!(statuses(&ran, "DNS"), ["passed"; 2]);
    assert_eq!(statuses(&ran, "clock"), ["passed"; 2]);
    assert_eq!(statuses(&ran, "callback URL"), ["skipped"]);
    let plain = shop.run(&["doctor"]);
    assert_eq!(plain.out.lines().count(), ran.out.lines().count());
    assert!(
        plain
            .out
            .lines()
            .all(|line| ["passed ", "skipped", "failed "].contains(&&line[..7])),
        "{plain:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_fails_the_token_and_says_what_to_check() {
    let shop = Shop::start().await;
    let ran = shop.run_with(
        &["doctor", "--json"],
        "",
        &[("DINTERO_CLIENT_SECRET", "another-secret")],
    );
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(statuses(&ran, "token"), ["failed"]);
    assert!(
        ran.out.contains("Check client id and secret") && !ran.out.contains("another-secret"),
        "{ran:?}"
    );
}

#[test]
fn missing_and_malformed_variables_are_lines() {
    let ran = run(
        &["doctor", "--json"],
        "",
        &[
            ("DINTERO_ACCOUNT_ID", "12"),
            ("DINTERO_CLIENT_SECRET", SECRET),
            ("DINTERO_API_URL", "http://127.0.0.1:1"),
            ("DINTERO_CHECKOUT_URL", "http://127.0.0.1:1"),
        ],
    );
    assert_eq!(ran.code, 1, "{ran:?}");
    for (check, status) in [
        ("DINTERO_ACCOUNT_ID", "failed"),
        ("DINTERO_CLIENT_ID", "failed"),
        ("DINTERO_CLIENT_SECRET", "passed"),
        ("token", "skipped"),
    ] {
        assert_eq!(statuses(&ran, check), [status], "{check}: {ran:?}");
    }
    // Nothing listens on that port.
    assert_eq!(statuses(&ran, "TLS"), ["failed"; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_the_client_may_not_use_is_skipped_with_its_scope() {
    let shop = Shop::with_scopes(&["admin:checkout"]).await;
    let ran = shop.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(statuses(&ran, "checkout read"), ["passed"]);
    assert_eq!(statuses(&ran, "wallets read"), ["skipped"]);
    assert!(ran.out.contains("grant read:wallets"), "{ran:?}");
}

/// Serves one request with this head. Returns the URL.
fn serve(head: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/callback", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        write!(
            stream,
            "HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_url_must_be_reached_and_refuse_what_is_not_signed() {
    let shop = Shop::start().await;
    for (head, status, message) in [
        ("400 Bad Request", "passed", "refuses"),
        ("200 OK", "failed", "Verify `Dintero-Signature`"),
        ("404 Not Found", "failed", "Check the path"),
        ("302 Found", "failed", "redirects"),
    ] {
        let url = serve(head);
        let ran = shop.run(&["doctor", "--json", "--callback-url", &url]);
        assert_eq!(statuses(&ran, "callback URL"), [status], "{head}: {ran:?}");
        assert!(ran.out.contains(message), "{head}: {ran:?}");
    }
    let ran = shop.run(&[
        "doctor",
        "--json",
        "--callback-url",
        "http://127.0.0.1:1/callback",
    ]);
    assert_eq!(statuses(&ran, "callback URL"), ["failed"], "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_fails() {
    let url = serve("404 Not Found\r\ndate: Mon, 01 Jan 2024 00:00:00 GMT");
    let url = url.trim_end_matches("/callback");
    let ran = run(
        &["doctor", "--json"],
        "",
        &[
            ("DINTERO_API_URL", url),
            ("DINTERO_CHECKOUT_URL", "http://127.0.0.1:1"),
        ],
    );
    let clock = statuses(&ran, "clock");
    assert_eq!(clock, ["failed", "skipped"], "{ran:?}");
}
