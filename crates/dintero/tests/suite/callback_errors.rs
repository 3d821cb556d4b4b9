//! A request that is not from Dintero has its own error; one from Dintero has none.

use std::collections::BTreeMap;
use std::time::Duration;

use dintero::callback::{
    CallbackError, Signer, Verifier, WebhookEvent, WebhookVerifier, sign_webhook,
};
use dintero::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use dintero::{Clock, ManualClock};

use crate::support::callback::{ACCOUNT, SIGNATURE, error_of, signed, verifier};

#[test]
fn each_fault_has_its_own_error_and_status() {
    let clock = ManualClock::new();
    clock.advance(Duration::from_secs(3600));
    let url = "https://shop.example.com/cb?b=2&a=1";
    let good = signed(&clock, url);
    assert_eq!(error_of(&clock, &good), None);
    let with = |change: &dyn Fn(&mut Request<()>)| {
        let mut request = good.clone();
        change(&mut request);
        error_of(&clock, &request)
    };
    let header = good.headers()[SIGNATURE].clone();
    for (found, error, status) in [
        (
            with(&|r| r.headers_mut().clear()),
            CallbackError::MissingHeader,
            401,
        ),
        (
            with(&|r| {
                r.headers_mut().append(SIGNATURE, header.clone());
            }),
            CallbackError::DuplicateHeader,
            400,
        ),
        (
            with(&|r| {
                r.headers_mut()
                    .insert(SIGNATURE, "t=1,v1-new=6b".parse().unwrap());
            }),
            CallbackError::UnknownScheme,
            503,
        ),
        (
            with(&|r| {
                r.headers_mut()
                    .insert(SIGNATURE, HeaderValue::from_bytes(b"\xff").unwrap());
            }),
            CallbackError::MalformedHeader,
            400,
        ),
        (
            with(&|r| *r.method_mut() = Method::POST),
            CallbackError::WrongSignature,
            503,
        ),
        (
            with(&|r| *r.uri_mut() = "/cb/?b=2&a=1".parse().unwrap()),
            CallbackError::WrongSignature,
            503,
        ),
        (
            with(&|r| *r.uri_mut() = "/cb?b=2&a=2".parse().unwrap()),
            CallbackError::WrongSignature,
            503,
        ),
    ] {
        assert_eq!(found, Some(error));
        assert_eq!(
            error.status(),
            StatusCode::from_u16(status).unwrap(),
            "{error}"
        );
        assert_eq!(error.is_retried(), status == 503);
    }
    // Headers that are not signed do not matter.
    for id in [&b"1"[..], b"\xff"] {
        let twice = with(&|r| {
            for _ in 0..2 {
                let id = HeaderValue::from_bytes(id).unwrap();
                r.headers_mut().append("event-delivery", id);
            }
        });
        assert_eq!(twice, None);
    }
    // The order of the parameters does not matter.
    assert_eq!(
        with(&|r| *r.uri_mut() = "/cb?a=1&b=2".parse().unwrap()),
        None
    );
}

#[test]
fn times_beyond_the_tolerance_are_stale_or_from_the_future() {
    let url = "https://shop.example.com/cb";
    let (signed_at, read_at) = (ManualClock::new(), ManualClock::new());
    for clock in [&signed_at, &read_at] {
        clock.advance(Duration::from_secs(10_000));
    }
    let request = signed(&signed_at, url);
    read_at.advance(Duration::from_secs(300));
    assert_eq!(error_of(&read_at, &request), None);
    read_at.advance(Duration::from_secs(1));
    assert_eq!(error_of(&read_at, &request), Some(CallbackError::Stale));
    let patient = Verifier::new(ACCOUNT, ["s3cret"], url)
        .unwrap()
        .tolerance(Duration::from_secs(301))
        .clock(read_at.clone());
    assert!(
        patient
            .verify_url(&Method::GET, url, request.headers())
            .is_ok()
    );

    signed_at.advance(Duration::from_secs(601));
    assert_eq!(error_of(&read_at, &signed(&signed_at, url)), None);
    signed_at.advance(Duration::from_secs(1));
    assert_eq!(
        error_of(&read_at, &signed(&signed_at, url)),
        Some(CallbackError::Future)
    );
}

