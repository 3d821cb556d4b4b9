//! Wallet cards: made, activated, looked up, with their tokens and PINs.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::wallets::{CARDS, INFO, MOVES, balance, card, draw};
use crate::support::{ok, refused, refused_fields, start, start_with};
use dintero_sandbox::{Clock, Sandbox};
use serde_json::json;

#[tokio::test]
async fn a_new_card_shows_its_pin_and_token_once() {
    let api = start().await;
    let body = card(&api, "card-1").await;
    assert_eq!(
        (&body["status"], &body["amount_available"]),
        (&json!("unused"), &json!(50_000))
    );
    let token = body["card_token"]["token"]["value"]
        .as_str()
        .expect("a token");
    let pin = body["pin"]["pin"]["value"].as_str().expect("a pin");
    assert_eq!((token.len(), pin.len()), (16, 4));
    let read = ok(api.get(&format!("{CARDS}/card-1")).await);
    assert!(!read.to_string().contains(token), "{read}");
    assert_eq!(
        read["pin"],
        json!({"format": {"length": 4, "numbers": true}})
    );
    assert!(
        read["tokens"][0]["masked_code"]
            .as_str()
            .is_some_and(|m| m.starts_with("***********")),
        "{read}"
    );
    refused_fields(
        &api.post(
            CARDS,
            json!({"card_id": "card-1", "amount": 1, "currency": "NOK"}),
        )
        .await,
        &["card_id"],
    );
}

#[tokio::test]
async fn a_bad_card_is_refused_with_all_its_faults() {
    let api = start().await;
    let body = json!({
        "card_id": "x", "amount": -1, "currency": "GBP", "type": "bonus", "card_token": {"expires_in": 0},
    });
    let fields = ["currency", "amount", "type", "card_token.expires_in"];
    refused_fields(&api.post(CARDS, body).await, &fields);
    let body = json!({
        "card_id": " x", "amount": 1, "currency": "NOK", "metadata": {"dintero_x": 1},
        "pin": {"format": {"length": 3}},
        "active_from": "2026-02-01T00:00:00Z", "expires_at": "2026-01-01T00:00:00Z",
    });
    let fields = ["card_id", "metadata", "expires_at", "pin.format.length"];
    refused_fields(&api.post(CARDS, body).await, &fields);
    refused_fields(
        &api.post(CARDS, json!({})).await,
        &["card_id", "currency", "amount"],
    );
    refused(&api.get(&format!("{CARDS}/x")).await, 404);
}

#[tokio::test]
async fn a_token_is_good_for_one_transaction_but_still_looks_the_card_up() {
    let api = start().await;
    let body = card(&api, "card-1").await;
    let token = body["card_token"]["token"]["value"].clone();
    let pin = body["pin"]["pin"]["value"].clone();
    let by_token = |ref_id: &str| json!({"token": token, "ref_id": ref_id, "amount": 100, "currency": "NOK", "pin": pin});
    let first = ok(api.post(MOVES, by_token("r1")).await);
    refused(&api.post(MOVES, by_token("r2")).await, 400);
    assert_eq!(ok(api.post(MOVES, by_token("r1")).await), first);
    assert_eq!(
        ok(api.post(INFO, json!({"token": token})).await)["amount_available"],
        49_900
    );
    ok(api.post(INFO, json!({"token": token, "pin": pin})).await);
    refused(
        &api.post(INFO, json!({"token": token, "pin": "no digits"}))
            .await,
        403,
    );
    refused_fields(&api.post(INFO, json!({})).await, &["token"]);
}

