//! How the kinds of a union are told: by the value of a tag, and where that does not tell, by the properties that only one
//! of them has or requires.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::Value;

use super::Flattener;
use crate::document::members;
use crate::finding::{Level, Rule};
use crate::ir::{Kind, Object, Scalar, Schema, Union, Variant};
use crate::lower::keywords::mapped;

/// One alternative of a choice.
pub(super) struct Choice {
    /// The component that it refers to, and those that this one stands for.
    pub names: Vec<String>,
    /// What it is, with what stands beside the choice.
    pub flat: Schema,
    /// The objects that it can be: one, or those of the union that it is.
    pub objects: Vec<Object>,
    /// What a union holds of it: the reference, where there is one that says all of it.
    pub held: Schema,
}

impl Choice {
    fn properties(&self) -> BTreeSet<&String> {
        let objects = self.objects.iter();
        let names = objects.flat_map(|object| object.properties.keys());
        names.collect()
    }

    fn has(&self, property: &str) -> bool {
        let mut objects = self.objects.iter();
        objects.any(|object| object.properties.contains_key(property))
    }

    /// Returns `true` if every object that it can be must have the property.
    fn requires(&self, property: &str) -> bool {
        let mut objects = self.objects.iter();
        objects.all(|object| object.required.contains(property))
    }

    /// Returns its name in findings.
    fn title(&self) -> String {
        let first = self.names.first().cloned();
        first.unwrap_or_else(|| {
            let names: Vec<&str> = self.properties().into_iter().map(String::as_str).collect();
            format!("the object of {}", names.join(", "))
        })
    }
}

impl Flattener<'_> {
    /// Returns the union of some objects, told by the tag of a discriminator or by what is found in them.
    pub(super) fn union(
        &mut self,
        tag: Option<String>,
        mapping: &Value,
        choices: &[Choice],
        pointer: &str,
    ) -> Union {
        let common = tag.is_none().then(|| self.common_tag(choices)).flatten();
        let required = |tag: &String| choices.iter().all(|choice| choice.requires(tag));
        let optional = common.as_ref().is_some_and(|tag| !required(tag));
        let tag = tag.or(common);
        let values = choices.iter().map(|choice| match &tag {
            Some(tag) => self.values(choice, tag, mapping),
            None => Vec::new(),
        });
        let values: Vec<Vec<String>> = values.collect();
        let alike = |one: usize, two: usize| {
            let (one, two) = (&values[one], &values[two]);
            one == two || one.iter().any(|value| two.contains(value))
        };
        let all = 0..choices.len();
        let is_unsure = |index: &usize| {
            let mut others = all.clone().filter(|other| other != index);
            optional || values[*index].is_empty() || others.any(|other| alike(*index, other))
        };
        let unsure: Vec<usize> = all.clone().filter(is_unsure).collect();
        let mut variants = Vec::new();
        for index in all.clone() {
            let mut rank = (0, Reverse(0));
            let mut variant = Variant {
                schema: choices[index].held.clone(),
                values: values[index].clone(),
                fields: Default::default(),
            };
            if unsure.contains(&index) {
                let rivals = unsure.iter().filter(|other| **other != index);
                let rivals: Vec<&Choice> = rivals.map(|other| &choices[*other]).collect();
                (rank, variant.fields) = shape(&choices[index], &rivals);
            }
            variants.push((rank, variant));
        }
        for one in all.clone().filter(|index| variants[*index].0.0 > 0) {
            for two in (one + 1..choices.len()).filter(|two| variants[*two].0.0 > 0) {
                if alike(one, two)
                    && choices[one].held != choices[two].held
                    && same_shape(&choices[one], &choices[two])
                {
                    let [first, second] = [one, two].map(|index| choices[index].title());
                    let problem = format!("nothing tells {first} and {second} apart");
                    let help = "Values of both are read as the first; give them a tag with values of their own";
                    self.note(Rule::MixedUnion, pointer, &problem, help);
                }
            }
        }
        for (value, target) in members(mapping) {
            let target = mapped(target);
            if !choices.iter().any(|choice| choice.names.contains(&target)) {
                let target = format!("{target}, which is no alternative");
                let problem = format!("the discriminator maps {value} to {target}");
                let help = "Such a value is kept as JSON; add the alternative";
                let finding = self
                    .document
                    .finding(Rule::MissingMapping, pointer, problem);
                self.add(finding.with_level(Level::Warning).with_help(help));
            }
        }
        variants.sort_by_key(|(rank, _)| *rank);
        Union {
            tag,
            open: false,
            variants: variants.into_iter().map(|(_, variant)| variant).collect(),
        }
    }

    /// Returns the values of the tag that tell a kind: those that are mapped to it, else those that it lists, else its name.
    fn values(&mut self, choice: &Choice, tag: &str, mapping: &Value) -> Vec<String> {
        let mapped = members(mapping).filter(|(_, target)| choice.names.contains(&mapped(target)));
        let mut values: Vec<String> = mapped.map(|(value, _)| value.clone()).collect();
        if let Kind::Union(inner) = &choice.flat.kind
            && inner.tag.as_deref() == Some(tag)
        {
            let inner = inner.variants.iter();
            values.extend(inner.flat_map(|variant| variant.values.clone()));
        }
        if values.is_empty() {
            values = self.listed(choice, tag);
        }
        if values.is_empty() {
            values.extend(choice.names.first().cloned());
        }
        values
    }

    /// Returns the values that a kind lists for a property.
    fn listed(&mut self, choice: &Choice, property: &str) -> Vec<String> {
        let mut values = Vec::new();
        for object in &choice.objects {
            let Some(flat) = object.properties.get(property) else {
                return Vec::new();
            };
            let referred = flat.as_reference().map(|name| self.outlined(name));
            let flat = referred.unwrap_or_else(|| flat.clone());
            match (flat.constant, flat.kind) {
                (Some(only), _) => values.push(only),
                (None, Kind::Enum(listed)) => values.extend(listed.values),
                _ => return Vec::new(),
            }
        }
        values
    }

    /// Returns the first property that gives each of the kinds values of its own.
    fn common_tag(&mut self, choices: &[Choice]) -> Option<String> {
        let [first, _, ..] = choices else {
            return None;
        };
        let tag = first.properties().into_iter().find(|name| {
            let mut seen = BTreeSet::new();
            choices.iter().all(|choice| {
                let values = self.listed(choice, name);
                !values.is_empty() && values.into_iter().all(|value| seen.insert(value))
            })
        });
        tag.cloned()
    }
}

