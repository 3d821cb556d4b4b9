//! The module `operations`: the operation table.

use heck::ToShoutySnakeCase;

use super::docs::docs;
use crate::confirm::confirmed;
use crate::ir::{Api, Cursor, Operation, Paging};
use crate::markdown;

const HEAD: &str = "
/// The operation table: the facts about every operation of this API.
pub mod operations {
    #![allow(unused_imports)]
    use ::dintero_core::{AlternativeSource, Auth, Cursor, CursorSource, Evidence, Operation, OperationFacts, Paging, RetryClass, Server};
    use ::dintero_core::confirm::{Confirm, Source::{Argument, Body, Choice, Path}};

";

pub fn write(source: &mut String, name: &str, api: &Api) {
    source.push_str(HEAD);
    put!(
        source,
        "    /// All operations of this API.\n    pub static ALL: [&Operation; {}] = [\n",
        api.operations.len()
    );
    for name in api.operations.keys() {
        put!(source, "        &{},\n", name.to_shouty_snake_case());
    }
    source.push_str("    ];\n");
    for operation in api.operations.values() {
        row(source, name, api, operation);
    }
    source.push_str("}\n");
}

fn row(source: &mut String, api: &str, all: &Api, operation: &Operation) {
    let Operation {
        name,
        id,
        method,
        path,
        account,
        server,
        base,
        scopes,
        retry,
        read_back,
        paging,
        auth,
        accept,
        body,
        statuses,
        evidence,
        deprecated,
        ..
    } = operation;
    let content_type = body
        .as_ref()
        .map_or("application/json", |body| &body.content_type);
    let constant = name.to_shouty_snake_case();
    let paging = paging.as_ref().map_or("None".to_owned(), self::paging);
    // What does not fit was refused before.
    let confirm = confirmed(all, operation).ok().flatten();
    let confirm = confirm.map_or("None".to_owned(), |it| format!("Some({})", it.fact));
    source.push('\n');
    docs(source, "    ", &markdown::code(&format!("{method} {path}")));
    let evidence = evidence.map_or("Seen".to_owned(), |evidence| format!("{evidence:?}"));
    put!(
        source,
        "    pub static {constant}: Operation = Operation::new(OperationFacts {{
        api: {api:?},
        id: {id:?},
        name: {name:?},
        method: ::dintero_core::data::private::Method::{method},
        path: {path:?},
        server: Server::{server:?},
        base: {base:?},
        account: {account:?},
        scopes: &{scopes:?},
        retry_class: RetryClass::{retry:?},
        read_back: {read_back:?},
        paging: {paging},
        confirm: {confirm},
        auth: Auth::{auth:?},
        content_type: {content_type:?},
        accept: {accept:?},
        statuses: &{statuses:?},
        evidence: Evidence::{evidence},
        deprecated: {deprecated},
    }});
"
    );
}

fn paging(paging: &Paging) -> String {
    let cursors = paging.cursor.iter().map(|cursor| {
        let alternative = cursor.alternative.as_ref();
        let alternative = alternative.map_or("None".to_owned(), |(parameters, other)| {
            format!("Some(AlternativeSource {{ parameters: &{parameters:?}, source: CursorSource::{other:?} }})")
        });
        let Cursor { parameter, source, .. } = cursor;
        format!("Cursor {{ parameter: {parameter:?}, source: CursorSource::{source:?}, alternative: {alternative} }}")
    });
    let (items, cursors) = (&paging.items, cursors.collect::<Vec<_>>().join(", "));
    format!("Some(Paging {{ items: {items:?}, cursor: &[{cursors}] }})")
}
