//! The generic handler, for operations without rules of their own: what was sent is kept, and what a response needs
//! beyond that is made up from its schema.

use uuid::Uuid;

use crate::api::add_rates;
use crate::api::lists::list_of;
use crate::api::prelude::*;
use crate::documents::{Operation, Route, find, resolve};
use crate::schema::{json_schema, tidy::expanded};
use crate::state::store::Store;

/// How many objects a list has to which nothing was added.
const SAMPLES: u128 = 3;
/// Values of text fields by the end of their names, where the schema alone gives none that is plausible. The picture is
/// of one pixel.
#[rustfmt::skip]
const TEXTS: [(&str, &str); 6] = [
    ("currency", "NOK"), ("country_code", "NO"), ("country", "NO"), ("provider", "dintero_psp"), ("content_type", "text/csv"),
    ("qr", "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="),
];
/// What an operation has become once it is done, where its schema has the value.
const DONE: [&str; 2] = ["COMPLETED", "ACTIVE"];

pub(crate) fn handle(call: &Call<'_>, account: &mut Account) -> HandlerResult {
    let operation = call.operation.ok_or_else(|| ApiError::not_found("path"))?;
    let (status, schema) = success(operation);
    if let Some((_, session)) = call.params.iter().find(|(name, _)| *name == "session_id") {
        account.sessions.get(session)?;
    }
    let Some(schema) = schema else {
        return Ok(ApiResponse::new(status, Value::Null));
    };
    if schema["format"] == "binary" {
        let text = "transaction_id,event,amount,currency\n".to_owned();
        return Ok(ApiResponse::file("text/csv; charset=utf-8", text));
    }
    let request = expanded(operation.document, json_schema(operation.request_body()));
    let parts = request.iter();
    let members = parts.filter_map(|part| part["properties"].as_object());
    let is_sendable = |(name, of): &(&String, &Value)| *name != "id" && of["readOnly"] != true;
    let sendable = members.flatten().filter(is_sendable);
    let sample = Sample {
        call,
        document: operation.document,
        sendable: sendable.map(|(name, _)| name.as_str()).collect(),
        number: None,
    };
    let is_item = operation.path.ends_with('}');
    let records = &mut account.records;
    let body = match (call.method, is_item) {
        ("GET", false) => return list(records, schema, &sample),
        ("GET", true) => records.get(call.path)?["response"].clone(),
        ("DELETE", true) => {
            let mut record = records.remove(call.path)?;
            let mut body = sample.body(schema);
            set(&mut body, record["response"].take());
            body
        }
        ("PUT", true) => {
            let (name, id) = call.params.last().cloned().unwrap_or_default();
            let mut check = Check::of(&call.body);
            let is_same = call.body.get(name).is_none_or(|own| *own == id);
            check.ensure(is_same, name, "cannot be changed");
            check.finish()?;
            let record = records.get_mut(call.path)?;
            let body = sample.body(schema);
            set(&mut record["response"], body.clone());
            body
        }
        _ => {
            Check::of(&call.body).finish()?;
            let (field, own) = own_id(call);
            let at = format!("{}/{}", call.path, own.clone().unwrap_or_else(uuid));
            if let Some(first) = records.find(&at) {
                let is_same = first["request"] == call.body;
                ensure_field(is_same, &field, "was used for another request")?;
                return Ok(ApiResponse::new(status, first["response"].clone()));
            }
            let body = sample.body(schema);
            let at = match body["id"].as_str().filter(|_| own.is_none()) {
                Some(id) => format!("{}/{id}", call.path),
                None => at,
            };
            // What no list shows need not be kept, unless its caller has given it an id.
            if own.is_some() || matches!(find("GET", call.path), Route::Found(..)) {
                records.put(&at, json!({"request": call.body, "response": body}));
            }
            body
        }
    };
    Ok(ApiResponse::new(status, body))
}

fn success(operation: &'static Operation) -> (u16, Option<&'static Value>) {
    let all = operation.responses();
    let good = all.filter(|(status, _)| status.starts_with('2'));
    let good = good.min_by_key(|(status, _)| operation.method == "POST" && *status != "201");
    let (status, response) = good.unwrap_or(("200", &Value::Null));
    let schema = json_schema(response).map(|schema| resolve(operation.document, schema));
    (status.parse().unwrap_or(200), schema)
}

/// The id that makes repeating a request harmless: the idempotency key, or the id of the kind that the path names, such
/// as `fund_transfer_id` below `fund-transfers`.
fn own_id(call: &Call<'_>) -> (String, Option<String>) {
    let key = call.headers.get("idempotency-key");
    if let Some(key) = key.and_then(|key| key.to_str().ok()) {
        return ("Idempotency-Key".to_owned(), Some(key.to_owned()));
    }
    let kind = call.path.rsplit('/').next().unwrap_or_default();
    let field = format!("{}_id", kind.trim_end_matches('s').replace('-', "_"));
    let own = call.body[&field].as_str().map(str::to_owned);
    (field, own)
}

