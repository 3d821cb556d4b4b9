use super::*;
use serde_json::json;

fn violations(body: &Value) -> Vec<String> {
    let body = Check::of(body).finish().err().map(|error| error.body());
    let errors = body.map(|body| body["error"]["errors"].clone());
    let errors = errors.as_ref().and_then(Value::as_array);
    let fields = errors.into_iter().flatten();
    fields
        .map(|e| e["field"].as_str().expect("a field").to_owned())
        .collect()
}

#[test]
fn every_violation_of_a_body_is_named_at_once() {
    let body = json!({
        "order": {"amount": 3_000_000_000_u32, "items": [{"line_id": ""}, {"line_id": 1.0}]},
        "merchant_reference_2": "x".repeat(256),
    });
    let fields = [
        "merchant_reference_2",
        "order.amount",
        "order.items[1].line_id",
    ];
    assert_eq!(violations(&body), fields);
}

#[test]
fn metadata_and_other_texts_have_no_limits() {
    let body = json!({"metadata": {"id": "", "amount": 1e12}, "description": "", "quantity": 1.5});
    assert_eq!(violations(&body), Vec::<String>::new());
}

#[test]
fn a_bare_date_as_upper_bound_includes_the_day() {
    let upper = parse_time("2026-02-03", true).expect("date");
    assert!(upper > parse_time("2026-02-03T23:59:59Z", true).expect("time"));
    assert!(upper < parse_time("2026-02-04", false).expect("date"));
    assert_eq!(
        parse_time("2026-02-03T10:00:00", true),
        parse_time("2026-02-03T11:00:00+01:00", true)
    );
    assert_eq!(parse_time("yesterday", true), None);
}

#[test]
fn urls_need_a_scheme_and_a_rest() {
    for (text, good) in [
        ("https://a.example/x", true),
        ("shop://done", true),
        ("/x", false),
        ("https://", false),
    ] {
        let found = violations(&json!({"return_url": text}));
        assert_eq!(found.is_empty(), good, "{text}");
    }
}
