//! SARIF 2.1.0, the form in which code review tools take findings.

use dintero_codegen::VERSION;
use dintero_codegen::finding::{Finding, Rule};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::report::level;

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
        let actions = finding.actions.iter();
        result["properties"] = json!({
            "overlayActions": actions.map(dintero_codegen::action::Action::to_value).collect::<Value>()
        });
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
mod tests {
    use dintero_codegen::document::Document;
    use dintero_codegen::finding::Rule;
    use dintero_codegen::lint::lint;
    use serde_json::{Value, json};

    use super::{artifact, log};

    fn sample() -> Value {
        let text = "openapi: 3.0.3\ncomponents:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n    C: {type: string, pattern: '('}\n";
        log(&lint(&Document::parse("openapi/a.yaml", text).unwrap()))
    }

    // What the schema of SARIF 2.1.0 requires of these objects, and of what their members refer to.
    #[test]
    fn everything_the_sarif_schema_requires_is_there() {
        let log = sample();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert!(run["tool"]["driver"]["name"].is_string());
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), Rule::ALL.len());
        for rule in rules {
            assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
        }
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        for result in results {
            assert!(result["message"]["text"].is_string());
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let level = result["level"].as_str().unwrap();
            assert!(["none", "note", "warning", "error"].contains(&level));
            for fingerprint in result["partialFingerprints"].as_object().unwrap().values() {
                assert!(fingerprint.is_string());
            }
        }
    }

    #[test]
    fn a_result_names_file_line_pointer_and_action() {
        let log = sample();
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "missing-reference");
        assert_eq!(
            result["locations"][0],
            json!({
                "physicalLocation": {
                    "artifactLocation": {"uri": "openapi/a.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 4},
                },
                "logicalLocations": [{"fullyQualifiedName": "/components/schemas/A"}],
            })
        );
        let action = &result["properties"]["overlayActions"][0];
        assert_eq!(
            action["update"],
            json!({"components": {"schemas": {"B": {}}}})
        );
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(
            artifact("/a b#c.yaml"),
            json!({"uri": "file:///a%20b%23c.yaml"})
        );
    }
}
