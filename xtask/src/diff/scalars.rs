//! What two shapes say about single values: type, format, limits, lists of values.

use serde_json::Value;

use super::change::Class::{Additive, Breaking, None as Nothing};
use super::change::{Class, Fact, Kind, Rule, What};
use super::join::Sides;
use super::shape::Shape;
use super::similar;

/// Clients of closed lists break where ours do not.
const OPEN: &str =
    "A client with a closed list fails on it in a response; ours keeps what it does not know.";
/// Our clients read more than the document promises.
const UNLIMITED: &str = "Our clients check no limit in responses.";

/// Format names that change what is on the wire.
const FORMATS: [&str; 19] = [
    "int32",
    "int64",
    "float",
    "double",
    "decimal",
    "date",
    "date-time",
    "time",
    "duration",
    "byte",
    "binary",
    "uuid",
    "uri",
    "url",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "password",
];

/// Are values of the one type no values of the other?
pub fn strangers(old: &Shape, new: &Shape) -> bool {
    let numbers = |kind: &str| kind == "integer" || kind == "number";
    match (&old.kind, &new.kind) {
        (Some(old), Some(new)) => old != new && !(numbers(old) && numbers(new)),
        _ => false,
    }
}

/// Type, null, format, limits, default, values.
pub fn compare(sides: &Sides<'_>, old: &Shape, new: &Shape, facts: &mut Vec<Fact>) {
    kinds(sides, old, new, facts);
    if strangers(old, new) {
        return;
    }
    let mut flag = |before,
                    after,
                    set: (&str, (Class, Class)),
                    unset: (&str, (Class, Class)),
                    words: [&str; 2]| {
        if before != after {
            let (rule, classes) = if after { set } else { unset };
            let text = words[usize::from(!after)];
            facts.push(sides.fact(Rule::Suffix(rule.to_owned()), classes, text));
        }
    };
    flag(
        old.nullable,
        new.nullable,
        ("became-nullable", (Additive, Breaking)),
        ("became-not-nullable", (Breaking, Additive)),
        ["may be null now", "may no longer be null"],
    );
    flag(
        old.deprecated,
        new.deprecated,
        ("deprecated", (Additive, Additive)),
        ("reactivated", (Additive, Additive)),
        ["is deprecated now", "is no longer deprecated"],
    );
    format(sides, old, new, facts);
    for key in [
        "pattern",
        "default",
        "multipleOf",
        "exclusiveMaximum",
        "exclusiveMinimum",
    ] {
        plain(sides, old, new, key, facts);
    }
    for key in [
        "maximum",
        "maxLength",
        "maxItems",
        "maxProperties",
        "minimum",
        "minLength",
        "minItems",
        "minProperties",
    ] {
        limit(sides, old, new, key, facts);
    }
    values(sides, old, new, facts);
}

fn kinds(sides: &Sides<'_>, old: &Shape, new: &Shape, facts: &mut Vec<Fact>) {
    let (rule, classes) = match (old.kind.as_deref(), new.kind.as_deref()) {
        (old, new) if old == new => return,
        (None, Some(_)) | (Some("number"), Some("integer")) => {
            ("type-specialized", (Breaking, Additive))
        }
        (Some(_), None) | (Some("integer"), Some("number")) => {
            ("type-generalized", (Additive, Breaking))
        }
        _ => ("type-changed", (Breaking, Breaking)),
    };
    let name = |kind: &Option<String>| kind.clone().unwrap_or_else(|| "anything".to_owned());
    let text = format!("was {}, is {} now", name(&old.kind), name(&new.kind));
    facts.push(sides.fact(Rule::Suffix(rule.to_owned()), classes, text));
}

fn format(sides: &Sides<'_>, old: &Shape, new: &Shape, facts: &mut Vec<Fact>) {
    let of = |shape: &Shape| {
        let format = shape
            .facts
            .get("format")
            .and_then(|(value, _)| value.as_str());
        format.map(str::to_owned)
    };
    let (old, new) = (of(old), of(new));
    if old == new {
        return;
    }
    let known = |format: &Option<String>| {
        format
            .clone()
            .filter(|format| FORMATS.contains(&format.as_str()))
    };
    let classes = match (known(&old), known(&new)) {
        (old, new) if old == new => (Nothing, Nothing),
        (None, Some(_)) => (Breaking, Additive),
        (Some(_), None) => (Additive, Breaking),
        _ => (Breaking, Breaking),
    };
    let name = |format: &Option<String>| {
        format.as_ref().map_or("no format".to_owned(), |format| {
            format!("format `{format}`")
        })
    };
    let text = format!("had {}, has {} now", name(&old), name(&new));
    facts.push(sides.fact(Rule::Suffix("format-changed".to_owned()), classes, text));
}

/// A keyword that is there, not there, or different.
fn plain(sides: &Sides<'_>, old: &Shape, new: &Shape, key: &'static str, facts: &mut Vec<Fact>) {
    let (before, after) = (old.facts.get(key), new.facts.get(key));
    if before.map(|(value, _)| value) == after.map(|(value, _)| value) {
        return;
    }
    let step = match (before, after) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    let name = match key {
        "default" => "default-value".to_owned(),
        key => kebab(key),
    };
    let classes = match (key, step) {
        ("default", _) => (Additive, Additive),
        ("pattern", "changed") => (Breaking, Additive),
        (_, "removed") => (Additive, Additive),
        (_, "added") => (Breaking, Additive),
        _ => (Breaking, Additive),
    };
    let mut fact = sides.fact(
        Rule::Suffix(format!("{name}-{step}")),
        classes,
        format!("{key}: {}", from_to(before, after)),
    );
    if key == "default" {
        fact.in_parameter = Some(Breaking);
    }
    facts.push(fact);
}

