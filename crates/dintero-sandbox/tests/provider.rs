//! TLS by a crypto provider that the program installs, which it has forgotten here.
#![cfg(all(
    feature = "rustls-no-provider",
    not(any(feature = "rustls", feature = "rustls-ring"))
))]

use dintero_sandbox::Sandbox;

#[tokio::test]
async fn a_missing_provider_is_one_sentence_that_says_to_install_one() {
    let error = Sandbox::start().await.err().expect("no provider");
    assert_eq!(
        error.to_string(),
        "rustls has no crypto provider: install one before starting the sandbox"
    );
}
