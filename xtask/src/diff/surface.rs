//! A surface, read from its text: see `dintero_codegen::surface` for the lines.

use std::collections::BTreeMap;

use dintero_codegen::kept::lines;
use heck::ToSnakeCase;

/// The facts of an item: words, with the value after `=`, if there is one. The type is under `type`.
pub type Facts = BTreeMap<String, String>;

/// What a client offers.
#[derive(Default)]
pub struct Surface {
    /// Operations by Rust name.
    pub operations: BTreeMap<String, Operation>,
    /// Types by Rust name.
    pub types: BTreeMap<String, Type>,
}

#[derive(Clone, Default)]
pub struct Operation {
    /// `GET`, `POST`, ...
    pub method: String,
    pub path: String,
    /// The type of a success.
    pub success: String,
    /// Lists of words by name, such as `scopes` and `statuses`.
    pub lists: BTreeMap<String, Vec<String>>,
    /// `query limit`, `body`, `paging starting_after`.
    pub parts: BTreeMap<String, Facts>,
}

#[derive(Clone, Default)]
pub struct Type {
    /// `struct`, `enum` or `union`.
    pub kind: String,
    /// `request`, `response` and what else is said about the whole type.
    pub head: Facts,
    /// Fields and values by wire name, variants of a union by type.
    pub parts: BTreeMap<String, Facts>,
}

impl Surface {
    /// Reads the text of a surface.
    pub fn parse(text: &str) -> Self {
        let mut surface = Self::default();
        for line in lines(text) {
            let name = line.name.to_owned();
            if line.kind == "operation" {
                let operation = surface.operations.entry(name).or_default();
                operation.read(line.part, &line.words);
            } else {
                let item = surface.types.entry(name).or_default();
                line.kind.clone_into(&mut item.kind);
                item.read(line.part, &line.words);
            }
        }
        surface
    }

    /// Returns `true` if a field is the tag of a union that has the struct as a variant with one value.
    pub fn is_tag(&self, name: &str, field: &str) -> bool {
        self.types.values().any(|kind| {
            let tag = kind.head.get("by").map(|by| by.trim_matches('"'));
            let variant = kind.parts.get(name);
            tag == Some(field) && variant.is_some_and(|facts| values(facts).len() == 1)
        })
    }

    /// Gives types other names, wherever they are used.
    pub fn rename(&mut self, names: &BTreeMap<String, String>) {
        let renamed = |text: &str| with_names(text, names);
        let rename = |facts: &mut Facts| {
            if let Some(kind) = facts.get_mut("type") {
                *kind = renamed(kind);
            }
        };
        for operation in self.operations.values_mut() {
            operation.success = renamed(&operation.success);
            operation.parts.values_mut().for_each(rename);
        }
        for (name, mut kind) in std::mem::take(&mut self.types) {
            kind.parts.values_mut().for_each(rename);
            if kind.kind == "union" {
                let parts = kind.parts.into_iter();
                kind.parts = parts.map(|(name, facts)| (renamed(&name), facts)).collect();
            }
            self.types.insert(renamed(&name), kind);
        }
    }
}

/// Returns a text in which types have other names.
pub fn with_names(text: &str, names: &BTreeMap<String, String>) -> String {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text.split_inclusive(|c| !is_name(c))
        .map(|part| {
            let word = part.trim_end_matches(|c| !is_name(c));
            let new = names.get(word).map_or(word, String::as_str);
            format!("{new}{}", &part[word.len()..])
        })
        .collect()
}

impl Operation {
    fn read(&mut self, part: String, words: &[&str]) {
        if let ("", [method, path, "->", success @ ..]) = (part.as_str(), words) {
            (*method).clone_into(&mut self.method);
            (*path).clone_into(&mut self.path);
            self.success = success.join(" ");
            return;
        }
        let (place, wire) = part.split_once(' ').unzip();
        match place.unwrap_or(&part) {
            "path" | "query" | "header" | "body" => {
                let facts = typed(words, wire);
                self.parts.insert(part, facts);
            }
            "paging" if wire.is_some() => {
                self.parts.insert(part, facts(words));
            }
            _ => {
                let values = words.iter().map(|word| (*word).to_owned());
                self.lists.insert(part, values.collect());
            }
        }
    }
}

impl Type {
    fn read(&mut self, part: String, words: &[&str]) {
        if part.is_empty() {
            self.head = facts(words);
            // Without a discriminator, fields tell the variants of a union apart.
            self.head
                .retain(|key, word| key != "by" || word != "fields");
            return;
        }
        let (part, facts) = match self.kind.as_str() {
            "struct" => (part.clone(), typed(words, Some(&part))),
            // A value is what is on the wire; its Rust name is a fact about it.
            "enum" => (words.join(" "), Facts::from([("rust".to_owned(), part)])),
            _ => (part, facts(words)),
        };
        self.parts.insert(part, facts);
    }
}

/// The values of a tag that stand for a variant of a union.
pub fn values(variant: &Facts) -> Vec<String> {
    let values = variant.keys();
    let values = values.filter(|key| !["fields", "rust"].contains(&key.as_str()));
    values.cloned().collect()
}

/// Facts that a type comes first of. Where no Rust name is given, it is the one on the wire.
fn typed(words: &[&str], wire: Option<&str>) -> Facts {
    let (kind, rest) = words.split_first().unwrap_or((&"", &[]));
    let mut facts = facts(rest);
    facts.insert("type".to_owned(), (*kind).to_owned());
    if let Some(wire) = wire {
        let rust = facts.entry("rust".to_owned());
        rust.or_insert_with(|| wire.to_owned());
    }
    facts
}

