//! The one handler of what is stored without rules of its own: it is listed, read, created, replaced and deleted.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::api::{has_values, is_found, is_set, loans, stamp};
use crate::call::{ApiResponse, Call, HandlerResult};
use crate::check::{Check, parse_time};
use crate::clock::text;
use crate::errors::{ApiError, ApiResult};
use crate::state::json::{pick, set, text_of};
use crate::state::store::Store;
use crate::state::{Account, checkout_id, uuid};

/// How long the approval of a seller takes, on the sandbox's clock.
const APPROVAL: TimeDelta = TimeDelta::hours(1);
/// How long a terminal needs for an operation, on the sandbox's clock.
pub(crate) const TERMINAL: TimeDelta = TimeDelta::seconds(30);

/// What an operation does with a collection.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    List,
    Read,
    Create,
    Replace,
    Delete,
}

/// A kind of stored objects.
pub(crate) struct Collection {
    /// The name of one object in errors.
    what: &'static str,
    store: fn(&mut Account) -> &mut Store<Value>,
    /// The member by which the objects are found. The caller may choose it, unless it is `id`.
    key: &'static str,
    /// The members that a new object has besides those of the request.
    new: fn(&Call<'_>, &str) -> Value,
    /// Returns an object as responses show it.
    pub(crate) view: fn(&Call<'_>, &Value) -> Value,
    /// The members of a list's response that hold the objects and the cursor; a bare array without.
    page: Option<(&'static str, &'static str)>,
    /// The query parameter with the cursor.
    cursor: &'static str,
    /// The most objects of a list that has no `limit`.
    most: usize,
    /// Query parameters, and where an object has their values.
    filters: &'static [(&'static str, &'static str)],
    /// Where `search` looks.
    searched: &'static [&'static str],
    /// Query parameters with a range for `created_at`.
    times: &'static [&'static str],
    /// Whether a list has deleted objects only on demand.
    hides_deleted: bool,
}

impl Collection {
    const fn new(what: &'static str, store: fn(&mut Account) -> &mut Store<Value>) -> Self {
        Self {
            what,
            store,
            key: "id",
            new: |_, _| Value::Null,
            view: |_, object| object.clone(),
            page: None,
            cursor: "starting_after",
            most: usize::MAX,
            filters: &[],
            searched: &[],
            times: &[],
            hides_deleted: false,
        }
    }
}

pub(crate) const PROFILES: Collection = Collection {
    key: "profile_id",
    new: |call, id| {
        let mut new = stamp(call, "created");
        new["id"] = json!(id);
        new
    },
    ..Collection::new("profile", |account| &mut account.admin.profiles)
};

pub(crate) const API_KEYS: Collection = Collection {
    hides_deleted: true,
    ..Collection::new("API key", |account| &mut account.admin.api_keys)
};

pub(crate) const TERMINAL_OPERATIONS: Collection = Collection {
    view: |call, operation| {
        let done_at = created_at(operation).map(|at| at + TERMINAL);
        let mut view = operation.clone();
        let fields = match done_at.filter(|at| *at <= call.now) {
            None => json!({"status": "PENDING"}),
            Some(at) => {
                json!({"status": "COMPLETED", "updated_at": text(at), "result": {"outcome": "success"}})
            }
        };
        set(&mut view, fields);
        view
    },
    filters: &[("terminal_id", "/terminal_id"), ("operation_id", "/id")],
    cursor: "",
    most: 100,
    ..Collection::new("terminal operation", |account| &mut account.admin.terminals)
};

pub(crate) const CARD_TOKENS: Collection = Collection {
    filters: &[
        ("customer_id", "/customer_id"),
        ("relationship_id", "/relationship_id"),
        ("status", "/status"),
    ],
    hides_deleted: true,
    ..Collection::new("card token", |account| &mut account.checkout.tokens)
};

pub(crate) const SETTLEMENTS: Collection = Collection {
    page: Some(("items", "last_evaluated_key")),
    cursor: "starting_after_id",
    filters: &[
        ("payment_provider", "/provider"),
        ("payout_destination_id", "/payout_destination_id"),
    ],
    searched: &["/id", "/provider_reference"],
    times: &["created_at", "item_created_at"],
    ..Collection::new("settlement", |account| &mut account.finance.settlements)
};

/// A report per settlement.
pub(crate) const REPORTS: Collection = Collection {
    view: |call, settlement| {
        json!({
            "id": settlement["id"], "account_id": call.grant.account, "template_id": "settlement",
            "content_type": "text/csv", "content_language": "en", "created_by": "sandbox",
            "created_at": settlement["created_at"], "data_from": settlement["start_at"],
            "data_to": settlement["end_at"], "schedule": "weekly", "report_file_name": "settlement.csv",
            "data_type": "settlements", "report_filters": [],
        })
    },
    page: Some(("reports", "starting_after")),
    ..Collection::new("report", |account| &mut account.finance.settlements)
};

pub(crate) const REPORT_CONFIGURATIONS: Collection = Collection {
    new: |call, _| {
        let at = call.now_text();
        json!({"account_id": call.grant.account, "created_at": at, "updated_at": at})
    },
    view: |_, configuration| {
        let updated_at = parse_time(text_of(&configuration["updated_at"]), false);
        let mut view = configuration.clone();
        view["last_modified_at"] = json!(updated_at.map(|at| at.timestamp_millis()));
        view
    },
    page: Some(("items", "starting_after")),
    ..Collection::new("report configuration", |account| {
        &mut account.finance.report_configurations
    })
};

