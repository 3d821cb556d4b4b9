//! Operations: references resolved, parameters and bodies reduced to what a client needs, facts set aside for the table.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::flatten::{Flattener, PREFIX, texts};
use super::rules::{facts_of, rules_of};
use crate::document::{Document, escape};
use crate::finding::{Level, Rule};
use crate::markdown;
use crate::plan::{Body, Cursor, Facts, Operation, Paging, Parameter, Presence, Success};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "patch", "head", "options", "trace",
];

/// What the client and its operation table have already: methods, the type `Client` and the list `ALL`.
pub const RESERVED: [&str; 5] = ["new", "handle", "clone", "client", "all"];

/// An operation with its flattened schemas.
pub struct Lowered {
    /// Its facts.
    pub facts: Operation,
    /// Parameters: place, wire name, required, schema.
    pub parameters: Vec<(String, String, bool, Value)>,
    /// Schema of the JSON request body.
    pub request: Option<Value>,
    /// Schema of the JSON success body.
    pub response: Option<Value>,
}

/// Follows a reference to a component of any kind.
pub fn resolve<'v>(root: &'v Value, mut value: &'v Value) -> &'v Value {
    for _ in 0..16 {
        let target = value["$ref"].as_str();
        let found = target.and_then(|target| {
            let raw = target.strip_prefix(PREFIX);
            raw.and_then(|name| root["components"]["schemas"].get(name))
                .or_else(|| root.pointer(target.strip_prefix('#')?))
        });
        match found {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

/// Every operation of the document: pointer, path, method, path item, operation.
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

/// Our name of an operation.
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

/// The server of an operation, its variables filled with their defaults.
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

/// Lowers all operations.
pub fn lower(document: &Document, flattener: &mut Flattener<'_>) -> Vec<Lowered> {
    all(document)
        .into_iter()
        .map(|(pointer, path, method, item, operation)| {
            let name = method_name(operation, method, path);
            lower_one(
                document,
                flattener,
                &pointer,
                (path, method, name),
                item,
                operation,
            )
        })
        .collect()
}

fn lower_one(
    document: &Document,
    flattener: &mut Flattener<'_>,
    pointer: &str,
    (path, method, name): (&str, &str, String),
    item: &Value,
    operation: &Value,
) -> Lowered {
    let root = &document.root;
    let (server, base) = server(root, item, operation);
    let account = account(root, path);
    let mut facts = Operation {
        id: operation["operationId"]
            .as_str()
            .unwrap_or(&name)
            .to_owned(),
        name,
        method: method.to_uppercase(),
        path: path.to_owned(),
        server,
        base,
        url: server_url(root, item, operation).unwrap_or_default(),
        scopes: texts(&operation["x-scopes"]).collect(),
        retry: retry(operation, method).to_owned(),
        read_back: operation["x-dintero-read-back"].as_str().map(str::to_owned),
        paging: paging(&operation["x-dintero-paging"]),
        auth: auth(root, operation).to_owned(),
        security: security(root, operation),
        statuses: operation["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(code, _)| code.parse().ok())
            .collect(),
        evidence: evidence(operation).to_owned(),
        deprecated: operation["deprecated"] == true,
        doc: doc(operation),
        account,
        ..Operation::default()
    };
    let parameters = parameters(document, flattener, pointer, item, operation, &mut facts);
    let request = request(root, flattener, pointer, operation, &mut facts);
    give_aliases(&mut facts, request.is_some());
    let response = response(root, flattener, pointer, operation, &mut facts);
    Lowered {
        facts,
        parameters,
        request,
        response,
    }
}

fn server(root: &Value, item: &Value, operation: &Value) -> (String, String) {
    let url = server_url(root, item, operation).unwrap_or_default();
    let (origin, base) = split_origin(&url);
    let server = match known_server(root, origin) {
        Some("checkout") => "Checkout",
        _ => "Api",
    };
    (server.to_owned(), base.trim_end_matches('/').to_owned())
}

/// The origin and the path of a URL.
pub fn split_origin(url: &str) -> (&str, &str) {
    let start = url.find("://").map_or(0, |index| index + 3);
    let end = url[start..]
        .find('/')
        .map_or(url.len(), |index| start + index);
    url.split_at(end)
}

/// Which of the client's servers an origin is.
pub fn known_server<'v>(root: &'v Value, origin: &str) -> Option<&'v str> {
    root["x-dintero-servers"][origin].as_str()
}

fn account(root: &Value, path: &str) -> Option<String> {
    let prefix = texts(&root["x-dintero-accounts"]).find(|prefix| {
        path.strip_prefix(prefix.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })?;
    let (start, end) = (prefix.rfind('{')?, prefix.rfind('}')?);
    Some(prefix[start + 1..end].to_owned())
}

fn retry(operation: &Value, method: &str) -> &'static str {
    match (operation["x-dintero-retry"].as_str(), method) {
        (Some("idempotent"), _) => "Idempotent",
        (Some("duplicate-tolerated"), _) => "DuplicateTolerated",
        (None, "get" | "head" | "options" | "put" | "delete") => "Idempotent",
        _ => "NonIdempotent",
    }
}

fn paging(paging: &Value) -> Option<Paging> {
    let cursor = paging["cursor"].as_array()?.iter().filter_map(|cursor| {
        let place = |node: &Value| {
            let last_item = node["last_item"].as_str();
            let pointer = last_item.or(node["body"].as_str())?.to_owned();
            Some((last_item.is_some(), pointer))
        };
        let (last_item, pointer) = place(cursor)?;
        let instead = &cursor["instead"];
        Some(Cursor {
            parameter: cursor["parameter"].as_str()?.to_owned(),
            last_item,
            pointer,
            instead: place(instead)
                .map(|(_, pointer)| (texts(&instead["given"]).collect(), pointer)),
        })
    });
    Some(Paging {
        items: paging["items"].as_str().unwrap_or_default().to_owned(),
        cursor: cursor.collect(),
    })
}

fn auth(root: &Value, operation: &Value) -> &'static str {
    let schemes = operation["security"]
        .as_array()
        .or(root["security"].as_array());
    let mut names = schemes
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(|scheme| scheme.keys());
    let basic = names.any(|name| {
        root["components"]["securitySchemes"][name]["scheme"].as_str() == Some("basic")
    });
    if basic { "Basic" } else { "Bearer" }
}

/// The kinds of the security schemes, any one of which is enough; those that are needed together are joined.
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
    let schemes = operation["security"]
        .as_array()
        .or(root["security"].as_array());
    let mut kinds: Vec<String> = schemes
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(together)
        .collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

fn evidence(node: &Value) -> &'static str {
    match node["x-evidence"].as_str() {
        Some("inferred") => "Inferred",
        Some(_) => "Partial",
        None => "Seen",
    }
}

