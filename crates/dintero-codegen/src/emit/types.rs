//! The module `types`.

use std::collections::BTreeMap;

use super::read::{Field as Read, Output, Shape};
use super::{docs, put};
use crate::plan::{Field, Kind, Plan, Type, Union};

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

pub fn write(source: &mut String, plan: &Plan, output: &Output) {
    source.push_str(HEAD);
    let empty = BTreeMap::new();
    for (name, kind) in &plan.types {
        source.push('\n');
        match &kind.kind {
            Kind::Object(fields) => {
                let read = output.structs.get(name).unwrap_or(&empty);
                object(source, name, kind, fields, read);
            }
            Kind::Enum { integer, variants } => values(source, name, kind, *integer, variants),
            Kind::Union(variants) => union(source, name, kind, variants, plan),
        }
    }
    source.push_str("}\n");
}

fn object(
    source: &mut String,
    name: &str,
    kind: &Type,
    fields: &BTreeMap<String, Field>,
    read: &BTreeMap<String, Read>,
) {
    put(source, format_args!("    ::dintero_core::object! {{\n"));
    docs(source, "        ", &described(&kind.doc, name));
    let builder = if kind.in_requests {
        format!(", {name}Builder")
    } else {
        String::new()
    };
    put(
        source,
        format_args!("        pub struct {name}{builder} {{\n"),
    );
    for (wire, field) in fields {
        let Some(Read { ident, shape }) = read.get(wire) else {
            continue;
        };
        docs(source, "            ", &field.doc);
        let presence = match field {
            Field { nullable: true, .. } => "nullable",
            Field { required: true, .. } => "required",
            _ => "optional",
        };
        let (word, kind_of) = shape.parts();
        let word = if field.loose && matches!(shape, Shape::Many(_)) {
            "one_or_many"
        } else {
            word
        };
        let privacy = if field.personal { "personal" } else { "plain" };
        let rules = if kind.in_requests {
            field.rules.join(", ")
        } else {
            String::new()
        };
        let constant = field.constant.as_ref().filter(|_| kind.in_requests);
        let constant = constant
            .map(|constant| format!(" = {constant:?}"))
            .unwrap_or_default();
        let kind_of = kind_of.trim_start_matches("types::");
        put(
            source,
            format_args!(
                "            {ident} {wire:?}: {presence} {word} ({kind_of}) {privacy} [{rules}]{constant};\n"
            ),
        );
    }
    source.push_str("        }\n    }\n");
}

fn values(
    source: &mut String,
    name: &str,
    kind: &Type,
    integer: bool,
    variants: &[(String, String)],
) {
    let list = if integer { "open_integer" } else { "open_enum" };
    put(source, format_args!("    ::dintero_core::{list}! {{\n"));
    docs(source, "        ", &described(&kind.doc, name));
    put(source, format_args!("        pub enum {name} {{\n"));
    for (variant, wire) in variants {
        docs(
            source,
            "            ",
            &if wire.is_empty() {
                "The empty string.".to_owned()
            } else {
                format!("`{}`", wire.replace(char::is_control, " "))
            },
        );
        if integer {
            put(source, format_args!("            {variant} = {wire},\n"));
        } else {
            put(source, format_args!("            {variant} = {wire:?},\n"));
        }
    }
    source.push_str("        }\n    }\n");
}

fn union(source: &mut String, name: &str, kind: &Type, union: &Union, plan: &Plan) {
    // Several values of a tag may stand for one type; the order tells what is looked for first.
    let mut variants: Vec<(&String, Vec<&String>)> = Vec::new();
    for (variant, values) in &union.variants {
        match variants.iter_mut().find(|(known, _)| *known == variant) {
            Some((_, known)) => known.extend(values),
            None => variants.push((variant, values.iter().collect())),
        }
    }
    put(source, format_args!("    ::dintero_core::union! {{\n"));
    docs(source, "        ", &described(&kind.doc, name));
    let open = if union.open { "or any " } else { "" };
    match &union.tag {
        Some(tag) => put(
            source,
            format_args!("        pub enum {name} by tag {tag:?} {open}{{\n"),
        ),
        None => put(
            source,
            format_args!("        pub enum {name} by fields {open}{{\n"),
        ),
    }
    for (variant, values) in &variants {
        let told = match &union.tag {
            Some(tag) => format!("`{tag}` is {}.", list(values)),
            None => format!("Recognized by the presence of {}.", list(values)),
        };
        docs(source, "            ", &told);
        let built = kind.in_requests
            && plan
                .types
                .get(variant.as_str())
                .is_some_and(|kind| matches!(kind.kind, Kind::Object(_)));
        let builder = if built {
            format!(", {variant}Builder")
        } else {
            String::new()
        };
        put(
            source,
            format_args!(
                "            {}({variant}{builder}) = {values:?},\n",
                ident(variant)
            ),
        );
    }
    source.push_str("        }\n    }\n");
    if kind.in_requests {
        let names: Vec<&str> = variants.iter().map(|(name, _)| ident(name)).collect();
        put(
            source,
            format_args!(
                "    ::dintero_core::union_in_requests! {{ {name} {{ {} }} }}\n",
                names.join(", ")
            ),
        );
    }
}

/// `Unknown` is what holds the kinds that are not in the list.
fn ident(variant: &str) -> &str {
    if variant == "Unknown" {
        "LiteralUnknown"
    } else {
        variant
    }
}

fn list(values: &[&String]) -> String {
    values
        .iter()
        .map(|value| format!("`{value}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Types without a description of their own are inline parts of others, and are described there.
fn described(doc: &str, name: &str) -> String {
    if doc.is_empty() {
        format!("`{name}`: a part of other objects, described at the fields of this type.")
    } else {
        doc.to_owned()
    }
}
