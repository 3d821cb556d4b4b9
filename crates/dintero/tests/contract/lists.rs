//! Every list is complete in pages, and every filter selects what it names and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use dintero::checkout::types::{
    ApiKeyInput, BankAccount, CaptureOptions, CardTokenStatus, DinteroPspConfiguration,
    DinteroPspCreditcard, PaymentOperationIntent, PayoutDestinationApprovalInput, RefundOptions,
    ReportDestination, SessionConfigurationInput, SessionProfileInput, SettlementReportConfigInput,
    TransactionStatus, TransactionUpdate,
};
use dintero::shopping::types::{
    DraftOrderStatus, Itinerary, ItineraryAddress, OrderPaymentStatus, OrderStatus, OrderUpdate,
};
use dintero::wallets::types::CardInput;
use dintero::{Operation, reveal};
use dintero_sandbox::Card;

use super::checkout::{CHAIR, CUSTOMER, TOTAL, profile};
use super::finance::SELLERS;
use super::payments::store_card;
use super::shopping::{STORE, draft};
use super::{Contract, is_known};

const DAY: &str = "2026-01-01";
const LATER: &str = "2027-01-01";
/// The number of items in each list.
const THINGS: usize = 3;

/// Creates the items of all lists.
async fn fill(contract: &Contract) -> (Vec<String>, Vec<String>) {
    let (checkout, shopping) = (contract.dintero.checkout(), contract.dintero.shopping());
    for seller in SELLERS {
        let bank = BankAccount::builder()
            .bank_account_currency("NOK")
            .payout_currency("NOK");
        let seller = PayoutDestinationApprovalInput::builder()
            .payout_destination_id(seller)
            .payout_reference("sold")
            .bank_accounts([bank]);
        let seller = checkout.create_payout_destination_approval().body(seller);
        contract.known(seller.send().await);
    }
    contract.sandbox.advance(Duration::from_secs(3_600));
    let (mut sessions, mut payments) = (Vec::new(), Vec::new());
    for n in 1..=THINGS {
        let card = DinteroPspCreditcard::builder()
            .enabled(true)
            .generate_payment_token(true);
        let card = DinteroPspConfiguration::builder().creditcard(card);
        let session = profile(&format!("order-{n}"))
            .metadata([("payout_correlation_id", "payout-1")])
            .configuration(SessionConfigurationInput::builder().dintero_psp(card));
        let session = checkout.create_session_from_profile().body(session);
        let session = contract.known(session.send().await).id.unwrap();
        let paid: String = contract.sandbox.pay(&session, Card::approved()).unwrap();
        let reference = TransactionUpdate::builder().merchant_reference_2(format!("second-{n}"));
        contract.known(
            checkout
                .update_transaction(&paid)
                .body(reference)
                .send()
                .await,
        );
        let capture = CaptureOptions::builder().amount(TOTAL);
        contract.known(
            checkout
                .capture_transaction(&paid)
                .body(capture)
                .send()
                .await,
        );
        let refund = RefundOptions::builder().amount(CHAIR);
        contract.known(checkout.refund_transaction(&paid).body(refund).send().await);
        sessions.push(session);
        payments.push(paid);

        let settings = SessionConfigurationInput::builder();
        let settings = SessionProfileInput::builder().configuration(settings);
        let settings = settings
            .profile_id(format!("profile-{n}"))
            .description("Mine");
        contract.known(
            checkout
                .create_session_profile()
                .body(settings)
                .send()
                .await,
        );
        let key = ApiKeyInput::builder().name(format!("till {n}"));
        contract.known(checkout.create_api_key().body(key).send().await);
        let report = SettlementReportConfigInput::builder()
            .filetypes(["csv"])
            .providers(["dintero_psp"])
            .destinations(Vec::<ReportDestination>::new());
        let report = checkout
            .create_settlement_report_configuration()
            .body(report);
        contract.known(report.send().await);

        let open = shopping.create_draft_order().body(draft()).send().await;
        let open = contract.known(open).id.unwrap();
        let order = shopping.complete_draft_order(&open).body(BTreeMap::new());
        let order = contract
            .known(order.send().await)
            .orders
            .remove(0)
            .order_id
            .unwrap();
        let from = ItineraryAddress::builder()
            .id("oslo")
            .address_line("Street 1");
        let to = ItineraryAddress::builder()
            .id("bergen")
            .address_line("Street 2");
        let trip = Itinerary::builder()
            .travel_mode("train")
            .departure_address(from)
            .arrival_address(to);
        let trip = OrderUpdate::builder().itinerary([trip]);
        contract.known(shopping.update_order(order).body(trip).send().await);
        let card = CardInput::builder()
            .card_id(format!("card-{n}"))
            .amount(100)
            .currency("NOK")
            .customer_id(CUSTOMER);
        let card = contract
            .dintero
            .wallets()
            .create_card()
            .body(card)
            .send()
            .await;
        contract.known(card);
    }
    (sessions, payments)
}

