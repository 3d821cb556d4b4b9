//! Names that a Rust user would have chosen.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use unicode_normalization::UnicodeNormalization;

/// Returns any text as a part of a type's name.
pub fn name_part(text: &str) -> String {
    let words: String = text
        .nfc()
        .map(|c| if is_part_of_a_name(c) { c } else { ' ' })
        .collect();
    match words.to_upper_camel_case() {
        name if name.starts_with(|c: char| c.is_numeric()) => format!("V{name}"),
        // No type can be called like this.
        name if name == "Self" => "SelfValue".to_owned(),
        name => name,
    }
}

/// Returns the name of a type, such that progenitor leaves it as it is: `A B C` is `ABC`, and that is `Abc`.
pub fn type_name(text: &str) -> String {
    name_part(&name_part(text))
}

/// Returns `true` if Rust allows the letter or digit in names, unlike `²`.
pub fn is_part_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c.is_alphanumeric() && syn::parse_str::<syn::Ident>(&format!("a{c}")).is_ok()
}

/// Returns the name of one element of a list.
pub fn singular(text: &str) -> String {
    // What ends in `ss` or `us` is no plural.
    const ENDINGS: [&str; 8] = [
        "ies y", "sses ss", "xes x", "ches ch", "ses se", "ss ss", "us us", "s ",
    ];
    let mut endings = ENDINGS.iter().filter_map(|ending| ending.split_once(' '));
    let ending = endings.find_map(|(plural, one)| Some((text.strip_suffix(plural)?, one)));
    match ending {
        Some((stem, one)) if text != "s" => format!("{stem}{one}"),
        _ => text.to_owned(),
    }
}

/// Gives each of these a Rust name that no other has: the one it has already, or the first free one of those it could have.
pub fn distinct<K: Ord + Clone>(
    keys: &[K],
    reserved: &[&str],
    kept: impl Fn(&K) -> Option<String>,
    nth: impl Fn(&K, usize) -> String,
) -> BTreeMap<K, String> {
    let mut taken: BTreeSet<String> = reserved.iter().map(|name| (*name).to_owned()).collect();
    let mut names = BTreeMap::new();
    for key in keys {
        // Whoever wrote the surface, nothing but a name comes out of it.
        let kept = kept(key).filter(|name| syn::parse_str::<syn::Ident>(name).is_ok());
        if let Some(name) = kept
            && taken.insert(normalized(&name))
        {
            names.insert(key.clone(), name);
        }
    }
    for key in keys {
        if !names.contains_key(key) {
            let mut candidates = (1..).map(|count| normalized(&nth(key, count)));
            let free = candidates.find(|name| taken.insert(name.clone()));
            names.insert(key.clone(), free.unwrap_or_default());
        }
    }
    names
}

/// Returns a name as Rust compares it: in Unicode's normalization form C.
pub fn normalized(name: &str) -> String {
    name.nfc().collect()
}

/// Returns the name of the variant for a value, or the nth one it could have.
pub fn variant(value: &str, count: usize) -> String {
    let name = match name_part(value).as_str() {
        "" if value.is_empty() => "Empty",
        "" => "Other",
        // `Unknown` is what holds the values that are not in the list.
        "Unknown" => "LiteralUnknown",
        name => return numbered(name, "", count),
    };
    numbered(name, "", count)
}

/// Returns a name with a number behind unless it is the first of its kind.
pub fn numbered(name: &str, separator: &str, count: usize) -> String {
    match count {
        1 => name.to_owned(),
        count => format!("{name}{separator}{count}"),
    }
}

#[cfg(test)]
mod tests;
