//! What operations carry: parameters, request bodies and successes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::flatten::Flattener;
use super::keywords::evidence;
use super::operations::{
    Found, all, facts, is_status, json_content, json_rank, media, resolve, without_range,
};
use crate::document::{Document, elements, escape, members};
use crate::finding::Rule;
use crate::ir::{Body, Kind, Operation, Parameter, Place, Success};
use crate::markdown;

/// Headers that the transport sets. Of the first three, OpenAPI has parameters ignored.
const OF_THE_TRANSPORT: &str = "accept authorization content-type connection content-length expect host \
    proxy-authorization te trailer transfer-encoding upgrade x-api-key";

/// Returns the place of a header among those that the transport sets.
pub fn of_the_transport(header: &str) -> Option<usize> {
    let header = header.to_lowercase();
    OF_THE_TRANSPORT
        .split(' ')
        .position(|known| known == header)
}

/// Lowers all operations.
pub fn lower(document: &Document, flattener: &mut Flattener<'_>) -> Vec<Operation> {
    let root = &document.root;
    let mut operations = Vec::new();
    for found in all(document) {
        let mut lowered = facts(root, &found);
        for listed in [found.item, found.operation] {
            for parameter in elements(&listed["parameters"]) {
                let parameter = resolve(root, parameter);
                add_parameter(flattener, &found.pointer, parameter, &mut lowered);
            }
        }
        lowered.body = body(root, flattener, &found);
        success(root, flattener, &found, &mut lowered);
        operations.push(lowered);
    }
    operations
}

fn add_parameter(
    flattener: &mut Flattener<'_>,
    pointer: &str,
    parameter: &Value,
    operation: &mut Operation,
) {
    let place = parameter["in"].as_str().and_then(Place::of);
    let (Some(place), Some(name)) = (place, parameter["name"].as_str()) else {
        return;
    };
    let lowercase = name.to_lowercase();
    let set_by_client = match place {
        Place::Header => of_the_transport(&lowercase).is_some(),
        Place::Path => Some(name) == operation.account.as_deref(),
        Place::Query | Place::Body => false,
    };
    if set_by_client {
        return;
    }
    let schema = flattener.flatten(&parameter["schema"], &format!("{pointer}/parameters"));
    let resolved = flattener.resolved(&schema);
    let (is_list, element) = match &resolved.kind {
        Kind::List(items) => (true, flattener.resolved(items)),
        _ => (false, resolved),
    };
    if let Kind::Object(_) | Kind::Map(_) | Kind::Union(_) | Kind::List(_) = element.kind {
        let problem = format!("the parameter {name} holds objects or lists of lists");
        flattener.report(Rule::UnsupportedParameter, pointer, &problem);
    }
    let mut doc = markdown::clean(parameter["description"].as_str().unwrap_or_default());
    markdown::evidence(&mut doc, evidence(parameter));
    let name = match place {
        Place::Header => lowercase,
        _ => name.to_owned(),
    };
    let lowered = Parameter {
        schema,
        required: place == Place::Path || parameter["required"] == true,
        joined: is_list && (place == Place::Header || parameter["explode"] == false),
        personal: parameter["x-dintero-personal"] == true,
        deprecated: parameter["deprecated"] == true,
        evidence: evidence(parameter),
        doc,
    };
    operation.parameters.insert((place, name), lowered);
}

fn body(root: &Value, flattener: &mut Flattener<'_>, found: &Found<'_>) -> Option<Body> {
    let body = resolve(root, &found.operation["requestBody"]);
    let (content_type, content) = json_content(body)?;
    let (pointer, media) = (&found.pointer, escape(content_type));
    let place = format!("{pointer}/requestBody/content/{media}/schema");
    Some(Body {
        schema: flattener.flatten(&content["schema"], &place),
        required: body["required"] == true,
        media: self::media(body).collect(),
        content_type: without_range(content_type).to_owned(),
        doc: markdown::clean(body["description"].as_str().unwrap_or_default()),
    })
}

/// Adds one kind of success, whatever the document says: of several JSON bodies, one that can hold each of them.
fn success(
    root: &Value,
    flattener: &mut Flattener<'_>,
    found: &Found<'_>,
    lowered: &mut Operation,
) {
    let (pointer, operation) = (&found.pointer, found.operation);
    let responses = || members(&operation["responses"]);
    // A document may say about every status at once what comes; beside others, that is about errors.
    let documented = responses().any(|(code, _)| code != "default");
    let wanted = if documented { "2" } else { "default" };
    let marks = ["x-evidence", "x-responses-evidence"];
    let weak = marks.iter().any(|mark| operation.get(*mark).is_some());
    let mut schemas = Vec::new();
    let (mut bytes, mut empty) = (false, false);
    let mut media_types = BTreeSet::new();
    let is_wanted = |code: &str| code == wanted || is_status(code) && code.starts_with(wanted);
    for (code, response) in responses().filter(|(code, _)| is_wanted(code)) {
        let response = resolve(root, response);
        media_types.extend(media(response));
        match json_content(response) {
            Some((_, content)) if resolve(root, &content["schema"])["format"] == "binary" => {
                bytes = true;
            }
            Some((media, content)) => {
                let media = escape(media);
                let at = format!("{pointer}/responses/{code}/content/{media}/schema");
                let mut flat = flattener.flatten(&content["schema"], &at);
                if weak && flat.as_object().is_some() {
                    flat.meta.required_weakly = Some(true);
                }
                if !schemas.contains(&flat) {
                    schemas.push(flat);
                }
            }
            None if media(response).next().is_some() => bytes = true,
            None => empty = true,
        }
    }
    // Of a file and JSON under different statuses only the bytes are sure to be both.
    if bytes && !schemas.is_empty() {
        let problem = "responds with JSON or a file, by status";
        let help = "The client returns the bytes as they are; the status says what they are";
        flattener.note(Rule::SeveralSuccessBodies, pointer, problem, help);
        schemas.clear();
    }
    let schemas = schemas.into_iter();
    let json = schemas.reduce(|one, two| flattener.either(one, two, pointer));
    lowered.media = media_types.into_iter().collect();
    lowered.accept = accept(&lowered.media, json.is_some());
    lowered.success = match json {
        Some(schema) if empty => Success::JsonOrEmpty(schema),
        Some(schema) => Success::Json(schema),
        None if bytes => Success::Bytes,
        None => Success::Empty,
    };
}

/// Returns the header `accept` for a success. What the client hands out as bytes, or does not read, may also be of another type.
fn accept(media: &[String], json: bool) -> String {
    let mut wanted: Vec<&str> = media.iter().map(|media| without_range(media)).collect();
    wanted.retain(|media| !json || json_rank(media).is_some());
    if wanted.is_empty() {
        wanted.push("application/json");
    }
    wanted.sort_by_key(|media| json_rank(media).unwrap_or(u8::MAX));
    wanted.dedup();
    if !json {
        wanted.push("*/*;q=0.8");
    }
    wanted.join(", ")
}
