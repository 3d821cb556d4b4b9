//! The typed middle of the generator: an API as lowering leaves it.
//!
//! It is built once from document and overlay, by [`crate::lower`]. The document for progenitor ([`mod@crate::generate`])
//! and the source of the client ([`crate::emit`]) are both written from it.

mod schema;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

pub use schema::{Bound, Enum, Kind, Limit, Meta, Object, Scalar, Schema, Union, Variant};

/// Everything about one API.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// `info.title`
    pub title: String,
    /// `info.version`
    pub version: String,
    /// The operations by method name.
    pub operations: BTreeMap<String, Operation>,
    /// The types by Rust name; every reference is to one of them.
    pub types: BTreeMap<String, Type>,
}

/// A type of the client: an object, an enum or a union.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    pub schema: Schema,
    /// Whether a request can carry it.
    pub in_requests: bool,
    /// Whether a response can.
    pub in_responses: bool,
    /// The component that it is, unless it is an inline type.
    pub component: Option<String>,
    /// Rust names of the variants: of an enum by value, of a union by type.
    pub names: BTreeMap<String, String>,
}

impl Type {
    /// Returns `true` for an object in requests.
    pub const fn has_builder(&self) -> bool {
        self.in_requests && self.schema.as_object().is_some()
    }

    /// Returns the different values of an enum in their order, each with its Rust name before it.
    pub fn named<'t>(&'t self, values: &'t [String]) -> impl Iterator<Item = (&'t str, &'t str)> {
        let first = |(index, value): &(usize, &String)| !values[..*index].contains(value);
        let values = values.iter().enumerate().filter(first);
        values.filter_map(|(_, value)| Some((self.names.get(value)?.as_str(), value.as_str())))
    }
}

#[derive(Clone, Debug)]
pub struct Operation {
    pub name: String,
    pub id: String,
    /// `GET`, `POST`, ...
    pub method: String,
    pub path: String,
    /// The path variable that the client's account fills.
    pub account: Option<String>,
    pub server: Server,
    /// What the server's URL adds before the path, such as `/v1`.
    pub base: String,
    /// The server's URL in the document, its variables filled.
    pub url: String,
    /// Scopes, any one of which is enough.
    pub scopes: Vec<String>,
    pub retry: RetryClass,
    /// Method that shows the outcome of a non-idempotent operation.
    pub read_back: Option<String>,
    pub paging: Option<Paging>,
    /// How a request is confirmed, as the overlay says it.
    pub confirm: Option<Value>,
    pub auth: Auth,
    /// Kinds of the security schemes in the document, any one of which is enough: `bearer`, `basic`, `apikey:header:X-Key+oauth2`.
    pub security: Vec<String>,
    pub statuses: Vec<u16>,
    /// How sure the document is of it; `None` where it was seen.
    pub evidence: Option<Evidence>,
    pub deprecated: bool,
    /// Its first tag, after the place of that in the document's list.
    pub tag: (usize, String),
    pub doc: String,
    pub success: Success,
    pub media: Vec<String>,
    /// The media types that a request asks for.
    pub accept: String,
    /// Parameters by place and wire name, without the account's.
    pub parameters: BTreeMap<(Place, String), Parameter>,
    pub body: Option<Body>,
}

impl Operation {
    /// Returns the variables of the path that are arguments, in its order.
    pub fn path_variables(&self) -> impl Iterator<Item = &str> {
        path_variables(&self.path).filter(|name| Some(*name) != self.account.as_deref())
    }

    /// Returns the parameters of a place by the names that progenitor gets: of those with the same name in several places it
    /// would see one.
    pub fn parameters_of(&self, place: Place) -> BTreeMap<String, (&String, &Parameter)> {
        let others = match place {
            Place::Query => &[Place::Path, Place::Header][..],
            Place::Header => &[Place::Path],
            Place::Path | Place::Body => &[],
        };
        let has = |place: &Place, name: &str| {
            let key = (*place, name.to_owned());
            self.parameters.contains_key(&key)
        };
        let here = self.parameters.iter().filter(|((at, _), _)| *at == place);
        here.map(|((_, wire), parameter)| {
            let mut name = wire.clone();
            while others.iter().any(|other| has(other, &name))
                || name != *wire && has(&place, &name)
            {
                name = format!("{name}_{}", place.name());
            }
            (name, (wire, parameter))
        })
        .collect()
    }

    /// Returns the schemas that requests carry, to be changed.
    pub fn request_schemas_mut(&mut self) -> impl Iterator<Item = &mut Schema> {
        let parameters = self.parameters.values_mut();
        let parameters = parameters.map(|parameter| &mut parameter.schema);
        parameters.chain(self.body.iter_mut().map(|body| &mut body.schema))
    }
}

/// Returns the variables of a path, in its order.
pub fn path_variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
}

/// A host of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Api,
    Checkout,
}

/// What may be done after an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryClass {
    /// A repetition changes nothing.
    Idempotent,
    /// A repetition does no harm.
    DuplicateTolerated,
    /// A repetition might move money twice.
    NonIdempotent,
}

/// How a request is authorized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Auth {
    None,
    Bearer,
    Basic,
}

/// How sure the document is of a part that was not seen as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    Partial,
    Inferred,
}

/// Where an argument goes in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Body,
    Header,
    Path,
    Query,
}

impl Place {
    /// Returns the place with a name as OpenAPI has it.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Header, Self::Path, Self::Query]
            .into_iter()
            .find(|place| place.name() == name)
    }

    /// Returns its name in OpenAPI and in the macros.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Header => "header",
            Self::Path => "path",
            Self::Query => "query",
        }
    }
}

/// What a success carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Success {
    Json(Schema),
    /// A JSON value or, with some status codes, nothing.
    JsonOrEmpty(Schema),
    Empty,
    Bytes,
}

impl Success {
    /// Returns the schema of its JSON, to be changed.
    pub const fn schema_mut(&mut self) -> Option<&mut Schema> {
        match self {
            Self::Json(schema) | Self::JsonOrEmpty(schema) => Some(schema),
            Self::Empty | Self::Bytes => None,
        }
    }
}

/// How a list pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// JSON pointer of the list in the body.
    pub items: String,
    /// What leads to the next page.
    pub cursor: Vec<Cursor>,
}

/// A query parameter that leads to the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub parameter: String,
    pub source: CursorSource,
    /// Where its value is when one of these query parameters is sent.
    pub alternative: Option<(Vec<String>, CursorSource)>,
}

/// Where the value of a cursor is, as a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CursorSource {
    LastItem(String),
    Body(String),
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub schema: Schema,
    pub required: bool,
    /// Whether several values are joined by commas.
    pub joined: bool,
    /// Whether Debug output hides it.
    pub personal: bool,
    pub deprecated: bool,
    pub evidence: Option<Evidence>,
    pub doc: String,
}

/// A JSON request body.
#[derive(Clone, Debug)]
pub struct Body {
    pub schema: Schema,
    pub required: bool,
    pub media: Vec<String>,
    /// The one of them that is sent.
    pub content_type: String,
    pub doc: String,
}