fn doc(operation: &Value) -> String {
    let (summary, description) = (
        operation["summary"].as_str(),
        operation["description"].as_str(),
    );
    markdown::clean(description.or(summary).unwrap_or_default())
}

/// Arguments whose Rust names would be the same get another one before progenitor sees them.
fn give_aliases(facts: &mut Operation, body: bool) {
    let mut taken: BTreeSet<String> = body.then(|| "body".to_owned()).into_iter().collect();
    // Those of the path are arguments of the method and keep their names.
    let (path, others): (Vec<_>, Vec<_>) = facts
        .parameters
        .iter_mut()
        .partition(|((place, _), _)| place == "path");
    for ((place, name), parameter) in path.into_iter().chain(others) {
        let ident = name
            .replace(|c: char| !c.is_alphanumeric(), "-")
            .to_snake_case();
        if !ident.is_empty() && taken.insert(ident.clone()) {
            continue;
        }
        let stem = format!("{ident}_{place}");
        let mut alias = stem.clone();
        let mut count = 2;
        while !taken.insert(alias.clone()) {
            alias = format!("{stem}_{count}");
            count += 1;
        }
        parameter.alias = Some(alias);
    }
}

fn parameters(
    document: &Document,
    flattener: &mut Flattener<'_>,
    pointer: &str,
    item: &Value,
    operation: &Value,
    facts: &mut Operation,
) -> Vec<(String, String, bool, Value)> {
    let root = &document.root;
    let mut found: BTreeMap<(String, String), (bool, Value)> = BTreeMap::new();
    let listed = [item, operation]
        .into_iter()
        .flat_map(|place| place["parameters"].as_array().into_iter().flatten());
    for parameter in listed {
        let parameter = resolve(root, parameter);
        let (Some(place), Some(name)) = (parameter["in"].as_str(), parameter["name"].as_str())
        else {
            continue;
        };
        let owned_by_transport = place == "header"
            && [
                "authorization",
                "user-agent",
                "accept",
                "content-type",
                "x-api-key",
            ]
            .contains(&name.to_lowercase().as_str());
        if owned_by_transport || (place == "path" && Some(name) == facts.account.as_deref()) {
            continue;
        }
        let place = place.to_owned();
        let schema = flattener.inline(&parameter["schema"], &format!("{pointer}/parameters"));
        let whole = flattener.whole(&schema);
        let element = if whole["type"] == "array" {
            flattener.whole(&whole["items"])
        } else {
            whole.clone()
        };
        if element["type"] == "object"
            || element["x-union"].is_object()
            || element["type"] == "array"
        {
            let problem = format!("the parameter {name} holds objects or lists of lists");
            let help = "Rewrite it with an overlay action, or remove it there";
            let finding = document.finding(Level::Error, pointer, problem, help);
            flattener
                .findings
                .push(finding.with_rule(Rule::UnsupportedParameter));
        }
        let required = place == "path" || parameter["required"] == true;
        let joined =
            whole["type"] == "array" && (place == "header" || parameter["explode"] == false);
        let name = if place == "header" {
            name.to_lowercase()
        } else {
            name.to_owned()
        };
        let mut doc = markdown::clean(parameter["description"].as_str().unwrap_or_default());
        markdown::evidence(&mut doc, &parameter["x-evidence"]);
        let key = (place, name);
        facts.parameters.insert(
            key.clone(),
            Parameter {
                required,
                joined,
                personal: parameter["x-dintero-personal"] == true,
                rules: rules_of(&whole),
                alias: None,
                facts: parameter_facts(parameter, required, &whole),
                doc,
            },
        );
        found.insert(key, (required, schema));
    }
    found
        .into_iter()
        .map(|((place, name), (required, schema))| (place, name, required, schema))
        .collect()
}

