//! SARIF 2.1.0, the form in which code review tools take findings.

use dintero_codegen::VERSION;
use dintero_codegen::finding::{Finding, Rule};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::report::{action_values, level};

/// What a path may not hold as it is in a relative URI.
const NOT_IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The log of one run.
pub fn log(findings: &[Finding]) -> Value {
    let rules: Value = Rule::ALL
        .iter()
        .map(|rule| json!({"id": rule.id(), "shortDescription": {"text": rule.summary()}}))
        .collect();
    let results: Value = findings.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "cargo xtask lint", "version": VERSION, "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(finding: &Finding) -> Value {
    let index = Rule::ALL.iter().position(|rule| *rule == finding.rule);
    let mut physical = json!({"artifactLocation": artifact(&finding.document)});
    if let Some(line) = finding.line {
        physical["region"] = json!({"startLine": line});
    }
    let mut location = json!({"physicalLocation": physical});
    if !finding.pointer.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": finding.pointer}]);
    }
    let mut result = json!({
        "ruleId": finding.rule.id(),
        "ruleIndex": index,
        "level": level(finding.level),
        "message": {"text": format!("{}. {}", finding.problem, finding.help)},
        "locations": [location],
        // The place in the document is the same after lines have moved.
        "partialFingerprints": {"pointer/v1": format!("{}#{}", finding.document, finding.pointer)},
    });
    if !finding.actions.is_empty() {
        result["properties"] = json!({"overlayActions": action_values(finding)});
    }
    result
}

/// A path relative to the root of the repository, or an absolute one as a file URI.
fn artifact(path: &str) -> Value {
    let encoded = utf8_percent_encode(path, NOT_IN_PATHS).to_string();
    if path.starts_with('/') {
        json!({"uri": format!("file://{encoded}")})
    } else {
        json!({"uri": encoded, "uriBaseId": "%SRCROOT%"})
    }
}

#[cfg(test)]
mod tests;
