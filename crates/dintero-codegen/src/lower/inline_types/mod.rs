//! Gives every object, enum and union a name; inline ones of the same form become one type.

mod names;

use std::collections::{BTreeMap, BTreeSet};

use super::direction::{Components, Direction, rename};
use super::flatten::pointer_of;
use crate::document::Document;
use crate::finding::{Finding, Rule};
use crate::ir::{Kind, Limit, Meta, Operation, Schema, Type};
use crate::kept::{Told, escaped, nth, word};
use crate::names::{name_part, singular, type_name};

/// Where an inline type is used.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Parent {
    /// The name that the types of an operation begin with.
    Operation(String),
    Component(String),
    Inline(usize),
}

/// A type without a name of its own. Until names are chosen, [`placeholder`] refers to it.
struct InlineType {
    schema: Schema,
    /// The inline types directly inside of it.
    children: BTreeSet<usize>,
    /// Parents, and the part of them that it is.
    uses: BTreeSet<(Parent, Part)>,
    /// The name that the overlay gives.
    pinned: Option<String>,
    direction: Direction,
}

/// A part of a type or operation, under the name that a type of its own gets from it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    name: String,
    /// The item of the surface that it is in, unless that is the type.
    item: Option<String>,
    /// The word for it in the surface.
    word: String,
}

impl Part {
    fn of_type(name: &str, word: String) -> Self {
        Self {
            name: name_part(name),
            item: None,
            word,
        }
    }
}

/// The inline types inside of a schema, with the parts that they are.
type Children = Vec<(usize, Part)>;

#[derive(Default)]
struct InlineTypes {
    types: Vec<InlineType>,
    by_form: BTreeMap<String, usize>,
    /// Components that are no type of their own, with what they stand for.
    aliases: BTreeMap<String, Schema>,
    /// Those that are being looked into.
    open: Vec<String>,
    /// Those that lead back to themselves.
    endless: BTreeSet<String>,
    /// The components that become types, with the limits that go with every reference: those of an enum or union.
    named: BTreeMap<String, Vec<Limit>>,
}

