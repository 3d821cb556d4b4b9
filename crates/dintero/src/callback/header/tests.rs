use super::{CallbackError, SignatureHeader};

#[test]
fn parts_are_read_by_name_and_each_fault_has_its_error() {
    let hex = "6b".repeat(32);
    let read = |text: &str| SignatureHeader::parse(&text.replace("HEX", &hex));
    for text in [
        "t=15,v0-hmac-sha256=HEX",
        "v0-hmac-sha256=HEX,t=15",
        "t=15, v0-hmac-sha256=HEX",
        "t=15,v1-new=abc,v0-hmac-sha256=HEX",
    ] {
        let header = read(text).expect(text);
        assert_eq!((header.time, header.digests.len()), (15, 1), "{text}");
    }
    assert_eq!(
        read("t=15,v0-hmac-sha256=HEX,v0-hmac-sha256=HEX")
            .unwrap()
            .digests
            .len(),
        2
    );
    for (text, error) in [
        ("", CallbackError::MalformedHeader),
        ("t=15", CallbackError::MalformedHeader),
        ("t=15,v1-new=HEX", CallbackError::UnknownScheme),
        ("v0-hmac-sha256=HEX", CallbackError::MalformedHeader),
        (
            "t=15,t=15,v0-hmac-sha256=HEX",
            CallbackError::DuplicateTimestamp,
        ),
        ("t=-15,v0-hmac-sha256=HEX", CallbackError::MalformedHeader),
        ("t=+15,v0-hmac-sha256=HEX", CallbackError::MalformedHeader),
        ("t=015,v0-hmac-sha256=HEX", CallbackError::MalformedHeader),
        ("t=,v0-hmac-sha256=HEX", CallbackError::MalformedHeader),
        (
            "t=99999999999999999999,v0-hmac-sha256=HEX",
            CallbackError::MalformedHeader,
        ),
        ("t=15,v0-hmac-sha256=HEX00", CallbackError::MalformedHeader),
        ("t=15,v0-hmac-sha256=6B", CallbackError::MalformedHeader),
        ("t=15,v0-hmac-sha256=", CallbackError::MalformedHeader),
        ("t=15 v0-hmac-sha256", CallbackError::MalformedHeader),
    ] {
        assert_eq!(read(text), Err(error), "{text}");
    }
}
