//! Callbacks, at a receiver of the test's own: when they are sent, what they say, and how they are signed.

use std::time::Duration;

use crate::support::receiver::{Receiver, only, session, standing};
use crate::support::{ok, session_body, start_with};
use axum::http::Method;
use dintero_sandbox::{CallbackState, Card, Fault};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

#[tokio::test]
async fn an_authorization_is_told_by_get_with_the_own_query_echoed() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    let session = session(&api, &format!("{at}/cb/%C3%A6?order=a%20b&flag"), json!({})).await;
    let transaction = api.pay(&session);
    let callback = only(&api).await;
    assert_eq!(callback.state, CallbackState::Delivered);
    let [seen] = &receiver.seen()[..] else {
        panic!("one request")
    };
    assert_eq!(
        (seen.method.as_str(), seen.uri.path()),
        ("GET", "/cb/%C3%A6")
    );
    let expected = [
        ("order", "a b"),
        ("flag", ""),
        ("session_id", &session),
        ("merchant_reference", "order-1"),
        ("transaction_id", &transaction),
        ("time", "2026-03-01T12:00:00.000Z"),
    ];
    assert_eq!(
        seen.query(),
        expected.map(|(n, v)| (n.to_owned(), v.to_owned()))
    );
    assert!(seen.body.is_empty());
    assert_eq!(seen.header("event-delivery"), callback.delivery_id);
    // No secret, no signature.
    assert_eq!(seen.header("dintero-signature"), "");
}

#[tokio::test]
async fn the_signature_is_that_of_the_request_line() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    let secret = ok(api.post_nothing("/v1/admin/signature").await);
    let secret = secret["signature"]["secret"].as_str().expect("a secret");
    for method in ["GET", "POST"] {
        let url = format!("{at}/b%20c/?z=%C3%A6~&method={method}&empty=&B=1&a=2+3&B=0");
        api.pay(&session(&api, &url, json!({})).await);
    }
    api.sandbox.callbacks_sent().await;
    let seen = receiver.seen();
    assert_eq!(seen.len(), 2);
    for seen in seen {
        let (time, digest) = seen
            .header("dintero-signature")
            .strip_prefix("t=")
            .and_then(|rest| rest.split_once(",v0-hmac-sha256="))
            .expect("the documented form");
        assert_eq!(time, "1772366400");
        let mut pairs = seen.query();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        let line = [
            time,
            api.sandbox.account(),
            seen.method.as_str(),
            "127.0.0.1",
            seen.uri.path(),
            &query.finish(),
        ]
        .join("\n");
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
        let digest = hex::decode(digest).expect("hex");
        mac.chain_update(line)
            .verify_slice(&digest)
            .expect("the right signature");
    }
}

#[tokio::test]
async fn a_post_brings_the_transaction_and_the_session_if_asked_for() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    let plain = session(&api, &format!("{at}/?method=POST"), json!({})).await;
    let whole = session(
        &api,
        &format!("{at}/?method=POST&includes=session&sid_parameter_name=sid"),
        json!({}),
    )
    .await;
    for session in [&plain, &whole] {
        api.pay(session);
        api.sandbox.callbacks_sent().await;
    }
    let bodies: Vec<Value> = receiver
        .seen()
        .iter()
        .map(|seen| {
            assert_eq!(seen.method, Method::POST);
            assert_eq!(seen.header("content-type"), "application/json");
            serde_json::from_slice(&seen.body).expect("JSON")
        })
        .collect();
    assert_eq!(
        (&bodies[0]["session_id"], &bodies[0]["status"]),
        (&json!(plain), &json!("AUTHORIZED"))
    );
    assert_eq!(
        (&bodies[0]["session"], &bodies[1]["session"]["id"]),
        (&Value::Null, &json!(whole))
    );
    let last = &receiver.seen()[1];
    assert_eq!(
        (last.parameter("sid"), last.parameter("session_id")),
        (Some(whole), None)
    );
}

#[tokio::test]
async fn failures_are_told_only_when_asked_for() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    for query in ["", "?report_error=true"] {
        for card in [Some(Card::declined()), Some(Card::failing()), None] {
            let id = session(&api, &format!("{at}/{query}"), json!({})).await;
            let payer = api.sandbox.payer(&id);
            match card {
                Some(card) => assert!(payer.pay(card).is_ok()),
                None => payer.cancel().expect("cancelled"),
            }
            api.sandbox.callbacks_sent().await;
        }
    }
    let told: Vec<_> = receiver
        .seen()
        .iter()
        .map(|seen| {
            (
                seen.parameter("error").unwrap_or_default(),
                seen.parameter("transaction_id").is_some(),
                seen.parameter("merchant_reference").is_some() && seen.parameter("time").is_some(),
            )
        })
        .collect();
    let expected = [
        ("authorization", true),
        ("failed", true),
        ("cancelled", false),
    ];
    assert_eq!(told, expected.map(|(e, t)| (e.to_owned(), t, true)));
}

