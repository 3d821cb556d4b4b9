//! Request and response bodies, headers and status codes of an operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::Class::{Additive, Breaking, None as Nothing};
use super::change::{Class, Direction, Fact, Kind, Rule, Sink, Site, Use, What};
use super::label::{below, follow, label};
use super::operations::{Both, Operation};
use super::parameters::schema;
use super::schemas::Walk;
use super::shape::Node;

/// Two messages, references followed.
struct Pair<'a> {
    old: (String, &'a Value),
    new: (String, &'a Value),
    roots: (&'a Value, &'a Value),
    subject: String,
    uses: BTreeSet<Use>,
}

impl Pair<'_> {
    /// A fact about the message or, with a name, about a part that is on one side only.
    fn fact(&self, rule: &'static str, class: Class, kind: Kind, name: &str, text: &str) -> Fact {
        let place = |pointer: &str| Some(pointer.to_owned());
        let (old, new) = match kind {
            Kind::Added => (None, place(&self.new.0)),
            Kind::Removed => (place(&self.old.0), None),
            _ => (place(&self.old.0), place(&self.new.0)),
        };
        let fact = Fact::new(Rule::Fixed(rule), (class, class), kind, What::Message);
        fact.at(self.subject.as_str(), name, old, new, text)
    }

    fn uses(&self, site: Site) -> BTreeSet<Use> {
        self.uses.iter().map(|of| Use { site, ..*of }).collect()
    }
}

/// Compares the messages.
pub fn compare(both: &Both<'_, '_>, walk: &mut Walk<'_>, sink: &mut Sink) {
    request(both, walk, sink);
    let (olds, news) = (responses(both.old), responses(both.new));
    let uses = uses(both, Direction::Response);
    let good = |status: &str| status.starts_with('2');
    for (status, place) in olds
        .iter()
        .filter(|(status, _)| !news.contains_key(*status))
    {
        let (rule, class) = if good(status) {
            ("response-success-status-removed", Breaking)
        } else {
            ("response-non-success-status-removed", Additive)
        };
        let mut fact = both.fact(rule, class, Kind::Removed, What::Message);
        (fact.name, fact.old, fact.new) = (status.clone(), Some(place.clone()), None);
        fact.text = "status removed".to_owned();
        sink.add(fact, &uses);
    }
    for (status, place) in &news {
        let Some(before) = olds.get(status) else {
            let rule = if good(status) {
                "response-success-status-added"
            } else {
                "response-non-success-status-added"
            };
            let mut fact = both.fact(rule, Additive, Kind::Added, What::Message);
            (fact.name, fact.old, fact.new) = (status.clone(), None, Some(place.clone()));
            fact.text = "status added".to_owned();
            sink.add(fact, &uses);
            continue;
        };
        let Some(pair) = pair(both, before, place, Direction::Response) else {
            continue;
        };
        headers(&pair, walk, sink);
        content(&pair, walk, sink);
    }
}

fn request(both: &Both<'_, '_>, walk: &mut Walk<'_>, sink: &mut Sink) {
    let place = |operation: &Operation<'_>| {
        let place = below(&operation.pointer, "requestBody");
        operation.root.pointer(&place).map(|_| place)
    };
    let uses = uses(both, Direction::Request);
    let mut add = |rule, class, kind, old: Option<String>, new: Option<String>, text: &str| {
        let mut fact = both.fact(rule, class, kind, What::Message);
        (fact.name, fact.old, fact.new) = ("body".to_owned(), old, new);
        fact.text = text.to_owned();
        sink.add(fact, &uses);
    };
    let required = |operation: &Operation<'_>, place: &str| {
        let place = below(&follow(operation.root, place), "required");
        operation.root.pointer(&place) == Some(&Value::Bool(true))
    };
    match (place(both.old), place(both.new)) {
        (None, None) => {}
        (Some(old), None) => add(
            "request-body-removed",
            Breaking,
            Kind::Removed,
            Some(old),
            None,
            "removed",
        ),
        (None, Some(new)) if required(both.new, &new) => {
            add(
                "request-body-added-required",
                Breaking,
                Kind::Added,
                None,
                Some(new),
                "added, required",
            );
        }
        (None, Some(new)) => add(
            "request-body-added-optional",
            Additive,
            Kind::Added,
            None,
            Some(new),
            "added",
        ),
        (Some(old), Some(new)) => {
            match (required(both.old, &old), required(both.new, &new)) {
                (false, true) => add(
                    "request-body-became-required",
                    Breaking,
                    Kind::Changed,
                    Some(old.clone()),
                    Some(new.clone()),
                    "is required now",
                ),
                (true, false) => add(
                    "request-body-became-optional",
                    Additive,
                    Kind::Changed,
                    Some(old.clone()),
                    Some(new.clone()),
                    "is optional now",
                ),
                _ => {}
            }
            if let Some(pair) = pair(both, &old, &new, Direction::Request) {
                content(&pair, walk, sink);
            }
        }
    }
}

fn uses(both: &Both<'_, '_>, direction: Direction) -> BTreeSet<Use> {
    BTreeSet::from([Use {
        operation: both.operation,
        direction,
        site: Site::Body,
    }])
}

