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

/// Whether it is a letter or digit that Rust allows in names, which `²` is not.
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
mod tests {
    use super::{name_part, singular, type_name, variants};

    #[test]
    fn names_are_camel_case_whatever_they_were() {
        assert_eq!(name_part("dintero_psp.creditcard"), "DinteroPspCreditcard");
        assert_eq!(name_part("AUTHORIZATION_VOIDED"), "AuthorizationVoided");
        assert_eq!(name_part("3DS"), "V3ds");
        assert_eq!(name_part("x²"), "X");
        assert_eq!(type_name("a/b c"), "Abc");
    }

    #[test]
    fn elements_are_named_in_the_singular() {
        for (plural, one) in [
            ("items", "item"),
            ("addresses", "address"),
            ("countries", "country"),
            ("status", "status"),
            ("purchases", "purchase"),
        ] {
            assert_eq!(singular(plural), one);
        }
    }

    #[test]
    fn variants_are_distinct_and_leave_room_for_what_is_unknown() {
        let values = ["a-b", "a_b", "", "UNKNOWN", "14", "a-b"].map(str::to_owned);
        let names: Vec<String> = variants(&values)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["AB", "AB2", "Empty", "LiteralUnknown", "V14"]);
    }
}
