//! Lists of all types and operations as macros.

use super::read::Output;
use crate::ir::{Api, Kind, Place, Success};

/// Writes the macros that list all types and operations of a client crate; they cost nothing unless a test uses them.
pub fn registry(api: &Api, output: &Output) -> String {
    let mut source = String::new();
    let names = |wanted: fn(&Kind) -> bool| {
        let types = api.types.iter();
        let types = types.filter(|(_, kind)| wanted(&kind.schema.kind));
        let names: Vec<&str> = types.map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    };
    put!(
        source,
        "
#[doc(hidden)]
#[macro_export]
macro_rules! __types {{
    ($each:ident) => {{
        $each! {{
            objects [{}]
            enums [{}]
            integers [{}]
            unions [{}]
        }}
    }};
}}

#[doc(hidden)]
#[macro_export]
macro_rules! __operations {{
    ($each:ident) => {{
        $each! {{
",
        names(|kind| matches!(kind, Kind::Object(_))),
        names(|kind| matches!(kind, Kind::Enum(listed) if !listed.integer)),
        names(|kind| matches!(kind, Kind::Enum(listed) if listed.integer)),
        names(|kind| matches!(kind, Kind::Union(_))),
    );
    for (name, operation) in &api.operations {
        let Some(method) = output.methods.get(name) else {
            continue;
        };
        let here = |kind: &str| kind.replace("types::", "$crate::types::");
        let mut arguments = method.arguments.iter();
        let body = arguments.find(|argument| argument.place == Place::Body);
        let body = body.map_or("()".to_owned(), |body| here(&body.rust_type.complete()));
        let success = match operation.success {
            Success::Json(_) | Success::JsonOrEmpty(_) => here(&method.success),
            Success::Empty | Success::Bytes => "()".to_owned(),
        };
        put!(source, "            {name}: ({body}) -> ({success});\n");
    }
    source.push_str("        }\n    };\n}\n");
    source
}
