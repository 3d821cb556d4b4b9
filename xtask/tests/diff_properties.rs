//! Random edits of a real document are told by `cargo xtask diff`, and the edit undone is told the other way round.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Ran, Root};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// How a schema, a parameter or the document is edited.
#[derive(Clone, Copy, Debug)]
enum Edit {
    RemoveProperty,
    AddProperty,
    RenameProperty,
    RequireProperty,
    Nullable,
    Limit,
    EnumValue,
    RemoveOperation,
    AddParameter,
    RemoveParameter,
}

const EDITS: [Edit; 10] = [
    Edit::RemoveProperty,
    Edit::AddProperty,
    Edit::RenameProperty,
    Edit::RequireProperty,
    Edit::Nullable,
    Edit::Limit,
    Edit::EnumValue,
    Edit::RemoveOperation,
    Edit::AddParameter,
    Edit::RemoveParameter,
];

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Returns the pointers of all nodes that an edit applies to.
fn places(document: &Value, edit: Edit) -> Vec<String> {
    let mut found = Vec::new();
    visit(document, String::new(), &mut |node, pointer| {
        let schema = pointer.starts_with("/components/schemas/") && !pointer.contains("/example");
        let fits = match edit {
            Edit::RemoveProperty | Edit::RenameProperty | Edit::RequireProperty => {
                schema
                    && node["properties"]
                        .as_object()
                        .is_some_and(|all| all.len() > 1)
            }
            Edit::AddProperty => schema && node["properties"].is_object(),
            Edit::Nullable => {
                schema && pointer.contains("/properties/") && node["type"] == "string"
            }
            Edit::Limit => schema && node["maxLength"].is_u64(),
            Edit::EnumValue => schema && node["enum"].as_array().is_some_and(|all| all.len() > 2),
            Edit::RemoveOperation | Edit::AddParameter => is_operation(pointer),
            Edit::RemoveParameter => is_operation(pointer) && optional_query(node).is_some(),
        };
        if fits {
            found.push(pointer.to_owned());
        }
    });
    found
}

fn is_operation(pointer: &str) -> bool {
    let tokens: Vec<&str> = pointer.split('/').collect();
    matches!(tokens[..], ["", "paths", _, method] if METHODS.contains(&method))
}

fn optional_query(operation: &Value) -> Option<usize> {
    let list = operation["parameters"].as_array()?;
    list.iter()
        .position(|parameter| parameter["in"] == "query" && parameter["required"] != true)
}

fn visit(node: &Value, pointer: String, see: &mut impl FnMut(&Value, &str)) {
    see(node, &pointer);
    let mut enter = |key: &str, child: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        visit(child, format!("{pointer}/{key}"), see);
    };
    match node {
        Value::Object(object) => object.iter().for_each(|(key, child)| enter(key, child)),
        Value::Array(list) => {
            for (index, child) in list.iter().enumerate() {
                enter(&index.to_string(), child);
            }
        }
        _ => {}
    }
}

