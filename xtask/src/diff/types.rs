//! Component schemas: which came, went, or have another name now. Names of types are not on the wire.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Class::None as Nothing;
use super::change::{Direction, Fact, Kind, Rule, Sink, Site, Use, What};
use super::choices::alike;
use super::label::below;
use super::schemas::Walk;
use super::shape::{Node, Shape};
use super::similar;

const NAMES: &str = "Type names are not on the wire; Rust type names follow them.";

/// Compares the components that no operation reaches, and tells which names came, went and changed.
pub fn compare(old: &Value, new: &Value, walk: &mut Walk<'_>, sink: &mut Sink) {
    let (olds, news) = (names(old), names(new));
    let mut gone: Vec<&String> = olds.difference(&news).collect();
    let mut come: Vec<&String> = news.difference(&olds).collect();
    for name in olds.intersection(&news) {
        let uses = kept(&new["components"]["schemas"][name], name, sink);
        if !(uses.is_empty() && walk.met.0.contains(name) && walk.met.1.contains(name)) {
            walk.visit(&node(name), &node(name), &uses);
        }
    }
    let shapes = |root, names: &[&String]| -> Vec<Shape> {
        names
            .iter()
            .map(|name| Shape::of(root, &node(name)))
            .collect()
    };
    let (was, is) = (shapes(old, &gone), shapes(new, &come));
    let renamed = similar::pairs(gone.len(), come.len(), |one, two| {
        let met = walk.stand_ins.get(&(gone[one].clone(), come[two].clone()));
        let looks = alike(&was[one], &is[two]);
        let sounds = similar::likeness(gone[one], come[two]);
        match met {
            #[allow(clippy::cast_precision_loss)]
            Some(count) if looks >= 0.3 || sounds > 0.0 => 2.0 + looks + (*count).min(100) as f64,
            _ if sounds > 0.0 && looks >= 0.3 => 1.0 + looks,
            _ if looks >= 0.8 && is[two].fields.len() > 2 => looks,
            _ => 0.0,
        }
    });
    for (one, two) in &renamed {
        let (before, after) = (gone[*one], come[*two]);
        let uses = kept(&new["components"]["schemas"][after], after, sink);
        if !(uses.is_empty() && walk.met.0.contains(before) && walk.met.1.contains(after)) {
            walk.visit(&node(before), &node(after), &uses);
        }
        let text = format!("seems to be what was `{before}`");
        let mut fact = fact(
            "type-renamed",
            Kind::Renamed,
            after,
            Some(before),
            Some(after),
            text,
        );
        fact.former = Some(before.clone());
        fact.note = Some(NAMES);
        sink.add(fact, &BTreeSet::new());
    }
    let mut index = 0..;
    gone.retain(|_| {
        index
            .next()
            .is_some_and(|index| !renamed.iter().any(|(one, _)| *one == index))
    });
    let mut index = 0..;
    come.retain(|_| {
        index
            .next()
            .is_some_and(|index| !renamed.iter().any(|(_, two)| *two == index))
    });
    // What was compared lives on inline, or in another type.
    for name in gone.into_iter().filter(|name| !walk.met.0.contains(*name)) {
        let fact = fact(
            "type-removed",
            Kind::Removed,
            name,
            Some(name),
            None,
            "type removed".to_owned(),
        );
        sink.add(fact, &BTreeSet::new());
    }
    for name in come.into_iter().filter(|name| !walk.met.1.contains(*name)) {
        let fact = fact(
            "type-added",
            Kind::Added,
            name,
            None,
            Some(name),
            "type added".to_owned(),
        );
        sink.add(fact, &BTreeSet::new());
    }
}

fn fact(
    rule: &'static str,
    kind: Kind,
    name: &str,
    old: Option<&String>,
    new: Option<&String>,
    text: String,
) -> Fact {
    let place = |name: &String| node(name).pointer().to_owned();
    Fact::new(Rule::Fixed(rule), (Nothing, Nothing), kind, What::Type).at(
        name,
        "",
        old.map(place),
        new.map(place),
        text,
    )
}

fn names(root: &Value) -> BTreeSet<String> {
    let schemas = root["components"]["schemas"].as_object();
    schemas
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

fn node(name: &str) -> Node {
    Node::at(below("/components/schemas", name))
}

/// Types that the overlay keeps for callbacks and the like are used, though by no operation.
fn kept(schema: &Value, name: &str, sink: &mut Sink) -> BTreeSet<Use> {
    let Some(keep) = schema["x-dintero-keep"].as_str() else {
        return BTreeSet::new();
    };
    let operation = sink.operation(format!("outside of operations ({name})"));
    [
        (Direction::Request, "response"),
        (Direction::Response, "request"),
    ]
    .into_iter()
    .filter(|(_, other)| keep != *other)
    .map(|(direction, _)| Use {
        operation,
        direction,
        site: Site::Body,
    })
    .collect()
}
