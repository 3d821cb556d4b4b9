//! Operations: how they are called and how their responses are printed.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use dintero_sandbox::Fault;

use crate::support::{SECRET, Shop, run};

const LIST: &str = "checkout_sessions_get";

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_a_view_with_amounts_in_major_units_or_a_line_of_json() {
    let shop = Shop::start().await;
    let payment = shop.payment();
    let view = shop.run(&["checkout", "get-transaction", &payment]);
    assert!(
        view.out.contains("299.90 NOK") && !view.out.contains("29990"),
        "{view:?}"
    );
    let json = shop.run(&["checkout", "get-transaction", &payment, "--json"]);
    let lines = json.lines();
    assert_eq!(
        (lines.len(), lines[0]["amount"].as_i64()),
        (1, Some(29_990)),
        "{json:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_a_table_or_a_line_of_json_for_each_element() {
    let shop = Shop::start().await;
    let ids: Vec<_> = (0..3)
        .map(|index| shop.session(&format!("order-{index}")))
        .collect();
    let table = shop.run(&["checkout", "list-sessions"]);
    assert_eq!(table.out.lines().count(), 4, "{table:?}");
    assert!(
        table.out.lines().next().unwrap().contains("ID"),
        "{table:?}"
    );
    let json = shop.run(&["checkout", "list-sessions", "--json"]);
    for (id, found) in ids.iter().rev().zip(json.lines()) {
        assert!(
            table.out.contains(id),
            "an id is shown in one piece: {table:?}"
        );
        assert_eq!(found["id"], id.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_follows_the_pages_and_without_it_there_is_one_request() {
    let shop = Shop::start().await;
    for index in 0..5 {
        shop.session(&format!("order-{index}"));
    }
    let list = |more: &[&str]| {
        shop.sandbox.clear_requests();
        let arguments = ["checkout", "list-sessions", "--limit", "2", "--json"];
        let ran = shop.run(&[&arguments[..], more].concat());
        (ran.lines().len(), shop.sandbox.count(LIST))
    };
    assert_eq!(list(&[]), (2, 1));
    let (elements, requests) = list(&["--all"]);
    assert_eq!(elements, 5);
    assert!(requests >= 3, "{requests}");
}

pub fn requests(shop: &Shop, path: &str) -> usize {
    shop.sandbox
        .requests()
        .iter()
        .filter(|request| request.path == path)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_list_prints_what_arrived_and_fails() {
    let shop = Shop::start().await;
    for index in 0..4 {
        shop.session(&format!("order-{index}"));
    }
    for more in [&["--json"][..], &[]] {
        // The first page arrives, the second is refused.
        shop.sandbox.fail_next(LIST, Fault::Delay(Duration::ZERO));
        shop.sandbox.fail_next(LIST, Fault::Status(403));
        let arguments = ["checkout", "list-sessions", "--limit", "2", "--all"];
        let ran = shop.run(&[&arguments[..], more].concat());
        assert_eq!(ran.code, 1, "{ran:?}");
        assert_eq!(
            ran.out.matches("\"T12345678.").count() + ran.out.matches("\nT12345678.").count(),
            2,
            "{ran:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_selects_by_jsonpath() {
    let shop = Shop::start().await;
    let session = shop.session("order-1");
    let ran = shop.run(&[
        "checkout",
        "get-session",
        &session,
        "--query",
        "$.order.items[*].id",
    ]);
    assert_eq!(ran.out, "chair\n");
    let ran = shop.run(&[
        "checkout",
        "get-session",
        &session,
        "--query",
        "$.order.items[*].id",
        "--json",
    ]);
    assert_eq!(ran.out, "\"chair\"\n");
    let ran = shop.run(&["checkout", "list-sessions", "--query", "$.order.amount"]);
    assert_eq!(ran.out, "29990\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_comes_from_a_file_standard_input_and_single_fields() {
    let shop = Shop::start().await;
    let card = |id: &str| format!(r#"{{"card_id": "{id}", "amount": 50000, "currency": "NOK"}}"#);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("card.json");
    std::fs::write(&file, card("from-file")).unwrap();
    let file = file.to_str().unwrap();
    let create = |more: &[&str], input: &str| {
        shop.run_with(
            &[&["wallets", "create-card", "--yes", "--json"], more].concat(),
            input,
            &[],
        )
    };
    assert_eq!(
        create(&["--body", file], "").lines()[0]["card_id"],
        "from-file"
    );
    assert_eq!(
        create(&["--body", "-"], &card("from-input")).lines()[0]["card_id"],
        "from-input"
    );
    let fields = [
        "--set",
        "card_id=123",
        "--set",
        "amount=100",
        "--set",
        "currency=NOK",
    ];
    assert_eq!(
        create(&fields, "").lines()[0]["card_id"],
        "123",
        "a text stays a text"
    );
    let both = create(&["--body", file, "--set", "card_id=changed"], "").lines();
    assert_eq!(
        (&both[0]["card_id"], &both[0]["amount"]),
        (&"changed".into(), &50_000.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_the_api_says() {
    let shop = Shop::start().await;
    let ran = shop.run(&["checkout", "get-transaction", "T12345678.unknown"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    assert!(
        ran.err.contains("404") && ran.err.contains("The API says"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_of_the_client_is_an_option() {
    let shop = Shop::start().await;
    let ran = shop.run(&["checkout", "list-sessions", "--account", "T87654321"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("T87654321"), "{ran:?}");
}

#[test]
fn a_file_is_written_to_standard_output_as_it_arrives() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap();
            let is_token = String::from_utf8_lossy(&head[..read]).contains("auth/token");
            let body = match is_token {
                true => r#"{"access_token": "a", "token_type": "Bearer", "expires_in": 600}"#,
                false => "%PDF-1.7",
            };
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}");
            let _ = write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}");
        }
    });
    let variables = [
        ("DINTERO_ACCOUNT_ID", "T12345678"),
        ("DINTERO_CLIENT_ID", "cli-test"),
        ("DINTERO_CLIENT_SECRET", SECRET),
        ("DINTERO_API_URL", &url),
        ("DINTERO_CHECKOUT_URL", &url),
    ];
    let download = ["checkout", "download-settlement-attachment", "a", "b"];
    let ran = run(&download, "", &variables);
    assert_eq!((ran.code, &*ran.out), (0, "%PDF-1.7"), "{ran:?}");
}
