//! Clients compile whose every name is an identifier of the macros or of generated code, a keyword or of the prelude.
#![allow(dead_code, missing_docs)]

use serde_json::json;

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
fn objects_named_like_type_parameters_are_what_they_say() {
    let body =
        json!({"A": [{"value": "1"}], "Option": {"value": "2"}, "Vec": {"x": {"value": "3"}}});
    let body = json!({"A": body["A"], "__S": body["A"], "self": body["Option"]});
    let read: objects::types::AllOfThem = serde_json::from_value(body).expect("an object");
    assert!(read.unknown_fields().count() <= 3);
}

#[test]
fn a_value_named_like_a_trait_is_a_variant() {
    let value = enums::types::Default::from("another");
    assert!(!value.is_unknown());
    assert_eq!(value, enums::types::Default::Another);
    let union: unions::types::Iterator =
        serde_json::from_value(json!({"one": "1"})).expect("a union");
    assert!(!union.is_unknown());
}
