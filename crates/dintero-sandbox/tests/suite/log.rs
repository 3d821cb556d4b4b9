//! The log: verdicts, JSON lines, the page, and that nothing secret or personal is in any of them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use crate::support::{Api, ok, refused, session_body, start};
use dintero_sandbox::Fault;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

async fn text(api: &Api, path: &str) -> String {
    let url = format!("{}{path}", api.sandbox.url());
    let response = api.http.get(url).send().await.expect("a response");
    assert_eq!(response.status(), 200);
    response.text().await.expect("text")
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

#[tokio::test]
async fn each_line_has_operation_verdict_and_reason() {
    let api = start().await;
    api.sandbox.clear_requests();
    api.session().await;
    let mut body = session_body();
    body["order"]["amount"] = json!("many");
    refused(&api.post("/v1/sessions-profile", body).await, 400);
    api.sandbox
        .fail_next("transactions_get", Fault::Status(503));
    refused(&api.get("/v1/transactions").await, 503);
    refused(&api.get("/v1/nowhere").await, 404);
    let lines = lines(&text(&api, "/_sandbox/log.jsonl").await);
    let verdicts: Vec<_> = lines
        .iter()
        .map(|l| (&l["verdict"], &l["status"]))
        .collect();
    assert_eq!(
        json!(verdicts),
        json!([
            ["accepted", 200],
            ["refused", 400],
            ["fault", 503],
            ["refused", 404]
        ])
    );
    assert_eq!(lines[0]["operation_id"], "checkout_session_profile_post");
    assert_eq!(
        lines[1]["refusal"]["errors"],
        json!(["order.amount must be an integer"])
    );
    assert_eq!(lines[1]["handled"], false);
    assert_eq!(lines[2]["fault"], "status=503");
    assert_eq!(lines[3]["refusal"]["message"], "no such path");
}

#[tokio::test]
async fn the_pages_of_the_log_are_not_in_the_log_and_load_nothing() {
    let api = start().await;
    let before = api.sandbox.requests();
    let url = format!("{}/_sandbox", api.sandbox.url());
    let response = api.http.get(url).send().await.expect("a response");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert_eq!(api.sandbox.requests(), before);
    refused(&api.post("/_sandbox", json!({})).await, 404);
}

/// What is written can be looked at from outside.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_copy_gets_the_same_lines() {
    let api = start().await;
    let copy = Shared::default();
    api.sandbox.clear_requests();
    api.sandbox.copy_log_to(copy.clone());
    ok(api.get("/v1/transactions").await);
    refused(&api.get("/v1/nowhere").await, 404);
    let copied = String::from_utf8(copy.0.lock().expect("a lock").clone()).expect("text");
    assert_eq!(copied, text(&api, "/_sandbox/log.jsonl").await);
    assert_eq!(lines(&copied).len(), 2);
}

/// Card numbers, addresses, telephone numbers, PINs, tokens, secrets and names, in the forms in which they are written.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "4[0-9]{15}",
        "4[0-9]{3} [0-9]{4} [0-9]{4} [0-9]{4}",
        "4[0-9]{3}-[0-9]{4}-[0-9]{4}-[0-9]{4}",
        "[a-z]{6}\\.[a-z]{6}@example\\.com",
        "\\+47[0-9]{8}",
        "pin-[0-9]{9}",
        "sandbox-[0-9a-f]{64}",
        "[A-Za-z0-9+/]{44}=",
        "[A-Z][a-z]{7} [A-Z][a-z]{9}",
        "DINCARD:[0-9]{16}",
    ]
}

/// Sends the secret in every place that a request has, on known and unknown paths, well formed and not.
async fn send_everywhere(api: &Api, secret: &str) {
    let escaped: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
    for path in [
        format!("/v1/accounts/{{aid}}/wallets/cards/{escaped}"),
        format!("/v1/accounts/{{aid}}/wallets/customers/{escaped}/cards"),
        format!("/v1/accounts/{{aid}}/shopping/orders/{escaped}"),
        format!("/v1/accounts/{escaped}/shopping/orders"),
        format!("/v1/transactions/{escaped}"),
        format!("/v1/nowhere/{escaped}"),
        format!("/{escaped}?{escaped}={escaped}"),
        format!("/v1/transactions?search={escaped}&limit={escaped}&{escaped}=1"),
    ] {
        api.get(&path).await;
    }
    let mut good = session_body();
    good["order"]["merchant_reference"] = json!(secret);
    good["customer"] = json!({"email": secret, "phone_number": secret});
    good["metadata"] = json!({secret: secret});
    let mut bad = good.clone();
    bad["order"]["amount"] = json!(secret);
    bad["order"][secret] = json!(secret);
    bad["metadata"] = json!({secret: [secret]});
    bad["customer"] = json!([{secret: {secret: secret}}]);
    for body in [good, bad, json!({secret: secret})] {
        api.post("/v1/sessions-profile", body).await;
    }
    let card = json!({"card_id": secret, "pin": secret, "token": secret, "ref_id": secret, "amount": secret});
    api.post("/v1/accounts/{aid}/wallets/transactions", card)
        .await;
    let broken = api
        .request(Method::POST, "/v1/sessions")
        .header("content-type", "application/json");
    api.send(broken.body(format!("{{\"{secret}\": {secret}")))
        .await;
    let headers = api
        .request(Method::GET, "/v1/transactions")
        .header("x-api-key", secret);
    api.send(
        headers
            .header("sandbox-fault", secret)
            .header("dintero-feature-toggles", secret),
    )
    .await;
    api.token_call(
        secret,
        secret,
        &json!({"audience": secret, "grant_type": secret}),
    )
    .await;
    let url = format!("{}/v1/transactions", api.sandbox.url());
    api.send(api.http.get(url).bearer_auth(secret)).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_secret_or_personal_is_in_the_log(secret in secret()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let shown = runtime.block_on(async {
            let api = start().await;
            send_everywhere(&api, &secret).await;
            let own = [api.token.clone(), api.sandbox.client_secret().to_owned()];
            let mut shown = format!("{:?}", api.sandbox.requests());
            shown += &text(&api, "/_sandbox/log.jsonl").await;
            shown += &text(&api, "/_sandbox").await;
            assert!(own.iter().all(|own| !shown.contains(own)), "{shown}");
            shown
        });
        let escaped: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
        let plain = secret.replace([' ', '-'], "");
        for form in [secret.as_str(), &escaped, &plain] {
            prop_assert!(!shown.contains(form), "{form} in {shown}");
        }
    }
}
