//! Sessions: created, read, updated, cancelled, expired, and paid by the payer.

use std::time::Duration;

use crate::support::{Api, ok, refused, refused_fields, session_body, start, start_with};
use dintero_sandbox::{Card, Clock, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

async fn read(api: &Api, session: &str) -> Value {
    ok(api.get(&format!("/v1/sessions/{session}")).await)
}

fn names(session: &Value) -> Vec<&str> {
    session["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|e| e["name"].as_str())
        .collect()
}

#[tokio::test]
async fn a_session_from_a_profile_returns_id_and_url_only() {
    let api = start().await;
    let body = ok(api.post("/v1/sessions-profile", session_body()).await);
    let keys: Vec<_> = body.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["id", "url"]);
    let id = body["id"].as_str().expect("an id");
    let rest = id.strip_prefix("T12345678.").expect("the account");
    assert!(
        rest.len() == 22 && rest.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{id}"
    );
    assert_ne!(id, api.session().await);
    assert!(
        body["url"]
            .as_str()
            .is_some_and(|url| url.starts_with(api.sandbox.url()))
    );
}

#[tokio::test]
async fn include_session_gives_the_session_as_it_can_be_read() {
    let api = start().await;
    let body = ok(api
        .post("/v1/sessions-profile?include_session=true", session_body())
        .await);
    let session = read(&api, body["id"].as_str().expect("an id")).await;
    assert_eq!(body["session"], session);
    assert_eq!(session["order"], session_body()["order"]);
    assert_eq!(session["metadata"]["session:profile_id"], "default");
    assert_eq!(names(&session), ["INITIATED"]);
    assert!(session.get("transaction_id").is_none());
}

#[tokio::test]
async fn a_session_with_its_own_configuration_needs_no_profile() {
    let api = start().await;
    let mut body = session_body();
    body.as_object_mut()
        .expect("an object")
        .remove("profile_id");
    body["configuration"] = json!({"swish": {"swish": {"enabled": true}}});
    let created = ok(api.post("/v1/sessions?include_session=true", body).await);
    assert_eq!(
        created["session"]["configuration"],
        json!({"swish": {"swish": {"enabled": true}}})
    );
}

#[tokio::test]
async fn amounts_must_add_up_at_creation_only_with_the_toggle() {
    let api = start().await;
    let mut body = session_body();
    body["order"]["amount"] = json!(49_999);
    ok(api.post("/v1/sessions-profile", body.clone()).await);
    let with = |toggles: &'static str, body: &Value| {
        let request = api.request(Method::POST, "/v1/sessions-profile").json(body);
        api.send(request.header("dintero-feature-toggles", toggles))
    };
    refused_fields(
        &with("strict-everything", &body).await,
        &["Dintero-Feature-Toggles"],
    );
    let strict = |body: &Value| with("strict-session-amounts", body);
    refused_fields(&strict(&body).await, &["amount"]);
    ok(strict(&session_body()).await);
    body["order"]["partial_payment"] = json!(true);
    ok(strict(&body).await);
}

#[tokio::test]
async fn an_update_must_add_up_and_keeps_what_it_does_not_name() {
    let api = start().await;
    let session = api.session().await;
    let path = format!("/v1/sessions/{session}?update_without_lock=true");
    let items = json!([{"id": "chair", "line_id": "1", "amount": 20_000}]);
    refused_fields(
        &api.put(&path, json!({"order": {"amount": 20_000, "items": items}}))
            .await,
        &["amount"],
    );
    refused_fields(
        &api.put(&path, json!({"order": {"currency": "SEK"}})).await,
        &["order.currency"],
    );
    refused_fields(&api.put(&path, json!({})).await, &["order"]);
    assert_eq!(read(&api, &session).await["order"], session_body()["order"]);

    let updated = ok(api
        .put(&path, json!({"order": {"amount": 24_900, "items": items}}))
        .await);
    assert_eq!(updated["order"]["amount"], 24_900);
    assert_eq!(updated["order"]["merchant_reference"], "order-1");
    assert_eq!(names(&updated), ["INITIATED", "UPDATE_SESSION"]);
    assert_eq!(
        updated["events"][1]["details"]["previous_order"]["amount"],
        50_000
    );
}

