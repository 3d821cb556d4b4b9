//! The Checkout API: payments and stored cards.

use std::time::Duration;

use dintero::checkout::types::{
    AuthorizationUpdate, CaptureOptions, CardTokenDeleteOptions, CardTokenRequestor,
    CardTokenStatus, CardTokenType, CustomerToken, CustomerTokens, DinteroPspCardTokenProvider,
    DinteroPspCreditcardMitPayment, KraviaConfiguration, KraviaInvoice, MerchantInitiatedOperation,
    OperationItem, OrderAddress, PayFeatureToggle, PaySession, PaySessionConfiguration,
    PaySessionCustomer, PaySessionOptions, PaySessionUrls, PaymentProductType,
    PaymentProductTypeTag, PaymentTypeTag, RefundOptions, SessionConfigurationInput,
    SessionOrderInput, SessionPaymentOptions, TokenSession, TokenSessionCustomer,
    TokenSessionOptions, TokenSessionOrder, TransactionEventKind, TransactionInclude,
    TransactionStatus, TransactionUpdate,
};
use dintero::state::TransactionRules;
use dintero::{Amount, Currency};
use dintero_sandbox::{Card, Fault};

use super::checkout::{CHAIR, CUSTOMER, LAMP, TOTAL, profile, urls};
use super::{Contract, finance};

/// A session that is paid by invoice, and the invoice that rests until its payer has paid.
pub async fn invoice(contract: &Contract) {
    let checkout = contract.dintero.checkout();
    let address = OrderAddress::builder()
        .first_name("Kari")
        .last_name("Example")
        .email("kari@shop.example")
        .phone_number("+4790000000")
        .address_line("Street 1")
        .postal_code("0150")
        .postal_place("Oslo")
        .country("NO");
    let kravia = KraviaConfiguration::builder()
        .type_(PaymentTypeTag::PaymentType)
        .invoice_b2c(
            KraviaInvoice::builder()
                .type_(PaymentProductTypeTag::PaymentProductType)
                .enabled(true)
                .days_until_due(14)
                .require_identity_verification(false),
        );
    let session =
        profile("invoice").configuration(SessionConfigurationInput::builder().kravia(kravia));
    let session = checkout.create_session_from_profile().body(session);
    let session = contract.known(session.send().await).id.unwrap();
    let before = contract.known(checkout.get_session(&session).send().await);
    let options = SessionPaymentOptions::builder()
        .payment_product_type("kravia.invoice_b2c")
        .billing_address(address);
    let paid = checkout
        .pay_session(&session)
        .if_unmodified_since(before.updated_at.unwrap().as_str())
        .body(options);
    let paid = contract.known(paid.send().await);
    assert!(paid.success && paid.error.is_none() && paid.actions.len() == 1);
    let session = contract.known(checkout.get_session(&session).send().await);
    let invoice = session.transaction_id.unwrap();
    let invoice = contract.known(checkout.get_transaction(&invoice).send().await);
    assert_eq!(
        (
            invoice.status.as_ref(),
            invoice.payment_product_type.as_ref()
        ),
        (
            Some(&TransactionStatus::Authorized),
            Some(&PaymentProductType::KraviaInvoiceB2c)
        )
    );
    let last = invoice.events.as_ref().unwrap().last().unwrap();
    assert_eq!(last.event, Some(TransactionEventKind::InitiateCapture));
    let amount = Amount::new(100, Currency::Nok);
    assert!(!invoice.can_refund(amount).is_yes() && !invoice.can_capture(amount).is_yes());
}