fn facts(words: &[&str]) -> Facts {
    let mut facts = Facts::new();
    for word in words {
        let parts = word.split_once('=').filter(|_| !word.starts_with('"'));
        let (key, value) = parts.unwrap_or((word, ""));
        // A bound is one fact, whether or not it is a value itself.
        let (key, value) = match key {
            _ if key.ends_with("exclusive_min") => (key, format!("more than {value}")),
            _ if key.ends_with("exclusive_max") => (key, format!("less than {value}")),
            _ => (key, value.to_owned()),
        };
        let known = facts.entry(key.replace("exclusive_", "")).or_default();
        if !known.is_empty() {
            known.push(',');
        }
        known.push_str(&value);
    }
    facts
}

/// How sure it is that two names are one, from 0 to 1: the same words whatever their order, case and separators, or the
/// same but for one that is cut short or spelled a little differently. Short words and numbers must agree: `gte` is not
/// `lte`, and `line_1` not `line_2`.
pub fn likeness(one: &str, two: &str) -> f64 {
    let words = |name: &str| -> Vec<String> {
        let name = name.to_snake_case();
        name.split('_').map(str::to_owned).collect()
    };
    let (one, two) = (words(one), words(two));
    let [mut sorted, mut others] = [one.clone(), two.clone()];
    sorted.sort();
    others.sort();
    match one.concat().is_empty() || two.concat().is_empty() {
        true => return 0.0,
        false if one.concat() == two.concat() || sorted == others => return 1.0,
        false => {}
    }
    let mut differing = one.iter().zip(&two).filter(|(one, two)| one != two);
    let (true, Some((one, two)), None) =
        (one.len() == two.len(), differing.next(), differing.next())
    else {
        return 0.0;
    };
    let [short, long] = match one.len() < two.len() {
        true => [one, two],
        false => [two, one],
    };
    let number = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    let comparable = short.len() >= 4 && !number(one) && !number(two);
    let same_start = short.chars().next() == long.chars().next();
    match strsim::normalized_damerau_levenshtein(one, two) {
        alike if comparable && long.starts_with(short.as_str()) => alike,
        alike if comparable && same_start && alike >= 0.7 => alike,
        _ => 0.0,
    }
}

/// Pairs what was removed with what was added, the surest first, each once. `score` is 0 for what does not fit.
pub fn pairs(
    removed: &[String],
    added: &[String],
    score: impl Fn(&str, &str) -> f64,
) -> BTreeMap<String, String> {
    let mut scores: Vec<(f64, &String, &String)> = removed
        .iter()
        .flat_map(|one| added.iter().map(move |two| (one, two)))
        .map(|(one, two)| (score(one, two), one, two))
        .filter(|(score, ..)| *score > 0.0)
        .collect();
    // The sort is stable, so that of equal scores the first names come first.
    scores.sort_by(|one, two| two.0.total_cmp(&one.0));
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (_, one, two) in scores {
        if !found.contains_key(one) && !found.values().any(|known| known == two) {
            found.insert(one.clone(), two.clone());
        }
    }
    found
}

/// The keys of a map that another does not have.
pub fn missing<V>(map: &BTreeMap<String, V>, other: &BTreeMap<String, V>) -> Vec<String> {
    let keys = map.keys().filter(|key| !other.contains_key(*key));
    keys.cloned().collect()
}

/// The types that have another name now: those of the same kind with most parts in common, or with some parts in common
/// and nearly the same name.
pub fn renamed_types(old: &Surface, new: &Surface) -> BTreeMap<String, String> {
    let (old, new) = (&old.types, &new.types);
    pairs(&missing(old, new), &missing(new, old), |before, after| {
        let (was, is) = (&old[before], &new[after]);
        let common = was.parts.len() - missing(&was.parts, &is.parts).len();
        let all = was.parts.len() + is.parts.len() - common;
        #[allow(clippy::cast_precision_loss)]
        let share = common as f64 / all.max(1) as f64;
        let sounds = likeness(before, after);
        if was.kind == is.kind && (share >= 0.6 || (sounds > 0.0 && share >= 0.3)) {
            // Of types that look the same, those whose names share more letters.
            share + sounds + 0.1 * strsim::normalized_damerau_levenshtein(before, after)
        } else {
            0.0
        }
    })
}

/// The names that were added and are not another name of what was there.
pub fn unpaired<'n>(
    added: &'n [String],
    renamed: &'n BTreeMap<String, String>,
) -> impl Iterator<Item = &'n String> {
    let is_new = |name: &&String| !renamed.values().any(|known| known == *name);
    added.iter().filter(is_new)
}

/// Returns how many bits a number has: 1 stands for 64, which it has where nothing is said, and 0 for 32.
pub fn bits(format: Option<&String>) -> Option<u8> {
    match format.map(String::as_str) {
        Some("int32" | "float") => Some(0),
        None | Some("int64" | "double") => Some(1),
        Some(_) => None,
    }
}

/// The lists and maps around a type, and the type in them.
pub fn unwrapped(kind: &str) -> (String, &str) {
    const OPEN: [&str; 5] = ["[", "{", "Vec<", "BTreeMap<String,", "Option<"];
    let (mut shape, mut inner) = (String::new(), kind);
    while let Some((open, rest)) = OPEN.iter().find_map(|open| {
        let rest = inner.strip_prefix(open)?.strip_suffix([']', '}', '>'])?;
        Some((open, rest.trim()))
    }) {
        shape.push_str(open);
        inner = rest;
    }
    (shape, inner)
}
