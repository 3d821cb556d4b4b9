use super::*;

#[test]
fn a_masked_token_shows_its_prefix_and_last_five_signs() {
    assert_eq!(
        redact("DINCARD:6ccfec5d-3a53-47de-910a-97d6dda22e5f"),
        "DINCARD:********-****-****-****-*******22e5f"
    );
    assert_eq!(redact("123456789"), "****56789");
    assert_eq!(redact("1234"), "1234");
}

#[test]
fn generated_codes_follow_their_format() {
    let code = generate(&json!({"length": 16, "numbers": true}), 36);
    assert!(
        code.len() == 16 && code.bytes().all(|b| b.is_ascii_digit()),
        "{code}"
    );
    let code = generate(
        &json!({"length": 6, "numbers": false, "characters": true, "prefix": "A:"}),
        36,
    );
    assert!(
        code.starts_with("A:") && code[2..].bytes().all(|b| b.is_ascii_alphabetic()),
        "{code}"
    );
    assert_eq!(generate(&Value::Null, 4).len(), 4);
}
