//! Marks of operations, checked as a whole: a cursor that leads nowhere would end a list after its first page, a wrong reading would
//! tell a wrong outcome.

use crate::action::Action;
use crate::confirm;
use crate::document::{Document, escape, unescape};
use crate::emit::Output;
use crate::finding::{Finding, Rule};
use crate::ir::{Api, CursorSource, Kind, Operation, Place, Schema, Success};

const MARK: &str = "x-dintero-paging";

/// Returns an error for each operation whose paging or confirmation does not fit it, at the place that says so.
pub fn check(
    document: &Document,
    overlay: Option<&Document>,
    (api, output): (&Api, &Output),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for operation in api.operations.values() {
        let method = operation.method.to_lowercase();
        let at = |mark: &str| format!("/paths/{}/{method}/{mark}", escape(&operation.path));
        let is_paged = operation.paging.is_some() || document.root.pointer(&at(MARK)).is_some();
        let paging = is_paged.then(|| misfit(api, output, operation)).flatten();
        let paging = paging.map(|problem| (MARK, Rule::UnknownPaging, (String::new(), problem)));
        let confirm = confirm::confirmed(api, operation).err();
        let confirm = confirm.map(|problem| (confirm::MARK, Rule::UnknownConfirmation, problem));
        for (mark, rule, (member, problem)) in paging.into_iter().chain(confirm) {
            let node = format!("{}{member}", at(mark));
            let is_there = document.root.pointer(&node).is_some();
            let node = if is_there { node } else { at(mark) };
            let (file, place) = origin(document, overlay, &node);
            let route = format!("{} {}", operation.method, operation.path);
            let does = if mark == MARK {
                "pages"
            } else {
                "is confirmed"
            };
            let problem = format!("{route} {does} otherwise than {mark} says: {problem}");
            let why = format!("Does not fit the document: {problem}");
            let finding = file.finding(rule, &place, problem);
            let action = Action::remove(&document.root, &at(mark), why);
            findings.push(finding.with_actions([action]));
        }
    }
    findings
}

/// Returns what the operation lacks of its paging.
fn misfit(api: &Api, output: &Output, operation: &Operation) -> Option<String> {
    let Some(paging) = &operation.paging else {
        let form = "it must have `items` and `cursor`, and each cursor `parameter` and either `body` or `last_item`";
        return Some(form.to_owned());
    };
    let (Success::Json(body) | Success::JsonOrEmpty(body)) = &operation.success else {
        return Some("the response is not JSON".to_owned());
    };
    if !output.has_list(operation) {
        return Some(format!("the response has no list at {:?}", paging.items));
    }
    let item = match find(api, body, &tokens(&paging.items), 0).map(|list| &list.kind) {
        Some(Kind::List(item)) => item,
        _ => body,
    };
    for cursor in &paging.cursor {
        let other = cursor.alternative.as_ref();
        let given = other.into_iter().flat_map(|(given, _)| given);
        let has =
            |name: &str| (operation.parameters).contains_key(&(Place::Query, name.to_owned()));
        if let Some(parameter) = given.chain([&cursor.parameter]).find(|name| !has(name)) {
            return Some(format!("it has no query parameter {parameter}"));
        }
        let other = other.map(|(_, source)| source);
        for source in other.into_iter().chain([&cursor.source]) {
            let (of, schema, pointer) = match source {
                CursorSource::Body(pointer) => ("the response", body, pointer),
                CursorSource::LastItem(pointer) => ("an item", item, pointer),
            };
            let found = find(api, schema, &tokens(pointer), 0);
            let kind = found.map(|value| &value.kind);
            if !matches!(kind, Some(Kind::Scalar(_) | Kind::Enum(_) | Kind::Any)) {
                return Some(format!("{of} has no text or number at {pointer:?}"));
            }
        }
    }
    None
}

pub fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(unescape).collect()
}

/// Returns what values of a schema have at a JSON pointer. What is any JSON may have anything.
pub fn find<'s>(
    api: &'s Api,
    schema: &'s Schema,
    tokens: &[String],
    depth: usize,
) -> Option<&'s Schema> {
    match (&schema.kind, tokens) {
        // A union may be one of its own variants.
        _ if depth > 64 => None,
        (Kind::Ref(name), _) => find(api, &api.types.get(name)?.schema, tokens, depth + 1),
        (Kind::Any, _) | (_, []) => Some(schema),
        (Kind::Object(object), [first, rest @ ..]) => {
            find(api, object.properties.get(first)?, rest, depth + 1)
        }
        (Kind::Map(values), [_, rest @ ..]) => find(api, values, rest, depth + 1),
        (Kind::Union(union), _) => {
            let mut variants = union.variants.iter();
            variants.find_map(|variant| find(api, &variant.schema, tokens, depth + 1))
        }
        _ => None,
    }
}

/// Returns the file and the place that gave the document a node: the last overlay action that did, or the document itself.
pub fn origin<'d>(
    document: &'d Document,
    overlay: Option<&'d Document>,
    node: &str,
) -> (&'d Document, String) {
    for (index, places) in document.places.iter().enumerate().rev() {
        let Some(overlay) = overlay else { break };
        let update = &overlay.root["actions"][index]["update"];
        let mut below = places
            .iter()
            .filter_map(|place| node.strip_prefix(place.as_str()));
        if let Some(below) = below.find(|below| update.pointer(below).is_some()) {
            return (overlay, format!("/actions/{index}/update{below}"));
        }
    }
    (document, node.to_owned())
}

#[cfg(test)]
mod tests;
