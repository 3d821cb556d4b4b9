//! Gives every object, enum and union a name; inline ones of the same form become one type.

mod names;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use self::names::Taken;
use super::direction::{Components, Direction};
use crate::action::Action;
use crate::document::{Document, escape};
use crate::finding::{Finding, Level, Rule};
use crate::ir::{Kind, Meta, Operation, Schema, Type};
use crate::names::{name_part, singular, type_name};

/// Where an inline type is used: in a named type or operation, or in another inline type.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Parent {
    Named(String),
    Inline(usize),
}

/// A type without a name of its own. Until names are chosen, [`placeholder`] refers to it.
struct InlineType {
    schema: Schema,
    /// The inline types directly inside of it.
    children: BTreeSet<usize>,
    /// Parents, and the name of the part of them that it is.
    uses: BTreeSet<(Parent, String)>,
    /// The name that the overlay gives.
    pinned: Option<String>,
    in_requests: bool,
}

/// The inline types inside of a schema, with the names of the parts that they are.
type Children = Vec<(usize, String)>;

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
    /// Rust names of the components that become types.
    names: BTreeMap<String, String>,
}

/// Gives every type a name, and makes the schemas of the operations refer to them.
pub fn name_inline_types(
    document: &Document,
    components: Components,
    operations: &mut [Operation],
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Type> {
    let mut inline = InlineTypes::default();
    let mut taken = Taken::new();
    for (name, (schema, _)) in &components {
        if becomes_type(schema) {
            let rust = component_name(document, name, schema, &mut taken, findings);
            inline.names.insert(name.clone(), rust);
        } else {
            inline.aliases.insert(name.clone(), schema.clone());
        }
    }
    let mut types = BTreeMap::new();
    for (name, (schema, direction)) in components {
        if let Some(rust) = inline.names.get(&name).cloned() {
            let (schema, children) = inline.body(schema, direction);
            inline.adopt(children, &Parent::Named(rust.clone()));
            let in_requests = direction.requests;
            let kind = Type {
                schema,
                in_requests,
            };
            types.insert(rust, kind);
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
    inline.check_pinned(document, &mut taken, findings);
    let names = inline.choose_names(&mut taken);
    for (index, kind) in inline.types.into_iter().enumerate() {
        let name = names[&placeholder(index)].clone();
        let InlineType {
            schema,
            in_requests,
            ..
        } = kind;
        types.insert(
            name,
            Type {
                schema,
                in_requests,
            },
        );
    }
    let rename = |schema: &mut Schema| {
        schema.visit_mut(&mut |schema| {
            if let Kind::Ref(name) = &mut schema.kind
                && let Some(chosen) = names.get(name)
            {
                name.clone_from(chosen);
            }
        });
    };
    for kind in types.values_mut() {
        rename(&mut kind.schema);
    }
    for operation in operations {
        operation.request_schemas_mut().for_each(rename);
        operation.success.schema_mut().into_iter().for_each(rename);
    }
    types
}

/// Returns the Rust name of a component, and records where it is not the one it should have.
fn component_name(
    document: &Document,
    name: &str,
    schema: &Schema,
    taken: &mut Taken,
    findings: &mut Vec<Finding>,
) -> String {
    let wanted = type_name(schema.meta.rust_name.as_deref().unwrap_or(name));
    let free = taken.free(if wanted.is_empty() { "Type" } else { &wanted });
    if free != wanted {
        let pointer = format!("/components/schemas/{}", escape(name));
        let problem = format!("the type name {wanted} is taken; this one is called {free}");
        let help = "Give it an x-dintero-name in the overlay";
        let finding = document.finding(Level::Warning, &pointer, problem, help);
        let mut finding = finding.with_rule(Rule::TakenTypeName);
        let (why, update) = ("A name of its own", json!({"x-dintero-name": free}));
        let action = Action::update(&document.root, &pointer, why, update);
        finding.actions.extend(action);
        findings.push(finding);
    }
    taken.take(&free);
    free
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
        let name = name_part(&operation.name);
        let parameters = operation.parameters.iter_mut();
        let parameters =
            parameters.map(|((_, wire), parameter)| (&mut parameter.schema, name_part(wire)));
        let body = operation.body.iter_mut();
        let body = body.map(|body| (&mut body.schema, "Body".to_owned()));
        for (schema, part) in parameters.chain(body) {
            self.top(schema, &name, &part, Direction::REQUESTS);
        }
        if let Some(schema) = operation.success.schema_mut() {
            self.top(schema, &name, "Result", Direction::RESPONSES);
        }
    }

    fn top(&mut self, schema: &mut Schema, parent: &str, part: &str, direction: Direction) {
        let (named, children) = self.node(std::mem::take(schema), part, direction);
        self.adopt(children, &Parent::Named(parent.to_owned()));
        *schema = named;
    }

    fn adopt(&mut self, children: Children, parent: &Parent) {
        for (child, part) in children {
            self.types[child].uses.insert((parent.clone(), part));
        }
    }

    /// Returns a schema with references in the places of types; everything else stays.
    fn node(&mut self, mut schema: Schema, part: &str, direction: Direction) -> (Schema, Children) {
        match schema.kind {
            Kind::Object(_) | Kind::Enum(_) | Kind::Union(_) => {
                self.inline(schema, part, direction)
            }
            Kind::Ref(name) => match self.names.get(&name) {
                Some(rust) => (
                    Schema {
                        kind: Kind::Ref(rust.clone()),
                        ..schema
                    },
                    Vec::new(),
                ),
                None => {
                    schema.kind = Kind::Any;
                    self.alias(name, schema, part, direction)
                }
            },
            Kind::List(ref mut inner) | Kind::Map(ref mut inner) => {
                let (named, children) =
                    self.node(std::mem::take(&mut **inner), &singular(part), direction);
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
        part: &str,
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
    fn inline(&mut self, schema: Schema, part: &str, direction: Direction) -> (Schema, Children) {
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
        (out, vec![(index, part.to_owned())])
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
        let mut name = |inner: &mut Schema, part: &str| {
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
                    name(property, &name_part(wire));
                }
            }
            Kind::Union(union) => {
                for (index, variant) in union.variants.iter_mut().enumerate() {
                    let value = variant
                        .values
                        .iter()
                        .chain(variant.fields.iter().flatten())
                        .next();
                    let part = value
                        .map_or_else(|| format!("Variant{}", index + 1), |value| name_part(value));
                    name(&mut variant.schema, &part);
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
