//! Schemas of the document become [`Schema`]s: `allOf` merged, `oneOf`, `anyOf` and `discriminator` turned into one kind
//! of union, everything else reduced to objects, maps, lists, enums and scalars. References stay references.

mod choices;
mod merge;
mod unions;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::keywords::{
    is_compound, is_credential, limits, lists_null, meta, reference, target, text, texts, type_of,
};
use crate::document::{Document, elements, escape};
use crate::finding::{Finding, Rule};
use crate::ir::{Enum, Kind, Object, Scalar, Schema, Union};

/// Flattens the schemas of a document, and remembers what is read more loosely than written.
pub struct Flattener<'a> {
    document: &'a Document,
    components: &'a Map<String, Value>,
    /// The union that each component with a discriminator of its own stands for.
    unions: BTreeMap<String, Union>,
    /// The properties that discriminators of components name, as a pointer writes them.
    tags: BTreeSet<String>,
    /// The components that are kinds of such a union.
    kinds: BTreeSet<String>,
    /// The component whose type is being made.
    current: Option<String>,
    /// The components that are being looked into.
    stack: Vec<String>,
    /// The choices among these of which only the properties that all alternatives share are looked at.
    bases: Vec<String>,
    /// What references stand for, complete or as an outline; without it, schemas that refer to each other take for ever.
    expanded: BTreeMap<(String, bool), Schema>,
    /// Whether the outline of objects is enough: the names of their properties, and the enums among them.
    outline: bool,
    /// How often a reference led back to what it is in.
    cuts: usize,
    /// How many merges are open; the largest number once they were too many.
    merging: usize,
    /// What is read more loosely than written.
    pub findings: Vec<Finding>,
}

impl<'a> Flattener<'a> {
    /// Looks through all components for discriminators.
    pub fn new(document: &'a Document, components: &'a Map<String, Value>) -> Self {
        let mut flattener = Self {
            document,
            components,
            unions: BTreeMap::new(),
            tags: BTreeSet::new(),
            kinds: BTreeSet::new(),
            current: None,
            stack: Vec::new(),
            bases: Vec::new(),
            expanded: BTreeMap::new(),
            outline: false,
            cuts: 0,
            merging: 0,
            findings: Vec::new(),
        };
        for (name, schema) in components {
            let tag = schema["discriminator"]["propertyName"].as_str();
            flattener.tags.extend(tag.map(escape));
            let is_base = schema["oneOf"].is_null() && schema["anyOf"].is_null();
            if schema["discriminator"].is_object() && is_base {
                let union = flattener.discriminated(name, schema);
                let kinds = union.references().map(str::to_owned);
                flattener.kinds.extend(kinds);
                // Without a kind, the base is all there is.
                if !union.variants.is_empty() {
                    flattener.unions.insert(name.clone(), union);
                }
            }
        }
        flattener
    }

    /// Returns a component as it is when referred to.
    pub fn component(&mut self, name: &str) -> Schema {
        let Some(schema) = self.components.get(name) else {
            return Schema::default();
        };
        self.current = Some(name.to_owned());
        if let Some(union) = self.unions.get(name).cloned() {
            let union = self.base_union(name, union);
            let empty = union.variants.is_empty();
            return Schema {
                meta: meta(schema),
                ..Schema::new(if empty { Kind::Any } else { Kind::Union(union) })
            };
        }
        let before = self.cuts;
        let flat = self.flatten(schema, &pointer_of(name));
        if flat.kind == Kind::Any && before != self.cuts && self.is_choice(name) {
            self.endless(name);
        }
        // A kind that adds nothing to its base is an object of the base's properties.
        match flat.as_reference() {
            Some(base) if self.kinds.contains(name) || self.offers(base, &[name]) => Schema {
                meta: flat.meta,
                ..self.expand(name)
            },
            _ => flat,
        }
    }

    /// Reports a choice of nothing but itself.
    pub fn endless(&mut self, name: &str) {
        let problem = "leads back to itself without an object between";
        self.report(Rule::EndlessType, &pointer_of(name), problem);
    }

    /// Returns the object that the base of a discriminator is by itself.
    pub fn base(&mut self, name: &str) -> Option<Schema> {
        self.unions.contains_key(name).then(|| self.expand(name))
    }

