//! Two schemas at the same place: what differs, and which of their parts belong together.

use serde_json::Value;

use super::change::Class::{Additive, Breaking, None as Nothing};
use super::change::{Class, Fact, Kind, Rule, What};
use super::label::{below, component, follow, label};
use super::shape::{Node, Rest, Shape};
use super::{scalars, similar};

/// Clients that know a fixed set of kinds break where ours do not.
const CHOICES: &str = "A client that knows a fixed set of kinds fails on it in a response; ours keeps what it does not know.";

/// Parts of both schemas that belong together.
pub struct Child {
    /// In the old document.
    pub old: Node,
    /// In the new document.
    pub new: Node,
    /// Is it a property, or the same as its parent (an element of a parameter's list)?
    pub property: bool,
    /// Does it exist in requests, and in responses?
    pub exists: (bool, bool),
}

/// Both documents, and the places that are compared.
pub struct Sides<'a> {
    old_root: &'a Value,
    new_root: &'a Value,
    old: String,
    new: String,
}

impl<'a> Sides<'a> {
    /// At two nodes.
    pub fn new(roots: (&'a Value, &'a Value), old: (&Node, &Shape), new: (&Node, &Shape)) -> Self {
        Self {
            old_root: roots.0,
            new_root: roots.1,
            old: place(roots.0, old.0, old.1),
            new: place(roots.1, new.0, new.1),
        }
    }

    /// A change of the place itself.
    pub fn fact(&self, rule: Rule, classes: (Class, Class), text: impl Into<String>) -> Fact {
        let subject = self.owner(None, None, 0);
        let what = if component(&self.new).is_some() && !subject.contains(['.', '[', '{', '|']) {
            What::Type
        } else if subject.contains(" parameter ") {
            What::Parameter
        } else if subject.contains('.') {
            What::Field
        } else {
            What::Message
        };
        let (old, new) = (Some(self.old.clone()), Some(self.new.clone()));
        Fact::new(rule, classes, Kind::Changed, what).at(subject, "", old, new, text)
    }