#[tokio::test]
async fn an_update_needs_the_lock_or_its_waiver() {
    let api = start().await;
    let session = api.session().await;
    refused(
        &api.put(
            &format!("/v1/sessions/{session}"),
            json!({"order": session_body()["order"]}),
        )
        .await,
        400,
    );
}

#[tokio::test]
async fn the_chosen_shipping_option_must_be_on_offer() {
    let api = start().await;
    let session = api.session().await;
    let path = format!("/v1/sessions/{session}?update_without_lock=true");
    let offer = |id: &str| json!({"order": {}, "express": {"shipping_options": [{"id": id, "line_id": id, "amount": 1, "title": id, "operator": "Post"}]}});
    refused_fields(
        &api.put(&path, offer("drone")).await,
        &["order.shipping_option.id"],
    );
    let updated = ok(api.put(&path, offer("post")).await);
    assert_eq!(updated["express"]["shipping_options"][0]["id"], "post");
}

#[tokio::test]
async fn a_paid_session_names_its_transaction_and_is_closed_for_changes() {
    let api = start().await;
    let session = api.session().await;
    let transaction = api.sandbox.pay(&session, Card::approved()).expect("paid");
    let body = read(&api, &session).await;
    assert_eq!(body["transaction_id"], transaction.as_str());
    assert_eq!(names(&body), ["INITIATED", "AUTHORIZED"]);
    let error = api
        .sandbox
        .pay(&session, Card::approved())
        .expect_err("once only");
    assert_eq!(
        error.to_string(),
        "the session cannot be paid: the session is completed"
    );
    let path = format!("/v1/sessions/{session}?update_without_lock=true");
    refused(&api.put(&path, json!({"order": {}})).await, 400);
}

#[tokio::test]
async fn a_declined_or_failed_card_makes_a_transaction_that_says_so() {
    let api = start().await;
    for (card, status) in [(Card::declined(), "DECLINED"), (Card::failing(), "FAILED")] {
        let session = api.session().await;
        let transaction = api.sandbox.pay(&session, card).expect("a transaction");
        let body = ok(api.get(&format!("/v1/transactions/{transaction}")).await);
        assert_eq!(body["status"], status);
        assert_eq!(
            (
                &body["events"][1]["success"],
                &body["events"][1]["error"]["type"][0].is_string()
            ),
            (&json!(false), &true)
        );
        refused(
            &api.post(
                &format!("/v1/transactions/{transaction}/capture"),
                json!({"amount": 1}),
            )
            .await,
            400,
        );
        assert!(api.sandbox.pay(&session, Card::approved()).is_err());
    }
}

#[tokio::test]
async fn the_payer_can_pay_from_another_process() {
    let api = start().await;
    let created = ok(api.post("/v1/sessions-profile", session_body()).await);
    let url = created["url"].as_str().expect("a url");
    let page = api.http.get(url).send().await.expect("a response");
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let html = page.text().await.expect("text");
    assert!(
        html.contains("500.00 NOK") && html.contains("<button"),
        "{html}"
    );

    let unknown = api
        .http
        .post(url)
        .json(&json!({"card_number": "4242 4242 4242 4242"}))
        .send()
        .await
        .expect("a response");
    refused_fields(
        &crate::support::read_response(unknown).await,
        &["card_number"],
    );
    let paid = ok(crate::support::read_response(
        api.http.post(url).send().await.expect("a response"),
    )
    .await);
    assert_eq!(
        (&paid["status"], &paid["error"]),
        (&json!("AUTHORIZED"), &Value::Null)
    );
    assert_eq!(paid["return_url"], "https://shop.example/done");
    assert_eq!(
        read(&api, created["id"].as_str().expect("an id")).await["transaction_id"],
        paid["transaction_id"]
    );

    let again = api.http.post(url).send().await.expect("a response");
    refused(&crate::support::read_response(again).await, 400);
    let html = api
        .http
        .get(url)
        .send()
        .await
        .expect("a response")
        .text()
        .await
        .expect("text");
    assert!(
        html.contains("This payment is over") && !html.contains("<button"),
        "{html}"
    );
}

