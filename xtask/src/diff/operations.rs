//! Operations: which came, went or moved, and who may call them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Class::{Additive, Breaking, None as Nothing};
use super::change::{Change, Class, Fact, Kind, Rule, Sink, What};
use super::label::{below, follow};
use super::schemas::Walk;
use super::{access, messages, parameters, similar, types};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// An operation of one document.
pub struct Operation<'a> {
    /// The document.
    pub root: &'a Value,
    /// Where it is.
    pub pointer: String,
    /// Where the path is.
    pub item: String,
    /// The path as written.
    pub path: String,
    /// The method, in lower case.
    pub method: String,
    /// Its content.
    pub node: &'a Value,
}

impl Operation<'_> {
    /// `GET /sessions`
    pub fn title(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Method, and path without the names of its variables.
    fn key(&self) -> (String, String) {
        let mut path = String::new();
        for (index, part) in self.path.split('{').enumerate() {
            match part.split_once('}') {
                Some((_, rest)) if index > 0 => path.push_str(&format!("{{}}{rest}")),
                _ => path.push_str(part),
            }
        }
        (self.method.clone(), path)
    }

    fn id(&self) -> &str {
        self.node["operationId"].as_str().unwrap_or_default()
    }
}

/// The same operation, before and after.
pub struct Both<'a, 'b> {
    /// Before.
    pub old: &'b Operation<'a>,
    /// After.
    pub new: &'b Operation<'a>,
    /// Its number.
    pub operation: usize,
}

impl Both<'_, '_> {
    /// A fact about the operation, without a place in its messages.
    pub fn fact(&self, rule: &'static str, class: Class, kind: Kind, what: What) -> Fact {
        let (old, new) = (self.old.pointer.clone(), self.new.pointer.clone());
        let fact = Fact::new(Rule::Fixed(rule), (class, class), kind, what);
        fact.at(self.new.title(), "", Some(old), Some(new), "")
    }
}

/// Are they one operation?
type Same = fn(&Operation<'_>, &Operation<'_>) -> bool;

/// Everything that differs between two documents, for the API.
pub fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let mut sink = Sink::default();
    let mut walk = Walk::new(old, new);
    let (olds, news) = (operations(old), operations(new));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    // As written first, so that two paths that differ in the names of variables only are not mixed up.
    let exact = |one: &Operation<'_>, two: &Operation<'_>| one.title() == two.title();
    let same = |one: &Operation<'_>, two: &Operation<'_>| one.key() == two.key();
    let moved = |one: &Operation<'_>, two: &Operation<'_>| {
        let id = !one.id().is_empty() && one.id() == two.id();
        one.method == two.method
            && (id || similar::plain(&one.key().1) == similar::plain(&two.key().1))
    };
    let sounds = |one: &Operation<'_>, two: &Operation<'_>| {
        one.method == two.method && similar::likeness(&one.key().1, &two.key().1) > 0.0
    };
    let called =
        |one: &Operation<'_>, two: &Operation<'_>| !one.id().is_empty() && one.id() == two.id();
    let matches: [Same; 5] = [exact, same, moved, called, sounds];
    for matches in matches {
        for (one, old) in olds.iter().enumerate() {
            let free = |two: &usize| !pairs.iter().any(|(_, used)| used == two);
            if !pairs.iter().any(|(used, _)| *used == one) {
                let found = (0..news.len())
                    .filter(free)
                    .find(|two| matches(old, &news[*two]));
                pairs.extend(found.map(|two| (one, two)));
            }
        }
    }
    for (one, old) in olds.iter().enumerate() {
        if !pairs.iter().any(|(used, _)| *used == one) {
            let rule = if old.node["deprecated"] == true {
                "api-removed-after-deprecation"
            } else {
                "api-removed"
            };
            whole(
                rule,
                Breaking,
                Kind::Removed,
                old,
                "operation removed",
                &mut sink,
            );
        }
    }
    for (two, new) in news.iter().enumerate() {
        if !pairs.iter().any(|(_, used)| *used == two) {
            whole(
                "endpoint-added",
                Additive,
                Kind::Added,
                new,
                "operation added",
                &mut sink,
            );
        }
    }
    for (one, two) in pairs {
        let operation = sink.operation(news[two].title());
        let both = Both {
            old: &olds[one],
            new: &news[two],
            operation,
        };
        itself(&both, &mut sink);
        access::compare(&both, &mut sink);
        parameters::compare(&both, &mut walk, &mut sink);
        messages::compare(&both, &mut walk, &mut sink);
    }
    types::compare(old, new, &mut walk, &mut sink);
    access::servers(
        old,
        new,
        "the document",
        ("/servers", "/servers"),
        &mut sink,
    );
    walk.finish(&mut sink);
    sink.changes()
}

fn operations(root: &Value) -> Vec<Operation<'_>> {
    let mut list = Vec::new();
    for (path, _) in root["paths"].as_object().into_iter().flatten() {
        let item = follow(root, &below("/paths", path));
        for method in METHODS {
            let pointer = below(&item, method);
            if let Some(node) = root.pointer(&pointer).filter(|node| node.is_object()) {
                list.push(Operation {
                    root,
                    pointer,
                    item: item.clone(),
                    path: path.clone(),
                    method: method.to_owned(),
                    node,
                });
            }
        }
    }
    list
}