fn responses(operation: &Operation<'_>) -> BTreeMap<String, String> {
    let place = below(&operation.pointer, "responses");
    let all = operation.node["responses"]
        .as_object()
        .into_iter()
        .flatten();
    all.filter(|(status, _)| !status.starts_with("x-"))
        .map(|(status, _)| (status.to_uppercase(), below(&place, status)))
        .collect()
}

fn pair<'a>(both: &Both<'a, '_>, old: &str, new: &str, direction: Direction) -> Option<Pair<'a>> {
    let (old_root, new_root) = (both.old.root, both.new.root);
    let (old, new) = (follow(old_root, old), follow(new_root, new));
    let shared = new.starts_with("/components/") || !old.starts_with("/components/");
    let subject = if shared {
        label(new_root, &new)
    } else {
        label(old_root, &old)
    };
    Some(Pair {
        subject,
        roots: (old_root, new_root),
        uses: uses(both, direction),
        old: (old.clone(), old_root.pointer(&old)?),
        new: (new.clone(), new_root.pointer(&new)?),
    })
}

fn headers(pair: &Pair<'_>, walk: &mut Walk<'_>, sink: &mut Sink) {
    let names = |node: &Value| -> BTreeMap<String, String> {
        let all = node["headers"].as_object().into_iter().flatten();
        all.map(|(name, _)| (name.to_lowercase(), name.clone()))
            .collect()
    };
    let (olds, news) = (names(pair.old.1), names(pair.new.1));
    let uses = pair.uses(Site::Header);
    for name in olds.keys().filter(|name| !news.contains_key(*name)) {
        let name = format!("header {name}");
        sink.add(
            pair.fact(
                "response-header-removed",
                Breaking,
                Kind::Removed,
                &name,
                "removed",
            ),
            &uses,
        );
    }
    for (name, written) in &news {
        let Some(before) = olds.get(name) else {
            let name = format!("header {name}");
            sink.add(
                pair.fact(
                    "response-header-added",
                    Additive,
                    Kind::Added,
                    &name,
                    "added",
                ),
                &uses,
            );
            continue;
        };
        let node = |root: &Value, pointer: &str, name: &str| {
            let place = follow(root, &below(&below(pointer, "headers"), name));
            schema(&place, root.pointer(&place)?)
        };
        let old = node(pair.roots.0, &pair.old.0, before);
        let new = node(pair.roots.1, &pair.new.0, written);
        if let (Some(old), Some(new)) = (old, new) {
            walk.visit(&old, &new, &uses);
        }
    }
}

fn content(pair: &Pair<'_>, walk: &mut Walk<'_>, sink: &mut Sink) {
    // Parameters of a media type, such as its charset, do not make another one.
    let media = |node: &Value| -> BTreeMap<String, String> {
        let all = node["content"].as_object().into_iter().flatten();
        all.map(|(name, _)| {
            let plain = name
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_lowercase();
            (plain, name.clone())
        })
        .collect()
    };
    let (olds, news) = (media(pair.old.1), media(pair.new.1));
    let request = pair
        .uses
        .iter()
        .any(|of| of.direction == Direction::Request);
    let (removed, added) = if request {
        (
            "request-body-media-type-removed",
            "request-body-media-type-added",
        )
    } else {
        ("response-media-type-removed", "response-media-type-added")
    };
    for name in olds.keys().filter(|name| !news.contains_key(*name)) {
        sink.add(
            pair.fact(removed, Breaking, Kind::Removed, name, "media type removed"),
            &pair.uses,
        );
    }
    for (name, written) in &news {
        let Some(before) = olds.get(name) else {
            sink.add(
                pair.fact(added, Additive, Kind::Added, name, "media type added"),
                &pair.uses,
            );
            continue;
        };
        let node = |(pointer, node): &(String, &Value), name: &str| {
            let place = below(&below(&below(pointer, "content"), name), "schema");
            node["content"][name].get("schema").map(|_| Node::at(place))
        };
        match (node(&pair.old, before), node(&pair.new, written)) {
            (Some(old), Some(new)) => walk.visit(&old, &new, &pair.uses),
            (None, None) => {}
            (None, Some(_)) => {
                let class = if request { Breaking } else { Additive };
                sink.add(
                    pair.fact(
                        "body-schema-added",
                        class,
                        Kind::Changed,
                        name,
                        "has a schema now",
                    ),
                    &pair.uses,
                );
            }
            (Some(_), None) => {
                let class = if request { Additive } else { Breaking };
                sink.add(
                    pair.fact(
                        "body-schema-removed",
                        class,
                        Kind::Changed,
                        name,
                        "has no schema any more",
                    ),
                    &pair.uses,
                );
            }
        }
    }
    if pair.old.1["description"] != pair.new.1["description"] {
        let mut fact = pair.fact(
            "description-changed",
            Nothing,
            Kind::Changed,
            "",
            "is described in other words",
        );
        fact.what = What::Text;
        sink.add(fact, &pair.uses);
    }
}
