//! The token call, and what every other call checks before it does anything.

use std::time::Duration;

use crate::support::{ok, read_response, refused, refused_fields, start, start_with};
use dintero_sandbox::{Client, Clock, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_is_opaque_and_names_its_life() {
    let api = start().await;
    let body = ok(api
        .token_call("sandbox-client", "sandbox-secret", &api.audience())
        .await);
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(14_400))
    );
    assert_ne!(body["access_token"], api.token.as_str());
}

#[tokio::test]
async fn a_wrong_id_or_secret_or_no_basic_auth_is_a_401() {
    let api = start().await;
    refused(
        &api.token_call("sandbox-client", "wrong", &api.audience())
            .await,
        401,
    );
    refused(
        &api.token_call("nobody", "sandbox-secret", &api.audience())
            .await,
        401,
    );
    let url = format!("{}/v1/accounts/T12345678/auth/token", api.sandbox.url());
    for header in [
        None,
        Some("Bearer x"),
        Some("Basic !!!"),
        Some("Basic bm9jb2xvbg=="),
    ] {
        let mut request = api.http.post(&url).json(&api.audience());
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        refused(
            &read_response(request.send().await.expect("a response")).await,
            401,
        );
    }
}

#[tokio::test]
async fn the_body_of_the_token_call_is_checked() {
    let api = start().await;
    let call = async |body: Value| {
        api.token_call("sandbox-client", "sandbox-secret", &body)
            .await
    };
    refused_fields(&call(json!({})).await, &["grant_type", "audience"]);
    let password = json!({"grant_type": "password", "audience": api.audience()["audience"]});
    refused_fields(&call(password).await, &["grant_type"]);
    for audience in [
        "https://api.dintero.com/v1/accounts/T1",
        "https://api.dintero.com/v1/accounts/T12345678//",
        "https://api.dintero.com/v1/accounts/T12345678?a",
        "https://api.dintero.com:8443/v1/accounts/T12345678",
        "http://api.dintero.com/v1/accounts/T12345678",
        "https://api.dintero.com.example/v1/accounts/T12345678",
        "https://T00000002@api.dintero.com/v1/accounts/T12345678",
        "https://shop.example/v1/accounts/T12345678",
    ] {
        refused_fields(
            &call(json!({"grant_type": "client_credentials", "audience": audience})).await,
            &["audience"],
        );
    }
    let other = json!({"grant_type": "client_credentials", "audience": "https://api.dintero.com/v1/accounts/T99999999"});
    refused(&call(other).await, 403);
}

#[tokio::test]
async fn an_audience_may_be_on_any_host_of_dintero_or_of_the_sandbox() {
    let api = start_with(Sandbox::builder().public_url("http://sandbox.test:8400/")).await;
    let reached = format!("http://127.0.0.1:{}", api.sandbox.port());
    let other = format!("http://localhost:{}", api.sandbox.port());
    for base in [
        "https://api.dintero.com",
        "https://T12345678@api.dintero.com",
        "https://test.dintero.com",
        "http://sandbox.test:8400",
        &reached,
        &other,
    ] {
        for end in ["", "/"] {
            let audience = format!("{base}/v1/accounts/T12345678{end}");
            let body = json!({"grant_type": "client_credentials", "audience": audience});
            let url = format!("{reached}/v1/accounts/T12345678/auth/token");
            let request = api
                .http
                .post(url)
                .basic_auth("sandbox-client", Some("sandbox-secret"));
            ok(api.send(request.json(&body)).await);
        }
    }
}

#[tokio::test]
async fn the_account_in_the_path_is_checked() {
    let client = Client::new("id", "secret");
    let api = start_with(Sandbox::builder().client(client)).await;
    for (owner, status) in [
        ("T12345678", 200),
        ("T123", 403),
        ("T99999999", 403),
        ("X12345678", 400),
    ] {
        let url = format!("{}/v1/accounts/{owner}/auth/token", api.sandbox.url());
        let request = api
            .http
            .post(url)
            .basic_auth("id", Some("secret"))
            .json(&api.audience());
        assert_eq!(
            read_response(request.send().await.expect("a response"))
                .await
                .0,
            status,
            "{owner}"
        );
    }
}

