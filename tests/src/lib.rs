//! Fixtures of the cross-crate tests: the generated types by name, known bodies, and JSON generated from a document.

pub mod arbitrary;
pub mod bodies;
pub mod circles;
pub mod compatibility;
pub mod constructs;
pub mod documents;
pub mod random_unions;
pub mod unions;
pub mod vocabulary;
pub mod wire;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dintero_codegen::document::Document;
use dintero_codegen::lower::operations::{all, json_content, resolve};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Decodes a body and encodes it again.
pub type RoundTrip = fn(&[u8]) -> Result<Value, String>;
/// Formats a decoded body with `Debug`.
pub type Print = fn(&[u8]) -> Result<String, String>;

/// Decodes a body as a client does: what it is encoded as, and what was set aside.
pub type Read = fn(&[u8]) -> Result<(String, Vec<dintero_core::SetAside>), String>;

/// What the document says about a field.
#[derive(Clone, Copy)]
pub struct Field {
    /// Whether it is in every value of the type.
    pub required: bool,
    /// Whether `null` is allowed and differs from absence.
    pub nullable: bool,
    /// Whether Debug output hides it.
    pub personal: bool,
}

/// One API and its generated code.
pub struct Api {
    /// `shopping`, `checkout` or `wallets`.
    pub name: &'static str,
    /// Objects by name.
    pub objects: BTreeMap<&'static str, RoundTrip>,
    /// The debug output of objects by name.
    pub debug: BTreeMap<&'static str, Print>,
    /// String enums by name, with their known values.
    pub enums: BTreeMap<&'static str, (RoundTrip, &'static [&'static str])>,
    /// Integer enums by name.
    pub integers: BTreeMap<&'static str, RoundTrip>,
    /// Unions by name.
    pub unions: BTreeMap<&'static str, RoundTrip>,
    /// Request and response of each method.
    pub operations: BTreeMap<&'static str, (RoundTrip, RoundTrip)>,
    /// The response of each method, as a client decodes it.
    pub responses: BTreeMap<&'static str, Read>,
    /// The operation table.
    pub table: &'static [&'static dintero_core::Operation],
}

fn round_trip<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<Value, String> {
    let value: T = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let text = serde_json::to_vec(&value).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

fn read<T: DeserializeOwned + Serialize>(
    body: &[u8],
) -> Result<(String, Vec<dintero_core::SetAside>), String> {
    let (value, set_aside) =
        dintero_core::data::read::<T>(body).map_err(|error| format!("{error:?}"))?;
    let text = serde_json::to_string(&value).map_err(|error| error.to_string())?;
    Ok((text, set_aside))
}

fn debug<T: DeserializeOwned + std::fmt::Debug>(body: &[u8]) -> Result<String, String> {
    serde_json::from_slice::<T>(body)
        .map(|value| format!("{value:?}"))
        .map_err(|error| error.to_string())
}

macro_rules! collect_types {
    (objects [$($object:ident),*] enums [$($list:ident),*] integers [$($integer:ident),*] unions [$($union:ident),*]) => {
        (
            BTreeMap::from([$((stringify!($object), round_trip::<$object> as RoundTrip)),*]),
            BTreeMap::from([$((stringify!($object), debug::<$object> as Print)),*]),
            BTreeMap::from([$((stringify!($list), (round_trip::<$list> as RoundTrip, $list::KNOWN))),*]),
            BTreeMap::from([$((stringify!($integer), round_trip::<$integer> as RoundTrip)),*]),
            BTreeMap::from([$((stringify!($union), round_trip::<$union> as RoundTrip)),*]),
        )
    };
}

macro_rules! collect_operations {
    ($($name:ident: ($request:ty) -> ($response:ty);)*) => {
        BTreeMap::from([$((stringify!($name), (round_trip::<$request> as RoundTrip, round_trip::<$response> as RoundTrip))),*])
    };
}

macro_rules! collect_responses {
    ($($name:ident: ($request:ty) -> ($response:ty);)*) => {
        BTreeMap::from([$((stringify!($name), read::<$response> as Read)),*])
    };
}

macro_rules! api {
    ($name:literal, $client:ident) => {{
        #[allow(unused_imports, clippy::wildcard_imports)]
        use $client::types::*;
        let (objects, debug, enums, integers, unions) = $client::__types!(collect_types);
        let operations = $client::__operations!(collect_operations);
        Api {
            name: $name,
            objects,
            debug,
            enums,
            integers,
            unions,
            operations,
            responses: $client::__operations!(collect_responses),
            table: &$client::operations::ALL,
        }
    }};
}

/// The three APIs.
pub fn apis() -> [Api; 3] {
    [
        api!("shopping", dintero_shopping),
        api!("checkout", dintero_checkout),
        api!("wallets", dintero_wallets),
    ]
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The document of an API, without its overlay.
pub fn document(api: &str) -> Document {
    let [document, _] = dintero_codegen::inputs(&root().join("openapi"), api);
    Document::read(&document).unwrap_or_else(|error| panic!("{error}"))
}

/// A JSON file of `tests/data`.
pub fn data(name: &str) -> Value {
    let path = root().join("tests/data").join(name);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Api {
    /// The method of an operation, given as `POST /path`.
    pub fn method(&self, operation: &str) -> Option<&'static str> {
        let found = self
            .table
            .iter()
            .find(|known| format!("{} {}", known.method(), known.path()) == operation);
        found.map(|operation| operation.name())
    }
}

/// The schemas of the successful JSON responses of each operation, by method name.
pub fn successes<'a>(document: &'a Document, api: &Api) -> Vec<(&'static str, &'a Value)> {
    let mut found = Vec::new();
    for operation in all(document) {
        let name = api
            .method(&operation.route())
            .unwrap_or_else(|| panic!("{} is not in the table", operation.route()));
        let responses = operation.operation["responses"].as_object();
        for (code, response) in responses.into_iter().flatten() {
            if let Some((_, content)) =
                json_content(resolve(&document.root, response)).filter(|_| code.starts_with('2'))
                && resolve(&document.root, &content["schema"])["format"] != "binary"
            {
                found.push((name, &content["schema"]));
            }
        }
    }
    found
}

/// The objects without a required field: name, round trip, fields.
pub fn objects_that_may_be_empty(
    apis: &[Api],
) -> Vec<(String, RoundTrip, BTreeMap<String, Field>)> {
    let mut found = Vec::new();
    for api in apis {
        for (name, fields) in fields(api) {
            if !fields.values().any(|field| field.required) {
                found.push((
                    format!("{} {name}", api.name),
                    api.objects[name.as_str()],
                    fields,
                ));
            }
        }
    }
    found
}

/// The fields of all objects of an API.
pub fn fields(api: &Api) -> Vec<(String, BTreeMap<String, Field>)> {
    let generation = dintero_codegen::generate(&root().join("openapi"), api.name)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut found = Vec::new();
    for (name, kind) in generation.api.types {
        let Some(object) = kind.schema.as_object() else {
            continue;
        };
        let fields = object.properties.iter().map(|(wire, property)| {
            let nullable = property.is_nullable();
            let field = Field {
                required: object.required.contains(wire) && !nullable,
                nullable,
                personal: property.meta.personal == Some(true),
            };
            (wire.clone(), field)
        });
        found.push((name, fields.collect()));
    }
    found
}
