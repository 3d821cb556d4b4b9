//! The cursor of the next page, read from a page as the operation table tells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::data::Violation;
use crate::macros::debug;
use crate::path::{push_query, query_value, remove_query};
use crate::{AlternativeSource, Cursor, CursorSource, Operation, Paging};

/// A position between two pages of a list, to resume from with [`Pages::resume`](super::Pages::resume).
///
/// It can be stored with serde, and is valid as long as the API knows the item that it refers to. It holds neither the filters nor
/// the limit of the list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCursor {
    list: String,
    values: BTreeMap<String, String>,
}

impl PageCursor {
    /// Returns the list that the cursor belongs to: API and method, such as `checkout.list_transactions`.
    pub fn list(&self) -> &str {
        &self.list
    }

    pub(super) fn fits(&self, operation: &Operation) -> bool {
        let wanted = operation.paging().map_or(&[][..], |paging| paging.cursor);
        let mut parameters = wanted.iter().map(|cursor| cursor.parameter);
        self.list == name(operation)
            && self.values.len() == wanted.len()
            && parameters.all(|parameter| self.values.contains_key(parameter))
    }

    /// Sets the query parameters, which replace those of the same names.
    pub(super) fn apply(&self, query: &mut String) {
        for (parameter, value) in &self.values {
            remove_query(query, parameter);
            push_query(query, parameter, value);
        }
    }
}

// Its values are part of a query.
debug! {
    PageCursor(self) {
        list: self.list,
    }
}

fn name(operation: &Operation) -> String {
    format!("{}.{}", operation.api(), operation.name())
}

/// Returns the cursor of the page after `body`, or `None` at the end of the list.
///
/// If the last item is the cursor, only a page without items ends the list. If the cursor is a field of the body, only its absence
/// does. A page with fewer items than requested proves nothing: a server may allow fewer than that, or filter a page.
pub(super) fn next(
    operation: &Operation,
    query: &str,
    body: &Value,
    current: Option<&PageCursor>,
) -> Result<Option<PageCursor>, Violation> {
    let Some(Paging { items, cursor }) = operation.paging() else {
        return Ok(None);
    };
    let items = body.pointer(items).and_then(Value::as_array);
    let items = items.map_or(&[][..], Vec::as_slice);
    let mut values = BTreeMap::new();
    let mut missing = None;
    for cursor in *cursor {
        let is_sent = |name: &&str| query_value(query, name).is_some();
        let is_used = |other: &AlternativeSource| other.parameters.iter().any(is_sent);
        let alternative = cursor.alternative.filter(is_used);
        let (holder, pointer) = match alternative.map_or(cursor.source, |other| other.source) {
            CursorSource::LastItem(pointer) => (items.last(), pointer),
            CursorSource::Body(pointer) => (Some(body), pointer),
        };
        match holder.and_then(|holder| text(holder.pointer(pointer)?)) {
            Some(value) => {
                values.insert(cursor.parameter.to_owned(), value);
            }
            None => missing = Some(pointer),
        }
    }
    let is_item = |cursor: &Cursor| matches!(cursor.source, CursorSource::LastItem(_));
    if let Some(pointer) = missing {
        let is_end = values.is_empty() && (items.is_empty() || !cursor.iter().any(is_item));
        let error = Violation::new(pointer, "the next page needs it");
        return if is_end { Ok(None) } else { Err(error) };
    }
    let list = name(operation);
    let next = PageCursor { list, values };
    if current != Some(&next) {
        return Ok(Some(next));
    }
    if items.is_empty() {
        return Ok(None);
    }
    let pointer = cursor.first().map_or("", |cursor| match cursor.source {
        CursorSource::LastItem(pointer) | CursorSource::Body(pointer) => pointer,
    });
    let reason = "it is the cursor of the previous page, so the list would never end";
    Err(Violation::new(pointer, reason))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
