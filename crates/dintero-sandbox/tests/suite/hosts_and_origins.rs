//! Who may speak to the sandbox, and how browsers and containers reach it.

use std::io::ErrorKind;

use crate::support::browser::{browser, location, read_page, send, session};
use crate::support::receiver::{only, standing};
use crate::support::{
    Api, ok, read_response, refused, refused_fields, session_body, start, start_with,
};
use dintero_sandbox::{CallbackState, Sandbox};
use reqwest::{Method, Response};
use serde_json::{Value, json};

async fn with(api: &Api, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = api.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("a response")
}

#[tokio::test]
async fn a_request_to_a_host_that_is_not_named_is_refused() {
    let api = start_with(Sandbox::builder().allowed_hosts(["sandbox.test"])).await;
    let before = api.sandbox.state_digest();
    for (host, good) in [
        ("localhost:1", true),
        ("shop.localhost", true),
        ("127.0.0.1", true),
        ("[::1]:8400", true),
        ("localhost.", true),
        ("shop.localhost.:8400", true),
        ("Sandbox.Test:8400", true),
        ("sandbox.test.", true),
        ("a@localhost", false),
        ("shop.example@localhost:1", false),
        ("localhost/shop.example", false),
        ("localhost..", false),
        ("shop.example", false),
        ("localhost.shop.example", false),
        ("10.0.0.1", false),
        ("", false),
        ("a b", false),
    ] {
        let found = with(
            &api,
            Method::POST,
            "/v1/sessions-profile",
            &[("host", host)],
        )
        .await;
        assert_eq!(found.status() == 403, !good, "{host}");
        let found = with(&api, Method::GET, "/_sandbox", &[("host", host)]).await;
        assert_eq!(found.status() == 403, !good, "{host}");
    }
    let found = with(&api, Method::GET, "/", &[("host", "shop.example")]).await;
    let found = read_response(found).await;
    refused(&found, 403);
    assert_eq!(
        found.1["error"]["message"],
        "the Host is not on this machine and was not allowed; see --allow-host and --public-url"
    );
    assert_eq!(api.sandbox.state_digest(), before);
}

#[tokio::test]
async fn a_page_of_another_site_can_neither_read_nor_pay() {
    let api = start_with(Sandbox::builder().allowed_origins(["https://shop.test/"])).await;
    let (id, url) = session(&api, |_| {}).await;
    let path = url.strip_prefix(api.sandbox.url()).expect("a path");
    for origin in [
        "https://shop.example",
        "null",
        "https://shop.test.example",
        "http://10.0.0.1",
    ] {
        let found = with(&api, Method::POST, path, &[("origin", origin)]).await;
        assert!(!found.headers().contains_key("access-control-allow-origin"));
        refused(&read_response(found).await, 403);
        let preflight = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
        ];
        let found = with(&api, Method::OPTIONS, path, &preflight).await;
        assert_eq!(found.status(), 403);
    }
    let unpaid = ok(api.get(&format!("/v1/sessions/{id}")).await);
    assert_eq!(unpaid["transaction_id"], Value::Null);
    for origin in [
        "https://shop.test",
        "http://localhost:5173",
        "https://127.0.0.1",
        "http://[::1]:1",
    ] {
        let found = with(&api, Method::GET, "/v1/transactions", &[("origin", origin)]).await;
        let headers = found.headers();
        assert_eq!(
            (
                found.status().as_u16(),
                &headers["access-control-allow-origin"]
            ),
            (200, &origin.parse().expect("a value"))
        );
        assert_eq!(headers["vary"], "origin");
    }
    let own = [("host", "localhost:1"), ("origin", "http://localhost:1")];
    assert_eq!(with(&api, Method::POST, path, &own).await.status(), 200);
}

#[tokio::test]
async fn a_preflight_allows_what_the_path_has() {
    let api = start().await;
    let headers = [
        ("origin", "http://localhost:5173"),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    let found = with(&api, Method::OPTIONS, "/v1/sessions-profile", &headers).await;
    let header = |name: &str| found.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(found.status(), 204);
    assert_eq!(
        header("access-control-allow-origin"),
        "http://localhost:5173"
    );
    assert_eq!(header("access-control-allow-methods"), "POST, OPTIONS");
    assert_eq!(
        header("access-control-allow-headers"),
        "authorization,content-type"
    );
    let plain = with(&api, Method::OPTIONS, "/v1/sessions/T12345678.a", &[]).await;
    assert_eq!(
        (plain.status().as_u16(), &plain.headers()["allow"]),
        (204, &"GET, PUT, HEAD, OPTIONS".parse().expect("a value"))
    );
    for page in ["/", "/_sandbox", "/_sandbox/health", "/_sandbox/deliveries"] {
        let plain = with(&api, Method::OPTIONS, page, &[]).await;
        assert_eq!(plain.status(), 204, "{page}");
        assert_eq!(plain.headers()["allow"], "GET, HEAD, OPTIONS");
    }
    let unknown = with(&api, Method::OPTIONS, "/v1/unknown", &[]).await;
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let api = start().await;
    for path in [
        "/",
        "/_sandbox",
        "/_sandbox/health",
        "/v1/transactions",
        "/v1/transactions/T12345678.a",
    ] {
        let get = api
            .request(Method::GET, path)
            .send()
            .await
            .expect("a response");
        let head = with(&api, Method::HEAD, path, &[]).await;
        assert_eq!(head.status(), get.status(), "{path}");
        assert_eq!(
            head.headers()["content-type"],
            get.headers()["content-type"]
        );
        assert_eq!(head.text().await.expect("text"), "");
    }
}

#[tokio::test]
async fn the_sandbox_is_reached_by_both_loopback_addresses_and_a_taken_port_is_said() {
    let api = start().await;
    let port = api.sandbox.port();
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        let found = api.http.get(format!("http://[::1]:{port}/_sandbox/health"));
        assert_eq!(found.send().await.expect("a response").status(), 200);
    }
    let taken = Sandbox::builder()
        .port(port)
        .start()
        .await
        .expect_err("taken");
    assert_eq!(
        (taken.kind(), taken.to_string()),
        (
            ErrorKind::AddrInUse,
            format!("port {port} is in use; choose another, or 0 for any free one")
        )
    );
}

