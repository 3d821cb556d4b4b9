//! Two schemas at the same place: what differs, and which of their parts belong together.

use serde_json::Value;

use super::change::Class::{Additive, Breaking, None as Nothing};
use super::change::{Class, Fact, Kind, Rule, What};
use super::label::{below, component, follow, label};
use super::shape::{Node, Rest, Shape};
use super::{choices, fields, scalars};

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
    /// The old document.
    pub old_root: &'a Value,
    /// The new document.
    pub new_root: &'a Value,
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
        choices::compare(sides, tags, old, new, &mut facts, &mut children);
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
    fields::compare(sides, old, new, &mut facts, &mut children);
    if let (Some(old), Some(new)) = (&old.items, &new.items) {
        children.push(child(old, new, false));
    }
    rest(sides, old, new, &mut facts, &mut children);
    (facts, children)
}

/// Two parts that exist both ways.
pub fn child(old: &Node, new: &Node, property: bool) -> Child {
    Child {
        old: old.clone(),
        new: new.clone(),
        property,
        exists: (true, true),
    }
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
