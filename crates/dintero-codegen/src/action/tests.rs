use serde_json::json;
use serde_json_path::JsonPath;

use super::{Action, path};
use crate::document::Document;

#[test]
fn the_path_of_a_pointer_finds_exactly_its_node() {
    let root = json!({"paths": {"/a/{b}": {"get": {"200": [1, {"it's \\ \n": 2}]}}}, "x-y": 3});
    let pointers = [
        "",
        "/paths/~1a~1{b}/get",
        "/paths/~1a~1{b}/get/200/0",
        "/paths/~1a~1{b}/get/200/1/it's \\ \n",
        "/x-y",
    ];
    for pointer in pointers {
        let text = path(&root, pointer).unwrap();
        let located = JsonPath::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let places: Vec<String> = located
            .query_located(&root)
            .locations()
            .map(|place| place.to_json_pointer())
            .collect();
        assert_eq!(places, [pointer], "{text}");
    }
    assert_eq!(path(&root, "/paths/nothing"), None);
    assert_eq!(path(&root, "/paths/~1a~1{b}/get/200/7"), None);
}

#[test]
fn its_text_is_yaml_of_an_overlay() {
    let root = json!({"a": {}});
    let actions = [
        Action::update(&root, "/a", "it's: \"so\"", json!({"b": [null, "#"]})).unwrap(),
        Action::remove(&root, "/a", "gone").unwrap(),
    ];
    for action in actions {
        let text = format!("actions:\n{action}\n");
        let document = Document::parse("o.yaml", &text).unwrap();
        assert_eq!(document.root["actions"][0], action.to_value());
    }
}
