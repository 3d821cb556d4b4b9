//! The properties of an object.

use super::change::Class::{Additive, Breaking};
use super::change::{Fact, Kind, Rule, What};
use super::join::{Child, Sides, child};
use super::shape::Shape;
use super::{scalars, similar};

/// Compares them: what came, went, has another name, and what of the rest is required or sent one way only.
pub fn compare(
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
    let was: Vec<Shape> = gone.iter().map(|name| old_shape(name)).collect();
    let is: Vec<Shape> = come.iter().map(|name| new_shape(name)).collect();
    let renamed = similar::renames(&gone, &come, |one, two| {
        (!scalars::strangers(&was[one], &is[two])).then_some(0.0)
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