#[tokio::test]
async fn a_token_of_its_own_life_and_number_of_uses() {
    let clock = Clock::standing_at("2026-01-01T00:00:00Z".parse().expect("a time"));
    let api = start_with(Sandbox::builder().clock(clock)).await;
    card(&api, "card-1").await;
    let path = format!("{CARDS}/card-1/tokens");
    refused_fields(&api.post(&path, json!({})).await, &["ref_id", "expires_in"]);
    let ask = json!({"ref_id": "t1", "expires_in": 60, "expires_after_transaction": false});
    let made = ok(api.post(&path, ask.clone()).await);
    assert_eq!(ok(api.post(&path, ask).await), made);
    let value = made["token"]["value"].as_str().expect("a token");
    assert!(
        value.starts_with("DINCARD:") && value.len() == 44,
        "{value}"
    );
    for ref_id in ["r1", "r2"] {
        ok(api
            .post(
                MOVES,
                json!({"token": value, "ref_id": ref_id, "amount": 1, "currency": "NOK"}),
            )
            .await);
    }
    assert_eq!(
        ok(api.get(&format!("{CARDS}/card-1")).await)["tokens"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    api.sandbox.advance(Duration::from_secs(60));
    refused(&api.post(INFO, json!({"token": value})).await, 404);
    refused(
        &api.post(
            MOVES,
            json!({"token": value, "ref_id": "r3", "amount": 1, "currency": "NOK"}),
        )
        .await,
        400,
    );
    assert_eq!(
        ok(api.get(&format!("{CARDS}/card-1")).await)["tokens"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn a_batch_card_can_pay_only_after_its_activation() {
    let api = start().await;
    let options = json!({"pin": {}, "card_token": {"format": {"length": 16, "numbers": true}}});
    let twice = json!({"cards": [{"card_id": "card-1"}, {"card_id": "card-1"}]});
    refused_fields(
        &api.post(&format!("{CARDS}/batch"), twice).await,
        &["cards[1].card_id"],
    );
    let batch = json!({"cards": [{"card_id": "card-1"}, {"card_id": "card-2", "type": "gift_card"}], "options": options});
    let made = ok(api.post(&format!("{CARDS}/batch"), batch).await);
    assert_eq!(
        (
            &made["cards"][0]["status"],
            &made["cards"][0]["amount_balance"]
        ),
        (&json!("inactive"), &json!(0))
    );
    assert_ne!(
        made["cards"][0]["card_token"]["token"]["value"],
        made["cards"][1]["card_token"]["token"]["value"]
    );
    refused(&api.post(MOVES, draw("r", 0)).await, 400);

    let path = format!("{CARDS}/card-1/activate");
    refused_fields(&api.post(&path, json!({"amount": 1})).await, &["currency"]);
    let active = ok(api
        .post(
            &path,
            json!({"amount": 20_000, "currency": "SEK", "customer_id": "customer-1"}),
        )
        .await);
    assert_eq!(
        (&active["status"], &active["currency"], &active["amount"]),
        (&json!("unused"), &json!("SEK"), &json!(20_000))
    );
    assert!(active["active_from"].is_string() && active["tokens"][0]["masked_code"].is_string());
    refused(
        &api.post(&path, json!({"amount": 1, "currency": "SEK"}))
            .await,
        400,
    );
    assert_eq!(balance(&api, "card-1").await, [20_000, 20_000, 0, 0]);
    let own = ok(api
        .get("/v1/accounts/{aid}/wallets/customers/customer-1/cards")
        .await);
    assert_eq!(own.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_rotated_pin_replaces_the_old_one() {
    let api = start().await;
    let body = card(&api, "card-1").await;
    let token = body["card_token"]["token"]["value"].clone();
    let path = format!("{CARDS}/card-1/rotate-pin");
    refused_fields(&api.post(&path, json!({})).await, &["pin"]);
    let made = ok(api
        .post(
            &path,
            json!({"pin": {"format": {"length": 8, "numbers": true}}}),
        )
        .await);
    let pin = made["pin"]["pin"]["value"].as_str().expect("a pin");
    assert_eq!(pin.len(), 8);
    refused(
        &api.post(
            INFO,
            json!({"token": token, "pin": body["pin"]["pin"]["value"]}),
        )
        .await,
        403,
    );
    ok(api.post(INFO, json!({"token": token, "pin": pin})).await);
}

#[tokio::test]
async fn cards_are_listed_in_pages_and_by_customer() {
    let api = start().await;
    for n in 1..=3 {
        card(&api, &format!("card-{n}")).await;
    }
    let first = ok(api.get(&format!("{CARDS}?limit=2")).await);
    let cursor = first["starting_after"].as_str().expect("a cursor");
    let second = ok(api
        .get(&format!("{CARDS}?limit=2&starting_after={cursor}"))
        .await);
    assert_eq!(
        (
            first["cards"].as_array().map(Vec::len),
            second["cards"].as_array().map(Vec::len)
        ),
        (Some(2), Some(1))
    );
    assert!(second.get("starting_after").is_none());
    assert_eq!(
        ok(api
            .get(&format!("{CARDS}?amount_available.gte=50001"))
            .await)["cards"],
        json!([])
    );
    let customer = "/v1/accounts/{aid}/wallets/customers/customer-1/cards";
    let own = ok(api.get(customer).await);
    assert_eq!(own.as_array().map(Vec::len), Some(3));
    assert!(own[0].get("amount_balance").is_none());
    let last = own[1]["id"].as_str().expect("an id");
    let rest = ok(api.get(&format!("{customer}?starting_after={last}")).await);
    assert_eq!(rest, json!([own[2]]));
    refused(
        &api.get(&format!("{customer}?starting_after=card-2")).await,
        400,
    );
    let one = ok(api.get(&format!("{customer}/card-2")).await);
    assert_eq!(
        (&one["amount_balance"], &one["currency"]),
        (&json!(50_000), &json!("NOK"))
    );
    assert_eq!(
        ok(api
            .get("/v1/accounts/{aid}/wallets/customers/nobody/cards")
            .await),
        json!([])
    );
    refused(
        &api.get("/v1/accounts/{aid}/wallets/customers/nobody/cards/card-2")
            .await,
        404,
    );
}

#[tokio::test]
async fn a_barcode_is_there_when_the_format_asks_for_one() {
    let api = start().await;
    card(&api, "card-1").await;
    let path = format!("{CARDS}/card-1/tokens");
    let mut pictures = BTreeSet::new();
    // A barcode has no characters beyond ASCII.
    for (ref_id, requested, prefix, barcode) in [
        ("a", true, "DINCARD:", true),
        ("b", true, "DINCARD:", true),
        ("c", false, "DINCARD:", false),
        ("d", true, "\u{f8}", false),
    ] {
        let format = json!({"length": 16, "barcode": requested, "prefix": prefix});
        let body = ok(api
            .post(
                &path,
                json!({"ref_id": ref_id, "expires_in": 60, "format": format}),
            )
            .await);
        let picture = body["token"]["barcode_128"].as_str();
        assert_eq!(
            picture.is_some_and(|p| p.starts_with("data:image/svg+xml;base64,")),
            barcode,
            "{body}"
        );
        pictures.extend(picture.map(str::to_owned));
    }
    assert_eq!(pictures.len(), 2, "each code has its own picture");
}
