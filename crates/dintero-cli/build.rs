//! Writes what the documents, with their overlays, say about operations as JSON, so that the program parses no YAML.

#[path = "src/table.rs"]
#[allow(dead_code)]
mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use dintero_codegen::document::Document;
use dintero_codegen::finding::Errors;
use dintero_codegen::kept::KeptNames;
use dintero_codegen::{APIS, inputs, ir, lower, overlay, surface_path};
use serde_json::Value;
use table::{Api, Body, Described, Kind, Parameter, Schema, Success, Type};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/table.rs");
    for api in APIS {
        if let Err(problem) = convert(api) {
            for line in problem.lines() {
                println!("cargo::error={line}");
            }
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn convert(api: &str) -> Result<(), String> {
    let (mut document, lowered) = lowered(api).map_err(|errors| errors.to_string())?;
    without_prose(&mut document, "");
    let described = Api {
        operations: map(&lowered.operations, operation),
        types: map(&lowered.types, |of| Type {
            component: of.component.clone(),
            schema: schema(&of.schema, of.in_requests),
        }),
        title: lowered.title,
    };
    let described = serde_json::to_value(&described).map_err(|error| error.to_string())?;
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    for (name, content) in [("operations", described), ("document", document)] {
        let file = Path::new(&out).join(format!("{api}.{name}.json"));
        fs::write(file, content.to_string()).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// `within` is the key above: below `properties`, `description` is a name and no prose.
fn without_prose(value: &mut Value, within: &str) {
    match value {
        Value::Object(object) => {
            let prose =
                |key: &str| ["description", "summary", "example", "examples"].contains(&key);
            object.retain(|key, _| within == "properties" || !prose(key));
            object
                .iter_mut()
                .for_each(|(key, below)| without_prose(below, key));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without_prose(item, "")),
        _ => {}
    }
}

/// Returns the document as it is, and what it means with its overlay.
fn lowered(api: &str) -> Result<(Value, ir::Api), Errors> {
    let openapi = Path::new("../../openapi");
    let [document, over] = inputs(openapi, api);
    let surface = surface_path(openapi, api);
    for input in [&document, &over, &surface] {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    let mut document = Document::read(&document)?;
    if let Ok(surface) = fs::read_to_string(&surface) {
        document.names = KeptNames::of_surface(&surface);
    }
    let root = document.root.clone();
    overlay::apply(&mut document, &Document::read(&over)?, true)?;
    Ok((root, lower::lower(&document, &mut Vec::new())?))
}

fn map<A, B>(all: &BTreeMap<String, A>, each: impl Fn(&A) -> B) -> BTreeMap<String, B> {
    let all = all.iter();
    all.map(|(name, one)| (name.clone(), each(one))).collect()
}

fn operation(operation: &ir::Operation) -> Described {
    let mut parameters: Vec<_> = operation.parameters.iter().collect();
    let position = |name: &str| operation.path_variables().position(|other| other == name);
    parameters.sort_by_key(|((place, name), _)| (*place != ir::Place::Path, position(name)));
    let parameters = parameters
        .into_iter()
        .map(|((place, name), one)| Parameter {
            place: place.name().to_owned(),
            name: name.clone(),
            required: one.required || *place == ir::Place::Path,
            joined: one.joined,
            doc: one.doc.clone(),
            evidence: one.evidence.map(|mark| evidence(mark).to_owned()),
            schema: schema(&one.schema, true),
        });
    Described {
        doc: operation.doc.clone(),
        parameters: parameters.collect(),
        body: operation.body.as_ref().map(|body| Body {
            required: body.required,
            schema: schema(&body.schema, true),
        }),
        success: match &operation.success {
            ir::Success::Json(json) | ir::Success::JsonOrEmpty(json) => {
                Success::Json(schema(json, false))
            }
            ir::Success::Empty => Success::Empty,
            ir::Success::Bytes => Success::Bytes,
        },
    }
}

fn evidence(mark: ir::Evidence) -> &'static str {
    match mark {
        ir::Evidence::Partial => "evidence: partial",
        ir::Evidence::Inferred => "evidence: inferred",
    }
}

/// What only responses carry is described without prose.
fn schema(from: &ir::Schema, prose: bool) -> Schema {
    let doc = from.meta.description.clone().unwrap_or_default();
    let mut schema = Schema {
        kind: kind(&from.kind, prose),
        limits: Vec::new(),
        notes: Vec::new(),
        minor: doc.contains("minor unit"),
        doc: if prose { doc } else { String::new() },
    };
    for limit in from.limits.iter().filter(|_| prose) {
        match limit {
            ir::Limit::Bound(bound, value) => {
                let limit = (bound.keyword().to_owned(), *value);
                schema.limits.push(limit);
            }
            other => schema.notes.push(other.to_string()),
        }
    }
    if prose {
        let meta = &from.meta;
        let format = from.format.iter().map(|format| format!("format {format}"));
        let constant = from.constant.iter().map(|only| format!("always {only}"));
        let default = meta.default.iter().map(|value| format!("default {value}"));
        let nullable = from.is_nullable().then(|| "may be null".to_owned());
        let deprecated = (meta.deprecated == Some(true)).then(|| "deprecated".to_owned());
        let mark = meta.evidence.map(|mark| evidence(mark).to_owned());
        let notes = format.chain(constant).chain(default).chain(nullable);
        schema.notes.extend(notes.chain(deprecated).chain(mark));
    }
    schema
}

fn kind(from: &ir::Kind, prose: bool) -> Kind {
    let inner = |inner: &ir::Schema| Box::new(schema(inner, prose));
    match from {
        ir::Kind::Any => Kind::Any,
        ir::Kind::Ref(name) => Kind::Ref(name.clone()),
        ir::Kind::Object(object) => Kind::Object {
            properties: map(&object.properties, |one| schema(one, prose)),
            required: object.required.iter().cloned().collect(),
        },
        ir::Kind::Map(value) => Kind::Map(inner(value)),
        ir::Kind::List(element) => Kind::List(inner(element)),
        ir::Kind::Enum(listed) => Kind::Enum(listed.integer, listed.values.clone()),
        ir::Kind::Union(union) => {
            let variants = union.variants.iter();
            Kind::Union(variants.map(|one| schema(&one.schema, prose)).collect())
        }
        ir::Kind::Scalar(scalar) => match scalar {
            ir::Scalar::String => Kind::Text,
            ir::Scalar::Integer => Kind::Integer,
            ir::Scalar::Number => Kind::Number,
            ir::Scalar::Boolean => Kind::Boolean,
            ir::Scalar::StringOrNumber => Kind::Any,
        },
    }
}
