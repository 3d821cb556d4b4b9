//! Shopping drafts: changed, deleted, and completed to orders.

use crate::support::shopping::{DRAFTS, ORDERS, id, items, order};
use crate::support::{draft_body, ok, refused, refused_fields, start};
use serde_json::{Value, json};

#[tokio::test]
async fn a_draft_changes_freely_until_it_is_completed() {
    let api = start().await;
    let draft = ok(api.post(DRAFTS, draft_body()).await);
    assert_eq!(
        (&draft["status"], &draft["order"]["gross_amount"]),
        (&json!("open"), &json!(100_000))
    );
    let path = format!("{DRAFTS}/{}", id(&draft));
    let item = |line: i64, amount: i64| json!({"id": "c", "line_id": line, "gross_amount": amount, "tax_lines": []});
    let body = ok(api.post(&format!("{path}/items"), item(3, 500)).await);
    assert_eq!(
        (
            &body["order"]["gross_amount"],
            &body["order"]["items"][2]["version"]
        ),
        (&json!(100_500), &json!(1))
    );
    let body = ok(api.put(&format!("{path}/items/3"), item(3, 700)).await);
    assert_eq!(
        (
            &body["order"]["gross_amount"],
            &body["order"]["items"][2]["version"]
        ),
        (&json!(100_700), &json!(2))
    );
    let body = ok(api.delete(&format!("{path}/items/3")).await);
    assert_eq!(body["order"]["gross_amount"], 100_000);
    let body = ok(api
        .put(
            &path,
            json!({"order": {"currency": "SEK", "items": [item(9, 5)]}}),
        )
        .await);
    assert_eq!(
        (&body["order"]["currency"], &body["id"]),
        (&json!("SEK"), &draft["id"])
    );
    assert_eq!(ok(api.get(&path).await), body);

    let done = ok(api
        .send(api.request(reqwest::Method::PUT, &format!("{path}/complete")))
        .await);
    assert_eq!(done["orders"].as_array().map(Vec::len), Some(1));
    assert_eq!(ok(api.get(&path).await)["status"], "completed");
    refused(&api.put(&format!("{path}/complete"), json!({})).await, 400);
    refused(&api.post(&format!("{path}/items"), item(4, 1)).await, 400);
    refused(&api.delete(&path).await, 400);
}

#[tokio::test]
async fn a_deleted_draft_is_still_there_to_read() {
    let api = start().await;
    let path = format!("{DRAFTS}/{}", id(&ok(api.post(DRAFTS, draft_body()).await)));
    assert_eq!(ok(api.delete(&path).await)["status"], "deleted");
    assert_eq!(ok(api.get(&path).await)["status"], "deleted");
    refused(&api.put(&format!("{path}/complete"), json!({})).await, 400);
    let deleted = ok(api.get(&format!("{DRAFTS}?status=deleted")).await);
    assert_eq!(deleted["draft_orders"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        ok(api.get(&format!("{DRAFTS}?status=open")).await)["draft_orders"],
        json!([])
    );
}

#[tokio::test]
async fn a_bad_draft_is_refused_with_all_its_faults() {
    let api = start().await;
    let body = json!({
        "order": {"items": [{"line_id": "1", "gross_amount": 1.5, "tax_lines": [{}]}]},
    });
    let fields = [
        "order.currency",
        "order.items[0].id",
        "order.items[0].line_id",
        "order.items[0].gross_amount",
        "order.items[0].tax_lines[0].percentage",
    ];
    refused_fields(&api.post(DRAFTS, body).await, &fields);
    let body = json!({
        "order": {"currency": "NOK", "order_id": "own"}, "options": {"replace": "order"},
    });
    let fields = ["options.replace", "order.order_id"];
    refused_fields(&api.post(DRAFTS, body).await, &fields);
    refused_fields(&api.post(DRAFTS, json!({})).await, &["order"]);
    let item = json!({"id": "a", "line_id": 1, "gross_amount": 1, "tax_lines": []});
    let body = json!({"order": {"currency": "NOK", "items": [item, item]}});
    refused_fields(&api.post(DRAFTS, body).await, &["order.items[1].line_id"]);
    let empty = id(&ok(api
        .post(DRAFTS, json!({"order": {"currency": "NOK"}}))
        .await));
    refused(
        &api.put(&format!("{DRAFTS}/{empty}/complete"), json!({}))
            .await,
        400,
    );
}

#[tokio::test]
async fn the_order_id_is_ones_own_a_reserved_a_generated_or_the_orders_id() {
    let api = start().await;
    let with = |options: Value, own: Option<&str>| {
        let mut body = draft_body();
        body["options"] = options;
        if let Some(own) = own {
            body["order"]["order_id"] = json!(own);
        }
        body
    };
    let read = async |path: &str| ok(api.get(path).await);
    let own = order(&api, with(json!({"split_draft": false}), Some("my-order"))).await;
    assert_eq!(own, format!("{ORDERS}/my-order"));
    refused_fields(
        &api.post(
            DRAFTS,
            with(json!({"split_draft": false}), Some("my-order")),
        )
        .await,
        &["order.order_id"],
    );
    let body = read(&order(&api, with(json!({}), None)).await).await;
    assert_eq!(body["order_id"], body["id"]);
    let body = read(&order(&api, draft_body()).await).await;
    assert!(
        body["order_id"].as_str().is_some_and(|o| o.len() == 9),
        "{body}"
    );
    let draft = ok(api
        .post(
            DRAFTS,
            with(json!({"generate_order_id": "ALPHANUMERIC_9_RESERVE"}), None),
        )
        .await);
    let done = ok(api
        .put(&format!("{DRAFTS}/{}/complete", id(&draft)), json!({}))
        .await);
    assert_eq!(done["orders"][0]["order_id"], draft["order"]["order_id"]);
}

#[tokio::test]
async fn a_draft_can_add_to_an_order_or_replace_it_while_nothing_is_recorded() {
    let api = start().await;
    let path = order(&api, draft_body()).await;
    let order_id = path.rsplit('/').next().expect("an id");
    let more = |line: i64, replace: bool| {
        let item = json!({"id": "c", "line_id": line, "gross_amount": -5_000, "tax_lines": []});
        let mut body = json!({"order": {"currency": "NOK", "items": [item]}, "options": {"order_id": order_id}});
        if replace {
            body["options"]["replace"] = json!("order");
        }
        body
    };
    let complete = async |body: Value| {
        let draft = id(&ok(api.post(DRAFTS, body).await));
        api.put(&format!("{DRAFTS}/{draft}/complete"), json!({}))
            .await
    };
    let added = ok(complete(more(3, false)).await);
    assert_eq!(added["orders"][0]["gross_amount"], 95_000);
    assert_eq!(added["orders"][0]["customer"]["id"], "customer-1");
    refused(&complete(more(1, false)).await, 400);
    let replaced = ok(complete(more(1, true)).await);
    assert_eq!(replaced["orders"][0]["gross_amount"], -5_000);
    assert_eq!(replaced["orders"][0]["order_id"], order_id);
    ok(api
        .post(&format!("{path}/authorizations"), items(&[(1, -5_000)]))
        .await);
    refused(&complete(more(1, true)).await, 400);
    let mut lost = more(1, false);
    lost["options"]["order_id"] = json!("nowhere");
    refused_fields(&api.post(DRAFTS, lost).await, &["options.order_id"]);
}
