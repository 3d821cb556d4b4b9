//! Operations: where the document has them, and what it says about each but for its schemas.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::keywords::{evidence, texts};
use crate::document::{Document, escape};
use crate::ir::{Auth, Cursor, CursorSource, Operation, Paging, RetryClass, Server, Success};
use crate::markdown;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "patch", "head", "options", "trace",
];

/// Names that the client and its operation table have already: methods, the type `Client` and the list `ALL`; and the keyword
/// that syn does not know.
pub const RESERVED: [&str; 6] = ["new", "handle", "clone", "client", "all", "gen"];

/// Follows a reference to a component of any kind.
pub fn resolve<'v>(root: &'v Value, mut value: &'v Value) -> &'v Value {
    for _ in 0..16 {
        let target = value["$ref"].as_str();
        let inner = target.and_then(|target| target.strip_prefix('#'));
        match inner.and_then(|inner| root.pointer(inner)) {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

/// Returns every operation of the document: pointer, path, method, path item, operation.
pub fn all(document: &Document) -> Vec<(String, &str, &str, &Value, &Value)> {
    let mut found = Vec::new();
    for (path, item) in document.root["paths"].as_object().into_iter().flatten() {
        let item = resolve(&document.root, item);
        for method in METHODS {
            if item[method].is_object() {
                found.push((
                    format!("/paths/{}/{method}", escape(path)),
                    path.as_str(),
                    method,
                    item,
                    &item[method],
                ));
            }
        }
    }
    found
}

/// Returns the name of the method for an operation.
pub fn method_name(operation: &Value, method: &str, path: &str) -> String {
    match (
        operation["x-dintero-method"].as_str(),
        operation["operationId"].as_str(),
    ) {
        (Some(name), _) => name.to_owned(),
        (None, Some(id)) => id.to_snake_case(),
        (None, None) => format!("{method} {path}").to_snake_case(),
    }
}

/// Returns the URL of an operation's server, its variables filled with their defaults.
pub fn server_url(root: &Value, item: &Value, operation: &Value) -> Option<String> {
    let server = [operation, item, root]
        .into_iter()
        .map(|place| &place["servers"][0])
        .find(|server| server["url"].is_string())?;
    let mut url = server["url"].as_str()?.to_owned();
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        let default = &variable["default"];
        let filled = default
            .as_str()
            .map_or_else(|| default.to_string(), str::to_owned);
        url = url.replace(&format!("{{{name}}}"), &filled);
    }
    Some(url)
}

/// Returns the origin and the path of a URL.
pub fn split_origin(url: &str) -> (&str, &str) {
    let start = url.find("://").map_or(0, |index| index + 3);
    let end = url[start..]
        .find('/')
        .map_or(url.len(), |index| start + index);
    url.split_at(end)
}

/// Returns the name of the client's server that an origin is.
pub fn known_server<'v>(root: &'v Value, origin: &str) -> Option<&'v str> {
    root["x-dintero-servers"][origin].as_str()
}

/// Returns the JSON content of a request or response.
pub fn json_content(body: &Value) -> Option<(&String, &Value)> {
    let content = body["content"].as_object()?;
    let is_json = |media: &str| {
        let media = media.split(';').next().unwrap_or_default().trim();
        media == "application/json" || media.ends_with("+json") || media == "*/*"
    };
    content
        .iter()
        .find(|(media, _)| media.starts_with("application/json"))
        .or_else(|| content.iter().find(|(media, _)| is_json(media)))
}

/// Returns the media types of a request or response.
pub fn media(body: &Value) -> impl Iterator<Item = String> {
    let content = body["content"].as_object();
    content.into_iter().flat_map(Map::keys).cloned()
}

