//! One method or type of a surface, before and after.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Class, Kind};
use super::similar;
use super::surface::{CrateChange, Type, change};

const BEHAVIOUR: &str = "Compiles; what the program does changes.";
const SENT: &str = "Compiles, but a call without it is refused before it is sent.";

/// What changed in a method.
pub fn operation(
    name: &str,
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
    changes: &mut Vec<CrateChange>,
) {
    let arguments = arguments(old, new);
    for (before, after) in &arguments {
        let mut change = change(
            Class::None,
            Kind::Renamed,
            format!("{name}()"),
            format!("argument `{after}` seems to be what was `{before}`"),
        );
        change.note = Some("Compiles: arguments have a place, not a name.");
        changes.push(change);
    }
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for key in keys {
        if arguments
            .iter()
            .any(|(before, after)| key == before || key == after)
        {
            continue;
        }
        let (was, is) = (old.get(key), new.get(key));
        if was == is {
            continue;
        }
        let shown = |value: Option<&String>| value.map_or("none", String::as_str).to_owned();
        let text = format!("{key}: `{}` -> `{}`", shown(was), shown(is));
        let mut add = |class, kind, text: String, note| {
            let mut change = change(class, kind, format!("{name}()"), text);
            change.note = note;
            changes.push(change);
        };
        let required = |value: &str| value.starts_with("required ");
        let kind_of = |value: &str| value.split_once(' ').map(|(_, kind)| kind.to_owned());
        match (key.as_str(), was, is) {
            ("id", ..) => add(Class::None, Kind::Changed, text, None),
            ("retry", ..) => add(Class::Additive, Kind::Changed, text, Some(BEHAVIOUR)),
            ("signature", Some(was), Some(is)) => {
                let parts = |line: &str| {
                    line.split_once(" -> ")
                        .map(|(route, answer)| (route.to_owned(), answer.to_owned()))
                        .unwrap_or_default()
                };
                let ((old_route, old_answer), (new_route, new_answer)) = (parts(was), parts(is));
                if old_route != new_route {
                    let text = format!("calls `{new_route}`, called `{old_route}`");
                    add(Class::Additive, Kind::Changed, text, Some(BEHAVIOUR));
                }
                if old_answer != new_answer {
                    let text = format!("answers `{new_answer}`, answered `{old_answer}`");
                    add(Class::Breaking, Kind::Changed, text, None);
                }
            }
            (part, None, Some(is)) if part.starts_with("path ") => {
                add(
                    Class::Breaking,
                    Kind::Added,
                    format!("argument `{part}` added: `{is}`"),
                    None,
                );
            }
            (part, None, Some(is)) if required(is) => {
                add(
                    Class::Breaking,
                    Kind::Added,
                    format!("required setter `{part}` added"),
                    Some(SENT),
                );
            }
            (part, None, Some(_)) => add(
                Class::Additive,
                Kind::Added,
                format!("setter `{part}` added"),
                None,
            ),
            (part, Some(_), None) => add(
                Class::Breaking,
                Kind::Removed,
                format!("setter or argument `{part}` removed"),
                None,
            ),
            (_, Some(was), Some(is)) if kind_of(was) != kind_of(is) => {
                add(Class::Breaking, Kind::Changed, text, None)
            }
            (part, Some(_), Some(is)) if required(is) => {
                add(
                    Class::Breaking,
                    Kind::Changed,
                    format!("`{part}` is required now"),
                    Some(SENT),
                );
            }
            (part, ..) => add(
                Class::Additive,
                Kind::Changed,
                format!("`{part}` is optional now"),
                None,
            ),
        }
    }
}

/// Arguments that have another name at the same place of the path.
fn arguments(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let of = |method: &BTreeMap<String, String>| -> Vec<String> {
        let parts = method.get("signature").map(|line| line.split('{').skip(1));
        let names = parts.into_iter().flatten();
        let names = names.filter_map(|part| Some(format!("path {}", part.split_once('}')?.0)));
        names.filter(|name| method.contains_key(name)).collect()
    };
    let (olds, news) = (of(old), of(new));
    if olds.len() != news.len() {
        return Vec::new();
    }
    let pairs = olds.into_iter().zip(news);
    pairs
        .filter(|(before, after)| !new.contains_key(before) && !old.contains_key(after))
        .filter(|(before, after)| old.get(before) == new.get(after))
        .collect()
}

