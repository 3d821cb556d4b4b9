//! Gives every object, enum and union a name; inline ones of the same form become one type.

mod names;

use std::collections::{BTreeMap, BTreeSet};

use self::names::Taken;
use super::direction::{Components, Direction, INPUT};
use crate::document::{Document, escape};
use crate::finding::{Finding, Level, Rule};
use crate::ir::{Kind, Meta, Operation, Schema, Type};
use crate::kept::{COMPONENTS, word};
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
    /// Rust names of the components that become types.
    names: BTreeMap<String, String>,
}

/// Gives every type a name, and makes the schemas of the operations refer to them.
pub fn name_inline_types(
    document: &Document,
    components: &Components,
    operations: &mut Vec<Operation>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Type> {
    // No new component takes the name of an inline type that is still there, which is known in the end only.
    let mut reserved = document.names.inline().clone();
    loop {
        let (mut named, mut found) = (operations.clone(), Vec::new());
        let components = components.clone();
        let types = name_all(document, components, &reserved, &mut named, &mut found);
        let before = reserved.len();
        reserved.retain(|name| {
            let kind = types.get(name);
            kind.is_some_and(|kind| kind.component.is_none())
        });
        if reserved.len() == before {
            *operations = named;
            findings.extend(found);
            return types;
        }
    }
}

fn name_all(
    document: &Document,
    components: Components,
    reserved: &BTreeSet<String>,
    operations: &mut [Operation],
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Type> {
    let mut inline = InlineTypes::default();
    let mut taken = Taken::new();
    let (named, aliases): (Vec<_>, Vec<_>) = components
        .iter()
        .partition(|(_, (schema, _))| becomes_type(schema));
    let aliases = aliases.into_iter();
    inline.aliases = aliases
        .map(|(name, (schema, _))| (name.clone(), schema.clone()))
        .collect();
    let given = |name: &String, schema: &Schema| {
        let own = schema.meta.rust_name.clone();
        own.or_else(|| document.names.name_of(COMPONENTS, word(name)))
    };
    // Names that are given already come first, and names for requests last.
    let (old, new): (Vec<_>, Vec<_>) = named
        .into_iter()
        .partition(|(name, (schema, _))| given(name, schema).is_some());
    let (inputs, new): (Vec<_>, Vec<_>) =
        new.into_iter().partition(|(name, _)| name.ends_with(INPUT));
    let none = BTreeSet::new();
    for (list, reserved) in [(old, &none), (new, reserved), (inputs, reserved)] {
        for (name, (schema, _)) in list {
            let given = given(name, schema);
            let rust = taken.component(document, name, schema, given, reserved, findings);
            inline.names.insert(name.clone(), rust);
        }
    }
    let mut types = BTreeMap::new();
    for (name, (schema, direction)) in components {
        if let Some(rust) = inline.names.get(&name).cloned() {
            let (schema, children) = inline.body(schema, direction);
            inline.adopt(children, &Parent::Named(rust.clone()));
            let kind = Type {
                schema,
                in_requests: direction.requests,
                component: Some(name),
                names: BTreeMap::new(),
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
    let names = inline.choose_names(&mut taken, &document.names);
    for (index, kind) in inline.types.into_iter().enumerate() {
        let name = names[&placeholder(index)].clone();
        let InlineType {
            schema,
            in_requests,
            ..
        } = kind;
        let kind = Type {
            schema,
            in_requests,
            component: None,
            names: BTreeMap::new(),
        };
        types.insert(name, kind);
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
    for (name, kind) in &mut types {
        rename(&mut kind.schema);
        kind.names = names::of_variants(name, &kind.schema.kind, &document.names);
    }
    for operation in operations {
        operation.request_schemas_mut().for_each(rename);
        operation.success.schema_mut().into_iter().for_each(rename);
    }
    types
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
        self.adopt(children, &Parent::Named(name_part(operation)));
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
            Kind::Ref(name) => match self.names.get(&name) {
                Some(rust) => (
                    Schema {
                        kind: Kind::Ref(rust.clone()),
                        ..schema
                    },
                    Vec::new(),
                ),
                None => self.alias(name, schema.meta, part, direction),
            },
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
        meta: Meta,
        part: &Part,
        direction: Direction,
    ) -> (Schema, Children) {
        if self.open.contains(&name) {
            self.endless.insert(name);
            return (Schema::default(), Vec::new());
        }
        let mut alias = self.aliases.get(&name).cloned().unwrap_or_default();
        alias.meta = meta.or(alias.meta);
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
                    let part = match variant.values.first() {
                        Some(value) => Part::of_type(value, format!("{value:?}")),
                        None => Part::of_type(&format!("Variant{}", index + 1), String::new()),
                    };
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
