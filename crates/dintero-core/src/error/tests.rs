use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::{Error, Kind, WasSent};
use crate::data::Violations;
use crate::operation::tests::facts;
use crate::{Operation, RetryClass};

static CAPTURE: Operation = {
    let mut facts = facts("capture_transaction", RetryClass::NonIdempotent);
    facts.scopes = &["write:checkout"];
    facts.read_back = Some("get_transaction");
    Operation::new(facts)
};
static LIST: Operation = {
    let mut facts = facts("list_orders", RetryClass::Idempotent);
    facts.scopes = &["admin:shopping", "read:shopping"];
    Operation::new(facts)
};

fn status(code: u16, body: &'static str) -> Error {
    let mut headers = HeaderMap::new();
    headers.insert("request-id", HeaderValue::from_static("req-7"));
    headers.insert(
        "set-cookie",
        HeaderValue::from_static("session=hidden-header"),
    );
    Error::from_response(
        StatusCode::from_u16(code).expect("status"),
        headers,
        Bytes::from_static(body.as_bytes()),
    )
}

#[test]
fn predicates_follow_the_status() {
    let of = |code| status(code, "").with_operation(&CAPTURE);
    assert!(of(401).is_authentication());
    assert!(of(403).is_forbidden() && !of(403).is_authentication());
    assert!(of(404).is_not_found());
    assert!(of(409).is_conflict());
    assert!(of(429).is_rate_limited());
    assert!(of(500).is_server_error() && of(503).is_server_error());
    assert!(of(204).is_decode());
    assert!(Error::from_timeout(Duration::from_secs(30)).is_timeout());
    assert!(Error::from(Violations::default()).is_invalid_request());
    assert!(Error::from_token_source("x").is_authentication());
}

#[test]
fn whether_it_was_sent_follows_from_what_is_known() {
    for (code, sent) in [
        (200, WasSent::Yes),
        (400, WasSent::Yes),
        (429, WasSent::Yes),
        (408, WasSent::Maybe),
        (503, WasSent::Maybe),
    ] {
        assert_eq!(status(code, "").was_sent(), sent, "{code}");
    }
    assert_eq!(Error::from(Violations::default()).was_sent(), WasSent::No);
}

#[test]
fn a_refused_scope_is_named() {
    let text = status(403, "").with_operation(&CAPTURE).to_string();
    assert_eq!(
        text,
        "`capture_transaction` failed with status 403 Forbidden (request id req-7); the call was not carried out; \
         the client lacks scope write:checkout: add it to the API client's grants"
    );
    let text = status(403, "").with_operation(&LIST).to_string();
    assert!(
        text.contains("one of admin:shopping, read:shopping"),
        "{text}"
    );
}

#[test]
fn a_non_idempotent_call_with_an_unknown_outcome_names_what_to_read() {
    for error in [
        status(503, ""),
        Error::from_timeout(Duration::from_secs(30)),
    ] {
        let text = error.with_operation(&CAPTURE).to_string();
        assert!(
            text.contains("may have been carried out")
                && text.contains("read the outcome with `get_transaction`"),
            "{text}"
        );
    }
    let text = status(503, "").with_operation(&LIST).to_string();
    assert!(text.contains("can be sent again"), "{text}");
}

#[test]
fn a_refused_token_says_which_account_it_was_for() {
    let token = |code, body| status(code, body).of_token_call("T12345678".into());
    let text = token(401, "").to_string();
    assert!(
        text.starts_with("the token call for account T12345678 failed with status 401"),
        "{text}"
    );
    assert!(
        text.contains("clients of production accounts do not work here"),
        "{text}"
    );
    assert!(
        token(403, "")
            .to_string()
            .contains("grant for the audience")
    );
    let mfa = token(
        403,
        r#"{"error":{"code":"mfa_required","message":"m"},"mfa_token":"hidden-token"}"#,
    );
    assert!(mfa.is_mfa_required() && mfa.is_authentication() && !mfa.is_forbidden());
    assert!(
        mfa.to_string().contains("second factor")
            && !format!("{mfa}{mfa:?}").contains("hidden-token")
    );
}

#[test]
fn the_envelope_is_kept_and_its_words_are_shown_after_400() {
    let body = r#"{"error":{"code":"INVALID","message":"Body is invalid: 'Hidden'","errors":
        [{"path":"order.items[0].vat","message":"must be integer, not Hidden-1"},{"x":"hidden"}]}}"#;
    let error = status(400, body);
    assert_eq!(error.code(), Some("INVALID"));
    assert_eq!(error.message(), Some("Body is invalid: 'Hidden'"));
    assert_eq!(error.errors().len(), 2);
    assert_eq!(error.request_id(), Some("req-7"));
    assert_eq!(error.headers().map(HeaderMap::len), Some(2));
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(
        shown.contains("INVALID") && !shown.to_lowercase().contains("hidden"),
        "{shown}"
    );
}