#[tokio::test]
async fn a_session_leads_to_the_public_url() {
    let builder = Sandbox::builder()
        .host("0.0.0.0")
        .public_url("http://sandbox.test:8400/");
    let api = start_with(builder).await;
    let created = ok(api.post("/v1/sessions-profile", session_body()).await);
    let url = created["url"].as_str().expect("a url");
    assert!(
        url.starts_with("http://sandbox.test:8400/v1/view/T12345678."),
        "{url}"
    );
    for bad in ["sandbox", "ftp://sandbox", "http://sandbox/?a"] {
        let error = Sandbox::builder()
            .public_url(bad)
            .start()
            .await
            .expect_err(bad);
        assert_eq!(error.to_string(), "the public URL is no http or https URL");
    }
}

#[tokio::test]
async fn the_start_page_has_a_first_request_and_health_responds() {
    let api = start().await;
    let page = api
        .http
        .get(format!("{}/", api.sandbox.url()))
        .send()
        .await
        .expect("a response");
    let page = page.text().await.expect("text");
    for wanted in [
        "T12345678",
        "sandbox-client",
        "sandbox-secret",
        "/auth/token",
        "/_sandbox",
        api.sandbox.url(),
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let health = api
        .http
        .get(format!("{}/_sandbox/health", api.sandbox.url()));
    let health: Value = health
        .send()
        .await
        .expect("a response")
        .json()
        .await
        .expect("JSON");
    assert_eq!(health["status"], "ok");
}

#[tokio::test]
async fn a_callback_never_goes_to_the_sandbox_itself() {
    for own in [
        "http://127.0.0.1",
        "http://localhost",
        "http://sandbox.test",
        "http://[::1]",
        "http://127.1.2.3",
    ] {
        let builder = standing()
            .public_url("http://sandbox.test")
            .callback_hosts(["*"]);
        let api = start_with(builder).await;
        let (id, _) = session(&api, |body| {
            let port = if own.ends_with("test") {
                80
            } else {
                api.sandbox.port()
            };
            body["url"]["callback_url"] =
                json!(format!("{own}:{port}/_sandbox/log.jsonl?method=POST"));
        })
        .await;
        api.pay(&id);
        let state = only(&api).await.state;
        assert_eq!(
            state,
            CallbackState::NotSent("the URL is the sandbox's own".into()),
            "{own}"
        );
    }
}

#[tokio::test]
async fn a_url_that_a_browser_would_run_is_refused() {
    let api = start().await;
    for url in [
        "javascript://shop.example/%0aalert(1)",
        "JavaScript://shop.example/",
        "java\nscript://shop.example/",
        "\u{1}javascript://shop.example",
        "data://text/html,a",
        "blob:http://shop.example/a",
        "vbscript://a",
        "file:///etc/passwd",
    ] {
        for name in ["return_url"] {
            let mut body = session_body();
            body["url"][name] = json!(url);
            let found = api.post("/v1/sessions-profile", body).await;
            refused_fields(&found, &[&format!("url.{name}")]);
        }
    }
    let mut body = session_body();
    body["url"]["return_url"] = json!("shopapp://done");
    ok(api.post("/v1/sessions-profile", body).await);
}

#[tokio::test]
async fn a_return_url_of_an_app_is_where_the_form_may_lead() {
    let api = start().await;
    let (_, url) = session(&api, |body| {
        body["url"]["return_url"] = json!("shop://done")
    })
    .await;
    let response = browser().get(&url).send().await.expect("a response");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(
        policy.ends_with("form-action 'self' http: https: shop:"),
        "{policy}"
    );
    let response = send(&url, &[("card", "4000000000000002")]).await;
    assert!(location(&response).starts_with("shop://done?merchant_reference="));
    let (_, page) = read_page(&url).await;
    assert!(
        !page.contains("href="),
        "only web addresses are linked: {page}"
    );
}
