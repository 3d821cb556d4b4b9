//! Drafts: free to change while they are open, and completed to an order.

use serde_json::{Map, Value, json};

use crate::api::shopping::events::api_event;
use crate::api::shopping::items::{ITEMS, check_item, check_order, stored};
use crate::call::{ApiResponse, Call};
use crate::check::{Check, Node};
use crate::errors::{ApiError, ApiResult};
use crate::state::shopping::{Draft, PER_ORDER, Shopping};
use crate::state::{Account, alphanumeric, uuid};

/// `POST /draft_orders`.
pub(crate) fn create(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    check_body(call, &account.shopping, None)?;
    account.shopping.drafts.check_capacity(1, "drafts")?;
    let id = uuid();
    let mut doc = Map::new();
    doc.insert("id".into(), json!(id));
    doc.insert("created_at".into(), json!(call.now_text()));
    doc.insert("created_by".into(), json!(call.grant.client_id));
    doc.insert(
        "_links".into(),
        json!([{"rel": "self", "href": format!("{}/{id}", base(call, account))}]),
    );
    let mut draft = Draft {
        doc,
        status: "open",
        created_at: call.now,
        events: Vec::new(),
    };
    put_body(call, &mut draft, &id);
    let body = draft.body();
    account.shopping.drafts.put(&id, draft);
    ApiResponse::ok(body)
}

pub(crate) fn base(call: &Call<'_>, account: &Account) -> String {
    format!(
        "{}/v1/accounts/{}/shopping/draft_orders",
        call.base_url, account.id
    )
}

fn check_body(call: &Call<'_>, shopping: &Shopping, reserved: Option<&Value>) -> ApiResult<()> {
    call.query.flag("apply_discounts")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check.need_object(&root.at("order"));
    if !root.at("order").is_absent() {
        check_order(&mut check, &root.at("order"));
    }
    let options = root.at("options");
    check.object(&options);
    check.flag(&options.at("split_draft"));
    check.flag(&options.at("multiple_authorizations"));
    check.one_of(
        &options.at("generate_order_id"),
        &["ALPHANUMERIC_9", "ALPHANUMERIC_9_RESERVE"],
    );
    check.one_of(&options.at("replace"), &["order"]);
    if check
        .text(&options.at("order_id"), 255)
        .is_some_and(|id| !shopping.orders.contains(id))
    {
        check.fail(&options.at("order_id"), "is not an order of this account");
    }
    if !options.at("replace").is_absent() && options.at("order_id").is_absent() {
        check.fail(&options.at("replace"), "needs options.order_id");
    }
    let own = root.at("order.order_id");
    let is_reserved = reserved
        .and_then(Value::as_str)
        .is_some_and(|id| own.as_str() == Some(id));
    if !own.is_absent() && !is_reserved {
        if call.body["options"]["split_draft"] != false {
            check.fail(&own, "can be chosen only with options.split_draft=false");
        }
        if own.as_str().is_some_and(|id| shopping.orders.contains(id)) {
            check.fail(&own, "is already used");
        }
    }
    check.finish()
}

/// Takes over `order` and `options` of the request and notes the event.
fn put_body(call: &Call<'_>, draft: &mut Draft, id: &str) {
    let reserved = draft
        .doc
        .get("order")
        .map(|o| o["order_id"].clone())
        .filter(Value::is_string);
    let mut order = call.body["order"].clone();
    for item in order
        .get_mut("items")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        *item = stored(item, 1);
    }
    let reserve = call.body["options"]["generate_order_id"] == "ALPHANUMERIC_9_RESERVE";
    if order.get("order_id").is_none() && reserve {
        order["order_id"] = reserved.unwrap_or_else(|| json!(alphanumeric(9).to_uppercase()));
    }
    draft.doc.insert("order".into(), order);
    match call.body.get("options") {
        Some(options) => draft.doc.insert("options".into(), options.clone()),
        None => draft.doc.remove("options"),
    };
    touch(call, draft, id);
}

pub(crate) fn touch(call: &Call<'_>, draft: &mut Draft, id: &str) {
    draft
        .doc
        .insert("updated_at".into(), json!(call.now_text()));
    draft.events.push(api_event(call, Some(id)));
    if draft.events.len() > PER_ORDER {
        draft.events.remove(0);
    }
}

/// `GET /draft_orders/{id}`.
pub(crate) fn read(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    ApiResponse::ok(
        account
            .shopping
            .drafts
            .get(call.param("id"), "draft")?
            .body(),
    )
}

