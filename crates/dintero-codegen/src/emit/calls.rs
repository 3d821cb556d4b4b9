//! The client and its calls.

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use super::docs::{self, docs};
use super::limits::checks;
use super::read::{Argument, Method, Output, RustType};
use super::{examples, index};
use crate::confirm::{Confirmed, confirmed};
use crate::ir::{Api, Operation, Place, Success};
use crate::kept::escaped;
use crate::markdown;

const HEAD: &str = "
/// The requests of [`Client`]: each takes the optional parameters and the body of its operation, and is sent by `send`.
pub mod calls {
    #![allow(clippy::all, unused_imports)]
    use super::{Client, operations, types};
    use ::dintero_core::data::Limit as __Limit;
";

pub fn write(source: &mut String, name: &str, api: &Api, output: &Output) {
    let operations = api.operations.values();
    let methods = operations.map(|operation| (operation, &output.methods[&operation.name]));
    let methods: Vec<(&Operation, &Method)> = methods.collect();
    source.push_str(HEAD);
    for (operation, method) in &methods {
        let confirmed = confirmed(api, operation).ok().flatten();
        call(
            source,
            operation,
            method,
            (rows(operation, method, output), confirmed),
        );
    }
    source.push_str("}\n");
    source.push('\n');
    let (title, version) = (&api.title, &api.version);
    let doc = format!(
        "Client of the {title} (document version {version}), bound to one account.\n\n\
         Cheap to clone. Every method starts a call; nothing is sent before its `send` is awaited.\n\n{}",
        index::table(api)
    );
    docs(source, "", &doc);
    source.push_str(
        "#[derive(Clone, Debug)]
pub struct Client {
    handle: ::dintero_core::Handle,
}

impl Client {
    /// Creates a client that sends its requests through `handle`.
    pub fn new(handle: ::dintero_core::Handle) -> Self {
        Self { handle }
    }

    /// Returns the handle that requests are sent through.
    pub fn handle(&self) -> &::dintero_core::Handle {
        &self.handle
    }
",
    );
    for (operation, method) in &methods {
        let example = examples::of_method(name, (api, output), operation, method);
        client_method(source, operation, method, &example);
    }
    source.push_str("}\n");
}

/// Returns the list in a page, as the macro reads it: the field, unless the body is the list, and the type of an item.
pub fn rows(operation: &Operation, method: &Method, output: &Output) -> Option<String> {
    let paging = operation.paging.as_ref()?;
    if paging.items.is_empty() {
        let item = method.success.strip_prefix("::std::vec::Vec<")?;
        return Some(format!("[: {}]", item.strip_suffix('>')?));
    }
    let object = method.success.strip_prefix("types::")?;
    let field = paging.items.strip_prefix('/')?;
    let field = output.structs.get(object)?.get(field)?;
    let RustType::List(item) = &field.rust_type else {
        return None;
    };
    Some(format!("[{}: {}]", field.ident, in_types(item)))
}

/// Returns a type as the module `types` writes it, with the path to each type of that module.
fn in_types(kind: &str) -> String {
    const ENDS: [char; 3] = ['<', ',', '>'];
    let parts = kind.split_inclusive(ENDS);
    let parts = parts.map(|part| match part.trim_end_matches(ENDS) {
        "" | "bool" | "i64" => part.to_owned(),
        word if word.contains(':') => part.to_owned(),
        _ => format!("types::{part}"),
    });
    parts.collect()
}

fn call(
    source: &mut String,
    operation: &Operation,
    method: &Method,
    (rows, confirmed): (Option<String>, Option<Confirmed>),
) {
    let confirmed = confirmed.map_or(
        String::new(),
        |Confirmed {
             read, arguments, ..
         }| {
            let arguments = arguments
                .iter()
                .map(|(ident, wire)| format!("{ident} {}", escaped(wire)));
            let arguments: Vec<String> = arguments.collect();
            format!(" confirmed {} [{}]", escaped(&read), arguments.join(", "))
        },
    );
    let (success, kind) = match operation.success {
        Success::Json(_) => ("json", method.success.as_str()),
        Success::JsonOrEmpty(_) => ("json_or_empty", method.success.as_str()),
        Success::Empty => ("empty", "()"),
        Success::Bytes => ("bytes", "::dintero_core::data::private::Bytes"),
    };
    let Operation { name, .. } = operation;
    put!(
        source,
        "
    ::dintero_core::call! {{
        /// Builds and sends the request of [`Client::{name}`].
        pub struct {} of {}{confirmed} -> {success} {kind} {}{{
",
        name.to_upper_camel_case(),
        name.to_shouty_snake_case(),
        rows.map_or(String::new(), |rows| rows + " ")
    );
    for argument in &method.arguments {
        setter(source, operation, argument);
    }
    source.push_str("        }\n    }\n");
}

fn setter(source: &mut String, operation: &Operation, argument: &Argument) {
    let Argument {
        ident,
        rust_type,
        place,
        wire,
    } = argument;
    let presence = |required: bool| if required { "required" } else { "optional" };
    let (word, kind) = rust_type.parts();
    let described = |doc: &str, otherwise: String| match doc {
        "" => otherwise,
        doc => doc.to_owned(),
    };
    if let (Place::Body, Some(body)) = (place, &operation.body) {
        let doc = described(&body.doc, "Sets the request body.".to_owned());
        docs(source, "            ", &doc);
        let (presence, kind) = (presence(body.required), rust_type.complete());
        let checks = checks(&body.schema).join(", ");
        put!(
            source,
            "            body body \"body\": {presence} value ({kind}) [{checks}];\n"
        );
        return;
    }
    let Some(parameter) = operation.parameters.get(&(*place, wire.clone())) else {
        return;
    };
    if *place != Place::Path {
        let otherwise = format!("Sets the parameter {}.", markdown::code(wire));
        docs(
            source,
            "            ",
            &described(&parameter.doc, otherwise),
        );
    }
    let place = match place {
        Place::Query if parameter.joined => "joined",
        place => place.name(),
    };
    let presence = presence(parameter.required);
    let checks = checks(&parameter.schema).join(", ");
    let wire = escaped(wire);
    put!(
        source,
        "            {place} {ident} {wire}: {presence} {word} ({kind}) [{checks}];\n"
    );
}

fn client_method(source: &mut String, operation: &Operation, method: &Method, example: &str) {
    source.push('\n');
    let doc = docs::of_method(operation, method);
    docs(source, "    ", &format!("{doc}\n\n{example}"));
    if operation.deprecated {
        source.push_str("    #[deprecated = \"the API marks this operation as deprecated\"]\n");
    }
    let (mut arguments, mut setters) = (String::new(), String::new());
    for Argument {
        ident, rust_type, ..
    } in method.in_path()
    {
        let kind = rust_type.complete();
        let error = "::std::convert::Into<::dintero_core::data::Violations>";
        let bound = match kind.as_str() {
            "::std::string::String" => format!("::std::convert::Into<{kind}>"),
            _ => format!("::std::convert::TryInto<{kind}, Error: {error}>"),
        };
        put!(arguments, ", {ident}: impl {bound}");
        put!(setters, ".{ident}({ident})");
    }
    let Operation { name, .. } = operation;
    let call = name.to_upper_camel_case();
    put!(
        source,
        "    pub fn {name}(&self{arguments}) -> calls::{call} {{\n        calls::{call}::new(self){setters}\n    }}\n"
    );
}
