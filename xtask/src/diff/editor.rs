//! Edits of a document, each with what the report has to say about it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::change::{Kind, What};
use super::label::{self, below};
use super::shape::{Node, Shape};
use super::similar::likeness;

/// What the report has to say: what, subject, name, former name; as if the edited document were the new one.
pub type Expected = (Kind, What, String, String, Option<String>);

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edit {
    DropOperation,
    OperationId,
    DropParameter,
    DropField,
    RenameField,
    Required,
    DropValue,
    RenameValue,
    // What follows does not change the API; it comes last, so that the others find their place.
    RenameType,
    Inline,
    Wrap,
    Split,
    Untype,
}

pub const EDITS: [Edit; 13] = [
    Edit::DropOperation,
    Edit::OperationId,
    Edit::DropParameter,
    Edit::DropField,
    Edit::RenameField,
    Edit::Required,
    Edit::DropValue,
    Edit::RenameValue,
    Edit::RenameType,
    Edit::Inline,
    Edit::Wrap,
    Edit::Split,
    Edit::Untype,
];

/// A document that is edited.
pub struct Editor {
    pub root: Value,
    pub expected: BTreeSet<Expected>,
    /// Components and operations that were edited: one edit each.
    touched: BTreeSet<String>,
    /// Properties that `allOf` joins from several places: to edit one of them need not change anything.
    shared: BTreeSet<String>,
}

impl Editor {
    pub fn new(root: &Value) -> Self {
        let mut shared = BTreeSet::new();
        each(root, String::new(), &mut |pointer, node| {
            if node.get("allOf").is_some() {
                joined(root, &Node::at(pointer), &mut shared);
            }
        });
        Self {
            root: root.clone(),
            expected: BTreeSet::new(),
            touched: BTreeSet::new(),
            shared,
        }
    }

    pub fn edit(&mut self, edit: Edit, pick: usize) {
        match edit {
            Edit::DropOperation | Edit::OperationId | Edit::DropParameter => {
                self.operation(edit, pick)
            }
            Edit::DropField | Edit::RenameField | Edit::Required => self.field(edit, pick),
            Edit::DropValue | Edit::RenameValue | Edit::Untype => self.value(edit, pick),
            Edit::RenameType | Edit::Inline | Edit::Wrap | Edit::Split => {
                self.component(edit, pick)
            }
        }
    }

    fn operation(&mut self, edit: Edit, pick: usize) {
        let mut places = Vec::new();
        for (path, item) in self.root["paths"].as_object().unwrap() {
            for method in item
                .as_object()
                .unwrap()
                .keys()
                .filter(|key| *key != "parameters")
            {
                let title = format!("{} {path}", method.to_uppercase());
                if !self.touched.contains(&title) {
                    places.push((path.clone(), method.clone(), title));
                }
            }
        }
        let Some((path, method, title)) = places.get(pick % places.len().max(1)).cloned() else {
            return;
        };
        let operation = &mut self.root["paths"][&path][&method];
        let (kind, what, name, former) = match edit {
            Edit::DropOperation => {
                self.root["paths"][&path]
                    .as_object_mut()
                    .unwrap()
                    .remove(&method);
                (Kind::Removed, What::Operation, String::new(), None)
            }
            Edit::OperationId => {
                let old = operation["operationId"].as_str().unwrap().to_owned();
                let new = format!("other_{pick}");
                operation["operationId"] = json!(new);
                (Kind::Renamed, What::Operation, new, Some(old))
            }
            _ => {
                let Some(list) = operation["parameters"].as_array_mut() else {
                    return;
                };
                let Some(index) = list
                    .iter()
                    .position(|one| one["in"] == "query" || one["in"] == "header")
                else {
                    return;
                };
                let gone = list.remove(index);
                let name = label::parameter_name(&gone);
                (Kind::Removed, What::Parameter, name, None)
            }
        };
        self.touched.insert(title.clone());
        self.expected.insert((kind, what, title, name, former));
    }

    fn components(&self) -> &Map<String, Value> {
        self.root["components"]["schemas"].as_object().unwrap()
    }

