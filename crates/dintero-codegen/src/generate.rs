//! Step 5: progenitor, for the names and types of operations and fields.
//!
//! progenitor runs in every build, over a document that `openapi` writes from the [`Api`]. **Taken from its output**, and
//! decided by it alone, are the Rust name and the Rust type of every field, the Rust name, type and place of every argument,
//! and the type of every success: [`crate::emit`] reads them from the source that it generates. **Not taken** are its
//! structs, its client and its methods, which know nothing of limits, unknown values, retries or errors with structure: those
//! are written from the `Api` as calls of the macros in `dintero-core`. Enums and unions are opaque to it, since it
//! would make closed types of them.
//!
//! It runs in the style whose output is the smallest to read: one method with all arguments for each operation, plain
//! structs.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};
use serde_json::{Map, Value, json};

use crate::document::{Document, escape};
use crate::finding::{Errors, Rule};
use crate::ir::{Api, Kind, Operation, Place, Scalar, Schema, Success};
use crate::lower::INPUT;

/// Scalars that are types of `dintero-core`: the name progenitor sees, and the type that takes its place.
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

/// Runs progenitor over an API.
///
/// # Errors
/// progenitor refuses the API or panics. The lint exists so that this does not happen; when it does, the error names the
/// operation or type and what progenitor said.
pub fn generate(document: &Document, api: &Api) -> Result<syn::File, Errors> {
    output(api).map_err(|said| refused(document, api, &said))
}

fn output(api: &Api) -> Result<syn::File, String> {
    let spec: openapiv3::OpenAPI =
        serde_json::from_value(openapi(api)).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_map_type("::std::collections::BTreeMap");
    for (name, path) in SCALARS {
        settings.with_replacement(name, path, [TypeImpl::Display].into_iter());
    }
    let tokens = caught(|| {
        let tokens = Generator::new(&settings).generate_tokens(&spec);
        tokens.map_err(|error| error.to_string())
    });
    syn::parse2(tokens?).map_err(|error| error.to_string())
}

/// Returns the error at the operation or type that cannot be generated, found by leaving out the others.
fn refused(document: &Document, api: &Api, said: &str) -> Errors {
    let fails = |operation: &str, kind: &str| {
        let mut part = api.clone();
        part.operations.retain(|name, _| name == operation);
        for (_, other) in part.types.iter_mut().filter(|(name, _)| *name != kind) {
            other.schema = Schema::default();
        }
        output(&part).is_err()
    };
    let mut operations = api.operations.keys();
    let mut types = api.types.keys();
    let what = match operations.find(|name| fails(name, "")) {
        Some(name) => Missing::Operation(name.clone()),
        None => {
            let name = types.find(|name| fails("", name)).cloned();
            Missing::Type(name.unwrap_or_default())
        }
    };
    missing(document, api, &what, said)
}

/// What cannot be generated.
pub enum Missing {
    /// The operation whose method has this name.
    Operation(String),
    /// The type of this name.
    Type(String),
}

/// Returns the error for an operation or type that cannot be generated.
pub fn missing(document: &Document, api: &Api, what: &Missing, said: &str) -> Errors {
    let pointer = match what {
        Missing::Operation(name) => {
            let Operation { path, method, .. } = &api.operations[name];
            format!("/paths/{}/{}", escape(path), method.to_lowercase())
        }
        Missing::Type(name) => {
            let component = api.types.get(name).and_then(|kind| kind.component.as_ref());
            let component = component.map(|name| name.strip_suffix(INPUT).unwrap_or(name));
            let component = component.map(|name| format!("/{}", escape(name)));
            format!("/components/schemas{}", component.unwrap_or_default())
        }
    };
    let problem = format!("no Rust can be generated for it: {said}");
    document.finding(Rule::Generator, &pointer, problem).into()
}

thread_local! {
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// progenitor and typify panic on constructs they do not know; a build script must not. Their panics are not printed, those of
/// other threads are.
fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !CAUGHT.get() {
                hook(panic);
            }
        }));
    });
    CAUGHT.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    CAUGHT.set(false);
    result.unwrap_or_else(|payload| {
        let fixed = payload.downcast_ref::<&str>().copied();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        Err(text.or(fixed).unwrap_or_default().to_owned())
    })
}