/// A payment that is captured and refunded in part, and another that is voided.
pub async fn payment(contract: &Contract, session: &str) {
    let checkout = contract.dintero.checkout();
    let id: String = contract.sandbox.pay(session, Card::approved()).unwrap();
    let reference = TransactionUpdate::builder().merchant_reference_2("third");
    let read = checkout.update_transaction(&id).body(reference);
    let read = contract.known(read.send().await);
    assert_eq!(
        (
            read.status,
            read.amount,
            read.merchant_reference_2.as_deref()
        ),
        (
            Some(TransactionStatus::Authorized),
            Some(TOTAL + 1_000),
            Some("third")
        )
    );
    let chair = OperationItem::builder()
        .id("chair")
        .line_id("chair")
        .quantity(1);
    let capture = CaptureOptions::builder()
        .amount(CHAIR)
        .items([chair.clone().amount(CHAIR)])
        .capture_reference("shipped")
        .final_capture(false);
    let capture = checkout.capture_transaction(&id).body(capture);
    let capture = contract.known(capture.send().await);
    assert_eq!(capture.status, Some(TransactionStatus::PartiallyCaptured));
    let refund = RefundOptions::builder()
        .amount(10_000)
        .items([chair.amount(10_000)])
        .refund_reference("returned")
        .reason("scratched");
    let refund = checkout.refund_transaction(&id).body(refund);
    let refund = contract.known(refund.send().await);
    assert_eq!(
        refund.status,
        Some(TransactionStatus::PartiallyCapturedRefunded)
    );

    let read = checkout.get_transaction(&id).includes([
        TransactionInclude::Session,
        TransactionInclude::EventsRequestHeaders,
    ]);
    let read = contract.known(read.send().await);
    assert_eq!(read.session.unwrap().id.as_deref(), Some(session));
    let events = read.events.unwrap();
    let last = &events[events.len() - 2..];
    assert_eq!(
        (last[0].event.as_ref(), last[0].event_reference.as_deref()),
        (Some(&TransactionEventKind::Capture), Some("shipped"))
    );
    assert!(
        last[0]
            .amount
            .as_ref()
            .is_some_and(|amount| *amount == CHAIR)
    );
    assert_eq!(last[1].items.as_ref().unwrap()[0].amount, Some(10_000));

    let other = checkout
        .create_session_from_profile()
        .body(profile("other"));
    let other = contract.known(other.send().await).id.unwrap();
    let other: String = contract.sandbox.pay(&other, Card::approved()).unwrap();
    let void = contract.known(checkout.void_transaction(&other).send().await);
    assert_eq!(void.status, Some(TransactionStatus::AuthorizationVoided));
    let found = checkout
        .list_transactions()
        .status([
            TransactionStatus::PartiallyCapturedRefunded,
            TransactionStatus::Captured,
        ])
        .session_id([session])
        .store_id(["store-1"])
        .currency(["NOK"])
        .customer_id(CUSTOMER)
        .amount_gte(1)
        .captured_at_gte("2026-01-01T00:00:00Z")
        .limit(10);
    let found = contract.known(found.send().await);
    assert_eq!(
        found
            .iter()
            .map(|one| one.id.as_deref())
            .collect::<Vec<_>>(),
        [Some(&*id)]
    );

    // The keys of metadata are unknown fields, and the only ones.
    let rest = CaptureOptions::builder()
        .amount(LAMP)
        .items([OperationItem::builder().line_id("lamp").amount(LAMP)])
        .metadata([("ext_parcel", "p-2")]);
    let mut rest = checkout
        .capture_transaction(&id)
        .body(rest)
        .send()
        .await
        .unwrap();
    let events = rest.events.as_mut().unwrap();
    let metadata = events.last_mut().unwrap().metadata.take().unwrap();
    let keys: Vec<_> = metadata.unknown_fields().collect();
    assert_eq!(keys, [("ext_parcel", &"p-2".into())]);
    contract.known(Ok(rest));
}

/// The payer stores a card.
pub async fn store_card(contract: &Contract) {
    let checkout = contract.dintero.checkout();
    let order = TokenSessionOrder::builder()
        .currency("NOK")
        .merchant_reference("member");
    let session = TokenSession::builder()
        .order(order)
        .url(urls())
        .customer(TokenSessionCustomer::builder().customer_id(CUSTOMER));
    let provider =
        DinteroPspCardTokenProvider::builder().token_types([CardTokenType::PaymentToken]);
    let session = TokenSessionOptions::builder()
        .session(session)
        .token_provider(provider);
    let session = checkout
        .create_payment_token_session()
        .include_session(true)
        .body(session);
    let session = contract.known(session.send().await).id.unwrap();
    contract.sandbox.pay(&session, Card::approved()).unwrap();
}

