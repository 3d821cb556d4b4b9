//! The OpenAPI documents and the operations that they describe: paths, scopes, bodies and API keys come from there.

use std::iter::once;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::schema::Contract;

/// The documents as JSON without prose, written by the build script.
pub static DOCUMENTS: LazyLock<[Value; 4]> = LazyLock::new(|| {
    [
        include_str!(concat!(env!("OUT_DIR"), "/checkout.json")),
        include_str!(concat!(env!("OUT_DIR"), "/shopping.json")),
        include_str!(concat!(env!("OUT_DIR"), "/wallets.json")),
        include_str!(concat!(env!("OUT_DIR"), "/sandbox.json")),
    ]
    .map(|text| serde_json::from_str(text).unwrap_or_default())
});

pub(crate) static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let documented =
        DOCUMENTS.iter().flat_map(|document| {
            let paths = document["paths"].as_object().into_iter().flatten();
            paths.flat_map(move |(path, item)| {
                let methods = item.as_object().into_iter().flatten();
                methods.filter_map(move |(method, described)| {
                    let id = described["operationId"].as_str()?;
                    let scoped = ACCOUNT_SCOPED.contains(&id);
                    let scoped = scoped.then(|| format!("/accounts/{{aid}}/payments{path}"));
                    let paths = once(path.clone()).chain(scoped);
                    Some(paths.map(move |path| {
                        Operation::documented(document, item, (method, &path), id)
                    }))
                })
            })
        });
    documented.flatten().collect()
});

/// What is served below `/v1/accounts/{aid}/payments`, too: what integrations call there, and what a document has there.
#[rustfmt::skip]
const ACCOUNT_SCOPED: [&str; 6] = [
    "checkout_session_profile_post", "checkout_sid_pay_post", "transactions_id_get", "transactions_id_capture_post",
    "transactions_id_refund_post", "transactions_id_void_post",
];

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Operations whose body the documents call optional although the operation has nothing to do without it.
const BODY_REQUIRED: [&str; 3] = [
    "transaction_tid_extend_authorization_post",
    "transactions_id_capture_post",
    "transactions_id_put",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestBody {
    /// No body is defined, so sending one is an error.
    None,
    Optional,
    /// Like `Optional`; an HTML form is accepted, too.
    OptionalForm,
    Required,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The length of `path` before its first variable.
    fixed: usize,
    pub(crate) id: &'static str,
    pub(crate) scopes: Vec<&'static str>,
    pub(crate) body: RequestBody,
    /// Whether `x-api-key` is accepted instead of a token.
    pub(crate) takes_api_key: bool,
    pub(crate) document: &'static Value,
    path_item: &'static Value,
    described: &'static Value,
    pub(crate) contract: Contract,
}

impl Operation {
    fn documented(
        document: &'static Value,
        path_item: &'static Value,
        (method, path): (&'static str, &str),
        id: &'static str,
    ) -> Self {
        let described = &path_item[method];
        let path = match path.starts_with("/v2/") || path.starts_with("/_sandbox/") {
            true => path.to_owned(),
            false => format!("/v1{path}"),
        };
        let scopes = match described["x-scopes"].as_array() {
            Some(scopes) => scopes.iter().filter_map(Value::as_str).collect(),
            None => assumed_scopes(method, &path).to_vec(),
        };
        let body = resolve(document, &described["requestBody"]);
        let is_required = body["required"] == true || BODY_REQUIRED.contains(&id);
        let mut security = described["security"].as_array().into_iter().flatten();
        Self {
            method: method.to_ascii_uppercase(),
            fixed: path.find('{').unwrap_or(path.len()),
            path,
            id,
            scopes,
            body: match (body.is_null(), is_required) {
                (true, _) => RequestBody::None,
                (false, true) => RequestBody::Required,
                (false, false) if body["content"].get(FORM).is_some() => RequestBody::OptionalForm,
                (false, false) => RequestBody::Optional,
            },
            takes_api_key: security.any(|scheme| scheme.get("apikey").is_some()),
            document,
            path_item,
            described,
            contract: Contract::default(),
        }
    }

    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        let document = self.document;
        let nodes = [self.path_item, self.described].into_iter();
        let all = nodes.flat_map(|node| node["parameters"].as_array().into_iter().flatten());
        all.map(move |parameter| resolve(document, parameter))
    }

    pub(crate) fn request_body(&self) -> &'static Value {
        resolve(self.document, &self.described["requestBody"])
    }

    /// The documented responses by status; `2XX` is a status too.
    pub(crate) fn responses(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        let document = self.document;
        let all = self.described["responses"].as_object();
        let all = all.into_iter().flatten();
        all.map(move |(status, response)| (status.as_str(), resolve(document, response)))
    }

    pub(crate) fn has_status(&self, status: u16) -> bool {
        let responses = &self.described["responses"];
        responses.get(status.to_string()).is_some()
    }

    /// The parameters of `path`, decoded, if the path is one of this operation.
    fn match_path(&'static self, path: &str) -> Option<Params> {
        // One comparison is enough for most of the hundred operations.
        path.strip_prefix(&self.path[..self.fixed])?;
        let mut parts = path.split('/');
        let mut params = Params::new();
        for template in self.path.split('/') {
            let part = parts.next()?;
            if let Some(name) = variable(template) {
                let value = percent_decode_str(part).decode_utf8().ok()?;
                params.push((name, Some(value.into_owned()).filter(|v| !v.is_empty())?));
            } else if template != part {
                return None;
            }
        }
        parts.next().is_none().then_some(params)
    }
}

