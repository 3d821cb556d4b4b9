//! Every object, list of values and union gets a name; inline ones of the same shape become one type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::SCALARS;
use super::direction::Used;
use super::flatten::{reference, texts};
use super::names::{singular, type_name, whole_name};
use super::operations::Lowered;
use crate::action::Action;
use crate::document::{Document, escape};
use crate::finding::{Finding, Level, Rule};

const PREFIX: &str = "#/components/schemas/";
const SHAPE: &str = "#shape/";

/// Where a shape is used: in a component or operation by name, or in another shape.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Parent {
    Named(String),
    Shape(usize),
}

#[derive(Default)]
struct Shape {
    schema: Value,
    uses: BTreeSet<(Parent, String)>,
    pinned: Option<String>,
    in_requests: bool,
}

/// A type with its name.
pub struct Named {
    /// Its schema; references are to other named types.
    pub schema: Value,
    /// Can a request carry it?
    pub in_requests: bool,
}

#[derive(Default)]
struct Hoister {
    shapes: Vec<Shape>,
    by_key: BTreeMap<String, usize>,
    /// Components that are no type of their own, with what they stand for.
    aliases: BTreeMap<String, Value>,
    /// Those that are being looked into.
    open: Vec<String>,
    /// Those that lead back to themselves.
    endless: BTreeSet<String>,
    /// Names of components that become types.
    names: BTreeMap<String, String>,
}

