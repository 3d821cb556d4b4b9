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
        for line in lines(surface) {
            kept.line(&line, &mut told);
        }
        kept
    }

    fn line(&mut self, line: &Line<'_>, told: &mut BTreeMap<String, Told>) {
        let (name, part) = (line.name, line.part.as_str());
        let item = |place: &str| format!("{name} {place}");
        match (line.kind, part, line.words.as_slice()) {
            ("operation", "", [method, path, "->", success, ..]) => {
                self.name(OPERATIONS, &format!("{method} {path}"), name);
                self.kind(&item("->"), "", success);
            }
            ("operation", "body", [kind, ..]) => self.kind(&item("body"), "", kind),
            ("operation", _, [kind, facts @ ..]) => {
                if let Some((place @ ("path" | "query" | "header"), wire)) = part.split_once(' ') {
                    self.part(&item(place), wire, kind, facts);
                }
            }
            (_, "", facts) if facts.contains(&"inline") => {
                self.inline.insert(name.to_owned());
            }
            (_, "", facts) => self.name(COMPONENTS, fact(facts, "schema").unwrap_or(name), name),
            ("struct", wire, [kind, facts @ ..]) => self.part(name, wire, kind, facts),
            ("enum", variant, [wire]) => self.name(name, wire, variant),
            ("union", variant, facts) => {
                self.name(name, variant, fact(facts, "rust").unwrap_or(variant));
                let told = told.entry(name.to_owned()).or_default();
                for value in facts.iter().filter(|fact| fact.starts_with('"')) {
                    self.kind(name, &nth(told, value), variant);
                }
            }
            _ => {}
        }
    }

    /// Keeps the name and the type of a field or parameter.
    fn part(&mut self, item: &str, wire: &str, kind: &str, facts: &[&str]) {
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

/// A line of a surface.
pub struct Line<'l> {
    /// `operation`, `struct`, `enum` or `union`.
    pub kind: &'l str,
    /// The item.
    pub name: &'l str,
    /// The part of the item, such as `query limit`; empty in its first line.
    pub part: String,
    /// The facts.
    pub words: Vec<&'l str>,
}

/// Returns the lines of a surface.
pub fn lines(surface: &str) -> impl Iterator<Item = Line<'_>> {
    surface.lines().filter_map(|line| {
        let mut words = words(line).into_iter();
        let (kind, name) = (words.next()?, words.next()?);
        let mut words: Vec<&str> = words.collect();
        let mut part = String::new();
        // Its last word ends with a colon, as the name does where it is about the item.
        let end = words.iter().position(|word| word.ends_with(':'));
        if let Some(end) = end.filter(|_| !name.ends_with(':')) {
            let named: Vec<&str> = words.drain(..=end).collect();
            part = named.join(" ");
            part.pop();
        }
        let name = name.strip_suffix(':').unwrap_or(name);
        Some(Line {
            kind,
            name,
            part,
            words,
        })
    })
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
