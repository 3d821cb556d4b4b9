//! Each kind of bad request: its status, Dintero's error form, and a state that is as it was.

use crate::support::shopping::DRAFTS;
use crate::support::wallets::CARDS;
use crate::support::{draft_body, ok, refused, refused_fields, session_body, start};
use reqwest::Method;
use serde_json::{Value, json};

const SESSIONS: &str = "/v1/sessions-profile";

#[tokio::test]
async fn an_unknown_path_is_a_404_in_dinteros_form() {
    let api = start().await;
    for path in [
        "/v1",
        "/v1/unknown",
        "/v3/transactions",
        "/v1/accounts/{aid}/shopping",
        "/v1/transactions/a/b",
    ] {
        let found = api.get(path).await;
        refused(&found, 404);
        assert_eq!(found.1["error"]["code"], "NOT FOUND", "{path}");
    }
}

#[tokio::test]
async fn a_known_path_with_another_method_is_a_405_that_names_the_right_ones() {
    let api = start().await;
    let response = api
        .request(Method::DELETE, "/v1/transactions")
        .send()
        .await
        .expect("a response");
    assert_eq!(response.headers()["allow"], "GET");
    refused(&crate::support::read_response(response).await, 405);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let api = start().await;
    let post = |content_type: &'static str, body: &'static str| {
        let request = api.request(Method::POST, "/v1/sessions-profile");
        api.send(request.header("content-type", content_type).body(body))
    };
    refused(&post("text/plain", "{}").await, 415);
    refused(&post("application/x-www-form-urlencoded", "a=b").await, 415);
    for broken in ["{", "{\"a\":}", "[]", "\"text\"", "null", "", "\u{feff}{}"] {
        refused(&post("application/json; charset=utf-8", broken).await, 400);
    }
    let deep: &'static str = Box::leak("[".repeat(100_000).into_boxed_str());
    refused(&post("application/json", deep).await, 400);
}

