//! Redaction of what the log shows of a request, by allow-list. Of queries and bodies it shows what the documents have and do
//! not mark as personal or secret. The path and the names of invalid fields can carry what a caller put into them.

use std::iter::once;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::check::parse_time;
use crate::clients::{is_account, is_account_or_owner};
use crate::documents::{OPERATIONS, Operation, variable};
use crate::schema::json_schema;
use crate::schema::tidy::{expanded, items_of, named};

const REDACTED: &str = "***";
/// Ids that merchants choose and that are often a customer's name, address or number.
const PERSONAL: [&str; 2] = ["card_id", "customer_id"];
/// The last words of names of fields that are hidden unless a mark says otherwise.
const CREDENTIALS: &str = "token secret pin pan cvc cvv password iban ssn nonce";
/// No path of the API has more parts than this.
const PARTS: usize = 16;

pub(crate) fn path(operation: Option<&'static Operation>, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').take(PARTS).collect();
    let shown: Vec<&str> = match operation {
        Some(operation) => {
            let pairs = operation.path.split('/').zip(parts);
            let shown = pairs.map(|(template, part)| known(template, part));
            shown.collect()
        }
        None => {
            let pairs = once(&"").chain(&parts).zip(&parts);
            pairs.map(|(before, part)| unknown(before, part)).collect()
        }
    };
    shown.join("/")
}

fn known<'a>(template: &str, part: &'a str) -> &'a str {
    let is_shown = match variable(template) {
        None => true,
        Some("aid" | "oid") => is_account_or_owner(part),
        Some(name) => is_own(part) || (!PERSONAL.contains(&name) && is_plain(part)),
    };
    shown_if(is_shown, part)
}

/// A part of an unknown path: a misspelt word is shown, and ids that the sandbox has made.
fn unknown<'a>(before: &str, part: &'a str) -> &'a str {
    let personal = ["cards", "customers"].contains(&before);
    let mut literals = OPERATIONS.iter().flat_map(|o| o.path.split('/'));
    let is_letter = |b: u8| b.is_ascii_alphabetic() || b == b'_' || b == b'-';
    let is_word = part.len() <= 24 && part.bytes().all(is_letter);
    let is_literal = literals.any(|literal| literal == part) || (is_word && !personal);
    let is_known = is_own(part) || is_account_or_owner(part);
    shown_if(is_literal || is_known, part)
}

fn shown_if(is_shown: bool, text: &str) -> &str {
    if is_shown { text } else { REDACTED }
}

