//! What a client offers, as sorted text: reviewed as a diff when a document or overlay changes.

use std::fmt::Write;

use crate::emit::Signature;
use crate::plan::{Kind, Plan, Success};

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations.
    pub operations: usize,
    /// Types.
    pub types: usize,
    /// Fields of all objects.
    pub fields: usize,
    /// Values of all lists.
    pub values: usize,
}

/// Counts what a client offers.
pub fn counts(plan: &Plan) -> Counts {
    let mut counts = Counts {
        operations: plan.operations.len(),
        types: plan.types.len(),
        ..Counts::default()
    };
    for kind in plan.types.values() {
        match &kind.kind {
            Kind::Object(fields) => counts.fields += fields.len(),
            Kind::Enum { variants, .. } => counts.values += variants.len(),
            Kind::Union(_) => {}
        }
    }
    counts
}

/// Writes the surface: a line for each operation, parameter, type, field and value.
pub fn write(plan: &Plan, signatures: &Signature) -> String {
    let mut text = String::new();
    for (name, operation) in &plan.operations {
        let success = match operation.success {
            Success::Json => signatures.success(name),
            Success::JsonOrEmpty => format!("{} or ()", signatures.success(name)),
            Success::Empty => "()".to_owned(),
            Success::Bytes => "bytes".to_owned(),
        };
        line(
            &mut text,
            format_args!(
                "operation {name} {} {} -> {success}",
                operation.method, operation.path
            ),
        );
        line(
            &mut text,
            format_args!("operation {name} id {}", operation.id),
        );
        line(
            &mut text,
            format_args!("operation {name} retry {}", operation.retry),
        );
        for cursor in operation.paging.iter().flat_map(|paging| &paging.cursor) {
            let of = if cursor.last_item {
                "last item"
            } else {
                "body"
            };
            line(
                &mut text,
                format_args!(
                    "operation {name} pages by {} from {} of the {of}",
                    cursor.parameter, cursor.pointer
                ),
            );
        }
        for ((place, wire), parameter) in &operation.parameters {
            let need = if parameter.required {
                "required"
            } else {
                "optional"
            };
            line(
                &mut text,
                format_args!(
                    "operation {name} {place} {wire} {need} {}",
                    signatures.argument(name, place, wire)
                ),
            );
        }
        if let Some(body) = &operation.body {
            let need = if body.required {
                "required"
            } else {
                "optional"
            };
            line(
                &mut text,
                format_args!(
                    "operation {name} body {need} {}",
                    signatures.argument(name, "body", "")
                ),
            );
        }
    }
    for (name, kind) in &plan.types {
        let direction = if kind.in_requests {
            "request"
        } else {
            "response"
        };
        match &kind.kind {
            Kind::Object(fields) => {
                line(&mut text, format_args!("struct {name} {direction}"));
                for (wire, field) in fields {
                    let mut marks = String::new();
                    for (set, mark) in [
                        (field.required, " required"),
                        (field.nullable, " nullable"),
                        (field.personal, " personal"),
                    ] {
                        if set {
                            marks.push_str(mark);
                        }
                    }
                    line(
                        &mut text,
                        format_args!(
                            "struct {name} {wire}: {}{marks}",
                            signatures.field(name, wire)
                        ),
                    );
                }
            }
            Kind::Enum { variants, .. } => {
                line(&mut text, format_args!("enum {name} {direction}"));
                for (variant, wire) in variants {
                    line(&mut text, format_args!("enum {name} {variant} = {wire:?}"));
                }
            }
            Kind::Union(union) => {
                let open = if union.open { " or any" } else { "" };
                line(
                    &mut text,
                    format_args!(
                        "union {name} {direction} by {}{open}",
                        union.tag.as_deref().unwrap_or("shape")
                    ),
                );
                for (variant, values) in &union.variants {
                    line(
                        &mut text,
                        format_args!("union {name} {variant} = {values:?}"),
                    );
                }
            }
        }
    }
    text
}

/// Writing to a String cannot fail.
fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(content);
    text.push('\n');
}
