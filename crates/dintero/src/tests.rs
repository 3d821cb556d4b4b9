use super::Dintero;

#[test]
fn a_client_is_cheap_to_clone_and_shows_no_secret() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let builder = Dintero::builder()
        .account("P12345678")
        .client_credentials("the-id", "the-secret");
    let dintero = builder.build().expect("configuration");
    shared(&dintero);
    assert_eq!(size_of::<Dintero>(), size_of::<usize>());
    assert!(dintero.is_production() && !dintero.is_test());
    let shown = format!("{dintero:?}");
    assert!(
        shown.contains("P12345678") && !shown.contains("the-secret") && !shown.contains("the-id"),
        "{shown}"
    );
}

#[test]
fn another_account_has_its_own_client() {
    let dintero = Dintero::builder()
        .account("P12345678")
        .bearer_token("t")
        .build()
        .expect("configuration");
    let other = dintero.for_account("T00000001").expect("account");
    assert_eq!(
        (dintero.account(), other.account()),
        ("P12345678", "T00000001")
    );
    assert!(
        dintero
            .for_account("shop")
            .is_err_and(|error| error.is_configuration())
    );
}

#[cfg(feature = "checkout")]
#[test]
fn a_call_outlives_the_client_that_made_it() {
    fn spawned<T: Send + 'static>(_: T) {}
    let dintero = Dintero::builder()
        .account("T12345678")
        .bearer_token("t")
        .build();
    let dintero = dintero.expect("configuration");
    let mut call = dintero.checkout().list_transactions();
    call = call.limit(10);
    spawned(dintero.checkout().get_transaction("T12345678.a").send());
    spawned(dintero.checkout().void_transaction("T12345678.a").confirm());
    drop(dintero);
    spawned(call.send());
}
