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

#[test]
fn a_builder_and_an_error_are_cloned() {
    let builder = Dintero::builder().bearer_token("t");
    let one = builder.clone().account("T00000001").build();
    let two = builder.account("T00000002").build();
    let accounts = [one, two].map(|built| built.expect("configuration").account().to_owned());
    assert_eq!(accounts, ["T00000001", "T00000002"]);
    let error = Dintero::builder().build().expect_err("no account");
    assert_eq!(error.clone().to_string(), error.to_string());
}

#[cfg(all(feature = "checkout", feature = "wallets"))]
#[test]
fn requests_take_amounts_and_currencies() {
    use crate::checkout::types::SessionOrderInput;
    use crate::wallets::types::CardInput;
    use crate::{Amount, Currency, Number};
    let amount = Amount::new(29990, Currency::Sek);
    let order = |builder: crate::checkout::types::SessionOrderInputBuilder| {
        let order = builder
            .merchant_reference("a")
            .items(Vec::<crate::checkout::types::OrderItemInput>::new());
        order.build().map_err(|error| error.to_string())
    };
    assert_eq!(
        order(
            SessionOrderInput::builder()
                .amount(amount)
                .currency(amount.currency())
        ),
        order(SessionOrderInput::builder().amount(29990).currency("SEK"))
    );
    assert_eq!(Number::from(amount), Number::from(29990));
    let card = CardInput::builder()
        .amount(amount)
        .currency(Currency::Sek)
        .card_id("1");
    let card = card.build().expect("a card");
    assert_eq!((card.amount, card.currency.as_str()), (29990, "SEK"));
}