/// The scopes of an operation for which the document names none. Payouts are about the sellers of an account, whose approval
/// is documented with these scopes; the others are what the other operations of Checkout need.
fn assumed_scopes(method: &str, path: &str) -> &'static [&'static str] {
    match (path.starts_with("/v2/accounts/"), method) {
        (true, "get") => &["admin:accounts", "read:accounts"],
        (true, _) => &["admin:accounts", "write:accounts"],
        (false, "get") => &["admin:checkout", "read:checkout"],
        (false, _) => &["admin:checkout", "write:checkout"],
    }
}

pub(crate) fn variable(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

pub(crate) fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    match node["$ref"].as_str().and_then(|at| at.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(&Value::Null),
        None => node,
    }
}

pub(crate) type Params = Vec<(&'static str, String)>;

pub(crate) enum Route {
    Found(&'static Operation, Params),
    /// The path exists with other methods, these.
    OtherMethods(String),
    Unknown,
}

/// Finds the operation. A path without variables wins, as OpenAPI has it: `/cards/batch` is no card of that name, and
/// `/sessions/pay` no session.
pub(crate) fn find(method: &str, path: &str) -> Route {
    let matches = |operation: &'static Operation| Some((operation, operation.match_path(path)?));
    let mut found: Vec<_> = OPERATIONS.iter().filter_map(matches).collect();
    let fewest = found.iter().map(|(_, params)| params.len()).min();
    found.retain(|(_, params)| Some(params.len()) == fewest);
    if found.is_empty() {
        return Route::Unknown;
    }
    if let Some(at) = found.iter().position(|(o, _)| o.method == method) {
        let (operation, params) = found.swap_remove(at);
        return Route::Found(operation, params);
    }
    let methods: Vec<&str> = found.iter().map(|(o, _)| o.method.as_str()).collect();
    Route::OtherMethods(methods.join(", "))
}

/// The methods of a path of the API, the implied ones included.
pub(crate) fn allowed_methods(path: &str) -> Option<String> {
    let Route::OtherMethods(own) = find("", path) else {
        return None;
    };
    let head = if own.contains("GET") { "HEAD, " } else { "" };
    Some(format!("{own}, {head}OPTIONS"))
}

/// A schema of the document of Checkout.
pub(crate) fn checkout_schema(name: &str) -> (&'static Value, &'static Value) {
    let document = &DOCUMENTS[0];
    (document, &document["components"]["schemas"][name])
}

pub(crate) fn is_operation(id: &str) -> bool {
    OPERATIONS.iter().any(|operation| operation.id == id)
}

#[cfg(test)]
mod tests;
