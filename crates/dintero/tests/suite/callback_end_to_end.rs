//! What the sandbox sends over HTTP is verified and typed by the receiver.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::{any, post};
use dintero::Dintero;
use dintero::callback::{
    CallbackError, Express, ExpressResponse, SessionCallback, Verifier, Webhook, WebhookPayload,
    WebhookVerifier,
};
use dintero::checkout::types::{
    ProfileSessionOptions, SessionOrderInput, SessionUrls, ShippingAddressCallbackRequest,
    ShippingAddressCallbackResponse, ShippingOption,
};
use dintero::http::Method;
use dintero_sandbox::{CallbackState, Card, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::shop::client;

#[derive(Clone, FromRef)]
struct Shop {
    verifier: Verifier,
    webhooks: WebhookVerifier,
    callbacks: Arc<Mutex<Vec<SessionCallback>>>,
    deliveries: Arc<Mutex<Vec<Webhook>>>,
}

async fn callback(
    State(shop): State<Shop>,
    callback: Result<SessionCallback, CallbackError>,
) -> StatusCode {
    let status = callback
        .as_ref()
        .map_or_else(|e| e.status(), |_| StatusCode::OK);
    shop.callbacks.lock().unwrap().extend(callback);
    status
}

async fn webhook(State(shop): State<Shop>, webhook: Webhook) {
    shop.deliveries.lock().unwrap().push(webhook);
}

/// Ships within Norway.
async fn shipping(
    Express(request): Express<ShippingAddressCallbackRequest>,
) -> dintero::http::Response<axum::body::Body> {
    let order = request.order.unwrap();
    let address = order.shipping_address.unwrap();
    let post = ShippingOption::builder()
        .id("post")
        .line_id("post")
        .amount(4_900)
        .title("Post")
        .operator("Post");
    let options = match address.country.as_deref() {
        Some("NO") => vec![post.build().unwrap()],
        _ => Vec::new(),
    };
    let response = ShippingAddressCallbackResponse::builder().shipping_options(options);
    let response = response.build().unwrap().to_response().unwrap();
    response.map(axum::body::Body::from)
}

/// Starts a shop for the callbacks of a sandbox's account; gives its address.
async fn shop(dintero: &Dintero) -> (Shop, String) {
    let made = dintero.checkout().create_signature_secret().send().await;
    let secret = made
        .unwrap()
        .into_inner()
        .signature
        .unwrap()
        .secret
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let verifier = Verifier::new(dintero.account(), [secret], &at);
    let shop = Shop {
        verifier: verifier.unwrap(),
        webhooks: WebhookVerifier::new(["hooksecret"]).unwrap(),
        callbacks: Arc::default(),
        deliveries: Arc::default(),
    };
    let router = Router::new()
        .route("/callback", any(callback))
        .route("/hook", post(webhook))
        .route("/shipping", post(shipping))
        .with_state(shop.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (shop, at)
}

async fn session(dintero: &Dintero, callback_url: &str) -> String {
    let urls = SessionUrls::builder().return_url("https://shop.example/thanks");
    let order = SessionOrderInput::builder().amount(29_990).currency("NOK");
    let options = ProfileSessionOptions::builder()
        .profile_id("default")
        .url(urls.callback_url(callback_url))
        .order(order.merchant_reference("order-1"));
    let checkout = dintero.checkout();
    let call = checkout.create_session_from_profile().body(options);
    call.send().await.unwrap().into_inner().id.unwrap()
}

#[tokio::test]
async fn payments_reach_the_shop_by_callback_and_by_webhook() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let (shop, at) = shop(&dintero).await;
    let subscription = json!({
        "config": {"url": format!("{at}/hook"), "secret": {"type": "HMAC-SHA1", "value": "hooksecret"}},
        "events": ["checkout_authorization", "checkout_transaction"],
    });
    let hooks = "/v1/accounts/{aid}/hooks/subscriptions";
    let call = dintero
        .request(Method::POST, hooks)
        .json_unchecked(&subscription);
    let created = call.send::<Value>().await.unwrap().into_inner();

    let url = format!("{at}/callback?method=POST&report_error=true&shop=oslo");
    let paid = session(&dintero, &url).await;
    let id: String = sandbox.pay(&paid, Card::approved()).unwrap();
    let left = session(&dintero, &url).await;
    sandbox.payer(&left).cancel().unwrap();
    sandbox.callbacks_sent().await;
    for sent in sandbox.callbacks() {
        assert_eq!(sent.state, CallbackState::Delivered, "{sent:?}");
    }

    let callbacks = shop.callbacks.lock().unwrap();
    assert_eq!(callbacks.len(), 2);
    for callback in callbacks.iter() {
        let is_paid = callback.session_id.as_ref() == Some(&paid);
        assert!(is_paid || callback.session_id.as_ref() == Some(&left));
        assert_eq!(callback.transaction_id.as_ref(), is_paid.then_some(&id));
        assert_eq!(callback.error.is_some(), !is_paid);
        assert_eq!(callback.merchant_reference, "order-1");
        assert_eq!(callback.parameter("shop"), Some("oslo"));
        assert!(callback.time.get().is_some() && callback.delivery.is_some());
    }

    let deliveries = shop.deliveries.lock().unwrap();
    let mut kinds: Vec<_> = deliveries
        .iter()
        .map(|webhook| match webhook.payload() {
            WebhookPayload::Subscription(made) => {
                assert!(!webhook.is_event_signed());
                assert_eq!(made.id.as_deref(), created["id"].as_str());
                "subscription"
            }
            WebhookPayload::Authorization(end, None) => {
                assert_eq!(end.session_id.as_ref(), Some(&left));
                assert_eq!(end.error.as_deref(), Some("cancelled"));
                "cancelled"
            }
            WebhookPayload::Authorization(end, Some(transaction)) => {
                assert_eq!(
                    (&end.transaction_id, &transaction.id),
                    (&Some(id.clone()), &Some(id.clone()))
                );
                "authorized"
            }
            WebhookPayload::Transaction(transaction) => {
                assert_eq!(transaction.id.as_ref(), Some(&id));
                assert_eq!(webhook.account(), Some(sandbox.account()));
                "transaction"
            }
            other => panic!("{other:?}"),
        })
        .collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["authorized", "cancelled", "subscription", "transaction"]
    );
}