#[test]
fn another_host_or_secret_or_account_is_an_error() {
    let clock = ManualClock::new();
    let mut elsewhere = signed(&clock, "https://other.example.com/cb?a=1");
    assert_eq!(error_of(&clock, &elsewhere), Some(CallbackError::WrongHost));
    *elsewhere.uri_mut() = "/cb?a=1".parse().unwrap();
    assert_eq!(
        error_of(&clock, &elsewhere),
        Some(CallbackError::WrongSignature)
    );
    for (name, host) in [
        ("host", "Other.example.com:8443"),
        ("x-forwarded-host", "other.example.com"),
    ] {
        let mut named = elsewhere.clone();
        named.headers_mut().insert(name, host.parse().unwrap());
        assert_eq!(
            error_of(&clock, &named),
            Some(CallbackError::WrongHost),
            "{name}"
        );
    }
    let url = "https://shop.example.com/cb";
    for signer in [
        Signer::new(ACCOUNT, "other"),
        Signer::new("T00000000", "s3cret"),
    ] {
        let request = signer.request(Method::GET, url, clock.wall()).unwrap();
        assert_eq!(
            error_of(&clock, &request),
            Some(CallbackError::WrongSignature)
        );
    }
}

#[test]
fn any_secret_and_any_signature_may_match() {
    let clock = ManualClock::new();
    let url = "https://shop.example.com/cb?a=1";
    let request = signed(&clock, url);
    let good = request.headers()[SIGNATURE].to_str().unwrap();
    let other = Signer::new(ACCOUNT, "next");
    let other = other.signature(&Method::GET, url, clock.wall()).unwrap();
    let digest = good.split_once(',').unwrap().1;
    let both = format!("{},{digest}", other.to_str().unwrap());
    let mut rotated = request.clone();
    rotated.headers_mut().insert(SIGNATURE, other);
    assert_eq!(
        error_of(&clock, &rotated),
        Some(CallbackError::WrongSignature)
    );
    rotated
        .headers_mut()
        .insert(SIGNATURE, both.parse().unwrap());
    assert_eq!(error_of(&clock, &rotated), None);
    let both = Verifier::new(ACCOUNT, ["old", "s3cret"], "https://shop.example.com");
    assert!(both.unwrap().clock(clock).verify(&request).is_ok());
}

#[test]
fn a_query_that_was_signed_unsorted_has_its_own_error() {
    // HMAC-SHA256 of "1767225600\nT12345678\nGET\nshop.example.com\n/cb\nb=2&a=1" under "s3cret".
    let header = "t=1767225600,v0-hmac-sha256=af47e26c06b7e922f75f2458afe96e53930626ae377701dbf1d26f919747b0a1";
    let mut request = Request::get("/cb?b=2&a=1").body(()).unwrap();
    request
        .headers_mut()
        .insert(SIGNATURE, header.parse().unwrap());
    assert_eq!(
        error_of(&ManualClock::new(), &request),
        Some(CallbackError::UnsortedQuery)
    );
    assert!(CallbackError::UnsortedQuery.is_retried());
}

#[test]
fn an_invalid_configuration_lists_all_violations() {
    let violations = Verifier::new("shop", [""; 0], "").unwrap_err();
    let fields: Vec<_> = violations
        .iter()
        .map(|violation| violation.field.clone())
        .collect();
    assert_eq!(fields, ["secret", "account", "public_url"]);
    for url in [
        "shop.example.com",
        "ftp://shop.example.com",
        "https://shop.example.com?a=1",
        "https://shop.example.com#a",
    ] {
        let built = Verifier::new(ACCOUNT, ["s"], url);
        assert!(built.is_err(), "{url}");
    }
    assert!(Verifier::new(ACCOUNT, [""], "https://a.example").is_err());
    assert!(WebhookVerifier::new([""]).is_err());
    for secret in ["s3cret\n", " s3cret", "s3cret\r\n", "\u{feff}s3cret", "\t"] {
        let built = Verifier::new(ACCOUNT, [secret], "https://a.example");
        for violations in [
            built.unwrap_err(),
            WebhookVerifier::new(["s", secret]).unwrap_err(),
        ] {
            let text = violations.to_string();
            assert!(text.contains("white space"), "{text}");
            assert!(!text.contains("s3cret"), "{text}");
        }
    }
    assert!(WebhookVerifier::new(Vec::<String>::new()).is_err());
}

