//! Operations: where the document has them, and what it says about each but for its schemas.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::keywords::{evidence, target, text, texts};
use crate::document::{Document, elements, escape, members};
pub use crate::ir::path_variables;
use crate::ir::{Auth, Cursor, CursorSource, Operation, Paging, RetryClass, Server, Success};
use crate::markdown;

/// The methods of a path item.
pub const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "patch", "head", "options", "trace",
];

/// Names that the client and its operation table have already: methods, the type `Client` and the list `ALL`; and the keyword
/// that syn does not know.
pub const RESERVED: [&str; 6] = ["new", "handle", "clone", "client", "all", "gen"];

/// Follows a reference to a component of any kind.
pub fn resolve<'v>(root: &'v Value, mut value: &'v Value) -> &'v Value {
    for _ in 0..16 {
        let reference = value["$ref"].as_str();
        match reference.and_then(|reference| target(root, reference)) {
            Some(found) => value = found,
            None => break,
        }
    }
    value
}

/// An operation of a document.
pub struct Found<'v> {
    /// Its place.
    pub pointer: String,
    /// The path, with its variables in braces.
    pub path: &'v str,
    /// The method in lower case.
    pub method: &'v str,
    /// The path item that has it.
    pub item: &'v Value,
    /// What the document says about it.
    pub operation: &'v Value,
}

impl Found<'_> {
    /// Returns method and path.
    pub fn route(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Returns the name of its method.
    pub fn name(&self) -> String {
        let given = self.operation["x-dintero-method"].as_str();
        given.map(str::to_owned).unwrap_or_else(|| {
            let id = self.operation["operationId"].as_str();
            id.map_or_else(|| self.plain_name(), str::to_snake_case)
        })
    }

    /// Returns a name made of method and path.
    pub fn plain_name(&self) -> String {
        format!("{} {}", self.method, self.path).to_snake_case()
    }
}

/// Returns every operation of a document.
pub fn all(document: &Document) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let paths = members(&document.root["paths"]);
    // What begins so is an extension.
    for (path, item) in paths.filter(|(path, _)| !path.starts_with("x-")) {
        let item = resolve(&document.root, item);
        for method in METHODS.into_iter().filter(|it| item[*it].is_object()) {
            found.push(Found {
                pointer: format!("/paths/{}/{method}", escape(path)),
                path,
                method,
                item,
                operation: &item[method],
            });
        }
    }
    found
}

/// Returns `true` if a key of `responses` is a status or a range of them, such as `2XX`.
pub fn is_status(code: &str) -> bool {
    code.parse::<u16>().is_ok_and(|code| code >= 100)
        || code.len() == 3 && code[1..].eq_ignore_ascii_case("xx")
}

/// Returns a path without the names of its variables.
pub fn route(path: &str) -> String {
    let parts = path.split('{').enumerate();
    let text = |(index, part): (usize, &str)| match index {
        0 => part.to_owned(),
        _ => format!("{{{}", part.find('}').map_or("", |end| &part[end..])),
    };
    parts.map(text).collect()
}

/// Returns the URL of an operation's server, its variables filled with their defaults.
pub fn server_url(root: &Value, found: &Found<'_>) -> Option<String> {
    let servers = [found.operation, found.item, root].map(|place| &place["servers"][0]);
    let mut servers = servers.into_iter();
    let server = servers.find(|server| server["url"].is_string())?;
    let mut url = server["url"].as_str()?.to_owned();
    for (name, variable) in members(&server["variables"]) {
        url = url.replace(&format!("{{{name}}}"), &text(&variable["default"]));
    }
    Some(url)
}

/// Returns the origin and the path of a URL.
pub fn split_origin(url: &str) -> (&str, &str) {
    let start = url.find("://").map_or(0, |index| index + 3);
    let end = url[start..].find('/').map(|index| start + index);
    url.split_at(end.unwrap_or(url.len()))
}