/// Gives every type a name, and rewrites the schemas of the operations to refer to them.
pub fn name_inline_types(
    document: &Document,
    used: Used,
    operations: &mut [Lowered],
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Named> {
    let mut hoister = Hoister::default();
    let mut taken: BTreeSet<String> = SCALARS.iter().map(|(name, _)| (*name).to_owned()).collect();
    for (name, (schema, ..)) in &used.components {
        if !becomes_type(schema) {
            hoister.aliases.insert(name.clone(), schema.clone());
            continue;
        }
        let wanted = whole_name(schema["x-dintero-name"].as_str().unwrap_or(name));
        let free = free_name(if wanted.is_empty() { "Type" } else { &wanted }, &taken);
        if free != wanted {
            let pointer = format!("/components/schemas/{}", escape(name));
            let problem = format!("the type name {wanted} is taken; this one is called {free}");
            let help = "Give it an x-dintero-name in the overlay";
            let mut finding = document
                .finding(Level::Warning, &pointer, problem, help)
                .with_rule(Rule::TakenTypeName);
            let (why, update) = ("A name of its own", json!({"x-dintero-name": free}));
            finding
                .actions
                .extend(Action::update(&document.root, &pointer, why, update));
            findings.push(finding);
        }
        take(&free, &mut taken);
        hoister.names.insert(name.clone(), free);
    }
    let mut types = BTreeMap::new();
    for (name, (schema, in_requests, in_responses)) in used.components {
        if let Some(rust) = hoister.names.get(&name).cloned() {
            let (body, children) = hoister.body(&schema, in_requests, in_responses);
            hoister.adopt(children, &Parent::Named(rust.clone()));
            types.insert(
                rust,
                Named {
                    schema: body,
                    in_requests,
                },
            );
        }
    }
    for operation in operations.iter_mut() {
        let name = type_name(&operation.facts.name);
        for (_, wire, _, schema) in &mut operation.parameters {
            *schema = hoister.top(schema, &name, &type_name(wire), (true, false));
        }
        if let Some(request) = &mut operation.request {
            *request = hoister.top(request, &name, "Body", (true, false));
        }
        if let Some(response) = &mut operation.response {
            *response = hoister.top(response, &name, "Result", (false, true));
        }
    }
    for name in &hoister.endless {
        let pointer = format!("/components/schemas/{}", escape(name));
        let problem = "leads back to itself without an object between";
        let help = "What is below is read as any JSON";
        let finding = document.finding(Level::Warning, &pointer, problem, help);
        findings.push(finding.with_rule(Rule::EndlessType));
    }
    for shape in &hoister.shapes {
        let Some(pinned) = shape.pinned.clone() else {
            continue;
        };
        if is_taken(&pinned, &taken) {
            let problem = format!("x-dintero-name {pinned} is the name of another type already");
            let help = "Give each type a name of its own in the overlay";
            let finding = document.finding(Level::Error, "", problem, help);
            findings.push(finding.with_rule(Rule::DuplicateTypeName));
        }
        take(&pinned, &mut taken);
    }
    let names = hoister.choose_names(&mut taken);
    let rename = |schema: &mut Value| renamed(schema, &names, &hoister.names);
    for named in types.values_mut() {
        rename(&mut named.schema);
    }
    for (index, shape) in hoister.shapes.iter().enumerate() {
        let mut schema = shape.schema.clone();
        rename(&mut schema);
        types.insert(
            names[index].clone(),
            Named {
                schema,
                in_requests: shape.in_requests,
            },
        );
    }
    for operation in operations {
        let parameters = operation.parameters.iter_mut().map(|(.., schema)| schema);
        parameters
            .chain(&mut operation.request)
            .chain(&mut operation.response)
            .for_each(rename);
    }
    types
}

fn becomes_type(schema: &Value) -> bool {
    schema["properties"].is_object()
        || schema["enum"].is_array() && schema["type"] != "boolean"
        || schema["x-union"].is_object()
}

/// The builder of a type is called after it.
fn builder_name(name: &str) -> String {
    format!("{name}Builder")
}

fn is_taken(name: &str, taken: &BTreeSet<String>) -> bool {
    taken.contains(name) || taken.contains(&builder_name(name))
}

fn take(name: &str, taken: &mut BTreeSet<String>) {
    taken.extend([name.to_owned(), builder_name(name)]);
}

fn free_name(wanted: &str, taken: &BTreeSet<String>) -> String {
    let mut name = wanted.to_owned();
    let mut count = 2;
    while is_taken(&name, taken) {
        name = format!("{wanted}{count}");
        count += 1;
    }
    name
}

type Children = Vec<(usize, String)>;

impl Hoister {
    fn top(&mut self, schema: &Value, parent: &str, part: &str, direction: (bool, bool)) -> Value {
        let (schema, children) = self.node(schema, part, direction);
        self.adopt(children, &Parent::Named(parent.to_owned()));
        schema
    }

    fn adopt(&mut self, children: Children, parent: &Parent) {
        for (child, part) in children {
            self.shapes[child].uses.insert((parent.clone(), part));
        }
    }

    /// A schema in the place of a property: types are replaced by references, everything else stays.
    fn node(&mut self, schema: &Value, part: &str, direction: (bool, bool)) -> (Value, Children) {
        if let Some(name) = reference(schema) {
            let Some(alias) = self.aliases.get(name).cloned() else {
                return (schema.clone(), Vec::new());
            };
            if self.open.iter().any(|open| open == name) {
                self.endless.insert(name.to_owned());
                return (json!({"x-any": true}), Vec::new());
            }
            let mut alias = alias;
            for (key, value) in schema
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(key, _)| *key != "$ref")
            {
                alias[key] = value.clone();
            }
            self.open.push(name.to_owned());
            let found = self.node(&alias, part, direction);
            self.open.pop();
            return found;
        }
        if becomes_type(schema) {
            let (body, children) = self.body(schema, direction.0, direction.1);
            let mut key = body.clone();
            strip_docs(&mut key);
            // The same values in another order are the same list.
            if let Some(values) = key.get_mut("enum").and_then(Value::as_array_mut) {
                values.sort_by_key(Value::to_string);
            }
            let next = self.shapes.len();
            let index = *self.by_key.entry(key.to_string()).or_insert(next);
            if index == next {
                self.shapes.push(Shape {
                    schema: body,
                    ..Shape::default()
                });
                self.adopt(children, &Parent::Shape(index));
            }
            let shape = &mut self.shapes[index];
            // Of a name and the same with `Input`, the shorter is right when the shapes turn out alike.
            if let Some(name) = schema["x-dintero-name"].as_str()
                && shape
                    .pinned
                    .as_ref()
                    .is_none_or(|pinned| name.len() < pinned.len())
            {
                shape.pinned = Some(whole_name(name));
            }
            if direction.0 {
                self.mark_requests(index);
            }
            let mut out = schema.clone();
            if let Some(out) = out.as_object_mut() {
                out.retain(|key, _| {
                    ![
                        "type",
                        "properties",
                        "required",
                        "enum",
                        "x-union",
                        "additionalProperties",
                    ]
                    .contains(&key.as_str())
                });
                out.insert("$ref".to_owned(), json!(format!("{SHAPE}{index}")));
            }
            return (out, vec![(index, part.to_owned())]);
        }
        let mut out = schema.clone();
        let mut children = Vec::new();
        for (key, part) in [
            ("items", singular(part)),
            ("additionalProperties", singular(part)),
        ] {
            if schema[key].is_object() {
                let (inner, found) = self.node(&schema[key], &part, direction);
                out[key] = inner;
                children.extend(found);
            }
        }
        (out, children)
    }

    /// A shape that came first in a response may also be in requests, and so are then all shapes below it.
    fn mark_requests(&mut self, index: usize) {
        if std::mem::replace(&mut self.shapes[index].in_requests, true) {
            return;
        }
        for inner in shapes_in(&self.shapes[index].schema) {
            self.mark_requests(inner);
        }
    }

    /// The inside of a type.
    fn body(&mut self, schema: &Value, in_requests: bool, in_responses: bool) -> (Value, Children) {
        let mut out = schema.clone();
        let mut children = Vec::new();
        let direction = (in_requests, in_responses);
        if let Some(properties) = schema["properties"].as_object() {
            let required: BTreeSet<String> = texts(&schema["required"])
                .filter(|name| properties.contains_key(name))
                .collect();
            let weak = schema["x-required-weak"] == true || schema["x-evidence"].is_string();
            let unsure = |name: &String| {
                weak || properties[name]["x-evidence"].is_string()
                    || properties[name]["writeOnly"] == true
            };
            let sure = |name: &String| !in_responses || !unsure(name);
            let (sure, asked): (Vec<String>, Vec<String>) = required.into_iter().partition(sure);
            out["required"] = json!(sure);
            out["x-asked"] = json!(if in_requests { asked } else { Vec::new() });
            for (name, property) in properties {
                let (inner, found) = self.node(property, &type_name(name), direction);
                out["properties"][name] = inner;
                children.extend(found);
            }
        }
        if let Some(list) = schema["x-union"]["variants"].as_array() {
            for (index, variant) in list.iter().enumerate() {
                let part = format!("Variant{}", index + 1);
                let named = variant["values"][0].as_str().map_or(part, type_name);
                let (inner, found) = self.node(&variant["schema"], &named, direction);
                out["x-union"]["variants"][index]["schema"] = inner;
                children.extend(found);
            }
        }
        (out, children)
    }

    fn choose_names(&self, taken: &mut BTreeSet<String>) -> Vec<String> {
        let mut names: Vec<Option<String>> = self
            .shapes
            .iter()
            .map(|shape| shape.pinned.clone())
            .collect();
        for index in 0..self.shapes.len() {
            self.choose(index, &mut names, taken);
        }
        names.into_iter().flatten().collect()
    }

    /// The shortest of parent + part over all places, so that a shape used in many places is not named after a deep one.
    fn choose(
        &self,
        index: usize,
        names: &mut Vec<Option<String>>,
        taken: &mut BTreeSet<String>,
    ) -> String {
        if let Some(name) = &names[index] {
            return name.clone();
        }
        let candidates: BTreeSet<(usize, String)> = self.shapes[index]
            .uses
            .iter()
            .map(|(parent, part)| {
                let parent = match parent {
                    Parent::Named(name) => name.clone(),
                    Parent::Shape(parent) => self.choose(*parent, names, taken),
                };
                // As progenitor writes it: `AB` and `K` are `Abk` together.
                let name = whole_name(&format!(
                    "{parent}{}",
                    part.strip_prefix(parent.as_str()).unwrap_or(part)
                ));
                (name.len(), name)
            })
            .collect();
        let wanted = candidates
            .iter()
            .map(|(_, name)| name)
            .find(|name| !is_taken(name, taken));
        let fallback = candidates.first().map_or("Type", |(_, name)| name.as_str());
        let name = wanted
            .cloned()
            .unwrap_or_else(|| free_name(fallback, taken));
        take(&name, taken);
        names[index] = Some(name.clone());
        name
    }
}

