//! The payment page and its forms, and what each choice of the payer does.

use std::time::Duration;

use crate::support::browser::{html, location, read_page, send, session, transaction};
use crate::support::{Api, ok, refused, refused_fields, start, start_with};
use dintero_sandbox::{CallbackState, Card, Clock, Sandbox};
use serde_json::{Value, json};

#[tokio::test]
async fn the_page_shows_the_order_and_every_test_card() {
    let api = start().await;
    let (_, url) = session(&api, |_| {}).await;
    let (status, page) = read_page(&url).await;
    assert_eq!(status, 200);
    for text in [
        "<html lang=\"en\">",
        "order-1",
        "Chair",
        "2.5",
        "300.00 NOK",
        "151.00 NOK",
        "Shipping: Post",
        "49.00 NOK",
        "500.00 NOK",
        "<main>",
        "<legend>",
        "for=\"card_number\"",
        "4000 0000 0000 0002",
        "5100 0000 0000 0057",
        "On hold",
    ] {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    // 11 cards and no card, of two schemes.
    assert_eq!(page.matches("name=\"card\"").count(), 12);
    assert_eq!(page.matches("name=\"scheme\"").count(), 2);
    for outside in ["<script", "<img", "<link", "src="] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[tokio::test]
async fn amounts_are_shown_in_major_units() {
    let api = start().await;
    for (minor, shown) in [
        (50_000, "500.00 NOK"),
        (5, "0.05 NOK"),
        (123_456_789, "1\u{202f}234\u{202f}567.89 NOK"),
        (-4_900, "\u{2212}49.00 NOK"),
        (0, "0.00 NOK"),
    ] {
        let (_, url) = session(&api, |body| {
            body["order"]["amount"] = json!(7);
            body["order"]["items"][0]["amount"] = json!(minor);
        })
        .await;
        let (_, page) = read_page(&url).await;
        assert!(page.contains(&format!(">{shown}<")), "{shown}: {page}");
    }
}

#[tokio::test]
async fn a_paid_form_leads_back_to_the_shop() {
    let api = start().await;
    let (id, url) = session(&api, |body| {
        body["url"]["return_url"] = json!("https://shop.example/done?order=7#top");
        body["order"]["merchant_reference"] = json!("a&b=\u{e6}");
    })
    .await;
    let response = send(
        &url,
        &[
            ("card", "5200000000000007"),
            ("card_number", " "),
            ("action", "pay"),
        ],
    )
    .await;
    let paid = transaction(&api, &id).await;
    assert_eq!(
        (&paid["status"], &paid["card"]["brand"]),
        (&json!("AUTHORIZED"), &json!("Mastercard"))
    );
    let transaction_id = paid["id"].as_str().expect("an id");
    let expected = format!(
        "https://shop.example/done?order=7&merchant_reference=a%26b%3D%C3%A6&transaction_id={transaction_id}#top"
    );
    assert_eq!(location(&response), expected);
    let (status, page) = read_page(&url).await;
    assert_eq!(status, 200);
    assert!(
        page.contains("This payment is done.") && !page.contains("<form"),
        "{page}"
    );
    assert!(page.contains("Back to the shop"), "{page}");
}

#[tokio::test]
async fn every_end_without_payment_says_so_on_the_way_back() {
    let api = start().await;
    for (fields, error, status) in [
        (
            vec![("action", "decline")],
            "authorization",
            Some("DECLINED"),
        ),
        (vec![("action", "time_out")], "failed", Some("FAILED")),
        (
            vec![("card_number", "4100 0000 0000 0076")],
            "authorization",
            Some("DECLINED"),
        ),
        (
            vec![("card_number", "4000100000000000"), ("challenge", "failed")],
            "authorization",
            Some("DECLINED"),
        ),
        (vec![("action", "cancel")], "cancelled", None),
    ] {
        let (id, url) = session(&api, |_| {}).await;
        let response = send(&url, &fields).await;
        let back = location(&response);
        assert!(
            back.starts_with("https://shop.example/done?merchant_reference=order-1"),
            "{back}"
        );
        assert!(back.ends_with(&format!("&error={error}")), "{back}");
        assert_eq!(back.contains("transaction_id="), status.is_some(), "{back}");
        match status {
            Some(status) => assert_eq!(transaction(&api, &id).await["status"], status),
            None => {
                let session = ok(api.get(&format!("/v1/sessions/{id}")).await);
                assert!(session["cancelled_at"].is_string() && session["transaction_id"].is_null());
            }
        }
        let (_, page) = read_page(&url).await;
        assert!(
            page.contains("This payment is over") && !page.contains("<form"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn a_challenge_is_a_page_of_its_own() {
    let api = start().await;
    let (id, url) = session(&api, |_| {}).await;
    let before = api.sandbox.state_digest();
    let (status, page) =
        html(send(&url, &[("card", "4000100000000000"), ("action", "pay")]).await).await;
    assert_eq!(status, 200);
    assert!(
        page.contains("name=\"challenge\" value=\"passed\""),
        "{page}"
    );
    assert_eq!(api.sandbox.state_digest(), before, "nothing is paid yet");
    let fields = [
        ("card_number", "4000100000000000"),
        ("challenge", "passed"),
        ("action", "pay"),
    ];
    assert!(location(&send(&url, &fields).await).contains("transaction_id="));
    assert_eq!(
        transaction(&api, &id).await["card"]["authentication_status"],
        "Y"
    );
}

#[tokio::test]
async fn a_payment_on_hold_is_decided_on_the_page() {
    let api = start().await;
    for (action, status) in [("release", "AUTHORIZED"), ("refuse", "FAILED")] {
        let (id, url) = session(&api, |_| {}).await;
        location(&send(&url, &[("action", "hold")]).await);
        assert_eq!(transaction(&api, &id).await["status"], "ON_HOLD");
        let (_, page) = read_page(&url).await;
        assert!(
            page.contains("on hold") && page.contains("value=\"release\""),
            "{page}"
        );
        location(&send(&url, &[("action", action)]).await);
        let decided = transaction(&api, &id).await;
        assert_eq!(
            (&decided["status"], &decided["payment_product_type"]),
            (&json!(status), &json!("dintero.external"))
        );
    }
}

#[tokio::test]
async fn a_session_takes_one_payment_however_it_ended() {
    let clock = Clock::standing_at("2026-03-01T12:00:00Z".parse().expect("a time"));
    let api = start_with(Sandbox::builder().clock(clock)).await;
    let (paid, paid_url) = session(&api, |_| {}).await;
    let (cancelled, cancelled_url) = session(&api, |_| {}).await;
    let (expired, expired_url) = session(&api, |_| {}).await;
    let (locked, locked_url) = session(&api, |_| {}).await;
    api.pay(&paid);
    api.sandbox.payer(&cancelled).cancel().expect("cancelled");
    ok(api
        .post_nothing(&format!("/v1/view/{locked}/session/lock"))
        .await);
    for (id, url) in [
        (&paid, &paid_url),
        (&cancelled, &cancelled_url),
        (&locked, &locked_url),
    ] {
        refuses_all(&api, id, url).await;
    }
    api.sandbox.advance(Duration::from_secs(4 * 60 * 60));
    refuses_all(&api, &expired, &expired_url).await;
    let (_, page) = read_page(&expired_url).await;
    assert!(page.contains("This payment has expired."), "{page}");
}

async fn refuses_all(api: &Api, id: &str, url: &str) {
    let before = api.sandbox.state_digest();
    for action in [
        "pay", "decline", "time_out", "hold", "release", "refuse", "cancel",
    ] {
        let (status, page) =
            html(send(url, &[("action", action), ("card", "4000000000000002")]).await).await;
        assert_eq!(status, 400, "{action}");
        assert!(page.contains("role=\"alert\""), "{page}");
        let response = api
            .http
            .post(url)
            .json(&json!({"action": action}))
            .send()
            .await;
        refused(
            &crate::support::read_response(response.expect("a response")).await,
            400,
        );
    }
    let payer = api.sandbox.payer(id);
    assert!(
        payer.hold().is_err() && payer.cancel().is_err() && payer.pay(Card::approved()).is_err()
    );
    assert_eq!(api.sandbox.state_digest(), before);
}

#[tokio::test]
async fn a_bad_form_says_what_is_wrong_and_changes_nothing() {
    let api = start().await;
    let (id, url) = session(&api, |_| {}).await;
    let before = api.sandbox.state_digest();
    for fields in [
        &[
            ("card_number", "4242 4242 4242 4242"),
            ("card", "4000000000000002"),
        ][..],
        &[("card_number", "<script>"), ("action", "pay")],
        // No Mastercard has this outcome.
        &[("card", "4100000000000076"), ("scheme", "mastercard")],
        &[("action", "steal"), ("card", "4000000000000002")],
        &[("action", "pay")],
    ] {
        let (status, page) = html(send(&url, fields).await).await;
        assert_eq!(status, 400, "{fields:?}");
        assert!(
            page.contains("role=\"alert\"") && page.contains("<form"),
            "{page}"
        );
        assert!(
            !page.contains("4242") && !page.contains("<script"),
            "{page}"
        );
    }
    for (body, field) in [
        (json!({"action": "steal"}), "action"),
        (json!({"card_number": "1"}), "card_number"),
        (json!({"action": 7}), "action"),
    ] {
        let response = api
            .http
            .post(&url)
            .json(&body)
            .send()
            .await
            .expect("a response");
        refused_fields(&crate::support::read_response(response).await, &[field]);
    }
    assert_eq!(api.sandbox.state_digest(), before);
    for unknown in ["T99999999.gone", "gone", "%3Cscript%3E", "T12345678.%22%00"] {
        let (status, page) = read_page(&url.replace(&id, unknown)).await;
        assert_eq!(status, 404, "{unknown}");
        assert!(page.contains("There is no session with this id") && !page.contains("<script"));
    }
    let gone = url.replace(&id, "T12345678.gone");
    assert_eq!(
        html(send(&gone, &[("card", "4000000000000002")]).await)
            .await
            .0,
        404
    );
    assert_eq!(
        html(send(&gone, &[("action", "cancel")]).await).await.0,
        404
    );
}

#[tokio::test]
async fn another_program_does_by_json_what_the_buttons_do() {
    let api = start().await;
    for (body, status, error) in [
        (
            json!({"action": "decline"}),
            json!("DECLINED"),
            json!("authorization"),
        ),
        (
            json!({"action": "time_out"}),
            json!("FAILED"),
            json!("failed"),
        ),
        (json!({"action": "hold"}), json!("ON_HOLD"), Value::Null),
        (json!({"action": "cancel"}), Value::Null, json!("cancelled")),
        (
            json!({"card_number": "4000100000000000"}),
            json!("AUTHORIZED"),
            Value::Null,
        ),
    ] {
        let (id, url) = session(&api, |_| {}).await;
        let response = api
            .http
            .post(&url)
            .json(&body)
            .send()
            .await
            .expect("a response");
        let response = ok(crate::support::read_response(response).await);
        assert_eq!(
            (&response["status"], &response["error"]),
            (&status, &error),
            "{body}"
        );
        assert_eq!(
            (
                &response["session_id"],
                response["transaction_id"].is_null()
            ),
            (&json!(id), status.is_null())
        );
        let back = response["redirect_url"].as_str().expect("a url");
        assert!(
            back.starts_with("https://shop.example/done?merchant_reference="),
            "{back}"
        );
    }
}

#[tokio::test]
async fn the_page_calls_the_shop_like_the_library_does() {
    let api = start().await;
    let (id, url) = session(&api, |_| {}).await;
    location(&send(&url, &[("card", "4000000000000002")]).await);
    api.sandbox.callbacks_sent().await;
    let callbacks = api.sandbox.callbacks();
    let [callback] = &callbacks[..] else {
        panic!("one callback: {callbacks:?}")
    };
    assert_eq!(callback.session_id, id);
    // The usual body's shop is on no machine of ours.
    assert!(matches!(callback.state, CallbackState::NotSent(_)));
}

#[tokio::test]
async fn an_empty_form_pays_and_json_is_sent_where_it_is_accepted() {
    let api = start().await;
    for (body, accept) in [
        ("", "*/*"),
        ("card=4000000000000002", "application/json"),
        ("action=decline", "application/json"),
    ] {
        let (_, url) = session(&api, |_| {}).await;
        let request = api.http.post(&url).header("accept", accept).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let done = ok(api.send(request).await);
        let declined = body.contains("decline");
        let status = if declined { "DECLINED" } else { "AUTHORIZED" };
        assert_eq!(done["status"], status, "{body}: {done}");
    }
}
