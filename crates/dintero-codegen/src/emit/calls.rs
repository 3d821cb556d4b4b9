//! The client and its calls.

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use super::docs::{self, docs};
use super::limits::checks;
use super::read::{Argument, Method, Output, RustType};
use super::{examples, index};
use crate::confirm::confirmed;
use crate::ir::{Api, Operation, Place, Success};
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
        call(source, api, operation, method, output);
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

fn call(source: &mut String, api: &Api, operation: &Operation, method: &Method, output: &Output) {
    let rows = rows(operation, method, output);
    let confirmed = confirmed(api, operation).ok().flatten();
    let confirmed = confirmed.map_or(String::new(), |it| {
        let arguments = it.arguments.iter();
        let arguments = arguments.map(|(ident, wire)| format!("{ident} {wire:?}"));
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        format!(" confirmed {:?} [{arguments}]", it.read)
    });
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
    let parameter = operation.parameters.get(&(*place, wire.clone()));
    let (schema, required, doc) = match (parameter, &operation.body) {
        (Some(one), _) => (&one.schema, one.required, &one.doc),
        (None, Some(body)) => (&body.schema, body.required, &body.doc),
        (None, None) => return,
    };
    let complete = rust_type.complete();
    let (ident, wire, (word, kind)) = match place {
        Place::Body => ("body", "body", ("value", complete.as_str())),
        _ => (ident.as_str(), wire.as_str(), rust_type.parts()),
    };
    let doc = match (place, doc.as_str()) {
        (Place::Path, _) => String::new(),
        (Place::Body, "") => "Sets the request body.".to_owned(),
        (_, "") => format!("Sets the parameter {}.", markdown::code(wire)),
        (_, doc) => doc.to_owned(),
    };
    docs(source, "            ", &doc);
    let place = match (place, parameter) {
        (Place::Query, Some(parameter)) if parameter.joined => "joined",
        _ => place.name(),
    };
    let presence = if required { "required" } else { "optional" };
    let checks = checks(schema).join(", ");
    put!(
        source,
        "            {place} {ident} {wire:?}: {presence} {word} ({kind}) [{checks}];\n"
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
