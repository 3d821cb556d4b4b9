//! Random edits of the documents are told by `cargo xtask diff`, and an edit undone is told the other way round.
//!
//! `PROPTEST_CASES` sets how many edits are tried.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Ran, Root};
use dintero_codegen::document::Document;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// How a node of a document is edited.
#[derive(Clone, Copy, Debug)]
struct Edit {
    name: &'static str,
    /// Returns `true` if the node at a pointer can be edited so.
    fits: fn(&str, &Value) -> bool,
    /// Edits the node; the index selects a member of it.
    apply: fn(&mut Value, Index),
}

const fn edit(
    name: &'static str,
    fits: fn(&str, &Value) -> bool,
    apply: fn(&mut Value, Index),
) -> Edit {
    Edit { name, fits, apply }
}

const EDITS: [Edit; 32] = [
    edit("remove a property", has_properties, |node, at| {
        without(&mut node["properties"], at);
    }),
    edit("add a property", has_properties, |node, _| {
        node["properties"]["quokka"] = json!({"type": "string"});
    }),
    edit("rename a property", has_properties, |node, at| {
        let value = without(&mut node["properties"], at);
        node["properties"]["quokka"] = value;
    }),
    edit("require a property", has_properties, |node, at| {
        let name = key(&node["properties"], at);
        toggle_member(&mut node["required"], &name);
    }),
    edit("null", is_typed, |node, _| toggle(node, "nullable")),
    edit("read-only", is_typed, |node, _| toggle(node, "readOnly")),
    edit("write-only", is_typed, |node, _| toggle(node, "writeOnly")),
    edit("deprecated", is_typed, |node, _| toggle(node, "deprecated")),
    edit("a length", is_text, |node, _| {
        node["maxLength"] = json!(node["maxLength"].as_u64().unwrap_or(70) + 1);
    }),
    edit("a pattern", is_text, |node, _| {
        node["pattern"] = json!("^[a-z: \"=]+$");
    }),
    edit("a format", is_text, |node, _| {
        node["format"] = json!(if node["format"] == "date" {
            "uuid"
        } else {
            "date"
        });
    }),
    edit("a default", is_text, |node, _| {
        node["default"] = json!("a b")
    }),
    edit("a bound", is_integer, |node, _| node["minimum"] = json!(-7)),
    edit("bits", is_integer, |node, _| {
        let wide = node["format"] == "int32";
        node["format"] = json!(if wide { "int64" } else { "int32" });
    }),
    edit("a type", is_typed, |node, _| {
        let text = node["type"] == "string";
        *node = json!({"type": if text { "boolean" } else { "string" }});
    }),
    edit("remove a value", has_values, |node, at| {
        without(&mut node["enum"], at);
    }),
    edit("add a value", has_values, |node, _| {
        node["enum"].as_array_mut().unwrap().push(json!("QUOKKA"));
    }),
    edit("reorder values", has_values, |node, _| {
        node["enum"].as_array_mut().unwrap().reverse();
    }),
    edit("a value in another case", has_values, |node, at| {
        let list = node["enum"].as_array_mut().unwrap();
        let at = at.index(list.len());
        let other = list[at].as_str().unwrap_or_default().to_uppercase();
        if !list.contains(&json!(other)) {
            list.insert(0, json!(other));
        }
    }),
    edit(
        "the property of a discriminator",
        is_discriminator,
        |node, _| {
            node["propertyName"] = json!("quokka");
        },
    ),
    edit(
        "a value of a discriminator",
        is_discriminator,
        |node, at| {
            let target = without(&mut node["mapping"], at);
            node["mapping"]["quokka"] = target;
        },
    ),
    edit("an alternative", has_choices, |node, at| {
        without(&mut node["oneOf"], at);
    }),
    edit("remove an operation", is_path, |node, at| {
        let methods = METHODS
            .into_iter()
            .filter(|method| node[*method].is_object());
        let methods: Vec<&str> = methods.collect();
        let method = *at.get(&methods);
        node.as_object_mut().unwrap().remove(method);
    }),
    edit("add a parameter", is_operation, |node, _| {
        let added = json!({"in": "query", "name": "quokka", "schema": {"type": "string"}});
        let list = node["parameters"].as_array().cloned().unwrap_or_default();
        node["parameters"] = [list, vec![added]].concat().into();
    }),
    edit("remove a parameter", has_parameters, |node, at| {
        let list = node["parameters"].as_array_mut().unwrap();
        let removed = list.remove(at.index(list.len()));
        if removed["in"] == "path" {
            list.push(removed);
        }
    }),
    edit("require a parameter", is_query, |node, _| {
        toggle(node, "required")
    }),
    edit("move a parameter", is_query, |node, _| {
        node["in"] = json!("header")
    }),
    edit("explode", is_query, |node, _| {
        node["explode"] = json!(node["explode"] == false);
    }),
    edit("security", is_operation, |node, _| {
        let public = node["security"] == json!([]);
        node["security"] = if public { Value::Null } else { json!([]) };
        if public {
            node.as_object_mut().unwrap().remove("security");
        }
    }),
    edit("scopes", is_operation, |node, _| {
        toggle_member(&mut node["x-scopes"], "read:quokkas");
    }),
    edit("a status", is_operation, |node, _| {
        node["responses"]["418"] = json!({"description": "teapot"});
    }),
    edit("a description", is_operation, |node, _| {
        node["description"] = json!("In other words.");
    }),
];

