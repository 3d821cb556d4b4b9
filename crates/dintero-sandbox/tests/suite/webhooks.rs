//! Webhook subscriptions: what is delivered, how it is signed, and what ends a subscription.

use std::time::Duration;

use crate::support::receiver::{Receiver, Seen, session, standing};
use crate::support::{Api, charge, ok, refused, refused_fields, start_with};
use dintero_sandbox::{Callback, CallbackState, Client};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;

const HOOKS: &str = "/v1/accounts/T12345678/hooks/subscriptions";
const EVENTS: [&str; 5] = [
    "checkout_authorization",
    "checkout_transaction",
    "checkout_token_add",
    "checkout_token_update",
    "checkout_token_delete",
];

fn subscription(url: &str, secret: Value, events: &[&str]) -> Value {
    let config = json!({"url": url, "content_type": "application/json", "insecure_ssl": 0, "secret": secret});
    json!({"config": config, "events": events})
}

fn signed() -> Value {
    json!({"type": "HMAC-SHA1", "value": "hooksecret"})
}

async fn subscribe(api: &Api, url: &str, events: &[&str]) -> String {
    let created = ok(api.post(HOOKS, subscription(url, signed(), events)).await);
    api.sandbox.callbacks_sent().await;
    created["id"].as_str().expect("an id").to_owned()
}

/// The bodies by event, each checked against its signature and its envelope.
fn bodies(seen: &[Seen]) -> Vec<(String, Value)> {
    let read = |seen: &Seen| {
        let mac = Hmac::<Sha1>::new_from_slice(b"hooksecret").expect("a key");
        let digest = mac.chain_update(&seen.body).finalize().into_bytes();
        assert_eq!(seen.header("event-signature"), hex::encode(digest));
        assert_eq!(seen.method, "POST");
        let body: Value = serde_json::from_slice(&seen.body).expect("JSON");
        let event = seen.header("event").to_owned();
        if event != "ping" {
            assert_eq!(body["event"], event);
            assert_eq!(body["event_delivery"], seen.header("event-delivery"));
            assert_eq!(body["account_id"], "T12345678");
        }
        (event, body)
    };
    seen.iter().map(read).collect()
}

fn state_of(api: &Api, event: &str) -> CallbackState {
    let of_event = |c: &Callback| c.event.as_deref() == Some(event);
    let callbacks = api.sandbox.callbacks();
    callbacks.into_iter().rfind(of_event).expect("it").state
}

#[tokio::test]
async fn a_subscription_is_pinged_read_and_deleted_and_never_shows_its_secret() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    let id = subscribe(&api, &at, &EVENTS).await;
    let one = format!("{HOOKS}/{id}");
    let read = ok(api.get(&one).await);
    assert_eq!(ok(api.get(HOOKS).await), json!([read]));
    let (status, _) = api.post_nothing(&format!("{one}/ping")).await;
    assert_eq!(status, 204);
    api.sandbox.callbacks_sent().await;
    let pings = bodies(&receiver.seen());
    assert_eq!(pings.len(), 2);
    for (event, body) in pings {
        assert_eq!((event.as_str(), &body), ("ping", &read));
    }
    assert!(!read.to_string().contains("hooksecret"), "{read}");
    ok(api.delete(&one).await);
    assert_eq!(api.get(&one).await.0, 404);
    api.pay(&session(&api, &at, json!({})).await);
    api.sandbox.callbacks_sent().await;
    let hooks = receiver.seen();
    let hooks = hooks.iter().filter(|s| !s.header("event").is_empty());
    assert_eq!(hooks.count(), 2, "only the pings");
}

