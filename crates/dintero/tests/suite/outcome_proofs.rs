//! What proves an outcome and what does not, counted on the wire.

mod amounts;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dintero::checkout::types::{AuthorizationUpdate, CaptureOptions, RefundOptions};
use dintero::outcome::{NotApplied, Outcome};
use dintero::wallets::types::{self as cards, TransactionInput};
use dintero::{CallOptions, Dintero, ManualClock};
use serde_json::{Value, json};
use wiremock::matchers::{any, method, path_regex};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::client_of;
use crate::support::unreliable_api::{Fate, Scene, event};

/// Responds to posts with one response, and to reads with what is shown before and after the first post.
struct Script {
    post: ResponseTemplate,
    before: Value,
    after: Value,
    posts: Arc<AtomicUsize>,
}

impl Respond for Script {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if request.method == "POST" {
            self.posts.fetch_add(1, Ordering::Relaxed);
            return self.post.clone();
        }
        let shown = match self.posts.load(Ordering::Relaxed) {
            0 => &self.before,
            _ => &self.after,
        };
        ResponseTemplate::new(200).set_body_json(shown)
    }
}

async fn scripted(
    post: ResponseTemplate,
    before: Value,
    after: Value,
) -> (MockServer, Dintero, Arc<AtomicUsize>) {
    let server = MockServer::start().await;
    let posts = Arc::new(AtomicUsize::new(0));
    let script = Script {
        post,
        before,
        after,
        posts: posts.clone(),
    };
    Mock::given(any()).respond_with(script).mount(&server).await;
    let (dintero, _) = client_of(&server);
    (server, dintero, posts)
}

fn transaction(events: Value) -> Value {
    json!({"id": "T12345678.a", "amount": 29_990, "currency": "NOK", "status": "AUTHORIZED", "events": events})
}

fn captured(reference: Option<&str>) -> Value {
    json!({"id": "e", "event": "CAPTURE", "success": true, "amount": 100, "event_reference": reference})
}

fn options() -> dintero::checkout::types::CaptureOptionsBuilder {
    CaptureOptions::builder()
        .amount(100)
        .capture_reference("mine")
}

#[tokio::test]
async fn only_a_refusal_of_the_api_itself_is_conclusive() {
    let envelope = json!({"error": {"message": "no"}});
    let by_api = |status| ResponseTemplate::new(status).set_body_json(&envelope);
    let by_proxy = |status| ResponseTemplate::new(status).set_body_string("<html>");
    let doubtful = [
        by_proxy(301),
        by_proxy(302),
        by_proxy(307),
        by_proxy(308),
        by_proxy(400),
        by_proxy(403),
        by_proxy(404),
        by_proxy(409),
        by_api(408),
        by_api(425),
        by_api(429),
        by_proxy(451),
        by_proxy(499),
        by_api(500),
        by_api(503),
        by_proxy(520),
        by_api(302),
    ];
    for response in doubtful {
        let case = format!("{response:?}");
        let after = transaction(json!([captured(Some("mine"))]));
        let (_server, dintero, _) = scripted(response, transaction(json!([])), after).await;
        let call = dintero
            .checkout()
            .capture_transaction("T12345678.a")
            .body(options());
        let outcome = call.confirm().await;
        assert!(outcome.is_applied(), "{case}: {outcome:?}");
    }
    let certain = [
        by_api(400),
        by_api(403),
        by_api(404),
        by_api(409),
        by_api(422),
        by_proxy(401),
        by_proxy(411),
        by_proxy(413),
        by_proxy(431),
    ];
    for response in certain {
        let case = format!("{response:?}");
        let nothing = || transaction(json!([]));
        let (server, dintero, posts) = scripted(response, nothing(), nothing()).await;
        let call = dintero
            .checkout()
            .capture_transaction("T12345678.a")
            .body(options());
        let outcome = call.confirm().repeat_if_not_applied(3).await;
        assert!(
            matches!(outcome, Outcome::NotApplied(NotApplied::Rejected(_))),
            "{case}: {outcome:?}"
        );
        assert_eq!(posts.load(Ordering::Relaxed), 1, "{case}");
        // It is not looked for again and again.
        assert!(
            server.received_requests().await.unwrap().len() <= 4,
            "{case}"
        );
    }
}

