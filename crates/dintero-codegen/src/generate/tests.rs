use super::caught;

#[test]
fn a_panic_is_an_error_with_its_message() {
    assert_eq!(
        caught::<()>(|| panic!("assertion failed: {}", 1)),
        Err("assertion failed: 1".to_owned())
    );
    assert_eq!(
        caught::<()>(|| panic!("not yet")),
        Err("not yet".to_owned())
    );
}
