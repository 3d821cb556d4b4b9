//! What `cargo xtask import` does to the overlay: pruning, fixes, and errors with the action to copy.

#![allow(clippy::unwrap_used)]

use crate::common::small::{OLD, PRESENT, import, imported, read, small, targets};
use serde_json::Value;

#[test]
fn an_old_document_goes_in_as_its_authors_wrote_it() {
    let root = small();
    let report = imported(&root, OLD);
    assert_eq!(report["operations"]["added"].as_array().unwrap().len(), 1);
    assert_eq!(report["operations"]["removed"].as_array().unwrap().len(), 2);
    let search = &report["unnamed"][0];
    assert_eq!(
        search["target"],
        "$.paths['/accounts/{aid}/payments/search'].post"
    );
    assert_eq!(search["update"]["x-dintero-method"], "aid_payments_search");
    assert_eq!(search["update"]["x-dintero-retry"], "non-idempotent");

    let document = read(&root, "wallets.yaml");
    for kept in [
        "# The head comment stays.\n",
        "description: \"Upstream's\\ttab\"\n",
        "format: \"^[PT]{1}\\\\d{8}$\"\n",
        "pattern: \"^(?!0)\\\\w+$\"\n",
        "default: other\n",
        "- \"NO\"\n",
        "version: \"1.0\"\n",
        "    error:\n",
        "    Error:\n",
        "\"401\":\n",
    ] {
        assert!(document.contains(kept), "{kept:?} is not in\n{document}");
    }
    for gone in ["x-evidence", "x-seen-values", "Ours of", "masked_pan"] {
        assert!(!document.contains(gone), "{gone:?} is in\n{document}");
    }
    assert_eq!(
        root.run(&["regen", "--check", "--api", "wallets"]).code,
        0,
        "what was written is a state of its own"
    );
    assert_eq!(
        imported(&root, OLD)["files"],
        Value::Array(Vec::new()),
        "twice is as once"
    );
}

const UNMATCHED: [&str; 3] = [
    "$.paths['/accounts/{aid}/payments'].get",
    "$.paths['/accounts/{aid}/payments/{id}'].delete",
    "$..properties.masked_pan",
];

#[test]
fn actions_that_match_nothing_stop_the_import_unless_they_are_pruned() {
    let root = small();
    let before = root.files();
    let ran = import(&root, OLD, &[]);
    assert_eq!(ran.code, 2);
    assert_eq!(root.files(), before);
    for (target, line) in UNMATCHED.iter().zip([11, 20, 24]) {
        let expected = format!("error: openapi/overlays/wallets.yaml:{line} #/actions/");
        assert!(ran.err.contains(&expected), "{}", ran.err);
        assert!(ran.err.contains(target), "{}", ran.err);
    }
    assert!(
        ran.err
            .contains("masked_pan (hides personal data) matches nothing. Adapt it to the document, or import with --prune, which removes it"),
        "{}",
        ran.err
    );
    // What else is in the way is told at once, with what resolves it.
    assert!(
        ran.err
            .contains("is read back by list_payments, which is no method"),
        "{}",
        ran.err
    );
    let action = "\n  - target: \"$.paths['/accounts/{aid}/payments'].post['x-dintero-read-back']\"\n    description: ";
    assert!(ran.err.contains(action), "{}", ran.err);

    let pruned = import(&root, OLD, &["--prune"]);
    assert_eq!(pruned.code, 2);
    assert!(!pruned.err.contains("matches nothing"), "{}", pruned.err);
    assert!(
        pruned.err.contains("Or import with --fix"),
        "{}",
        pruned.err
    );
    assert_eq!(root.files(), before);

    let report = imported(&root, OLD);
    assert_eq!(targets(&report["overlay"]["removed"]), UNMATCHED);
    assert_eq!(report["overlay"]["removed"][2]["personal"], true);
    assert_eq!(
        targets(&report["overlay"]["added"]),
        ["$.paths['/accounts/{aid}/payments'].post['x-dintero-read-back']"]
    );
    let overlay = read(&root, "overlays/wallets.yaml");
    let (ours, added) = overlay
        .split_once("  # Added by `cargo xtask import --fix`")
        .unwrap();
    let comments = "update: {x-dintero-method: create_payment, x-dintero-retry: non-idempotent, x-dintero-read-back: list_payments}\n  # --- personal data\n";
    assert!(ours.ends_with(comments), "{ours}");
    assert!(added.contains("remove: true"), "{added}");
}

