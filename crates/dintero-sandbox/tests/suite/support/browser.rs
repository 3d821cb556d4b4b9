//! The payer's browser: the payment page and its forms.

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::Value;

use super::{Api, ok, session_body};

/// A browser that does not follow redirects, so that the test sees them.
pub fn browser() -> Client {
    let client = Client::builder().no_proxy().redirect(Policy::none());
    client.build().expect("a client")
}

/// A session with these changes of the usual body; gives its id and its url.
pub async fn session(api: &Api, change: impl FnOnce(&mut Value)) -> (String, String) {
    let mut body = session_body();
    change(&mut body);
    let created = ok(api.post("/v1/sessions-profile", body).await);
    let text = |name: &str| created[name].as_str().expect("text").to_owned();
    (text("id"), text("url"))
}

pub async fn send(url: &str, fields: &[(&str, &str)]) -> Response {
    let mut form = form_urlencoded::Serializer::new(String::new());
    let form = form.extend_pairs(fields).finish();
    let request = browser().post(url).body(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.send().await.expect("a response")
}

pub async fn html(response: Response) -> (u16, String) {
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    (
        response.status().as_u16(),
        response.text().await.expect("text"),
    )
}

pub async fn read_page(url: &str) -> (u16, String) {
    let request = browser().get(url).header("accept", "text/html,*/*;q=0.8");
    html(request.send().await.expect("a response")).await
}

/// Where a form led to.
pub fn location(response: &Response) -> &str {
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().expect("text")
}

pub async fn transaction(api: &Api, session: &str) -> Value {
    let session = ok(api.get(&format!("/v1/sessions/{session}")).await);
    let id = session["transaction_id"].as_str().expect("a transaction");
    ok(api.get(&format!("/v1/transactions/{id}")).await)
}
