//! The table of methods and types by what they are about: the tags of the operations.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Api, Schema, Success};
use crate::markdown;

/// Returns the table, with each part of other types in the first row whose operations carry it.
pub fn table(api: &Api) -> String {
    let mut rows = BTreeMap::<_, [BTreeSet<&str>; 3]>::new();
    for (name, operation) in &api.operations {
        rows.entry(&operation.tag).or_default()[0].insert(name);
    }
    let mut table =
        "| about | methods | types | their parts |\n| --- | --- | --- | --- |".to_owned();
    let mut seen = BTreeSet::new();
    for ((_, tag), [methods, types, parts]) in &mut rows {
        for method in methods.iter() {
            let operation = &api.operations[*method];
            let parameters = operation.parameters.values().map(|one| &one.schema);
            let body = operation.body.iter().map(|body| &body.schema);
            let mut open: Vec<&Schema> = body.chain(parameters).collect();
            if let Success::Json(schema) | Success::JsonOrEmpty(schema) = &operation.success {
                open.push(schema);
            }
            types.extend(open.iter().filter_map(|schema| schema.as_reference()));
            while let Some(schema) = open.pop() {
                open.extend(schema.children());
                if let Some(name) = schema.as_reference().filter(|name| seen.insert(*name)) {
                    open.extend(api.types.get(name).map(|kind| &kind.schema));
                    parts.insert(name);
                }
            }
        }
        let links = |names: &BTreeSet<&str>, path: &str| {
            let link = |name: &&str| format!("[`{name}`]({path}::{name})");
            names.iter().map(link).collect::<Vec<_>>().join(", ")
        };
        let tag = markdown::clean(tag).replace(['.', '-', '|', '\n'], " ");
        let (methods, parts) = (links(methods, "Self"), links(&(&*parts - types), "types"));
        put!(
            table,
            "\n| {tag} | {methods} | {} | {parts} |",
            links(types, "types")
        );
    }
    table
}
