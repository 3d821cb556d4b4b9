//! The extractors for axum, and the status of each rejection.

use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Method, Request, StatusCode};
use axum::routing::{any, post};
use dintero::callback::{
    CallbackResponse, Express, ExpressResponse, SessionCallback, Signer, Verified, Verifier,
    Webhook, WebhookVerifier, sign_webhook,
};
use dintero::checkout::types::{
    ShippingAddressCallbackRequest, ShippingAddressCallbackResponse, ShippingOption,
};
use dintero::{Clock, ManualClock};
use tower::ServiceExt;

#[derive(Clone, FromRef)]
struct State {
    verifier: Verifier,
    webhooks: WebhookVerifier,
}

async fn session(callback: SessionCallback) -> CallbackResponse {
    match callback.parameter("order") {
        Some("known") => CallbackResponse::Processed,
        Some("soon") => CallbackResponse::Retry,
        _ => CallbackResponse::Rejected,
    }
}

async fn express(
    Express(callback): Express<ShippingAddressCallbackRequest>,
) -> axum::response::Response {
    assert_eq!(callback.order.unwrap().amount, 100);
    let response = ShippingAddressCallbackResponse::builder()
        .shipping_options(Vec::<ShippingOption>::new())
        .build()
        .unwrap();
    response.to_response().unwrap().map(Body::from)
}

fn app(clock: &ManualClock) -> Router {
    let verifier = Verifier::new("T12345678", ["s"], "https://shop.example.com/shop")
        .unwrap()
        .clock(clock.clone());
    let webhooks = WebhookVerifier::new(["w"]).unwrap();
    let routes = Router::new()
        .route("/session", any(session))
        .route("/verified", any(|_: Verified| async {}))
        .route("/express", post(express))
        .route(
            "/webhook",
            post(|webhook: Webhook| async move { webhook.event().to_string() }),
        );
    // Nested, so that the path of the handlers differs from the signed one.
    Router::new()
        .nest("/dintero", routes)
        .with_state(State { verifier, webhooks })
}

async fn status(request: Request<Body>) -> StatusCode {
    app(&ManualClock::new())
        .oneshot(request)
        .await
        .unwrap()
        .status()
}

/// A request behind a proxy that strips `/shop`.
fn signed(method: Method, url: &str, body: &str) -> Request<Body> {
    let signer = Signer::new("T12345678", "s");
    let mut request = signer
        .request(method, url, ManualClock::new().wall())
        .unwrap();
    let line = request
        .uri()
        .path_and_query()
        .unwrap()
        .as_str()
        .replacen("/shop", "", 1);
    *request.uri_mut() = line.parse().unwrap();
    request.map(|()| Body::from(body.to_owned()))
}

#[tokio::test]
async fn the_response_to_a_session_callback_depends_on_its_processing() {
    let url = "https://shop.example.com/shop/dintero/session?merchant_reference=1&time=t";
    for (order, want) in [("known", 200), ("soon", 503), ("strange", 422)] {
        let request = signed(Method::GET, &format!("{url}&order={order}"), "");
        assert_eq!(status(request).await, want, "{order}");
    }
    // The body of a POST is not signed and does not matter.
    assert_eq!(
        status(signed(Method::POST, &format!("{url}&order=known"), "{}")).await,
        200
    );
    assert_eq!(
        status(signed(Method::GET, &url.replace("time", "tide"), "")).await,
        422
    );
    assert_eq!(
        status(signed(Method::GET, url.split_once('?').unwrap().0, "")).await,
        503
    );
    let bare = Request::get("/dintero/session")
        .body(Body::empty())
        .unwrap();
    assert_eq!(status(bare).await, 401);
    let mut moved = signed(Method::GET, url, "");
    *moved.uri_mut() = "/dintero/verified".parse().unwrap();
    assert_eq!(status(moved).await, 503);
    let verified = signed(
        Method::GET,
        "https://shop.example.com/shop/dintero/verified",
        "",
    );
    assert_eq!(status(verified).await, 200);
}

#[tokio::test]
async fn express_callbacks_are_parsed_and_responded_to() {
    let url = "https://shop.example.com/shop/dintero/express";
    let body = r#"{"id":"T1","order":{"amount":100,"currency":"NOK","merchant_reference":"1"},"url":{"return_url":"https://shop.example.com"}}"#;
    let response = app(&ManualClock::new())
        .oneshot(signed(Method::POST, url, body))
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = axum::body::to_bytes(response.into_body(), 1000)
        .await
        .unwrap();
    assert_eq!(body, r#"{"shipping_options":[]}"#);
    assert_eq!(status(signed(Method::POST, url, "[]")).await, 503);
    let unsigned = Request::post("/dintero/express")
        .body(Body::from(body))
        .unwrap();
    assert_eq!(status(unsigned).await, 401);
}

#[tokio::test]
async fn webhooks_are_verified_by_their_body() {
    let deliver = |signature: String, body: Vec<u8>| {
        Request::post("/dintero/webhook")
            .header("event-signature", signature)
            .body(Body::from(body))
            .unwrap()
    };
    let body = br#"{"event":"ping"}"#.to_vec();
    assert_eq!(
        status(deliver(sign_webhook("w", &body), body.clone())).await,
        200
    );
    assert_eq!(status(deliver(sign_webhook("v", &body), body)).await, 503);
    let other = b"no JSON \xff".to_vec();
    assert_eq!(status(deliver(sign_webhook("w", &other), other)).await, 200);
    let large = vec![b' '; 3_000_000];
    assert_eq!(status(deliver(sign_webhook("w", &large), large)).await, 503);
}
