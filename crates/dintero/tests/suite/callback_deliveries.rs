//! Whatever has a valid signature is delivered, typed where it can be, and survives a queue.

use std::time::Duration;

use dintero::callback::{
    Signer, Verified, Verifier, Webhook, WebhookEvent, WebhookPayload, WebhookVerifier,
    sign_webhook,
};
use dintero::checkout::types::{SessionUrls, ShippingAddressCallbackRequest, Transaction};
use dintero::http::HeaderMap;
use dintero::{Clock, ManualClock};

use crate::support::callback::{ACCOUNT, verifier};

fn deliver(body: &[u8], event: Option<&str>) -> Webhook {
    let mut headers = HeaderMap::new();
    let signature = sign_webhook("s3cret", body);
    headers.insert("event-signature", signature.parse().unwrap());
    headers.insert("event-delivery", "from-header".parse().unwrap());
    if let Some(event) = event {
        headers.insert("event", event.parse().unwrap());
    }
    let verifier = WebhookVerifier::new(["s3cret"]).unwrap();
    verifier.verify(&headers, body.to_vec()).unwrap()
}

fn kind(webhook: &Webhook) -> &'static str {
    match webhook.payload() {
        WebhookPayload::Subscription(_) => "subscription",
        WebhookPayload::Authorization(_, None) => "authorization",
        WebhookPayload::Authorization(_, Some(_)) => "authorization and transaction",
        WebhookPayload::Transaction(_) => "transaction",
        WebhookPayload::Token(_) => "token",
        WebhookPayload::Unknown(raw) => {
            assert_eq!(&raw, webhook.raw());
            "unknown"
        }
        _ => "new",
    }
}

const TRANSACTION: &str = r#"{"id":"P12345678.a","amount":29990.0,"currency":"NOK","payment_product":"vipps","payment_product_type":"vipps","events":[],"user_agent":"x"}"#;
const TOKEN: &str = r#"{"id":"t1","token":"made-up","type":"payment_token","masked_pan":"476173******0416","account_id":"P12345678","payment_product_type":"dintero_psp.creditcard","created_at":"2023-11-07T05:31:56Z","updated_at":"2023-11-07T05:31:56Z"}"#;
const PING: &str = r#"{"id":"h1","active":true,"config":{"content_type":"application/json","insecure_ssl":0,"secret":{"type":"HMAC-SHA1","value":"s3cret"},"url":"https://shop.example/hook"},"events":["checkout_transaction"],"created_at":"2017-12-06T15:36:43Z"}"#;

