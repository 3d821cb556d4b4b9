//! Lists of all types and operations as macros: they cost nothing unless a test asks for them.

use super::put;
use super::read::Output;
use crate::plan::{Kind, Plan, Success};

pub fn write(plan: &Plan, output: &Output) -> String {
    let mut source = String::new();
    let names = |wanted: fn(&Kind) -> bool| {
        let names: Vec<&str> = plan
            .types
            .iter()
            .filter(|(_, kind)| wanted(&kind.kind))
            .map(|(name, _)| name.as_str())
            .collect();
        names.join(", ")
    };
    put(
        &mut source,
        format_args!(
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
            names(|kind| matches!(kind, Kind::Enum { integer: false, .. })),
            names(|kind| matches!(kind, Kind::Enum { integer: true, .. })),
            names(|kind| matches!(kind, Kind::Union(_))),
        ),
    );
    for (name, operation) in &plan.operations {
        let Some(method) = output.methods.get(name) else {
            continue;
        };
        let here = |kind: &str| kind.replace("types::", "$crate::types::");
        let body = method
            .arguments
            .iter()
            .find(|argument| argument.place == "body")
            .map(|argument| here(&argument.shape.whole()));
        let success = match operation.success {
            Success::Json | Success::JsonOrEmpty => here(&method.success),
            Success::Empty | Success::Bytes => "()".to_owned(),
        };
        put(
            &mut source,
            format_args!(
                "            {name}: ({}) -> ({success});\n",
                body.unwrap_or_else(|| "()".to_owned())
            ),
        );
    }
    source.push_str("        }\n    };\n}\n");
    source
}
