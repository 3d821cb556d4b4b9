//! Programs are tested without a server: a function responds, and responses are made from JSON.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dintero::checkout::types::{CaptureOptions, Transaction, TransactionStatus};
use dintero::http::{Method, Request, Response as HttpResponse, StatusCode};
use dintero::outcome::Outcome;
use dintero::{Dintero, Error, ManualClock, Response, TransactionAmounts};
use serde_json::{Value, json};

type Responded = Result<HttpResponse<String>, Error>;
type Log = Arc<Mutex<Vec<String>>>;

fn respond(status: u16, body: &Value) -> Responded {
    let mut response = HttpResponse::new(body.to_string());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    Ok(response)
}

/// A client with client id and secret, and what it sends. `respond` gets the earlier requests of the same method and path as well.
fn client(
    respond: impl Fn(&Request<Vec<u8>>, usize) -> Responded + Send + Sync + 'static,
) -> (Dintero, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let builder = Dintero::builder()
        .account("T12345678")
        .client_credentials("id", "secret")
        .clock(ManualClock::new())
        .transport(move |request| {
            let line = format!("{} {}", request.method(), request.uri().path());
            let mut seen = seen.lock().unwrap();
            let earlier = seen.iter().filter(|other| **other == line).count();
            seen.push(line);
            drop(seen);
            if request.uri().path().ends_with("/auth/token") {
                assert!(
                    request.headers()["authorization"]
                        .to_str()
                        .unwrap()
                        .starts_with("Basic ")
                );
                return self::respond(200, &json!({"access_token": "x", "expires_in": 3600}));
            }
            respond(&request.map(|body| body.to_vec()), earlier)
        });
    (builder.build().unwrap(), log)
}

fn lines(log: &Log) -> Vec<String> {
    log.lock().unwrap().clone()
}

fn transaction(captured: bool) -> Value {
    let capture = json!({"event": "CAPTURE", "amount": 29990, "success": true, "event_reference": "parcel-1"});
    json!({
        "id": "T12345678.a", "amount": 29990, "currency": "NOK", "payment_product": "payex", "payment_product_type": "payex.creditcard",
        "status": if captured { "CAPTURED" } else { "AUTHORIZED" },
        "events": captured.then_some(capture).into_iter().collect::<Vec<_>>(),
    })
}

#[tokio::test]
async fn calls_tokens_and_retries_go_through_the_function() {
    let (dintero, log) = client(|request, earlier| {
        assert_eq!(request.headers()["authorization"], "Bearer x");
        match earlier {
            0 => respond(503, &json!({})),
            _ => respond(200, &transaction(false)),
        }
    });
    let read = dintero
        .checkout()
        .get_transaction("T12345678.a")
        .send()
        .await
        .unwrap();
    assert_eq!(read.status, Some(TransactionStatus::Authorized));
    let get = "GET /v1/transactions/T12345678.a";
    assert_eq!(
        lines(&log),
        ["POST /v1/accounts/T12345678/auth/token", get, get]
    );
}

#[tokio::test]
async fn a_lost_response_is_confirmed_through_the_function_and_one_capture_is_sent() {
    let (dintero, log) = client(|request, earlier| match *request.method() {
        Method::POST => {
            assert!(!request.body().is_empty());
            Err(Error::from_timeout(Duration::from_secs(30)))
        }
        _ => respond(200, &transaction(earlier > 0)),
    });
    let capture = CaptureOptions::builder()
        .amount(29990)
        .capture_reference("parcel-1");
    let outcome = dintero
        .checkout()
        .capture_transaction("T12345678.a")
        .body(capture)
        .confirm()
        .await;
    assert_eq!(outcome.to_string(), "the request was carried out");
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    let lines = lines(&log);
    let captures = lines.iter().filter(|line| line.ends_with("/capture"));
    assert_eq!(captures.count(), 1, "{lines:?}");
}

#[tokio::test]
async fn each_outcome_says_in_a_sentence_what_happened() {
    for (status, body, expected) in [
        (202, transaction(false), "the request was accepted"),
        (
            400,
            json!({"error": {"message": "no"}}),
            "failed with status 400",
        ),
        (500, json!({}), "the request may have been carried out"),
    ] {
        let (dintero, _) = client(move |request, _| match *request.method() {
            Method::POST => respond(status, &body),
            _ if status == 500 => respond(403, &json!({})),
            _ => respond(200, &transaction(false)),
        });
        let capture = CaptureOptions::builder()
            .amount(29990)
            .capture_reference("parcel-1");
        let call = dintero.checkout().capture_transaction("T12345678.a");
        let outcome = call.body(capture).confirm().await.to_string();
        assert!(outcome.contains(expected), "{outcome}");
    }
}

#[tokio::test]
async fn the_secret_of_callbacks_is_one_call() {
    for (status, body, expected) in [
        (
            200,
            json!({"signature": {"type": "hmac", "secret": "s"}}),
            Some("s"),
        ),
        (200, json!({"signature": {"type": "hmac"}}), None),
        (404, json!({}), None),
    ] {
        let (dintero, _) = client(move |_, _| respond(status, &body));
        let secret = dintero.signature_secret().await;
        assert_eq!(secret.as_deref().ok(), expected);
        if let Err(error) = secret {
            assert_eq!(
                (error.is_decode(), error.is_not_found()),
                (status == 200, status == 404)
            );
            let advice = "no signature secret yet: create one with `create_signature_secret`";
            assert_eq!(error.to_string().contains(advice), status == 404, "{error}");
            assert_eq!(
                error.operation().map(dintero::Operation::name),
                Some("get_signature_secret")
            );
        }
    }
}

#[test]
fn responses_are_made_from_json_as_a_call_reads_them() {
    let mut body = transaction(true);
    body["created_at"] = json!(7);
    let read = Response::<Transaction>::from_json(body.to_string()).unwrap();
    assert_eq!((read.amount, read.set_aside().len()), (Some(29990), 1));
    let amounts = TransactionAmounts::of(&read).unwrap();
    assert_eq!(
        serde_json::to_value(amounts).unwrap(),
        json!({
            "currency": "NOK", "authorized": 29990, "captured": 29990, "refunded": 0, "voided": 0,
            "pending": {"capture": 0, "refund": 0, "void": false},
        })
    );
    let error = Response::<Transaction>::from_json("{\"id\": ").unwrap_err();
    assert!(error.is_decode(), "{error}");
}
