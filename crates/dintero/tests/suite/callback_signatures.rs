//! The signatures in the documentation, and others computed by its rules.

use std::time::Duration;

use dintero::callback::{CallbackError, Signer, Verifier, WebhookVerifier, sign_webhook};
use dintero::http::{HeaderMap, Method, Request};
use dintero::{Clock, Sleep};
use serde_json::Value;
use url::Url;

/// A clock at the time of a vector.
#[derive(Clone, Copy, Debug)]
struct At(std::time::SystemTime);

impl Clock for At {
    fn now(&self) -> std::time::Instant {
        unreachable!("the verifier uses the time of day")
    }
    fn wall(&self) -> std::time::SystemTime {
        self.0
    }
    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(async {})
    }
    fn sleep_until(&self, _: std::time::Instant) -> Sleep {
        Box::pin(async {})
    }
}

fn vectors(kind: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("data/callback-vectors.json")).unwrap();
    let vectors = file[kind].as_array().unwrap().clone();
    assert!(!vectors.is_empty());
    vectors
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

fn time(vector: &Value) -> std::time::SystemTime {
    std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(vector["timestamp"].as_u64().unwrap())
}

fn verifier(vector: &Value, secrets: &[&str], public_url: &str) -> Verifier {
    Verifier::new(
        text(vector, "account_id"),
        secrets.iter().copied(),
        public_url,
    )
    .unwrap()
    .clock(At(time(vector)))
}

fn headers(vector: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("Dintero-Signature", text(vector, "header").parse().unwrap());
    headers
}

#[test]
fn every_vector_verifies_by_request_and_by_url_and_is_signed_alike() {
    for vector in vectors("dintero_signature") {
        let (url, secret) = (text(&vector, "url"), text(&vector, "secret"));
        let method: Method = text(&vector, "method").parse().unwrap();
        let parsed = Url::parse(url).unwrap();
        let origin = parsed.origin().ascii_serialization();
        let verifier = verifier(&vector, &["another", secret], &origin);

        // As a server receives it: path and query only.
        let line = &parsed[url::Position::BeforePath..];
        let mut request = Request::builder()
            .method(&method)
            .uri(line)
            .body(())
            .unwrap();
        *request.headers_mut() = headers(&vector);
        let verified = verifier.verify(&request).expect(url);
        assert_eq!(verified.signed_at(), time(&vector));
        assert!(
            verifier.verify_url(&method, url, request.headers()).is_ok(),
            "{url}"
        );

        let signer = Signer::new(text(&vector, "account_id"), secret);
        let header = signer.signature(&method, url, time(&vector)).unwrap();
        assert_eq!(header, text(&vector, "header"));
    }
}

#[test]
fn a_prefix_that_a_proxy_strips_is_restored() {
    let vector = &vectors("dintero_signature")[4];
    let verifier = verifier(vector, &["apikeysecret"], "https://shop.example.com/a/");
    let line = "/b%20c/?method=POST&z=%C3%A6%C3%B8%C3%A5&empty=&flag";
    let mut request = Request::post(line).body(()).unwrap();
    *request.headers_mut() = headers(vector);
    assert!(verifier.verify(&request).is_ok());
    *request.uri_mut() = "/a/b%20c/?method=POST&z=%C3%A6%C3%B8%C3%A5&empty=&flag"
        .parse()
        .unwrap();
    assert_eq!(
        verifier.verify(&request).err(),
        Some(CallbackError::WrongSignature)
    );
}

#[test]
fn the_third_vector_is_a_session_callback() {
    let vector = &vectors("dintero_signature")[2];
    let verifier = verifier(vector, &["apikeysecret"], "https://shop.example.com");
    let callback = verifier
        .verify_url(&Method::GET, text(vector, "url"), &headers(vector))
        .and_then(|verified| verified.session_callback())
        .unwrap();
    assert_eq!(callback.merchant_reference, "ORDER-123");
    assert_eq!(
        callback.transaction_id.as_deref(),
        Some("T12345678.465UfBENeLpkBvwmqfTC4k")
    );
    assert_eq!(
        callback.session_id.as_deref(),
        Some("T12345678.465U8CUzaPVpneu1wt8Wei")
    );
}

#[test]
fn webhook_bodies_verify_and_are_signed_alike() {
    for vector in vectors("event_signature") {
        let (body, secret) = (text(&vector, "body"), text(&vector, "secret"));
        assert_eq!(sign_webhook(secret, body.as_bytes()), text(&vector, "hex"));
        let mut headers = HeaderMap::new();
        headers.insert("event-signature", text(&vector, "hex").parse().unwrap());
        let verifier = WebhookVerifier::new(["another", secret]).unwrap();
        let webhook = verifier.verify(&headers, body.to_owned()).unwrap();
        assert_eq!(webhook.event().as_str(), "ping");
        assert_eq!(webhook.account(), Some("P12345678"));
        assert_eq!(webhook.raw(), body);
    }
}
