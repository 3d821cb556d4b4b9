//! What the documents say about operations and their bodies: written by the build script, read by the program.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The operations of one API by method name, and the types that they carry.
#[derive(Serialize, Deserialize)]
pub struct Api {
    pub title: String,
    pub operations: BTreeMap<String, Described>,
    pub types: BTreeMap<String, Type>,
}

#[derive(Serialize, Deserialize)]
pub struct Described {
    pub doc: String,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub success: Success,
}

#[derive(Serialize, Deserialize)]
pub struct Parameter {
    /// `path`, `query` or `header`.
    pub place: String,
    pub name: String,
    pub required: bool,
    /// Whether several values are joined with commas.
    pub joined: bool,
    pub doc: String,
    pub evidence: Option<String>,
    pub schema: Schema,
}

#[derive(Serialize, Deserialize)]
pub struct Body {
    pub required: bool,
    pub schema: Schema,
}

#[derive(Serialize, Deserialize)]
pub enum Success {
    Json(Schema),
    Empty,
    Bytes,
}

#[derive(Serialize, Deserialize)]
pub struct Type {
    /// The name in `components` of the document, unless the schema stands inside of another.
    pub component: Option<String>,
    pub schema: Schema,
}

#[derive(Serialize, Deserialize)]
pub struct Schema {
    pub kind: Kind,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Keywords of OpenAPI with their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<(String, f64)>,
    /// Everything else that is said about values, such as a format or an evidence mark.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Whether it is an amount in minor units.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub minor: bool,
}

#[derive(Serialize, Deserialize)]
pub enum Kind {
    Any,
    /// A type by its name.
    Ref(String),
    Object {
        properties: BTreeMap<String, Schema>,
        required: Vec<String>,
    },
    Map(Box<Schema>),
    List(Box<Schema>),
    /// The documented values, all numbers or all texts.
    Enum(bool, Vec<String>),
    Union(Vec<Schema>),
    Text,
    Integer,
    Number,
    Boolean,
}
