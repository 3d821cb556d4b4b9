use serde_json::json;

use super::Direction::{Request, Response};
use super::*;
use crate::documents::OPERATIONS;

#[test]
fn a_response_that_is_not_as_documented_is_found() {
    let operation = OPERATIONS.iter().find(|o| o.id == "transactions_id_get");
    let operation = operation.expect("an operation");
    let transaction = |status: &str| {
        json!({
            "payment_product": "dintero_psp", "payment_product_type": "dintero_psp.creditcard", "amount": 1,
            "currency": "NOK", "status": status, "events": [{"transaction_status": status}],
        })
    };
    // A status that the lists of some providers lack, and one that no list has.
    let good = transaction("PARTIALLY_CAPTURED_REFUNDED");
    assert_eq!(check_response(operation, 200, &good), Vec::<Value>::new());
    assert_eq!(check_response(operation, 200, &transaction("ODD")).len(), 2);
    assert_eq!(check_response(operation, 200, &Value::Null).len(), 1);
    assert_eq!(check_response(operation, 299, &good).len(), 1);
}

#[test]
fn every_schema_of_the_documents_compiles() {
    for operation in OPERATIONS.iter() {
        operation.contract.request(operation);
        operation.contract.responses(operation);
    }
}

fn fits(schema: Value, direction: Direction, instance: Value) -> bool {
    let document = json!({"components": {"schemas": {
        "Time": {"type": "string", "readOnly": true},
        "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}}},
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"},
            {"type": "object", "required": ["lives"], "properties": {"lives": {"type": "integer"}}}]},
        "Narrow": {"type": "object", "properties": {"status": {"type": "string", "enum": ["A"]}}},
    }}});
    let schema = convert(&document, &schema, direction);
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
        .is_valid(&instance)
}

#[test]
fn null_is_a_value_only_where_the_document_says_so() {
    let nullable = json!({"type": "string", "enum": ["a"], "nullable": true});
    assert!(fits(nullable.clone(), Request, json!(null)));
    assert!(!fits(nullable, Request, json!("b")));
    assert!(!fits(json!({"type": "string"}), Request, json!(null)));
}

#[test]
fn an_exclusive_limit_is_a_flag_in_openapi() {
    let schema = json!({"type": "integer", "minimum": 1, "exclusiveMinimum": true});
    assert!(!fits(schema.clone(), Request, json!(1)));
    assert!(fits(schema, Request, json!(2)));
}

#[test]
fn read_only_members_are_for_responses_only() {
    let time = json!({"$ref": "#/components/schemas/Time"});
    let schema = json!({"type": "object", "required": ["at"], "properties": {"at": time}});
    assert!(!fits(schema.clone(), Request, json!({"at": "now"})));
    assert!(fits(schema.clone(), Response, json!({"at": "now"})));
    assert!(!fits(schema, Response, json!({})));
}

#[test]
fn an_inferred_property_is_not_demanded_of_a_response() {
    let at = json!({"type": "string", "x-evidence": "inferred"});
    let schema = json!({"type": "object", "required": ["at"], "properties": {"at": at}});
    assert!(fits(schema.clone(), Response, json!({})));
    assert!(!fits(schema, Request, json!({})));
}

#[test]
fn a_discriminator_leads_to_the_child() {
    let pet = json!({"$ref": "#/components/schemas/Pet"});
    assert!(fits(
        pet.clone(),
        Request,
        json!({"kind": "cat", "lives": 9})
    ));
    assert!(!fits(pet.clone(), Request, json!({"kind": "cat"})));
    assert!(!fits(pet, Request, json!({"kind": "dog"})));
}

#[test]
fn the_first_branch_decides_about_the_values_of_a_response() {
    let wide =
        json!({"type": "object", "properties": {"status": {"type": "string", "enum": ["A", "B"]}}});
    let both = json!({"allOf": [wide, {"$ref": "#/components/schemas/Narrow"}]});
    assert!(fits(both.clone(), Response, json!({"status": "B"})));
    assert!(!fits(both.clone(), Response, json!({"status": "C"})));
    assert!(!fits(both, Request, json!({"status": "B"})));
}

#[test]
fn a_format_that_is_none_is_passed_over() {
    assert!(fits(
        json!({"type": "string", "format": "iso4217-code"}),
        Request,
        json!("?")
    ));
    assert!(!fits(
        json!({"type": "string", "format": "date-time"}),
        Request,
        json!("?")
    ));
    assert!(!fits(
        json!({"type": "integer", "format": "int32"}),
        Request,
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
    let violations = json!(report::violations(&validator, &body, "", true));
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