fn whole(
    rule: &'static str,
    class: Class,
    kind: Kind,
    operation: &Operation<'_>,
    text: &str,
    sink: &mut Sink,
) {
    let place = Some(operation.pointer.clone());
    let (old, new) = if kind == Kind::Added {
        (None, place)
    } else {
        (place, None)
    };
    let text = match operation.id() {
        "" => text.to_owned(),
        id => format!("{text} (operationId `{id}`)"),
    };
    let fact = Fact::new(Rule::Fixed(rule), (class, class), kind, What::Operation);
    sink.add(
        fact.at(operation.title(), "", old, new, text),
        &BTreeSet::new(),
    );
}

/// Path, id, deprecation, description.
fn itself(both: &Both<'_, '_>, sink: &mut Sink) {
    let (old, new) = (both.old, both.new);
    let none = BTreeSet::new();
    if old.key() != new.key() {
        let mut fact = both.fact("api-path-renamed", Breaking, Kind::Renamed, What::Operation);
        fact.text = format!("seems to be what was `{}`", old.title());
        fact.former = Some(old.title());
        sink.add(fact, &none);
    }
    if old.id() != new.id() {
        let mut fact = both.fact(
            "api-operation-id-renamed",
            Nothing,
            Kind::Renamed,
            What::Operation,
        );
        fact.name = new.id().to_owned();
        fact.former = Some(old.id().to_owned());
        fact.text = match (old.id(), new.id()) {
            ("", id) => format!("has the operationId `{id}` now, had none"),
            (id, "") => format!("has no operationId now, had `{id}`"),
            (id, _) => format!("has this operationId now, was `{id}`"),
        };
        fact.note = Some(
            "Not on the wire; generated clients name their methods after it, ours where the overlay names none.",
        );
        sink.add(fact, &none);
    }
    match (
        old.node["deprecated"] == true,
        new.node["deprecated"] == true,
    ) {
        (false, true) => {
            let mut fact = both.fact(
                "endpoint-deprecated",
                Additive,
                Kind::Changed,
                What::Operation,
            );
            fact.text = "is deprecated now".to_owned();
            sink.add(fact, &none);
        }
        (true, false) => {
            let mut fact = both.fact(
                "endpoint-reactivated",
                Additive,
                Kind::Changed,
                What::Operation,
            );
            fact.text = "is no longer deprecated".to_owned();
            sink.add(fact, &none);
        }
        _ => {}
    }
    let prose = |node: &Value| (node["summary"].clone(), node["description"].clone());
    if prose(old.node) != prose(new.node) {
        let mut fact = both.fact("description-changed", Nothing, Kind::Changed, What::Text);
        fact.text = "is described in other words".to_owned();
        sink.add(fact, &none);
    }
    let own = |operation: &Operation<'_>| {
        let own = [&operation.pointer, &operation.item].map(|pointer| below(pointer, "servers"));
        own.into_iter()
            .find(|pointer| operation.root.pointer(pointer).is_some())
    };
    let (was, is) = (own(old), own(new));
    if was.is_some() || is.is_some() {
        let place = |pointer: Option<String>| pointer.unwrap_or_else(|| "/servers".to_owned());
        let (was, is) = (place(was), place(is));
        access::servers(old.root, new.root, &new.title(), (&was, &is), sink);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::compare;
    use crate::diff::change::{Kind, What};

    fn told(old: Value, new: Value) -> Vec<(Kind, String)> {
        let document = |paths: Value| json!({"openapi": "3.0.3", "paths": paths});
        let changes = compare(&document(old), &document(new)).into_iter();
        changes
            .filter(|change| change.what == What::Operation)
            .map(|change| (change.kind, change.text))
            .collect()
    }

    #[test]
    fn an_operation_may_change_its_method_or_a_word_of_its_path() {
        let operation =
            |id: &str| json!({"operationId": id, "responses": {"204": {"description": "Done"}}});
        let (put, patch) = (
            json!({"/a": {"put": operation("a")}}),
            json!({"/a": {"patch": operation("a")}}),
        );
        let was = |text: &str| vec![(Kind::Renamed, format!("seems to be what was `{text}`"))];
        assert_eq!(told(put, patch), was("PUT /a"));
        let one = json!({"/v2/transfer": {"post": {"responses": {}}}});
        let more = json!({"/v2/transfers": {"post": {"responses": {}}}});
        assert_eq!(told(one.clone(), more), was("POST /v2/transfer"));
        let other = json!({"/v3/transfer": {"post": {"responses": {}}}});
        assert_eq!(told(one, other).len(), 2);
    }

    #[test]
    fn an_operation_id_that_was_missing_is_told_so() {
        let old = json!({"/a": {"get": {"responses": {}}}});
        let new = json!({"/a": {"get": {"operationId": "a", "responses": {}}}});
        let (_, text) = told(old, new).remove(0);
        assert_eq!(text, "has the operationId `a` now, had none");
    }
}