fn is_schema(pointer: &str) -> bool {
    pointer.starts_with("/components/schemas/") && !pointer.contains("/example")
}

fn has_properties(pointer: &str, node: &Value) -> bool {
    let properties = node["properties"].as_object();
    is_schema(pointer) && properties.is_some_and(|all| all.len() > 1)
}

fn is_typed(pointer: &str, node: &Value) -> bool {
    is_schema(pointer) && pointer.contains("/properties/") && node["type"].is_string()
}

fn is_text(pointer: &str, node: &Value) -> bool {
    is_typed(pointer, node) && node["type"] == "string" && node["enum"].is_null()
}

fn is_integer(pointer: &str, node: &Value) -> bool {
    is_typed(pointer, node) && node["type"] == "integer" && node["enum"].is_null()
}

fn has_values(pointer: &str, node: &Value) -> bool {
    let values = node["enum"].as_array();
    is_schema(pointer) && values.is_some_and(|all| all.len() > 2 && all[0].is_string())
}

fn is_discriminator(pointer: &str, node: &Value) -> bool {
    is_schema(pointer) && pointer.ends_with("/discriminator") && node["mapping"].is_object()
}

fn has_choices(pointer: &str, node: &Value) -> bool {
    let choices = node["oneOf"].as_array();
    is_schema(pointer) && choices.is_some_and(|all| all.len() > 1)
}

fn is_path(pointer: &str, _: &Value) -> bool {
    pointer.starts_with("/paths/") && pointer.matches('/').count() == 2
}

fn is_operation(pointer: &str, _: &Value) -> bool {
    let tokens: Vec<&str> = pointer.split('/').collect();
    matches!(tokens[..], ["", "paths", _, method] if METHODS.contains(&method))
}

fn has_parameters(pointer: &str, node: &Value) -> bool {
    let parameters = node["parameters"].as_array();
    is_operation(pointer, node) && parameters.is_some_and(|all| !all.is_empty())
}

fn is_query(pointer: &str, node: &Value) -> bool {
    pointer.contains("/parameters/") && node["in"] == "query"
}

fn key(object: &Value, at: Index) -> String {
    let names: Vec<&String> = object.as_object().unwrap().keys().collect();
    at.get(&names).to_string()
}

/// Removes a member of an object, or an element of a list.
fn without(value: &mut Value, at: Index) -> Value {
    if let Some(list) = value.as_array_mut() {
        return list.remove(at.index(list.len()));
    }
    let name = key(value, at);
    value.as_object_mut().unwrap().remove(&name).unwrap()
}

fn toggle(node: &mut Value, key: &str) {
    node[key] = json!(node[key] != true);
}

fn toggle_member(list: &mut Value, name: &str) {
    let mut members = list.as_array().cloned().unwrap_or_default();
    match members.iter().position(|other| *other == *name) {
        Some(at) => drop(members.remove(at)),
        None => members.push(name.into()),
    }
    *list = members.into();
}