#[tokio::test]
async fn what_happens_to_payments_and_tokens_is_delivered_to_those_who_asked() {
    let (receiver, at) = Receiver::start(&[]).await;
    let (other, other_at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    subscribe(&api, &at, &EVENTS).await;
    subscribe(&api, &other_at, &["checkout_token_delete"]).await;
    let kept = json!({"dintero_psp": {"creditcard": {"enabled": true, "type": "payment_product_type", "generate_payment_token": true}}});
    let paid = session(&api, "https://shop.example/cb", kept).await;
    api.pay(&paid);
    let left = session(&api, "https://shop.example/cb", json!({})).await;
    api.sandbox.payer(&left).cancel().expect("an open session");
    api.sandbox.callbacks_sent().await;
    let seen = bodies(&receiver.seen());
    let of = |event: &str| -> Vec<Value> {
        let of_event = seen.iter().filter(|(name, _)| name == event);
        of_event.map(|(_, body)| body.clone()).collect()
    };
    let ends = of("checkout_authorization");
    let transactions = of("checkout_transaction");
    assert_eq!((ends.len(), transactions.len()), (2, 1), "{seen:?}");
    let end = |session: &str| {
        let mut ends = ends.iter();
        ends.find(|body| body["authorization"]["session_id"] == session)
            .expect("the end of the session")
    };
    let id = &end(&paid)["authorization"]["transaction_id"];
    assert_eq!(end(&paid)["transaction"]["id"], *id);
    assert_eq!(end(&paid)["authorization"].get("error"), None);
    assert_eq!(end(&left)["authorization"]["error"], "cancelled");
    assert_eq!(end(&left).get("transaction"), None);
    assert_eq!(transactions[0]["transaction"]["status"], "AUTHORIZED");
    let token = &of("checkout_token_add")[0]["token"];
    assert_eq!(token["transaction_id"], *id);

    let path = format!("/v1/transactions/{}/capture", id.as_str().expect("an id"));
    ok(api.post(&path, json!({"amount": 1})).await);
    let token = format!("/v1/card-tokens/{}", token["id"].as_str().expect("an id"));
    ok(api.delete(&token).await);
    api.sandbox.callbacks_sent().await;
    let seen = bodies(&receiver.seen());
    let (event, body) = &seen[seen.len() - 2];
    assert_eq!(event, "checkout_transaction");
    assert_eq!(body["transaction"]["status"], "PARTIALLY_CAPTURED");
    let others = bodies(&other.seen());
    let others: Vec<_> = others.iter().map(|(event, _)| event.as_str()).collect();
    assert_eq!(others, ["ping", "checkout_token_delete"]);
}

#[tokio::test]
async fn a_token_that_its_issuer_changes_is_told_and_is_charged_only_while_it_is_active() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    subscribe(&api, &at, &["checkout_token_update"]).await;
    let token = api.card_token().await;
    let id = token["id"].as_str().expect("an id");
    let change = |status: &str| {
        let path = format!("/_sandbox/card-tokens/{id}");
        let (api, body) = (&api, json!({"status": status}));
        async move { api.post(&path, body).await }
    };
    let charge = |reference: &str| {
        let (api, body) = (&api, charge(&token["token"], reference));
        async move { ok(api.post("/v1/sessions/pay", body).await)["success"].clone() }
    };
    assert_eq!(ok(change("SUSPENDED").await)["status"], "SUSPENDED");
    assert_eq!(charge("first").await, false);
    ok(change("ACTIVE").await);
    assert_eq!(charge("second").await, true);
    refused_fields(&change("STOLEN").await, &["status"]);
    ok(api.delete(&format!("/v1/card-tokens/{id}")).await);
    refused(&change("ACTIVE").await, 400);
    api.sandbox.callbacks_sent().await;
    let seen = bodies(&receiver.seen());
    let seen = seen
        .iter()
        .filter(|(event, _)| event == "checkout_token_update");
    let statuses: Vec<_> = seen
        .map(|(_, body)| body["token"]["status"].clone())
        .collect();
    assert_eq!(statuses, ["SUSPENDED", "ACTIVE"]);
}

#[tokio::test]
async fn every_delivery_is_listed_with_its_attempts_or_why_it_was_not_sent() {
    let (_, at) = Receiver::start(&[500, 204]).await;
    let api = start_with(standing()).await;
    let id = subscribe(&api, &format!("{at}/hook?key=hidden"), &EVENTS).await;
    let away = subscribe(&api, "https://shop.example/hook", &EVENTS).await;
    api.sandbox.advance(Duration::from_secs(10));
    api.sandbox.callbacks_sent().await;
    let list = |id: &str| format!("{HOOKS}/{id}/deliveries");
    let of_hook = ok(api.get(&list(&id)).await);
    let one = of_hook[0]["delivery_id"].as_str().expect("an id");
    assert_eq!(
        ok(api.get(&format!("{}/{one}", list(&id))).await),
        of_hook[0]
    );
    assert_eq!(api.get(&format!("{}/{one}", list(&away))).await.0, 404);
    assert_eq!(api.get(&list("none")).await.0, 404);
    let all = api
        .http
        .get(format!("{}/_sandbox/deliveries", api.sandbox.url()));
    let all = all
        .send()
        .await
        .expect("a response")
        .text()
        .await
        .expect("text");
    assert!(
        !all.contains("hidden") && !all.contains("hooksecret"),
        "{all}"
    );
    let all: Value = serde_json::from_str(&all).expect("JSON");
    assert_eq!(all[0], of_hook[0]);
    assert_eq!(all[0]["state"], "delivered");
    let attempts = json!([
        {"at": "2026-03-01T12:00:00Z", "response": {"status": 500}},
        {"at": "2026-03-01T12:00:10Z", "response": {"status": 204}},
    ]);
    assert_eq!(all[0]["attempts"], attempts);
    assert_eq!(all[1]["attempts"], json!([]));
    let reason = all[1]["state"]["not_sent"].as_str().expect("a reason");
    assert!(reason.contains("host was not allowed"), "{reason}");
}

