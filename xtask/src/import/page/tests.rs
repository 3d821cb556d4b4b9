use serde_json::json;

use dintero_codegen::lower::operations::route;

use super::merge;

#[test]
fn a_page_replaces_what_it_has_and_leaves_the_rest() {
    let whole = json!({"openapi": "3.0.3", "info": {"title": "T"}, "security": [{"a": []}],
        "tags": [{"name": "x"}, {"name": "y"}],
        "paths": {"/a": {"get": {"old": 1}, "put": {"old": 2}}, "/b/{id}": {"get": {"old": 3}, "put": {"old": 4}}, "/c/{id}": {"get": {}}},
        "components": {"schemas": {"A": {"old": 5}, "B": {"old": 6}}}});
    let page = json!({"openapi": "3.0.0", "info": {"title": "Other"}, "security": [{"b": []}],
        "tags": [{"name": "y", "description": "Y"}, {"name": "z"}],
        "paths": {"/a": {"get": {}}, "/b/{b_id}": {"get": {"security": []}}, "/c/{c_id}": {"get": {}}},
        "components": {"schemas": {"A": {}, "C": {}}, "responses": {"R": {}}}});
    let expected = json!({"openapi": "3.0.3", "info": {"title": "T"}, "security": [{"a": []}],
        "tags": [{"name": "x"}, {"name": "y", "description": "Y"}, {"name": "z"}],
        "paths": {"/a": {"get": {"security": [{"b": []}]}, "put": {"old": 2}}, "/b/{id}": {"put": {"old": 4}},
            "/b/{b_id}": {"get": {"security": []}}, "/c/{c_id}": {"get": {"security": [{"b": []}]}}},
        "components": {"schemas": {"A": {}, "B": {"old": 6}, "C": {}}, "responses": {"R": {}}}});
    let merged = merge(&whole, page.clone());
    assert_eq!(merged, expected);
    assert_eq!(merge(&merged, page), expected, "twice is as once");
}

#[test]
fn the_names_of_path_variables_do_not_count() {
    assert_eq!(route("/a/{b}/c-{d}.e"), "/a/{}/c-{}.e");
    assert_eq!(route("/a"), "/a");
}