/// Edits the node at one of the places; `which` selects a member of it.
fn apply(document: &mut Value, edit: Edit, pointer: &str, which: Index) {
    if let Edit::RemoveOperation = edit {
        let (item, method) = pointer.rsplit_once('/').unwrap();
        let item = document.pointer_mut(item).unwrap().as_object_mut().unwrap();
        item.remove(method);
        return;
    }
    let node = document.pointer_mut(pointer).unwrap();
    let named = |properties: &Map<String, Value>| {
        let names: Vec<&String> = properties.keys().collect();
        which.get(&names).to_string()
    };
    match edit {
        Edit::RemoveProperty | Edit::RenameProperty => {
            let properties = node["properties"].as_object_mut().unwrap();
            let name = named(properties);
            let value = properties.remove(&name).unwrap();
            if let Edit::RenameProperty = edit {
                properties.insert("quokka".to_owned(), value);
            }
            if let Some(required) = node["required"].as_array_mut() {
                required.retain(|other| *other != *name);
            }
        }
        Edit::AddProperty => node["properties"]["quokka"] = json!({"type": "string"}),
        Edit::RequireProperty => {
            let name = named(node["properties"].as_object().unwrap());
            let mut required = node["required"].as_array().cloned().unwrap_or_default();
            match required.iter().position(|other| *other == *name) {
                Some(at) => drop(required.remove(at)),
                None => required.push(name.into()),
            }
            node["required"] = required.into();
        }
        Edit::Nullable => node["nullable"] = json!(node["nullable"] != true),
        Edit::Limit => node["maxLength"] = json!(node["maxLength"].as_u64().unwrap() + 1),
        Edit::EnumValue => {
            let values = node["enum"].as_array_mut().unwrap();
            values.remove(which.index(values.len()));
        }
        Edit::AddParameter => {
            let added = json!({"in": "query", "name": "quokka", "schema": {"type": "string"}});
            let mut list = node["parameters"].as_array().cloned().unwrap_or_default();
            list.push(added);
            node["parameters"] = list.into();
        }
        Edit::RemoveParameter => {
            let at = optional_query(node).unwrap();
            node["parameters"].as_array_mut().unwrap().remove(at);
        }
        Edit::RemoveOperation => unreachable!(),
    }
}

/// Returns kind and item of each change, or `None` where a state cannot be generated.
fn changes(root: &Root, from: &Path, to: &Path) -> Option<Vec<(String, String)>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--root").arg(root.0.path()).arg("--json");
    command.args(["diff", "--api", "wallets", "--from-dir"]);
    let ran = Ran::new(command.arg(from).arg("--to-dir").arg(to));
    let json = ran.json();
    let api = &json["apis"][0];
    if !api["failed"].is_null() {
        return None;
    }
    let word = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    let changes = api["changes"].as_array().unwrap().iter();
    let lines = changes.map(|change| (word(change, "kind"), word(change, "item")));
    Some(lines.collect())
}

/// Returns the surface of the document, or `None` where the client cannot be generated.
fn surface(root: &Root, document: &Value) -> Option<String> {
    fs::write(root.path("wallets.yaml"), document.to_string()).unwrap();
    let ran = root.run(&["regen", "--api", "wallets"]);
    (ran.code == 0).then(|| fs::read_to_string(root.path("surface/wallets.txt")).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_of_the_surface_are_told_both_ways(edit in select(&EDITS[..]), place: Index, which: Index) {
        let root = Root::new();
        let text = fs::read_to_string(root.path("wallets.yaml")).unwrap();
        let old = dintero_codegen::document::Document::parse("wallets", &text).unwrap().root;
        let all = places(&old, edit);
        prop_assume!(!all.is_empty());
        let mut new = old.clone();
        apply(&mut new, edit, &all[place.index(all.len())], which);

        let [from, to] = [&old, &new].map(|document| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("wallets.yaml"), document.to_string()).unwrap();
            folder
        });
        let told = changes(&root, from.path(), to.path());
        prop_assume!(told.is_some());
        let told = told.unwrap();
        let back = changes(&root, to.path(), from.path()).unwrap();
        prop_assert_eq!(changes(&root, to.path(), to.path()).unwrap(), []);

        let count = |changes: &[(String, String)], wanted: &str| {
            changes.iter().filter(|(kind, _)| kind == wanted).count()
        };
        for (kind, opposite) in [("added", "removed"), ("removed", "added"), ("renamed", "renamed")] {
            prop_assert_eq!(count(&told, kind), count(&back, opposite), "{:?} {:?}", told, back);
        }
        prop_assert_eq!(told.is_empty(), back.is_empty(), "{:?} {:?}", told, back);
        let before = surface(&root, &old);
        if let Some(after) = surface(&root, &new) {
            prop_assert_eq!(before.unwrap() == after, told.is_empty(), "{:?}", told);
        }
    }
}
