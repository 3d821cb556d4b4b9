//! The names of inline types: each is named after the shortest of the places where it is used.

use std::collections::{BTreeMap, BTreeSet};

use super::{InlineTypes, Parent, placeholder};
use crate::document::Document;
use crate::finding::{Finding, Level, Rule};
use crate::generate::SCALARS;
use crate::names::type_name;

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
    pub fn free(&self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut count = 2;
        while self.has(&name) {
            name = format!("{wanted}{count}");
            count += 1;
        }
        name
    }
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
    pub(super) fn choose_names(&self, taken: &mut Taken) -> BTreeMap<String, String> {
        let pinned = self.types.iter().map(|inline| inline.pinned.clone());
        let mut names: Vec<Option<String>> = pinned.collect();
        let indices = 0..self.types.len();
        indices
            .map(|index| (placeholder(index), self.choose(index, &mut names, taken)))
            .collect()
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
            let part = part.strip_prefix(parent.as_str()).unwrap_or(part);
            // As progenitor writes it: `AB` and `K` are `Abk` together.
            let name = type_name(&format!("{parent}{part}"));
            candidates.insert((name.len(), name));
        }
        let mut candidates = candidates.into_iter().map(|(_, name)| name);
        let first = candidates.next().unwrap_or_else(|| "Type".to_owned());
        let mut wanted = std::iter::once(first.clone()).chain(candidates);
        let name = wanted
            .find(|name| !taken.has(name))
            .unwrap_or_else(|| taken.free(&first));
        taken.take(&name);
        names[index] = Some(name.clone());
        name
    }
}