fn parameter_facts(parameter: &Value, required: bool, schema: &Value) -> Facts {
    let mut facts = facts_of(schema);
    if required {
        facts.presence = Presence::Always;
    }
    facts.deprecated |= parameter["deprecated"] == true;
    let evidence = parameter["x-evidence"].as_str().map(str::to_owned);
    facts.evidence = evidence.or(facts.evidence);
    facts
}

/// The media types of a request or response.
fn media(body: &Value) -> impl Iterator<Item = String> {
    body["content"]
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
}

fn request(
    root: &Value,
    flattener: &mut Flattener<'_>,
    pointer: &str,
    operation: &Value,
    facts: &mut Operation,
) -> Option<Value> {
    let body = resolve(root, &operation["requestBody"]);
    let (_, content) = json_content(body)?;
    let schema = flattener.inline(
        &content["schema"],
        &format!("{pointer}/requestBody/content/application~1json/schema"),
    );
    let described = body["description"].as_str().unwrap_or_default();
    facts.body = Some(Body {
        required: body["required"] == true,
        media: media(body).collect(),
        doc: markdown::clean(described),
    });
    Some(schema)
}

/// The JSON content of a request or response.
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

/// One kind of success, whatever the document says: of several JSON bodies, one that can hold each of them.
fn response(
    root: &Value,
    flattener: &mut Flattener<'_>,
    pointer: &str,
    operation: &Value,
    facts: &mut Operation,
) -> Option<Value> {
    let mut schemas: Vec<Value> = Vec::new();
    let (mut bytes, mut empty) = (false, false);
    let responses = operation["responses"].as_object();
    // A document may say about every status at once what comes.
    let wanted = if responses
        .into_iter()
        .flatten()
        .any(|(code, _)| code.starts_with('2'))
    {
        "2"
    } else {
        "default"
    };
    let successes = responses
        .into_iter()
        .flatten()
        .filter(|(code, _)| code.starts_with(wanted));
    for (code, response) in successes {
        let response = resolve(root, response);
        facts.media.extend(media(response));
        let at = format!("{pointer}/responses/{code}/content/application~1json/schema");
        match json_content(response) {
            Some((_, content)) if resolve(root, &content["schema"])["format"] == "binary" => {
                bytes = true
            }
            Some((_, content)) => {
                let mut flat = flattener.inline(&content["schema"], &at);
                if operation
                    .get("x-evidence")
                    .or(operation.get("x-responses-evidence"))
                    .is_some()
                    && flat["properties"].is_object()
                {
                    flat["x-required-weak"] = json!(true);
                }
                if !schemas.contains(&flat) {
                    schemas.push(flat);
                }
            }
            None if response["content"]
                .as_object()
                .is_some_and(|content| !content.is_empty()) =>
            {
                bytes = true
            }
            None => empty = true,
        }
    }
    facts.media.sort();
    facts.media.dedup();
    // Of a file and JSON under different statuses only the bytes are sure to be both.
    if bytes && !schemas.is_empty() {
        let problem = "answers with JSON or a file, by status";
        let help = "The bytes are given as they are; tell by the status what they are";
        flattener.warn(Rule::SeveralSuccessBodies, pointer, problem, help);
        schemas.clear();
    }
    facts.success = match (schemas.is_empty(), bytes) {
        (false, _) if empty => Success::JsonOrEmpty,
        (false, _) => Success::Json,
        (true, true) => Success::Bytes,
        (true, false) => Success::Empty,
    };
    let mut schemas = schemas.into_iter();
    let first = schemas.next()?;
    Some(schemas.fold(first, |one, two| flattener.either(one, two, pointer)))
}
