use super::apply;
use crate::document::Document;

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