#[tokio::test]
async fn text_of_the_merchant_stays_text_on_the_payment_page() {
    let api = start().await;
    let mut body = session_body();
    body["order"]["merchant_reference"] = json!("<b a=\"1\">&");
    body["order"]["items"][0]["description"] = json!("<script>x</script>");
    let created = ok(api.post("/v1/sessions-profile", body).await);
    let page = api
        .http
        .get(created["url"].as_str().expect("a url"))
        .send()
        .await
        .expect("a response");
    let page = page.text().await.expect("text");
    assert!(page.contains("&lt;b a=&quot;1&quot;&gt;&amp;"), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn a_session_expires_by_the_sandbox_clock() {
    let clock = Clock::standing_at("2026-01-01T00:00:00Z".parse().expect("a time"));
    let api = start_with(Sandbox::builder().clock(clock)).await;
    let mut body = session_body();
    body["expires_at"] = json!("2025-12-31T00:00:00Z");
    refused_fields(
        &api.post("/v1/sessions-profile", body.clone()).await,
        &["expires_at"],
    );
    body["expires_at"] = json!("2026-01-01T02:00:00+01:00");
    let session = ok(api.post("/v1/sessions-profile", body).await)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(
        read(&api, &session).await["expires_at"],
        "2026-01-01T01:00:00.000Z"
    );
    api.sandbox.advance(Duration::from_secs(3_600));
    assert!(
        api.sandbox
            .pay(&session, Card::approved())
            .expect_err("too late")
            .to_string()
            .contains("expired")
    );
}

#[tokio::test]
async fn cancelling_voids_an_authorization_once() {
    let api = start().await;
    let session = api.session().await;
    let transaction = api.sandbox.pay(&session, Card::approved()).expect("paid");
    let cancelled = ok(api
        .post_nothing(&format!("/v1/sessions/{session}/cancel"))
        .await);
    assert_eq!(names(&cancelled), ["INITIATED", "AUTHORIZED", "CANCELLED"]);
    assert!(cancelled["cancelled_at"].is_string() && cancelled["cancelled_by"] == "sandbox-client");
    let body = ok(api.get(&format!("/v1/transactions/{transaction}")).await);
    assert_eq!(
        (&body["status"], &body["events"][2]["event"]),
        (&json!("AUTHORIZATION_VOIDED"), &json!("VOID"))
    );
    refused(
        &api.post_nothing(&format!("/v1/sessions/{session}/cancel"))
            .await,
        400,
    );
}

#[tokio::test]
async fn a_captured_payment_or_a_cancelled_session_cannot_be_cancelled_or_paid() {
    let api = start().await;
    let session = api.session().await;
    let transaction = api.sandbox.pay(&session, Card::approved()).expect("paid");
    ok(api
        .post(
            &format!("/v1/transactions/{transaction}/capture"),
            json!({"amount": 1}),
        )
        .await);
    refused(
        &api.post_nothing(&format!("/v1/sessions/{session}/cancel"))
            .await,
        400,
    );
    let open = api.session().await;
    ok(api
        .post_nothing(&format!("/v1/sessions/{open}/cancel"))
        .await);
    assert!(api.sandbox.pay(&open, Card::approved()).is_err());
}

#[tokio::test]
async fn sessions_are_found_by_plugin_operation_and_name() {
    let api = start().await;
    let mut body = session_body();
    body["order"]["billing_address"] = json!({"first_name": "Kari", "last_name": "Example"});
    let request = api
        .request(Method::POST, "/v1/sessions-profile")
        .json(&body)
        .header("dintero-system-plugin-name", "shop-plugin");
    let id = ok(api.send(request).await)["id"].clone();
    api.session().await;
    api.card_token().await;
    let plugin = "initiating_system.dintero_system_plugin_name";
    for (query, expected) in [
        (format!("{plugin}=shop-plugin"), 1),
        (format!("{plugin}=other&{plugin}=shop-plugin"), 1),
        (format!("{plugin}=other"), 0),
        ("payment_operation=generate_payment_token".to_owned(), 1),
        ("payment_operation=recurring_purchase".to_owned(), 0),
        ("search=Kari%20Example".to_owned(), 1),
        ("search=Kari".to_owned(), 0),
    ] {
        let found = ok(api.get(&format!("/v1/sessions?{query}")).await);
        let found = found.as_array().expect("a list");
        assert_eq!(found.len(), expected, "{query}");
        let is_ours = query.contains("shop-plugin") || query.starts_with("search");
        assert!(!is_ours || found.iter().all(|s| s["id"] == id), "{query}");
    }
}
