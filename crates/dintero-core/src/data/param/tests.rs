use super::Param;

#[test]
fn absent_and_empty_write_nothing_and_lists_write_each_element() {
    let mut written = Vec::new();
    let mut out = |text: &str| written.push(text.to_owned());
    None::<String>.write(&mut out);
    Vec::<bool>::new().write(&mut out);
    Some(vec![1_i64, 2]).write(&mut out);
    serde_json::json!(["a", null, 2.5, {"b": []}]).write(&mut out);
    assert_eq!(written, ["1", "2", "a", "2.5", "{\"b\":[]}"]);
}