    /// Returns what a schema is when no name stands between.
    pub fn resolved(&mut self, schema: &Schema) -> Schema {
        let mut resolved = schema.clone();
        for _ in 0..16 {
            let Some(name) = resolved.as_reference() else {
                break;
            };
            resolved = self.component(name);
        }
        resolved
    }

    /// Returns `true` if a schema, or the one it refers to, allows `null`.
    fn is_nullable(&self, schema: &Value, seen: &mut BTreeSet<String>) -> bool {
        let target = reference(schema).filter(|name| seen.insert(name.clone()));
        let target = target.and_then(|name| self.components.get(&name));
        let alone = schema["allOf"].as_array().filter(|parts| parts.len() == 1);
        let mut parts = choices(schema)
            .chain(alone.into_iter().flatten())
            .chain(target);
        schema["nullable"] == true
            || lists_null(schema)
            || parts.any(|part| self.is_nullable(part, seen))
    }

    /// Returns a schema of the document in its simplest form.
    pub fn flatten(&mut self, schema: &Value, pointer: &str) -> Schema {
        if !schema.is_object() {
            return Schema::default();
        }
        let mut meta = meta(schema);
        if let Some(name) = reference(schema) {
            if !self.components.contains_key(&name) {
                return Schema::default();
            }
            if self.is_nullable(schema, &mut BTreeSet::new()) {
                meta.nullable = Some(true);
            }
            let names = self.names(schema);
            let targets = || names.iter().map(|name| &self.components[name]);
            let flag = |key: &str| targets().any(|target| target[key] == true).then_some(true);
            meta.read_only = meta.read_only.or_else(|| flag("readOnly"));
            meta.write_only = meta.write_only.or_else(|| flag("writeOnly"));
            return Schema {
                meta,
                limits: limits(schema),
                ..Schema::reference(name)
            };
        }
        if let Some(reference) = schema["$ref"].as_str() {
            return self.elsewhere(reference, schema, pointer);
        }
        let list = |key: &str| schema[key].as_array();
        let mut flat = if let Some(parts) = list("allOf") {
            let mut merged = self.all_of(schema, parts, pointer);
            merged.meta.rust_name = None;
            merged
        } else if let (Some(_), Some(_)) = (list("oneOf"), list("anyOf")) {
            let (mut one, mut any) = (schema.clone(), schema.clone());
            one["anyOf"].take();
            any["oneOf"].take();
            let [one, any] = [one, any].map(|choice| self.flatten(&choice, pointer));
            self.merge(one, any, pointer)
        } else if let Some(parts) = list("oneOf") {
            self.one_of(schema, "oneOf", parts, pointer)
        } else if let Some(parts) = list("anyOf") {
            self.one_of(schema, "anyOf", parts, pointer)
        } else {
            self.plain(schema, pointer)
        };
        flat.meta = meta.or(flat.meta);
        flat.limit(&limits(schema));
        self.check_limits(&flat, pointer);
        flat
    }

    /// Records limits that no value keeps.
    fn check_limits(&mut self, schema: &Schema, pointer: &str) {
        if let Some((lower, upper)) = schema.contradiction() {
            let problem = format!("no value keeps both {lower} and {upper}");
            self.report(Rule::ConflictingLimits, pointer, &problem);
        }
    }

    /// Returns what a reference to a schema outside of the components leads to, which has no name to refer to.
    fn elsewhere(&mut self, reference: &str, schema: &Value, pointer: &str) -> Schema {
        let Some(target) = target(&self.document.root, reference) else {
            return Schema::default();
        };
        if self.stack.iter().any(|open| open == reference) {
            let problem = "leads back to itself outside of the components";
            let help = "What is below is read as any JSON; make it a component";
            self.note(Rule::EndlessType, pointer, problem, help);
            return Schema::default();
        }
        self.stack.push(reference.to_owned());
        let mut flat = self.flatten(target, reference.trim_start_matches('#'));
        self.stack.pop();
        flat.limit(&limits(schema));
        flat.meta = meta(schema).or(flat.meta);
        flat
    }