#[tokio::test]
async fn a_new_event_without_a_name_is_unknown_and_nothing_is_sent_again() {
    let after = transaction(json!([captured(None)]));
    for response in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(200).set_body_json(&after),
    ] {
        let (_server, dintero, posts) =
            scripted(response, transaction(json!([])), after.clone()).await;
        let checkout = dintero.checkout();
        let call = checkout.capture_transaction("T12345678.a").body(options());
        let outcome = call.confirm().repeat_if_not_applied(5).await;
        assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
        // The same call again does not send it either.
        let outcome = checkout
            .capture_transaction("T12345678.a")
            .body(options())
            .confirm()
            .await;
        assert!(
            matches!(&outcome, Outcome::Unknown(unknown) if !unknown.was_sent()),
            "{outcome:?}"
        );
        assert_eq!(posts.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn own_success_wins_over_a_failure_without_a_name() {
    let failed = json!({"id": "f", "event": "CAPTURE", "success": false, "amount": 100});
    for events in [
        json!([captured(Some("mine")), failed]),
        json!([failed, captured(Some("mine"))]),
    ] {
        let after = transaction(events);
        let response = ResponseTemplate::new(200).set_body_json(&after);
        let (_server, dintero, posts) = scripted(response, transaction(json!([])), after).await;
        let call = dintero
            .checkout()
            .capture_transaction("T12345678.a")
            .body(options());
        assert!(call.confirm().await.is_applied());
        assert_eq!(posts.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn an_odd_response_of_a_gift_card_never_says_that_the_reference_is_taken() {
    let own = json!({"id": "a", "ref_id": "order-1", "amount": 20_000, "currency": "NOK", "type": "drawdown"});
    for (member, value) in [
        ("type", json!("redeemed")),
        ("type", json!("fund")),
        ("amount", json!(-20_000)),
        ("amount", json!("x")),
        ("ref_id", json!("ORDER-1")),
        ("ref_id", json!(null)),
        ("parent_id", json!("no uuid")),
        ("id", json!(7)),
    ] {
        let mut odd = own.clone();
        odd[member] = value;
        let response = ResponseTemplate::new(200).set_body_json(&odd);
        let (_server, dintero, posts) = scripted(response, json!([]), json!([odd])).await;
        for _ in 0..2 {
            let draw = TransactionInput::builder()
                .card_id("gift")
                .amount(20_000)
                .currency("NOK")
                .ref_id("order-1");
            let outcome = dintero
                .wallets()
                .create_transaction()
                .body(draw)
                .confirm()
                .await;
            let taken = matches!(outcome, Outcome::NotApplied(NotApplied::ReferenceTaken));
            // After the first call the record was seen before sending.
            assert!(
                !taken
                    || posts.load(Ordering::Relaxed) == 1 && ["type", "amount"].contains(&member),
                "{odd}: {outcome:?}"
            );
            assert!(
                !matches!(outcome, Outcome::NotApplied(_)) || taken,
                "{odd}: {outcome:?}"
            );
            if taken {
                assert!(odd["type"] == "fund" || odd["amount"] == -20_000, "{odd}");
            }
        }
        assert_eq!(posts.load(Ordering::Relaxed), 1, "{odd}");
    }
}

#[tokio::test]
async fn of_concurrent_captures_with_one_reference_one_is_sent() {
    let scene = Scene::new(&[]).await;
    let clones: Vec<Dintero> = (0..20).map(|_| scene.dintero.clone()).collect();
    let calls = clones.iter().map(|dintero| {
        let options = CaptureOptions::builder()
            .amount(10_000)
            .capture_reference("parcel-1");
        let call = dintero
            .checkout()
            .capture_transaction("T12345678.a")
            .body(options);
        tokio::spawn(call.confirm().into_future())
    });
    for call in calls.collect::<Vec<_>>() {
        let outcome = call.await.unwrap();
        assert!(outcome.is_applied(), "{outcome:?}");
    }
    assert_eq!((scene.sent(), scene.captured()), (1, 10_000));
}

#[tokio::test]
async fn a_second_event_with_the_reference_is_reported() {
    let scene = Scene::new(&[Fate::Done]).await;
    let body = json!({"amount": 10_000, "capture_reference": "parcel-1"});
    scene
        .state
        .lock()
        .unwrap()
        .upcoming
        .push((2, event("CAPTURE", &body, true)));
    assert!(scene.with_reference().await.is_applied());
    let Outcome::Unknown(unknown) = scene.with_reference().await else {
        panic!("two events have the reference");
    };
    assert!(
        unknown
            .to_string()
            .ends_with("several effects have its reference"),
        "{unknown}"
    );
    assert_eq!(scene.sent(), 1);
}

#[tokio::test]
async fn without_a_token_nothing_was_sent() {
    let server = MockServer::start().await;
    let token = Mock::given(path_regex("auth/token"))
        .respond_with(ResponseTemplate::new(200).set_body_string("{}"));
    token.mount(&server).await;
    Mock::given(path_regex("capture"))
        .respond_with(ResponseTemplate::new(500))
        .expect(0)
        .mount(&server)
        .await;
    let builder = Dintero::builder()
        .account("T12345678")
        .client_credentials("id", "secret");
    let builder = builder
        .api_url(server.uri())
        .checkout_url(server.uri())
        .clock(ManualClock::new());
    let dintero = builder.build().unwrap();
    let capture = CaptureOptions::builder().amount(100);
    let call = dintero
        .checkout()
        .capture_transaction("T12345678.a")
        .body(capture);
    let outcome = call.confirm().await;
    assert!(
        matches!(&outcome, Outcome::NotApplied(NotApplied::Rejected(error)) if error.is_authentication()),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn the_options_of_the_call_apply_to_sending_and_reading() {
    let after = transaction(json!([captured(Some("mine"))]));
    let (server, dintero, _) =
        scripted(ResponseTemplate::new(500), transaction(json!([])), after).await;
    let call = dintero
        .checkout()
        .capture_transaction("T12345678.a")
        .body(options());
    let options = CallOptions::new()
        .header("x-shop", "north")
        .timeout(Duration::from_secs(5));
    assert!(call.with_options(options).confirm().await.is_applied());
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.headers["x-shop"] == "north")
    );
}
