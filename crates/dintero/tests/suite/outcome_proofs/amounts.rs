//! Changes of an authorization, and amounts.

use dintero::shopping::types::OrderOperationInput;

use super::*;

#[tokio::test]
async fn a_change_of_the_authorization_is_confirmed_by_its_response_only() {
    let changed =
        transaction(json!([{"id": "2", "event": "AUTHORIZE", "success": true, "amount": 40_000}]));
    let first = || {
        transaction(json!([{"id": "1", "event": "AUTHORIZE", "success": true, "amount": 29_990}]))
    };
    for (response, applied) in [
        (ResponseTemplate::new(200).set_body_json(&changed), true),
        (ResponseTemplate::new(500), false),
    ] {
        let (_server, dintero, posts) = scripted(response, first(), first()).await;
        let update = AuthorizationUpdate::builder().amount(40_000);
        let call = dintero
            .checkout()
            .update_transaction_authorization("T12345678.a")
            .body(update);
        let outcome = call.confirm().repeat_if_not_applied(3).await;
        assert_eq!(outcome.is_applied(), applied, "{outcome:?}");
        assert!(
            applied || matches!(outcome, Outcome::Unknown(_)),
            "{outcome:?}"
        );
        assert_eq!(posts.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn amounts_that_move_nothing_or_too_much_are_not_sent() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(500))
        .expect(0)
        .mount(&server)
        .await;
    let (dintero, _) = client_of(&server);
    let (checkout, wallets) = (dintero.checkout(), dintero.wallets());
    let refused = |error: dintero::Error, amount: i64, rule: &str| {
        assert!(error.is_invalid_request(), "{amount}: {error}");
        assert!(
            error
                .to_string()
                .contains(&format!("`amount` must be at {rule}")),
            "{amount}: {error}"
        );
    };
    for (amount, rule) in [
        (0, "least 1"),
        (-1, "least 1"),
        (i64::MIN, "least 1"),
        (2_147_483_648, "most 2147483647"),
        (i64::MAX, "most 2147483647"),
    ] {
        // From JSON, which no builder has seen.
        let body = json!({"amount": amount});
        let capture: CaptureOptions = serde_json::from_value(body.clone()).unwrap();
        let refund: RefundOptions = serde_json::from_value(body.clone()).unwrap();
        let update: AuthorizationUpdate = serde_json::from_value(body).unwrap();
        let capture = checkout.capture_transaction("a").body(capture);
        let refund = checkout.refund_transaction("a").body(refund);
        let update = checkout.update_transaction_authorization("a").body(update);
        let errors = [
            capture.send().await.unwrap_err(),
            refund.send().await.unwrap_err(),
            update.send().await.unwrap_err(),
            CaptureOptions::builder()
                .amount(amount)
                .build()
                .unwrap_err(),
            RefundOptions::builder().amount(amount).build().unwrap_err(),
        ];
        for error in errors {
            refused(error, amount, rule);
        }
    }
    for (amount, rule) in [
        (0, "least 1"),
        (-5, "least 1"),
        (9_007_199_254_740_992, "most 9007199254740991"),
    ] {
        let draw: TransactionInput = serde_json::from_value(
            json!({"amount": amount, "currency": "NOK", "card_id": "c", "ref_id": "r"}),
        )
        .unwrap();
        refused(
            wallets
                .create_transaction()
                .body(draw)
                .send()
                .await
                .unwrap_err(),
            amount,
            rule,
        );
        let capture = cards::CaptureOptions::builder()
            .amount(amount)
            .ref_id("r")
            .build();
        refused(capture.unwrap_err(), amount, rule);
    }
}

#[tokio::test]
async fn amounts_of_lines_that_no_integer_of_the_api_holds_are_not_sent() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(500))
        .expect(0)
        .mount(&server)
        .await;
    let (dintero, _) = client_of(&server);
    let (checkout, shopping) = (dintero.checkout(), dintero.shopping());
    let refused = |amount: i64, path: &str, error: Option<dintero::Error>| {
        let error = error.expect("refused");
        assert!(error.is_invalid_request(), "{amount}: {error}");
        assert!(error.to_string().contains(path), "{amount}: {error}");
    };
    for amount in [2_147_483_648, -2_147_483_649, i64::MAX, i64::MIN] {
        let line = json!({"line_id": "1", "amount": amount});
        let split = json!({"line_id": "1", "amount": 1, "splits": [{"amount": amount, "payout_destination_id": "s"}]});
        for (item, path) in [
            (line, "items[0].amount"),
            (split, "items[0].splits[0].amount"),
        ] {
            let body = json!({"amount": 1, "items": [item]});
            let capture: CaptureOptions = serde_json::from_value(body.clone()).unwrap();
            let refund: RefundOptions = serde_json::from_value(body).unwrap();
            let capture = checkout.capture_transaction("a").body(capture);
            let refund = checkout.refund_transaction("a").body(refund);
            refused(amount, path, capture.send().await.err());
            refused(amount, path, refund.send().await.err());
        }
    }
    for amount in [9_007_199_254_740_992_i64, -9_007_199_254_740_992] {
        let body = json!({"items": [{"line_id": 1, "amount": amount}]});
        let record: OrderOperationInput = serde_json::from_value(body).unwrap();
        let authorization = shopping.create_order_authorization("o");
        let capture = shopping.create_order_capture("o");
        let refund = shopping.create_order_refund("o");
        let cancellation = shopping.create_order_cancellation("o");
        for error in [
            authorization.body(record.clone()).send().await.err(),
            capture.body(record.clone()).send().await.err(),
            refund.body(record.clone()).send().await.err(),
            cancellation.body(record).send().await.err(),
        ] {
            refused(amount, "items[0].amount", error);
        }
    }
}
