//! Bodies as released integrations send them, and how they are read: whole decimals, what is not in the documents, texts
//! that are empty.

use crate::support::receiver::standing;
use crate::support::shopping::{id, items, order};
use crate::support::{
    Api, ApiResponse, draft_body, invoice_session_body, ok, refused, refused_fields, session_body,
    start, start_with,
};
use dintero_sandbox::{Sandbox, SandboxBuilder};
use reqwest::Method;
use serde_json::{Value, json};

/// A paid session with the lines that a capture names, as far as its amount reaches.
async fn paid(api: &Api, capture: &Value) -> String {
    let mut body = session_body();
    let mut lines = capture["items"].as_array().cloned().unwrap_or_default();
    lines.retain(|line| line["line_id"] != "rounding-fee");
    for line in &mut lines {
        let more = json!({"id": "a", "description": "a", "quantity": 1, "vat": 25});
        line.as_object_mut()
            .expect("a line")
            .extend(more.as_object().expect("members").clone());
    }
    body["order"] =
        json!({"amount": 10_000_000, "currency": "NOK", "merchant_reference": "m", "items": lines});
    let created = ok(api.post("/v1/sessions-profile", body).await);
    api.pay(created["id"].as_str().expect("an id"))
}

/// The path of an operation, with objects that it can be done to.
async fn path(api: &Api, operation: &str, body: &Value) -> String {
    let path = format!("/v1{operation}");
    if path.contains("/transactions/{id}") {
        let id = paid(api, body).await;
        if path.ends_with("/refund") {
            let all = json!({"amount": 10_000_000});
            ok(api
                .post(&format!("/v1/transactions/{id}/capture"), all)
                .await);
        }
        return path.replace("{id}", &id);
    }
    if path.contains("{session_id}") {
        let made = ok(api
            .post("/v1/sessions-profile", invoice_session_body(None))
            .await);
        return path.replace("{session_id}", &id(&made));
    }
    if path.contains("{order_id}") {
        let order = order(api, draft_body()).await;
        if !path.ends_with("/authorizations") {
            let all = items(&[(1, 70_000), (2, 30_000)]);
            ok(api.post(&format!("{order}/authorizations"), all).await);
        }
        let number = order.rsplit('/').next().expect("an id");
        return path.replace("{order_id}", number);
    }
    path
}

async fn send(api: &Api, name: &str, operation: &str, body: &Value) -> ApiResponse {
    let (method, path_of) = operation.split_once(' ').expect("a method");
    let path = path(api, path_of, body).await;
    let method: Method = method.parse().expect(name);
    api.send(api.request(method, &path).json(body)).await
}

fn requests() -> Vec<(String, String, Value)> {
    let all: Value = serde_json::from_str(include_str!("data/requests.json")).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let all = all.as_array().expect("a list").iter();
    all.map(|r| (text(&r["name"]), text(&r["operation"]), r["body"].clone()))
        .collect()
}

/// Bodies that are refused, and for which fields: a fraction of a minor unit, items that are not the sum.
#[rustfmt::skip]
const REFUSED: [(&str, &[&str]); 3] = [
    ("crystallize-express-session", &["order.vat_amount", "order.items[0].vat_amount"]),
    ("magento-create-session-express", &["order.amount"]),
    ("woov1-capture", &["amount"]),
];