fn list(records: &Store<Value>, schema: &'static Value, sample: &Sample<'_>) -> HandlerResult {
    let call = sample.call;
    let members = schema["properties"].as_object().into_iter().flatten();
    let members = members.map(|(name, below)| (name.as_str(), resolve(sample.document, below)));
    let (lists, cursors): (Vec<_>, Vec<_>) =
        members.partition(|(_, below)| below["type"] == "array");
    let items = lists.first().map_or(schema, |(_, list)| list);
    let mut all = Store::default();
    for (path, record) in records.entries() {
        let (at, id) = path.rsplit_once('/').unwrap_or_default();
        let response = &record["response"];
        if at == call.path {
            all.put(response["id"].as_str().unwrap_or(id), response.clone());
        }
    }
    for number in 0..SAMPLES * u128::from(all.is_empty()) {
        let sample = Sample {
            number: Some(number),
            ..sample.clone()
        };
        let object = sample.body(&items["items"]);
        all.put(&Uuid::from_u128(number + 1).to_string(), object);
    }
    let cursor = cursors.first().copied();
    let name = cursor.map_or("", |(name, _)| name);
    let page = lists.first().map(|(list, _)| (*list, name));
    let mut response = list_of(call, &all, page)?;
    if let Some((name, of)) = cursor.filter(|(_, of)| of["type"] == "object")
        && let Some(id) = response.body.get_mut(name)
    {
        let mut cursor = sample.value(name, of).unwrap_or_default();
        cursor["id"] = id.take();
        *id = cursor;
    }
    Ok(response)
}

/// Makes a value of each schema: what the request says under the same name, else something plausible.
#[derive(Clone)]
struct Sample<'a> {
    call: &'a Call<'a>,
    document: &'static Value,
    sendable: Vec<&'static str>,
    /// Which of a list's samples it is; `None` for what a request creates.
    number: Option<u128>,
}

impl Sample<'_> {
    fn body(&self, schema: &Value) -> Value {
        let mut body = self.value("", schema).unwrap_or_default();
        add_rates(&mut body);
        body
    }

    fn value(&self, name: &str, schema: &Value) -> Option<Value> {
        let schema = resolve(self.document, schema);
        if let Some(own) = self.call.body.get(name) {
            return Some(own.clone());
        }
        let branch = schema["oneOf"].get(0);
        if let Some(branch) = branch.or_else(|| schema["anyOf"].get(0)) {
            return self.value(name, branch);
        }
        if schema["type"] == "object" || schema["allOf"].is_array() {
            let mut object = json!({});
            self.members(schema, &mut object);
            return Some(object);
        }
        if schema["nullable"] == true {
            return Some(Value::Null);
        }
        match text_of(&schema["type"]) {
            "array" => self.value(name, &schema["items"]).map(|item| json!([item])),
            "integer" | "number" => Some(schema.get("minimum").cloned().unwrap_or(json!(1_000))),
            "boolean" => Some(json!(false)),
            _ => self.text(name, schema),
        }
    }

    fn members(&self, schema: &Value, object: &mut Value) {
        let schema = resolve(self.document, schema);
        for branch in items(&schema["allOf"]) {
            self.members(branch, object);
        }
        for (name, below) in schema["properties"].as_object().into_iter().flatten() {
            // What the request could have had and has not is not there.
            let is_left_out =
                self.sendable.contains(&name.as_str()) && self.call.body.get(name).is_none();
            let is_sent = below["writeOnly"] != true && object.get(name).is_none() && !is_left_out;
            if let Some(value) = is_sent.then(|| self.value(name, below)).flatten() {
                object[name] = value;
            }
        }
    }

    fn text(&self, name: &str, schema: &Value) -> Option<Value> {
        let back = chrono::TimeDelta::days(i64::try_from(self.number.unwrap_or(0)).ok()?);
        let at = self.call.now - back;
        let values = items(&schema["enum"]);
        let done = values.iter().find(|value| DONE.contains(&text_of(value)));
        if let Some(value) = done.or(values.first()) {
            return Some(value.clone());
        }
        let param = self.call.params.iter().find(|(param, _)| *param == name);
        let known = TEXTS.iter().find(|(end, _)| name.ends_with(end));
        Some(match (name, text_of(&schema["format"])) {
            ("account_id", _) => json!(self.call.grant.account),
            (name, _) if name.ends_with("_by") => json!(self.call.grant.client_id),
            _ if param.is_some() => json!(param?.1),
            ("id", "") if self.number.is_none() => json!(own_id(self.call).1.unwrap_or_else(uuid)),
            (_, "date-time" | "datetime") => json!(text(at)),
            (_, "date") => json!(at.format("%Y-%m-%d").to_string()),
            (_, "uri") => json!(self.call.base_url),
            (_, "email") => json!("shop@example.com"),
            (name, _) if name == "id" || name.ends_with("_id") => {
                let own = self.number.map(|number| Uuid::from_u128(number + 1));
                json!(own.unwrap_or_else(Uuid::new_v4))
            }
            _ if known.is_some() => json!(known?.1),
            _ if schema["pattern"].is_string() => return None,
            _ => json!(name),
        })
    }
}
