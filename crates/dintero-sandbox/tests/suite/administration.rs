//! Profiles, API keys, and the signature secret.

use crate::support::{Api, ok, refused, refused_fields, session_body, start, start_with};
use dintero_sandbox::{Client, Sandbox};
use serde_json::{Value, json};

const PROFILES: &str = "/v1/admin/session/profiles";
const KEYS: &str = "/v1/admin/api-keys";

#[tokio::test]
async fn a_session_takes_its_configuration_from_the_stored_profile() {
    let api = start().await;
    let profile = json!({"profile_id": "app", "description": "App", "configuration": {"channel": "in_app", "auto_capture": true}});
    ok(api.post(PROFILES, profile.clone()).await);
    let mut profile = profile;
    profile["description"] = json!("Other");
    refused_fields(&api.post(PROFILES, profile).await, &["profile_id"]);
    let mut body = session_body();
    body["profile_id"] = json!("app");
    body["configuration"] = json!({"auto_capture": false});
    let session = ok(api
        .post("/v1/sessions-profile?include_session=true", body.clone())
        .await);
    let configuration = &session["session"]["configuration"];
    assert_eq!(
        (&configuration["channel"], &configuration["auto_capture"]),
        (&json!("in_app"), &json!(false))
    );

    let path = format!("{PROFILES}/app");
    let updated = ok(api
        .put(&path, json!({"configuration": {}, "description": "new"}))
        .await);
    assert_eq!(
        (&updated["description"], &updated["configuration"]),
        (&json!("new"), &json!({}))
    );
    refused_fields(
        &api.put(
            &path,
            json!({"profile_id": "other", "description": "App", "configuration": {}}),
        )
        .await,
        &["profile_id"],
    );
    assert!(ok(api.delete(&path).await)["deleted_at"].is_string());
    refused(&api.get(&path).await, 404);
    refused_fields(
        &api.post("/v1/sessions-profile", body).await,
        &["profile_id"],
    );
    let all = ok(api.get(PROFILES).await);
    assert_eq!(all.as_array().map(Vec::len), Some(1));
}

async fn with_key(api: &Api, key: &Value, path: &str) -> (u16, Value) {
    let path = path.replace("{aid}", api.sandbox.account());
    let request = api.http.get(format!("{}{path}", api.sandbox.url()));
    api.send(request.header("x-api-key", key.as_str().expect("a key")))
        .await
}

#[tokio::test]
async fn an_api_key_works_until_it_is_rotated_or_deleted() {
    let api = start().await;
    let key = ok(api.post(KEYS, json!({"name": "till"})).await);
    ok(with_key(&api, &key["api_key"], "/v1/transactions").await);
    refused(
        &with_key(&api, &json!("T12345678.guess"), "/v1/transactions").await,
        401,
    );
    // Where the documents have tokens only, a key is none.
    for path in ["/v1/card-tokens", "/v1/accounts/{aid}/settlements"] {
        refused(&with_key(&api, &key["api_key"], path).await, 401);
    }
    let listed = ok(api.get(KEYS).await);
    assert!(listed[0].get("api_key").is_none(), "{listed}");
    let path = format!("{KEYS}/{}", key["id"].as_str().expect("an id"));
    let new = ok(api.post_nothing(&format!("{path}/rotate-api-key")).await);
    refused(
        &with_key(&api, &key["api_key"], "/v1/transactions").await,
        401,
    );
    ok(with_key(&api, &new["api_key"], "/v1/transactions").await);
    ok(api.delete(&path).await);
    refused(
        &with_key(&api, &new["api_key"], "/v1/transactions").await,
        401,
    );
    refused(&api.delete(&path).await, 404);
    assert_eq!(ok(api.get(KEYS).await), json!([]));
    assert_eq!(
        ok(api.get(&format!("{KEYS}?include_deleted=true")).await)
            .as_array()
            .map(Vec::len),
        Some(1)
    );

    let own = json!({"name": "own", "api_key": "T12345678.mine"});
    assert_eq!(
        ok(api.post(KEYS, own.clone()).await)["api_key"],
        "T12345678.mine"
    );
    refused_fields(&api.post(KEYS, own).await, &["api_key"]);
    for (field, value) in [
        ("api_key", "T99999999.mine"),
        ("api_key", "mine"),
        ("access_token", "another"),
    ] {
        refused_fields(
            &api.post(KEYS, json!({"name": "n", field: value})).await,
            &[field],
        );
    }
}

#[tokio::test]
async fn a_key_may_do_no_more_than_its_maker() {
    let client = Client::new("id", "secret").with_scopes(["admin:checkout"]);
    let api = start_with(Sandbox::builder().client(client)).await;
    let key = ok(api.post(KEYS, json!({"name": "till"})).await);
    ok(with_key(&api, &key["api_key"], "/v1/sessions").await);
    let limited = Client::new("id", "secret").with_scopes(["read:checkout"]);
    let api = start_with(Sandbox::builder().client(limited)).await;
    refused(&api.post(KEYS, json!({"name": "till"})).await, 403);
}

#[tokio::test]
async fn the_signature_secret_is_there_once_it_was_made() {
    let api = start().await;
    refused(&api.get("/v1/admin/signature").await, 404);
    let first = ok(api.post_nothing("/v1/admin/signature").await);
    assert_eq!(ok(api.get("/v1/admin/signature").await), first);
    let second = ok(api.post_nothing("/v1/admin/signature").await);
    assert_ne!(first["signature"]["secret"], second["signature"]["secret"]);
    assert_eq!(ok(api.get("/v1/admin/signature").await), second);
}

#[tokio::test]
async fn the_rate_of_a_loan_example_is_worked_out() {
    let api = start().await;
    for (amount, total, years, expected) in [
        (10_000, 12_138, 1, "21.38"),
        (10_000, 14_400, 2, "20.00"),
        (1, i64::from(i32::MAX), 1, "100000.00"),
        (10_000, 1, i64::from(i32::MAX), "0.00"),
    ] {
        let example =
            json!({"amount": amount, "total_amount": total, "cost": 2_138, "years": years});
        let finance = json!({"type": "payment_product_type", "enabled": true, "product": {
            "type": "instabank_finance", "product_code": "1", "minimum_monthly_balance_rate": "1",
            "origination_fee": 0, "notification_fee": 0, "loan_example": example,
        }});
        let configuration = json!({"description": "Loans", "configuration": {"instabank": {"type": "payment_type", "finance": finance}}});
        let made = ok(api.post("/v1/admin/session/profiles", configuration).await);
        let rate = &made["configuration"]["instabank"]["finance"]["product"]["loan_example"];
        assert_eq!(rate["effective_annual_interest_rate"], expected);
    }
}