#[test]
fn a_malformed_request_says_what_the_api_says_and_which_fields() {
    let body = r#"{"error":{"message":"Bad input","errors":[{"field":"order.amount","message":"must be >= 0"}]}}"#;
    assert!(
        status(400, body)
            .to_string()
            .starts_with("the request failed with status 400 Bad Request: Bad input, order.amount, must be >= … (request id req-7); correct the request"),
        "{}",
        status(400, body)
    );
    for code in [403, 409, 500] {
        assert!(
            !status(code, body).to_string().contains("Bad input"),
            "{code}"
        );
    }
}

#[test]
fn a_request_that_was_not_handled_is_told_so() {
    for code in [403, 411, 413, 414, 421, 431] {
        let text = status(code, "").to_string();
        assert!(
            text.contains("was not handled") || text.contains("was not carried out"),
            "{text}"
        );
        let unknown = status(code, "").with_sent(WasSent::Maybe).to_string();
        assert!(unknown.contains("may have been"), "{unknown}");
    }
}

#[test]
fn a_code_that_is_no_identifier_is_not_shown() {
    let error = status(
        400,
        r#"{"error":{"code":"card 4111 1111 1111 1111 of <kari@example.com> refused"}}"#,
    );
    assert!(error.code().is_some());
    assert!(!error.to_string().contains("kari"), "{error}");
}

#[test]
fn bodies_that_are_not_json_are_kept_as_received() {
    let error = status(502, "<html>bad gateway</html>");
    assert_eq!(
        error.body().map(|body| &body[..]),
        Some(&b"<html>bad gateway</html>"[..])
    );
    assert_eq!((error.code(), error.message()), (None, None));
}

#[test]
fn the_message_names_every_violation() {
    let mut violations = Violations::default();
    violations.push("order.amount", "must be at least 0");
    violations.push("url.return_url", "is required");
    let error = Error::from(violations).with_operation(&CAPTURE);
    let text = error.to_string();
    assert!(
        text.contains("`order.amount` must be at least 0; `url.return_url` is required"),
        "{text}"
    );
    assert_eq!(error.violations().iter().count(), 2);
    assert_eq!(status(400, "").violations().iter().count(), 0);
}

#[test]
fn every_kind_ends_in_what_to_do() {
    let kinds = [
        Kind::Configuration(Violations::default()),
        Kind::InvalidRequest(Violations::default()),
        Kind::Timeout(Duration::from_secs(1)),
        Kind::Connect("h:1".to_owned()),
        Kind::Refused,
        Kind::Broken,
        Kind::TooLarge(7),
        Kind::Decode(super::Violation::new("", "expected i64")),
        Kind::TokenSource,
    ];
    for kind in kinds {
        for error in [
            Error::new(kind.clone()),
            Error::new(kind)
                .with_operation(&CAPTURE)
                .with_attempts(3, Duration::from_secs(4)),
        ] {
            let text = error.to_string();
            let (_, advice) = text.rsplit_once("; ").expect("advice");
            assert!(advice.split(' ').count() > 3, "{text}");
        }
    }
}

#[test]
fn a_response_without_a_token_is_not_taken_for_a_call_that_was_carried_out() {
    for kind in [
        Kind::Decode(super::Violation::new("", "expected i64")),
        Kind::TooLarge(7),
    ] {
        let error = Error::new(kind.clone()).of_token_call("T12345678".into());
        assert!(error.is_authentication() && !error.is_decode(), "{error}");
        let error = Error::new(kind);
        assert!(error.is_decode() && !error.is_authentication(), "{error}");
    }
}

#[test]
fn a_refusal_after_an_unknown_outcome_does_not_promise_that_nothing_happened() {
    let statuses = [302, 401, 403, 404, 429].map(|code| status(code, ""));
    let tokens = [Kind::Connect("h:1".to_owned()), Kind::Status]
        .map(|kind| Error::new(kind).of_token_call("T12345678".into()));
    for error in statuses.into_iter().chain(tokens) {
        let text = error
            .with_operation(&LIST)
            .with_sent(WasSent::Maybe)
            .to_string();
        assert!(
            text.contains("may have been carried out")
                && !text.contains("not carried out")
                && !text.contains("was not sent"),
            "{text}"
        );
    }
}