#[tokio::test]
async fn a_payment_on_hold_is_told_twice() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    let [good, bad, other] = [
        session(&api, &at, json!({})).await,
        session(&api, &at, json!({})).await,
        session(&api, &at, json!({"auto_capture": true})).await,
    ];
    let mut statuses = Vec::new();
    for (id, is_given) in [(&good, Some(true)), (&bad, Some(false)), (&other, None)] {
        let payer = api.sandbox.payer(id);
        assert!(payer.release().is_err() && payer.refuse().is_err());
        let transaction = payer.hold().expect("a transaction");
        api.sandbox.callbacks_sent().await;
        let path = format!("/v1/transactions/{transaction}");
        statuses.push(ok(api.get(&path).await)["status"].clone());
        assert!(payer.pay(Card::approved()).is_err());
        match is_given {
            Some(true) => assert_eq!(payer.release(), Ok(transaction)),
            Some(false) => assert_eq!(payer.refuse(), Ok(transaction)),
            None => {
                let body = ok(api.get(&path).await);
                let body = json!({"amount": body["amount"], "items": body["items"]});
                let path = format!("{path}/authorization");
                crate::support::refused(
                    &api.post(&path, json!({"amount": 1, "items": [{"id": "a", "line_id": "1", "amount": 1, "description": "a", "quantity": 1}]})).await,
                    400,
                );
                ok(api.post(&path, body).await);
            }
        }
        assert!(payer.release().is_err(), "decided once");
        api.sandbox.callbacks_sent().await;
        statuses.push(ok(api.get(&path).await)["status"].clone());
    }
    let expected = [
        "ON_HOLD",
        "AUTHORIZED",
        "ON_HOLD",
        "FAILED",
        "ON_HOLD",
        "CAPTURED",
    ];
    assert_eq!(statuses, expected);
    let errors: Vec<_> = receiver
        .seen()
        .iter()
        .map(|s| s.parameter("error"))
        .collect();
    assert_eq!(errors.iter().flatten().collect::<Vec<_>>(), ["failed"]);
    assert_eq!(errors.len(), 6);
    let events = ok(api.get(&format!("/v1/sessions/{good}")).await)["events"].clone();
    let names: Vec<_> = events
        .as_array()
        .expect("events")
        .iter()
        .map(|e| &e["name"])
        .collect();
    let expected = [
        "INITIATED",
        "ON_HOLD_CALLBACK_SENT",
        "AUTHORIZED",
        "AUTH_CALLBACK_SENT",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn events_are_told_when_asked_for_also_those_that_were_pending() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    let url = format!("{at}/?report_event=CAPTURE&report_event=VOID");
    let captured = api.pay(&session(&api, &url, json!({})).await);
    let path = format!("/v1/transactions/{captured}");
    let wait = Fault::Pending(Duration::from_secs(60));
    api.sandbox.fail_next("transactions_id_capture_post", wait);
    let (status, _) = api
        .post(&format!("{path}/capture"), json!({"amount": 100}))
        .await;
    assert_eq!(status, 202);
    api.sandbox.callbacks_sent().await;
    assert_eq!(receiver.seen().len(), 1, "the authorization only");
    // Nobody asks: the clock alone completes it.
    api.sandbox.advance(Duration::from_secs(60));
    api.sandbox.callbacks_sent().await;
    ok(api
        .post(&format!("{path}/refund"), json!({"amount": 50}))
        .await);
    api.pay(&session(&api, &url, json!({"auto_capture": true})).await);
    let cancelled = session(&api, &url, json!({})).await;
    api.pay(&cancelled);
    ok(api
        .post_nothing(&format!("/v1/sessions/{cancelled}/cancel"))
        .await);
    api.sandbox.callbacks_sent().await;
    let told: Vec<_> = api
        .sandbox
        .callbacks()
        .into_iter()
        .map(|c| c.event.unwrap_or_default())
        .collect();
    assert_eq!(told, ["", "CAPTURE", "", "CAPTURE", "", "VOID"]);
    let seen = receiver.seen();
    assert_eq!(seen.len(), 6);
    let transaction = ok(api.get(&path).await);
    let event = seen.iter().find_map(|s| s.parameter("event_id"));
    let mut events = transaction["events"].as_array().expect("events").iter();
    let capture = events.rfind(|e| e["event"] == "CAPTURE");
    assert_eq!(event.as_deref(), capture.and_then(|e| e["id"].as_str()));
}

#[tokio::test]
async fn other_machines_are_not_called_unless_allowed() {
    let api = start_with(standing()).await;
    for url in [
        "https://shop.example/callback",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "http://[::/",
    ] {
        api.sandbox.callbacks_sent().await;
        let before = api.sandbox.callbacks().len();
        let mut body = session_body();
        body["url"]["callback_url"] = json!(url);
        let (status, created) = api.post("/v1/sessions-profile", body).await;
        if status == 200 {
            api.pay(created["id"].as_str().expect("an id"));
            api.sandbox.callbacks_sent().await;
            let callbacks = api.sandbox.callbacks();
            assert_eq!(callbacks.len(), before + 1);
            let last = callbacks.last().expect("one");
            assert!(
                matches!(last.state, CallbackState::NotSent(_)) && last.attempts.is_empty(),
                "{last:?}"
            );
        }
    }
    assert!(api.sandbox.callbacks().len() >= 2);
}

#[tokio::test]
async fn a_session_without_callback_url_tells_nobody() {
    let api = start_with(standing()).await;
    let mut body = session_body();
    body["url"] = json!({"return_url": "https://shop.example/done"});
    let created = ok(api.post("/v1/sessions-profile", body).await);
    api.pay(created["id"].as_str().expect("an id"));
    api.sandbox.callbacks_sent().await;
    assert!(api.sandbox.callbacks().is_empty());
}

#[tokio::test]
async fn many_callbacks_are_each_delivered_once() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    let mut paid = Vec::new();
    for _ in 0..100 {
        paid.push(api.pay(&session(&api, &at, json!({})).await));
    }
    api.sandbox.callbacks_sent().await;
    let mut told: Vec<_> = receiver
        .seen()
        .iter()
        .filter_map(|s| s.parameter("transaction_id"))
        .collect();
    paid.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, paid);
}
