//! The keywords of a schema in the document.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::document::{elements, members, unescape};
use crate::ir::{Bound, Evidence, Limit, Meta};

const COMPONENTS: &str = "#/components/schemas/";

/// Returns the component a schema refers to, by its name as it is and not as a JSON pointer writes it.
pub fn reference(schema: &Value) -> Option<String> {
    let target = percent_decoded(schema["$ref"].as_str()?);
    target.strip_prefix(COMPONENTS).map(unescape)
}

/// Returns what a reference within the document leads to.
pub fn target<'v>(root: &'v Value, reference: &str) -> Option<&'v Value> {
    root.pointer(percent_decoded(reference).strip_prefix('#')?)
}

/// Decodes what a fragment of a URL may write as `%7B`.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Returns the component that a discriminator maps a value to.
pub fn mapped(target: &Value) -> String {
    let target = target.as_str().unwrap_or_default();
    reference(&json!({ "$ref": target })).unwrap_or_else(|| target.to_owned())
}

/// Returns the texts of a list.
pub fn texts(list: &Value) -> impl Iterator<Item = String> {
    let texts = elements(list).filter_map(Value::as_str);
    texts.map(str::to_owned)
}

/// Returns a text as it is, and any other value as JSON writes it.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns how sure the document is of a part.
pub fn evidence(node: &Value) -> Option<Evidence> {
    Some(match node["x-evidence"].as_str()? {
        "inferred" => Evidence::Inferred,
        _ => Evidence::Partial,
    })
}

/// Returns what describes a schema.
pub fn meta(schema: &Value) -> Meta {
    let text = |key: &str| schema[key].as_str().map(str::to_owned);
    let flag = |key: &str| schema[key].as_bool();
    let marks = ["x-evidence-required", "x-required-evidence"];
    let weakly = marks.iter().any(|mark| schema.get(*mark).is_some());
    Meta {
        description: text("description"),
        deprecated: flag("deprecated"),
        read_only: flag("readOnly"),
        write_only: flag("writeOnly"),
        nullable: flag("nullable"),
        default: schema.get("default").cloned(),
        example: schema.get("example").cloned(),
        evidence: evidence(schema),
        required_weakly: weakly.then_some(true),
        personal: flag("x-dintero-personal"),
        rust_name: text("x-dintero-name"),
        one_or_many: flag("x-dintero-one-or-many"),
    }
}

/// Returns `true` if the last word of a name is one of credentials or card data, as in `card_token`.
pub fn is_credential(name: &str) -> bool {
    let words = [
        "token", "secret", "pin", "pan", "cvc", "cvv", "password", "iban", "ssn", "nonce",
    ];
    let last = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
    last.is_some_and(|last| words.contains(&last.to_ascii_lowercase().as_str()))
}

/// Returns all limits that a schema has, whatever kind of value they are for. In OpenAPI 3.0 exclusive bounds are flags; the
/// numbers of 3.1 are met there, too.
pub fn limits(schema: &Value) -> Vec<Limit> {
    let bounds = Bound::ALL.iter().filter_map(|(bound, keyword, _)| {
        let value = &schema[*keyword];
        let bound = match bound {
            Bound::Min if schema["exclusiveMinimum"] == true => Bound::Above,
            Bound::Max if schema["exclusiveMaximum"] == true => Bound::Below,
            bound => *bound,
        };
        let number = match bound.unit() {
            "" => value.as_f64(),
            _ => count(value),
        };
        let number = number.filter(|number| bound != Bound::MultipleOf || *number > 0.0);
        number.map(|number| Limit::Bound(bound, number))
    });
    let pattern = schema["pattern"].as_str();
    let pattern = pattern.or_else(|| format_pattern(schema));
    let pattern = pattern.map(|pattern| Limit::Pattern(pattern.to_owned()));
    let unique = (schema["uniqueItems"] == true).then_some(Limit::Unique);
    bounds.chain(pattern).chain(unique).collect()
}

/// Returns a count, which may be written as `10.0`.
pub fn count(value: &Value) -> Option<f64> {
    let whole = |value: &f64| (0.0..9e15).contains(value) && value.fract() == 0.0;
    value.as_f64().filter(whole)
}

/// Returns the pattern that upstream wrote into `format`.
pub fn format_pattern(schema: &Value) -> Option<&str> {
    let format = schema["format"].as_str();
    format.filter(|format| format.contains(['\\', '^', '$', '[']))
}

/// Returns `true` if all keywords of a schema describe a value and none defines one.
pub fn only_describes(part: &Value) -> bool {
    const DESCRIBE: &str = "description deprecated readOnly writeOnly nullable default title example \
        examples externalDocs xml";
    let describes =
        |key: &str| key.starts_with("x-") || DESCRIBE.split(' ').any(|known| known == key);
    part.is_object() && members(part).all(|(key, _)| describes(key))
}

/// Returns `true` if a schema only lists required properties, as an alternative among others: no Rust type can hold that.
pub fn only_requires(part: &Value) -> bool {
    let known = |key: &str| ["required", "description", "title", "type"].contains(&key);
    part["required"].is_array() && members(part).all(|(key, _)| known(key))
}

/// Returns `true` if a schema consists of other schemas.
pub fn is_compound(schema: &Value) -> bool {
    let mut keys = "allOf oneOf anyOf properties additionalProperties".split(' ');
    keys.any(|key| schema.get(key).is_some())
}

/// Returns `true` if `null` is the type of a schema or one of its values.
pub fn lists_null(schema: &Value) -> bool {
    schema["type"] == "null" || elements(&schema["enum"]).any(Value::is_null)
}

/// Returns the type of a schema, written or implied by its other keywords.
pub fn type_of(schema: &Value) -> Option<&str> {
    match schema["type"].as_str().or_else(|| implied_type(schema)) {
        Some("integer") if is_beyond_i64(schema) => Some("number"),
        kind => kind,
    }
}

fn implied_type(schema: &Value) -> Option<&'static str> {
    if schema["properties"].is_object() || schema["additionalProperties"].is_object() {
        return Some("object");
    }
    if schema["items"].is_object() {
        return Some("array");
    }
    let listed = elements(&schema["enum"]).filter(|value| !value.is_null());
    let values: Vec<&Value> = listed.chain(schema.get("const")).collect();
    let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(|value| is(value));
    let string = all(Value::is_string).then_some("string");
    string.or(all(Value::is_i64).then_some("integer"))
}

/// Returns `true` if a schema has integers that no `i64` can hold.
fn is_beyond_i64(schema: &Value) -> bool {
    let beyond = |value: &Value| {
        value.is_number()
            && !value.is_i64()
            && value.as_f64().is_none_or(|value| value.fract() == 0.0)
    };
    schema["format"] == "uint64" || elements(&schema["enum"]).any(beyond)
}