/// Returns the name of the client's server that an origin is.
pub fn known_server<'v>(root: &'v Value, origin: &str) -> Option<&'v str> {
    root["x-dintero-servers"][origin].as_str()
}

/// Returns the JSON content of a request or response.
pub fn json_content(body: &Value) -> Option<(&String, &Value)> {
    let content = body["content"].as_object()?.iter();
    let json = content.filter_map(|entry| Some((json_rank(entry.0)?, entry)));
    json.min_by_key(|(rank, _)| *rank).map(|(_, entry)| entry)
}

/// Returns how well a media type says that a body is one JSON text, the plain one being 0; a stream of several is none.
pub fn json_rank(media: &str) -> Option<u8> {
    let (essence, parameters) = media.split_once(';').unwrap_or((media, ""));
    if media.contains(|c: char| !matches!(c, ' '..='~')) {
        // It fits into no header.
        return None;
    }
    match essence.trim().to_lowercase().as_str() {
        "application/json" => Some(u8::from(!parameters.is_empty())),
        essence if essence.ends_with("+json") => Some(2),
        "*/*" | "application/*" => Some(3),
        _ => None,
    }
}

/// Returns a media type as a header has it: JSON in the place of a range.
pub fn without_range(media: &str) -> &str {
    match json_rank(media) {
        Some(3) => "application/json",
        _ => media,
    }
}

/// Returns the media types of a request or response.
pub fn media(body: &Value) -> impl Iterator<Item = String> {
    members(&body["content"]).map(|(media, _)| media.clone())
}

/// Returns what is known about an operation without its schemas: parameters, body and success are still to be added.
pub fn facts(root: &Value, found: &Found<'_>) -> Operation {
    let (name, operation) = (found.name(), found.operation);
    let text = |key: &str| operation[key].as_str().map(str::to_owned);
    let url = server_url(root, found).unwrap_or_default();
    let (origin, base) = split_origin(&url);
    let statuses = members(&operation["responses"]);
    let described = operation["description"].as_str();
    let doc = described.or(operation["summary"].as_str());
    Operation {
        id: text("operationId").unwrap_or_else(|| name.clone()),
        name,
        method: found.method.to_uppercase(),
        path: found.path.to_owned(),
        account: account(root, found.path),
        server: match known_server(root, origin) {
            Some("checkout") => Server::Checkout,
            _ => Server::Api,
        },
        base: base.trim_end_matches('/').to_owned(),
        scopes: texts(&operation["x-scopes"]).collect(),
        retry: retry(operation, found.method),
        read_back: text("x-dintero-read-back"),
        paging: paging(&operation["x-dintero-paging"]),
        confirm: operation.get(crate::confirm::MARK).cloned(),
        auth: auth(root, operation).0,
        security: security(root, operation),
        statuses: statuses.filter_map(|(code, _)| code.parse().ok()).collect(),
        evidence: evidence(operation),
        deprecated: operation["deprecated"] == true,
        tag: tag(root, operation),
        doc: markdown::clean(doc.unwrap_or_default()),
        success: Success::Empty,
        media: Vec::new(),
        accept: String::new(),
        parameters: BTreeMap::new(),
        body: None,
        url,
    }
}

fn tag(root: &Value, operation: &Value) -> (usize, String) {
    let name = operation["tags"][0].as_str().unwrap_or("other");
    let place = elements(&root["tags"]).position(|tag| tag["name"] == name);
    (place.unwrap_or(usize::MAX), name.to_owned())
}

fn account(root: &Value, path: &str) -> Option<String> {
    let begins = |prefix: &String| format!("{path}/").starts_with(&format!("{prefix}/"));
    let prefix = texts(&root["x-dintero-accounts"]).find(begins)?;
    let (start, end) = (prefix.rfind('{')?, prefix.rfind('}')?);
    Some(prefix[start + 1..end].to_owned())
}

