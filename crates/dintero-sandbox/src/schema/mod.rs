//! Requests and answers against the OpenAPI documents.
//!
//! The documents are read when the first request needs them, and each operation's schemas are compiled once, so that
//! the sandbox starts at once.

mod convert;
mod params;
mod report;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{LazyLock, OnceLock};

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use crate::call::Call;
use crate::errors::{ApiError, ApiResult, field_error};
use crate::routes::{Handler, OPERATIONS, Operation};
use convert::{Direction, convert};
use params::Parameter;

/// The documents as the build script made them: JSON without prose.
struct Document(LazyLock<Value>);

macro_rules! document {
    ($name:literal) => {
        Document(LazyLock::new(|| {
            let text = include_str!(concat!(env!("OUT_DIR"), "/", $name, ".json"));
            serde_json::from_str(text).unwrap_or_default()
        }))
    };
}

static CHECKOUT: Document = document!("checkout");
static SHOPPING: Document = document!("shopping");
static WALLETS: Document = document!("wallets");

impl Document {
    fn of(operation: &Operation) -> &'static Value {
        if operation.path.contains("/shopping/") {
            &SHOPPING.0
        } else if operation.path.contains("/wallets/") {
            &WALLETS.0
        } else {
            &CHECKOUT.0
        }
    }
}

/// What the documents say about a request.
struct Request {
    body: Option<Validator>,
    parameters: Vec<Parameter>,
}

/// What they say about answers, by status; `2XX` is a status too.
type Responses = BTreeMap<String, Option<Validator>>;

#[derive(Default)]
struct Contract {
    request: OnceLock<Request>,
    responses: OnceLock<Responses>,
    /// The statuses that are described.
    statuses: OnceLock<Vec<String>>,
}

static CONTRACTS: LazyLock<HashMap<&'static str, Contract>> = LazyLock::new(|| {
    let contract = |o: &Operation| (o.id, Contract::default());
    OPERATIONS.iter().map(contract).collect()
});

/// Whether some document has a property or a parameter of this name.
pub(crate) fn is_name(text: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let mut names = HashSet::from(["body", "status"]);
        for document in [&CHECKOUT.0, &SHOPPING.0, &WALLETS.0] {
            collect_names(document, &mut names);
        }
        names
    });
    NAMES.contains(text)
}

fn collect_names(node: &'static Value, names: &mut HashSet<&'static str>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(object) => {
            let properties = object.get("properties").and_then(Value::as_object);
            names.extend(
                properties
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.as_str()),
            );
            if object.contains_key("in") {
                names.extend(object.get("name").and_then(Value::as_str));
            }
            object
                .values()
                .for_each(|value| collect_names(value, names));
        }
        _ => {}
    }
}

/// Whether path variables, query, headers and body are as documented; names every fault that it finds.
pub(crate) fn check_request(operation: &'static Operation, call: &Call<'_>) -> ApiResult<()> {
    let Some(contract) = CONTRACTS.get(operation.id) else {
        return Ok(());
    };
    let request = contract.request.get_or_init(|| Request::of(operation));
    let mut faults = Vec::new();
    for parameter in &request.parameters {
        parameter.check(call, &mut faults);
    }
    if let (Some(validator), false) = (&request.body, call.body.is_null()) {
        faults.extend(report::faults(validator, &call.body, ""));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(faults))
    }
}

/// Whether the documents describe a status of the operation.
pub(crate) fn knows_status(operation: &'static Operation, status: u16) -> bool {
    let Some(contract) = CONTRACTS.get(operation.id) else {
        return false;
    };
    let statuses = contract.statuses.get_or_init(|| {
        let (_, described) = described(Document::of(operation), operation);
        let all = described["responses"].as_object().into_iter().flatten();
        all.map(|(status, _)| status.clone()).collect()
    });
    statuses.contains(&status.to_string())
}

/// What is wrong with a response. A status without a description is right only if it is the server's own doing
/// (405, 413, 415, 5xx and what was asked for by a fault).
pub(crate) fn check_response(
    operation: &'static Operation,
    status: u16,
    body: &Value,
) -> Vec<Value> {
    // The payer's page is the sandbox's own.
    let contract = CONTRACTS
        .get(operation.id)
        .filter(|_| !matches!(operation.handler, Handler::Payer(_)));
    let Some(contract) = contract else {
        return Vec::new();
    };
    let responses = contract.responses.get_or_init(|| responses(operation));
    let of_status = responses
        .get(&status.to_string())
        .or_else(|| responses.get(&format!("{}XX", status / 100)));
    match of_status {
        Some(Some(validator)) => report::faults(validator, body, ""),
        Some(None) if body.is_null() => Vec::new(),
        Some(None) => vec![field_error("body", "has a body where none is documented")],
        None if status < 300 => vec![field_error("status", "is not documented")],
        None => Vec::new(),
    }
}

