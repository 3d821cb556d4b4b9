//! Operations without rules of their own: settlements, reports, payouts, terminals, credit checks.

use crate::support::{Api, ok, refused, refused_fields, start};
use reqwest::Method;
use serde_json::{Value, json};

const SETTLEMENTS: &str = "/v1/accounts/{aid}/settlements";
const REPORTS: &str = "/v1/accounts/{aid}/settlements/reports/configuration";
const TRANSFERS: &str = "/v2/accounts/{aid}/payout/fund-transfers";
const TERMINALS: &str = "/v1/admin/terminals/operations";

async fn settlements(api: &Api, query: &str) -> Vec<Value> {
    let body = ok(api.get(&format!("{SETTLEMENTS}?{query}")).await);
    body["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn a_list_that_nothing_was_added_to_has_samples_in_pages() {
    let api = start().await;
    let all = settlements(&api, "").await;
    assert_eq!(all.len(), 3);
    let (id, file) = (&all[0]["id"], &all[0]["attachments"][0]["id"]);
    let path = format!("{SETTLEMENTS}/{id}/attachments/{file}").replace('"', "");
    let csv = ok(api.get(&path).await);
    assert!(
        csv.as_str()
            .is_some_and(|csv| csv.starts_with("transaction_id,"))
    );
    let page = ok(api.get(&format!("{SETTLEMENTS}?limit=2")).await);
    let after = page["last_evaluated_key"]["id"].as_str().expect("a cursor");
    let rest = settlements(&api, &format!("starting_after_id={after}")).await;
    assert_eq!(rest, all[2..]);
    assert_eq!(
        settlements(&api, "payment_provider=vipps").await,
        Vec::<Value>::new()
    );
    let found = api.get(&format!("{SETTLEMENTS}?limit=1001")).await;
    refused_fields(&found, &["limit"]);
}

#[tokio::test]
async fn a_request_that_is_repeated_with_its_id_or_key_has_the_first_response() {
    let api = start().await;
    let transfer = |amount: i64| {
        json!({
            "fund_transfer_id": "rent", "type": "payout-destination", "source_payout_destination_id": "one",
            "destination_payout_destination_id": "two", "amount": amount, "currency": "NOK", "reference": "rent",
        })
    };
    let first = ok(api.post(TRANSFERS, transfer(10)).await);
    assert_eq!(first["fund_transfer"]["amount"], 10);
    assert_eq!(ok(api.post(TRANSFERS, transfer(10)).await), first);
    refused_fields(
        &api.post(TRANSFERS, transfer(11)).await,
        &["fund_transfer_id"],
    );

    let operate = async |terminal: &str, key: &str| {
        let body = json!({"terminal_id": terminal, "operation": "send_logs"});
        let request = api.request(Method::POST, TERMINALS).json(&body);
        api.send(request.header("idempotency-key", key)).await
    };
    let key = "11111111-2222-3333-4444-555555555555";
    let first = ok(operate("t1", key).await);
    assert_eq!(
        (&first["terminal_id"], &first["status"]),
        (&json!("t1"), &json!("COMPLETED"))
    );
    assert_eq!(ok(operate("t1", key).await), first);
    refused_fields(&operate("t2", key).await, &["Idempotency-Key"]);
    refused_fields(&operate("t1", "no uuid").await, &["Idempotency-Key"]);
    assert_eq!(ok(api.get(TERMINALS).await), json!([first]));
    let none = ok(api.get(&format!("{TERMINALS}?terminal_id=t2")).await);
    assert_eq!(none, json!([]));
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

#[tokio::test]
async fn a_qr_code_is_a_picture_and_a_location_shows_a_session_that_exists() {
    let api = start().await;
    let session = api.session().await;
    let picture = ok(api
        .post(&format!("/v1/sessions/{session}/qr"), json!({}))
        .await);
    let picture = picture["qr"].as_str().expect("a picture");
    assert!(
        picture.starts_with("data:image/png;base64,iVBOR"),
        "{picture}"
    );
    let at = |session: &str| format!("/v1/locations/till/checkout/{session}");
    assert_eq!(api.post_nothing(&at(&session)).await, (201, Value::Null));
    assert_eq!(api.delete(&at(&session)).await, (201, Value::Null));
    refused(&api.post_nothing(&at("T12345678.none")).await, 400);
}