    /// The name of what holds a part that is on one side only, or (with neither) of the place itself. A component's
    /// name is preferred, so that all places that use it say the same.
    pub fn owner(&self, old: Option<&String>, new: Option<&String>, up: usize) -> String {
        let climb = |pointer: &String| {
            let mut pointer = pointer.as_str();
            for _ in 0..up {
                pointer = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
            pointer.to_owned()
        };
        let old_place = old.map_or(self.old.clone(), climb);
        let new_place = new.map_or(self.new.clone(), climb);
        let shared = |pointer: &str| pointer.starts_with("/components/");
        // A part that is only in the old document is called as it was there.
        let old_first = old.is_some() && new.is_none();
        let (first, second) = if old_first {
            ((self.old_root, old_place), (self.new_root, new_place))
        } else {
            ((self.new_root, new_place), (self.old_root, old_place))
        };
        let (root, pointer) = if shared(&first.1) || !shared(&second.1) {
            first
        } else {
            second
        };
        label(root, &pointer)
    }
}

/// The place that stands for a node: its component, where it is one.
fn place(root: &Value, node: &Node, shape: &Shape) -> String {
    match &shape.name {
        Some(name) => below("/components/schemas", name),
        None => follow(root, node.pointer()),
    }
}

/// Compares two schemas, but not their parts.
pub fn join(
    sides: &Sides<'_>,
    (old_node, old): (&Node, &Shape),
    (new_node, new): (&Node, &Shape),
) -> (Vec<Fact>, Vec<Child>) {
    let (mut facts, mut children) = (Vec::new(), Vec::new());
    if old.description != new.description {
        let (old, new) = (Some(sides.old.clone()), Some(sides.new.clone()));
        let subject = sides.owner(None, None, 0);
        let rule = Rule::Fixed("description-changed");
        let fact = Fact::new(rule, (Nothing, Nothing), Kind::Changed, What::Text);
        facts.push(fact.at(subject, "", old, new, "is described in other words"));
    }
    // One schema that became a choice of several, or the reverse, is one of them.
    let bare = |shape: &Shape| shape.kind.is_none() && shape.fields.is_empty();
    let itself = |node: &Node| vec![node.clone()];
    let mut both = |old: &[Node], new: &[Node], tags: (&Shape, &Shape)| {
        choices(sides, tags, old, new, &mut facts, &mut children);
    };
    match (old.choices.is_empty(), new.choices.is_empty()) {
        (true, true) => {}
        (true, false) if bare(new) && !(bare(old) && old.values.is_none()) => {
            both(&itself(old_node), &new.choices, (old, new));
            return (facts, children);
        }
        (false, true) if bare(old) && !(bare(new) && new.values.is_none()) => {
            both(&old.choices, &itself(new_node), (old, new));
            return (facts, children);
        }
        _ => both(&old.choices, &new.choices, (old, new)),
    }
    scalars::compare(sides, old, new, &mut facts);
    if scalars::strangers(old, new) {
        return (facts, children);
    }
    fields(sides, old, new, &mut facts, &mut children);
    if let (Some(old), Some(new)) = (&old.items, &new.items) {
        children.push(child(old, new, false));
    }
    rest(sides, old, new, &mut facts, &mut children);
    (facts, children)
}

fn child(old: &Node, new: &Node, property: bool) -> Child {
    Child {
        old: old.clone(),
        new: new.clone(),
        property,
        exists: (true, true),
    }
}

fn fields(
    sides: &Sides<'_>,
    old: &Shape,
    new: &Shape,
    facts: &mut Vec<Fact>,
    children: &mut Vec<Child>,
) {
    let gone: Vec<&String> = old
        .fields
        .keys()
        .filter(|name| !new.fields.contains_key(*name))
        .collect();
    let come: Vec<&String> = new
        .fields
        .keys()
        .filter(|name| !old.fields.contains_key(*name))
        .collect();
    let old_shape = |name: &str| Shape::of(sides.old_root, &old.fields[name]);
    let new_shape = |name: &str| Shape::of(sides.new_root, &new.fields[name]);
    let renamed = similar::pairs(gone.len(), come.len(), |one, two| {
        let likeness = similar::likeness(gone[one], come[two]);
        if likeness > 0.0 && !scalars::strangers(&old_shape(gone[one]), &new_shape(come[two])) {
            likeness
        } else {
            0.0
        }
    });
    for (index, name) in gone.iter().enumerate() {
        if renamed.iter().any(|(one, _)| *one == index) {
            continue;
        }
        let shape = old_shape(name);
        let response = if old.required.contains(*name) {
            "response-required-property-removed"
        } else {
            "response-optional-property-removed"
        };
        let place = old.fields[*name].pointer().to_owned();
        let fact = Fact::new(
            Rule::Each("request-property-removed", response),
            (Breaking, Breaking),
            Kind::Removed,
            What::Field,
        );
        let subject = sides.owner(Some(&place), None, 2);
        let mut fact = fact.at(subject, *name, Some(place), None, "field removed");
        fact.exists = exists(&shape, &shape);
        facts.push(fact);
    }
    for (index, name) in come.iter().enumerate() {
        if renamed.iter().any(|(_, two)| *two == index) {
            continue;
        }
        let shape = new_shape(name);
        let required = new.required.contains(*name);
        let (rule, class, text) = if required {
            (
                Rule::Each(
                    "new-required-request-property",
                    "response-required-property-added",
                ),
                Breaking,
                "field added, required",
            )
        } else {
            (
                Rule::Each(
                    "new-optional-request-property",
                    "response-optional-property-added",
                ),
                Additive,
                "field added",
            )
        };
        let place = new.fields[*name].pointer().to_owned();
        let fact = Fact::new(rule, (class, Additive), Kind::Added, What::Field);
        let subject = sides.owner(None, Some(&place), 2);
        let mut fact = fact.at(subject, *name, None, Some(place), text);
        fact.exists = exists(&shape, &shape);
        facts.push(fact);
    }
    let same = old
        .fields
        .keys()
        .filter(|name| new.fields.contains_key(*name));
    let pairs = same.map(|name| (name, name));
    let pairs = pairs.chain(renamed.iter().map(|(one, two)| (gone[*one], come[*two])));
    for (before, after) in pairs {
        let (was, is) = (old_shape(before), new_shape(after));
        let (old_place, new_place) = (
            old.fields[before].pointer().to_owned(),
            new.fields[after].pointer().to_owned(),
        );
        let subject = sides.owner(Some(&old_place), Some(&new_place), 2);
        let mut add = |rule, classes, kind, text: String, exists| {
            let fact = Fact::new(rule, classes, kind, What::Field);
            let mut fact = fact.at(
                subject.as_str(),
                after,
                Some(old_place.clone()),
                Some(new_place.clone()),
                text,
            );
            fact.exists = exists;
            fact.former = (before != after).then(|| before.clone());
            facts.push(fact);
        };
        let there = exists(&was, &is);
        if before != after {
            let text = format!("seems to be what was `{before}`");
            add(
                Rule::Suffix("renamed".to_owned()),
                (Breaking, Breaking),
                Kind::Renamed,
                text,
                there,
            );
        }
        let now_required = new.required.contains(after);
        if old.required.contains(before) != now_required {
            let (rule, classes, text) = if now_required {
                ("became-required", (Breaking, Additive), "is required now")
            } else {
                ("became-optional", (Additive, Breaking), "is optional now")
            };
            add(
                Rule::Suffix(rule.to_owned()),
                classes,
                Kind::Changed,
                text.to_owned(),
                there,
            );
        }
        if was.read_only != is.read_only {
            let (rule, text) = if is.read_only {
                (
                    "became-read-only",
                    "is read-only now: requests no longer carry it",
                )
            } else {
                (
                    "became-not-read-only",
                    "is no longer read-only: requests may carry it",
                )
            };
            let class = if !is.read_only && now_required {
                Breaking
            } else {
                Additive
            };
            add(
                Rule::Suffix(rule.to_owned()),
                (class, Additive),
                Kind::Changed,
                text.to_owned(),
                (true, false),
            );
        }
        if was.write_only != is.write_only {
            let (rule, class, text) = if is.write_only {
                (
                    "became-write-only",
                    Breaking,
                    "is write-only now: responses no longer carry it",
                )
            } else {
                (
                    "became-not-write-only",
                    Additive,
                    "is no longer write-only: responses may carry it",
                )
            };
            add(
                Rule::Suffix(rule.to_owned()),
                (Additive, class),
                Kind::Changed,
                text.to_owned(),
                (false, true),
            );
        }
        let mut child = child(&old.fields[before], &new.fields[after], true);
        child.exists = there;
        children.push(child);
    }
}

/// In requests, in responses.
fn exists(old: &Shape, new: &Shape) -> (bool, bool) {
    (
        !old.read_only && !new.read_only,
        !old.write_only && !new.write_only,
    )
}

/// What else an object may hold.
fn rest(
    sides: &Sides<'_>,
    old: &Shape,
    new: &Shape,
    facts: &mut Vec<Fact>,
    children: &mut Vec<Child>,
) {
    let (rule, classes, text) = match (&old.rest, &new.rest) {
        (Rest::Of(old), Rest::Of(new)) => {
            children.push(child(old, new, true));
            return;
        }
        (Rest::Closed, Rest::Closed) | (Rest::Open, Rest::Open) => return,
        (_, Rest::Closed) => (
            "additional-properties-closed",
            (Breaking, Additive),
            "takes no other fields now",
        ),
        (Rest::Closed, _) => (
            "additional-properties-opened",
            (Additive, Additive),
            "takes other fields now",
        ),
        (Rest::Open, Rest::Of(_)) => (
            "additional-properties-specialized",
            (Breaking, Additive),
            "its other fields have a type now",
        ),
        (Rest::Of(_), Rest::Open) => (
            "additional-properties-generalized",
            (Additive, Breaking),
            "its other fields are of any type now",
        ),
    };
    facts.push(sides.fact(Rule::Suffix(rule.to_owned()), classes, text));
}

/// Schemas of a choice belong together by name, by the values of the tag, and last by what they look like.
fn choices(
    sides: &Sides<'_>,
    (old_shape, new_shape): (&Shape, &Shape),
    old: &[Node],
    new: &[Node],
    facts: &mut Vec<Fact>,
    children: &mut Vec<Child>,
) {
    let olds: Vec<Shape> = old
        .iter()
        .map(|node| Shape::of(sides.old_root, node))
        .collect();
    let news: Vec<Shape> = new
        .iter()
        .map(|node| Shape::of(sides.new_root, node))
        .collect();
    let keys = |parent: &Shape, shape: &Shape| {
        let keys = shape
            .name
            .as_ref()
            .and_then(|name| parent.mapping.get(name));
        keys.cloned().unwrap_or_default()
    };
    let pairs = similar::pairs(olds.len(), news.len(), |one, two| {
        let (one, two) = (&olds[one], &news[two]);
        let shared = keys(old_shape, one)
            .intersection(&keys(new_shape, two))
            .count();
        match (&one.name, &two.name) {
            (Some(one), Some(two)) if one == two => 4.0,
            _ if shared > 0 => 3.0,
            (Some(one), Some(two)) if similar::likeness(one, two) > 0.0 => 2.0,
            _ => alike(one, two),
        }
    });
    let title = |parent: &Shape, shape: &Shape, index: usize| {
        let keys: Vec<String> = keys(parent, shape).into_iter().collect();
        match (&shape.name, keys.is_empty()) {
            (Some(name), true) => name.clone(),
            (Some(name), false) => format!("{name} ({})", keys.join(", ")),
            (None, _) => format!("choice {}", index + 1),
        }
    };
    let mut add = |rule: &str,
                   classes,
                   kind,
                   name: String,
                   old: Option<String>,
                   new: Option<String>,
                   text: &str,
                   note| {
        let fact = Fact::new(Rule::Suffix(rule.to_owned()), classes, kind, What::Type);
        let subject = sides.owner(None, None, 0);
        let mut fact = fact.at(subject, name, old, new, text);
        fact.note = note;
        facts.push(fact);
    };
    for (index, shape) in olds.iter().enumerate() {
        if !pairs.iter().any(|(one, _)| *one == index) {
            let place = Some(old[index].pointer().to_owned());
            let name = title(old_shape, shape, index);
            add(
                "one-of-removed",
                (Breaking, Additive),
                Kind::Removed,
                name,
                place,
                None,
                "choice removed",
                None,
            );
        }
    }
    for (index, shape) in news.iter().enumerate() {
        if !pairs.iter().any(|(_, two)| *two == index) {
            let place = Some(new[index].pointer().to_owned());
            let name = title(new_shape, shape, index);
            add(
                "one-of-added",
                (Additive, Additive),
                Kind::Added,
                name,
                None,
                place,
                "choice added",
                Some(CHOICES),
            );
        }
    }
    for (one, two) in pairs {
        let (before, after) = (keys(old_shape, &olds[one]), keys(new_shape, &news[two]));
        if !before.is_empty() && !after.is_empty() {
            let places = || {
                (
                    Some(old[one].pointer().to_owned()),
                    Some(new[two].pointer().to_owned()),
                )
            };
            for value in before.difference(&after) {
                let (old, new) = places();
                add(
                    "discriminator-mapping-removed",
                    (Breaking, Breaking),
                    Kind::Removed,
                    value.clone(),
                    old,
                    new,
                    "no longer tells a kind",
                    None,
                );
            }
            for value in after.difference(&before) {
                let (old, new) = places();
                add(
                    "discriminator-mapping-added",
                    (Additive, Additive),
                    Kind::Added,
                    value.clone(),
                    old,
                    new,
                    "tells a kind now",
                    None,
                );
            }
        }
        let (before, after) = (&old[one], &new[two]);
        children.push(child(before, after, false));
    }
    if let (Some(before), Some(after)) = (&old_shape.tag, &new_shape.tag)
        && before != after
    {
        let text = format!("kinds were told by `{before}`, are told by `{after}` now");
        facts.push(sides.fact(
            Rule::Suffix("discriminator-changed".to_owned()),
            (Breaking, Breaking),
            text,
        ));
    }
}

/// How much two schemas look like each other, from 0 to 1.
pub fn alike(one: &Shape, two: &Shape) -> f64 {
    if one.kind != two.kind {
        return 0.0;
    }
    let share = |common: usize, one: usize, two: usize| match one + two - common {
        0 => 0.5,
        #[allow(clippy::cast_precision_loss)]
        all => common as f64 / all as f64,
    };
    if let (Some(one), Some(two)) = (&one.values, &two.values) {
        let common = one
            .iter()
            .filter(|(value, _)| two.iter().any(|(other, _)| other == value));
        return share(common.count(), one.len(), two.len());
    }
    let common = one
        .fields
        .keys()
        .filter(|name| two.fields.contains_key(*name))
        .count();
    share(common, one.fields.len(), two.fields.len())
}
