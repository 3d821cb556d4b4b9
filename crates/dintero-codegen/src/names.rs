//! Names that a Rust user would have chosen.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

/// Returns any text as a part of a type's name.
pub fn name_part(text: &str) -> String {
    let words: String = text
        .chars()
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
    let name = name_part(text);
    let again = name_part(&name);
    if again == name { name } else { again }
}

/// Returns `true` if Rust allows the letter or digit in names, unlike `²`.
fn is_part_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c.is_alphanumeric() && syn::parse_str::<syn::Ident>(&format!("a{c}")).is_ok()
}

/// Returns the name of one element of a list.
pub fn singular(text: &str) -> String {
    let endings = [
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("ses", "se"),
    ];
    for (plural, singular) in endings {
        if let Some(stem) = text.strip_suffix(plural) {
            return format!("{stem}{singular}");
        }
    }
    match text.strip_suffix('s') {
        Some(stem) if !text.ends_with("ss") && !text.ends_with("us") && !stem.is_empty() => {
            stem.to_owned()
        }
        _ => text.to_owned(),
    }
}

/// Returns the variants of an enum with their values, in the order of the values, no two alike.
pub fn variants(values: &[String]) -> Vec<(String, String)> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut out: Vec<(String, String)> = Vec::new();
    for value in values {
        if out.iter().any(|(_, known)| known == value) {
            continue;
        }
        let mut name = match name_part(value).as_str() {
            "" if value.is_empty() => "Empty".to_owned(),
            "" => "Other".to_owned(),
            // `Unknown` is what holds the values that are not in the list.
            "Unknown" => "LiteralUnknown".to_owned(),
            name => name.to_owned(),
        };
        let stem = name.clone();
        let mut count = 2;
        while !taken.insert(name.clone()) {
            name = format!("{stem}{count}");
            count += 1;
        }
        out.push((name, value.clone()));
    }
    out
}

#[cfg(test)]
mod tests;
