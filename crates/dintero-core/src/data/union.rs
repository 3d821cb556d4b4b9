//! How the variant of a union is told.

use serde_json::Value;

/// What tells one variant of a union.
#[doc(hidden)]
#[derive(Debug)]
pub struct VariantFacts {
    pub name: &'static str,
    /// The values of the tag; numbers and booleans as JSON writes them.
    pub values: &'static [&'static str],
    /// The fields that tell it where the tag does not, any of which is enough: first those that no other variant has, then
    /// those that it requires.
    pub fields: [&'static [&'static str]; 2],
}

/// The variant that a value is.
#[doc(hidden)]
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    ByTag(&'static str),
    /// The variants that it may be, the likeliest first: it is the first that it can be deserialized as.
    ByFields(Vec<&'static str>),
}

/// Returns the variant that a value is, by its tag and where that does not tell, by its fields. A field that is `null` tells
/// only what no other field does.
#[doc(hidden)]
pub fn told(value: &Value, tag: Option<&&str>, variants: &[VariantFacts]) -> Told {
    let tag = tag
        .and_then(|tag| value.get(tag))
        .filter(|tag| !tag.is_null());
    let mut rivals: Vec<&VariantFacts> = variants.iter().collect();
    if let Some(tag) = tag {
        rivals.retain(|variant| variant.values.iter().any(|text| is(tag, text)));
        if let [only] = rivals.as_slice() {
            return Told::ByTag(only.name);
        }
        if rivals.is_empty() {
            rivals.extend(variants.iter().filter(|variant| variant.values.is_empty()));
        }
    }
    let mut names = Vec::new();
    for (null, which) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
        for variant in &rivals {
            let mut fields = variant.fields[which]
                .iter()
                .filter_map(|field| value.get(field));
            if fields.any(|field| null || !field.is_null()) && !names.contains(&variant.name) {
                names.push(variant.name);
            }
        }
    }
    Told::ByFields(names)
}

/// Returns `true` if a tag has the value of that text, whatever its type.
fn is(tag: &Value, text: &str) -> bool {
    match tag {
        Value::String(tag) => tag == text,
        Value::Bool(tag) => tag.to_string() == text,
        Value::Number(tag) => match (tag.as_i64(), text.parse::<i64>()) {
            (Some(tag), Ok(number)) => tag == number,
            _ => tag.as_f64() == text.parse().ok(),
        },
        _ => false,
    }
}

/// Returns the only value of a field.
#[doc(hidden)]
pub fn constant<T: serde::de::DeserializeOwned>(value: impl Into<Value>) -> Option<T> {
    T::deserialize(value.into()).ok()
}

#[cfg(test)]
mod tests;
