//! The names of inline types: each is named after the shortest of the places where it is used.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::super::direction::INPUT;
use super::{InlineTypes, Parent, placeholder};
use crate::action::Action;
use crate::document::{Document, escape};
use crate::finding::{Finding, Level, Rule};
use crate::generate::SCALARS;
use crate::ir::{Kind, Schema};
use crate::kept::KeptNames;
use crate::names::{distinct, numbered, type_name, variant};

/// Names of types that are taken, those of their builders included.
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    pub fn new() -> Self {
        Self(SCALARS.iter().map(|(name, _)| (*name).to_owned()).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(name) || self.0.contains(&builder_name(name))
    }

    pub fn take(&mut self, name: &str) {
        self.0.extend([name.to_owned(), builder_name(name)]);
    }

    /// Returns the name, or the first of it with a number behind that is free.
    fn free(&self, wanted: &str, reserved: &BTreeSet<String>) -> String {
        let mut names = (1..).map(|count| numbered(wanted, "", count));
        let free = names.find(|name| !self.has(name) && !reserved.contains(name));
        free.unwrap_or_default()
    }

    /// Returns the Rust name of a component, and records where it is not the one it should have.
    pub fn component(
        &mut self,
        document: &Document,
        name: &str,
        schema: &Schema,
        given: Option<String>,
        reserved: &BTreeSet<String>,
        findings: &mut Vec<Finding>,
    ) -> String {
        let wanted = type_name(schema.meta.rust_name.as_deref().unwrap_or(name));
        let given = given.filter(|given| type_name(given) == *given && !self.has(given));
        let stem = if wanted.is_empty() { "Type" } else { &wanted };
        let free = given.unwrap_or_else(|| self.free(stem, reserved));
        if free != wanted {
            let component = name.strip_suffix(INPUT).unwrap_or(name);
            let pointer = format!("/components/schemas/{}", escape(component));
            let problem = format!("the type name {wanted} is taken; this one is called {free}");
            let help = "Give it an x-dintero-name in the overlay";
            let finding = document.finding(Level::Warning, &pointer, problem, help);
            let mut finding = finding.with_rule(Rule::TakenTypeName);
            let (why, update) = ("A name of its own", json!({"x-dintero-name": free}));
            let action = Action::update(&document.root, &pointer, why, update);
            finding.actions.extend(action);
            findings.push(finding);
        }
        self.take(&free);
        free
    }
}

/// Returns the Rust names of the variants of an enum or union.
pub(super) fn of_variants(name: &str, kind: &Kind, kept: &KeptNames) -> BTreeMap<String, String> {
    let (keys, is_enum): (Vec<String>, _) = match kind {
        Kind::Enum(listed) => (listed.values.clone(), true),
        Kind::Union(union) => {
            let variants = union.variants.iter();
            let types = variants.filter_map(|variant| variant.schema.as_reference());
            (types.map(str::to_owned).collect(), false)
        }
        _ => return BTreeMap::new(),
    };
    let word = |key: &String| match is_enum {
        true => format!("{key:?}"),
        false => key.clone(),
    };
    distinct(
        &keys,
        &["Unknown"],
        |key| kept.name_of(name, word(key)),
        |key, count| variant(key, count),
    )
}

fn builder_name(name: &str) -> String {
    format!("{name}Builder")
}

impl InlineTypes {
    /// Takes the names that the overlay gives, and reports those that other types have.
    pub(super) fn check_pinned(
        &self,
        document: &Document,
        taken: &mut Taken,
        findings: &mut Vec<Finding>,
    ) {
        for pinned in self
            .types
            .iter()
            .filter_map(|inline| inline.pinned.as_deref())
        {
            if taken.has(pinned) {
                let problem =
                    format!("x-dintero-name {pinned} is the name of another type already");
                let help = "Give each type a name of its own in the overlay";
                let finding = document.finding(Level::Error, "", problem, help);
                findings.push(finding.with_rule(Rule::DuplicateTypeName));
            }
            taken.take(pinned);
        }
    }

    /// Returns the name of each inline type by its placeholder.
    pub(super) fn choose_names(
        &self,
        taken: &mut Taken,
        kept: &KeptNames,
    ) -> BTreeMap<String, String> {
        let pinned = self.types.iter().map(|inline| inline.pinned.clone());
        let mut names: Vec<Option<String>> = pinned.collect();
        let mut seen = BTreeSet::new();
        for index in 0..self.types.len() {
            self.keep(index, &mut names, &mut seen, taken, kept);
        }
        let indices = 0..self.types.len();
        indices
            .map(|index| (placeholder(index), self.choose(index, &mut names, taken)))
            .collect()
    }

    /// Gives a type the name that it has already at one of its places, and its parents theirs before it.
    fn keep(
        &self,
        index: usize,
        names: &mut Vec<Option<String>>,
        seen: &mut BTreeSet<usize>,
        taken: &mut Taken,
        kept: &KeptNames,
    ) {
        if !seen.insert(index) {
            return;
        }
        for (parent, part) in &self.types[index].uses {
            if let Parent::Inline(parent) = parent {
                self.keep(*parent, names, seen, taken, kept);
            }
            let parent = match parent {
                Parent::Named(name) => Some(name),
                Parent::Inline(parent) => names[*parent].as_ref(),
            };
            let known = part.item.as_ref().or(parent);
            let known = known.and_then(|item| kept.type_of(item, part.word.as_str()));
            let known = known.filter(|name| {
                kept.inline().contains(*name) && type_name(name) == **name && !taken.has(name)
            });
            if let (None, Some(name)) = (&names[index], known) {
                taken.take(name);
                names[index] = Some(name.clone());
            }
        }
    }

    /// Returns the shortest of parent + part over all places, so that a type with many uses is not named after a deep one.
    fn choose(&self, index: usize, names: &mut Vec<Option<String>>, taken: &mut Taken) -> String {
        if let Some(name) = &names[index] {
            return name.clone();
        }
        let mut candidates = BTreeSet::new();
        for (parent, part) in &self.types[index].uses {
            let parent = match parent {
                Parent::Named(name) => name.clone(),
                Parent::Inline(parent) => self.choose(*parent, names, taken),
            };
            let part = part
                .name
                .strip_prefix(parent.as_str())
                .unwrap_or(&part.name);
            // As progenitor writes it: `AB` and `K` are `Abk` together.
            let name = type_name(&format!("{parent}{part}"));
            candidates.insert((name.len(), name));
        }
        let mut candidates = candidates.into_iter().map(|(_, name)| name);
        let first = candidates.next().unwrap_or_else(|| "Type".to_owned());
        let mut wanted = std::iter::once(first.clone()).chain(candidates);
        let name = wanted
            .find(|name| !taken.has(name))
            .unwrap_or_else(|| taken.free(&first, &BTreeSet::new()));
        taken.take(&name);
        names[index] = Some(name.clone());
        name
    }
}
