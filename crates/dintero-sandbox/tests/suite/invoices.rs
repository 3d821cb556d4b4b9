//! Payments by invoice, without the payer: what Dintero's guides say about Kravia.

use std::time::Duration;

use crate::support::transactions::read;
use crate::support::{
    Api, billing_address, invoice_body, invoice_session_body, ok, refused, refused_fields,
    session_body, start, start_with,
};
use dintero_sandbox::{Fault, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

const B2B: &str = "kravia.invoice_b2b";

async fn session(api: &Api, channel: Option<&str>) -> String {
    let body = invoice_session_body(channel);
    let made = ok(api.post("/v1/sessions-profile", body).await);
    made["id"].as_str().expect("an id").to_owned()
}

async fn pay(api: &Api, session: &str, product: &str) -> (u16, Value) {
    api.post(
        &format!("/v1/sessions/{session}/pay"),
        invoice_body(product),
    )
    .await
}

async fn transaction_of(api: &Api, session: &str) -> Value {
    let session = ok(api.get(&format!("/v1/sessions/{session}")).await);
    read(api, session["transaction_id"].as_str().expect("paid")).await
}

fn events(transaction: &Value) -> Vec<&str> {
    let events = transaction["events"].as_array().expect("events").iter();
    events.filter_map(|e| e["event"].as_str()).collect()
}

#[tokio::test]
async fn an_invoice_rests_authorized_until_the_payer_has_paid() {
    let api = start_with(Sandbox::builder()).await;
    // Product, channel, and the events at rest.
    let (rest, begun) = (
        vec!["INITIALIZE", "AUTHORIZE"],
        vec!["INITIALIZE", "AUTHORIZE", "INITIATE_CAPTURE"],
    );
    for (product, channel, expected) in [
        (B2B, None, &begun),
        (B2B, Some("kravia"), &begun),
        ("kravia.invoice_b2c", Some("merchant"), &rest),
        ("two.invoice_b2b", None, &rest),
    ] {
        let session = session(&api, channel).await;
        let paid = ok(pay(&api, &session, product).await);
        assert_eq!(paid["success"], true, "{paid}");
        let transaction = transaction_of(&api, &session).await;
        assert_eq!(transaction["status"], "AUTHORIZED");
        assert_eq!(transaction["payment_product_type"], product);
        assert_eq!(transaction["billing_address"], billing_address());
        assert_eq!(events(&transaction), *expected, "{product} {channel:?}");
        // Nothing is paid twice.
        refused(&pay(&api, &session, product).await, 400);
    }
    api.sandbox.complete_pending();
    let all = ok(api.get("/v1/transactions?status=CAPTURED").await);
    assert_eq!(all.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_invoice_is_captured_by_whoever_delivers_it_and_never_refunded() {
    let api = start().await;
    let session = session(&api, Some("merchant")).await;
    ok(pay(&api, &session, B2B).await);
    let id = transaction_of(&api, &session).await["id"].clone();
    let path = format!("/v1/transactions/{}", id.as_str().expect("an id"));
    let (capture, amount) = (format!("{path}/capture"), json!({"amount": 50_000}));
    let (status, begun) = api.post(&capture, amount.clone()).await;
    assert_eq!((status, &begun["status"]), (202, &json!("AUTHORIZED")));
    assert_eq!(events(&begun).last(), Some(&"INITIATE_CAPTURE"));
    refused(&api.post(&capture, amount.clone()).await, 400);
    api.sandbox.complete_pending();
    assert_eq!(ok(api.get(&path).await)["status"], "CAPTURED");
    refused(&api.post(&format!("{path}/refund"), amount).await, 400);

    let other = self::session(&api, None).await;
    ok(pay(&api, &other, B2B).await);
    let id = transaction_of(&api, &other).await["id"].clone();
    let void = format!("/v1/transactions/{}/void", id.as_str().expect("an id"));
    let voided = ok(api.post_nothing(&void).await);
    assert_eq!(voided["status"], "AUTHORIZATION_VOIDED");
    api.sandbox.complete_pending();
    assert_eq!(
        transaction_of(&api, &other).await["status"],
        voided["status"]
    );
}

#[tokio::test]
async fn a_session_that_has_changed_is_not_paid() {
    let api = start().await;
    let session = session(&api, None).await;
    let path = format!("/v1/sessions/{session}/pay");
    let seen = ok(api.get(&format!("/v1/sessions/{session}")).await)["updated_at"].clone();
    let pay = |time: String| {
        let request = api.request(Method::POST, &path).json(&invoice_body(B2B));
        api.send(request.header("if-unmodified-since", time))
    };
    for other in ["2025-12-31T23:59:59.000Z", "7"] {
        refused(&pay(other.to_owned()).await, 412);
    }
    let body = ok(api.get(&format!("/v1/sessions/{session}")).await);
    assert!(body.get("transaction_id").is_none(), "{body}");
    ok(pay(seen.as_str().expect("a time").to_owned()).await);
}

#[tokio::test]
async fn what_an_invoice_lacks_is_named() {
    let api = start().await;
    let id = session(&api, None).await;
    let path = format!("/v1/sessions/{id}/pay");
    let mut body = invoice_body(B2B);
    let address = body["billing_address"].as_object_mut().expect("an object");
    for name in ["business_name", "email"] {
        address.remove(name);
    }
    let fields = ["billing_address.business_name", "billing_address.email"];
    refused_fields(&api.post(&path, body.clone()).await, &fields);
    body["payment_product_type"] = json!("kravia.invoice_b2c");
    refused_fields(&api.post(&path, body).await, &fields[1..]);
    let other = invoice_body("swish.swish");
    refused_fields(&api.post(&path, other).await, &["payment_product_type"]);

    // A payer who has yet to prove who they are: a response like any other, and nothing is paid.
    let made = ok(api.post("/v1/sessions-profile", session_body()).await);
    let id = made["id"].as_str().expect("an id");
    let found = ok(pay(&api, id, B2B).await);
    assert_eq!(found["success"], false);
    assert!(found["error_details"][0]["code"].is_string(), "{found}");
    let session = ok(api.get(&format!("/v1/sessions/{id}")).await);
    assert!(session.get("transaction_id").is_none(), "{session}");
}

#[tokio::test]
async fn a_payment_that_is_put_off_is_a_202_and_goes_on() {
    let api = start().await;
    let session = session(&api, None).await;
    let fault = Fault::Pending(Duration::from_secs(60));
    api.sandbox.fail_next("checkout_sid_pay_post", fault);
    let (status, body) = pay(&api, &session, B2B).await;
    assert_eq!((status, &body["success"]), (202, &json!(true)));
    assert_eq!(transaction_of(&api, &session).await["status"], "ON_HOLD");
    api.sandbox.payer(&session).release().expect("released");
    assert_eq!(transaction_of(&api, &session).await["status"], "AUTHORIZED");
}

#[tokio::test]
async fn an_invoice_needs_no_session_of_its_own() {
    let api = start_with(Sandbox::builder()).await;
    for (operation, channel, last) in [
        ("invoice_payment", None, "INITIATE_CAPTURE"),
        ("invoice_purchase", Some("merchant"), "AUTHORIZE"),
    ] {
        let mut payment = json!({
            "payment_product_type": B2B, "operation": operation, "days_until_due": 30,
        });
        if let Some(channel) = channel {
            payment["invoice_channel"] = json!(channel);
        }
        let order = json!({
            "amount": 29_900, "currency": "NOK", "merchant_reference": operation,
            "items": [{"line_id": "1", "amount": 29_900, "quantity": 1, "description": "x", "vat": 25}],
            "billing_address": billing_address(),
        });
        let body = json!({"payment": payment, "session": {"order": order}});
        let paid = ok(api.post("/v1/sessions/pay", body.clone()).await);
        assert_eq!(
            (&paid["status"], &paid["success"]),
            (&json!("AUTHORIZED"), &json!(true))
        );
        assert_eq!(events(&paid).last(), Some(&last));
        let mut body = body;
        body["session"]["order"]["billing_address"] = json!({"first_name": "Ola"});
        refused(&api.post("/v1/sessions/pay", body).await, 400);
    }
}

#[tokio::test]
async fn an_express_session_is_paid_once_it_has_an_address_and_its_shipping() {
    let api = start().await;
    let mut body = invoice_session_body(None);
    let order = body["order"].as_object_mut().expect("an order");
    let option = order.remove("shipping_option").expect("an option");
    body["order"]["amount"] = json!(45_100);
    body["express"] = json!({"shipping_options": [option]});
    let created = ok(api.post("/v1/sessions-profile", body).await);
    let path = format!("/v1/sessions/{}", created["id"].as_str().expect("an id"));
    let pay = format!("{path}/pay");
    let give = async |body: Value| {
        let url = created["url"].as_str().expect("a URL");
        let given = api.http.post(url).json(&body).send().await;
        assert_eq!(given.expect("a response").status(), 200);
    };
    refused(
        &api.post(&pay, invoice_body("kravia.invoice_b2b")).await,
        400,
    );
    give(json!({"action": "set_shipping_address", "shipping_address": billing_address()})).await;
    refused(
        &api.post(&pay, invoice_body("kravia.invoice_b2b")).await,
        400,
    );
    assert_eq!(ok(api.get(&path).await)["transaction_id"], Value::Null);
    give(json!({"action": "set_shipping_option", "shipping_option": "post"})).await;
    let paid = ok(api.post(&pay, invoice_body("kravia.invoice_b2b")).await);
    assert_eq!(paid["success"], true);
}