/// Returns what is known about an operation without its schemas: parameters, body and success are still to be added.
pub fn facts(
    root: &Value,
    (path, method): (&str, &str),
    item: &Value,
    operation: &Value,
) -> Operation {
    let name = method_name(operation, method, path);
    let text = |key: &str| operation[key].as_str().map(str::to_owned);
    let url = server_url(root, item, operation).unwrap_or_default();
    let (origin, base) = split_origin(&url);
    let statuses = operation["responses"].as_object().into_iter().flatten();
    let described = operation["description"].as_str();
    let doc = described.or(operation["summary"].as_str());
    Operation {
        id: text("operationId").unwrap_or_else(|| name.clone()),
        name,
        method: method.to_uppercase(),
        path: path.to_owned(),
        account: account(root, path),
        server: match known_server(root, origin) {
            Some("checkout") => Server::Checkout,
            _ => Server::Api,
        },
        base: base.trim_end_matches('/').to_owned(),
        scopes: texts(&operation["x-scopes"]).collect(),
        retry: retry(operation, method),
        read_back: text("x-dintero-read-back"),
        paging: paging(&operation["x-dintero-paging"]),
        auth: auth(root, operation),
        security: security(root, operation),
        statuses: statuses.filter_map(|(code, _)| code.parse().ok()).collect(),
        evidence: evidence(operation),
        deprecated: operation["deprecated"] == true,
        doc: markdown::clean(doc.unwrap_or_default()),
        success: Success::Empty,
        media: Vec::new(),
        parameters: BTreeMap::new(),
        body: None,
        url,
    }
}

fn account(root: &Value, path: &str) -> Option<String> {
    let prefix = texts(&root["x-dintero-accounts"]).find(|prefix| {
        path.strip_prefix(prefix.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })?;
    let (start, end) = (prefix.rfind('{')?, prefix.rfind('}')?);
    Some(prefix[start + 1..end].to_owned())
}

fn retry(operation: &Value, method: &str) -> RetryClass {
    match (operation["x-dintero-retry"].as_str(), method) {
        (Some("idempotent"), _) => RetryClass::Idempotent,
        (Some("duplicate-tolerated"), _) => RetryClass::DuplicateTolerated,
        (None, "get" | "head" | "options" | "put" | "delete") => RetryClass::Idempotent,
        _ => RetryClass::NonIdempotent,
    }
}

fn paging(paging: &Value) -> Option<Paging> {
    let source = |node: &Value| {
        let text = |key: &str| node[key].as_str().map(str::to_owned);
        let last_item = text("last_item").map(CursorSource::LastItem);
        last_item.or_else(|| text("body").map(CursorSource::Body))
    };
    let cursor = paging["cursor"].as_array()?.iter().filter_map(|cursor| {
        let instead = &cursor["instead"];
        Some(Cursor {
            parameter: cursor["parameter"].as_str()?.to_owned(),
            source: source(cursor)?,
            alternative: source(instead).map(|source| (texts(&instead["given"]).collect(), source)),
        })
    });
    Some(Paging {
        items: paging["items"].as_str().unwrap_or_default().to_owned(),
        cursor: cursor.collect(),
    })
}

/// Returns the security requirements of an operation, any one of which is enough.
fn requirements<'v>(
    root: &'v Value,
    operation: &'v Value,
) -> impl Iterator<Item = &'v Map<String, Value>> {
    let own = operation["security"].as_array();
    let requirements = own.or(root["security"].as_array()).into_iter().flatten();
    requirements.filter_map(Value::as_object)
}

fn auth(root: &Value, operation: &Value) -> Auth {
    let mut names = requirements(root, operation).flat_map(Map::keys);
    let schemes = &root["components"]["securitySchemes"];
    if names.any(|name| schemes[name]["scheme"].as_str() == Some("basic")) {
        Auth::Basic
    } else {
        Auth::Bearer
    }
}

fn security(root: &Value, operation: &Value) -> Vec<String> {
    let kind = |name: &String| {
        let scheme = &root["components"]["securitySchemes"][name];
        let kind = scheme["scheme"].as_str().or(scheme["type"].as_str());
        kind.unwrap_or(name).to_lowercase()
    };
    let together = |scheme: &Map<String, Value>| {
        let kinds: Vec<String> = scheme.keys().map(kind).collect();
        kinds.join("+")
    };
    let kinds: BTreeSet<String> = requirements(root, operation).map(together).collect();
    kinds.into_iter().collect()
}
