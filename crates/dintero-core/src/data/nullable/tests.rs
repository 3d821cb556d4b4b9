use super::Nullable;

#[test]
fn null_is_neither_absent_nor_a_value() {
    let null: Nullable<String> = serde_json::from_str("null").unwrap();
    assert_eq!(null, Nullable::Null);
    assert_eq!(serde_json::to_string(&null).unwrap(), "null");
    assert_eq!(Nullable::from("a").value(), Some(&"a"));
}