/// Writes the document that progenitor gets: OpenAPI 3.0 of the simplest constructs, without limits and defaults.
fn openapi(api: &Api) -> Value {
    let mut schemas = Map::new();
    for (name, _) in SCALARS {
        schemas.insert(name.to_owned(), json!({"type": "string"}));
    }
    for (name, kind) in &api.types {
        schemas.insert(name.clone(), component(&kind.schema));
    }
    let mut paths = Map::new();
    for operation in api.operations.values() {
        let (path, written) = path_and_operation(operation);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[operation.method.to_lowercase()] = written;
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": api.title, "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

fn component(schema: &Schema) -> Value {
    match &schema.kind {
        Kind::Object(object) => {
            let properties = object.properties.iter();
            let properties = properties.map(|(name, property)| (name.clone(), leaf(property)));
            let properties: Map<String, Value> = properties.collect();
            json!({"type": "object", "properties": properties, "required": object.required})
        }
        // Only the name of the type is read of what progenitor makes of it.
        Kind::Enum(_) => json!({"type": "string", "enum": ["V"]}),
        _ => json!({"type": "object"}),
    }
}

/// Writes a property, parameter or body.
fn leaf(schema: &Schema) -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    match &schema.kind {
        Kind::Ref(name) => reference(name),
        Kind::Scalar(Scalar::StringOrNumber) => reference("DinteroStringOrNumber"),
        Kind::Scalar(Scalar::String) => match schema.format.as_deref() {
            Some("date-time") => reference("DinteroDateTime"),
            Some("date") => reference("DinteroDate"),
            Some("uuid") => reference("DinteroUuid"),
            _ => json!({"type": "string"}),
        },
        Kind::Scalar(Scalar::Number) => reference("DinteroNumber"),
        Kind::Scalar(Scalar::Integer) => json!({"type": "integer", "format": "int64"}),
        Kind::Scalar(Scalar::Boolean) => json!({"type": "boolean"}),
        Kind::List(items) => json!({"type": "array", "items": element(items)}),
        Kind::Map(values) if values.kind == Kind::Any => json!({"type": "object"}),
        Kind::Map(values) => json!({"type": "object", "additionalProperties": element(values)}),
        // Of these, those that are left after lowering are components.
        Kind::Any | Kind::Object(_) | Kind::Enum(_) | Kind::Union(_) => json!({}),
    }
}

/// Writes an element of a list or map, or the body of a success, which unlike a field has no other way to be `null`.
fn element(schema: &Schema) -> Value {
    let mut leaf = leaf(schema);
    if schema.is_nullable() && leaf != json!({}) {
        if leaf["$ref"].is_string() {
            leaf = json!({"allOf": [leaf]});
        }
        leaf["nullable"] = json!(true);
    }
    leaf
}

fn path_and_operation(operation: &Operation) -> (String, Value) {
    // The account is no parameter; the transport puts it in.
    let account = operation.account.iter();
    let path = account.fold(operation.path.clone(), |path, account| {
        path.replacen(&format!("{{{account}}}"), "-", 1)
    });
    let mut parameters: Vec<Value> = Vec::new();
    for place in [Place::Path, Place::Query, Place::Header] {
        for (name, (_, parameter)) in operation.parameters_of(place) {
            let schema = leaf(&parameter.schema);
            parameters.push(json!({"in": place.name(), "name": name, "required": parameter.required, "schema": schema}));
        }
    }
    let content = |media: &str, schema: Value| json!({"description": "", "content": {media: {"schema": schema}}});
    let success = match &operation.success {
        Success::Json(schema) | Success::JsonOrEmpty(schema) => {
            content("application/json", element(schema))
        }
        Success::Bytes => {
            let binary = json!({"type": "string", "format": "binary"});
            content("application/octet-stream", binary)
        }
        Success::Empty => json!({"description": ""}),
    };
    let mut written = json!({"operationId": operation.name, "parameters": parameters, "responses": {"2XX": success}});
    if let Some(body) = &operation.body {
        let content = json!({"application/json": {"schema": leaf(&body.schema)}});
        written["requestBody"] = json!({"required": true, "content": content});
    }
    (path, written)
}

#[cfg(test)]
mod tests;
