use super::Envelope;

#[test]
fn the_documented_form_is_read_completely() {
    let read = Envelope::read(
        br#"{"error":{"code":"NOT FOUND","message":"no such order","errors":[{"a":1},"b"]}}"#,
    );
    assert_eq!(read.code.as_deref(), Some("NOT FOUND"));
    assert_eq!(read.message.as_deref(), Some("no such order"));
    assert_eq!(read.errors.len(), 2);
    assert!(!read.mfa);
}

#[test]
fn a_second_factor_is_seen_by_code_or_by_token() {
    assert!(Envelope::read(br#"{"error":{"code":"mfa_required","message":"m"}}"#).mfa);
    assert!(Envelope::read(br#"{"error":{"message":"m"},"mfa_token":"x"}"#).mfa);
}

#[test]
fn any_other_body_gives_nothing_and_never_panics() {
    let deep = "[".repeat(100_000);
    let deep_object = format!("{{\"error\":{deep}");
    let bodies = [
        "",
        " ",
        "<html>502</html>",
        "null",
        "[]",
        "{",
        "{}",
        r#"{"error":null}"#,
        r#"{"error":[]}"#,
        &deep,
        &deep_object,
    ];
    for body in bodies {
        let read = Envelope::read(body.as_bytes());
        assert!(
            read.code.is_none() && read.message.is_none() && read.errors.is_empty(),
            "{body:.20}"
        );
    }
}

#[test]
fn error_bodies_of_gateways_give_their_message() {
    assert_eq!(
        Envelope::read(br#"{"message":"Forbidden"}"#)
            .message
            .as_deref(),
        Some("Forbidden")
    );
    assert_eq!(
        Envelope::read(br#"{"error":"slow down"}"#)
            .message
            .as_deref(),
        Some("slow down")
    );
    assert_eq!(
        Envelope::read(br#"{"error":{"code":17}}"#).code.as_deref(),
        Some("17")
    );
}
