//! The Rust names that a client has already: an addition to its document takes none of them.
//!
//! They are read from the client's surface, where they stand beside the names on the wire. A document without a surface
//! gets the names that its order gives.

use std::collections::{BTreeMap, BTreeSet};

/// Names of a client by item and by the word that the surface has for what they name.
#[derive(Clone, Debug, Default)]
pub struct KeptNames {
    names: BTreeMap<(String, String), String>,
    /// The types of fields, parameters, bodies, successes and variants.
    types: BTreeMap<(String, String), String>,
    /// The types that are no component.
    inline: BTreeSet<String>,
}

/// The item whose names are those of components.
pub const COMPONENTS: &str = "#components";
/// The item whose names are those of operations, by method and path.
pub const OPERATIONS: &str = "#operations";

impl KeptNames {
    /// Reads the names in a surface.
    pub fn of_surface(surface: &str) -> Self {
        let mut kept = Self::default();
        let mut told = BTreeMap::new();
        for line in surface.lines() {
            kept.line(&words(line), &mut told);
        }
        kept
    }

    fn line(&mut self, line: &[&str], told: &mut BTreeMap<String, Told>) {
        match line {
            ["operation", name, facts @ ..] => {
                let item = |place: &str| format!("{name} {place}");
                match facts {
                    [method, path, "->", success, ..] => {
                        self.name(OPERATIONS, &format!("{method} {path}"), name);
                        self.kind(&item("->"), "", success);
                    }
                    ["body:", kind, ..] => self.kind(&item("body"), "", kind),
                    [
                        place @ ("path" | "query" | "header"),
                        wire,
                        kind,
                        facts @ ..,
                    ] => {
                        self.part(&item(place), wire, kind, facts);
                    }
                    _ => {}
                }
            }
            [_, head, facts @ ..] if head.ends_with(':') => {
                let name = head.trim_end_matches(':');
                if facts.contains(&"inline") {
                    self.inline.insert(name.to_owned());
                } else {
                    self.name(COMPONENTS, fact(facts, "schema").unwrap_or(name), name);
                }
            }
            ["struct", name, wire, kind, facts @ ..] => self.part(name, wire, kind, facts),
            ["enum", name, variant, wire] => self.name(name, wire, variant.trim_end_matches(':')),
            ["union", name, variant, facts @ ..] => {
                let variant = variant.trim_end_matches(':');
                self.name(name, variant, fact(facts, "rust").unwrap_or(variant));
                let told = told.entry((*name).to_owned()).or_default();
                for value in facts.iter().filter(|fact| fact.starts_with('"')) {
                    self.kind(name, &nth(told, value), variant);
                }
            }
            _ => {}
        }
    }

    /// Keeps the name and the type of a field or parameter.
    fn part(&mut self, item: &str, wire: &str, kind: &str, facts: &[&str]) {
        let wire = wire.trim_end_matches(':');
        self.name(item, wire, fact(facts, "rust").unwrap_or(wire));
        self.kind(item, wire, kind);
    }

    fn name(&mut self, item: &str, word: &str, name: &str) {
        let key = (item.to_owned(), word.to_owned());
        self.names.insert(key, name.to_owned());
    }

    fn kind(&mut self, item: &str, word: &str, kind: &str) {
        let mut names = kind.split(|c: char| c != '_' && !c.is_alphanumeric());
        if let Some(name) = names.rfind(|name| !name.is_empty()) {
            let key = (item.to_owned(), word.to_owned());
            self.types.insert(key, name.to_owned());
        }
    }

    /// Returns the name of a part of an item.
    pub fn name_of(&self, item: &str, word: impl Into<String>) -> Option<String> {
        self.names.get(&(item.to_owned(), word.into())).cloned()
    }

    /// Returns the type of a part of an item.
    pub fn type_of(&self, item: &str, word: impl Into<String>) -> Option<&String> {
        self.types.get(&(item.to_owned(), word.into()))
    }

    /// Returns the names of types that are no component.
    pub const fn inline(&self) -> &BTreeSet<String> {
        &self.inline
    }
}

fn fact<'l>(facts: &[&'l str], key: &str) -> Option<&'l str> {
    let mut facts = facts.iter().filter_map(|fact| fact.split_once('='));
    facts.find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// How often each word was used in a union.
pub(crate) type Told = BTreeMap<String, usize>;

/// Returns a word that several variants may share, with the number of this use.
pub(crate) fn nth(told: &mut Told, word: &str) -> String {
    let count = told.entry(word.to_owned()).or_default();
    *count += 1;
    format!("{word} {count}")
}

/// Returns the words of a line of a surface; what is in quotes is one word.
pub fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                words.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&line[start..]);
    words.retain(|word| !word.is_empty());
    words
}

/// Returns a text as a word of a surface: quoted where a space, a quote, a line break or the end of an item could be read
/// into it.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./{}[]<>()$@+*,:|".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.ends_with(':') {
        text.to_owned()
    } else {
        escaped(text)
    }
}

/// Returns a text in quotes, as the surface and Rust have it: nothing in it ends the quotes or the line. No other text of a
/// document reaches either of them, but for documentation.
pub fn escaped(text: &str) -> String {
    format!("{text:?}")
}

/// Returns texts as a list in brackets.
pub fn escaped_list<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| escaped(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}