    fn field(&mut self, edit: Edit, pick: usize) {
        let mut places = Vec::new();
        for (name, schema) in self.components() {
            let pointer = below(&below("/components/schemas", name), "properties");
            for field in schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(field, _)| field)
            {
                if !self.touched.contains(name) && !self.shared.contains(&below(&pointer, field)) {
                    places.push((name.clone(), field.clone()));
                }
            }
        }
        let Some((name, field)) = places.get(pick % places.len().max(1)).cloned() else {
            return;
        };
        // Another part of an `allOf` may say that it is required.
        let parts = self
            .root
            .to_string()
            .matches(&format!("\"#/components/schemas/{name}\"}},{{"))
            .count();
        let schema = &mut self.root["components"]["schemas"][&name];
        let alone = parts == 0 && schema.get("allOf").is_none();
        let other = field.to_uppercase();
        let properties = schema["properties"].as_object_mut().unwrap();
        let mut required = false;
        let kind = match edit {
            Edit::DropField => {
                properties.remove(&field);
                Kind::Removed
            }
            Edit::RenameField => {
                if other == field
                    || properties
                        .keys()
                        .any(|known| likeness(known, &field) > 0.0 && *known != field)
                {
                    return;
                }
                let schema = properties.remove(&field).unwrap();
                properties.insert(other.clone(), schema);
                Kind::Renamed
            }
            _ if properties[&field]["readOnly"] == true || !alone => return,
            _ => Kind::Changed,
        };
        let list = schema
            .as_object_mut()
            .unwrap()
            .entry("required")
            .or_insert(json!([]));
        let list = list.as_array_mut().unwrap();
        list.retain(|known| {
            required |= *known == field.as_str();
            *known != field.as_str()
        });
        match edit {
            Edit::RenameField if required => list.push(json!(other)),
            Edit::Required if !required => list.push(json!(field)),
            _ => {}
        }
        self.touched.insert(name.clone());
        let renamed = edit == Edit::RenameField;
        let (now, former) = if renamed {
            (other, Some(field))
        } else {
            (field, None)
        };
        self.expected.insert((kind, What::Field, name, now, former));
    }

    fn value(&mut self, edit: Edit, pick: usize) {
        let mut places = Vec::new();
        for (name, schema) in self.components() {
            let start = below("/components/schemas", name);
            let free = !self.touched.contains(name);
            each(schema, start, &mut |pointer, node| {
                let count = node
                    .get("enum")
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                let inside = pointer.contains("allOf")
                    || self.shared.iter().any(|shared| pointer.starts_with(shared));
                if free && count > 1 && !inside {
                    places.push((name.clone(), pointer));
                }
            });
        }
        let Some((name, pointer)) = places.get(pick % places.len().max(1)).cloned() else {
            return;
        };
        let subject = label::label(&self.root, &pointer);
        let node = self.root.pointer_mut(&pointer).unwrap();
        if edit == Edit::Untype {
            node.as_object_mut().unwrap().remove("type");
            self.touched.insert(name);
            return;
        }
        let list = node["enum"].as_array_mut().unwrap();
        let index = pick % list.len();
        let Some(old) = list[index].as_str().map(str::to_owned) else {
            return;
        };
        let (kind, now, former) = if edit == Edit::DropValue {
            list.remove(index);
            (Kind::Removed, old, None)
        } else {
            let swapped: String = old
                .chars()
                .flat_map(|letter| match letter.is_uppercase() {
                    true => letter.to_lowercase().collect::<Vec<_>>(),
                    false => letter.to_uppercase().collect(),
                })
                .collect();
            let known = list.iter().filter_map(Value::as_str);
            if swapped == old || known.filter(|known| likeness(known, &old) > 0.0).count() > 1 {
                return;
            }
            list[index] = json!(swapped);
            (Kind::Renamed, swapped, Some(old))
        };
        self.touched.insert(name);
        self.expected
            .insert((kind, What::Value, subject, now, former));
    }

    fn component(&mut self, edit: Edit, pick: usize) {
        let text = self.root.to_string();
        let free: Vec<String> = self
            .components()
            .keys()
            .filter(|name| !self.touched.contains(*name))
            .cloned()
            .collect();
        let Some(name) = free.get(pick % free.len().max(1)).cloned() else {
            return;
        };
        let reference = json!(format!("#/components/schemas/{name}"));
        let direct = text.contains(&format!("\"schema\":{{\"$ref\":{reference}}}"));
        let schema = self.root["components"]["schemas"][&name].clone();
        match edit {
            Edit::RenameType => {
                // A name that has nothing in common must be told by where it stands.
                let other = if direct {
                    format!("Other{pick}")
                } else {
                    name.to_lowercase()
                };
                if self.components().contains_key(&other) {
                    return;
                }
                replace(
                    &mut self.root,
                    &reference,
                    &json!({"$ref": format!("#/components/schemas/{other}")}),
                );
                let schemas = self.root["components"]["schemas"].as_object_mut().unwrap();
                let schema = schemas.remove(&name).unwrap();
                schemas.insert(other.clone(), schema);
                self.touched.insert(other.clone());
                self.expected.insert((
                    Kind::Renamed,
                    What::Type,
                    other,
                    String::new(),
                    Some(name.clone()),
                ));
            }
            Edit::Inline => {
                // Not what refers to itself, what a choice names, or what nothing refers to.
                let mut chosen = false;
                each(&self.root, String::new(), &mut |_, node| {
                    for key in ["oneOf", "anyOf"] {
                        chosen |= node
                            .get(key)
                            .is_some_and(|list| list.to_string().contains(&reference.to_string()));
                    }
                });
                if chosen || !direct || schema.to_string().contains("$ref") {
                    return;
                }
                replace(&mut self.root, &reference, &schema);
                self.root["components"]["schemas"]
                    .as_object_mut()
                    .unwrap()
                    .remove(&name);
            }
            Edit::Wrap => {
                let wrapped = json!({"allOf": [{"$ref": reference}]});
                replace(&mut self.root, &reference, &wrapped);
            }
            _ => {
                let Some(properties) = schema["properties"]
                    .as_object()
                    .filter(|_| schema.get("allOf").is_none())
                else {
                    return;
                };
                let mut parts = [Map::new(), Map::new()];
                for (index, (field, content)) in properties.iter().enumerate() {
                    parts[index % 2].insert(field.clone(), content.clone());
                }
                let mut split = schema.clone();
                split.as_object_mut().unwrap().remove("properties");
                split["allOf"] =
                    json!([{"type": "object", "properties": parts[0]}, {"properties": parts[1]}]);
                self.root["components"]["schemas"][&name] = split;
            }
        }
        self.touched.insert(name);
    }
}

