//! Gives every object, enum and union a name; inline ones of the same form become one type.

mod names;

use std::collections::{BTreeMap, BTreeSet};

use super::direction::{Components, Direction};
use crate::document::{Document, escape};
use crate::finding::{Finding, Level, Rule};
use crate::ir::{Kind, Meta, Operation, Schema, Type};
use crate::kept::word;
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
    in_requests: bool,
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
    /// The components that become types.
    named: BTreeSet<String>,
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
            inline.named.insert(name.clone());
        } else {
            inline.aliases.insert(name.clone(), schema.clone());
        }
    }
    let mut found = Vec::new();
    for (name, (schema, direction)) in components {
        if inline.named.contains(name) {
            let (schema, children) = inline.body(schema.clone(), *direction);
            inline.adopt(children, &Parent::Component(name.clone()));
            found.push((Some(name), schema, direction.requests));
        }
    }
    for operation in operations.iter_mut() {
        inline.operation(operation);
    }
    for name in &inline.endless {
        let pointer = format!("/components/schemas/{}", escape(name));
        let problem = "leads back to itself without an object between";
        let help = "What is below is read as any JSON";
        let finding = document.finding(Level::Warning, &pointer, problem, help);
        findings.push(finding.with_rule(Rule::EndlessType));
    }
    let chosen = names::choose(document, &inline, components, findings);
    let types = inline.types.into_iter();
    found.extend(types.map(|kind| (None, kind.schema, kind.in_requests)));
    let rename = |schema: &mut Schema| {
        schema.visit_mut(&mut |schema| {
            if let Kind::Ref(name) = &mut schema.kind
                && let Some(chosen) = chosen.get(name)
            {
                name.clone_from(chosen);
            }
        });
    };
    for operation in operations {
        operation.request_schemas_mut().for_each(rename);
        operation.success.schema_mut().into_iter().for_each(rename);
    }
    let components = inline.named.len();
    let found = found.into_iter().enumerate();
    let named = found.map(|(index, (component, mut schema, in_requests))| {
        let component = component.cloned();
        let key = component.clone();
        let key = key.unwrap_or_else(|| placeholder(index - components));
        let name = chosen[&key].clone();
        rename(&mut schema);
        let kind = Type {
            names: names::of_variants(&name, &schema.kind, &document.names),
            schema,
            in_requests,
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
        let name = operation.name.clone();
        let parameters = operation.parameters.iter_mut();
        let parameters = parameters.map(|((place, wire), parameter)| {
            let item = format!("{name} {}", place.name());
            (&mut parameter.schema, name_part(wire), item, word(wire))
        });
        let body = operation.body.iter_mut();
        let body = body.map(|body| {
            let (part, word) = ("Body".to_owned(), "body".to_owned());
            (&mut body.schema, part, name.clone(), word)
        });
        for (schema, part, item, word) in parameters.chain(body) {
            self.top(schema, &name, (part, item, word), Direction::REQUESTS);
        }
        if let Some(schema) = operation.success.schema_mut() {
            let part = ("Result".to_owned(), name.clone(), "->".to_owned());
            self.top(schema, &name, part, Direction::RESPONSES);
        }
    }

    fn top(
        &mut self,
        schema: &mut Schema,
        operation: &str,
        (name, item, word): (String, String, String),
        direction: Direction,
    ) {
        let item = Some(item);
        let part = Part { name, item, word };
        let (named, children) = self.node(std::mem::take(schema), &part, direction);
        self.adopt(children, &Parent::Operation(name_part(operation)));
        *schema = named;
    }

    fn adopt(&mut self, children: Children, parent: &Parent) {
        for (child, part) in children {
            self.types[child].uses.insert((parent.clone(), part));
        }
    }

    /// Returns a schema with references in the places of types; everything else stays.
    fn node(
        &mut self,
        mut schema: Schema,
        part: &Part,
        direction: Direction,
    ) -> (Schema, Children) {
        match schema.kind {
            Kind::Object(_) | Kind::Enum(_) | Kind::Union(_) => {
                self.inline(schema, part, direction)
            }
            Kind::Ref(ref name) if self.named.contains(name) => (schema, Vec::new()),
            Kind::Ref(name) => {
                schema.kind = Kind::Any;
                self.alias(name, schema, part, direction)
            }
            Kind::List(ref mut inner) | Kind::Map(ref mut inner) => {
                let part = Part {
                    name: singular(&part.name),
                    ..part.clone()
                };
                let (named, children) = self.node(std::mem::take(&mut **inner), &part, direction);
                **inner = named;
                (schema, children)
            }
            Kind::Any | Kind::Scalar(_) => (schema, Vec::new()),
        }
    }

    /// Returns what a component stands for that is no type of its own, as described where it is referred to.
    fn alias(
        &mut self,
        name: String,
        described: Schema,
        part: &Part,
        direction: Direction,
    ) -> (Schema, Children) {
        if self.open.contains(&name) {
            self.endless.insert(name);
            return (Schema::default(), Vec::new());
        }
        let mut alias = self.aliases.get(&name).cloned().unwrap_or_default();
        alias.limit(&described.limits);
        alias.meta = described.meta.or(alias.meta);
        self.open.push(name);
        let found = self.node(alias, part, direction);
        self.open.pop();
        found
    }

    /// Returns a reference to an inline type, which may be one that is known already.
    fn inline(&mut self, schema: Schema, part: &Part, direction: Direction) -> (Schema, Children) {
        let mut out = schema.clone();
        let (body, children) = self.body(schema, direction);
        let next = self.types.len();
        let index = *self.by_form.entry(form(&body)).or_insert(next);
        if index == next {
            self.types.push(InlineType {
                schema: body,
                children: children.iter().map(|(child, _)| *child).collect(),
                uses: BTreeSet::new(),
                pinned: None,
                in_requests: false,
            });
            self.adopt(children, &Parent::Inline(index));
        }
        // Of a name and the same with `Input`, the shorter is right when the types turn out alike.
        let pinned = &mut self.types[index].pinned;
        if let Some(name) = &out.meta.rust_name
            && pinned
                .as_ref()
                .is_none_or(|pinned| name.len() < pinned.len())
        {
            *pinned = Some(type_name(name));
        }
        if direction.requests {
            self.mark_requests(index);
        }
        if let Kind::Object(_) = out.kind {
            // The type has them.
            out.limits.clear();
        }
        out.kind = Kind::Ref(placeholder(index));
        (out, vec![(index, part.clone())])
    }

    /// Marks a type as one that requests carry, and all types inside of it: it may have come first in a response.
    fn mark_requests(&mut self, index: usize) {
        if !std::mem::replace(&mut self.types[index].in_requests, true) {
            for child in self.types[index].children.clone() {
                self.mark_requests(child);
            }
        }
    }

    /// Returns a type with references in the places of the types inside of it, and with the properties that are sure to be
    /// there in each direction.
    fn body(&mut self, mut schema: Schema, direction: Direction) -> (Schema, Children) {
        let mut children = Vec::new();
        let mut name = |inner: &mut Schema, part: &Part| {
            let (named, found) = self.node(std::mem::take(inner), part, direction);
            *inner = named;
            children.extend(found);
        };
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
                    name(property, &Part::of_type(wire, word(wire)));
                }
            }
            Kind::Union(union) => {
                for (index, variant) in union.variants.iter_mut().enumerate() {
                    // What the surface has for it leads to the name that it has already.
                    let fields = variant.fields.iter().flatten();
                    let known: Vec<&String> = match union.tag {
                        Some(_) => variant.values.iter().collect(),
                        None => fields.clone().collect(),
                    };
                    let part = match variant.values.iter().chain(fields).next() {
                        Some(told) => name_part(told),
                        None => format!("Variant{}", index + 1),
                    };
                    let part = Part::of_type(&part, String::new());
                    let (named, found) =
                        self.node(std::mem::take(&mut variant.schema), &part, direction);
                    variant.schema = named;
                    let words = known.into_iter().map(|told| format!("{told:?}"));
                    for word in std::iter::once(String::new()).chain(words) {
                        let part = |(child, part): &(usize, Part)| {
                            let word = word.clone();
                            (
                                *child,
                                Part {
                                    word,
                                    ..part.clone()
                                },
                            )
                        };
                        children.extend(found.iter().map(part));
                    }
                }
            }
            _ => {}
        }
        (schema, children)
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
    if let Kind::Enum(listed) = &mut form.kind {
        listed.values.sort();
    }
    format!("{form:?}")
}