/// Returns the pointers of all nodes that an edit applies to.
fn places(document: &Value, edit: Edit) -> Vec<String> {
    let mut found = Vec::new();
    visit(document, String::new(), &mut |node, pointer| {
        if node.is_object() && (edit.fits)(pointer, node) {
            found.push(pointer.to_owned());
        }
    });
    found
}

fn visit(node: &Value, pointer: String, see: &mut impl FnMut(&Value, &str)) {
    see(node, &pointer);
    let mut enter = |key: &str, child: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        visit(child, format!("{pointer}/{key}"), see);
    };
    let empty = Map::new();
    for (key, child) in node.as_object().unwrap_or(&empty) {
        enter(key, child);
    }
    for (index, child) in node.as_array().into_iter().flatten().enumerate() {
        enter(&index.to_string(), child);
    }
}

/// Returns kind and line of each change and what else is noted, or `None` where a state cannot be generated.
fn changes(root: &Root, api: &str, from: &Path, to: &Path) -> Option<Vec<(String, String)>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--root").arg(root.0.path()).arg("--json");
    command.args(["diff", "--api", api, "--from-dir"]);
    let ran = Ran::new(command.arg(from).arg("--to-dir").arg(to));
    let json = ran.json();
    let api = &json["apis"][0];
    if !api["failed"].is_null() {
        return None;
    }
    let word = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    let changes = api["changes"].as_array().unwrap().iter();
    let line = |change: &Value| format!("{}: {}", word(change, "item"), word(change, "text"));
    let mut told: Vec<_> = changes
        .map(|change| (word(change, "kind"), line(change)))
        .collect();
    let notes = api["notes"].as_array().unwrap().iter();
    let notes = notes.filter(|note| **note == "only descriptions differ");
    told.extend(notes.map(|note| ("note".to_owned(), note.to_string())));
    Some(told)
}

/// Returns the digests of the generated source, or `None` where the client cannot be generated.
fn digests(root: &Root, api: &str, document: &Value) -> Option<String> {
    fs::write(root.path(&format!("{api}.yaml")), document.to_string()).unwrap();
    let ran = root.run(&["regen", "--api", api]);
    let lock = || fs::read_to_string(root.path("generated.lock")).unwrap();
    (ran.code == 0).then(|| {
        let lines = lock();
        let source = lines.lines().filter(|line| line.contains("source"));
        source.collect::<Vec<_>>().join("\n")
    })
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: cases.and_then(|cases| cases.parse().ok()).unwrap_or(8),
        max_shrink_iters: 4,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edits_are_told_both_ways(
        api in select(&dintero_codegen::APIS[..]), edit in select(&EDITS[..]), place: Index, which: Index
    ) {
        let root = Root::new();
        let text = fs::read_to_string(root.path(&format!("{api}.yaml"))).unwrap();
        let old = Document::parse(api, &text).unwrap().root;
        let all = places(&old, edit);
        prop_assume!(!all.is_empty());
        let mut new = old.clone();
        let pointer = &all[place.index(all.len())];
        (edit.apply)(new.pointer_mut(pointer).unwrap(), which);

        let [from, to] = [&old, &new].map(|document| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(format!("{api}.yaml")), document.to_string()).unwrap();
            folder
        });
        let told = changes(&root, api, from.path(), to.path());
        prop_assume!(told.is_some());
        let told = told.unwrap();
        let back = changes(&root, api, to.path(), from.path()).unwrap();

        let place = format!("{api}{pointer}: {}", edit.name);
        let count = |changes: &[(String, String)], wanted: &str| {
            changes.iter().filter(|(kind, _)| kind == wanted).count()
        };
        for (kind, opposite) in [("added", "removed"), ("removed", "added"), ("renamed", "renamed"), ("note", "note")] {
            prop_assert_eq!(count(&told, kind), count(&back, opposite), "{} {:?} {:?}", place, told, back);
        }
        prop_assert_eq!(told.is_empty(), back.is_empty(), "{} {:?} {:?}", place, told, back);
        let untold = told.iter().chain(&back).find(|(_, line)| line.contains("beyond the surface"));
        prop_assert!(untold.is_none(), "{} {:?}", place, told);
        let before = digests(&root, api, &old);
        if let Some(after) = digests(&root, api, &new) {
            prop_assert!(before.unwrap() == after || !told.is_empty(), "{}", place);
        }
    }
}
