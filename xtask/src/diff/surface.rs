//! What changed for programs that use a client crate, judged by its surface.
//!
//! Structs and enums are `#[non_exhaustive]`, path variables are the only arguments of methods, the rest are setters:
//! so a new line breaks nobody, and a line that is gone or different does, with the exceptions below.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::change::{Class, Kind};
use super::items::{operation, type_itself};
use super::similar;

/// A change of a client crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CrateChange {
    /// What it means to programs.
    pub class: Class,
    /// What became of it.
    pub kind: Kind,
    /// `create_session`, `Session`, `Session.order`
    pub item: String,
    /// What happened.
    pub text: String,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// A surface: operations and types, with the rest of each line by its own name.
#[derive(Default)]
struct Surface {
    operations: BTreeMap<String, BTreeMap<String, String>>,
    types: BTreeMap<String, Type>,
}

/// A type of a surface.
#[derive(Clone, Default)]
pub struct Type {
    /// `struct`, `enum` or `union`.
    pub kind: String,
    /// `request` or `response by type`.
    pub head: String,
    /// Fields by wire name, values by wire value, choices by name.
    pub parts: BTreeMap<String, String>,
}

/// Compares two surfaces.
pub fn compare(old: &str, new: &str) -> Vec<CrateChange> {
    let (mut old, new) = (parse(old), parse(new));
    let mut changes = Vec::new();
    rename_types(&mut old, &new, &mut changes);
    operations(&old, &new, &mut changes);
    for (name, was) in &old.types {
        match new.types.get(name) {
            Some(is) => type_itself(name, was, is, &mut changes),
            None => changes.push(change(
                Class::Breaking,
                Kind::Removed,
                name,
                format!("{} removed", was.kind),
            )),
        }
    }
    for (name, is) in &new.types {
        if !old.types.contains_key(name) {
            changes.push(change(
                Class::Additive,
                Kind::Added,
                name,
                format!("{} added", is.kind),
            ));
        }
    }
    changes.sort_by(|one, two| two.class.cmp(&one.class).then_with(|| one.cmp(two)));
    changes
}

/// A change without a note.
pub fn change(
    class: Class,
    kind: Kind,
    item: impl Into<String>,
    text: impl Into<String>,
) -> CrateChange {
    CrateChange {
        class,
        kind,
        item: item.into(),
        text: text.into(),
        note: None,
    }
}

