//! A table of hostile documents: whatever is wrong is told with file, line, pointer, problem and help, and each rule has a row.

use std::collections::BTreeSet;

use dintero_codegen::document::{Document, elements};
use dintero_codegen::finding::{Finding, Rule};
use dintero_codegen::generate_from;
use dintero_tests::documents::HEAD;
use dintero_tests::root;
use serde_json::Value;

/// Returns everything that is said about a document under an overlay.
fn findings(row: &Value) -> Vec<Finding> {
    let text = |key: &str| row[key].as_str();
    let head = if row["whole"] == true { "" } else { HEAD };
    let text_of = format!("{head}{}", text("document").unwrap_or_default());
    let overlay = text("overlay").map(|overlay| Document::parse("overlay.yaml", overlay));
    let overlay = overlay.map(|overlay| overlay.unwrap_or_else(|error| panic!("{error}")));
    let generation = Document::parse("x.yaml", &text_of)
        .and_then(|document| generate_from("x", document, overlay.as_ref()));
    match generation {
        Ok(generation) => generation.findings,
        Err(errors) => errors.0,
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_help_and_each_rule_has_a_row() {
    let table = root().join("tests/data/hostile.yaml");
    let table = Document::read(&table).unwrap_or_else(|error| panic!("{error}"));
    let mut seen = BTreeSet::new();
    for (index, row) in elements(&table.root["rows"]).enumerate() {
        let (rule, says) = (row["rule"].as_str(), row["says"].as_str());
        let found = findings(row);
        let found = found
            .iter()
            .filter(|finding| Some(finding.rule.id()) == rule);
        let said: Vec<String> = found.map(ToString::to_string).collect();
        let line = table.line(&format!("/rows/{index}")).unwrap_or_default();
        let has = said.iter().any(|said| Some(said.as_str()) == says);
        assert!(has, "row on line {line} says {said:#?}");
        seen.extend(rule);
    }
    let mut without = Rule::ALL.to_vec();
    without.retain(|rule| !seen.contains(rule.id()));
    // No document is known that progenitor refuses: `generate/tests.rs` has its message.
    assert_eq!(without, [Rule::Generator]);
}