impl Request {
    fn of(operation: &Operation) -> Self {
        let document = Document::of(operation);
        let (item, described) = described(document, operation);
        let parameters = [item, described]
            .iter()
            .flat_map(|of| of["parameters"].as_array().into_iter().flatten())
            .filter_map(|p| Parameter::new(document, resolve(document, p)))
            .collect();
        let body = resolve(document, &described["requestBody"]);
        Self {
            body: json_schema(body).map(|schema| compile(document, schema, Direction::Request)),
            parameters,
        }
    }
}

fn responses(operation: &Operation) -> Responses {
    let document = Document::of(operation);
    let (_, described) = described(document, operation);
    let all = described["responses"].as_object().into_iter().flatten();
    all.map(|(status, response)| {
        let schema = json_schema(resolve(document, response));
        let validator = schema.map(|schema| compile(document, schema, Direction::Response));
        (status.clone(), validator)
    })
    .collect()
}

/// The path item and the operation in it.
fn described<'a>(document: &'a Value, operation: &Operation) -> (&'a Value, &'a Value) {
    let paths = document["paths"].as_object().into_iter().flatten();
    let method = operation.method.to_ascii_lowercase();
    paths
        .map(|(_, item)| (item, &item[&method]))
        .find(|(_, described)| described["operationId"] == operation.id)
        .unwrap_or((&Value::Null, &Value::Null))
}

fn json_schema(content: &Value) -> Option<&Value> {
    content["content"]["application/json"].get("schema")
}

fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    match node["$ref"].as_str().and_then(|at| at.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(&Value::Null),
        None => node,
    }
}

/// The documents come with the crate and every schema of them is compiled in the tests; one that cannot be compiled
/// accepts everything.
fn compile(document: &Value, schema: &Value, direction: Direction) -> Validator {
    let schema = convert(document, schema, direction);
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .build(&schema)
        .unwrap_or_else(|error| {
            debug_assert!(false, "{error}");
            accept_all()
        })
}

fn accept_all() -> Validator {
    static ALL: LazyLock<Option<Validator>> =
        LazyLock::new(|| jsonschema::validator_for(&Value::Bool(true)).ok());
    match ALL.clone() {
        Some(validator) => validator,
        None => unreachable!("`true` is a schema"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn documented() -> Vec<(String, &'static str, Value, &'static Value)> {
        let mut all = Vec::new();
        for document in [&CHECKOUT.0, &SHOPPING.0, &WALLETS.0] {
            for (path, item) in document["paths"].as_object().expect("paths") {
                for method in ["get", "post", "put", "delete", "patch"] {
                    if let Some(operation) = item.get(method) {
                        let prefix = if path.starts_with("/v2/") { "" } else { "/v1" };
                        let id = operation["operationId"].as_str().expect("an id");
                        let route = format!("{} {prefix}{path}", method.to_ascii_uppercase());
                        all.push((route, id, operation["x-scopes"].clone(), operation));
                    }
                }
            }
        }
        all
    }

    #[test]
    fn the_table_and_the_documents_have_the_same_operations_and_scopes() {
        let payer = |o: &&Operation| !matches!(o.handler, Handler::Payer(_));
        let table: BTreeSet<_> = OPERATIONS
            .iter()
            .filter(payer)
            .map(|o| (format!("{} {}", o.method, o.path), o.id))
            .collect();
        let documents: BTreeSet<_> = documented()
            .into_iter()
            .map(|(r, id, ..)| (r, id))
            .collect();
        assert_eq!(documents.len(), 103);
        assert_eq!(table, documents);
        for (_, id, scopes, described) in documented() {
            let operation = OPERATIONS.iter().find(|o| o.id == id).expect("same ids");
            if let Some(scopes) = scopes.as_array() {
                let scopes: BTreeSet<_> = scopes.iter().filter_map(Value::as_str).collect();
                let own: BTreeSet<_> = operation.scopes.iter().copied().collect();
                assert_eq!(own, scopes, "{id}");
            }
            let by_key = described["security"].as_array().into_iter().flatten();
            let by_key = by_key.filter(|s| s.get("apikey").is_some()).count() > 0;
            assert_eq!(operation.takes_api_key(), by_key, "{id}");
        }
    }

    #[test]
    fn an_answer_that_is_not_as_documented_is_found() {
        let operation = OPERATIONS.iter().find(|o| o.id == "transactions_id_get");
        let operation = operation.expect("an operation");
        let transaction = |status: &str| {
            serde_json::json!({
                "payment_product": "dintero_psp", "payment_product_type": "dintero_psp.creditcard", "amount": 1,
                "currency": "NOK", "status": status, "events": [{"transaction_status": status}],
            })
        };
        // A status that the lists of some providers lack, and one that no list has.
        let good = transaction("PARTIALLY_CAPTURED_REFUNDED");
        assert_eq!(check_response(operation, 200, &good), Vec::<Value>::new());
        assert_eq!(check_response(operation, 200, &transaction("ODD")).len(), 2);
        assert_eq!(check_response(operation, 200, &Value::Null).len(), 1);
        assert_eq!(check_response(operation, 299, &good).len(), 1);
    }

    #[test]
    fn every_schema_of_the_documents_compiles() {
        for operation in OPERATIONS {
            Request::of(operation);
            responses(operation);
        }
    }
}