    fn plain(&mut self, schema: &Value, pointer: &str) -> Schema {
        let mut flat = match type_of(schema) {
            Some("object") => self.object(schema, pointer),
            Some("array") => {
                let items = self.inner(&schema["items"], &format!("{pointer}/items"));
                Schema::new(Kind::List(Box::new(items)))
            }
            Some("string") => scalar(schema, Scalar::String),
            Some("integer") => scalar(schema, Scalar::Integer),
            Some("number") => scalar(schema, Scalar::Number),
            Some("boolean") => scalar(schema, Scalar::Boolean),
            _ => Schema {
                format: schema["format"].as_str().map(str::to_owned),
                ..Schema::default()
            },
        };
        let holds_values = matches!(flat.kind, Kind::Scalar(_) | Kind::Enum(_) | Kind::Any);
        if holds_values && lists_null(schema) {
            flat.meta.nullable = Some(true);
        }
        flat
    }

    fn object(&mut self, schema: &Value, pointer: &str) -> Schema {
        let extra = &schema["additionalProperties"];
        let properties = schema["properties"].as_object();
        let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
            let values = if extra.is_object() && !self.outline {
                self.flatten(extra, &format!("{pointer}/additionalProperties"))
            } else {
                Schema::default()
            };
            return Schema::new(Kind::Map(Box::new(values)));
        };
        let mut object = Object {
            required: texts(&schema["required"]).collect(),
            ..Object::default()
        };
        for (name, property) in properties {
            let below = format!("{pointer}/properties/{}", escape(name));
            let mut flat = self.inner(property, &below);
            // A new field may be a credential before an overlay marks it.
            let is_text = matches!(
                flat.kind,
                Kind::Scalar(Scalar::String | Scalar::StringOrNumber)
            );
            if is_text && is_credential(name) {
                flat.meta.personal.get_or_insert(true);
            }
            object.properties.insert(name.clone(), flat);
        }
        if extra.is_object() {
            let problem = "has typed additional properties beside its own";
            self.report(Rule::TypedExtraProperties, pointer, problem);
        }
        Schema::new(Kind::Object(object))
    }

    /// Flattens a part of a schema; an outline has no parts of parts.
    fn inner(&mut self, schema: &Value, pointer: &str) -> Schema {
        if self.outline && is_compound(schema) && self.stands_for(schema).is_none() {
            Schema::default()
        } else {
            self.flatten(schema, pointer)
        }
    }

    /// Records a finding with the help of its rule, once.
    pub fn report(&mut self, rule: Rule, pointer: &str, problem: &str) {
        self.add(self.document.finding(rule, pointer, problem));
    }

    /// Records a finding with a help of its own, once.
    pub fn note(&mut self, rule: Rule, pointer: &str, problem: &str, help: &str) {
        let finding = self.document.finding(rule, pointer, problem);
        self.add(finding.with_help(help));
    }

    fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

pub fn pointer_of(component: &str) -> String {
    format!("/components/schemas/{}", escape(component))
}

/// Returns the alternatives of a schema.
fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    elements(&schema["oneOf"]).chain(elements(&schema["anyOf"]))
}

fn scalar(schema: &Value, scalar: Scalar) -> Schema {
    let all = elements(&schema["enum"]);
    let mut values: Vec<&Value> = all.filter(|value| !value.is_null()).collect();
    let only = schema.get("const").filter(|_| values.is_empty());
    values.extend(only);
    // Of other kinds there is no list that could be left open.
    let listed = match scalar {
        Scalar::String => !values
            .iter()
            .any(|value| value.is_object() || value.is_array()),
        Scalar::Integer => values.iter().all(|value| value.is_i64()),
        _ => false,
    };

    // A boolean or number that can be one thing is that.
    let constant = match (scalar, values.as_slice()) {
        (Scalar::String, _) => only.filter(|only| only.is_string()),
        (Scalar::Integer, _) => only.filter(|only| only.is_i64()),
        (Scalar::Boolean, [only]) => Some(*only).filter(|only| only.is_boolean()),
        (Scalar::Number, [only]) => Some(*only).filter(|only| only.is_number()),
        _ => None,
    };
    let kind = if listed && !values.is_empty() {
        Kind::Enum(Enum {
            integer: scalar == Scalar::Integer,
            values: values.into_iter().map(text).collect(),
        })
    } else {
        Kind::Scalar(scalar)
    };
    Schema {
        format: schema["format"].as_str().map(str::to_owned),
        constant: constant.map(text),
        ..Schema::new(kind)
    }
}
