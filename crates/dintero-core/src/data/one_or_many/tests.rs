use super::OneOrMany;

#[test]
fn one_and_many_are_written_as_they_came() {
    for text in ["\"a\"", "[\"a\"]", "[\"a\",\"b\"]", "[]"] {
        let list: OneOrMany<String> = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&list).unwrap(), text);
    }
}