/// Reads a list in pages of one: complete and without duplicates.
macro_rules! goes_on {
    ($least:expr, $($call:expr),* $(,)?) => {$({
        let mut items = $call.limit(1).items();
        let (mut count, mut seen) = (0, BTreeSet::new());
        while let Some(item) = items.next().await {
            let item = item.unwrap();
            assert!(is_known(&item), "{:#?}", reveal(&item));
            count += 1;
            seen.insert(format!("{:?}", reveal(&item)));
        }
        assert!(count >= $least && seen.len() == count, "{}: {count}", stringify!($call));
    })*};
}

#[tokio::test]
async fn every_list_is_complete_in_pages() {
    let contract = Contract::start().await;
    fill(&contract).await;
    let checkout = contract.dintero.checkout();
    let shopping = contract.dintero.shopping();
    let wallets = contract.dintero.wallets();
    contract.sandbox.clear_requests();
    goes_on!(
        THINGS,
        checkout.list_api_keys(),
        checkout.list_card_tokens(),
        checkout.list_payout_destination_transfers(SELLERS[0]),
        checkout.list_reports(),
        checkout.list_session_profiles(),
        checkout.list_sessions(),
        checkout.list_settlement_report_configurations(),
        checkout.list_settlements(),
        checkout.list_transactions(),
        shopping.list_customer_orders(CUSTOMER),
        shopping.list_draft_orders(),
        shopping.list_orders(),
        shopping.list_store_orders(STORE),
        wallets.list_cards(),
        wallets.list_customer_cards(CUSTOMER),
    );
    let tables = [
        &dintero::checkout::operations::ALL[..],
        &dintero::shopping::operations::ALL,
        &dintero::wallets::operations::ALL,
    ];
    let lists = |operation: &&&'static Operation| operation.paging().is_some();
    for list in tables.into_iter().flatten().filter(lists) {
        let pages = contract.sandbox.count(list.id());
        assert!(pages >= THINGS, "{}: {pages}", list.name());
    }
}

/// Each filter with a value that all items have, and with one that none has.
macro_rules! filters {
    ($contract:ident, $call:expr, $page:ident => $rows:expr; $($filter:ident: $all:expr, $none:expr;)*) => {$(
        let $page = $contract.known($call.$filter($all).send().await);
        assert!(!$rows.is_empty(), "nothing by {}", stringify!($filter));
        let $page = $contract.known($call.$filter($none).send().await);
        assert!($rows.is_empty(), "all by {}", stringify!($filter));
    )*};
}

