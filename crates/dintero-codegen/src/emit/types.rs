//! The module `types`.

use std::collections::BTreeMap;

use super::docs::{self, docs};
use super::limits::checks;
use super::read::{Field, Output, RustType};
use crate::ir::{Api, Enum, Kind, Object, Type, Union};
use crate::markdown;

const HEAD: &str = "
/// The objects, enums and unions of this API.
///
/// Reading is lenient: unknown values and fields are kept, limits are not checked. Building is strict: a builder reports
/// every value that breaks a limit of the API.
pub mod types {
    #![allow(clippy::all, missing_docs, rustdoc::bare_urls, rustdoc::invalid_html_tags)]
    #[allow(unused_imports)]
    use ::dintero_core::data::Limit as __Limit;
";

pub fn write(source: &mut String, api: &Api, output: &Output) {
    source.push_str(HEAD);
    let empty = BTreeMap::new();
    for (name, kind) in &api.types {
        let doc = docs::of_type(&kind.schema, name);
        match &kind.schema.kind {
            Kind::Object(properties) => {
                let fields = output.structs.get(name).unwrap_or(&empty);
                object(source, (name, &doc), kind.in_requests, properties, fields);
            }
            Kind::Enum(listed) => values(source, (name, &doc), listed, kind),
            Kind::Union(variants) => union(source, (name, &doc), kind, variants, api),
            _ => {}
        }
    }
    source.push_str("}\n");
}

/// Begins the call of a macro with the documentation of a type.
fn open(source: &mut String, name: &str, doc: &str) {
    put!(source, "\n    ::dintero_core::{name}! {{\n");
    docs(source, "        ", doc);
}

fn close(source: &mut String) {
    source.push_str("        }\n    }\n");
}

fn builder(name: &str, has_builder: bool) -> String {
    if has_builder {
        format!(", {name}Builder")
    } else {
        String::new()
    }
}

fn object(
    source: &mut String,
    (name, doc): (&str, &str),
    in_requests: bool,
    object: &Object,
    fields: &BTreeMap<String, Field>,
) {
    open(source, "object", doc);
    let builder = builder(name, in_requests);
    put!(source, "        pub struct {name}{builder} {{\n");
    for (wire, property) in &object.properties {
        let Some(Field { ident, rust_type }) = fields.get(wire) else {
            continue;
        };
        docs(source, "            ", &docs::of_field(property));
        let presence = if property.is_nullable() {
            "nullable"
        } else if object.required.contains(wire) {
            "required"
        } else {
            "optional"
        };
        let (word, kind) = rust_type.parts();
        let word = match rust_type {
            RustType::List(_) if property.meta.one_or_many == Some(true) => "one_or_many",
            _ => word,
        };
        let privacy = if property.meta.personal == Some(true) {
            "personal"
        } else {
            "plain"
        };
        let (mut limits, mut constant) = (Vec::new(), String::new());
        if in_requests {
            if object.required_in_requests.contains(wire) {
                limits.push("__Limit::Required".to_owned());
            }
            limits.extend(checks(property));
            if let Some(only) = &property.constant {
                constant = format!(" = {only:?}");
            }
        }
        put!(
            source,
            "            {ident} {wire:?}: {presence} {word} ({}) {privacy} [{}]{constant};\n",
            kind.trim_start_matches("types::"),
            limits.join(", ")
        );
    }
    close(source);
}

fn values(source: &mut String, (name, doc): (&str, &str), listed: &Enum, kind: &Type) {
    let list = if listed.integer {
        "open_integer"
    } else {
        "open_enum"
    };
    open(source, list, doc);
    put!(source, "        pub enum {name} {{\n");
    for (variant, wire) in kind.named(&listed.values) {
        let doc = if wire.is_empty() {
            "The empty string.".to_owned()
        } else {
            markdown::code(wire)
        };
        docs(source, "            ", &doc);
        let value = if listed.integer {
            wire.to_owned()
        } else {
            format!("{wire:?}")
        };
        put!(source, "            {variant} = {value},\n");
    }
    close(source);
}

fn union(source: &mut String, (name, doc): (&str, &str), in_type: &Type, union: &Union, api: &Api) {
    // Several values of a tag may stand for one type; the order tells what is looked for first.
    let mut variants: Vec<(&str, Vec<&String>)> = Vec::new();
    for variant in &union.variants {
        let Some(name) = variant.schema.as_reference() else {
            continue;
        };
        match variants.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(&variant.values),
            None => variants.push((name, variant.values.iter().collect())),
        }
    }
    open(source, "union", doc);
    let open = if union.open { "or any " } else { "" };
    match &union.tag {
        Some(tag) => put!(source, "        pub enum {name} by tag {tag:?} {open}{{\n"),
        None => put!(source, "        pub enum {name} by fields {open}{{\n"),
    }
    for (variant, values) in &variants {
        let quoted: Vec<String> = values.iter().map(|value| markdown::code(value)).collect();
        let quoted = quoted.join(", ");
        let recognized = match &union.tag {
            Some(tag) => format!("{} is {quoted}.", markdown::code(tag)),
            None => format!("Recognized by the presence of {quoted}."),
        };
        docs(source, "            ", &recognized);
        let kind = api.types.get(*variant);
        let is_object = kind.is_some_and(|kind| kind.schema.as_object().is_some());
        let builder = builder(variant, in_type.in_requests && is_object);
        let ident = ident(in_type, variant);
        put!(
            source,
            "            {ident}({variant}{builder}) = {values:?},\n"
        );
    }
    close(source);
    if in_type.in_requests {
        let names: Vec<&str> = variants
            .iter()
            .map(|(name, _)| ident(in_type, name))
            .collect();
        let names = names.join(", ");
        put!(
            source,
            "    ::dintero_core::union_in_requests! {{ {name} {{ {names} }} }}\n"
        );
    }
}

fn ident<'t>(union: &'t Type, variant: &'t str) -> &'t str {
    union.names.get(variant).map_or(variant, String::as_str)
}