#[tokio::test]
async fn a_token_expires_by_the_sandbox_clock() {
    let clock = Clock::standing_at("2026-01-01T00:00:00Z".parse().expect("a time"));
    let mut api = start_with(
        Sandbox::builder()
            .clock(clock)
            .token_life(Duration::from_secs(60)),
    )
    .await;
    api.sandbox.advance(Duration::from_secs(59));
    ok(api.get("/v1/transactions").await);
    api.sandbox.advance(Duration::from_secs(1));
    refused(&api.get("/v1/transactions").await, 401);
    api.log_in().await;
    ok(api.get("/v1/transactions").await);
    api.sandbox.revoke_tokens();
    refused(&api.get("/v1/transactions").await, 401);
}

#[tokio::test]
async fn every_operation_with_a_token_refuses_a_request_without_one() {
    let api = start().await;
    for (method, path) in [
        (Method::GET, "/v1/transactions"),
        (Method::POST, "/v1/sessions-profile"),
        (Method::POST, "/v1/transactions/T12345678.x/capture"),
        (Method::GET, "/v1/accounts/T12345678/shopping/orders"),
        (Method::POST, "/v1/accounts/T12345678/wallets/cards"),
    ] {
        let url = format!("{}{path}", api.sandbox.url());
        let plain = api
            .http
            .request(method.clone(), &url)
            .send()
            .await
            .expect("a response");
        refused(&read_response(plain).await, 401);
        let unknown = api
            .http
            .request(method, &url)
            .bearer_auth("sandbox-unknown")
            .send()
            .await
            .expect("a response");
        refused(&read_response(unknown).await, 401);
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_a_403_and_does_nothing() {
    let client =
        Client::new("id", "secret").with_scopes(["read:checkout", "write:wallets:/transactions"]);
    let api = start_with(Sandbox::builder().client(client)).await;
    ok(api.get("/v1/transactions").await);
    let found = api
        .post("/v1/sessions-profile", crate::support::session_body())
        .await;
    refused(&found, 403);
    assert!(
        found.1["error"]["message"]
            .as_str()
            .is_some_and(|m| m.contains("write:checkout")),
        "{}",
        found.1
    );
    let by_id = json!({"card_id": "c", "ref_id": "r", "amount": 1, "currency": "NOK"});
    refused(
        &api.post("/v1/accounts/{aid}/wallets/transactions", by_id)
            .await,
        403,
    );
    let by_token = json!({"token": "c", "ref_id": "r", "amount": 1, "currency": "NOK"});
    refused(
        &api.post("/v1/accounts/{aid}/wallets/transactions", by_token)
            .await,
        404,
    );
}

#[tokio::test]
async fn a_token_is_bound_to_its_account() {
    let client = Client::new("id", "secret")
        .with_account("T12345678")
        .with_account("T00000002");
    let mut api = start_with(Sandbox::builder().client(client)).await;
    let transaction = api.transaction().await;
    refused(
        &api.get("/v1/accounts/T00000002/shopping/orders").await,
        403,
    );
    let other = json!({"grant_type": "client_credentials", "audience": "https://api.dintero.com/v1/accounts/T00000002"});
    let body = ok(api.token_call("id", "secret", &other).await);
    api.token = body["access_token"].as_str().expect("a token").to_owned();
    ok(api.get("/v1/accounts/T00000002/shopping/orders").await);
    refused(
        &api.get(&format!("/v1/transactions/{transaction}")).await,
        404,
    );
}

#[tokio::test]
async fn a_malformed_setting_is_an_error_at_start() {
    for builder in [
        Sandbox::builder().account("T1"),
        Sandbox::builder().client(Client::new("", "secret")),
        Sandbox::builder().client(Client::new("id", "")),
        Sandbox::builder().client(Client::new("id", "secret").with_account("nobody")),
    ] {
        let error = builder.start().await.expect_err("refused");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn debug_of_a_sandbox_shows_neither_tokens_nor_secrets() {
    let client = Client::new("id", "hush-hush");
    let api = start_with(Sandbox::builder().client(client.clone())).await;
    let shown = format!("{:?} {:?}", api.sandbox, Sandbox::builder().client(client));
    assert!(
        shown.contains("T12345678") && !shown.contains("hush-hush") && !shown.contains(&api.token),
        "{shown}"
    );
}
