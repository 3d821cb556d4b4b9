use super::Handle;
use crate::{Call, CallOptions, Error, Response, Server};

fn handle() -> Handle {
    let builder = Handle::builder()
        .account("P12345678")
        .client_credentials("the-id", "the-secret");
    builder
        .api_url("http://localhost:8400/prefix/")
        .checkout_url("http://localhost:8401")
        .build()
        .expect("configuration")
}

#[test]
fn handles_and_calls_can_move_between_threads() {
    fn both<T: Send + Sync + 'static>() {}
    fn send<T: Send>(_: T) {}
    both::<Handle>();
    both::<Error>();
    both::<CallOptions>();
    both::<Response<String>>();
    fn future(call: Call) -> impl Future {
        call.send::<String>()
    }
    send(future(handle().request(http::Method::GET, "/v1/x")));
}

#[test]
fn a_configured_url_may_have_a_path_of_its_own() {
    let url = handle()
        .url(Server::Api, "/v1/accounts/P12345678", "a=b")
        .expect("url");
    assert_eq!(
        url.as_str(),
        "http://localhost:8400/prefix/v1/accounts/P12345678?a=b"
    );
    let url = handle()
        .url(Server::Checkout, "/v1/sessions", "")
        .expect("url");
    assert_eq!(url.as_str(), "http://localhost:8401/v1/sessions");
    assert_eq!(handle().url(Server::Checkout, ".evil.example/v1", ""), None);
}

#[test]
fn a_base_with_the_account_takes_the_place_of_host_and_version() {
    let base = "https://api.dintero.com/v1/accounts/{aid}/payments/";
    let builder = Handle::builder().account("P12345678").bearer_token("t");
    let handle = builder.checkout_url(base).build().expect("configuration");
    for (handle, server, path, expected) in [
        (
            handle.clone(),
            Server::Checkout,
            "/v1/transactions/a.b/capture",
            "/v1/accounts/P12345678/payments/transactions/a.b/capture",
        ),
        (
            handle.for_account("T87654321").expect("account"),
            Server::Checkout,
            "/v1/sessions",
            "/v1/accounts/T87654321/payments/sessions",
        ),
        (handle, Server::Api, "/v1/x", "/v1/x"),
    ] {
        let url = handle.url(server, path, "").expect("url");
        assert_eq!(
            url.as_str(),
            format!("https://api.dintero.com{expected}"),
            "{path}"
        );
    }
}

#[test]
fn handles_of_accounts_share_connections_and_tokens() {
    let handle = handle();
    assert!(handle.is_production());
    let other = handle.for_account("T87654321").expect("account");
    assert!(other.is_test());
    assert!(std::ptr::eq(handle.shared(), other.shared()));
    let again = other.for_account("P12345678").expect("account");
    let same = handle
        .token()
        .zip(again.token())
        .is_some_and(|(a, b)| std::sync::Arc::ptr_eq(a, b));
    assert!(same, "an account has one token in all handles");
    assert!(
        handle
            .for_account("P1")
            .is_err_and(|error| error.is_configuration())
    );
}

#[test]
fn debug_names_the_kind_of_credentials_and_no_more() {
    let shown = format!("{:?}", handle());
    assert!(
        shown.contains("client credentials") && shown.contains("P12345678"),
        "{shown}"
    );
    assert!(
        !shown.contains("the-id") && !shown.contains("the-secret"),
        "{shown}"
    );
}
