//! What lowering found out about an API and progenitor cannot carry: it is joined with progenitor's output again by the
//! refinement, by the names of types, fields, operations and parameters.

use std::collections::BTreeMap;

use serde_json::Value;

/// Everything about one API.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// `info.title`
    pub title: String,
    /// `info.version`
    pub version: String,
    /// The operations by method name.
    pub operations: BTreeMap<String, Operation>,
    /// The types by Rust name.
    pub types: BTreeMap<String, Type>,
}

/// One operation.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// Our method name.
    pub name: String,
    /// The document's operationId.
    pub id: String,
    /// GET, POST, ...
    pub method: String,
    /// The document's path.
    pub path: String,
    /// The path variable that the client's account fills.
    pub account: Option<String>,
    /// `Api` or `Checkout`.
    pub server: String,
    /// What the server's URL adds before the path, such as `/v1`.
    pub base: String,
    /// The server's URL in the document, its variables filled.
    pub url: String,
    /// Scopes, any one of which is enough.
    pub scopes: Vec<String>,
    /// `Idempotent`, `DuplicateTolerated` or `NonIdempotent`.
    pub retry: String,
    /// Method that tells what became of a money operation.
    pub read_back: Option<String>,
    /// How a list pages.
    pub paging: Option<Paging>,
    /// `Bearer` or `Basic`.
    pub auth: String,
    /// Kinds of the security schemes in the document, any one of which is enough: `bearer`, `basic`, `apikey+oauth2`.
    pub security: Vec<String>,
    /// Documented status codes.
    pub statuses: Vec<u16>,
    /// `Seen`, `Partial` or `Inferred`.
    pub evidence: String,
    /// Marked as deprecated.
    pub deprecated: bool,
    /// Summary and description.
    pub doc: String,
    /// What a success carries.
    pub success: Success,
    /// Media types of a success.
    pub media: Vec<String>,
    /// Parameters by place and wire name, the account's left out.
    pub parameters: BTreeMap<(String, String), Parameter>,
    /// Description of the request body, if there is one.
    pub body: Option<Body>,
}

impl Operation {
    /// The variables of the path that are arguments, in its order.
    pub fn path_variables(&self) -> impl Iterator<Item = &str> {
        let variables = self
            .path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next());
        variables.filter(|name| Some(*name) != self.account.as_deref())
    }
}

/// What a success carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Success {
    /// A JSON value.
    #[default]
    Json,
    /// A JSON value or, with some status codes, nothing.
    JsonOrEmpty,
    /// Nothing.
    Empty,
    /// A file.
    Bytes,
}

/// How a list pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    /// JSON pointer of the list in the body.
    pub items: String,
    /// What leads to the next page.
    pub cursor: Vec<Cursor>,
}

/// A query parameter that leads to the next page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Its name.
    pub parameter: String,
    /// Is it read from the last item, or else from the body?
    pub last_item: bool,
    /// The JSON pointer to it.
    pub pointer: String,
    /// The pointer that counts when one of these query parameters is sent.
    pub instead: Option<(Vec<String>, String)>,
}

/// A parameter.
#[derive(Clone, Debug, Default)]
pub struct Parameter {
    /// Must it be given?
    pub required: bool,
    /// Are several values joined by commas?
    pub joined: bool,
    /// Is it hidden in Debug output?
    pub personal: bool,
    /// Limits, as Rust expressions.
    pub rules: Vec<String>,
    /// The name that progenitor gets, where its own would be that of another argument in Rust.
    pub alias: Option<String>,
    /// What the document says about its values.
    pub facts: Facts,
    /// Documentation.
    pub doc: String,
}

/// A request body.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Must it be given?
    pub required: bool,
    /// Its media types.
    pub media: Vec<String>,
    /// Documentation.
    pub doc: String,
}

/// A type.
#[derive(Clone, Debug)]
pub struct Type {
    /// Documentation.
    pub doc: String,
    /// Can a request carry it?
    pub in_requests: bool,
    /// What the document says about it.
    pub facts: Facts,
    /// What it is.
    pub kind: Kind,
}

/// What a type is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Fields by wire name.
    Object(BTreeMap<String, Field>),
    /// An open list of values.
    Enum {
        /// Are they integers?
        integer: bool,
        /// Rust name and wire value of each.
        variants: Vec<(String, String)>,
    },
    /// A choice of objects.
    Union(Union),
}

/// A field of an object.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Is it there in every value of the type?
    pub required: bool,
    /// Is `null` told from absent?
    pub nullable: bool,
    /// May a list of it be written as its only element?
    pub loose: bool,
    /// Is it hidden in Debug output?
    pub personal: bool,
    /// The only value it can have in a request.
    pub constant: Option<String>,
    /// Limits, as Rust expressions.
    pub rules: Vec<String>,
    /// What the document says about its values.
    pub facts: Facts,
    /// Documentation.
    pub doc: String,
}

/// What the document says about a value, for the surface.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Where the document requires the value.
    pub presence: Presence,
    /// `format` and the limits, such as `max_length`; those of the elements of a list or map begin with `each.`.
    pub limits: BTreeMap<String, Value>,
    /// The default of the API.
    pub default: Option<Value>,
    /// The `x-evidence` mark.
    pub evidence: Option<String>,
    /// Whether the value is marked as deprecated.
    pub deprecated: bool,
    /// Whether only responses carry the value.
    pub read_only: bool,
    /// Whether only requests carry the value.
    pub write_only: bool,
}

/// Where the document requires a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// Nowhere.
    #[default]
    Optional,
    /// In requests; responses may lack it.
    InRequests,
    /// Wherever the object is.
    Always,
}

/// A choice of objects.
#[derive(Clone, Debug, Default)]
pub struct Union {
    /// The field that tells which one it is; without it, the fields that only one of them has tell.
    pub tag: Option<String>,
    /// Are values allowed that are none of the objects?
    pub open: bool,
    /// Type, and the values of the tag or the names of those fields.
    pub variants: Vec<(String, Vec<String>)>,
}