/// What several places say together, at a node and below.
fn joined(root: &Value, node: &Node, shared: &mut BTreeSet<String>) {
    let shape = Shape::of(root, node);
    for part in shape
        .fields
        .values()
        .chain(&shape.items)
        .filter(|part| part.0.len() > 1)
    {
        if !part.0.iter().all(|pointer| shared.contains(pointer)) {
            shared.extend(part.0.iter().cloned());
            joined(root, part, shared);
        }
    }
}

/// Every object of a document.
fn each(node: &Value, pointer: String, see: &mut impl FnMut(String, &Value)) {
    match node {
        Value::Object(object) => {
            see(pointer.clone(), node);
            for (key, node) in object {
                each(node, below(&pointer, key), see);
            }
        }
        Value::Array(list) => {
            for (index, node) in list.iter().enumerate() {
                each(node, below(&pointer, &index.to_string()), see);
            }
        }
        _ => {}
    }
}

/// Puts something in the place of every reference; a mapping names the new target.
fn replace(node: &mut Value, reference: &Value, by: &Value) {
    match node {
        Value::Object(object) if object.get("$ref") == Some(reference) => *node = by.clone(),
        Value::Object(object) => {
            for (_, node) in object.iter_mut() {
                replace(node, reference, by);
            }
        }
        Value::Array(list) => {
            for node in list {
                replace(node, reference, by);
            }
        }
        value if value == reference => {
            if let Some(target) = by.get("$ref") {
                *value = target.clone();
            }
        }
        _ => {}
    }
}
