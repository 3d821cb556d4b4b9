use serde_json::json;

use super::*;
use crate::documents::OPERATIONS;

#[test]
fn every_schema_of_the_documents_compiles() {
    for operation in OPERATIONS.iter() {
        Contract::of(operation);
    }
}

fn fits(schema: Value, instance: Value) -> bool {
    let document = json!({"components": {"schemas": {
        "Time": {"type": "string", "readOnly": true},
        "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}}},
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"},
            {"type": "object", "required": ["lives"], "properties": {"lives": {"type": "integer"}}}]},
    }}});
    let schema = convert(&document, &schema);
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
        .is_valid(&instance)
}

#[test]
fn null_is_a_value_only_where_the_document_says_so() {
    let nullable = json!({"type": "string", "enum": ["a"], "nullable": true});
    assert!(fits(nullable.clone(), json!(null)));
    assert!(!fits(nullable, json!("b")));
    assert!(!fits(json!({"type": "string"}), json!(null)));
}

#[test]
fn read_only_members_are_for_responses_only() {
    let time = json!({"$ref": "#/components/schemas/Time"});
    let schema = json!({"type": "object", "properties": {"at": time}});
    assert!(!fits(schema.clone(), json!({"at": "now"})));
    assert!(fits(schema, json!({})));
    let at = json!({"type": "string", "readOnly": true});
    let schema = json!({"type": "object", "required": ["at"], "properties": {"at": at}});
    assert!(fits(schema, json!({})));
}

#[test]
fn a_discriminator_leads_to_the_child() {
    let pet = json!({"$ref": "#/components/schemas/Pet"});
    assert!(fits(pet.clone(), json!({"kind": "cat", "lives": 9})));
    assert!(!fits(pet.clone(), json!({"kind": "cat"})));
    assert!(!fits(pet, json!({"kind": "dog"})));
}

#[test]
fn a_format_that_is_none_is_passed_over() {
    assert!(fits(
        json!({"type": "string", "format": "iso4217-code"}),
        json!("?")
    ));
    assert!(!fits(
        json!({"type": "string", "format": "date-time"}),
        json!("?")
    ));
    assert!(!fits(
        json!({"type": "integer", "format": "int32"}),
        json!(1_u64 << 31)
    ));
}

#[test]
fn violations_name_the_field_and_never_the_value() {
    let schema = json!({"type": "object", "required": ["id"], "properties": {
        "list": {"items": {"properties": {"n": {"type": "integer"}}}},
        "secret": {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 3}]},
    }});
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let body = json!({"list": [{}, {"n": "hidden"}], "secret": "hidden"});
    let violations = json!(report::of(&validator, &body, "", true));
    let text = violations.to_string();
    for expected in [
        "id is required",
        "list[1].n must be an integer",
        "secret has more than 3 characters",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    assert!(!text.contains("hidden"), "{text}");
}

#[test]
fn what_no_branch_of_a_schema_has_is_unknown() {
    let document = json!({"components": {"schemas": {
        "Base": {"discriminator": {"mapping": {"a": "#/components/schemas/A"}}, "properties": {"kind": {}}},
        "A": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"amount": {"type": "integer"}}}]},
    }}});
    let schema = json!({"properties": {
        "part": {"$ref": "#/components/schemas/Base"}, "free": {"type": "object"},
        "map": {"properties": {}, "additionalProperties": {"type": "string"}},
        "list": {"items": {"oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {"nullable": true}}}]}},
    }});
    let mut body = json!({
        "part": {"kind": "a", "amount": 12.0, "more": 1}, "free": {"x": null}, "map": {"y": "z"},
        "list": [{"a": 1.5, "b": null, "c": 0}], "gone": null, "new": {"deep": 1.0},
    });
    let strict = tidy::tidy(&document, &schema, &mut body.clone(), true, 0.0);
    assert_eq!(strict, ["gone", "list[0].c", "new", "part.more"]);
    let found = tidy::tidy(&document, &schema, &mut body, false, 0.0);
    assert_eq!(found, ["list[0].c", "new", "part.more"]);
    assert_eq!(body["part"]["amount"].as_i64(), Some(12));
    assert_eq!(body["free"], json!({"x": null}));
    assert_eq!(body["list"][0], json!({"a": 1.5, "b": null, "c": 0}));
    assert_eq!(body.get("gone"), None);
}
