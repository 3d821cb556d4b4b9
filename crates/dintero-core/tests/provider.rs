//! The crypto provider of rustls: ring, or one that the program installs.

#[cfg(all(
    feature = "rustls-no-provider",
    not(any(feature = "rustls", feature = "rustls-ring"))
))]
#[test]
fn a_missing_provider_is_one_sentence_that_says_to_install_one() {
    let builder = dintero_core::Handle::builder();
    let builder = builder.account("T12345678").bearer_token("token");
    let error = builder.build().expect_err("no provider");
    assert!(error.is_configuration(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("install one before building the client"),
        "{text}"
    );
    assert_eq!(error.violations().iter().count(), 1, "{text}");
}

#[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
#[test]
fn the_first_client_makes_ring_the_provider() {
    let installed = rustls_lib::crypto::CryptoProvider::get_default;
    assert!(installed().is_none());
    let builder = dintero_core::Handle::builder();
    let builder = builder.account("T12345678").bearer_token("token");
    builder.build().expect("a client");
    assert!(installed().is_some());
}