/// What changed in a type.
pub fn type_itself(name: &str, was: &Type, is: &Type, changes: &mut Vec<CrateChange>) {
    if was.kind != is.kind {
        let text = format!("was a {}, is a {} now", was.kind, is.kind);
        changes.push(change(Class::Breaking, Kind::Changed, name, text));
        return;
    }
    if was.head != is.head {
        let builder = |kind: &Type| kind.kind == "struct" && kind.head.starts_with("request");
        match (builder(was), builder(is)) {
            (false, true) => {
                changes.push(change(Class::Additive, Kind::Added, name, "builder added"))
            }
            (true, false) => changes.push(change(
                Class::Breaking,
                Kind::Removed,
                name,
                "builder removed",
            )),
            _ if was.kind == "union" => {
                let text = format!("read as `{}`, was `{}`", is.head, was.head);
                let mut change = change(Class::Additive, Kind::Changed, name, text);
                change.note = Some(BEHAVIOUR);
                changes.push(change);
            }
            _ => {}
        }
    }
    let gone: Vec<&String> = was
        .parts
        .keys()
        .filter(|key| !is.parts.contains_key(*key))
        .collect();
    let come: Vec<&String> = is
        .parts
        .keys()
        .filter(|key| !was.parts.contains_key(*key))
        .collect();
    // A value is called by its Rust name, the rest by its key.
    let title = |kind: &Type, key: &String| {
        let part = if kind.kind == "enum" {
            &kind.parts[key]
        } else {
            key
        };
        if kind.kind == "struct" {
            format!("{name}.{part}")
        } else {
            format!("{name}::{part}")
        }
    };
    let pairs = similar::renames(&gone, &come, |one, two| {
        let (before, after) = (&was.parts[gone[one]], &is.parts[come[two]]);
        if was.kind == "enum" {
            Some(if before == after { 1.0 } else { 0.0 })
        } else {
            (before.split(' ').next() == after.split(' ').next()).then_some(0.0)
        }
    });
    for (one, two) in &pairs {
        let (before, after) = (title(was, gone[*one]), title(is, come[*two]));
        if before == after {
            let text = format!(
                "is `{}` on the wire, was `{}`",
                come[*two].trim_matches('"'),
                gone[*one].trim_matches('"')
            );
            let mut change = change(Class::Breaking, Kind::Changed, after, text);
            change.note = Some(BEHAVIOUR);
            changes.push(change);
        } else {
            let text = format!("seems to be what was `{before}`");
            changes.push(change(Class::Breaking, Kind::Renamed, after, text));
        }
    }
    for (_, key) in gone
        .iter()
        .enumerate()
        .filter(|(index, _)| !pairs.iter().any(|(one, _)| one == index))
    {
        changes.push(change(
            Class::Breaking,
            Kind::Removed,
            title(was, key),
            "removed",
        ));
    }
    for (_, key) in come
        .iter()
        .enumerate()
        .filter(|(index, _)| !pairs.iter().any(|(_, two)| two == index))
    {
        changes.push(change(
            Class::Additive,
            Kind::Added,
            title(is, key),
            "added",
        ));
    }
    for (key, before) in &was.parts {
        let Some(after) = is.parts.get(key).filter(|after| *after != before) else {
            continue;
        };
        match was.kind.as_str() {
            "struct" => field(&title(is, key), before, after, changes),
            "enum" => {
                let text = format!("seems to be what was `{name}::{before}`");
                changes.push(change(Class::Breaking, Kind::Renamed, title(is, key), text));
            }
            _ => {
                let mut change = change(
                    Class::Additive,
                    Kind::Changed,
                    title(is, key),
                    format!("told by {after}, was {before}"),
                );
                change.note = Some(BEHAVIOUR);
                changes.push(change);
            }
        }
    }
}

/// The type of a field follows from its words, except that `personal` is about Debug output only.
fn field(title: &str, before: &str, after: &str, changes: &mut Vec<CrateChange>) {
    let plain = |field: &str| field.replace(" personal", "");
    if plain(before) == plain(after) {
        let text = if after.ends_with(" personal") {
            "is hidden in Debug output now"
        } else {
            "is shown in Debug output now"
        };
        let mut change = change(Class::Additive, Kind::Changed, title, text);
        change.note = Some(BEHAVIOUR);
        changes.push(change);
    } else {
        let text = format!("`{before}` -> `{after}`");
        changes.push(change(Class::Breaking, Kind::Changed, title, text));
    }
}