/// The stored card is charged without the payer, and deleted.
pub async fn stored_card(contract: &Contract) {
    let checkout = contract.dintero.checkout();
    let tokens = checkout
        .list_card_tokens()
        .customer_id(CUSTOMER)
        .status([CardTokenStatus::Active])
        .limit(10);
    let token = contract.known(tokens.send().await).remove(0);
    let token_id = token.id.clone().unwrap();
    let read = contract.known(checkout.get_card_token(&token_id).send().await);
    assert_eq!(read, token);

    let secret = CustomerToken::builder().payment_token(token.token.unwrap());
    let tokens = CustomerTokens::builder().dintero_psp_creditcard(secret);
    let order = SessionOrderInput::builder()
        .amount(9_900)
        .currency("NOK")
        .merchant_reference("month-1");
    let session = PaySession::builder()
        .order(order)
        .url(PaySessionUrls::builder().callback_url("https://shop.example/callback"))
        .customer(
            PaySessionCustomer::builder()
                .customer_id(CUSTOMER)
                .tokens(tokens),
        )
        .configuration(PaySessionConfiguration::builder().pre_authorization(true));
    let operation = MerchantInitiatedOperation::RecurringPurchase;
    let payment = DinteroPspCreditcardMitPayment::builder().operation(operation);
    let paid = checkout
        .create_and_pay_session()
        .dintero_feature_toggles([PayFeatureToggle::StrictMerchantReference])
        .body(
            PaySessionOptions::builder()
                .session(session)
                .payment(payment),
        );
    let paid = contract.known(paid.send().await);
    assert_eq!(
        (paid.success, paid.amount, paid.status),
        (Some(true), Some(9_900), Some(TransactionStatus::Authorized))
    );
    let more = AuthorizationUpdate::builder()
        .amount(12_000)
        .final_authorization(true);
    let more = checkout
        .update_transaction_authorization(paid.id.unwrap())
        .body(more);
    assert_eq!(contract.known(more.send().await).amount, Some(12_000));

    let reason = CardTokenDeleteOptions::builder()
        .reason("requested")
        .requestor(CardTokenRequestor::Cardholder);
    let deleted = checkout.delete_card_token(&token_id).body(reason);
    let deleted = contract.known(deleted.send().await);
    assert_eq!(
        (deleted.status, deleted.id),
        (Some(CardTokenStatus::Deleted), Some(token_id))
    );
}

/// Pending, declined and failed payments have known types, too.
#[tokio::test]
async fn payments_that_are_pending_declined_or_failed() {
    let contract = Contract::start().await;
    finance::sellers(&contract).await;
    let checkout = contract.dintero.checkout();
    let mut payments = Vec::new();
    for card in [Card::approved(), Card::declined(), Card::failing()] {
        let session = checkout
            .create_session_from_profile()
            .body(profile("order-1"));
        let session = contract.known(session.send().await).id.unwrap();
        let payment: String = contract.sandbox.pay(&session, card).unwrap();
        let read = checkout.get_transaction(&payment).send().await;
        payments.push(contract.known(read));
    }
    let statuses: Vec<_> = payments.iter().flat_map(|one| &one.status).collect();
    assert_eq!(
        statuses,
        [
            &TransactionStatus::Authorized,
            &TransactionStatus::Declined,
            &TransactionStatus::Failed
        ]
    );
    let events = payments[1].events.as_ref().unwrap();
    assert!(events.last().unwrap().error.is_some());

    let id = payments[0].id.as_deref().unwrap();
    let pending = Fault::Pending(Duration::from_secs(60));
    contract
        .sandbox
        .fail_next("transactions_id_capture_post", pending);
    let all = CaptureOptions::builder().amount(TOTAL);
    let taken = checkout.capture_transaction(id).body(all).send().await;
    let taken = taken.unwrap();
    assert!(taken.is_pending());
    let request = taken.event_request_id().unwrap().to_owned();
    let taken = contract.known(Ok(taken));
    let event = taken.events.unwrap().pop().unwrap().event;
    assert_eq!(event, Some(TransactionEventKind::InitiateCapture));
    contract.sandbox.complete_pending();
    let done = contract.known(checkout.get_transaction(id).send().await);
    assert_eq!(done.status, Some(TransactionStatus::Captured));
    let event = done.events.unwrap().pop().unwrap();
    assert_eq!(event.correlation_request_id.unwrap().as_str(), request);
}