fn parse(text: &str) -> Surface {
    let mut surface = Surface::default();
    for line in text.lines() {
        let mut words = line.splitn(3, ' ');
        let (Some(kind), Some(name), Some(rest)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if kind == "operation" {
            let mut words: Vec<&str> = rest.splitn(3, ' ').collect();
            let (key, value) = match words.as_slice() {
                ["id" | "retry", ..] | ["body", ..] => {
                    (words.remove(0).to_owned(), words.join(" "))
                }
                ["path" | "query" | "header", wire, value] => {
                    (format!("{} {wire}", words[0]), (*value).to_owned())
                }
                _ => ("signature".to_owned(), rest.to_owned()),
            };
            surface
                .operations
                .entry(name.to_owned())
                .or_default()
                .insert(key, value);
            continue;
        }
        let entry = surface.types.entry(name.to_owned()).or_default();
        kind.clone_into(&mut entry.kind);
        let part = match kind {
            "struct" => rest.split_once(": "),
            "enum" => rest
                .split_once(" = ")
                .map(|(variant, wire)| (wire, variant)),
            _ => rest.split_once(" = "),
        };
        match part {
            Some((key, value)) => {
                entry.parts.insert(key.to_owned(), value.to_owned());
            }
            None => rest.clone_into(&mut entry.head),
        }
    }
    surface
}

/// A type under another name is told once, not in every line that mentions it.
fn rename_types(old: &mut Surface, new: &Surface, changes: &mut Vec<CrateChange>) {
    let gone: Vec<String> = old
        .types
        .keys()
        .filter(|name| !new.types.contains_key(*name))
        .cloned()
        .collect();
    let come: Vec<&String> = new
        .types
        .keys()
        .filter(|name| !old.types.contains_key(*name))
        .collect();
    let pairs = similar::pairs(gone.len(), come.len(), |one, two| {
        let (was, is) = (&old.types[&gone[one]], &new.types[come[two]]);
        let common = was
            .parts
            .keys()
            .filter(|key| is.parts.contains_key(*key))
            .count();
        let all = was.parts.len() + is.parts.len() - common;
        #[allow(clippy::cast_precision_loss)]
        let share = if all == 0 {
            0.0
        } else {
            common as f64 / all as f64
        };
        let sounds = similar::likeness(&gone[one], come[two]);
        if was.kind != is.kind || (share < 0.6 && !(sounds > 0.0 && share >= 0.3)) {
            0.0
        } else {
            // Of types that look the same, those whose names share more letters.
            share + sounds + 0.1 * strsim::normalized_damerau_levenshtein(&gone[one], come[two])
        }
    });
    let names: BTreeMap<&str, &str> = pairs
        .iter()
        .map(|(one, two)| (gone[*one].as_str(), come[*two].as_str()))
        .collect();
    for (before, after) in &names {
        let text = format!("seems to be what was `{before}`");
        changes.push(change(Class::Breaking, Kind::Renamed, *after, text));
    }
    let types = std::mem::take(&mut old.types);
    for (name, mut kind) in types {
        kind.head = renamed(&kind.head, &names);
        kind.parts = kind
            .parts
            .into_iter()
            .map(|(key, value)| match kind.kind.as_str() {
                "struct" => (key, renamed(&value, &names)),
                "union" => (renamed(&key, &names), value),
                _ => (key, value),
            })
            .collect();
        old.types.insert(renamed(&name, &names), kind);
    }
    for value in old.operations.values_mut().flat_map(BTreeMap::values_mut) {
        *value = renamed(value, &names);
    }
}

/// The text with whole words replaced.
fn renamed(text: &str, names: &BTreeMap<&str, &str>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let inside = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = rest.find(|letter| !inside(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        result.push_str(names.get(word).unwrap_or(&word));
        let next = after.find(inside).unwrap_or(after.len());
        result.push_str(&after[..next]);
        rest = &after[next..];
    }
    result
}

fn operations(old: &Surface, new: &Surface, changes: &mut Vec<CrateChange>) {
    let mut renamed = BTreeSet::new();
    for (name, was) in &old.operations {
        let (after, is) = match new.operations.get(name) {
            Some(is) => (name, is),
            None => {
                let route = |parts: &BTreeMap<String, String>| {
                    let signature = parts
                        .get("signature")
                        .map(String::as_str)
                        .unwrap_or_default();
                    signature
                        .split(" -> ")
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                };
                let same = |(name, is): &(&String, &BTreeMap<String, String>)| {
                    !old.operations.contains_key(*name)
                        && (is.get("id") == was.get("id") || route(is) == route(was))
                };
                let Some((after, is)) = new.operations.iter().find(same) else {
                    changes.push(change(
                        Class::Breaking,
                        Kind::Removed,
                        format!("{name}()"),
                        "method removed",
                    ));
                    continue;
                };
                renamed.insert(after);
                let text = format!("seems to be what was `{name}()`");
                changes.push(change(
                    Class::Breaking,
                    Kind::Renamed,
                    format!("{after}()"),
                    text,
                ));
                (after, is)
            }
        };
        operation(after, was, is, changes);
    }
    for name in new.operations.keys() {
        if !old.operations.contains_key(name) && !renamed.contains(name) {
            changes.push(change(
                Class::Additive,
                Kind::Added,
                format!("{name}()"),
                "method added",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Kind, compare};

    const OLD: &str = "\
operation get_a GET /a/{id} -> Thing
operation get_a id a_get
operation get_a retry Idempotent
operation get_a path id required String
operation get_a query limit optional i64
struct Thing response
struct Thing amount: i64 required
struct Thing kind: ThingKind
struct Thing name: String personal
enum ThingKind response
enum ThingKind One = \"one\"
enum ThingKind Two = \"two\"
union Choice request by type
union Choice Thing = [\"a\"]
";

    fn changed(edits: &[(&str, &str)]) -> Vec<String> {
        let mut new = OLD.to_owned();
        for (from, to) in edits {
            assert!(new.contains(from), "{from}");
            new = new.replace(from, to);
        }
        compare(OLD, &new)
            .iter()
            .map(|change| format!("{} {}: {}", change.class.name(), change.item, change.text))
            .collect()
    }

    #[test]
    fn the_same_surface_has_no_changes() {
        assert!(changed(&[]).is_empty());
    }

    #[test]
    fn a_renamed_type_is_told_once() {
        assert_eq!(
            changed(&[("ThingKind", "KindOfThing")]),
            ["breaking KindOfThing: seems to be what was `ThingKind`"]
        );
    }

    #[test]
    fn a_renamed_method_is_no_removal() {
        assert_eq!(
            changed(&[("get_a", "read_a")]),
            ["breaking read_a(): seems to be what was `get_a()`"]
        );
    }

    #[test]
    fn the_name_of_a_path_argument_breaks_nobody() {
        let edits = [
            ("/a/{id}", "/a/{key}"),
            ("path id required", "path key required"),
        ];
        let told = changed(&edits);
        assert!(
            told.iter().all(|line| !line.starts_with("breaking")),
            "{told:?}"
        );
        assert!(
            told.contains(
                &"none get_a(): argument `path key` seems to be what was `path id`".to_owned()
            ),
            "{told:?}"
        );
    }

    #[test]
    fn new_lines_are_additive_but_for_arguments_and_what_is_required() {
        for (from, to, expected) in [
            (
                "operation get_a query limit optional i64",
                "operation get_a query limit optional i64\noperation get_a query next optional i64",
                Class::Additive,
            ),
            (
                "operation get_a query limit optional i64",
                "operation get_a query limit optional i64\noperation get_a query next required i64",
                Class::Breaking,
            ),
            (
                "operation get_a path id required String",
                "operation get_a path id required String\noperation get_a path part required String",
                Class::Breaking,
            ),
            (
                "enum ThingKind Two = \"two\"",
                "enum ThingKind Two = \"two\"\nenum ThingKind Other = \"other\"",
                Class::Additive,
            ),
            (
                "struct Thing kind: ThingKind",
                "struct Thing kind: ThingKind\nstruct Thing more: i64 required",
                Class::Additive,
            ),
            ("retry Idempotent", "retry NonIdempotent", Class::Additive),
            ("id a_get", "id a_read", Class::None),
            ("String personal", "String", Class::Additive),
            (
                "String personal",
                "String required personal",
                Class::Breaking,
            ),
            ("-> Thing", "-> Thing or ()", Class::Breaking),
            (
                "struct Thing response",
                "struct Thing request",
                Class::Additive,
            ),
            ("One = ", "First = ", Class::Breaking),
            ("= \"one\"", "= \"eins\"", Class::Breaking),
            ("[\"a\"]", "[\"a\", \"b\"]", Class::Additive),
        ] {
            let changes = compare(OLD, &OLD.replace(from, to));
            assert_eq!(changes.len(), 1, "{to}: {changes:?}");
            assert_eq!(changes[0].class, expected, "{to}: {changes:?}");
        }
    }

    #[test]
    fn what_is_gone_breaks() {
        let new: String = OLD
            .lines()
            .filter(|line| !line.contains("Two") && !line.contains("limit"))
            .map(|line| format!("{line}\n"))
            .collect();
        let changes = compare(OLD, &new);
        assert_eq!(changes.len(), 2);
        assert!(
            changes
                .iter()
                .all(|change| change.class == Class::Breaking && change.kind == Kind::Removed)
        );
    }
}