/// Rounds the amounts, as the API would have to.
fn round(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_f64().filter(|_| name.ends_with("amount")) {
                    Some(amount) => *value = json!(amount.round()),
                    None => round(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        _ => {}
    }
}

fn integrations() -> SandboxBuilder {
    standing().profiles(["T12345678.46dP6T4F1mUXYPeYKYc5Gj", "in-person"])
}

#[tokio::test]
async fn bodies_of_integrations_are_accepted() {
    let api = start_with(integrations()).await;
    for (name, operation, mut body) in requests() {
        if let Some((_, fields)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            refused_fields(&send(&api, &name, &operation, &body).await, fields);
            round(&mut body);
        }
        let (status, response) = send(&api, &name, &operation, &body).await;
        assert!(
            status < 300 || name == "woov1-capture",
            "{name}: {status} {response}"
        );
    }
}

#[tokio::test]
async fn a_whole_decimal_is_an_integer() {
    let api = start().await;
    let mut body = session_body();
    body["order"]["amount"] = json!(50_000.0);
    body["order"]["items"][0]["amount"] = json!(30_000.0);
    let made = ok(api
        .post("/v1/sessions-profile?include_session=true", body)
        .await);
    assert_eq!(made["session"]["order"]["amount"].to_string(), "50000");
    let transaction = api.pay(made["id"].as_str().expect("an id"));
    let path = format!("/v1/transactions/{transaction}/capture");
    refused_fields(&api.post(&path, json!({"amount": 99.5})).await, &["amount"]);
    let line = json!([{"line_id": "1", "amount": 10_000.0}]);
    let captured = ok(api.post(&path, json!({"amount": 1e4, "items": line})).await);
    assert_eq!(captured["status"], "PARTIALLY_CAPTURED");
}

#[tokio::test]
async fn what_is_not_in_the_documents_is_noted_and_refused_on_demand() {
    let body = || {
        let mut body = session_body();
        body["order"]["partial"] = json!(true);
        body["order"]["items"][1]["tax_rate"] = json!(25);
        body["12345678 Kari"] = json!(1);
        body["order"]["store"] = json!(null);
        body
    };
    let lenient = start().await;
    ok(lenient.post("/v1/sessions-profile", body()).await);
    let log = lenient.sandbox.requests();
    let noted = &log.last().expect("a request").undocumented;
    assert_eq!(*noted, ["***", "order.items[1].tax_rate", "order.partial"]);
    let strict = start_with(Sandbox::builder().strict(true)).await;
    ok(strict.post("/v1/sessions-profile", session_body()).await);
    let before = strict.sandbox.state_digest();
    let found = strict.post("/v1/sessions-profile", body()).await;
    let unknown = [
        "12345678 Kari",
        "order.items[1].tax_rate",
        "order.partial",
        "order.store",
    ];
    refused_fields(&found, &unknown);
    assert_eq!(strict.sandbox.state_digest(), before);
}

#[tokio::test]
async fn any_json_is_accepted_where_no_body_is_defined() {
    let (lenient, strict) = (
        start().await,
        start_with(Sandbox::builder().strict(true)).await,
    );
    for body in [
        "[]",
        "null",
        "{}",
        " \n",
        "",
        "{\"id\": \"T12345678.a\"}",
        "1",
    ] {
        for is_void in [true, false] {
            let path = async |api: &Api| match is_void {
                true => format!("/v1/transactions/{}/void", api.transaction().await),
                false => format!("/v1/sessions/{}/cancel", api.session().await),
            };
            let send = async |api: &Api| {
                let request = api.request(Method::POST, &path(api).await).body(body);
                api.send(request.header("content-type", "application/json"))
                    .await
            };
            ok(send(&lenient).await);
            let log = lenient.sandbox.requests();
            let is_blank = body.trim().is_empty();
            assert_eq!(
                log.last().expect("a request").undocumented.is_empty(),
                is_blank,
                "{body}"
            );
            assert_eq!(
                send(&strict).await.0,
                if is_blank { 200 } else { 400 },
                "{body}"
            );
        }
    }
    let path = format!("/v1/transactions/{}/void", lenient.transaction().await);
    let request = lenient.request(Method::POST, &path).body("{\"a\":");
    let found = lenient.send(request).await;
    refused(&found, 400);
    assert_eq!(
        found.1["error"]["message"],
        "the body is not valid JSON (line 1, column 5)"
    );
}

#[tokio::test]
async fn a_capture_may_have_a_rounding_line_of_its_own() {
    let api = start().await;
    let mut body = session_body();
    body["order"]["amount"] = json!(60_000);
    let created = ok(api.post("/v1/sessions-profile", body).await);
    let transaction = api.pay(created["id"].as_str().expect("an id"));
    let path = format!("/v1/transactions/{transaction}/capture");
    let capture = |line: &str, rounding: i64| {
        let items =
            json!([{"line_id": "1", "amount": 10_000}, {"line_id": line, "amount": rounding}]);
        json!({"amount": 10_000 + rounding, "items": items})
    };
    ok(api.post(&path, capture("rounding-fee", 1)).await);
    ok(api.post(&path, capture("rounding-fee", -49)).await);
    for (line, rounding) in [("rounding-fee", 100), ("other", 1)] {
        let found = api.post(&path, capture(line, rounding)).await;
        refused_fields(&found, &["items[1].line_id"]);
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_noted_and_strictly_refused() {
    let sent = |api: &Api| {
        let request = api.request(Method::POST, "/v1/sessions-profile");
        let request = request.header("content-type", "application/json");
        request.body(format!("\u{feff}{}", session_body()))
    };
    let api = start().await;
    ok(api.send(sent(&api)).await);
    let noted = api.sandbox.requests().pop().expect("a request");
    assert_eq!(noted.undocumented, ["byte_order_mark"]);
    let strict = start_with(standing().strict(true)).await;
    let before = strict.sandbox.state_digest();
    let found = strict.send(sent(&strict)).await;
    refused(&found, 400);
    let message = &found.1["error"]["message"];
    assert_eq!(message, "the body begins with a byte order mark");
    assert_eq!(strict.sandbox.state_digest(), before);
}

#[tokio::test]
async fn payments_are_served_below_their_account_too() {
    let api = start().await;
    let base = "/v1/accounts/{aid}/payments";
    let create = format!("{base}/sessions-profile");
    let session = id(&ok(api.post(&create, session_body()).await));
    let at = format!("{base}/transactions/{}", api.pay(&session));
    for (operation, amount, status) in [
        ("capture", 20_000, "PARTIALLY_CAPTURED"),
        ("refund", 5_000, "PARTIALLY_CAPTURED_REFUNDED"),
    ] {
        let body = json!({"amount": amount});
        ok(api.post(&format!("{at}/{operation}"), body).await);
        assert_eq!(ok(api.get(&at).await)["status"], status);
    }
    let unpaid = api.session().await;
    let voided = format!("{base}/transactions/{}/void", api.pay(&unpaid));
    ok(api.post_nothing(&voided).await);
    let shown = api.sandbox.requests().pop().expect("a request");
    let shown = (shown.path, shown.operation_id.unwrap_or_default());
    let path = voided.replace("{aid}", api.sandbox.account());
    assert_eq!(shown, (path, "transactions_id_void_post".to_owned()));
    // Lists are on the other base only, and an account is its own.
    refused(&api.get(&format!("{base}/transactions")).await, 404);
    let foreign = at.replace("{aid}", "T00000001");
    refused(&api.get(&foreign).await, 403);
}
