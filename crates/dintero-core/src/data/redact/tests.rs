use super::{Personal, reveal};

#[test]
fn personal_data_is_shown_only_if_revealed() {
    let personal = Personal(&"ola@nordmann.example");
    assert_eq!(format!("{personal:?}"), "[redacted]");
    assert_eq!(
        format!("{:?}", reveal(&personal)),
        "\"ola@nordmann.example\""
    );
    assert_eq!(format!("{personal:?}"), "[redacted]");
}