#[tokio::test]
async fn every_filter_selects_what_it_names() {
    let contract = Contract::start().await;
    let (sessions, payments) = fill(&contract).await;
    let checkout = contract.dintero.checkout();
    let token = contract
        .known(checkout.list_card_tokens().send().await)
        .remove(0);
    let token = token.id.unwrap();
    filters!(contract, checkout.list_transactions(), page => page;
        id: [&*payments[0], &*payments[1]], ["T12345678.none"];
        session_id: [&*sessions[0]], ["T12345678.none"];
        token_id: [&*token], ["none"];
        amount: TOTAL, 1;
        amount_gte: TOTAL, TOTAL + 1;
        amount_lte: TOTAL, TOTAL - 1;
        created_at_gte: DAY, LATER;
        created_at_lte: LATER, "2025-12-31";
        captured_at_gte: DAY, LATER;
        captured_at_lte: LATER, "2025-12-31";
        refunded_at_gte: DAY, LATER;
        refunded_at_lte: LATER, "2025-12-31";
        card_brand: ["Visa"], ["Mastercard"];
        channel: "ecommerce", "in_store";
        currency: ["SEK", "NOK"], ["SEK"];
        customer_id: CUSTOMER, "none";
        merchant_reference: "order-1", "none";
        merchant_reference_2: "second-1", "none";
        payment_product: ["dintero_psp"], ["vipps"];
        payment_product_type: ["dintero_psp.creditcard"], ["vipps"];
        payout_destination_id: SELLERS[0], SELLERS[1];
        search: "order-1", "none";
        status: [TransactionStatus::Refunded, TransactionStatus::PartiallyRefunded], [TransactionStatus::Failed];
        store_id: ["store-1"], ["none"];
        terminal_id: "terminal-1", "none";
        payout_correlation_id: ["other", "payout-1"], ["other"];
    );
    filters!(contract, checkout.list_sessions(), page => page;
        id: [&*sessions[0], &*sessions[1]], ["T12345678.none"];
        transaction_id: [&*payments[0]], ["none"];
        store_id: ["store-1"], ["none"];
        search: "order-1", "none";
        created_at_gte: DAY, LATER;
        created_at_lte: LATER, "2025-12-31";
    );
    filters!(contract, checkout.list_card_tokens(), page => page;
        customer_id: CUSTOMER, "none";
        status: [CardTokenStatus::Active], [CardTokenStatus::Suspended];
    );
    filters!(contract, checkout.list_settlements(), page => page.items.unwrap();
        created_at_gte: "2025-01-01", LATER;
        created_at_lte: LATER, "2025-01-01";
        item_created_at_gte: "2025-01-01", LATER;
        item_created_at_lte: LATER, "2025-01-01";
        payment_provider: ["dintero_psp"], ["vipps"];
    );
    filters!(contract, checkout.list_payout_destination_transfers(SELLERS[0]), page => page.entries.unwrap();
        currency: "NOK", "SEK";
    );
    filters!(contract, checkout.list_payout_destination_approvals(), page => page.payout_destinations.unwrap();
        payout_destination_id: SELLERS[0], "none";
    );
    store_card(&contract).await;
    filters!(contract, checkout.list_sessions(), page => page;
        payment_operation: PaymentOperationIntent::GeneratePaymentToken, PaymentOperationIntent::RecurringPurchase;
    );
    filters!(contract, checkout.list_transactions(), page => page;
        payment_operation: PaymentOperationIntent::GeneratePaymentToken, PaymentOperationIntent::RecurringPurchase;
    );
    records(&contract).await;
}

async fn records(contract: &Contract) {
    let (shopping, wallets) = (contract.dintero.shopping(), contract.dintero.wallets());
    filters!(contract, shopping.list_draft_orders(), page => page.draft_orders.unwrap();
        status: DraftOrderStatus::Completed, DraftOrderStatus::Open;
        currency: "NOK", "SEK";
        created_at_gte: "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z";
        created_at_lte: "2027-01-01T00:00:00Z", "2025-12-31T00:00:00Z";
    );
    filters!(contract, shopping.list_orders(), page => page.orders.unwrap();
        status: OrderStatus::Open, OrderStatus::Closed;
        payment_status: OrderPaymentStatus::Pending, OrderPaymentStatus::Paid;
        currency: "NOK", "SEK";
        created_at_gte: "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z";
        created_at_lte: "2027-01-01T00:00:00Z", "2025-12-31T00:00:00Z";
        items_discount_lines_discount_type: "loyalty", "manual";
        itinerary_travel_mode: "train", "bus";
        itinerary_departure_address: "Street 1", "Street 2";
        itinerary_arrival_address: "Street 2", "Street 1";
    );
    macro_rules! outside {
        ($($call:expr),*) => {$(
            filters!(contract, $call, page => page.orders.unwrap();
                status: OrderStatus::Open, OrderStatus::Closed;
                payment_status: OrderPaymentStatus::Pending, OrderPaymentStatus::Paid;
                created_at_gte: "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z";
                created_at_lte: "2027-01-01T00:00:00Z", "2025-12-31T00:00:00Z";
            );
        )*};
    }
    outside!(
        shopping.list_customer_orders(CUSTOMER),
        shopping.list_store_orders(STORE)
    );
    filters!(contract, wallets.list_cards(), page => page.cards.unwrap();
        amount_available: "100", "99";
    );
}