#[tokio::test]
async fn a_callback_with_the_wrong_secret_is_sent_again() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let (shop, at) = shop(&dintero).await;
    // A new secret takes the place of the one that the shop knows.
    dintero
        .checkout()
        .create_signature_secret()
        .send()
        .await
        .unwrap();
    let url = format!("{at}/callback");
    sandbox
        .pay(&session(&dintero, &url).await, Card::approved())
        .unwrap();
    sandbox.callbacks_sent().await;
    assert!(shop.callbacks.lock().unwrap().is_empty());
    let sent = sandbox.callbacks();
    assert!(
        matches!(sent[0].state, CallbackState::Waiting(_)),
        "{sent:?}"
    );
}

#[tokio::test]
async fn an_address_that_the_payer_gives_is_priced_by_the_shop() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let (_, at) = shop(&dintero).await;
    let body = json!({
        "profile_id": "default", "url": {"return_url": "https://shop.example/thanks"},
        "order": {"amount": 29_990, "currency": "NOK", "merchant_reference": "order-1"},
        "express": {"shipping_options": [], "shipping_address_callback_url": format!("{at}/shipping?b=2&a=1")},
    });
    let call = dintero
        .request(Method::POST, "/v1/sessions-profile")
        .json_unchecked(&body);
    let created = call.send::<Value>().await.unwrap().into_inner();
    let (http, url) = (reqwest::Client::new(), created["url"].as_str().unwrap());
    let give = |country: &str| {
        let address = json!({"country": country, "postal_code": "0150"});
        let body = json!({"action": "set_shipping_address", "shipping_address": address});
        let request = http.post(url).header("content-type", "application/json");
        request.body(body.to_string()).send()
    };
    let response = give("NO").await.unwrap();
    assert_eq!(response.status(), 200);
    let given: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(given["shipping_options"][0]["amount"], 4_900);
    let refused = give("SE").await.unwrap();
    assert_eq!(refused.status(), 400);
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains("does not ship to this address"),
        "{refused}"
    );
    for sent in sandbox.callbacks() {
        assert_eq!(sent.state, CallbackState::Delivered, "{sent:?}");
    }
}
