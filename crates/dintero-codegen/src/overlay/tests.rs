use super::apply;
use crate::document::Document;
use crate::ir::RetryClass;
use crate::lower::operations::{all, facts};

fn applied(actions: &str) -> Result<Document, String> {
    let mut document =
        Document::parse("a.yaml", "list: [{n: 1}, {n: 2}, {n: 1}]\nmap: {a: 1}\n").unwrap();
    let overlay =
        Document::parse("o.yaml", &format!("overlay: 1.0.0\nactions:\n{actions}")).unwrap();
    apply(&mut document, &overlay, true).map_err(|error| error.to_string())?;
    Ok(document)
}

#[test]
fn updates_merge_and_removals_take_every_match() {
    let document = applied(
        "- {target: $.map, description: why, update: {b: 2}}\n- {target: '$.list[?(@.n==1)]', description: why, remove: true}\n",
    )
    .unwrap();
    assert_eq!(
        document.root,
        serde_json::json!({"list": [{"n": 2}], "map": {"a": 1, "b": 2}})
    );
}

#[test]
fn an_action_that_matches_nothing_is_an_error() {
    let error = applied("- {target: $.nothing, description: why, remove: true}\n").unwrap_err();
    assert_eq!(
        error,
        "o.yaml:3 #/actions/0: the target $.nothing matches nothing. Adapt it to the document, or drop the action"
    );
}

#[test]
fn every_action_needs_a_reason_and_a_path() {
    assert!(
        applied("- {target: $.map, update: {b: 2}}\n")
            .unwrap_err()
            .contains("has no reason")
    );
    assert!(
        applied("- {target: map, description: why, remove: true}\n")
            .unwrap_err()
            .contains("is no JSONPath")
    );
}

#[test]
fn only_the_overlay_says_what_may_be_sent_twice() {
    let marks = "operationId: a, x-dintero-retry: idempotent, x-dintero-read-back: b, x-dintero-confirm: {effect: X}";
    let methods = ["get", "put", "delete", "post", "patch", "options", "head"];
    let items = methods.map(|method| format!("{method}: {{{marks}}}"));
    let text = format!("paths: {{/~a: {{{}}}}}", items.join(", "));
    let mut document = Document::parse("a.yaml", &text).unwrap();
    let overlay = "{overlay: 1.0.0, actions: [{target: '$.paths[*].patch', description: why, update: {x-dintero-retry: duplicate-tolerated}}]}";
    let overlay = Document::parse("o.yaml", overlay).unwrap();
    let findings = apply(&mut document, &overlay, true).unwrap();
    assert_eq!(findings.len(), 3 * methods.len());
    assert_eq!(
        findings[0].to_string(),
        "a.yaml:1 #/paths/~1~0a/delete/x-dintero-retry: is ignored, since retry marks are read from overlays only. Put it into the overlay, with its reason"
    );
    let found = all(&document);
    assert_eq!(found.len(), methods.len());
    for found in found {
        let (method, facts) = (found.method, facts(&document.root, &found));
        let expected = match method {
            "get" | "head" => RetryClass::Idempotent,
            "patch" => RetryClass::DuplicateTolerated,
            _ => RetryClass::NonIdempotent,
        };
        assert_eq!((facts.retry, facts.read_back), (expected, None), "{method}");
    }
}