/// Returns the properties that tell a kind from others, and when it is to be looked for: what has properties of its own
/// comes first, then what requires most, and unions at last.
fn shape(choice: &Choice, rivals: &[&Choice]) -> ((u8, Reverse<usize>), [Vec<String>; 2]) {
    let names = choice.properties().into_iter().cloned();
    let (own, shared): (Vec<String>, Vec<String>) =
        names.partition(|name| !rivals.iter().any(|rival| rival.has(name)));
    let mut required = shared.clone();
    required.retain(|name| choice.requires(name));
    let order = match &choice.flat.kind {
        Kind::Union(_) => (3, Reverse(0)),
        _ if own.is_empty() => (2, Reverse(required.len())),
        _ => (1, Reverse(0)),
    };
    let is_told = !own.is_empty() || !required.is_empty();
    (order, [own, if is_told { required } else { shared }])
}

/// Returns `true` if every value of one kind can be read as the other.
fn same_shape(one: &Choice, two: &Choice) -> bool {
    let ([one], [two]) = (one.objects.as_slice(), two.objects.as_slice()) else {
        return false;
    };
    let alike = |(name, property): (&String, &Schema)| {
        let other = two.properties.get(name);
        other.is_some_and(|other| !differ(property, other))
    };
    one.required == two.required
        && one.properties.len() == two.properties.len()
        && one.properties.iter().all(alike)
}

/// Returns `true` if a value of one schema may not be a value of the other.
fn differ(one: &Schema, two: &Schema) -> bool {
    match (&one.kind, &two.kind) {
        (Kind::Any, _) | (_, Kind::Any) => false,
        (Kind::List(one), Kind::List(two)) => differ(one, two),
        _ => kind(one) != kind(two) || one.as_reference() != two.as_reference(),
    }
}

/// Returns the kind of a value, as far as kinds can share a type.
pub(super) fn kind(schema: &Schema) -> &'static str {
    match &schema.kind {
        Kind::Scalar(Scalar::String) => "string",
        Kind::Enum(listed) if !listed.integer => "string",
        Kind::Scalar(Scalar::Integer) | Kind::Enum(_) => "integer",
        Kind::Scalar(Scalar::Number) => "number",
        Kind::Scalar(Scalar::Boolean) => "boolean",
        Kind::List(_) => "array",
        Kind::Object(_) | Kind::Map(_) => "object",
        Kind::Any | Kind::Ref(_) | Kind::Union(_) | Kind::Scalar(Scalar::StringOrNumber) => "any",
    }
}