#[test]
fn a_webhook_is_typed_by_its_event_wherever_that_is() {
    let envelope = r#""account_id":"P12345678","event_delivery":"in-body","event":"#;
    let authorization = r#""authorization":{"merchant_reference":"1","session_id":"P12345678.s","error":"cancelled"}"#;
    for (body, header, event, signed, payload) in [
        (PING.to_owned(), Some("ping"), "ping", false, "subscription"),
        (PING.to_owned(), None, "", false, "unknown"),
        (
            r#"{"event":"ping","account_id":"P12345678"}"#.to_owned(),
            None,
            "ping",
            true,
            "subscription",
        ),
        (
            format!(r#"{{"token":{TOKEN}}}"#),
            Some("checkout_token_add"),
            "checkout_token_add",
            false,
            "token",
        ),
        (
            format!(r#"{{{envelope}"checkout_token_delete","token":{TOKEN}}}"#),
            None,
            "checkout_token_delete",
            true,
            "token",
        ),
        (
            format!(r#"{{{envelope}"checkout_authorization",{authorization}}}"#),
            None,
            "checkout_authorization",
            true,
            "authorization",
        ),
        (
            format!(r#"{{{authorization},"transaction":null}}"#),
            Some("checkout_authorization"),
            "checkout_authorization",
            false,
            "authorization",
        ),
        (
            format!(
                r#"{{{envelope}"checkout_authorization",{authorization},"transaction":{TRANSACTION}}}"#
            ),
            None,
            "checkout_authorization",
            true,
            "authorization and transaction",
        ),
        (
            format!(r#"{{{envelope}"checkout_transaction","transaction":{TRANSACTION}}}"#),
            Some("ping"),
            "checkout_transaction",
            true,
            "transaction",
        ),
        (
            format!(
                r#"{{{envelope}"checkout_transaction","new":1e400,"transaction":{TRANSACTION}}}"#
            ),
            None,
            "checkout_transaction",
            true,
            "transaction",
        ),
        (
            format!(r#"{{{envelope}"checkout_transaction","transaction":[]}}"#),
            None,
            "checkout_transaction",
            true,
            "unknown",
        ),
        (
            format!(r#"{{{envelope}"checkout_authorization"}}"#),
            None,
            "checkout_authorization",
            true,
            "unknown",
        ),
        (
            format!(r#"{{{envelope}"account_store_add","store":{{}}}}"#),
            None,
            "account_store_add",
            true,
            "unknown",
        ),
        (
            r#"{"event":1}"#.to_owned(),
            Some("moon_landing"),
            "moon_landing",
            false,
            "unknown",
        ),
        ("[]".to_owned(), None, "", false, "unknown"),
        ("{".to_owned(), Some("ping"), "ping", false, "unknown"),
        (String::new(), None, "", false, "unknown"),
    ] {
        let webhook = deliver(body.as_bytes(), header);
        assert_eq!(webhook.event(), event, "{body}");
        assert_eq!(webhook.is_event_signed(), signed, "{body}");
        assert_eq!(kind(&webhook), payload, "{body}");
        let delivery = if body.contains("in-body") {
            "in-body"
        } else {
            "from-header"
        };
        assert_eq!(webhook.delivery(), Some(delivery), "{body}");
        let account = body.contains("account_id").then_some("P12345678");
        assert_eq!(webhook.account(), account, "{body}");
        for shown in [format!("{webhook:?}"), format!("{:?}", webhook.payload())] {
            assert!(
                !shown.contains("s3cret") && !shown.contains("made-up"),
                "{shown}"
            );
        }
    }
}

#[test]
fn a_transaction_that_does_not_fit_its_type_is_read_as_far_as_it_does() {
    for (member, value, set_aside) in [
        ("user_agent", r#""x\ud800y""#, ""),
        ("new", r#""x\ud800y""#, ""),
        ("new", "1e400", ""),
        ("new", "123456789012345678901234567890", ""),
        ("amount", "29990.0", ""),
        ("metadata", "[]", "transaction.metadata"),
        ("created_at", "7", "transaction.created_at"),
        ("items", r#"[{"id":1}]"#, "transaction.items[0].id"),
        ("customer", "null", ""),
        (
            "events",
            r#"[{"event":"CAPTURE","amount":"x"}]"#,
            "transaction.events[0].amount",
        ),
    ] {
        let transaction = TRANSACTION.replace(r#""events":[],"#, "");
        let transaction = match member {
            "amount" => transaction,
            "user_agent" => transaction.replace(r#""x""#, value),
            _ => format!(
                r#"{},"{member}":{value}}}"#,
                transaction.trim_end_matches('}')
            ),
        };
        let body = format!(r#"{{"event":"checkout_transaction","transaction":{transaction}}}"#);
        let webhook = deliver(body.as_bytes(), None);
        assert_eq!(kind(&webhook), "transaction", "{body}");
        let read: Transaction = webhook.field("transaction").unwrap().unwrap();
        assert_eq!(read.amount, Some(29_990), "{body}");
        assert_eq!(webhook.raw(), body.as_bytes());
        let listed = webhook.set_aside();
        let listed: Vec<_> = listed.iter().map(|one| &*one.path).collect();
        assert_eq!(listed.concat(), set_aside, "{body}");
    }
}

#[test]
fn an_express_callback_is_read_as_responses_are() {
    let clock = ManualClock::new();
    let request = crate::support::callback::signed(&clock, "https://shop.example.com/cb");
    let verified = verifier(&clock).verify(&request).unwrap();
    let body = r#"{"id":"T12345678.s","url":{"return_url":"https://shop.example/r"},"metadata":[],
        "order":{"amount":1.0e4,"currency":"NOK","merchant_reference":"x\ud800y","items":[{"id":"a","line_id":"1","quantity":1.0,"amount":10000.0}]}}"#;
    let callback: ShippingAddressCallbackRequest = verified.express(body.as_bytes()).unwrap();
    assert_eq!(callback.order.unwrap().amount, 10_000);
    let unreadable = verified.express::<ShippingAddressCallbackRequest>(b"[]");
    assert!(unreadable.unwrap_err().is_retried());
}

#[test]
fn every_event_has_a_name_under_its_old_and_its_new_form() {
    for (old, new) in [
        (
            WebhookEvent::AccountLocationAdd,
            WebhookEvent::AccountStoreAdd,
        ),
        (
            WebhookEvent::AccountLocationUpdate,
            WebhookEvent::AccountStoreUpdate,
        ),
        (
            WebhookEvent::AccountLocationDelete,
            WebhookEvent::AccountStoreDelete,
        ),
    ] {
        for event in [&old, &new] {
            let webhook = deliver(b"{}", Some(event.as_str()));
            assert_eq!(
                (webhook.event(), webhook.event().is_unknown()),
                (event, false)
            );
        }
        assert_eq!(old.as_str().replace("_location_", "_store_"), new.as_str());
    }
}

#[test]
fn a_webhook_survives_a_queue() {
    let bodies: [(&[u8], _); 4] = [
        (PING.as_bytes(), Some("ping")),
        (
            br#"{"event":"checkout_transaction","event_delivery":"d"}"#,
            None,
        ),
        (b"no JSON \xff", Some("ping")),
        (b"", None),
    ];
    for (body, event) in bodies {
        let webhook = deliver(body, event);
        let queued = serde_json::to_string(&webhook).unwrap();
        let read: Webhook = serde_json::from_str(&queued).unwrap();
        assert_eq!((&read, read.raw()), (&webhook, webhook.raw()), "{queued}");
    }
}

#[test]
fn a_verified_callback_survives_a_queue() {
    let clock = ManualClock::new();
    let url = "https://shop.example.com/cb?shop=oslo&error=mine";
    let parameters = [
        ("transaction_id", "T12345678.a"),
        ("time", "2026-01-01T00:00:00Z"),
        ("error", "failed"),
        ("event", "SNOW"),
    ];
    let signer = Signer::new(ACCOUNT, "s3cret");
    let request = signer.session_callback(url, &parameters, clock.wall());
    let verified = verifier(&clock).verify(&request.unwrap()).unwrap();
    let queued = serde_json::to_string(&verified).unwrap();
    assert_eq!(serde_json::from_str::<Verified>(&queued).unwrap(), verified);
    let callback = verified.session_callback().unwrap();
    let queued = serde_json::to_vec(&callback).unwrap();
    let read: dintero::callback::SessionCallback = serde_json::from_slice(&queued).unwrap();
    assert_eq!(read, callback);
    assert_eq!(read.parameter("shop"), Some("oslo"));
}

#[test]
fn a_stored_request_is_verified_as_of_its_arrival() {
    let clock = ManualClock::new();
    let arrival = clock.wall();
    let request = crate::support::callback::signed(&clock, "https://shop.example.com/cb?a=1");
    clock.advance(Duration::from_secs(86_400));
    let now: Verifier = verifier(&clock);
    assert!(now.verify(&request).is_err());
    assert!(now.as_of(arrival).verify(&request).is_ok());
    for wrong in [Duration::from_secs(301), Duration::from_secs(86_400)] {
        assert!(now.as_of(arrival + wrong).verify(&request).is_err());
        assert!(now.as_of(arrival - wrong).verify(&request).is_err());
    }
}

#[test]
fn a_callback_url_with_a_reserved_parameter_is_refused() {
    for (query, is_refused) in [
        ("?session_id=1", true),
        ("?shop=oslo&time=now", true),
        ("?error=", true),
        ("?sid=1&my_session_id=1&events=1&wc-api=time", false),
        (
            "?method=POST&report_error=true&report_event=VOID&sid_parameter_name=sid",
            false,
        ),
        ("/time=1", false),
        ("", false),
    ] {
        let urls = SessionUrls::builder().return_url("https://shop.example/r");
        let built = urls
            .callback_url(format!("https://shop.example/cb{query}"))
            .build();
        assert_eq!(built.is_err(), is_refused, "{query}");
    }
}
