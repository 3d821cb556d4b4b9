//! What moves on a wallet card: balances, pending drawdowns, and repeats by `ref_id`.

use std::time::Duration;

use crate::support::wallets::{CARDS, MOVES, balance, card, draw};
use crate::support::{ok, refused, refused_fields, start, start_with};
use dintero_sandbox::{Clock, Sandbox};
use serde_json::{Value, json};

fn pending(ref_id: &str, amount: i64) -> Value {
    let mut body = draw(ref_id, amount);
    body["pending"] = json!(true);
    body
}

#[tokio::test]
async fn fund_and_drawdown_move_the_balance() {
    let api = start().await;
    card(&api, "card-1").await;
    let drawn = ok(api.post(MOVES, draw("r1", 20_000)).await);
    assert_eq!(
        (&drawn["type"], &drawn["ref_id"], &drawn["amount"]),
        (&json!("drawdown"), &json!("r1"), &json!(20_000))
    );
    assert_eq!(balance(&api, "card-1").await, [30_000, 30_000, 20_000, 0]);
    refused_fields(&api.post(MOVES, draw("r2", 30_001)).await, &["amount"]);
    let fund = json!({"card_id": "card-1", "ref_id": "r3", "amount": 5_000, "currency": "NOK", "type": "fund"});
    assert_eq!(ok(api.post(MOVES, fund).await)["type"], "fund");
    assert_eq!(balance(&api, "card-1").await, [35_000, 35_000, 20_000, 0]);
    let all = ok(api.get(&format!("{CARDS}/card-1/transactions")).await);
    assert_eq!((all.as_array().map(Vec::len), &all[0]), (Some(2), &drawn));
}

#[tokio::test]
async fn a_bad_transaction_is_refused() {
    let api = start().await;
    card(&api, "card-1").await;
    refused_fields(
        &api.post(MOVES, json!({})).await,
        &["ref_id", "currency", "amount"],
    );
    let nobody = json!({"ref_id": "r", "currency": "NOK", "amount": 1});
    refused_fields(&api.post(MOVES, nobody).await, &["card_id"]);
    let mut both = draw("r", 1);
    both["token"] = json!("t");
    refused_fields(&api.post(MOVES, both).await, &["card_id"]);
    let mut fund = pending("r", 1);
    fund["type"] = json!("fund");
    refused_fields(&api.post(MOVES, fund).await, &["pending"]);
    let mut euro = draw("r", 1);
    euro["currency"] = json!("EUR");
    refused_fields(&api.post(MOVES, euro).await, &["currency"]);
    let mut pin = draw("r", 1);
    pin["pin"] = json!("no digits");
    refused(&api.post(MOVES, pin).await, 403);
    assert_eq!(balance(&api, "card-1").await, [50_000, 50_000, 0, 0]);
}

#[tokio::test]
async fn a_repeated_ref_id_returns_the_first_response_and_moves_nothing() {
    let api = start().await;
    card(&api, "card-1").await;
    let first = ok(api.post(MOVES, draw("same", 20_000)).await);
    ok(api.post(MOVES, draw("other", 20_000)).await);
    assert_eq!(ok(api.post(MOVES, draw("same", 20_000)).await), first);
    assert_eq!(balance(&api, "card-1").await[0], 10_000);
    refused_fields(&api.post(MOVES, draw("same", 1)).await, &["ref_id"]);

    let held = ok(api.post(MOVES, pending("hold", 8_000)).await);
    let path = format!("{MOVES}/{}/capture", held["id"].as_str().expect("an id"));
    let captured = ok(api
        .post(&path, json!({"ref_id": "take", "amount": 3_000}))
        .await);
    assert_eq!(
        ok(api
            .post(&path, json!({"ref_id": "take", "amount": 3_000}))
            .await),
        captured
    );
    refused_fields(
        &api.post(&path, json!({"ref_id": "take"})).await,
        &["ref_id"],
    );
    refused_fields(
        &api.post(&path, json!({"ref_id": "same"})).await,
        &["ref_id"],
    );
    assert_eq!(balance(&api, "card-1").await, [7_000, 2_000, 43_000, 5_000]);

    card(&api, "card-2").await;
    let mut elsewhere = draw("same", 20_000);
    elsewhere["card_id"] = json!("card-2");
    assert_ne!(ok(api.post(MOVES, elsewhere).await)["id"], first["id"]);
}