fn retry(operation: &Value, method: &str) -> RetryClass {
    match (operation["x-dintero-retry"].as_str(), method) {
        (Some("idempotent"), _) => RetryClass::Idempotent,
        (Some("duplicate-tolerated"), _) => RetryClass::DuplicateTolerated,
        (None, "get" | "head") => RetryClass::Idempotent,
        _ => RetryClass::NonIdempotent,
    }
}

/// Returns how a list pages, or `None` where the mark says anything that is not understood.
fn paging(paging: &Value) -> Option<Paging> {
    // What is left beside these members is one that says where the value is.
    let source = |node: &Value, others: &[&str]| {
        let mut left = node.as_object()?.clone();
        left.retain(|key, _| !others.contains(&key.as_str()));
        CursorSource::deserialize(Value::Object(left)).ok()
    };
    let cursor = |cursor: &Value| {
        let alternative = match &cursor["instead"] {
            Value::Null => None,
            other => Some((texts(&other["given"]).collect(), source(other, &["given"])?)),
        };
        Some(Cursor {
            parameter: cursor["parameter"].as_str()?.to_owned(),
            source: source(cursor, &["parameter", "instead"])?,
            alternative,
        })
    };
    let cursors = paging["cursor"].as_array()?.iter().map(cursor);
    let known = |key: &String| key == "items" || key == "cursor";
    Some(Paging {
        items: paging["items"].as_str()?.to_owned(),
        cursor: cursors.collect::<Option<_>>()?,
    })
    .filter(|read| !read.cursor.is_empty() && members(paging).all(|(key, _)| known(key)))
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

/// Returns how the client authorizes an operation, and the security schemes that the operation requires beyond that. A
/// document that says nothing about security leaves it to the client.
pub fn auth<'v>(root: &'v Value, operation: &'v Value) -> (Auth, Vec<&'v str>) {
    if !operation["security"].is_array() && !root["security"].is_array() {
        return (Auth::Bearer, Vec::new());
    }
    let alternatives = requirements(root, operation).map(|together| {
        let (mut auth, mut others) = (Auth::None, Vec::new());
        for name in together.keys() {
            match auth_of(resolve(root, &root["components"]["securitySchemes"][name])) {
                Some(one) => auth = auth.max(one),
                None => others.push(name.as_str()),
            }
        }
        (auth, others)
    });
    let best = alternatives.min_by_key(|(auth, others)| (others.len(), Reverse(*auth)));
    best.unwrap_or((Auth::None, Vec::new()))
}

/// Returns which of the client's credentials a security scheme takes.
fn auth_of(scheme: &Value) -> Option<Auth> {
    let lower = |key: &str| scheme[key].as_str().unwrap_or_default().to_lowercase();
    match (lower("type").as_str(), lower("scheme").as_str()) {
        ("http", "bearer") | ("oauth2" | "openidconnect", _) => Some(Auth::Bearer),
        ("http", "basic") => Some(Auth::Basic),
        ("apikey", _) if lower("in") == "header" => {
            let sent = ["authorization", "x-api-key"].contains(&lower("name").as_str());
            sent.then_some(Auth::Bearer)
        }
        _ => None,
    }
}

fn security(root: &Value, operation: &Value) -> Vec<String> {
    let kind = |name: &String| {
        let scheme = resolve(root, &root["components"]["securitySchemes"][name]);
        let text = |key: &str| scheme[key].as_str();
        let kind = text("scheme").or(text("type")).unwrap_or(name);
        // An API key is sent under a name of its own.
        let place = [text("in"), text("name")].into_iter().flatten();
        place.fold(kind.to_lowercase(), |kind, part| format!("{kind}:{part}"))
    };
    let together = |scheme: &Map<String, Value>| {
        let kinds: Vec<String> = scheme.keys().map(kind).collect();
        match kinds.as_slice() {
            [] => "none".to_owned(),
            kinds => kinds.join("+"),
        }
    };
    let mut kinds: BTreeSet<String> = requirements(root, operation).map(together).collect();
    if kinds.is_empty() && auth(root, operation).0 == Auth::None {
        kinds.insert("none".to_owned());
    }
    kinds.into_iter().collect()
}