#[tokio::test]
async fn a_delivery_is_repeated_five_times_and_then_the_subscription_is_deleted() {
    for status in [500, 404, 302] {
        let (receiver, at) = Receiver::start(&[status; 30]).await;
        let api = start_with(standing()).await;
        let id = subscribe(&api, &at, &EVENTS).await;
        for _ in 0..7 {
            assert_eq!(api.sandbox.callbacks().len(), 1);
            api.sandbox.advance(Duration::from_secs(3_600));
            api.sandbox.callbacks_sent().await;
        }
        let seen = receiver.seen();
        assert_eq!(seen.len(), 6, "{status}");
        let deliveries = seen.iter().map(|s| s.header("event-delivery"));
        assert!(
            deliveries
                .into_iter()
                .all(|d| d == seen[0].header("event-delivery"))
        );
        bodies(&seen);
        assert_eq!(state_of(&api, "ping"), CallbackState::GivenUp);
        // A token outlives no such time.
        let mut api = api;
        api.log_in().await;
        assert_eq!(api.get(&format!("{HOOKS}/{id}")).await.0, 404, "{status}");
    }
}

#[tokio::test]
async fn what_waits_for_a_deleted_subscription_is_not_sent() {
    let (receiver, at) = Receiver::start(&[500]).await;
    let api = start_with(standing()).await;
    let id = subscribe(&api, &at, &EVENTS).await;
    ok(api.delete(&format!("{HOOKS}/{id}")).await);
    api.sandbox.advance(Duration::from_secs(60));
    api.sandbox.callbacks_sent().await;
    assert_eq!(receiver.seen().len(), 1);
    let reason = "the subscription was deleted".to_owned();
    assert_eq!(state_of(&api, "ping"), CallbackState::NotSent(reason));
}

#[tokio::test]
async fn other_hosts_are_not_called_and_a_fixed_header_is_sent() {
    let (receiver, at) = Receiver::start(&[]).await;
    let api = start_with(standing()).await;
    subscribe(&api, "https://shop.example/hook", &EVENTS).await;
    assert!(matches!(state_of(&api, "ping"), CallbackState::NotSent(_)));
    let secret = json!({"type": "Authorization", "value": "Bearer of-the-shop"});
    ok(api.post(HOOKS, subscription(&at, secret, &EVENTS)).await);
    api.sandbox.callbacks_sent().await;
    let seen = receiver.seen();
    assert_eq!(seen[0].header("authorization"), "Bearer of-the-shop");
    assert_eq!(seen[0].header("event-signature"), "");
}

#[tokio::test]
async fn a_wrong_subscription_is_refused_by_field_and_needs_a_scope_of_hooks() {
    let mut api = start_with(
        standing()
            .client(Client::new("all", "s"))
            .client(Client::new("shop", "s").with_scopes(["admin:checkout"])),
    )
    .await;
    let aws = json!({"type": "AWS4-HMAC-SHA256", "value": "s"});
    for (body, field) in [
        (subscription("shop", signed(), &EVENTS), "config.url"),
        (
            subscription("ftp://a.example", signed(), &EVENTS),
            "config.url",
        ),
        (
            subscription("https://a.example", aws, &EVENTS),
            "config.secret.type",
        ),
        (
            subscription("https://a.example", json!({"type": "HMAC-SHA1"}), &EVENTS),
            "config.secret.value",
        ),
        (subscription("https://a.example", signed(), &[]), "events"),
    ] {
        let (status, error) = api.post(HOOKS, body).await;
        assert_eq!(status, 400, "{error}");
        assert_eq!(error["error"]["errors"][0]["field"], field, "{error}");
    }
    assert_eq!(ok(api.get(HOOKS).await), json!([]));
    let audience = api.audience();
    let (_, token) = api.token_call("shop", "s", &audience).await;
    api.token = token["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(api.get(HOOKS).await.0, 403);
}