fn limit(sides: &Sides<'_>, old: &Shape, new: &Shape, key: &'static str, facts: &mut Vec<Fact>) {
    let of = |shape: &Shape| {
        let limit = shape.facts.get(key).and_then(|(value, _)| value.as_f64());
        // Nothing is shorter than nothing.
        limit.filter(|limit| *limit != 0.0 || !key.starts_with("min") || key == "minimum")
    };
    let (before, after) = (of(old), of(new));
    let upper = key.starts_with("max");
    let (step, tighter) = match (before, after) {
        (before, after) if before == after => return,
        (None, _) => ("set", true),
        (_, None) => ("unset", false),
        (Some(before), Some(after)) if after > before => ("increased", !upper),
        _ => ("decreased", upper),
    };
    let base = match key {
        "maximum" => "max".to_owned(),
        "minimum" => "min".to_owned(),
        key => kebab(key),
    };
    let classes = if tighter {
        (Breaking, Additive)
    } else {
        (Additive, Breaking)
    };
    let text = format!("{key}: {}", from_to(old.facts.get(key), new.facts.get(key)));
    let mut fact = sides.fact(Rule::Suffix(format!("{base}-{step}")), classes, text);
    fact.note = (!tighter).then_some(UNLIMITED);
    facts.push(fact);
}

fn values(sides: &Sides<'_>, old: &Shape, new: &Shape, facts: &mut Vec<Fact>) {
    let (before, after) = match (&old.values, &new.values) {
        (None, None) => return,
        (None, Some(after)) => {
            let text = format!("is a list of values now: {}", list(after));
            facts.push(sides.fact(
                Rule::Suffix("became-enum".to_owned()),
                (Breaking, Additive),
                text,
            ));
            return;
        }
        (Some(before), None) => {
            let text = format!("is open now, was a list of values: {}", list(before));
            let mut fact = sides.fact(
                Rule::Suffix("enum-opened".to_owned()),
                (Additive, Additive),
                text,
            );
            fact.note = Some(OPEN);
            facts.push(fact);
            return;
        }
        (Some(before), Some(after)) => (before, after),
    };
    let missing = |from: &[(Value, String)], list: &[(Value, String)]| -> Vec<(String, String)> {
        let missing = list
            .iter()
            .filter(|(value, _)| !from.iter().any(|(other, _)| other == value));
        missing
            .map(|(value, place)| (text(value), place.clone()))
            .collect()
    };
    let gone = missing(after, before);
    let come = missing(before, after);
    let names = |list: &[(String, String)]| -> Vec<String> {
        list.iter().map(|(name, _)| name.clone()).collect()
    };
    let renamed = similar::renames(&names(&gone), &names(&come), |_, _| Some(0.0));
    let mut add = |rule: &str,
                   classes,
                   kind,
                   old: Option<&(String, String)>,
                   new: Option<&(String, String)>,
                   words: &str,
                   note| {
        let (old_place, new_place) = (old.map(|(_, place)| place), new.map(|(_, place)| place));
        let name = new
            .or(old)
            .map(|(name, _)| name.clone())
            .unwrap_or_default();
        let subject = sides.owner(old_place, new_place, 2);
        let mut fact = Fact::new(Rule::Suffix(rule.to_owned()), classes, kind, What::Value).at(
            subject,
            name,
            old_place.cloned(),
            new_place.cloned(),
            words,
        );
        fact.former = old.filter(|_| new.is_some()).map(|(name, _)| name.clone());
        fact.note = note;
        facts.push(fact);
    };
    for (index, value) in gone.iter().enumerate() {
        match renamed.iter().find(|(one, _)| *one == index) {
            Some((_, other)) => add(
                "enum-value-renamed",
                (Breaking, Breaking),
                Kind::Renamed,
                Some(value),
                Some(&come[*other]),
                &format!("seems to be what was `{}`", value.0),
                None,
            ),
            None => add(
                "enum-value-removed",
                (Breaking, Additive),
                Kind::Removed,
                Some(value),
                None,
                "value removed",
                None,
            ),
        }
    }
    for (index, value) in come.iter().enumerate() {
        if !renamed.iter().any(|(_, other)| *other == index) {
            add(
                "enum-value-added",
                (Additive, Additive),
                Kind::Added,
                None,
                Some(value),
                "value added",
                Some(OPEN),
            );
        }
    }
}

fn from_to(old: Option<&(Value, String)>, new: Option<&(Value, String)>) -> String {
    let of = |fact: Option<&(Value, String)>| {
        fact.map_or("none".to_owned(), |(value, _)| value.to_string())
    };
    format!("{} -> {}", of(old), of(new))
}

fn list(values: &[(Value, String)]) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|(value, _)| format!("`{}`", text(value)))
        .collect();
    values.join(", ")
}

/// A value as it is on the wire.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn kebab(key: &str) -> String {
    let mut name = String::new();
    for letter in key.chars() {
        if letter.is_uppercase() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