#[test]
fn an_error_is_about_what_was_read_and_has_its_overlay_action_with_it() {
    let root = small();
    let text = OLD.replace("https://api.", "https://other.");
    for (text, offset) in [
        (text.clone(), 0),
        (format!("# T\n\n```yaml\n{text}```\n"), 3),
    ] {
        let ran = import(&root, &text, &["--prune", "--fix"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("\n  - target: "), "{}", ran.err);
        assert!(!ran.err.contains("openapi/wallets.yaml"), "{}", ran.err);
        let line = OLD.lines().position(|line| line == "    post:").unwrap() + 2 + offset;
        let place = format!("upstream:{line} #/paths/~1accounts~1{{aid}}~1payments/post: ");
        assert!(ran.err.contains(&place), "{}\nnot {place}", ran.err);
    }
}

#[test]
fn paging_goes_where_the_response_is_no_list() {
    let root = small();
    let list = "                type: array\n                items:\n";
    assert!(PRESENT.contains(list));
    let report = imported(
        &root,
        &PRESENT.replacen(list, "                allOf:\n                - \n", 1),
    );
    assert_eq!(
        targets(&report["overlay"]["added"]),
        ["$.paths['/accounts/{aid}/payments'].get['x-dintero-paging']"]
    );
    assert_eq!(report["overlay"]["removed"], Value::Array(Vec::new()));
}

#[test]
fn what_cannot_be_generated_is_resolved_or_left_out_as_long_as_it_is_there() {
    let root = small();
    imported(&root, PRESENT);
    let before = root.files();
    let added = |report: &Value| report["overlay"]["added"].as_array().unwrap().len();
    let kind = "        kind:\n          description: Ours of the kind\n          x-seen-values:\n            - sale\n          type: string\n";
    for (text, count, action) in [
        // A path variable that nothing declares is given a declaration.
        (
            PRESENT.replace("/payments/{id}\"", "/payments/{id}/{kind}\""),
            1,
            "parameters",
        ),
        // The list pages by that parameter, so that its paging goes with it.
        (
            PRESENT.replacen("in: query", "in: cookie", 1),
            2,
            "It has a form that the client cannot send",
        ),
        (
            PRESENT.replace("/payments/{id}\"", "/payments/{id}/{id}\""),
            1,
            "Left out: ",
        ),
        // A part of a schema is written out where it is referred to.
        (
            PRESENT.replace(
                kind,
                "        kind: {$ref: '#/components/schemas/Card/properties/type'}\n",
            ),
            2,
            "\"enum\":[\"debit\",\"credit\"]",
        ),
        (
            PRESENT.replace(kind, "        kind: {type: [string, integer]}\n"),
            1,
            "Left out: has a list of types",
        ),
        (
            PRESENT.replace(
                "    Card:\n",
                "    Card:\n      x-dintero-name: Odd\n      type: [string, object]\n    Card2:\n",
            ),
            2,
            "update: {\"Card\":{}}",
        ),
    ] {
        assert_ne!(text, PRESENT);
        let told = import(&root, &text, &[]);
        assert_eq!(told.code, 2, "{}", told.out);
        assert!(told.err.contains("Or import with --fix"), "{}", told.err);
        assert_eq!(root.files(), before);
        let report = imported(&root, &text);
        assert_eq!(added(&report), count, "{report}");
        let overlay = read(&root, "overlays/wallets.yaml");
        let (_, block) = overlay
            .split_once("# Added by `cargo xtask import --fix`")
            .unwrap();
        assert!(block.contains(action), "{block}");
        assert_eq!(root.run(&["regen", "--check", "--api", "wallets"]).code, 0);
        let again = imported(&root, &text);
        assert_eq!(
            (added(&again), &again["files"]),
            (count, &Value::Array(Vec::new()))
        );
        root.write(&before);
    }
    // What is no longer needed goes with the next one.
    imported(&root, &PRESENT.replacen("in: query", "in: cookie", 1));
    imported(&root, PRESENT);
    assert_eq!(root.files(), before);
}

#[test]
fn a_type_name_of_the_overlay_gives_way_to_one_of_the_document() {
    let root = small();
    root.edit(
        "overlays/wallets.yaml",
        "  # --- personal data\n",
        "  - {target: \"$.components.schemas.Payment.properties.data\", description: Ours, update: {x-dintero-name: Taken}}\n",
    );
    let data = "        data: {type: object, properties: {a: {type: string}}}\n        taken: {$ref: '#/components/schemas/Taken'}\n        id:\n";
    let text = PRESENT.replace("        id:\n", data);
    let text = text.replace(
        "  schemas:\n",
        "  schemas:\n    Taken: {type: object, properties: {b: {type: string}}}\n",
    );
    let report = imported(&root, &text);
    assert_eq!(
        targets(&report["overlay"]["added"]),
        ["$..[?(@['x-dintero-name']=='Taken')]['x-dintero-name']"]
    );
}