#[tokio::test]
async fn the_error_of_broken_json_does_not_quote_it() {
    let api = start().await;
    let request = api
        .request(Method::POST, "/v1/sessions-profile")
        .header("content-type", "application/json");
    let (_, body) = api.send(request.body("{\"pin\": hush-hush}")).await;
    assert!(!body.to_string().contains("hush"), "{body}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_413() {
    let api = start().await;
    let mut body = session_body();
    body["order"]["items"][0]["description"] = json!("x".repeat(2 << 20));
    refused(&api.post("/v1/sessions-profile", body).await, 413);
}

#[tokio::test]
async fn all_faults_of_a_session_are_named_together() {
    let api = start().await;
    let body = json!({
        "url": {"return_url": "not a url"},
        "order": {"amount": "50000", "items": [{"line_id": 1, "amount": 1.5}]},
    });
    let fields = [
        "url.return_url",
        "order.amount",
        "order.currency",
        "order.merchant_reference",
        "order.items[0].line_id",
        "order.items[0].amount",
    ];
    refused_fields(&api.post("/v1/sessions-profile", body).await, &fields);
    let mut body = session_body();
    body["profile_id"] = json!("nowhere");
    body["order"]["currency"] = json!("nok");
    body["customer"] = json!({"phone_number": ""});
    let fields = ["profile_id", "order.currency", "customer.phone_number"];
    refused_fields(&api.post("/v1/sessions-profile", body).await, &fields);
    refused_fields(
        &api.post("/v1/sessions-profile", json!({})).await,
        &["url", "order"],
    );
    refused_fields(
        &api.post("/v1/sessions", json!({})).await,
        &["configuration", "url", "order"],
    );
}

/// What the schemas of the documents say is not checked a second time by the operations; amounts, ids and references
/// have limits of the sandbox's own.
#[tokio::test]
async fn each_kind_of_bad_field_is_named() {
    let api = start().await;
    let long = "x".repeat(256);
    let session = |path: &[&str], value: Value| {
        let mut body = session_body();
        let place = path.iter().fold(&mut body, |at, key| &mut at[*key]);
        *place = value;
        (SESSIONS, body, path.join("."))
    };
    let draft = |name: &str, value: Value| {
        let mut body = draft_body();
        body["order"][name] = value;
        (DRAFTS, body, format!("order.{name}"))
    };
    let card = |name: &str, value: Value| {
        let mut body = json!({"card_id": "c", "amount": 1, "currency": "NOK"});
        body[name] = value;
        (CARDS, body, name.to_owned())
    };
    let capture = |name: &str, value: Value| {
        let mut body = json!({"amount": 1});
        body[name] = value;
        ("capture", body, name.to_owned())
    };
    let transaction = api.transaction().await;
    for (path, body, field) in [
        session(&["order", "amount"], json!(-1)),
        session(&["order", "amount"], json!(3_000_000_000_u32)),
        session(&["order", "amount"], json!(50_000.5)),
        session(&["order", "vat_amount"], json!("1")),
        session(&["order", "merchant_reference_2"], json!(long)),
        session(&["order", "partial_payment"], json!("yes")),
        session(&["order", "shipping_option", "amount"], json!(-1)),
        session(&["order", "shipping_address"], json!({"phone_number": ""})),
        session(&["url", "callback_url"], json!("/callback")),
        session(&["url", "return_url"], json!("about:blank")),
        session(&["customer"], json!("customer-1")),
        session(&["express"], json!([])),
        session(&["metadata"], json!(1)),
        session(&["expires_at"], json!("2020-01-01T00:00:00Z")),
        draft("currency", json!("nok")),
        draft("gross_amount", json!(1.5)),
        draft("delivery_at", json!("tomorrow")),
        draft("itinerary", json!({})),
        draft("comment", json!(1)),
        card("amount", json!(-1)),
        card("customer_id", json!(" x")),
        card("active_from", json!("soon")),
        card("metadata", json!([])),
        card("pin", json!("1234")),
        capture("amount", json!(0)),
        capture("final_capture", json!("true")),
        capture("capture_reference", json!(long)),
        capture("items", json!({})),
        capture("metadata", json!([])),
    ] {
        let path = path.replace(
            "capture",
            &format!("/v1/transactions/{transaction}/capture"),
        );
        let found = api.post(&path, body).await;
        refused(&found, 400);
        let errors = found.1["error"]["errors"].as_array().expect("checked");
        let named = errors.iter().all(|error| {
            error["field"]
                .as_str()
                .is_some_and(|f| f.starts_with(&field))
        });
        assert!(named && !errors.is_empty(), "{field}: {}", found.1);
    }
}

#[tokio::test]
async fn bad_query_parameters_are_refused() {
    let api = start().await;
    for (path, field) in [
        ("/v1/transactions?limit=0", "limit"),
        ("/v1/transactions?limit=ten", "limit"),
        (
            "/v1/transactions?starting_after=T12345678.none",
            "starting_after",
        ),
        (
            "/v1/transactions?created_at.gte=yesterday",
            "created_at.gte",
        ),
        ("/v1/transactions?amount=a", "amount"),
        ("/v1/transactions?includes=everything", "includes"),
        ("/v1/accounts/{aid}/shopping/orders?status=odd", "status"),
        (
            "/v1/accounts/{aid}/shopping/orders?include_events=yes",
            "include_events",
        ),
        (
            "/v1/accounts/{aid}/wallets/cards?amount_available=x",
            "amount_available",
        ),
    ] {
        refused_fields(&api.get(path).await, &[field]);
    }
    let body = session_body();
    refused_fields(
        &api.post("/v1/sessions-profile?include_session=1", body)
            .await,
        &["include_session"],
    );
}

#[tokio::test]
async fn objects_that_do_not_exist_are_a_404() {
    let api = start().await;
    for path in [
        "/v1/sessions/T12345678.none",
        "/v1/transactions/T12345678.none",
        "/v1/accounts/{aid}/shopping/draft_orders/none",
        "/v1/accounts/{aid}/shopping/orders/none",
        "/v1/accounts/{aid}/shopping/orders/none/captures",
        "/v1/accounts/{aid}/wallets/cards/none",
        "/v1/accounts/{aid}/wallets/cards/none/transactions",
        "/v1/accounts/{aid}/wallets/customers/none/cards/none",
        "/v1/view/T12345678.none",
        "/v1/view/none",
    ] {
        refused(&api.get(path).await, 404);
    }
    refused(
        &api.post(
            "/v1/transactions/T12345678.none/capture",
            json!({"amount": 1}),
        )
        .await,
        404,
    );
    refused(
        &api.post("/v1/accounts/{aid}/wallets/info", json!({"token": "none"}))
            .await,
        404,
    );
}

#[tokio::test]
async fn refused_requests_leave_the_state_as_it_was() {
    let api = start().await;
    let transaction = api.transaction().await;
    let draft = ok(api
        .post("/v1/accounts/{aid}/shopping/draft_orders", draft_body())
        .await);
    let draft = format!(
        "/v1/accounts/{{aid}}/shopping/draft_orders/{}",
        draft["id"].as_str().expect("an id")
    );
    let paths = [format!("/v1/transactions/{transaction}"), draft.clone()];
    let mut before: Vec<Value> = Vec::new();
    for path in &paths {
        before.push(ok(api.get(path).await));
    }
    let capture = format!("/v1/transactions/{transaction}/capture");
    for body in [
        json!({}),
        json!({"amount": 0}),
        json!({"amount": 50_001}),
        json!({"amount": 100, "items": [{"line_id": "1", "amount": 99}]}),
        json!({"amount": 100, "items": [{"line_id": "9", "amount": 100}]}),
        json!({"amount": 15_101, "items": [{"line_id": "2", "amount": 15_101}]}),
        json!({"amount": 100, "metadata": {"order": "1"}}),
    ] {
        refused(&api.post(&capture, body).await, 400);
    }
    let item = json!({"id": "c", "line_id": 1, "gross_amount": 1, "tax_lines": []});
    refused_fields(
        &api.post(&format!("{draft}/items"), item.clone()).await,
        &["line_id"],
    );
    refused_fields(
        &api.put(&format!("{draft}/items/2"), item).await,
        &["line_id"],
    );
    refused(&api.delete(&format!("{draft}/items/9")).await, 404);
    for (path, before) in paths.iter().zip(&before) {
        assert_eq!(ok(api.get(path).await), *before);
    }
}

#[tokio::test]
async fn a_full_sandbox_returns_an_error_and_still_serves_reads() {
    let api = start().await;
    let session = api.session().await;
    let mut body = session_body();
    body["order"]["items"][0]["description"] = json!("x".repeat(1_000_000));
    let mut written = 0;
    let found = loop {
        let found = api.post("/v1/sessions-profile", body.clone()).await;
        if found.0 != 200 {
            break found;
        }
        written += 1;
    };
    assert!((130..140).contains(&written), "{written}");
    refused(&found, 500);
    assert_eq!(found.1["error"]["code"], "SANDBOX_FULL");
    ok(api.get(&format!("/v1/sessions/{session}")).await);
}

#[tokio::test]
async fn small_updates_of_a_large_session_cannot_fill_the_memory_unseen() {
    let api = start().await;
    let mut body = session_body();
    body["order"]["items"][0]["description"] = json!("x".repeat(1_000_000));
    let session = ok(api.post("/v1/sessions-profile", body).await);
    let path = format!(
        "/v1/sessions/{}?update_without_lock=true",
        session["id"].as_str().expect("an id")
    );
    let mut updates = 0;
    while api.put(&path, json!({"order": {}})).await.0 == 200 {
        updates += 1;
    }
    assert!((1..20).contains(&updates), "{updates}");
}
