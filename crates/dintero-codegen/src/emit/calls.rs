//! The client, its calls, and the operation table.

use super::read::{Argument, Method, Output, Shape};
use super::{docs, put};
use crate::plan::{Operation, Paging, Plan, Success};
use heck::{ToShoutySnakeCase, ToUpperCamelCase};

pub fn write(source: &mut String, api: &str, plan: &Plan, output: &Output) {
    table(source, api, plan);
    let methods: Vec<(&Operation, &Method)> = plan
        .operations
        .values()
        .filter_map(|operation| Some((operation, output.methods.get(&operation.name)?)))
        .collect();
    put(
        source,
        format_args!(
            "
/// The requests of [`Client`]: each takes the optional parameters and the body of its operation, and is sent by `send`.
pub mod calls {{
    #![allow(clippy::all, unused_imports)]
    use super::{{Client, operations, types}};
    use ::dintero_core::data::Limit as __Limit;
"
        ),
    );
    for (operation, method) in &methods {
        call(source, operation, method, rows(operation, method, output));
    }
    source.push_str("}\n");
    put(
        source,
        format_args!(
            "
/// Client of the {} (document version {}), bound to one account.
///
/// Cheap to clone. Every method starts a call; nothing is sent before its `send` is awaited.
#[derive(Clone, Debug)]
pub struct Client {{
    handle: ::dintero_core::Handle,
}}

impl Client {{
    /// Creates a client that sends its requests through `handle`.
    pub fn new(handle: ::dintero_core::Handle) -> Self {{
        Self {{ handle }}
    }}

    /// Returns the handle that requests are sent through.
    pub fn handle(&self) -> &::dintero_core::Handle {{
        &self.handle
    }}
",
            plan.title, plan.version
        ),
    );
    for (operation, method) in &methods {
        client_method(source, operation, method);
    }
    source.push_str("}\n");
}

fn table(source: &mut String, api: &str, plan: &Plan) {
    source.push_str("\n/// The operation table: the facts about every operation of this API.\npub mod operations {\n    #![allow(unused_imports)]\n    use ::dintero_core::{AlternativeSource, Auth, Cursor, CursorSource, Evidence, Operation, OperationFacts, Paging, RetryClass, Server};\n\n");
    put(
        source,
        format_args!(
            "    /// All operations of this API.\n    pub static ALL: [&Operation; {}] = [\n",
            plan.operations.len()
        ),
    );
    for name in plan.operations.keys() {
        put(
            source,
            format_args!("        &{},\n", name.to_shouty_snake_case()),
        );
    }
    source.push_str("    ];\n");
    for operation in plan.operations.values() {
        let option = |text: &Option<String>| {
            text.as_ref()
                .map_or("None".to_owned(), |text| format!("Some({text:?})"))
        };
        put(
            source,
            format_args!(
                "
    /// `{method} {path}`
    pub static {constant}: Operation = Operation::new(OperationFacts {{
        api: {api:?},
        id: {id:?},
        name: {name:?},
        method: ::dintero_core::data::private::Method::{method},
        path: {path:?},
        server: Server::{server},
        base: {base:?},
        account: {account},
        scopes: &{scopes:?},
        retry_class: RetryClass::{retry},
        read_back: {read_back},
        paging: {paging},
        auth: Auth::{auth},
        statuses: &{statuses:?},
        evidence: Evidence::{evidence},
        deprecated: {deprecated},
    }});
",
                constant = operation.name.to_shouty_snake_case(),
                id = operation.id,
                name = operation.name,
                method = operation.method,
                path = operation.path,
                server = operation.server,
                base = operation.base,
                account = option(&operation.account),
                scopes = operation.scopes,
                retry = operation.retry,
                read_back = option(&operation.read_back),
                paging = operation.paging.as_ref().map_or("None".to_owned(), paging),
                auth = operation.auth,
                statuses = operation.statuses,
                evidence = operation.evidence,
                deprecated = operation.deprecated,
            ),
        );
    }
    source.push_str("}\n");
}

fn paging(paging: &Paging) -> String {
    let cursors = paging.cursor.iter().map(|cursor| {
        let place = if cursor.last_item { "LastItem" } else { "Body" };
        let instead = cursor.instead.as_ref().map_or("None".to_owned(), |(given, pointer)| {
            format!("Some(AlternativeSource {{ parameters: &{given:?}, source: CursorSource::{place}({pointer:?}) }})")
        });
        format!(
            "Cursor {{ parameter: {:?}, source: CursorSource::{place}({:?}), alternative: {instead} }}",
            cursor.parameter, cursor.pointer
        )
    });
    format!(
        "Some(Paging {{ items: {:?}, cursor: &[{}] }})",
        paging.items,
        cursors.collect::<Vec<_>>().join(", ")
    )
}

/// The list in a page, as the macro reads it: the field, unless the body is the list, and the type of an item.
pub fn rows(operation: &Operation, method: &Method, output: &Output) -> Option<String> {
    let paging = operation.paging.as_ref()?;
    if paging.items.is_empty() {
        let item = method.success.strip_prefix("::std::vec::Vec<")?;
        return Some(format!("[: {}]", item.strip_suffix('>')?));
    }
    let object = output
        .structs
        .get(method.success.strip_prefix("types::")?)?;
    let field = object.get(paging.items.strip_prefix('/')?)?;
    let Shape::Many(item) = &field.shape else {
        return None;
    };
    let path = if item.contains(':') { "" } else { "types::" };
    Some(format!("[{}: {path}{item}]", field.ident))
}

fn call(source: &mut String, operation: &Operation, method: &Method, rows: Option<String>) {
    let name = operation.name.to_upper_camel_case();
    let (success, kind) = match operation.success {
        Success::Json => ("json", method.success.as_str()),
        Success::JsonOrEmpty => ("json_or_empty", method.success.as_str()),
        Success::Empty => ("empty", "()"),
        Success::Bytes => ("bytes", "::dintero_core::data::private::Bytes"),
    };
    put(source, format_args!("\n    ::dintero_core::call! {{\n"));
    put(
        source,
        format_args!(
            "        /// Builds and sends the request of [`Client::{}`].\n",
            operation.name
        ),
    );
    put(
        source,
        format_args!(
            "        pub struct {name} of {} -> {success} {kind} {}{{\n",
            operation.name.to_shouty_snake_case(),
            rows.map_or(String::new(), |rows| rows + " ")
        ),
    );
    for argument in &method.arguments {
        let Argument {
            ident,
            shape,
            place,
            wire,
        } = argument;
        let (word, kind) = shape.parts();
        match *place {
            "body" => {
                let body = operation.body.clone().unwrap_or_default();
                let presence = if body.required {
                    "required"
                } else {
                    "optional"
                };
                docs(
                    source,
                    "            ",
                    if body.doc.is_empty() {
                        "Sets the request body."
                    } else {
                        &body.doc
                    },
                );
                put(
                    source,
                    format_args!(
                        "            body body \"body\": {presence} value ({}) [];\n",
                        shape.whole()
                    ),
                );
            }
            "path" => {
                let rules = operation
                    .parameters
                    .get(&("path".to_owned(), wire.clone()))
                    .map(|parameter| parameter.rules.join(", "));
                put(
                    source,
                    format_args!(
                        "            path {ident} {wire:?}: required {word} ({kind}) [{}];\n",
                        rules.unwrap_or_default()
                    ),
                );
            }
            place => {
                let Some(parameter) = operation.parameters.get(&(place.to_owned(), wire.clone()))
                else {
                    continue;
                };
                let doc = format!("Sets the parameter `{wire}`.");
                docs(
                    source,
                    "            ",
                    if parameter.doc.is_empty() {
                        &doc
                    } else {
                        &parameter.doc
                    },
                );
                let presence = if parameter.required {
                    "required"
                } else {
                    "optional"
                };
                let place = if parameter.joined && place == "query" {
                    "joined"
                } else {
                    place
                };
                let rules = parameter.rules.join(", ");
                put(
                    source,
                    format_args!(
                        "            {place} {ident} {wire:?}: {presence} {word} ({kind}) [{rules}];\n"
                    ),
                );
            }
        }
    }
    source.push_str("        }\n    }\n");
}

fn client_method(source: &mut String, operation: &Operation, method: &Method) {
    source.push('\n');
    docs(source, "    ", &method_docs(operation, method));
    if operation.deprecated {
        source.push_str("    #[deprecated = \"the API marks this operation as deprecated\"]\n");
    }
    let paths: Vec<&Argument> = method
        .arguments
        .iter()
        .filter(|argument| argument.place == "path")
        .collect();
    let arguments: String = paths
        .iter()
        .map(|argument| {
            let kind = argument.shape.whole();
            if kind == "::std::string::String" {
                format!(", {}: impl ::std::convert::Into<{kind}>", argument.ident)
            } else {
                let error = "::std::convert::Into<::dintero_core::data::Violations>";
                format!(
                    ", {}: impl ::std::convert::TryInto<{kind}, Error: {error}>",
                    argument.ident
                )
            }
        })
        .collect();
    let setters: String = paths
        .iter()
        .map(|argument| format!(".{0}({0})", argument.ident))
        .collect();
    let call = operation.name.to_upper_camel_case();
    put(
        source,
        format_args!(
            "    pub fn {}(&self{arguments}) -> calls::{call}<'_> {{\n        calls::{call}::new(self){setters}\n    }}\n",
            operation.name
        ),
    );
}

fn method_docs(operation: &Operation, method: &Method) -> String {
    let mut doc = operation.doc.clone();
    let mut paragraph = |text: String| crate::markdown::paragraph(&mut doc, &text);
    let described: Vec<String> = method
        .arguments
        .iter()
        .filter(|argument| argument.place == "path")
        .filter_map(|argument| {
            let parameter = operation
                .parameters
                .get(&("path".to_owned(), argument.wire.clone()))?;
            Some(format!(
                "- `{}`: {}",
                argument.ident,
                parameter.doc.replace("\n\n", " ")
            ))
        })
        .filter(|line| !line.ends_with(": "))
        .collect();
    if !described.is_empty() {
        paragraph(described.join("\n"));
    }
    let statuses: Vec<String> = operation.statuses.iter().map(ToString::to_string).collect();
    let mut facts = vec![format!(
        "Upstream: `{} {}`, operationId `{}`, statuses {}.",
        operation.method,
        operation.path,
        operation.id,
        statuses.join(", ")
    )];
    if !operation.scopes.is_empty() {
        let scopes: Vec<String> = operation
            .scopes
            .iter()
            .map(|scope| format!("`{scope}`"))
            .collect();
        facts.push(format!("Scopes, one of: {}.", scopes.join(", ")));
    }
    facts.push(match (operation.retry.as_str(), &operation.read_back) {
        ("Idempotent", _) => "Retry class *idempotent*: retried automatically after time-outs and server errors.".to_owned(),
        ("DuplicateTolerated", _) => "Retry class *duplicate tolerated*: retried at most once after an unknown outcome.".to_owned(),
        (_, Some(read_back)) => format!(
            "Retry class *non-idempotent*: never retried after an unknown outcome; read the outcome with [`{read_back}`](Self::{read_back})."
        ),
        (_, None) => "Retry class *non-idempotent*: never retried after an unknown outcome.".to_owned(),
    });
    match operation.evidence.as_str() {
        "Seen" => {}
        "Inferred" => facts.push("Evidence: inferred from similar parts of the API.".to_owned()),
        _ => facts.push("Evidence: seen only in part.".to_owned()),
    }
    paragraph(facts.join("  \n"));
    doc
}