fn shape_index(schema: &Value) -> Option<usize> {
    schema["$ref"].as_str()?.strip_prefix(SHAPE)?.parse().ok()
}

fn shapes_in(schema: &Value) -> Vec<usize> {
    match schema {
        Value::Object(object) => shape_index(schema)
            .into_iter()
            .chain(object.values().flat_map(shapes_in))
            .collect(),
        Value::Array(list) => list.iter().flat_map(shapes_in).collect(),
        _ => Vec::new(),
    }
}

fn renamed(schema: &mut Value, shapes: &[String], components: &BTreeMap<String, String>) {
    let name = shape_index(schema)
        .map(|index| &shapes[index])
        .or_else(|| components.get(reference(schema)?));
    if let Some(name) = name {
        schema["$ref"] = json!(format!("{PREFIX}{name}"));
    }
    match schema {
        Value::Object(object) => object
            .values_mut()
            .for_each(|value| renamed(value, shapes, components)),
        Value::Array(list) => list
            .iter_mut()
            .for_each(|value| renamed(value, shapes, components)),
        _ => {}
    }
}

/// Takes out what does not change the shape of a type.
fn strip_docs(schema: &mut Value) {
    fn strip(object: &mut Map<String, Value>) {
        let docs = [
            "description",
            "deprecated",
            "default",
            "readOnly",
            "writeOnly",
            "x-evidence",
            "x-upstream-default",
            "x-dintero-name",
            "x-required-weak",
        ];
        object.retain(|key, _| !docs.contains(&key.as_str()));
        for (key, value) in object {
            match value {
                Value::Object(properties) if key == "properties" => {
                    properties
                        .values_mut()
                        .filter_map(Value::as_object_mut)
                        .for_each(strip);
                }
                value => strip_docs(value),
            }
        }
    }
    match schema {
        Value::Object(object) => strip(object),
        Value::Array(list) => list.iter_mut().for_each(strip_docs),
        _ => {}
    }
}