/// Gives every type a name, and makes the schemas of the operations refer to them.
pub fn name_inline_types(
    document: &Document,
    components: &Components,
    operations: &mut [Operation],
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Type> {
    let mut inline = InlineTypes::default();
    for (name, (schema, _)) in components {
        if becomes_type(schema) {
            let has_own = matches!(schema.kind, Kind::Object(_));
            let limits = schema.limits.iter().filter(|_| !has_own).cloned();
            inline.named.insert(name.clone(), limits.collect());
        } else {
            inline.aliases.insert(name.clone(), schema.clone());
        }
    }
    let mut found = Vec::new();
    for (name, (schema, direction)) in components {
        if inline.named.contains_key(name) {
            let mut schema = schema.clone();
            let children = inline.body(&mut schema, *direction);
            inline.adopt(children, &Parent::Component(name.clone()));
            found.push((Some(name), schema, *direction));
        }
    }
    for operation in operations.iter_mut() {
        inline.operation(operation);
    }
    for name in &inline.endless {
        let pointer = pointer_of(name);
        let problem = "leads back to itself without an object between";
        let finding = document.finding(Rule::EndlessType, &pointer, problem);
        findings.push(finding.with_help("What is below is read as any JSON"));
    }
    let chosen = names::choose(document, &inline, components, findings);
    let types = inline.types.into_iter();
    found.extend(types.map(|kind| (None, kind.schema, kind.direction)));
    let rename = |schema: &mut Schema| rename(schema, &chosen);
    for operation in operations {
        operation.request_schemas_mut().for_each(rename);
        operation.success.schema_mut().into_iter().for_each(rename);
    }
    let components = inline.named.len();
    let found = found.into_iter().enumerate();
    let named = found.map(|(index, (component, mut schema, direction))| {
        let component = component.cloned();
        let placeholder = || placeholder(index - components);
        let name = chosen[&component.clone().unwrap_or_else(placeholder)].clone();
        rename(&mut schema);
        let kind = Type {
            names: names::of_variants(&name, &schema.kind, &document.names),
            schema,
            in_requests: direction.requests,
            in_responses: direction.responses,
            component,
        };
        (name, kind)
    });
    named.collect()
}

fn becomes_type(schema: &Schema) -> bool {
    matches!(
        schema.kind,
        Kind::Object(_) | Kind::Enum(_) | Kind::Union(_)
    )
}

/// Returns what refers to an inline type until its name is chosen; no component has such a name in Rust.
fn placeholder(index: usize) -> String {
    format!("#{index}")
}

impl InlineTypes {
    fn operation(&mut self, operation: &mut Operation) {
        let name = &operation.name;
        let parent = Parent::Operation(name_part(name));
        let mut top = |schema: &mut Schema, part: &str, place: &str, word: String, direction| {
            let (item, name) = (Some(format!("{name} {place}")), part.to_owned());
            let children = self.node(schema, &Part { name, item, word }, direction);
            self.adopt(children, &parent);
        };
        for ((place, wire), parameter) in &mut operation.parameters {
            let (part, place) = (name_part(wire), place.name());
            let schema = &mut parameter.schema;
            top(schema, &part, place, word(wire), Direction::REQUESTS);
        }
        if let Some(body) = &mut operation.body {
            let schema = &mut body.schema;
            top(schema, "Body", "body", String::new(), Direction::REQUESTS);
        }
        if let Some(schema) = operation.success.schema_mut() {
            top(schema, "Result", "->", String::new(), Direction::RESPONSES);
        }
    }

    fn adopt(&mut self, children: Children, parent: &Parent) {
        for (child, part) in children {
            self.types[child].uses.insert((parent.clone(), part));
        }
    }

    /// Puts references in the places of types; everything else stays.
    fn node(&mut self, schema: &mut Schema, part: &Part, direction: Direction) -> Children {
        match &mut schema.kind {
            Kind::Object(_) | Kind::Enum(_) | Kind::Union(_) => {
                self.inline(schema, part, direction)
            }
            Kind::Ref(name) => match self.named.get(name) {
                Some(limits) => {
                    schema.limit(limits);
                    Vec::new()
                }
                None => {
                    let name = std::mem::take(name);
                    self.alias(name, schema, part, direction)
                }
            },
            Kind::List(inner) | Kind::Map(inner) => {
                let mut part = part.clone();
                part.name = singular(&part.name);
                self.node(inner, &part, direction)
            }
            Kind::Any | Kind::Scalar(_) => Vec::new(),
        }
    }

    /// Puts what a component stands for that is no type of its own in the place of the reference that describes it.
    fn alias(
        &mut self,
        name: String,
        schema: &mut Schema,
        part: &Part,
        direction: Direction,
    ) -> Children {
        let described = std::mem::take(schema);
        if self.open.contains(&name) {
            self.endless.insert(name);
            return Vec::new();
        }
        *schema = self.aliases.get(&name).cloned().unwrap_or_default();
        schema.limit(&described.limits);
        schema.meta = described.meta.or(std::mem::take(&mut schema.meta));
        self.open.push(name);
        let found = self.node(schema, part, direction);
        self.open.pop();
        found
    }

    /// Puts a reference in the place of an inline type, which may be one that is known already.
    fn inline(&mut self, schema: &mut Schema, part: &Part, direction: Direction) -> Children {
        let mut body = schema.clone();
        if !matches!(schema.kind, Kind::Object(_)) {
            // They stay where it is referred to.
            body.limits.clear();
        }
        let children = self.body(&mut body, direction);
        let next = self.types.len();
        let index = *self.by_form.entry(form(&body)).or_insert(next);
        if index == next {
            self.types.push(InlineType {
                schema: body,
                children: children.iter().map(|(child, _)| *child).collect(),
                uses: BTreeSet::new(),
                pinned: None,
                direction: Direction::new(false, false),
            });
            self.adopt(children, &Parent::Inline(index));
        }
        // Of a name and the same with `Input`, the shorter is right when the types turn out alike.
        let known = &mut self.types[index].pinned;
        let longer = |name: &&String| known.as_ref().is_none_or(|known| name.len() < known.len());
        if let Some(name) = schema.meta.rust_name.as_ref().filter(longer) {
            *known = Some(type_name(name));
        }
        self.mark(index, direction);
        if let Kind::Object(_) = schema.kind {
            // The type has them.
            schema.limits.clear();
        }
        schema.kind = Kind::Ref(placeholder(index));
        vec![(index, part.clone())]
    }

    /// Adds which messages carry a type and all types inside of it: it may have come first in another one.
    fn mark(&mut self, index: usize, direction: Direction) {
        let known = self.types[index].direction;
        let both = known.or(direction);
        if known != both {
            self.types[index].direction = both;
            for child in self.types[index].children.clone() {
                self.mark(child, direction);
            }
        }
    }

    /// Puts references in the places of the types inside of a type, and leaves those properties required that are sure to
    /// be there in each direction.
    fn body(&mut self, schema: &mut Schema, direction: Direction) -> Children {
        let mut children = Vec::new();
        let meta = &schema.meta;
        let weakly = meta.required_weakly == Some(true) || meta.evidence.is_some();
        match &mut schema.kind {
            Kind::Object(object) => {
                for required in std::mem::take(&mut object.required) {
                    let Some(property) = object.properties.get(&required) else {
                        continue;
                    };
                    let meta = &property.meta;
                    let unsure = weakly || meta.evidence.is_some() || meta.write_only == Some(true);
                    if !unsure || !direction.responses {
                        object.required.insert(required);
                    } else if direction.requests {
                        object.required_in_requests.insert(required);
                    }
                }
                for (wire, property) in &mut object.properties {
                    let part = Part::of_type(wire, word(wire));
                    children.extend(self.node(property, &part, direction));
                }
            }
            Kind::Union(union) => {
                let mut told = Told::new();
                for (index, variant) in union.variants.iter_mut().enumerate() {
                    // What the surface has for it leads to the name that it has already.
                    let fields = variant.fields.concat();
                    let known = match union.tag {
                        Some(_) => &variant.values,
                        None => &fields,
                    };
                    let words = known.iter().map(|known| nth(&mut told, &escaped(known)));
                    let words: Vec<String> = words.chain([String::new()]).collect();
                    let part = match variant.values.iter().chain(&fields).next() {
                        Some(told) => name_part(told),
                        None => format!("Variant{}", index + 1),
                    };
                    let part = Part::of_type(&part, String::new());
                    for (child, part) in self.node(&mut variant.schema, &part, direction) {
                        children.extend(words.iter().cloned().map(|word| {
                            let part = part.clone();
                            (child, Part { word, ..part })
                        }));
                    }
                }
            }
            _ => {}
        }
        children
    }
}

/// Returns a text that is the same for types of the same form: all but the documentation and the order of listed values.
fn form(schema: &Schema) -> String {
    let mut form = schema.clone();
    form.visit_mut(&mut |schema| {
        let meta = std::mem::take(&mut schema.meta);
        schema.meta = Meta {
            nullable: meta.nullable,
            personal: meta.personal,
            one_or_many: meta.one_or_many,
            ..Meta::default()
        };
    });
    // What is said about the place is no part of the type.
    form.meta = Meta::default();
    if let Kind::Enum(listed) = &mut form.kind {
        listed.values.sort();
    }
    format!("{form:?}")
}
