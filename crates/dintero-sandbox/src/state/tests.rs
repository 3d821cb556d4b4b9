use super::*;
use serde_json::json;

#[test]
fn a_body_of_many_small_values_weighs_more_than_its_text() {
    let body = json!(vec![0; 1000]);
    assert!(weight(&body) > 20 * body.to_string().len());
    let body = json!(vec![json!({"a": 1}); 1000]);
    assert!(weight(&body) > 200 * body.to_string().len());
}