pub(crate) const SELLERS: Collection = Collection {
    key: "payout_destination_id",
    new: |call, _| {
        let url = format!("{}/sandbox/contract", call.base_url);
        let mut new = stamp(call, "created");
        let fields = json!({"id": uuid(), "links": [{"rel": "contract_url", "href": url}]});
        set(&mut new, fields);
        new
    },
    view: |call, seller| {
        let mut view = seller.clone();
        view["case_status"] = json!(match is_approved(call, seller) {
            true => "ACTIVE",
            false => "WAITING_FOR_SIGNATURE",
        });
        view
    },
    page: Some(("payout_destinations", "")),
    cursor: "",
    filters: &[
        ("case_status", "/case_status"),
        ("payout_destination_id", "/payout_destination_id"),
    ],
    ..Collection::new("payout destination", |account| &mut account.finance.sellers)
};

pub(crate) const DRAFTS: Collection = Collection {
    page: Some(("draft_orders", "paging_token")),
    filters: &[("status", "/status"), ("currency", "/order/currency")],
    times: &["created_at"],
    ..Collection::new("draft", |account| &mut account.shopping.drafts)
};

/// Whether a seller is approved, which takes an hour of the sandbox's clock.
pub(crate) fn is_approved(call: &Call<'_>, seller: &Value) -> bool {
    created_at(seller).is_some_and(|at| at + APPROVAL <= call.now)
}

/// Returns when an object was created.
pub(crate) fn created_at(object: &Value) -> Option<chrono::DateTime<chrono::Utc>> {
    parse_time(text_of(&object["created_at"]), false)
}

/// Does what an operation says with the object that the end of the path names.
pub(crate) fn handle(
    call: &Call<'_>,
    account: &mut Account,
    collection: &Collection,
    action: Action,
) -> HandlerResult {
    const KEPT: [&str; 4] = ["id", "account_id", "created_at", "created_by"];
    let (what, key) = (collection.what, collection.key);
    let account_id = account.id.clone();
    let store = (collection.store)(account);
    let id = call.params.last().map_or("", |(_, id)| id);
    let object = match action {
        Action::List => return list(call, store, collection),
        Action::Read => store.get(id, what)?.clone(),
        Action::Create => {
            let own = call.body[key].as_str();
            let mut check = Check::of(&call.body);
            let may_choose = key != "id" || call.body.get(key).is_none();
            check.ensure(may_choose, key, "is set by the API only");
            let is_new = own.is_none_or(|own| !store.contains(own));
            check.ensure(is_new, key, "is already used");
            check.finish()?;
            store.check_capacity(1, &format!("{what}s"))?;
            let id = match own {
                Some(own) => own.to_owned(),
                None if key == "id" => uuid(),
                None => checkout_id(&account_id),
            };
            let mut object = call.body.clone();
            object[key] = json!(id);
            set(&mut object, (collection.new)(call, &id));
            loans::add_rates(&mut object);
            store.put(&id, object.clone());
            object
        }
        Action::Replace => {
            let object = store.get_mut(id, what)?;
            let mut check = Check::of(&call.body);
            let is_same = call.body[key].as_str().is_none_or(|own| own == id);
            check.ensure(is_same, key, "cannot be changed");
            check.finish()?;
            let kept = pick(object, &KEPT);
            *object = call.body.clone();
            set(object, kept);
            set(object, json!({key: id, "updated_at": call.now_text()}));
            loans::add_rates(object);
            object.clone()
        }
        Action::Delete => {
            let mut object = store.remove(id, what)?;
            set(&mut object, stamp(call, "deleted"));
            object
        }
    };
    ApiResponse::ok((collection.view)(call, &object))
}

/// Returns a page of a collection, newest first.
fn list(call: &Call<'_>, store: &Store<Value>, collection: &Collection) -> HandlerResult {
    let query = &call.query;
    let times = collection.times.iter().map(|name| query.times(name));
    let times = times.collect::<ApiResult<Vec<_>>>()?;
    let shows_deleted = !collection.hides_deleted
        || is_set(call, "include_deleted")
        || query.all("status").contains(&"DELETED");
    let wanted = |object: &Value| {
        let is_in = |at| times.iter().all(|range| range.contains(at));
        (shows_deleted || object.get("deleted_at").is_none())
            && has_values(query, &(collection.view)(call, object), collection.filters)
            && (collection.searched.is_empty() || is_found(query, object, collection.searched))
            && (times.is_empty() || created_at(object).is_some_and(is_in))
    };
    let limit = match call.limit() {
        0 => collection.most,
        limit => limit,
    };
    let found = store.page(query.first(collection.cursor), limit, wanted);
    let invalid = || ApiError::invalid_field(collection.cursor, "is not the cursor of a page");
    let (page, next) = found.ok_or_else(invalid)?;
    let page: Value = page
        .into_iter()
        .map(|o| (collection.view)(call, o))
        .collect();
    let Some((objects, cursor)) = collection.page else {
        return ApiResponse::ok(page);
    };
    let mut body = json!({objects: page});
    set(&mut body, json!({cursor: next}));
    ApiResponse::ok(body)
}