#[tokio::test]
async fn a_pending_drawdown_is_captured_in_parts_and_its_rest_stays_locked() {
    let api = start().await;
    card(&api, "card-1").await;
    let held = ok(api.post(MOVES, pending("hold", 30_000)).await);
    assert_eq!(held["type"], "pending_capture");
    assert_eq!(balance(&api, "card-1").await, [50_000, 20_000, 0, 30_000]);
    refused_fields(&api.post(MOVES, draw("r", 20_001)).await, &["amount"]);
    let path = format!("{MOVES}/{}", held["id"].as_str().expect("an id"));
    let part = ok(api
        .post(
            &format!("{path}/capture"),
            json!({"ref_id": "c1", "amount": 10_000}),
        )
        .await);
    assert_eq!(
        (&part["type"], &part["parent_id"], &part["amount"]),
        (&json!("drawdown"), &held["id"], &json!(10_000))
    );
    assert_eq!(
        balance(&api, "card-1").await,
        [40_000, 20_000, 10_000, 20_000]
    );
    refused_fields(
        &api.post(
            &format!("{path}/capture"),
            json!({"ref_id": "c2", "amount": 20_001}),
        )
        .await,
        &["amount"],
    );
    refused_fields(
        &api.post(&format!("{path}/capture"), json!({"amount": 0}))
            .await,
        &["ref_id"],
    );
    let rest = ok(api
        .post(&format!("{path}/capture"), json!({"ref_id": "c3"}))
        .await);
    assert_eq!(rest["amount"], 20_000);
    refused(
        &api.post(&format!("{path}/capture"), json!({"ref_id": "c4"}))
            .await,
        400,
    );
    refused(
        &api.post(&format!("{path}/void"), json!({"ref_id": "v"}))
            .await,
        400,
    );
    assert_eq!(balance(&api, "card-1").await, [20_000, 20_000, 30_000, 0]);
}

#[tokio::test]
async fn a_void_unlocks_the_rest() {
    let api = start().await;
    card(&api, "card-1").await;
    let held = ok(api.post(MOVES, pending("hold", 30_000)).await);
    let path = format!("{MOVES}/{}", held["id"].as_str().expect("an id"));
    ok(api
        .post(
            &format!("{path}/capture"),
            json!({"ref_id": "c", "amount": 10_000}),
        )
        .await);
    let voided = ok(api
        .post(&format!("{path}/void"), json!({"ref_id": "v"}))
        .await);
    assert_eq!(
        (&voided["type"], &voided["amount"]),
        (&json!("voided"), &json!(20_000))
    );
    assert_eq!(balance(&api, "card-1").await, [40_000, 40_000, 10_000, 0]);
    assert_eq!(
        ok(api
            .post(&format!("{path}/void"), json!({"ref_id": "v"}))
            .await),
        voided
    );
    refused(
        &api.post(&format!("{path}/capture"), json!({"ref_id": "late"}))
            .await,
        400,
    );
    refused(
        &api.post(&format!("{MOVES}/none/capture"), json!({"ref_id": "x"}))
            .await,
        404,
    );
}

#[tokio::test]
async fn the_active_period_decides_what_may_move() {
    let clock = Clock::standing_at("2026-01-01T00:00:00Z".parse().expect("a time"));
    let mut api = start_with(Sandbox::builder().clock(clock)).await;
    let body = json!({
        "card_id": "card-1", "amount": 100, "currency": "NOK",
        "active_from": "2026-01-01T01:00:00Z", "expires_at": "2026-01-01T02:00:00Z",
    });
    ok(api.post(CARDS, body).await);
    let fund = |ref_id: &str| json!({"card_id": "card-1", "ref_id": ref_id, "amount": 1, "currency": "NOK", "type": "fund"});
    refused(&api.post(MOVES, draw("d1", 1)).await, 400);
    ok(api.post(MOVES, fund("f1")).await);
    api.sandbox.advance(Duration::from_secs(3_600));
    ok(api.post(MOVES, draw("d2", 1)).await);
    api.sandbox.advance(Duration::from_secs(3_600));
    api.log_in().await;
    refused(&api.post(MOVES, draw("d3", 1)).await, 400);
    refused(&api.post(MOVES, fund("f2")).await, 400);
    assert_eq!(balance(&api, "card-1").await[0], 100);
}
