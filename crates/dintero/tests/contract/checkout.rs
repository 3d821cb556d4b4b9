//! The Checkout API: sessions. Its other operations are in `payments` and `finance`.

use dintero::checkout::operations;
use dintero::checkout::types::{
    AuthToken, Channel, ClientCredentials, CreditCheckApplicant, CreditCheckInput,
    CreditCheckStatus, CreditProvider, DinteroPspConfiguration, DinteroPspCreditcard, DiscountItem,
    FeatureToggle, OrderAddress, OrderItemInput, OrderItemInputBuilder, OrderShippingOption,
    ProfileSessionOptions, ProfileSessionOptionsBuilder, QrFormat, QrOptions,
    RequestHeadersInclude, SessionConfigurationInput, SessionCustomerInput, SessionEventName,
    SessionOptions, SessionOrderInput, SessionOrderInputBuilder, SessionOrderUpdate, SessionUpdate,
    SessionUrls, SessionUrlsBuilder, Store, TokenType,
};

use super::{Contract, TOKEN, finance, payments};

pub const CUSTOMER: &str = "customer-1";
/// The order of every session, in minor units: a chair, a lamp and the postage.
pub const TOTAL: i64 = 50_000;
pub const CHAIR: i64 = 30_000;
pub const LAMP: i64 = 15_000;

#[tokio::test]
async fn every_operation_of_checkout() {
    let contract = Contract::start().await;
    token(&contract).await;
    finance::settings(&contract).await;
    finance::sellers(&contract).await;
    let session = sessions(&contract).await;
    places(&contract, &session).await;
    payments::payment(&contract, &session).await;
    payments::invoice(&contract).await;
    payments::store_card(&contract).await;
    payments::stored_card(&contract).await;
    finance::reports(&contract).await;
    finance::payouts(&contract).await;
    contract.covers(&operations::ALL);
}

/// The token call, made explicitly.
async fn token(contract: &Contract) {
    let checkout = contract.dintero.checkout();
    let audience = format!(
        "https://api.dintero.com/v1/accounts/{}",
        contract.dintero.account()
    );
    let body = AuthToken::try_from(ClientCredentials::builder().audience(audience)).unwrap();
    let token = contract.known(checkout.create_access_token().body(body).send().await);
    assert_eq!(
        (token.token_type, token.expires_in),
        (TokenType::Bearer, 14_400)
    );
    contract.known(checkout.list_sessions().send().await);
    assert_eq!(contract.sandbox.count(TOKEN), 2);
}

fn item(id: &str, amount: i64) -> OrderItemInputBuilder {
    OrderItemInput::builder()
        .id(id)
        .line_id(id)
        .description("Furniture")
        .quantity("1.5".parse::<dintero::Number>().unwrap())
        .amount(amount)
        .vat(25)
        .vat_amount(amount / 5)
        .discount_lines([DiscountItem::builder().amount(500).line_id(1)])
}

pub fn order(reference: &str) -> SessionOrderInputBuilder {
    let address = OrderAddress::builder()
        .first_name("Kari")
        .last_name("Example")
        .address_line("Street 1")
        .postal_code("0150")
        .postal_place("Oslo")
        .country("NO");
    let postage = OrderShippingOption::builder()
        .id("post")
        .line_id("post")
        .amount(TOTAL - CHAIR - LAMP)
        .operator("Post")
        .title("By post");
    SessionOrderInput::builder()
        .amount(TOTAL)
        .currency("NOK")
        .merchant_reference(reference)
        .vat_amount(TOTAL / 5)
        .items([item("chair", CHAIR), item("lamp", LAMP)])
        .shipping_option(postage)
        .shipping_address(address.clone())
        .billing_address(address)
        .store(
            Store::builder()
                .id("store-1")
                .name("Oslo")
                .terminal_id("terminal-1"),
        )
        .payout_destination_id(finance::SELLERS[0])
}

pub fn urls() -> SessionUrlsBuilder {
    SessionUrls::builder()
        .return_url("https://shop.example/thanks")
        .callback_url("https://shop.example/callback")
        .merchant_terms_url("https://shop.example/terms")
}

fn customer() -> SessionCustomerInput {
    let customer = SessionCustomerInput::builder().customer_id(CUSTOMER);
    let customer = customer
        .email("kari@shop.example")
        .phone_number("+4790000000");
    customer.build().unwrap()
}

pub fn profile(reference: &str) -> ProfileSessionOptionsBuilder {
    ProfileSessionOptions::builder()
        .profile_id("default")
        .url(urls())
        .customer(customer())
        .order(order(reference))
}

