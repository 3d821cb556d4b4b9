//! The module `types`.

use std::collections::BTreeMap;

use super::docs::{self, docs};
use super::limits::checks;
use super::read::{Field, Output, RustType};
use crate::ir::{Api, Enum, Kind, Object, Type, Union};
use crate::kept::escaped;
use crate::lower::literal;
use crate::markdown;

const HEAD: &str = "
mod all {
    #![allow(clippy::all, missing_docs, rustdoc::bare_urls, rustdoc::invalid_html_tags)]
    #[allow(unused_imports)]
    use ::dintero_core::data::Limit as __Limit;
";

const TYPES: &str = "The objects, enums and unions of this API. [`builder`](types::builder) has their builders, and the table at
[`Client`] says which belong together.

Reading is lenient: unknown values and fields are kept, limits are not checked. Building is strict: a builder reports every value
that breaks a limit of the API.";

pub fn write(source: &mut String, api: &Api, output: &Output) {
    source.push_str(HEAD);
    for (name, kind) in &api.types {
        match &kind.schema.kind {
            Kind::Object(fields) => object(source, (name, kind), fields, (api, output)),
            Kind::Enum(listed) => values(source, (name, kind), listed),
            Kind::Union(variants) => union(source, (name, kind), variants, api),
            _ => {}
        }
    }
    put!(source, "}}\n\n");
    docs(source, "", TYPES);
    let names: Vec<&str> = api.types.keys().map(String::as_str).collect();
    let (names, mut builders, mut aliases) = (names.join(", "), String::new(), String::new());
    for (name, _) in api.types.iter().filter(|(_, kind)| kind.has_builder()) {
        put!(builders, "{name}Builder, ");
        // Hidden, so that the types stand alone on their page.
        put!(
            aliases,
            "    #[doc(hidden)]\n    pub type {name}Builder = builder::{name}Builder;\n"
        );
    }
    put!(
        source,
        "#[allow(unused_imports)]
pub mod types {{
    pub use super::all::{{{names}}};

    /// The builders of the objects in requests.
    pub mod builder {{
        pub use super::super::all::{{{builders}}};
    }}

{aliases}}}
"
    );
}

/// Begins the call of a macro with the documentation of a type.
fn open(source: &mut String, called: &str, (name, kind): (&str, &Type)) {
    put!(source, "\n    ::dintero_core::{called}! {{\n");
    docs(source, "        ", &docs::of_type(&kind.schema, name));
}

fn close(source: &mut String) {
    source.push_str("        }\n    }\n");
}

fn builder(name: &str, has_builder: bool) -> String {
    let builder = has_builder.then(|| format!(", {name}Builder"));
    builder.unwrap_or_default()
}

fn object(
    source: &mut String,
    (name, kind): (&str, &Type),
    object: &Object,
    (api, output): (&Api, &Output),
) {
    open(source, "object", (name, kind));
    let (in_requests, limits) = (kind.in_requests, checks(&kind.schema));
    let mut builder = builder(name, in_requests);
    if in_requests && !limits.is_empty() {
        put!(builder, " [{}]", limits.join(", "));
    }
    put!(source, "        pub struct {name}{builder} {{\n");
    for (wire, property) in &object.properties {
        // What lacks a field was refused before.
        let Field { ident, rust_type } = &output.structs[name][wire];
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
        let privacy = match property.meta.personal {
            Some(true) => "personal",
            _ => "plain",
        };
        let (mut limits, mut constant) = (Vec::new(), String::new());
        if in_requests {
            if object.required_in_requests.contains(wire) {
                limits.push("__Limit::Required".to_owned());
            }
            limits.extend(checks(property));
            if let Some(only) = literal(property, &api.types) {
                constant = format!(" = {only}");
            }
        }
        put!(
            source,
            "            {ident} {}: {presence} {word} ({}) {privacy} [{}]{constant};\n",
            escaped(wire),
            kind.trim_start_matches("types::"),
            limits.join(", ")
        );
    }
    close(source);
}

fn values(source: &mut String, (name, kind): (&str, &Type), listed: &Enum) {
    let list = ["open_enum", "open_integer"][usize::from(listed.integer)];
    open(source, list, (name, kind));
    put!(source, "        pub enum {name} {{\n");
    for (variant, wire) in kind.named(&listed.values) {
        let doc = match wire {
            "" => "The empty string.".to_owned(),
            wire => markdown::code(wire),
        };
        docs(source, "            ", &doc);
        match listed.integer {
            true => put!(source, "            {variant} = {wire},\n"),
            false => put!(source, "            {variant} = {wire:?},\n"),
        }
    }
    close(source);
}

fn union(source: &mut String, (name, in_type): (&str, &Type), union: &Union, api: &Api) {
    // Several values of a tag may stand for one type; the order tells what is looked for first.
    let mut variants: BTreeMap<&str, [Vec<&String>; 3]> = BTreeMap::new();
    let mut order = Vec::new();
    for variant in &union.variants {
        let Some(name) = variant.schema.as_reference() else {
            continue;
        };
        if !order.contains(&name) {
            order.push(name);
        }
        let known = variants.entry(name).or_default();
        let [own, required] = &variant.fields;
        for (known, more) in known.iter_mut().zip([&variant.values, own, required]) {
            known.extend(more);
        }
    }
    open(source, "union", (name, in_type));
    let open = if union.open { "or any " } else { "" };
    let tag = union.tag.as_ref().map(|tag| format!("tag {tag:?}"));
    let by = tag.as_deref().unwrap_or("fields");
    put!(source, "        pub enum {name} by {by} {open}{{\n");
    for variant in &order {
        let [values, own, required] = &variants[variant];
        let fields = [own.as_slice(), required.as_slice()].concat();
        let tag = union.tag.as_ref().filter(|_| !values.is_empty());
        let mut recognized = tag.map_or_else(String::new, |tag| {
            format!("{} is {}.", markdown::code(tag), quoted(values))
        });
        if !fields.is_empty() {
            let recognized_by = match tag {
                Some(_) => " Where that does not tell, recognized",
                None => "Recognized",
            };
            put!(
                recognized,
                "{recognized_by} by the presence of {}.",
                quoted(&fields)
            );
        }
        docs(source, "            ", &recognized);
        let kind = api.types.get(*variant);
        let is_object = kind.is_some_and(|kind| kind.schema.as_object().is_some());
        let builder = builder(variant, in_type.in_requests && is_object);
        let ident = ident(in_type, variant);
        put!(
            source,
            "            {ident}({variant}{builder}) = {values:?} {own:?} {required:?},\n"
        );
    }
    close(source);
}

fn quoted(names: &[&String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| markdown::code(name)).collect();
    quoted.join(", ")
}

fn ident<'t>(union: &'t Type, variant: &'t str) -> &'t str {
    union.names.get(variant).map_or(variant, String::as_str)
}
