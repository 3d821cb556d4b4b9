//! How the variant of a union is told.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::raw::{Raw, without_position};
use super::{FieldName, lenient};
use crate::DriftKind;

/// What tells the variants of a union.
#[doc(hidden)]
pub struct UnionFacts {
    pub name: &'static str,
    /// The name of the tag, if it has one.
    pub tag: &'static [&'static str],
    /// A value that has the tag of a variant and does not match its type is kept as JSON.
    pub open: bool,
    pub variants: &'static [VariantFacts],
}

/// What tells one variant of a union.
#[doc(hidden)]
pub struct VariantFacts {
    pub name: &'static str,
    /// The values of the tag; numbers and booleans as JSON writes them.
    pub values: &'static [&'static str],
    /// The fields that tell it where the tag does not, any of which is enough: first those that no other variant has, then
    /// those that it requires.
    pub fields: [&'static [&'static str]; 2],
}

/// Deserializes a union. `parse` deserializes the text of the variant of that name, or of none.
///
/// The variants that a value may be by its fields are tried as they are, and in a lenient reading then leniently.
#[doc(hidden)]
pub fn read_union<'de, U, D: Deserializer<'de>>(
    deserializer: D,
    facts: &UnionFacts,
    parse: fn(&str, &str) -> serde_json::Result<U>,
) -> Result<U, D::Error> {
    let Raw(text) = Raw::deserialize(deserializer)?;
    let members = members(&text).map_err(without_position)?;
    let (names, is_tagged) = told(&members, facts);
    if is_tagged && !facts.open {
        return parse(names[0], &text).map_err(without_position);
    }
    for exact in [true, false] {
        let read = |name| lenient::attempt_variant(exact, || parse(name, &text));
        if let Some(known) = names.iter().copied().find_map(read) {
            return Ok(known);
        }
    }
    if !is_tagged && !names.is_empty() {
        lenient::DOUBT.set(true);
    }
    let tag = facts.tag.first();
    match tag.and_then(|tag| members.get_key_value(*tag)) {
        Some((name, Raw(tag))) => {
            lenient::note(&name.0);
            lenient::found(DriftKind::Value, facts.name, tag.trim_matches('"'), tag);
        }
        None => {
            let inside = text.get(1..).unwrap_or_default();
            lenient::found(DriftKind::Value, facts.name, "", inside);
        }
    }
    parse("", &text).map_err(without_position)
}

type Members<'a> = BTreeMap<FieldName<'a>, Raw<'a>>;

fn members(text: &str) -> serde_json::Result<Members<'_>> {
    match text.starts_with('{') {
        true => serde_json::from_str(text),
        false => Ok(Members::new()),
    }
}

/// Returns the variants that an object may be, the likeliest first: one by its tag, and `true`, or where that does not tell, those of
/// its fields. A field that is `null` tells only what no other field does.
fn told(members: &Members<'_>, facts: &UnionFacts) -> (Vec<&'static str>, bool) {
    let tag = facts.tag.first().and_then(|tag| members.get(*tag));
    let tag = tag.and_then(|tag| serde_json::from_str(&tag.0).ok());
    let mut rivals: Vec<&VariantFacts> = facts.variants.iter().collect();
    if let Some(tag) = tag.filter(|tag: &Value| !tag.is_null()) {
        rivals.retain(|variant| variant.values.iter().any(|text| is(&tag, text)));
        if let [only] = rivals.as_slice() {
            return (vec![only.name], true);
        }
        if rivals.is_empty() {
            let untagged = facts.variants.iter();
            rivals.extend(untagged.filter(|variant| variant.values.is_empty()));
        }
    }
    let mut names = Vec::new();
    for (null, which) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
        for variant in &rivals {
            let fields = variant.fields[which].iter();
            let mut fields = fields.filter_map(|field| members.get(*field));
            if fields.any(|field| null || field.0 != "null") && !names.contains(&variant.name) {
                names.push(variant.name);
            }
        }
    }
    (names, false)
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

#[cfg(test)]
mod tests;
