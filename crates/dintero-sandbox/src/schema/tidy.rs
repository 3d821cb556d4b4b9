//! Reads a request's body as production does: `29990.0` is an integer, and what no document has is noted, not refused.

use serde_json::{Value, json};

use crate::documents::resolve;
use crate::state::json::{items, text_of};

/// Makes integers of decimals that are whole but for some `noise`, and removes members that are null, which count as not sent, unless the body is read
/// `strict`ly. Returns the fields that are not in the document.
pub(crate) fn tidy(
    document: &Value,
    schema: &Value,
    body: &mut Value,
    strict: bool,
    noise: f64,
) -> Vec<String> {
    let mut walk = Walk {
        document,
        strict,
        noise,
        unknown: Vec::new(),
    };
    walk.value(&expanded(document, [schema]), body, "");
    walk.unknown
}

/// Returns the schemas and all that they are made of: a member of any of them is in the document.
pub(crate) fn expanded<'a>(
    document: &'a Value,
    schemas: impl IntoIterator<Item = &'a Value>,
) -> Vec<&'a Value> {
    let mut all = Vec::new();
    for schema in schemas {
        expand(document, schema, &mut all);
    }
    all
}

fn expand<'a>(document: &'a Value, schema: &'a Value, all: &mut Vec<&'a Value>) {
    let schema = resolve(document, schema);
    if all.iter().any(|known| std::ptr::eq(*known, schema)) {
        return;
    }
    all.push(schema);
    for of in ["allOf", "oneOf", "anyOf"] {
        items(&schema[of])
            .iter()
            .for_each(|branch| expand(document, branch, all));
    }
    let mapping = schema["discriminator"]["mapping"].as_object();
    for child in mapping.into_iter().flat_map(|mapping| mapping.values()) {
        let pointer = text_of(child).trim_start_matches('#');
        expand(document, document.pointer(pointer).unwrap_or(schema), all);
    }
}

pub(crate) fn items_of<'a>(document: &'a Value, schemas: &[&'a Value]) -> Vec<&'a Value> {
    let items = schemas.iter().filter_map(|schema| schema.get("items"));
    expanded(document, items)
}

/// Returns the schemas of the member of that name.
pub(crate) fn named<'a>(schemas: &[&'a Value], name: &str) -> Vec<&'a Value> {
    let schemas = schemas.iter();
    let found = schemas.filter_map(|schema| schema["properties"].get(name));
    found.collect()
}

struct Walk<'a> {
    document: &'a Value,
    strict: bool,
    noise: f64,
    unknown: Vec<String>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, schemas: &[&'a Value], value: &mut Value, field: &str) {
        match value {
            Value::Number(number) if !number.is_i64() => {
                if let Some(n) = number.as_f64()
                    && (n - n.round()).abs() <= self.noise
                    && n.abs() < 2_f64.powi(53)
                {
                    *value = json!(n.round() as i64);
                }
            }
            Value::Array(items) => {
                let below = items_of(self.document, schemas);
                for (i, item) in items.iter_mut().enumerate() {
                    self.value(&below, item, &format!("{field}[{i}]"));
                }
            }
            Value::Object(members) => {
                let has = |name: &'static str| schemas.iter().filter_map(move |of| of.get(name));
                let is_open = has("properties").next().is_none()
                    || has("additionalProperties").any(|more| *more != false);
                let separator = if field.is_empty() { "" } else { "." };
                let mut nulls = Vec::new();
                for (name, value) in &mut *members {
                    let below = expanded(self.document, named(schemas, name));
                    let field = format!("{field}{separator}{name}");
                    let may_be_null = below.iter().any(|schema| schema["nullable"] == true);
                    if value.is_null() && !may_be_null && !is_open && !self.strict {
                        nulls.push(name.clone());
                    } else if below.is_empty() && !is_open {
                        self.unknown.push(field);
                    } else {
                        self.value(&below, value, &field);
                    }
                }
                members.retain(|name, _| !nulls.contains(name));
            }
            _ => {}
        }
    }
}
