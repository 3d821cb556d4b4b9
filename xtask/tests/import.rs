//! `cargo xtask import` as it is run: what it reads, what it refuses, what it does to the overlay, and that nothing is half
//! written.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use common::{Ran, Root};
use serde_json::Value;

const PRESENT: &str = include_str!("data/present.yaml");
const OVERLAY: &str = include_str!("data/overlay.yaml");
const OLD: &str = include_str!("data/old.yaml");
const PAGE: &str = include_str!("data/page.md");

/// A folder in which a small document stands for an API.
fn small() -> Root {
    let root = Root::new();
    fs::write(root.path("wallets.yaml"), PRESENT).unwrap();
    fs::write(root.path("overlays/wallets.yaml"), OVERLAY).unwrap();
    assert_eq!(root.run(&["regen", "--api", "wallets"]).code, 0);
    root
}

fn import(root: &Root, text: &str, more: &[&str]) -> Ran {
    let file = root.0.path().join("upstream");
    fs::write(&file, text).unwrap();
    let mut arguments = vec![
        "--json",
        "import",
        "--api",
        "wallets",
        file.to_str().unwrap(),
    ];
    arguments.extend(more);
    root.run(&arguments)
}

/// Imports with whatever the overlay needs.
fn imported(root: &Root, text: &str) -> Value {
    let ran = import(root, text, &["--prune", "--fix"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran.json()
}

fn read(root: &Root, path: &str) -> String {
    fs::read_to_string(root.path(path)).unwrap()
}

fn targets(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|action| action["target"].as_str().unwrap())
        .collect()
}

#[test]
fn our_documents_over_themselves_change_no_byte() {
    let root = Root::new();
    let before = root.files();
    for api in ["shopping", "checkout", "wallets"] {
        let file = root.path(&format!("{api}.yaml"));
        let ran = root.run(&["import", "--api", api, file.to_str().unwrap(), "--check"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("nothing to do"), "{}", ran.out);
    }
    assert_eq!(root.files(), before);
}

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
fn key_order_and_format_of_the_input_do_not_matter() {
    let root = small();
    imported(&root, OLD);
    let before = root.files();
    let shuffled = {
        let head = OLD.find("components:").unwrap();
        let paths = OLD.find("paths:").unwrap();
        // The anchor has to come before its use; components may come last.
        format!("{}{}{}", &OLD[..head], &OLD[paths..], &OLD[head..paths])
    };
    for text in [
        shuffled,
        OLD.replace('\n', "\r\n"),
        format!("\u{feff}{OLD}"),
        format!("---\n{OLD}"),
    ] {
        let report = imported(&root, &text);
        assert_eq!(report["files"], Value::Array(Vec::new()), "{text}");
    }
    assert_eq!(root.files(), before);
}

#[test]
fn a_page_replaces_what_it_has_and_leaves_the_rest() {
    let root = small();
    let report = imported(&root, PAGE);
    assert_eq!(report["page"], true);
    assert_eq!(
        report["operations"]["removed"][0],
        "DELETE /accounts/{aid}/payments/{id}"
    );
    let document = read(&root, "wallets.yaml");
    for there in [
        "description: Ours of the whole\n",
        "x-evidence: inferred\n",
        "  - name: refunds\n",
        "brand:\n",
        "maxLength: 9\n",
    ] {
        assert!(document.contains(there), "{there:?} is not in\n{document}");
    }
    for gone in ["A long change log", "feedback", "payments/{id}", "debit"] {
        assert!(!document.contains(gone), "{gone:?} is in\n{document}");
    }
    assert_eq!(
        imported(&root, PAGE)["files"],
        Value::Array(Vec::new()),
        "twice is as once"
    );
}

#[test]
fn a_check_writes_nothing_and_says_what_would_be() {
    let root = small();
    let before = root.files();
    let ran = import(&root, OLD, &["--check", "--prune", "--fix"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let files = ran.json()["files"].clone();
    assert_eq!(
        files,
        serde_json::json!([
            "openapi/generated.lock",
            "openapi/overlays/wallets.yaml",
            "openapi/surface/wallets.txt",
            "openapi/wallets.yaml"
        ])
    );
    assert_eq!(root.files(), before);
}

#[test]
fn a_failed_import_changes_nothing_and_says_what_to_do() {
    let root = small();
    let before = root.files();
    for (text, said) in [
        (
            OLD.replace("openapi: 3.0.0", "openapi: 3.1.0"),
            "upstream:3 #/openapi: is OpenAPI 3.1.0. Import its 3.0 form",
        ),
        (
            OLD.replace("openapi: 3.0.0", "swagger: '2.0'"),
            "upstream:3 #/swagger: is Swagger 2. Convert it to OpenAPI 3.0",
        ),
        (
            OLD.replace("schemas/error'", "schemas/none'"),
            "which does not exist. Add it, or ",
        ),
        (
            OLD.replace("https://api.", "https://other."),
            "is on the unknown server",
        ),
        (
            OLD.replace("https://api.dintero.com/v1", "/v1"),
            "is on the server /v1, which names no host. Say in the overlay",
        ),
        (
            OLD.replace("servers: [{url: https://api.dintero.com/v1}]\n", ""),
            "has no server, nor has the document. Add `servers` in the overlay: {target: \"$\", update: {servers: ",
        ),
        (OLD.replace("paths:", "path:"), "has no `paths`"),
        ("[".to_owned(), "upstream:2: is not valid YAML: "),
        (PAGE.replace("\n````\n", "\n"), "save the whole page"),
    ] {
        let ran = import(&root, &text, &["--prune", "--fix"]);
        assert_eq!(ran.code, 2, "{said}");
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
        assert_eq!(root.files(), before, "{said}");
    }
    let text = OLD.replace("https://api.", "https://other.");
    let ran = import(&root, &text, &["--prune", "--fix"]);
    let findings = ran.json()["findings"].clone();
    let rules: Vec<&Value> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["rule"])
        .collect();
    assert!(rules.contains(&&Value::from("unknown-server")), "{rules:?}");
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
        (
            PRESENT.replacen("in: query", "in: cookie", 1),
            1,
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

#[test]
fn a_repeated_key_is_told_and_the_last_value_counts() {
    let root = small();
    let twice = PRESENT.replace("  title: Payments\n", "  title: Other\n  title: Payments\n");
    let report = imported(&root, &twice);
    let warning = report["warnings"][0].as_str().unwrap();
    let expected = "upstream:5 #/info/title: the key stands here a second time";
    assert!(warning.contains(expected), "{warning}");
    imported(&root, PRESENT);
    assert!(read(&root, "wallets.yaml").contains("title: Payments\n"));
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_old_state() {
    let root = small();
    // A folder stands where the surface has to go.
    fs::remove_file(root.path("surface/wallets.txt")).unwrap();
    fs::create_dir(root.path("surface/wallets.txt")).unwrap();
    let before = root.files();
    let ran = import(&root, OLD, &["--prune", "--fix"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("surface/wallets.txt"), "{}", ran.err);
    assert_eq!(root.files(), before);
}

#[test]
fn a_page_is_not_taken_for_the_whole_checkout() {
    let root = Root::new();
    let ours = root.files();
    let file = root.0.path().join("page.yaml");
    fs::write(&file, OLD).unwrap();
    let ran = root.run(&["import", "--api", "checkout", file.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("import it with --page"), "{}", ran.err);
    assert_eq!(root.files(), ours);
}

#[test]
fn a_document_is_fetched_from_a_url() {
    let root = small();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/spec.yaml?token=hidden",
        listener.local_addr().unwrap()
    );
    let server = thread::spawn(move || {
        for (status, body) in [("200 OK", OLD), ("404 Not Found", "")] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).unwrap() > 0);
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream
                .write_all(format!("{head}{body}").as_bytes())
                .unwrap();
        }
    });
    let ran = root.run(&["import", "--api", "wallets", &url, "--prune", "--fix"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("cargo xtask diff"), "{}", ran.out);
    let ran = root.run(&["import", "--api", "wallets", &url]);
    server.join().unwrap();
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("responded with 404 Not Found") && !ran.err.contains("hidden"),
        "{}",
        ran.err
    );
    let ran = root.run(&[
        "import",
        "--api",
        "wallets",
        "http://docs.example/spec.yaml",
    ]);
    assert!(ran.err.contains("over https only"), "{}", ran.err);
}