#[test]
fn debug_output_shows_no_secret_and_no_payload() {
    let clock = ManualClock::new();
    let request = signed(
        &clock,
        "https://shop.example.com/cb?name=hidden&merchant_reference=r&time=t",
    );
    let verified = verifier(&clock).verify(&request).unwrap();
    let webhooks = WebhookVerifier::new(["s3cret"]).unwrap();
    let body = br#"{"event":"ping","customer":{"name":"hidden"}}"#;
    let mut headers = HeaderMap::new();
    headers.insert(
        "event-signature",
        sign_webhook("s3cret", body).parse().unwrap(),
    );
    let webhook = webhooks.verify(&headers, body.as_slice()).unwrap();
    for shown in [
        format!("{:?}", verifier(&clock)),
        format!("{:?}", Signer::new(ACCOUNT, "s3cret")),
        format!(
            "{verified:?} {:?}",
            verified.clone().session_callback().unwrap()
        ),
        format!("{webhooks:?} {webhook:?}"),
    ] {
        assert!(
            !shown.contains("s3cret") && !shown.contains("hidden"),
            "{shown}"
        );
    }
}

#[test]
fn webhooks_preserve_unknown_fields_and_must_be_signed() {
    let verifier = WebhookVerifier::new(["s3cret"]).unwrap();
    let deliver = |body: &str, delivery: Option<&str>| {
        let mut headers = HeaderMap::new();
        headers.insert(
            "event-signature",
            sign_webhook("s3cret", body.as_bytes()).parse().unwrap(),
        );
        if let Some(delivery) = delivery {
            headers.insert("event-delivery", delivery.parse().unwrap());
        }
        verifier.verify(&headers, body.to_owned())
    };
    let webhook = deliver(
        r#"{"event":"moon_landing","flag":{"stripes":13}}"#,
        Some("d1"),
    )
    .unwrap();
    assert!(webhook.event().is_unknown() && webhook.event().as_str() == "moon_landing");
    assert_eq!(webhook.delivery(), Some("d1"));
    assert_eq!(
        webhook
            .field::<BTreeMap<String, u32>>("flag")
            .unwrap()
            .unwrap()["stripes"],
        13
    );
    assert_eq!(
        webhook.field::<u32>("flag"),
        Err(CallbackError::MalformedBody)
    );
    assert_eq!(webhook.field::<u32>("nothing"), Ok(None));
    let webhook = deliver(
        r#"{"event":"checkout_token_add","event_delivery":"d2"}"#,
        Some("d1"),
    )
    .unwrap();
    assert_eq!(
        (webhook.event(), webhook.delivery()),
        (&WebhookEvent::CheckoutTokenAdd, Some("d2"))
    );
    let mut headers = HeaderMap::new();
    assert_eq!(
        verifier.verify(&headers, "{}").err(),
        Some(CallbackError::MissingHeader)
    );
    headers.insert("event-signature", "ab".parse().unwrap());
    assert_eq!(
        verifier.verify(&headers, "{}").err(),
        Some(CallbackError::MalformedHeader)
    );
    headers.insert(
        "event-signature",
        sign_webhook("other", b"{}").parse().unwrap(),
    );
    assert_eq!(
        verifier.verify(&headers, "{}").err(),
        Some(CallbackError::WrongSignature)
    );
    headers.append(
        "event-signature",
        sign_webhook("s3cret", b"{}").parse().unwrap(),
    );
    assert_eq!(
        verifier.verify(&headers, "{}").err(),
        Some(CallbackError::DuplicateHeader)
    );
}
