//! Settlements and their reports, sellers and what they are owed.

mod support;

use std::time::Duration;

use dintero_sandbox::Sandbox;
use serde_json::{Value, json};
use support::{Api, ok, refused, refused_fields, session_body, start, start_with};

const SETTLEMENTS: &str = "/v1/accounts/{aid}/settlements";
const REPORTS: &str = "/v1/accounts/{aid}/settlements/reports/configuration";
const TEST_REPORT: &str = "/v1/accounts/{aid}/settlements/reports/generate-test-report";
const SELLERS: &str = "/v1/accounts/{aid}/management/settings/approvals/payout-destinations";

async fn settlements(api: &Api, query: &str) -> Vec<Value> {
    let body = ok(api.get(&format!("{SETTLEMENTS}?{query}")).await);
    body["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn there_is_a_history_with_files_and_pages() {
    let api = start().await;
    let all = settlements(&api, "").await;
    assert_eq!(all.len(), 3);
    let amounts = &all[0]["amounts"][0];
    let sum = |name: &str| amounts[name].as_i64().expect("an amount");
    assert_eq!(sum("amount"), sum("capture") - sum("refund") - sum("fee"));
    let id = all[0]["id"].as_str().expect("an id");
    let file = all[0]["attachments"][0]["id"].as_str().expect("an id");
    let csv = ok(api
        .get(&format!("{SETTLEMENTS}/{id}/attachments/{file}"))
        .await);
    assert!(
        csv.as_str()
            .is_some_and(|csv| csv.starts_with("transaction_id,event,amount,currency\n")),
        "{csv}"
    );
    refused(
        &api.get(&format!("{SETTLEMENTS}/{id}/attachments/none"))
            .await,
        404,
    );

    let page = ok(api.get(&format!("{SETTLEMENTS}?limit=2")).await);
    let after = page["last_evaluated_key"]["id"].as_str().expect("a cursor");
    assert_eq!(
        settlements(&api, &format!("starting_after_id={after}")).await,
        all[2..]
    );
    refused_fields(
        &api.get(&format!("{SETTLEMENTS}?limit=1001")).await,
        &["limit"],
    );
    assert_eq!(
        ok(api.get("/v1/accounts/{aid}/reports/metadata").await)["reports"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
}

#[tokio::test]
async fn a_test_report_settles_what_is_new_and_only_once() {
    let api = start().await;
    let message = (200, json!({"message": "nothing new to report"}));
    assert_eq!(api.post(TEST_REPORT, json!({})).await, message);
    let (one, other) = (api.transaction().await, api.transaction().await);
    for id in [&one, &other] {
        ok(api
            .post(
                &format!("/v1/transactions/{id}/capture"),
                json!({"amount": 10_000}),
            )
            .await);
    }
    assert_eq!(
        api.post(TEST_REPORT, json!({"transaction_ids": [one]}))
            .await
            .0,
        201
    );
    assert_eq!(
        settlements(&api, "").await[0]["amounts"][0]["capture"],
        10_000
    );
    ok(api
        .post(
            &format!("/v1/transactions/{one}/refund"),
            json!({"amount": 2_000}),
        )
        .await);
    assert_eq!(api.post_nothing(TEST_REPORT).await.0, 201);
    let amounts = settlements(&api, "").await[0]["amounts"][0].clone();
    assert_eq!(
        (&amounts["capture"], &amounts["refund"]),
        (&json!(10_000), &json!(2_000))
    );
    assert_eq!(api.post_nothing(TEST_REPORT).await, message);
    let range = json!({"date_range": {"start_date": "2026-02-01", "end_date": "2026-01-01"}});
    refused_fields(
        &api.post(TEST_REPORT, range).await,
        &["date_range.end_date"],
    );
    let production = start_with(Sandbox::builder().account("P12345678")).await;
    refused(&production.post(TEST_REPORT, json!({})).await, 403);
}

#[tokio::test]
async fn report_configurations_come_and_go() {
    let api = start().await;
    let body = json!({"filetypes": ["csv"], "destinations": [{"destination_type": "email"}], "providers": ["dintero_psp"]});
    let made = ok(api.post(REPORTS, body.clone()).await);
    let path = format!("{REPORTS}/{}", made["id"].as_str().expect("an id"));
    assert_eq!(ok(api.get(&path).await), made);
    assert_eq!(ok(api.get(REPORTS).await)["items"], json!([made]));
    let mut changed = body;
    changed["filetypes"] = json!(["pdf"]);
    let updated = ok(api.put(&path, changed).await);
    assert_eq!(
        (&updated["filetypes"], &updated["created_at"]),
        (&json!(["pdf"]), &made["created_at"])
    );
    refused_fields(
        &api.post(REPORTS, json!({})).await,
        &["filetypes", "destinations", "providers"],
    );
    ok(api.delete(&path).await);
    refused(&api.get(&path).await, 400);
}

fn seller(id: &str) -> Value {
    let account = json!({"bank_account_currency": "NOK", "payout_currency": "NOK"});
    json!({"payout_destination_id": id, "payout_reference": id, "bank_accounts": [account]})
}

fn transfer(id: &str, amount: i64) -> Value {
    json!({
        "fund_transfer_id": id, "type": "payout-destination", "source_payout_destination_id": "a",
        "destination_payout_destination_id": "b", "amount": amount, "currency": "NOK", "reference": "rent",
    })
}

#[tokio::test]
async fn money_moves_between_approved_sellers_as_far_as_there_is_any() {
    let api = start().await;
    const TRANSFERS: &str = "/v2/accounts/{aid}/payout/fund-transfers";
    for id in ["a", "b"] {
        assert_eq!(
            ok(api.post(SELLERS, seller(id)).await)["case_status"],
            "WAITING_FOR_SIGNATURE"
        );
    }
    refused_fields(
        &api.post(SELLERS, seller("a")).await,
        &["payout_destination_id"],
    );
    let both = ["source_payout_destination_id"];
    refused_fields(&api.post(TRANSFERS, transfer("early", 1)).await, &both);
    api.sandbox.advance(Duration::from_secs(3_600));
    let active = ok(api
        .get(&format!(
            "{SELLERS}?case_status=ACTIVE&payout_destination_id=a"
        ))
        .await);
    assert_eq!(
        active["payout_destinations"].as_array().map(Vec::len),
        Some(1)
    );

    let mut body = session_body();
    body["order"]["payout_destination_id"] = json!("a");
    let session = ok(api.post("/v1/sessions-profile", body).await);
    let paid = api.pay(session["id"].as_str().expect("an id"));
    ok(api
        .post(
            &format!("/v1/transactions/{paid}/capture"),
            json!({"amount": 10_000}),
        )
        .await);
    ok(api
        .post(
            &format!("/v1/transactions/{paid}/refund"),
            json!({"amount": 1_000}),
        )
        .await);
    let balance = async |id: &str| {
        let path = format!("/v2/accounts/{{aid}}/payout/payout-destinations/{id}/balances");
        ok(api.get(&path).await)["payout_destination_balances"][0]["amount"].clone()
    };
    assert_eq!(balance("a").await, 9_000);
    let first = ok(api.post(TRANSFERS, transfer("t", 4_000)).await);
    assert_eq!(ok(api.post(TRANSFERS, transfer("t", 4_000)).await), first);
    refused_fields(
        &api.post(TRANSFERS, transfer("t", 1)).await,
        &["fund_transfer_id"],
    );
    // More than there is: received, and not carried out.
    ok(api.post(TRANSFERS, transfer("u", 5_001)).await);
    assert_eq!(
        (balance("a").await, balance("b").await),
        (json!(5_000), json!(4_000))
    );
    refused_fields(&api.post(TRANSFERS, transfer("v", 0)).await, &["amount"]);

    let path = "/v2/accounts/{aid}/payout/payout-destinations/a/transfers";
    let page = ok(api.get(&format!("{path}?limit=2")).await);
    let kinds = |page: &Value| {
        page["entries"]
            .as_array()
            .expect("entries")
            .iter()
            .map(|e| e["type"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&page), ["transfer", "inbound"]);
    let next = page["next_page_token"].as_str().expect("a token");
    assert_eq!(
        kinds(&ok(api.get(&format!("{path}?page={next}")).await)),
        ["inbound"]
    );
    refused(
        &api.get("/v2/accounts/{aid}/payout/payout-destinations/c/balances")
            .await,
        400,
    );
}
