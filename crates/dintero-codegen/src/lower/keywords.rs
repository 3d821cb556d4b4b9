//! The keywords of a schema in the document.

use serde_json::{Value, json};

use crate::ir::{Bound, Evidence, Limit, Meta};

const COMPONENTS: &str = "#/components/schemas/";

/// Returns the component a schema refers to, by its name as it is and not as a JSON pointer writes it.
pub fn reference(schema: &Value) -> Option<String> {
    let target = percent_decoded(schema["$ref"].as_str()?);
    target.strip_prefix(COMPONENTS).map(unescaped)
}

/// Returns what a reference within the document leads to.
pub fn target<'v>(root: &'v Value, reference: &str) -> Option<&'v Value> {
    root.pointer(percent_decoded(reference).strip_prefix('#')?)
}

/// Decodes what a fragment of a URL may write as `%7B`.
fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).map(|hex| u8::from_str_radix(hex, 16)) {
            Some(Ok(byte)) => {
                bytes.push(byte);
                bytes.extend(&part.as_bytes()[2..]);
            }
            _ => bytes.extend(["%", part].concat().as_bytes()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns the component that a discriminator maps a value to.
pub fn mapped(target: &Value) -> String {
    let target = target.as_str().unwrap_or_default();
    reference(&json!({ "$ref": target })).unwrap_or_else(|| target.to_owned())
}

fn unescaped(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

/// Returns the texts of a list.
pub fn texts(list: &Value) -> impl Iterator<Item = String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned)
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
    Meta {
        description: text("description"),
        deprecated: flag("deprecated"),
        read_only: flag("readOnly"),
        write_only: flag("writeOnly"),
        nullable: flag("nullable"),
        default: schema.get("default").cloned(),
        evidence: evidence(schema),
        required_weakly: None,
        personal: flag("x-dintero-personal"),
        rust_name: text("x-dintero-name"),
        one_or_many: flag("x-dintero-one-or-many"),
    }
}

/// Returns all limits that a schema has, whatever kind of value they are for. In OpenAPI 3.0 exclusive bounds are flags; the
/// numbers of 3.1 are met there, too.
pub fn limits(schema: &Value) -> Vec<Limit> {
    let bounds = Bound::ALL.iter().filter_map(|(bound, keyword)| {
        let value = &schema[*keyword];
        let bound = match bound {
            Bound::Min if schema["exclusiveMinimum"] == true => Bound::Above,
            Bound::Max if schema["exclusiveMaximum"] == true => Bound::Below,
            bound => *bound,
        };
        let number = if bound.unit().is_empty() {
            value.as_f64()
        } else {
            count(value)
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
    schema["format"]
        .as_str()
        .filter(|format| format.contains(['\\', '^', '$', '[']))
}

/// Returns `true` if all keywords of a schema describe a value and none defines one.
pub fn only_describes(part: &Value) -> bool {
    const DESCRIBE: [&str; 10] = [
        "description",
        "deprecated",
        "readOnly",
        "writeOnly",
        "nullable",
        "default",
        "title",
        "example",
        "examples",
        "externalDocs",
    ];
    let describes =
        |key: &String| DESCRIBE.contains(&key.as_str()) || key.starts_with("x-") || *key == "xml";
    part.as_object()
        .is_some_and(|part| part.keys().all(describes))
}

/// Returns `true` if a schema only lists required properties, as an alternative among others: no Rust type can hold that.
pub fn only_requires(part: &Value) -> bool {
    let known = |key: &String| ["required", "description", "title", "type"].contains(&key.as_str());
    part["required"].is_array() && part.as_object().is_some_and(|part| part.keys().all(known))
}

/// Returns `true` if a schema consists of other schemas.
pub fn is_compound(schema: &Value) -> bool {
    let keys = [
        "allOf",
        "oneOf",
        "anyOf",
        "properties",
        "additionalProperties",
    ];
    keys.iter().any(|key| schema.get(*key).is_some())
}

/// Returns `true` if `null` is the type of a schema or one of its values.
pub fn lists_null(schema: &Value) -> bool {
    let values = schema["enum"].as_array();
    schema["type"] == "null" || values.is_some_and(|values| values.contains(&Value::Null))
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
    let listed = schema["enum"].as_array().into_iter().flatten();
    let listed = listed.filter(|value| !value.is_null());
    let values: Vec<&Value> = listed.chain(schema.get("const")).collect();
    if values.is_empty() {
        None
    } else if values.iter().all(|value| value.is_string()) {
        Some("string")
    } else {
        let integers = values.iter().all(|value| value.is_i64());
        integers.then_some("integer")
    }
}

/// Returns `true` if a schema has integers that no `i64` can hold.
fn is_beyond_i64(schema: &Value) -> bool {
    let beyond = |value: &Value| {
        value.is_number()
            && !value.is_i64()
            && value.as_f64().is_none_or(|value| value.fract() == 0.0)
    };
    let values = schema["enum"].as_array();
    schema["format"] == "uint64" || values.is_some_and(|values| values.iter().any(beyond))
}
