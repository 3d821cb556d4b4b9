//! The names of types: those that are given, and of inline types one after the shortest of the places where it is used.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::super::direction::{Components, INPUT};
use super::super::flatten::pointer_of;
use super::{InlineTypes, Parent, becomes_type, placeholder};
use crate::action::{Action, quoted};
use crate::document::Document;
use crate::finding::{Finding, Level, Rule};
use crate::generate::SCALARS;
use crate::ir::{Kind, Schema};
use crate::kept::{COMPONENTS, KeptNames, escaped, word};
use crate::names::{distinct, numbered, type_name, variant};

struct Naming<'a> {
    document: &'a Document,
    inline: &'a InlineTypes,
    /// Names of types that are taken, those of their builders included.
    taken: BTreeSet<String>,
    /// Rust names of components and of the placeholders of inline types.
    names: BTreeMap<String, String>,
    /// The inline types whose given names were looked for.
    seen: BTreeSet<usize>,
    findings: &'a mut Vec<Finding>,
}

/// Returns the Rust name of each component that becomes a type, and of each inline type by its placeholder.
pub(super) fn choose(
    document: &Document,
    inline: &InlineTypes,
    components: &Components,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, String> {
    let mut naming = Naming {
        document,
        inline,
        taken: SCALARS.iter().map(|(name, _)| (*name).to_owned()).collect(),
        names: BTreeMap::new(),
        seen: BTreeSet::new(),
        findings,
    };
    let named = components.iter().map(|(name, (schema, _))| {
        let own = schema.meta.rust_name.clone();
        let given = own.or_else(|| document.names.name_of(COMPONENTS, word(name)));
        (name, schema, given)
    });
    let mut named: Vec<_> = named.collect();
    named.retain(|(_, schema, _)| becomes_type(schema));
    // Names that are given already come first, and names for requests last.
    named.sort_by_key(|(name, _, given)| (given.is_none(), name.ends_with(INPUT)));
    let new = named.iter().position(|(_, _, given)| given.is_none());
    let (old, new) = named.split_at(new.unwrap_or(named.len()));
    for (name, schema, given) in old {
        naming.component(name, schema, given.as_deref());
    }
    // Of a type that has become two, the one that is used more keeps the name.
    let mut used: Vec<usize> = (0..inline.types.len()).collect();
    used.sort_by_key(|index| Reverse(inline.types[*index].uses.len()));
    for index in used {
        naming.keep(index);
    }
    for (name, schema, _) in new {
        naming.component(name, schema, None);
    }
    naming.check_pinned();
    for index in 0..inline.types.len() {
        naming.choose(index);
    }
    naming.names
}

impl Naming<'_> {
    fn is_free(&self, name: &str) -> bool {
        !self.taken.contains(name) && !self.taken.contains(&format!("{name}Builder"))
    }

    fn take(&mut self, key: &str, name: &str) {
        self.taken
            .extend([name.to_owned(), format!("{name}Builder")]);
        self.names.insert(key.to_owned(), name.to_owned());
    }

    /// Returns the name, or the first of it with a number behind that is free.
    fn free(&self, wanted: &str) -> String {
        let mut names = (1..).map(|count| numbered(wanted, "", count));
        let free = names.find(|name| self.is_free(name));
        free.unwrap_or_default()
    }

    /// Names a component, and records where that is not the name it should have.
    fn component(&mut self, name: &str, schema: &Schema, given: Option<&str>) {
        let wanted = type_name(schema.meta.rust_name.as_deref().unwrap_or(name));
        let given = given.filter(|given| type_name(given) == *given && self.is_free(given));
        let stem = if wanted.is_empty() { "Type" } else { &wanted };
        let free = given.map_or_else(|| self.free(stem), str::to_owned);
        if free != wanted {
            let component = name.strip_suffix(INPUT).unwrap_or(name);
            let pointer = pointer_of(component);
            let problem = match wanted.as_str() {
                "" => format!("its name has no letter or digit; its type is called {free}"),
                _ => format!("the type name {wanted} is taken; this one is called {free}"),
            };
            let document = self.document;
            let finding = document.finding(Rule::TakenTypeName, &pointer, problem);
            let (why, update) = ("A name of its own", json!({"x-dintero-name": free}));
            let action = Action::update(&document.root, &pointer, why, update);
            self.findings.push(finding.with_actions([action]));
        }
        self.take(name, &free);
    }

    /// Takes the names that the overlay gives to inline types, and reports those that other types have.
    fn check_pinned(&mut self) {
        for (index, inline) in self.inline.types.iter().enumerate() {
            let key = placeholder(index);
            let pinned = inline.pinned.as_deref();
            let Some(pinned) = pinned.filter(|_| !self.names.contains_key(&key)) else {
                continue;
            };
            let mut name = pinned.to_owned();
            if !self.is_free(pinned) {
                let problem =
                    format!("x-dintero-name {pinned} is the name of another type already");
                let mut finding = self.document.finding(Rule::DuplicateTypeName, "", problem);
                // What was one type when its name was given may become two.
                if self.document.names.inline().contains(pinned) {
                    name = self.free(pinned);
                    let help = format!(
                        "This one is called {name}; give it a name of its own in the overlay"
                    );
                    finding = finding.with_level(Level::Warning).with_help(help);
                }
                let given = "$..[?(@['x-dintero-name']";
                let action = Action {
                    target: format!("{given}=={})]['x-dintero-name']", quoted(pinned)),
                    description: "Several types have it".to_owned(),
                    update: None,
                };
                self.findings.push(finding.with_actions([Some(action)]));
            }
            self.take(&key, &name);
        }
    }

    /// Gives an inline type the name that it has already at one of its places, and its parents theirs before it.
    fn keep(&mut self, index: usize) {
        if !self.seen.insert(index) {
            return;
        }
        let (inline, kept) = (self.inline, &self.document.names);
        let own = &inline.types[index];
        if let Some(pinned) = &own.pinned {
            if kept.inline().contains(pinned) && self.is_free(pinned) {
                self.take(&placeholder(index), pinned);
            }
            return;
        }
        for (parent, part) in &own.uses {
            let parent = match parent {
                Parent::Operation(_) => None,
                Parent::Component(name) => self.names.get(name),
                Parent::Inline(parent) => {
                    self.keep(*parent);
                    let given = self.names.get(&placeholder(*parent));
                    given.or(inline.types[*parent].pinned.as_ref())
                }
            };
            let item = part.item.as_ref().or(parent);
            let known = item.and_then(|item| kept.type_of(item, part.word.as_str()));
            let known = known.filter(|name| {
                kept.inline().contains(*name) && type_name(name) == **name && self.is_free(name)
            });
            if let Some(name) = known {
                self.take(&placeholder(index), name);
                return;
            }
        }
    }

    /// Returns the shortest of parent + part over all places, so that a type with many uses is not named after a deep one.
    fn choose(&mut self, index: usize) -> String {
        let key = placeholder(index);
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let inline = self.inline;
        let mut candidates = BTreeSet::new();
        for (parent, part) in &inline.types[index].uses {
            let parent = match parent {
                Parent::Operation(name) => name.clone(),
                Parent::Component(name) => self.names.get(name).cloned().unwrap_or_default(),
                Parent::Inline(parent) => self.choose(*parent),
            };
            let part = &part.name;
            let part = part.strip_prefix(parent.as_str()).unwrap_or(part);
            // As progenitor writes it: `AB` and `K` are `Abk` together.
            let name = type_name(&format!("{parent}{part}"));
            candidates.insert((name.len(), name));
        }
        let mut candidates = candidates.into_iter().map(|(_, name)| name);
        let first = candidates.next().unwrap_or_else(|| "Type".to_owned());
        let mut wanted = std::iter::once(first.clone()).chain(candidates);
        let free = wanted.find(|name| self.is_free(name));
        let name = free.unwrap_or_else(|| self.free(&first));
        self.take(&key, &name);
        name
    }
}

/// Returns the Rust names of the variants of an enum or union.
pub(super) fn of_variants(name: &str, kind: &Kind, kept: &KeptNames) -> BTreeMap<String, String> {
    let (keys, word): (Vec<String>, fn(&String) -> String) = match kind {
        Kind::Enum(listed) => (listed.values.clone(), |value| escaped(value)),
        Kind::Union(union) => {
            let types = union.references().map(str::to_owned);
            (types.collect(), String::clone)
        }
        _ => return BTreeMap::new(),
    };
    let kept = |key: &String| kept.name_of(name, word(key));
    distinct(&keys, &["Unknown"], kept, |key, count| variant(key, count))
}
