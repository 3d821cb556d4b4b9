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
