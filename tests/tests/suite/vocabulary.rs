//! Clients compile whose every name is an identifier of the macros or of generated code, a keyword or of the prelude.
#![allow(dead_code, missing_docs)]

use serde_json::json;

#[allow(clippy::wrong_self_convention)]
mod objects {
    include!(concat!(env!("OUT_DIR"), "/words-objects.rs"));
}

mod enums {
    include!(concat!(env!("OUT_DIR"), "/words-enums.rs"));
}

mod unions {
    include!(concat!(env!("OUT_DIR"), "/words-unions.rs"));
}

#[test]
fn a_schema_named_like_a_type_of_the_prelude_is_an_object() {
    let built = objects::types::Option::builder().value("1").build();
    let value = serde_json::to_value(built.expect("an object")).expect("JSON");
    assert_eq!(value["value"], "1");
    let all: objects::types::AllOfThem = serde_json::from_value(json!({})).expect("an object");
    assert_eq!(all.unknown_fields().count(), 0);
}

#[test]
fn a_value_named_like_a_trait_is_a_variant() {
    let value = enums::types::Default::from("another");
    assert_eq!(value, enums::types::Default::Another);
    let union = serde_json::from_value(json!({"one": "1"}));
    let union: unions::types::Iterator = union.expect("a union");
    assert!(!union.is_unknown());
}
