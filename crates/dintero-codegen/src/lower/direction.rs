//! What a request may carry: read-only members are taken out, in a type of its own where responses need them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::circles;
use super::flatten::Flattener;
use crate::ir::{Kind, Operation, Schema};

/// Which messages a schema is a part of.
#[derive(Clone, Copy, PartialEq)]
pub struct Direction {
    pub requests: bool,
    pub responses: bool,
}

impl Direction {
    pub const REQUESTS: Self = Self::new(true, false);
    pub const RESPONSES: Self = Self::new(false, true);

    pub const fn new(requests: bool, responses: bool) -> Self {
        Self {
            requests,
            responses,
        }
    }

    pub const fn or(self, other: Self) -> Self {
        let requests = self.requests || other.requests;
        Self::new(requests, self.responses || other.responses)
    }
}

/// What follows the name of a component in the name of its form for requests. No component has such a name.
pub const INPUT: &str = "/Input";

/// The components that operations use, by name.
pub type Components = BTreeMap<String, (Schema, Direction)>;

/// Collects the components that the operations reach, or that the overlay keeps, and takes read-only members out of what
/// requests carry.
pub fn split(
    operations: &mut [Operation],
    components: &Map<String, Value>,
    flattener: &mut Flattener<'_>,
) -> Components {
    let kept = |other: &'static str| {
        let keep = components.iter().filter(move |(_, schema)| {
            let keep = schema["x-dintero-keep"].as_str();
            keep.is_some_and(|keep| keep != other)
        });
        keep.map(|(name, _)| name.clone())
    };
    let mut requests: BTreeSet<String> = kept("response").collect();
    let mut responses: BTreeSet<String> = kept("request").collect();
    for operation in operations.iter_mut() {
        for schema in operation.request_schemas_mut() {
            requests.extend(references(schema));
        }
        if let Some(schema) = operation.success.schema_mut() {
            responses.extend(references(schema));
        }
    }
    let mut flat = BTreeMap::new();
    close(&mut requests, &mut flat, flattener, true);
    close(&mut responses, &mut flat, flattener, false);
    circles::resolve(&mut flat, flattener);

    let inputs = inputs(&requests, &responses, &flat);
    let mut used = Components::new();
    for (name, mut schema) in flat {
        let direction = Direction::new(requests.contains(&name), responses.contains(&name));
        if let Some(input) = inputs.get(&name) {
            let mut request = schema.clone();
            for_requests(&mut request, &inputs);
            let rust_name = request.meta.rust_name.take();
            request.meta.rust_name = rust_name.map(|name| format!("{name}Input"));
            request.visit_mut(&mut name_of_input);
            used.insert(input.clone(), (request, Direction::REQUESTS));
            used.insert(name, (schema, Direction::RESPONSES));
        } else {
            if direction.requests {
                for_requests(&mut schema, &inputs);
            }
            used.insert(name, (schema, direction));
        }
    }
    for operation in operations {
        for schema in operation.request_schemas_mut() {
            for_requests(schema, &inputs);
        }
    }
    used
}

/// Adds the components that the named ones refer to.
fn close(
    names: &mut BTreeSet<String>,
    flat: &mut BTreeMap<String, Schema>,
    flattener: &mut Flattener<'_>,
    requests: bool,
) {
    let mut open: Vec<String> = names.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let schema = flat
            .entry(name.clone())
            .or_insert_with(|| flattener.component(&name));
        let mut schema = schema.clone();
        if requests {
            // What only a read-only member refers to is in no request.
            for_requests(&mut schema, &BTreeMap::new());
        }
        let inner = references(&schema).into_iter();
        open.extend(inner.filter(|inner| names.insert(inner.clone())));
    }
}

/// Returns the names of the components that requests need in a form of their own: those with read-only members, and
/// those that refer to such.
fn inputs(
    requests: &BTreeSet<String>,
    responses: &BTreeSet<String>,
    flat: &BTreeMap<String, Schema>,
) -> BTreeMap<String, String> {
    let mut both: BTreeSet<&String> = requests.intersection(responses).collect();
    let mut inputs = BTreeMap::new();
    loop {
        let differ = |name: &&&String| {
            let inner = references(&flat[**name]);
            has_read_only(&flat[**name]) || inner.iter().any(|inner| inputs.contains_key(inner))
        };
        let more: Vec<&String> = both.iter().filter(differ).copied().collect();
        if more.is_empty() {
            return inputs;
        }
        for name in more {
            both.remove(name);
            inputs.insert(name.clone(), format!("{name}{INPUT}"));
        }
    }
}

/// Renames a type that the overlay names inside of a component: the name is that of responses, in requests it is an input.
fn name_of_input(schema: &mut Schema) {
    if let Kind::Object(_) | Kind::Union(_) = schema.kind
        && let Some(name) = &mut schema.meta.rust_name
    {
        name.push_str("Input");
    }
}

fn references(schema: &Schema) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    schema.visit(&mut |schema| found.extend(schema.as_reference().map(str::to_owned)));
    found
}

fn has_read_only(schema: &Schema) -> bool {
    let mut found = false;
    schema.visit(&mut |schema| found |= schema.meta.read_only == Some(true));
    found
}

fn for_requests(schema: &mut Schema, inputs: &BTreeMap<String, String>) {
    schema.visit_mut(&mut |schema| {
        if let Kind::Object(object) = &mut schema.kind {
            let properties = &mut object.properties;
            properties.retain(|_, property| property.meta.read_only != Some(true));
            object.required.retain(|name| properties.contains_key(name));
        }
    });
    rename(schema, inputs);
}

/// Gives references other names.
pub fn rename(schema: &mut Schema, names: &BTreeMap<String, String>) {
    schema.visit_mut(&mut |schema| {
        if let Kind::Ref(name) = &mut schema.kind
            && let Some(other) = names.get(name)
        {
            name.clone_from(other);
        }
    });
}
