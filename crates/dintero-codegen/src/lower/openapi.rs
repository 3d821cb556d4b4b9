//! The lowered API, written down twice: as the OpenAPI document that progenitor gets, and as the plan of what that
//! document leaves out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Lowered;
use super::flatten::{reference, texts};
use super::inline_types::Named;
use super::names::variants;
use super::operations::Lowered as Operation;
use super::rules::{described, rules_of};
use crate::document::Document;
use crate::markdown;
use crate::plan::{Field, Kind, Plan, Success, Type, Union};

/// Scalars that are types of ours: the name progenitor sees, and the type that takes its place.
pub const SCALARS: [(&str, &str); 5] = [
    ("DinteroNumber", "::dintero_core::data::Number"),
    (
        "DinteroStringOrNumber",
        "::dintero_core::data::StringOrNumber",
    ),
    ("DinteroDateTime", "::dintero_core::data::DateTime"),
    ("DinteroDate", "::dintero_core::data::Date"),
    ("DinteroUuid", "::dintero_core::data::Uuid"),
];

pub fn write(
    document: &Document,
    types: BTreeMap<String, Named>,
    operations: Vec<Operation>,
) -> Lowered {
    let info = &document.root["info"];
    let mut plan = Plan {
        title: one_line(&info["title"]),
        version: one_line(&info["version"]),
        ..Plan::default()
    };
    let mut schemas = Map::new();
    for (name, _) in SCALARS {
        schemas.insert(name.to_owned(), json!({"type": "string"}));
    }
    let tags = tags(&types);
    for (name, named) in &types {
        let (schema, kind) = write_type(named, tags.get(name));
        let mut doc = markdown::clean(named.schema["description"].as_str().unwrap_or_default());
        markdown::evidence(&mut doc, &named.schema["x-evidence"]);
        schemas.insert(name.clone(), schema);
        plan.types.insert(
            name.clone(),
            Type {
                doc,
                in_requests: named.in_requests,
                kind,
            },
        );
    }
    let mut paths = Map::new();
    for operation in operations {
        let (path, method, written) = write_operation(&operation);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = written;
        plan.operations
            .insert(operation.facts.name.clone(), operation.facts);
    }
    let openapi = json!({
        "openapi": "3.0.3",
        "info": {"title": plan.title, "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    Lowered { openapi, plan }
}

fn one_line(text: &Value) -> String {
    markdown::clean(text.as_str().unwrap_or_default()).replace('\n', " ")
}

/// The tag of each variant of a tagged union, with its value where there is only one, wherever the variant is used.
fn tags(types: &BTreeMap<String, Named>) -> BTreeMap<String, (String, Option<String>)> {
    let mut tags: BTreeMap<String, (String, Option<String>)> = BTreeMap::new();
    for named in types.values() {
        let union = &named.schema["x-union"];
        let Some(tag) = union["tag"].as_str() else {
            continue;
        };
        for variant in union["variants"].as_array().into_iter().flatten() {
            let values: Vec<String> = texts(&variant["values"]).collect();
            let Some(name) = reference(&variant["schema"]) else {
                continue;
            };
            let only = if let [value] = values.as_slice() {
                Some(value.clone())
            } else {
                None
            };
            let (known, value) = tags
                .entry(name.to_owned())
                .or_insert_with(|| (tag.to_owned(), only.clone()));
            if known != tag || *value != only {
                *value = None;
            }
        }
    }
    tags
}

fn write_type(named: &Named, tag: Option<&(String, Option<String>)>) -> (Value, Kind) {
    let schema = &named.schema;
    if let Some(list) = schema["x-union"]["variants"].as_array() {
        let variants = list.iter().filter_map(|variant| {
            Some((
                reference(&variant["schema"])?.to_owned(),
                texts(&variant["values"]).collect(),
            ))
        });
        let union = Union {
            tag: schema["x-union"]["tag"].as_str().map(str::to_owned),
            open: schema["x-union"]["open"] == true,
            variants: variants.collect(),
        };
        return (json!({"type": "object"}), Kind::Union(union));
    }
    if let Some(values) = schema["enum"].as_array() {
        let integer = schema["type"] == "integer";
        let values: Vec<String> = values
            .iter()
            .filter(|value| !value.is_null())
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .collect();
        // Only the name of the type is read of what progenitor makes of it.
        return (
            json!({"type": "string", "enum": ["V"]}),
            Kind::Enum {
                integer,
                variants: variants(&values),
            },
        );
    }
    let required: Vec<String> = texts(&schema["required"]).collect();
    let asked: Vec<String> = texts(&schema["x-asked"]).collect();
    let mut properties = Map::new();
    let mut fields = BTreeMap::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        properties.insert(name.clone(), leaf(property));
        let mut rules = rules_of(property);
        if asked.contains(name) {
            rules.insert(0, "__Limit::Required".to_owned());
        }
        let field = Field {
            required: required.contains(name) && property["nullable"] != true,
            nullable: property["nullable"] == true,
            loose: property["x-dintero-one-or-many"] == true,
            personal: property["x-dintero-personal"] == true,
            constant: constant(name, property, tag, required.contains(name))
                .filter(|_| property["nullable"] != true),
            rules,
            doc: field_doc(property),
        };
        fields.insert(name.clone(), field);
    }
    // A variant that does not declare the tag could not be told from the others once it is sent.
    if let Some((tag, value)) = tag
        && !fields.contains_key(tag)
    {
        properties.insert(tag.clone(), json!({"type": "string"}));
        let doc = "Tells which kind of object this is.".to_owned();
        fields.insert(
            tag.clone(),
            Field {
                constant: value.clone(),
                doc,
                ..Field::default()
            },
        );
    }
    (
        json!({"type": "object", "properties": properties, "required": required}),
        Kind::Object(fields),
    )
}

/// The only value a field can have in a request.
fn constant(
    name: &str,
    property: &Value,
    tag: Option<&(String, Option<String>)>,
    required: bool,
) -> Option<String> {
    let tag = tag
        .filter(|(tag, _)| tag == name)
        .and_then(|(_, value)| value.clone());
    tag.or_else(|| {
        property["x-const"]
            .as_str()
            .filter(|_| required)
            .map(str::to_owned)
    })
}

fn field_doc(property: &Value) -> String {
    let mut doc = markdown::clean(property["description"].as_str().unwrap_or_default());
    let mut facts = Vec::new();
    if property["deprecated"] == true {
        facts.push("Deprecated.".to_owned());
    }
    if property["readOnly"] == true {
        facts.push("Set by the API.".to_owned());
    }
    let limits = described(property);
    if !limits.is_empty() {
        facts.push(format!("Limits: {}.", limits.join(", ")));
    }
    if let Some(default) = property
        .get("default")
        .filter(|default| !default.is_null() && **default != json!([]))
    {
        facts.push(format!(
            "Default of the API: `{}`.",
            default
                .as_str()
                .map_or_else(|| default.to_string(), str::to_owned)
        ));
    }
    if !facts.is_empty() {
        markdown::paragraph(&mut doc, &facts.join(" "));
    }
    markdown::evidence(&mut doc, &property["x-evidence"]);
    doc
}

/// A property, parameter or body as progenitor gets it: kinds only, no limits, no defaults.
fn leaf(schema: &Value) -> Value {
    let scalar = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    if let Some(name) = reference(schema) {
        return scalar(name);
    }
    if schema.get("x-string-or-number").is_some() {
        return scalar("DinteroStringOrNumber");
    }
    match schema["type"].as_str() {
        Some("string") => match schema["format"].as_str() {
            Some("date-time") => scalar("DinteroDateTime"),
            Some("date") => scalar("DinteroDate"),
            Some("uuid") => scalar("DinteroUuid"),
            _ => json!({"type": "string"}),
        },
        Some("number") => scalar("DinteroNumber"),
        Some("integer") => json!({"type": "integer", "format": "int64"}),
        Some("boolean") => json!({"type": "boolean"}),
        Some("array") => json!({"type": "array", "items": element(&schema["items"])}),
        Some("object") if schema["additionalProperties"].get("x-any").is_some() => {
            json!({"type": "object"})
        }
        Some("object") => {
            json!({"type": "object", "additionalProperties": element(&schema["additionalProperties"])})
        }
        _ => json!({}),
    }
}

/// An element of a list or map, or a whole body, which unlike a field has no other way to be `null`.
fn element(schema: &Value) -> Value {
    let mut leaf = leaf(schema);
    if schema["nullable"] == true && leaf != json!({}) {
        if leaf["$ref"].is_string() {
            leaf = json!({"allOf": [leaf]});
        }
        leaf["nullable"] = json!(true);
    }
    leaf
}

fn write_operation(operation: &Operation) -> (String, String, Value) {
    let facts = &operation.facts;
    // The account is no parameter; the transport puts it in.
    let path = match &facts.account {
        Some(account) => facts.path.replacen(&format!("{{{account}}}"), "-", 1),
        None => facts.path.clone(),
    };
    let mut path = path;
    let mut parameters: Vec<Value> = Vec::new();
    for (place, name, required, schema) in &operation.parameters {
        let alias = facts
            .parameters
            .get(&(place.clone(), name.clone()))
            .and_then(|parameter| parameter.alias.as_ref());
        if let Some(alias) = alias.filter(|_| place == "path") {
            path = path.replace(&format!("{{{name}}}"), &format!("{{{alias}}}"));
        }
        parameters.push(json!({"in": place, "name": alias.unwrap_or(name), "required": required, "schema": leaf(schema)}));
    }
    let success = match (facts.success, &operation.response) {
        (Success::Json | Success::JsonOrEmpty, Some(schema)) => {
            json!({"description": "", "content": {"application/json": {"schema": element(schema)}}})
        }
        (Success::Bytes, _) => {
            json!({"description": "", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}})
        }
        _ => json!({"description": ""}),
    };
    let mut written =
        json!({"operationId": facts.name, "parameters": parameters, "responses": {"2XX": success}});
    if let Some(request) = &operation.request {
        written["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": leaf(request)}}});
    }
    (path, facts.method.to_lowercase(), written)
}
