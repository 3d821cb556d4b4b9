//! The one handler of what is stored without rules of its own: it is listed, read, created, replaced and deleted.

use std::ops::RangeBounds as _;

use chrono::{DateTime, Utc};

use crate::api::prelude::*;
use crate::api::{has_values, is_found, is_set, loans, page};
use crate::state::store::Store;

/// Query parameters that filter, where the documents have them, and where an object has their values.
#[rustfmt::skip]
const FILTERS: [(&str, &str); 9] = [
    ("case_status", "/case_status"), ("currency", "/order/currency"), ("customer_id", "/customer_id"),
    ("operation_id", "/id"), ("payment_provider", "/provider"), ("payout_destination_id", "/payout_destination_id"),
    ("relationship_id", "/relationship_id"), ("status", "/status"), ("terminal_id", "/terminal_id"),
];
const SEARCHED: [&str; 2] = ["/id", "/provider_reference"];

#[derive(Clone, Copy)]
pub(crate) enum Action {
    List,
    Read,
    Create,
    Replace,
    Delete,
}

/// A kind of stored objects. What its list can be filtered by is what the documents say of the operation.
pub(crate) struct Collection {
    /// The name of one object in errors.
    what: &'static str,
    store: fn(&mut Account) -> &mut Store<Value>,
    /// The member by which the objects are found. The caller may choose it, unless it is `id`.
    key: &'static str,
    /// The members of a list's response that hold the objects and the cursor; a bare array without.
    page: Option<(&'static str, &'static str)>,
    /// Returns an object as responses show it.
    pub(crate) view: fn(&Call<'_>, &Value) -> Value,
}

impl Collection {
    const fn new(what: &'static str, store: fn(&mut Account) -> &mut Store<Value>) -> Self {
        Self {
            what,
            store,
            key: "id",
            page: None,
            view: |_, object| object.clone(),
        }
    }

    /// A collection that is only listed.
    pub(crate) const fn listed(page: Option<(&'static str, &'static str)>) -> Self {
        Self {
            page,
            ..Self::new("object", |account| &mut account.records)
        }
    }

    const fn with_page(mut self, objects: &'static str, cursor: &'static str) -> Self {
        self.page = Some((objects, cursor));
        self
    }
}

pub(crate) const API_KEYS: Collection =
    Collection::new("API key", |account| &mut account.admin.api_keys);
pub(crate) const CARD_TOKENS: Collection =
    Collection::new("card token", |account| &mut account.checkout.tokens);
pub(crate) const DRAFTS: Collection =
    Collection::new("draft", |account| &mut account.shopping.drafts)
        .with_page("draft_orders", "paging_token");
pub(crate) const PROFILES: Collection = Collection {
    key: "profile_id",
    view: |_, profile| {
        let mut view = profile.clone();
        view["id"] = profile["profile_id"].clone();
        view
    },
    ..Collection::new("profile", |account| &mut account.admin.profiles)
};
pub(crate) const SUBSCRIPTIONS: Collection = Collection {
    view: |_, subscription| webhooks::shown(subscription),
    ..Collection::new("subscription", |account| &mut account.admin.subscriptions)
};
fn created_at(object: &Value) -> Option<DateTime<Utc>> {
    parse_time(text_of(&object["created_at"]), false)
}

pub(crate) fn handle(
    call: &Call<'_>,
    account: &mut Account,
    collection: &Collection,
    action: Action,
) -> HandlerResult {
    let (what, key) = (collection.what, collection.key);
    let account_id = account.id.clone();
    let store = (collection.store)(account);
    let id = call.params.last().map_or("", |(_, id)| id);
    let object = match action {
        Action::List => return list_of(call, store, collection),
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
            let fields = json!({"id": uuid(), key: id, "updated_at": call.now_text()});
            set(&mut object, fields);
            set(&mut object, stamp(call, "created"));
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
            let kept = pick(object, &["id", "created_at", "created_by"]);
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
pub(crate) fn list_of(
    call: &Call<'_>,
    store: &Store<Value>,
    collection: &Collection,
) -> HandlerResult {
    let query = &call.query;
    let mut filters = FILTERS.to_vec();
    filters.retain(|(parameter, _)| call.takes(parameter));
    let ranges = ["created_at", "item_created_at"].into_iter();
    let ranges = ranges.filter(|name| call.takes(&format!("{name}.gte")));
    let created: ApiResult<Vec<_>> = ranges.map(|name| query.times(name)).collect();
    let created = created?;
    let shows_deleted = !call.takes("include_deleted")
        || is_set(call, "include_deleted")
        || query.all("status").contains(&"DELETED");
    let wanted = |object: &Value| {
        let is_in = |at| created.iter().all(|range| range.contains(&at));
        (shows_deleted || object.get("deleted_at").is_none())
            && has_values(query, &(collection.view)(call, object), &filters)
            && (!call.takes("search") || is_found(query, object, &SEARCHED))
            && (created.is_empty() || created_at(object).is_some_and(is_in))
    };
    let mut cursors = ["starting_after", "starting_after_id", "page"].into_iter();
    let cursor = cursors.find(|name| call.takes(name)).unwrap_or_default();
    let (page, next) = page(call, cursor, store, wanted)?;
    let page = page.into_iter();
    let page: Value = page.map(|object| (collection.view)(call, object)).collect();
    let Some((objects, cursor)) = collection.page else {
        return ApiResponse::ok(page);
    };
    let mut body = json!({objects: page});
    set(&mut body, json!({cursor: next}));
    ApiResponse::ok(body)
}
