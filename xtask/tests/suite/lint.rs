//! `cargo xtask lint` as it is run: exit codes, overlays, SARIF.

use std::fs;

use crate::common::Root;
use serde_json::Value;

#[test]
fn lint_exits_with_1_on_errors_and_on_warnings_only_if_they_are_denied() {
    let root = Root::new();
    let sound = root.run(&["lint"]);
    assert_eq!(sound.code, 0, "{}", sound.out);
    root.edit(
        "overlays/wallets.yaml",
        "x-dintero-method: create_cards,",
        "x-ours: create_cards,",
    );
    let lint = |more: &[&str]| root.run(&[&["lint", "--api", "wallets"], more].concat());
    let warned = lint(&[]);
    assert_eq!(warned.code, 0, "{}", warned.out);
    assert!(
        warned
            .out
            .starts_with("warning[unnamed-operation]: openapi/wallets.yaml:"),
        "{}",
        warned.out
    );
    assert!(
        warned.out.contains("\n  - target: \"$.paths['"),
        "{}",
        warned.out
    );
    assert_eq!(lint(&["--deny-warnings"]).code, 1);
    root.edit(
        "wallets.yaml",
        "#/components/schemas/",
        "#/components/schemas/No",
    );
    let wrong = lint(&["--json"]);
    assert_eq!(wrong.code, 1);
    assert_eq!(wrong.json()["errors"], 1, "{}", wrong.out);
    assert_eq!(wrong.json()["findings"][0]["level"], "error");
}

#[test]
fn lint_takes_any_document_with_or_without_an_overlay() {
    let root = Root::new();
    let file = root.path("wallets.yaml");
    let file = file.to_str().unwrap();
    let alone = root.run(&["lint", file, "--json"]);
    let json = alone.json();
    assert_eq!(alone.code, 1);
    let rules: Vec<&Value> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["rule"])
        .collect();
    assert!(rules.contains(&&Value::from("unknown-server")), "{rules:?}");
    let ours = root.run(&["lint", file, "--api", "wallets"]);
    assert_eq!((ours.code, ours.err.as_str()), (0, ""), "{}", ours.out);
    // Another API's overlay hardly fits: warnings, since a new document need not have everything.
    let other = root.run(&["lint", file, "--api", "shopping", "--json"]);
    let json = other.json();
    assert!(
        json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| { finding["rule"] == "overlay" && finding["level"] == "warning" })
    );
}

#[test]
fn sarif_names_the_place_and_the_rule() {
    let root = Root::new();
    root.edit(
        "wallets.yaml",
        "#/components/schemas/",
        "#/components/schemas/No",
    );
    let ran = root.run(&["lint", "--api", "wallets", "--sarif"]);
    let log = ran.json();
    assert_eq!((ran.code, &log["version"]), (1, &Value::from("2.1.0")));
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "missing-reference");
    let location = &result["locations"][0];
    let physical = &location["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "openapi/wallets.yaml");
    let text = fs::read_to_string(root.path("wallets.yaml")).unwrap();
    let line = usize::try_from(physical["region"]["startLine"].as_u64().unwrap()).unwrap();
    assert!(
        text.lines()
            .nth(line - 1)
            .unwrap()
            .contains("#/components/schemas/No")
    );
    let sound = Root::new().run(&["lint", "--sarif", "--api", "wallets"]);
    assert_eq!(sound.json()["runs"][0]["results"], serde_json::json!([]));
}
