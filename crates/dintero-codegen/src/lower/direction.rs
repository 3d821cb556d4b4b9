//! What a request may carry: read-only members are taken out, in a type of its own where responses need them.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::flatten::{Flattener, reference, texts};
use super::operations::Lowered;

/// The components that are used, flattened, with the direction in which each travels.
#[derive(Default)]
pub struct Used {
    /// By name: the schema, is it in requests, is it in responses.
    pub components: BTreeMap<String, (Value, bool, bool)>,
}

/// Collects the components that the operations reach, and takes read-only members out of what requests carry.
pub fn split(
    operations: &mut [Lowered],
    keep: &[(String, bool, bool)],
    flattener: &mut Flattener<'_>,
) -> Used {
    let mut flat = BTreeMap::new();
    let kept = |request: bool| {
        keep.iter()
            .filter(
                move |(_, in_requests, in_responses)| {
                    if request { *in_requests } else { *in_responses }
                },
            )
            .map(|(name, ..)| name.clone())
    };
    let mut requests: BTreeSet<String> = kept(true).collect();
    let mut responses: BTreeSet<String> = kept(false).collect();
    for operation in operations.iter() {
        references(
            operation
                .parameters
                .iter()
                .map(|(.., schema)| schema)
                .chain(&operation.request),
            &mut requests,
        );
        references(&operation.response, &mut responses);
    }
    close(&mut requests, &mut flat, flattener, true);
    close(&mut responses, &mut flat, flattener, false);

    let both: BTreeSet<String> = requests.intersection(&responses).cloned().collect();
    let mut differ: BTreeSet<String> = both
        .iter()
        .filter(|name| has_read_only(&flat[*name]))
        .cloned()
        .collect();
    loop {
        let more: Vec<String> = both
            .iter()
            .filter(|name| {
                let mut inner = BTreeSet::new();
                references([&flat[*name]], &mut inner);
                !differ.contains(*name) && !inner.is_disjoint(&differ)
            })
            .cloned()
            .collect();
        if more.is_empty() {
            break;
        }
        differ.extend(more);
    }
    let input = |name: &str| {
        let pinned = flat[name]["x-dintero-name"].as_str();
        let mut input = format!(
            "{}Input",
            pinned.map_or_else(|| name.to_upper_camel_case(), str::to_owned)
        );
        while flat.contains_key(&input) {
            input.push_str("Request");
        }
        input
    };
    let inputs: BTreeMap<String, String> = differ
        .iter()
        .map(|name| (name.clone(), input(name)))
        .collect();

    let mut used = Used::default();
    for name in requests.union(&responses) {
        let (in_requests, in_responses) = (requests.contains(name), responses.contains(name));
        let mut schema = flat[name].clone();
        if let Some(input) = inputs.get(name) {
            let mut request = schema.clone();
            for_requests(&mut request, &inputs);
            if let Some(object) = request.as_object_mut() {
                object.remove("x-dintero-name");
            }
            inputs_of_pinned(&mut request);
            used.components
                .insert(input.clone(), (request, true, false));
            used.components.insert(name.clone(), (schema, false, true));
        } else {
            if in_requests {
                for_requests(&mut schema, &inputs);
            }
            used.components
                .insert(name.clone(), (schema, in_requests, in_responses));
        }
    }
    for operation in operations {
        let parameters = operation.parameters.iter_mut().map(|(.., schema)| schema);
        for schema in parameters.chain(&mut operation.request) {
            for_requests(schema, &inputs);
        }
    }
    used
}

fn close(
    names: &mut BTreeSet<String>,
    flat: &mut BTreeMap<String, Value>,
    flattener: &mut Flattener<'_>,
    requests: bool,
) {
    let mut open: Vec<String> = names.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let mut schema = flat
            .entry(name.clone())
            .or_insert_with(|| flattener.component(&name))
            .clone();
        if requests {
            // What only a read-only member refers to is in no request.
            for_requests(&mut schema, &BTreeMap::new());
        }
        let mut inner = BTreeSet::new();
        references([&schema], &mut inner);
        open.extend(
            inner
                .into_iter()
                .filter(|inner| names.insert(inner.clone())),
        );
    }
}

/// A type that is named inside of a component has that name in the responses; in the requests it is an input too.
fn inputs_of_pinned(schema: &mut Value) {
    if let Some(name) = schema.get("x-dintero-name").and_then(Value::as_str)
        && has_properties(schema)
    {
        schema["x-dintero-name"] = Value::String(format!("{name}Input"));
    }
    match schema {
        Value::Object(object) => object.values_mut().for_each(inputs_of_pinned),
        Value::Array(list) => list.iter_mut().for_each(inputs_of_pinned),
        _ => {}
    }
}

fn has_properties(schema: &Value) -> bool {
    schema["properties"].is_object() || schema["x-union"].is_object()
}

fn references<'v>(schemas: impl IntoIterator<Item = &'v Value>, found: &mut BTreeSet<String>) {
    for schema in schemas {
        if let Some(name) = reference(schema) {
            found.insert(name.to_owned());
        }
        match schema {
            Value::Object(object) => references(object.values(), found),
            Value::Array(list) => references(list, found),
            _ => {}
        }
    }
}

fn has_read_only(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => {
            object.get("readOnly") == Some(&Value::Bool(true)) || object.values().any(has_read_only)
        }
        Value::Array(list) => list.iter().any(has_read_only),
        _ => false,
    }
}

fn for_requests(schema: &mut Value, inputs: &BTreeMap<String, String>) {
    if let Some(input) = reference(schema).and_then(|name| inputs.get(name)) {
        schema["$ref"] = Value::String(format!("#/components/schemas/{input}"));
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|_, property| property["readOnly"] != true);
        let left: BTreeSet<String> = properties.keys().cloned().collect();
        schema["required"] = texts(&schema["required"])
            .filter(|name| left.contains(name))
            .collect();
    }
    match schema {
        Value::Object(object) => object
            .values_mut()
            .for_each(|value| for_requests(value, inputs)),
        Value::Array(list) => list
            .iter_mut()
            .for_each(|value| for_requests(value, inputs)),
        _ => {}
    }
}
