use dintero_codegen::action::Action;
use dintero_codegen::document::Document;

use super::{Unmatched, fixed, unfixed, unmatched, without};

const OVERLAY: &str = "# Ours\noverlay: 1.0.0\nactions:\n  # --- servers\n  - target: $\n    description: d\n    update: {x-a: 1}\n  # --- operations\n  - target: $.paths['/a'].post # pay\n    description: d\n    update:\n      x-dintero-method: pay\n\n      x-more: 2\n\n  # read\n  - {target: \"$.paths['/a'].get\", description: d, update: {x-added: 1}}\n  - target: $.paths.*[?(@['x-added'])]\n    description: d\n    update: {x-more: 1}\n";

fn overlay(text: &str) -> Document {
    Document::parse("o.yaml", text).unwrap()
}

fn found(document: &str, text: &str) -> Unmatched {
    unmatched(
        &Document::parse("a.yaml", document).unwrap(),
        &overlay(text),
    )
    .unwrap()
}

#[test]
fn actions_that_match_nothing_go_and_so_do_those_that_need_them() {
    assert_eq!(
        found("paths: {/a: {get: {}, post: {}}}", OVERLAY),
        Unmatched::new()
    );
    let gone = found("paths: {/a: {put: {}}}", OVERLAY);
    assert_eq!(gone.keys().collect::<Vec<_>>(), [&1, &2, &3]);
    for text in [OVERLAY.to_owned(), OVERLAY.replace('\n', "\r\n")] {
        let left = without(&overlay(&text), &text, &gone).unwrap();
        let expected = "# Ours\noverlay: 1.0.0\nactions:\n  # --- servers\n  - target: $\n    description: d\n    update: {x-a: 1}\n  # --- operations\n\n  # read\n";
        assert_eq!(left.replace('\r', ""), expected);
    }
    let first = [(0, "matches nothing")].into();
    let left = without(&overlay(OVERLAY), OVERLAY, &first).unwrap();
    assert!(
        left.contains("actions:\n  # --- servers\n  # --- operations\n  - target"),
        "{left}"
    );
    let flow = "overlay: 1.0.0\nactions: [{target: $.a, description: d, remove: true},\n  {target: $, description: d, update: {}}]\n";
    let error = without(&overlay(flow), flow, &first).unwrap_err();
    assert_eq!(
        error,
        "o.yaml cannot be edited; write each action on lines of its own"
    );
}

#[test]
fn both_halves_of_a_replacement_go_where_its_component_is_missing() {
    let text = "overlay: 1.0.0\nactions:\n  - {target: $.a.b, description: d, remove: true}\n  - {target: $.a, description: d, update: {anyOf: [{$ref: '#/c'}]}}\n  - {target: $.d, description: d, remove: true}\n";
    let gone = found("{a: {b: 1}, d: 1}", text);
    assert_eq!(gone.keys().collect::<Vec<_>>(), [&0, &1]);
    assert_eq!(found("{a: {b: 1}, c: 1, d: 1}", text), Unmatched::new());
}

#[test]
fn what_was_added_goes_without_a_trace() {
    let action = Action {
        target: "$.paths['/a'].get".to_owned(),
        description: "Left out: has a \"cookie\"".to_owned(),
        update: None,
    };
    let text = fixed("o.yaml", OVERLAY, std::slice::from_ref(&action)).unwrap();
    assert!(text.ends_with("    remove: true\n"), "{text}");
    assert_eq!(unfixed(&text), OVERLAY);
    assert_eq!(unfixed(OVERLAY), OVERLAY);
    let error = fixed("o.yaml", "overlay: 1.0.0\nactions: []\n", &[action]).unwrap_err();
    assert!(error.starts_with("o.yaml cannot be appended to"), "{error}");
}
