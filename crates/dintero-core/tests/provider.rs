//! TLS by a crypto provider that the program installs, which it has forgotten here.
#![cfg(all(
    feature = "rustls-no-provider",
    not(any(feature = "rustls", feature = "rustls-ring"))
))]

use dintero_core::Handle;

#[test]
fn a_missing_provider_is_one_sentence_that_says_to_install_one() {
    let builder = Handle::builder().account("T12345678").bearer_token("token");
    let error = builder.build().expect_err("no provider");
    assert!(error.is_configuration(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("install one before building the client"),
        "{text}"
    );
    assert_eq!(error.violations().iter().count(), 1, "{text}");
}