/// `GET /draft_orders`: newest first.
pub(crate) fn list(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let status = call
        .query
        .all_of("status", &["open", "completed", "deleted"])?;
    let (currency, created) = (call.query.all("currency"), call.query.times("created_at")?);
    let wanted = |d: &Draft| {
        (status.is_empty() || status.contains(&d.status))
            && created.contains(d.created_at)
            && (currency.is_empty()
                || d.doc["order"]["currency"]
                    .as_str()
                    .is_some_and(|c| currency.contains(&c)))
    };
    let after = call.query.first("starting_after");
    let (page, next) = account
        .shopping
        .drafts
        .page(after, call.query.limit()?, wanted)?;
    let mut body = json!({"draft_orders": page.iter().map(|d| d.body()).collect::<Value>()});
    if let Some(next) = next {
        body["paging_token"] = json!(next);
    }
    ApiResponse::ok(body)
}

/// `PUT /draft_orders/{id}`: the body takes the place of the whole draft.
pub(crate) fn update(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let id = call.param("id");
    let draft = account.shopping.drafts.get(id, "draft")?;
    check_body(call, &account.shopping, draft.doc["order"].get("order_id"))?;
    draft.require_open()?;
    let draft = account.shopping.drafts.get_mut(id, "draft")?;
    put_body(call, draft, id);
    ApiResponse::ok(draft.body())
}

/// `DELETE /draft_orders/{id}`: the draft stays readable with status deleted.
pub(crate) fn delete(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let draft = account.shopping.drafts.get_mut(call.param("id"), "draft")?;
    draft.require_open()?;
    draft.status = "deleted";
    draft
        .doc
        .insert("deleted_at".into(), json!(call.now_text()));
    draft
        .doc
        .insert("deleted_by".into(), json!(call.grant.client_id));
    touch(call, draft, call.param("id"));
    ApiResponse::ok(draft.body())
}

/// `POST /draft_orders/{id}/items`.
pub(crate) fn add_item(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let (draft, mut items) = open_draft(call, account)?;
    let line = checked_item(call, None)?;
    if items.iter().any(|i| i["line_id"] == line) {
        return Err(ApiError::invalid_field(
            "line_id",
            "is used twice in the order",
        ));
    }
    if items.len() >= ITEMS {
        return Err(ApiError::invalid_field(
            "items",
            &format!("has more than {ITEMS} items"),
        ));
    }
    items.push(stored(&call.body, 1));
    put_items(call, draft, items)
}

/// `PUT /draft_orders/{id}/items/{line_id}`.
pub(crate) fn update_item(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let line = line_id(call)?;
    let (draft, mut items) = open_draft(call, account)?;
    let item = items
        .iter_mut()
        .find(|i| i["line_id"] == line)
        .ok_or_else(|| ApiError::not_found("line"))?;
    checked_item(call, Some(line))?;
    *item = stored(&call.body, item["version"].as_u64().unwrap_or(0) + 1);
    put_items(call, draft, items)
}

/// `DELETE /draft_orders/{id}/items/{line_id}`.
pub(crate) fn remove_item(call: &Call<'_>, account: &mut Account) -> ApiResult<ApiResponse> {
    let line = line_id(call)?;
    let (draft, mut items) = open_draft(call, account)?;
    let before = items.len();
    items.retain(|i| i["line_id"] != line);
    if items.len() == before {
        return Err(ApiError::not_found("line"));
    }
    put_items(call, draft, items)
}

fn line_id(call: &Call<'_>) -> ApiResult<i64> {
    call.param("line_id")
        .parse()
        .map_err(|_| ApiError::invalid_field("line_id", "must be an integer"))
}

fn checked_item(call: &Call<'_>, line: Option<i64>) -> ApiResult<i64> {
    call.query.flag("apply_discounts")?;
    let (root, mut check) = (Node::root(&call.body), Check::default());
    check_item(&mut check, &root);
    let found = root.at("line_id").as_i64().unwrap_or(0);
    if line.is_some_and(|line| line != found) {
        check.fail(&root.at("line_id"), "is not the line in the path");
    }
    check.finish()?;
    Ok(found)
}

/// An open draft and a copy of its items.
fn open_draft<'a>(
    call: &Call<'_>,
    account: &'a mut Account,
) -> ApiResult<(&'a mut Draft, Vec<Value>)> {
    let draft = account.shopping.drafts.get_mut(call.param("id"), "draft")?;
    draft.require_open()?;
    let items = draft.doc["order"]["items"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    Ok((draft, items))
}

/// Puts the changed items back; the gross amount is computed anew from here on.
fn put_items(call: &Call<'_>, draft: &mut Draft, items: Vec<Value>) -> ApiResult<ApiResponse> {
    if let Some(order) = draft.doc.get_mut("order").and_then(Value::as_object_mut) {
        order.insert("items".into(), Value::Array(items));
        order.remove("gross_amount");
    }
    touch(call, draft, call.param("id"));
    ApiResponse::ok(draft.body())
}
