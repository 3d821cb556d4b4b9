use super::*;
use crate::documents::{Route, find};

fn shown(text: &str) -> String {
    match find("GET", text) {
        Route::Found(operation, _) => path(Some(operation), text),
        _ => path(None, text),
    }
}

#[test]
fn ids_of_the_sandbox_stay_and_those_of_customers_go() {
    let session = "/v1/sessions/T12345678.5cyWnV68vzJ1kYjZPrKWWm";
    assert_eq!(shown(session), session);
    let wallets = "/v1/accounts/T12345678/wallets";
    for (text, expected) in [
        (
            "/customers/ola.nordmann@example.com/cards",
            "/customers/***/cards",
        ),
        ("/customers/ola/cards/b", "/customers/***/cards/***"),
        ("/cards/4000-0000-0000-0002", "/cards/***"),
        ("/cards/4000-0000-0000-0002/x/ola/7", "/cards/***/x/ola/***"),
    ] {
        assert_eq!(
            shown(&format!("{wallets}{text}")),
            format!("{wallets}{expected}")
        );
    }
    let order = "/v1/accounts/T12345678/shopping/orders/";
    assert_eq!(shown(&format!("{order}NO-1234")), format!("{order}NO-1234"));
    assert_eq!(
        shown(&format!("{order}4000%200000%200000%200002")),
        format!("{order}***")
    );
}

#[test]
fn a_misspelt_path_is_shown_but_not_a_part_that_may_be_personal() {
    assert_eq!(shown("/v1/session/T12345678.a"), "/v1/session/***");
    assert_eq!(
        shown("/v1/me@example.com/sandbox-0123456789"),
        "/v1/***/***"
    );
    assert_eq!(shown(&"/x".repeat(1_000)).len(), 2 * PARTS - 2);
}

#[test]
fn only_names_of_the_documents_are_named() {
    assert_eq!(
        reason("order.items[1].amount", "order.items[1].amount is required"),
        "order.items[1].amount is required"
    );
    assert_eq!(
        reason(
            "metadata.me@example.com",
            "metadata.me@example.com must be a string"
        ),
        "metadata.***.*** must be a string"
    );
    assert_eq!(
        reason("4000000000000002[1]", "4000000000000002[1] is wrong"),
        "***[1] is wrong"
    );
}

/// A body with every property that the schemas have, down to a depth: `hidden` where it must not be shown.
fn sample(
    document: &Value,
    schemas: &[&Value],
    is_marked: bool,
    depth: usize,
    marked: &mut usize,
) -> Value {
    let mut members = Map::new();
    let properties = schemas
        .iter()
        .filter_map(|schema| schema["properties"].as_object());
    for (name, _) in properties.flatten() {
        let nodes: Vec<_> = schemas
            .iter()
            .filter_map(|schema| schema["properties"].get(name))
            .collect();
        let below = expanded(document, nodes.iter().copied());
        let mut marks = nodes
            .iter()
            .chain(&below)
            .map(|node| &node["x-dintero-personal"]);
        let is_marked = is_marked || marks.any(|mark| *mark == true);
        *marked += usize::from(is_marked);
        if depth > 0 {
            members.insert(
                name.clone(),
                sample(document, &below, is_marked, depth - 1, marked),
            );
        }
    }
    let items = expanded(
        document,
        schemas.iter().filter_map(|schema| schema.get("items")),
    );
    match (members.is_empty(), items.is_empty()) {
        (false, _) => members.into(),
        (_, false) if depth > 0 => [sample(document, &items, is_marked, depth - 1, marked)]
            .into_iter()
            .collect(),
        _ if is_marked => "hidden".into(),
        _ => "plain".into(),
    }
}

#[test]
fn no_marked_field_of_any_operation_is_shown_and_the_others_are() {
    let mut shown = 0;
    for operation in OPERATIONS
        .iter()
        .filter(|operation| !operation.document.is_null())
    {
        let responses = operation.responses().map(|(_, response)| response);
        let mut marked = 0;
        for content in once(operation.request_body()).chain(responses) {
            let Some(schema) = json_schema(content) else {
                continue;
            };
            let schemas = expanded(operation.document, once(schema));
            let sample = sample(operation.document, &schemas, false, 5, &mut marked).to_string();
            let text = body(Some(operation), sample.as_bytes());
            assert!(!text.contains("hidden"), "{}: {text}", operation.id);
            shown += text.matches("\"plain\"").count();
        }
        let is_of_payers =
            operation.id.contains("session") && operation.id != "checkout_session_cancel_post";
        assert!(marked > 0 || !is_of_payers, "{} has no marks", operation.id);
    }
    assert!(shown > 1_000, "{shown}");
}

#[test]
fn what_the_documents_do_not_have_or_type_otherwise_is_not_shown() {
    let operation = OPERATIONS
        .iter()
        .find(|o| o.id == "checkout_session_profile_post");
    let shown = |json: Value| -> Value {
        let text = body(operation, json.to_string().as_bytes());
        serde_json::from_str(&text).expect("JSON")
    };
    let json = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
    for (sent, expected) in [
        (
            r#"{"order": {"amount": 100, "currency": "NOK"}}"#,
            r#"{"order": {"amount": 100, "currency": "NOK"}}"#,
        ),
        (
            r#"{"order": {"amount": "Ola Nordmann"}}"#,
            r#"{"order": {"amount": "***"}}"#,
        ),
        (r#"{"order": "Ola Nordmann"}"#, r#"{"order": "***"}"#),
        (
            r#"{"unknown": 1, "me@example.com": 1}"#,
            r#"{"unknown": "***"}"#,
        ),
        (
            r#"["Ola", 7, true, null]"#,
            r#"["***", "***", "***", null]"#,
        ),
        (
            r#"{"order": {"merchant_reference": "4000 0000 0000 0002"}}"#,
            r#"{"order": {"merchant_reference": "***"}}"#,
        ),
        (
            r#"{"order": {"merchant_reference": "+4790000000"}}"#,
            r#"{"order": {"merchant_reference": "***"}}"#,
        ),
        (
            r#"{"order": {"merchant_reference": "100000123"}}"#,
            r#"{"order": {"merchant_reference": "100000123"}}"#,
        ),
        (
            r#"{"order": {"amount": 4000000000000002}}"#,
            r#"{"order": {"amount": "***"}}"#,
        ),
    ] {
        assert_eq!(shown(json(sent)), json(expected), "{sent}");
    }
    assert_eq!(body(operation, b"card=4000"), "(9 bytes that are not JSON)");
}

#[test]
fn headers_and_queries_are_shown_by_name() {
    for (name, value, expected) in [
        (
            "content-type",
            "application/json",
            "content-type: application/json",
        ),
        ("authorization", "Bearer abc", "authorization: Bearer ***"),
        ("authorization", "Basic abc", "authorization: Basic ***"),
        ("authorization", "abc def", "authorization: ***"),
        ("x-api-key", "abc", "x-api-key: ***"),
        ("host", "4000000000000002", "host: ***"),
    ] {
        assert_eq!(header(name, value), expected);
    }
    let operation = OPERATIONS.iter().find(|o| o.id == "transactions_get");
    let found = query(
        operation,
        "limit=2&search=Ola&odd=1&me%40example.com=1&status=4000000000000002",
    );
    assert_eq!(found, "limit=2&search=***&odd=***&***=***&status=***");
    assert_eq!(query(None, "limit=2"), "limit=***");
}