fn is_own(part: &str) -> bool {
    let checkout = |(account, rest): (&str, &str)| {
        is_account(account) && rest.len() == 22 && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    Uuid::try_parse(part).is_ok() || part.split_once('.').is_some_and(checkout)
}

/// A short id without the look of a card number, a telephone number, an address or a token.
fn is_plain(part: &str) -> bool {
    let decoded = percent_decode_str(part).decode_utf8_lossy();
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let digits = decoded.bytes().filter(u8::is_ascii_digit).count();
    decoded.bytes().all(is_sign) && decoded.len() <= 40 && digits < 8
}

/// Returns what is wrong with a field: `message` begins with its name.
pub(crate) fn reason(place: &str, message: &str) -> String {
    let rest = message.strip_prefix(place).unwrap_or_default();
    format!("{}{rest}", field(place))
}

/// Returns the place of a field. Names that do not look like one are redacted, as are all that a caller makes up, which
/// are those below `metadata`.
pub(crate) fn field(place: &str) -> String {
    let is_sign = |b| matches!(b, b'[' | b']' | b'0'..=b'9');
    let mut is_own = false;
    let shown = place.split('.').map(|part| {
        let (name, index) = part.split_at(part.find('[').unwrap_or(part.len()));
        let is_index = index.len() < 8 && index.bytes().all(is_sign);
        let name_shown = shown_if(is_plain(name) && !is_own, name);
        is_own |= name == "metadata";
        format!("{name_shown}{}", shown_if(is_index, index))
    });
    shown.collect::<Vec<_>>().join(".")
}

pub(crate) fn header(name: &str, value: &str) -> String {
    // They say neither who calls nor what only the caller should know.
    const SHOWN: &str =
        "accept allow content-length content-type host origin request-id retry-after";
    let is_shown = SHOWN.split(' ').any(|shown| shown == name);
    let value = match value.split_once(' ') {
        _ if is_shown && !is_revealing(value) => value,
        Some((scheme @ ("Basic" | "Bearer"), _)) => &format!("{scheme} {REDACTED}"),
        _ => REDACTED,
    };
    format!("{name}: {value}")
}

pub(crate) fn query(operation: Option<&Operation>, query: &str) -> String {
    let known = operation.into_iter().flat_map(Operation::parameters);
    let known = known.filter(|p| p["in"] == "query" && p["x-dintero-personal"] != true);
    let known: Vec<_> = known.map(|parameter| &parameter["name"]).collect();
    let pairs = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
        let is_shown = known.iter().any(|known| **known == *name) && !is_revealing(&value);
        let name = shown_if(is_plain(&name) || is_shown, &name);
        format!("{name}={}", shown_if(is_shown, &value))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns a body as it may be shown, or what it is if it is no JSON. What the schemas of the operation have is shown, unless
/// it is marked or looks like what would be. Without an operation these are all schemas of Checkout.
pub(crate) fn body(operation: Option<&Operation>, bytes: &[u8]) -> String {
    let Ok(mut body) = serde_json::from_slice(bytes) else {
        return format!("({} bytes that are not JSON)", bytes.len());
    };
    let operation = operation.filter(|operation| !operation.id.starts_with("sandbox_"));
    let document = operation.map_or(OPERATIONS[0].document, |operation| operation.document);
    let contents = operation.into_iter().flat_map(|operation| {
        let responses = operation.responses().map(|(_, response)| response);
        once(operation.request_body()).chain(responses)
    });
    let schemas = contents.filter_map(json_schema);
    let all = document["components"]["schemas"].as_object();
    let all = all.filter(|_| operation.is_none()).into_iter();
    let schemas = expanded(document, schemas.chain(all.flat_map(Map::values)));
    value(document, &schemas, &mut body);
    format!("{body:#}")
}

fn value(document: &Value, schemas: &[&Value], json: &mut Value) {
    match json {
        Value::Array(values) => {
            let items = items_of(document, schemas);
            for item in values {
                value(document, &items, item);
            }
        }
        Value::Object(members) => {
            members.retain(|name, _| is_plain(name) || !named(schemas, name).is_empty());
            for (name, json) in members {
                let nodes = named(schemas, name);
                let below = expanded(document, nodes.iter().copied());
                let marks = nodes.iter().chain(&below);
                let marks = marks.filter_map(|node| node["x-dintero-personal"].as_bool());
                // A field may be a credential before an overlay marks it.
                let last = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
                let is_credential = CREDENTIALS.split(' ').any(|word| last == Some(word));
                // Marked anywhere is marked.
                match nodes.is_empty() || marks.max().unwrap_or(is_credential) {
                    true => *json = REDACTED.into(),
                    false => value(document, &below, json),
                }
            }
        }
        Value::Null => {}
        scalar => {
            let types = match scalar {
                Value::String(_) => ["string", "string"],
                Value::Bool(_) => ["boolean", "boolean"],
                _ => ["integer", "number"],
            };
            let mut found = schemas.iter().filter_map(|schema| schema["type"].as_str());
            let text = scalar.to_string();
            if !found.any(|found| types.contains(&found)) || is_revealing(text.trim_matches('"')) {
                *scalar = REDACTED.into();
            }
        }
    }
}

/// Whether a text looks like the number of a card or a telephone, an address or a token.
fn is_revealing(text: &str) -> bool {
    if is_own(text) || parse_time(text, false).is_some() {
        return false;
    }
    if let Some((_, rest)) = text.split_once("://") {
        return rest.split('/').any(is_revealing);
    }
    let digits = text.replace([' ', '-', '.'], "");
    let runs = digits.split(|c: char| !c.is_ascii_digit()).map(str::len);
    let longest = runs.max().unwrap_or(0);
    let is_token = text.len() >= 40 && !text.contains(char::is_whitespace);
    is_token || text.contains('@') || longest >= 12 || (text.starts_with('+') && longest >= 8)
}

#[cfg(test)]
mod tests;