/// Sessions that are created in both ways, read, listed, changed and cancelled.
async fn sessions(contract: &Contract) -> String {
    let checkout = contract.dintero.checkout();
    let card = DinteroPspCreditcard::builder().enabled(true);
    let configuration = SessionConfigurationInput::builder()
        .channel(Channel::Ecommerce)
        .auto_capture(false)
        .dintero_psp(DinteroPspConfiguration::builder().creditcard(card));
    let sent = SessionOptions::builder()
        .configuration(configuration)
        .customer(customer())
        .expires_at("2026-01-01T08:00:00.000Z")
        .metadata([("basket", "b-1")])
        .order(order("own"))
        .url(urls())
        .build()
        .unwrap();
    let made = checkout
        .create_session()
        .include_session(true)
        .dintero_feature_toggles([FeatureToggle::StrictSessionAmounts])
        .body(sent.clone());
    let made = contract.known(made.send().await);
    let (id, session) = (made.id.unwrap(), made.session.unwrap());
    assert!(made.url.unwrap().ends_with(&id));
    let order = session.order.unwrap();
    assert_eq!(
        (session.id.as_deref(), order.amount, session.url.as_deref()),
        (Some(&*id), TOTAL, Some(&sent.url))
    );
    assert_eq!(
        (&session.metadata, &session.expires_at),
        (&sent.metadata, &sent.expires_at)
    );
    assert_eq!(
        (&order.shipping_option, &order.store),
        (&sent.order.shipping_option, &sent.order.store)
    );
    let settings = session.configuration.unwrap();
    assert_eq!(
        (settings.channel, settings.dintero_psp),
        (sent.configuration.channel, sent.configuration.dintero_psp)
    );
    let lamp = &order.items.unwrap()[1];
    let ours = &sent.order.items.unwrap()[1];
    assert_eq!(
        (&lamp.id, lamp.amount, &lamp.quantity, &lamp.discount_lines),
        (&ours.id, ours.amount, &ours.quantity, &ours.discount_lines)
    );

    let other = checkout
        .create_session_from_profile()
        .body(profile("basket"));
    let other = contract.known(other.send().await).id.unwrap();
    let found = checkout
        .list_sessions()
        .id([&*id, &*other])
        .search("own")
        .store_id(["store-1"])
        .created_at_gte("2026-01-01T00:00:00Z")
        .limit(10);
    let found = contract.known(found.send().await);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, session.id);

    let change = SessionOrderUpdate::builder()
        .amount(TOTAL + 1_000)
        .items([item("chair", CHAIR), item("lamp", LAMP + 1_000)])
        .merchant_reference_2("second");
    let change = SessionUpdate::builder().order(change).remove_lock(true);
    let change = checkout
        .update_session(&other)
        .update_without_lock(true)
        .force_shipping_address_callback(false)
        .body(change);
    let change = contract.known(change.send().await);
    let order = change.order.unwrap();
    assert_eq!(
        (order.amount, order.merchant_reference_2.as_deref()),
        (TOTAL + 1_000, Some("second"))
    );
    let cancelled = contract.known(checkout.cancel_session(&id).send().await);
    assert_eq!(
        cancelled.cancelled_at.unwrap().get(),
        cancelled.updated_at.or(session.created_at).unwrap().get()
    );
    let read = checkout.get_session(&other).includes([
        RequestHeadersInclude::EventsRequestHeaders,
        RequestHeadersInclude::InitiatingSystemRequestHeaders,
    ]);
    let read = contract.known(read.send().await);
    let event = &read.events.unwrap()[1];
    assert_eq!(event.name, Some(SessionEventName::UpdateSession));
    let updated = event
        .details
        .as_ref()
        .unwrap()
        .updated_order
        .as_ref()
        .unwrap();
    assert_eq!(updated.amount, TOTAL + 1_000);
    other
}

/// QR codes, a point-of-sale screen and a credit check.
async fn places(contract: &Contract, session: &str) {
    let checkout = contract.dintero.checkout();
    let options = QrOptions::builder().format(QrFormat::Png).size(300);
    let options = options.build().unwrap();
    let code = checkout
        .create_session_qr_code(session)
        .body(options.clone());
    assert!(contract.known(code.send().await).qr.is_some());
    contract.known(
        checkout
            .add_session_to_location("till", session)
            .send()
            .await,
    );
    let code = checkout.create_location_qr_code("till").body(options);
    assert!(contract.known(code.send().await).qr.is_some());
    contract.known(
        checkout
            .remove_session_from_location("till", session)
            .send()
            .await,
    );

    let address = OrderAddress::builder().organization_number("987654321");
    let check = CreditCheckInput::builder()
        .amount(TOTAL)
        .currency("NOK")
        .credit_providers([CreditProvider::Collector])
        .applicant(CreditCheckApplicant::builder().billing_address(address));
    let check = contract.known(checkout.create_credit_check().body(check).send().await);
    assert_eq!(check.amount, Some(TOTAL));
    assert_eq!(check.created_at.unwrap().as_str(), "2026-01-01");
    assert_eq!(
        check.results.unwrap()[0].status,
        Some(CreditCheckStatus::Approved)
    );
}
