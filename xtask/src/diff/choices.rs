//! The schemas of `oneOf` and `anyOf`.

use super::change::Class::{Additive, Breaking};
use super::change::{Fact, Kind, Rule, What};
use super::join::{Child, Sides, child};
use super::shape::{Node, Shape};
use super::similar;

/// Clients that know a fixed set of kinds break where ours do not.
const CHOICES: &str = "A client that knows a fixed set of kinds fails on it in a response; ours keeps what it does not know.";

/// Compares them. Schemas of a choice belong together by name, by the values of the tag, and last by what they look like.
pub fn compare(
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
