//! The Shopping API.

use dintero::shopping::operations;
use dintero::shopping::types::{
    Address, CancelOptions, DiscountLine, DiscountType, DraftOptions, DraftOptionsBuilder,
    DraftOrderInput, DraftOrderInputBuilder, DraftOrderStatus, IncludeEvents, ItemGroup, Order,
    OrderAddress, OrderCommentInput, OrderCustomer, OrderEvent, OrderEventState, OrderIdKind,
    OrderInput, OrderItemInput, OrderItemInputBuilder, OrderOperationInput,
    OrderOperationInputBuilder, OrderOperationItemInput, OrderPaymentStatus, OrderSessionInput,
    OrderSessionItem, OrderSessionUrls, OrderStatus, OrderStatusEventInput, OrderStore,
    OrderUpdate, PaymentCard, PaymentDetails, TaxLine,
};
use serde_json::json;

use super::Contract;

const CUSTOMER: &str = "customer-1";
const STORE: &str = "store-1";
/// Line 1 of every order, in minor units; line 2 is 100.00 NOK.
const CHAIR: i64 = 70_000;

pub fn item(line: i64, amount: i64) -> OrderItemInputBuilder {
    let tax = TaxLine::builder()
        .percentage(25)
        .amount(amount / 5)
        .tax_code("25")
        .included_in_price(true);
    let discount = DiscountLine::builder()
        .amount(500)
        .percentage("2.5".parse::<dintero::Number>().unwrap())
        .discount_type(DiscountType::Loyalty)
        .discount_id("members");
    OrderItemInput::builder()
        .line_id(line)
        .id(format!("article-{line}"))
        .description("Chair")
        .quantity(2)
        .unit("piece")
        .gross_amount(amount)
        .net_amount(amount - amount / 5)
        .tax_lines([tax])
        .discount_lines([discount])
        .groups([ItemGroup::builder().id("furniture").name("Furniture")])
        .metadata([("colour", json!(["red", 7]))])
}

fn options() -> DraftOptionsBuilder {
    DraftOptions::builder().generate_order_id(OrderIdKind::Alphanumeric9)
}

fn draft() -> DraftOrderInputBuilder {
    let customer = OrderCustomer::builder()
        .id(CUSTOMER)
        .first_name("Kari")
        .last_name("Example")
        .email("kari@shop.example")
        .phone_number("+4790000000");
    let address = OrderAddress::builder()
        .first_name("Kari")
        .last_name("Example")
        .address_line("Street 1")
        .postal_code("0150")
        .postal_place("Oslo")
        .country("NO");
    let store = Address::builder()
        .address_line("Street 2")
        .postal_place("Oslo")
        .country("NO");
    let order = OrderInput::builder()
        .currency("NOK")
        .items([item(1, CHAIR), item(2, 10_000)])
        .gross_amount(CHAIR + 10_000)
        .customer(customer)
        .store(OrderStore::builder().id(STORE).name("Oslo").address(store))
        .shipping_address(address.clone())
        .billing_address(address)
        .comment("ring twice")
        .salesperson_id("7")
        .delivery_at("2026-02-01T10:00:00+01:00")
        .external_ids([json!({"id": "7", "type": "erp"})])
        .metadata([("campaign", json!({"id": 1}))]);
    DraftOrderInput::builder().order(order).options(options())
}

#[tokio::test]
async fn every_operation_of_shopping() {
    let contract = Contract::start().await;
    let order = order(&contract).await;
    lists(&contract, &order).await;
    let order = order.order_id.unwrap();
    comments_and_events(&contract, &order).await;
    session(&contract, &order).await;
    payments(&contract, &order).await;
    ends(&contract, &order).await;
    contract.covers(&operations::ALL);
}

/// A draft, changed in all ways and completed; another one dropped.
async fn order(contract: &Contract) -> Order {
    let shopping = contract.dintero.shopping();
    let sent = draft().build().unwrap();
    let new = shopping.create_draft_order().body(sent.clone());
    let new = contract.known(new.send().await);
    assert_eq!(new.status, Some(DraftOrderStatus::Open));
    let content = new.order.as_ref().unwrap();
    let (lines, ours) = (content.items.as_ref().unwrap(), sent.order.items.unwrap());
    assert_eq!(
        (&content.customer, &content.store, &content.metadata),
        (
            &sent.order.customer,
            &sent.order.store,
            &sent.order.metadata
        )
    );
    assert_eq!(
        (
            &content.delivery_at,
            &content.shipping_address,
            &new.options
        ),
        (
            &sent.order.delivery_at,
            &sent.order.shipping_address,
            &sent.options
        )
    );
    assert_eq!(
        (
            &lines[0].tax_lines,
            &lines[0].discount_lines,
            &lines[0].quantity
        ),
        (
            &Some(ours[0].tax_lines.clone()),
            &ours[0].discount_lines,
            &ours[0].quantity
        )
    );
    let id = new.id.as_deref().unwrap();

    let third = shopping.add_draft_order_item(id).apply_discounts(false);
    let third = contract.known(third.body(item(3, 300)).send().await);
    assert_eq!(third.order.unwrap().items.unwrap().len(), 3);
    let third = shopping.update_draft_order_item(id, 3).body(item(3, 400));
    let third = contract
        .known(third.send().await)
        .order
        .unwrap()
        .items
        .unwrap();
    assert_eq!(
        (third[2].line_id, third[2].gross_amount),
        (Some(3), Some(400))
    );
    let two = contract.known(shopping.remove_draft_order_item(id, 3).send().await);
    assert_eq!(two.order.unwrap().items.unwrap().len(), 2);
    contract.known(shopping.update_draft_order(id).body(draft()).send().await);

    let other = shopping.create_draft_order().body(draft());
    let other = contract.known(other.send().await).id.unwrap();
    let other = contract.known(shopping.delete_draft_order(other).send().await);
    assert_eq!(other.status, Some(DraftOrderStatus::Deleted));
    assert_eq!(
        other.deleted_at.unwrap().get(),
        new.created_at.as_ref().unwrap().get()
    );
    let open = shopping
        .list_draft_orders()
        .status(DraftOrderStatus::Open)
        .currency("NOK")
        .created_at_gte("2026-01-01T00:00:00Z")
        .limit(10);
    let open = contract.known(open.send().await).draft_orders.unwrap();
    assert_eq!(
        open.iter().map(|draft| &draft.id).collect::<Vec<_>>(),
        [&new.id]
    );

    let done = shopping.complete_draft_order(id).send().await;
    let mut orders = contract.known(done).orders;
    let draft = contract.known(shopping.get_draft_order(id).send().await);
    assert_eq!(draft.status, Some(DraftOrderStatus::Completed));
    let order = orders.remove(0);
    assert_eq!(
        (orders.len(), order.gross_amount, order.status.as_ref()),
        (0, Some(80_000), Some(&OrderStatus::Open))
    );
    assert_eq!(
        (
            order.currency.as_deref(),
            &order.customer,
            &order.shipping_address
        ),
        (Some("NOK"), &content.customer, &content.shipping_address)
    );
    order
}

/// The order on every way to it, and in every list.
async fn lists(contract: &Contract, order: &Order) {
    let shopping = contract.dintero.shopping();
    let id = order.order_id.as_deref().unwrap();
    let read = shopping.get_order(id).include_events(IncludeEvents::True);
    let mut read = contract.known(read.send().await);
    assert_eq!(read.state.take().as_deref(), Some("pending"));
    let events = read.events.take().unwrap();
    assert!(matches!(&events[0], OrderEvent::OrderApiEvent(event) if event.draft_id.is_some()));
    for other in [
        shopping.get_customer_order(CUSTOMER, id).send().await,
        shopping.get_store_order(STORE, id).send().await,
    ] {
        assert_eq!(contract.known(other), read);
    }
    let all = shopping
        .list_orders()
        .status(OrderStatus::Open)
        .currency("NOK")
        .created_at_lte("2026-01-02T00:00:00Z")
        .limit(10);
    let theirs = shopping.list_customer_orders(CUSTOMER).limit(10);
    let there = shopping
        .list_store_orders(STORE)
        .include_events(IncludeEvents::False);
    for list in [all.send().await, theirs.send().await, there.send().await] {
        let orders = contract.known(list).orders.unwrap();
        assert_eq!(orders.len(), 1);
        assert_eq!((&orders[0].id, &orders[0].items), (&order.id, &order.items));
    }
}

async fn comments_and_events(contract: &Contract, order: &str) {
    let shopping = contract.dintero.shopping();
    let comment = OrderCommentInput::builder().comment("wrap it");
    let comment = shopping.create_order_comment(order).body(comment);
    let comment = contract
        .known(comment.send().await)
        .comments
        .unwrap()
        .remove(0);
    assert_eq!(comment.comment.as_deref(), Some("wrap it"));
    let gone = shopping.delete_order_comment(order, comment.id.unwrap());
    let gone = contract.known(gone.send().await);
    assert!(gone.comments.is_none_or(|comments| comments.is_empty()));

    let event = OrderStatusEventInput::builder()
        .state(OrderEventState::Success)
        .service("warehouse")
        .service_status("PICKED")
        .description("shelf 7")
        .metadata([("by", "robot")]);
    let event = shopping.create_order_event(order).body(event);
    let event = contract.known(event.send().await);
    assert_eq!(
        (&event.state, &*event.service, &*event.service_status),
        (&OrderEventState::Success, "warehouse", "PICKED")
    );
    let events = contract.known(shopping.list_order_events(order).send().await);
    assert_eq!(
        events.events.last(),
        Some(&OrderEvent::OrderStatusEvent(event))
    );

    let update = OrderUpdate::builder()
        .courier_id("bike")
        .delivery_id("d-1")
        .pickup_at("2026-02-01T09:00:00Z")
        .items([item(2, 12_000)]);
    let update = shopping.update_order(order).body(update);
    let update = contract.known(update.send().await);
    assert_eq!(
        (update.courier_id.as_deref(), update.gross_amount),
        (Some("bike"), Some(CHAIR + 12_000))
    );
}

async fn session(contract: &Contract, order: &str) {
    let shopping = contract.dintero.shopping();
    let urls = OrderSessionUrls::builder()
        .return_url("https://shop.example/thanks")
        .callback_url("https://shop.example/callback");
    let input = OrderSessionInput::builder()
        .profile_id("default")
        .items([OrderSessionItem::builder().line_id("1").amount(30_000)])
        .url(urls)
        .metadata([("half", true)]);
    let session = shopping.create_order_session(order).body(input);
    let session = contract.known(session.send().await);
    assert_eq!(
        (session.amount, &*session.items[0].line_id),
        (Some(30_000), "1")
    );
    let id = session.id.as_deref().unwrap();
    let read = shopping.get_order_session(order, id).send().await;
    assert_eq!(contract.known(read), session);
    let list = shopping.list_order_sessions(order).send().await;
    assert_eq!(contract.known(list).sessions, [session]);
}

fn part(amount: i64) -> OrderOperationInputBuilder {
    let details = PaymentDetails::builder()
        .psp("dintero")
        .payment_id("T12345678.payment")
        .payment_product("dintero_psp")
        .payment_product_type("dintero_psp.creditcard")
        .card(PaymentCard::builder().brand("Visa").masked_pan("0006"));
    OrderOperationInput::builder()
        .items([OrderOperationItemInput::builder().line_id(1).amount(amount)])
        .payment_details(details)
        .success(true)
        .processed_at("2026-01-01T00:00:00Z")
        .processed_by("till 1")
        .metadata([("event", "e-1")])
}

/// What was paid, recorded; and read again one by one and as a list.
async fn payments(contract: &Contract, order: &str) {
    let shopping = contract.dintero.shopping();
    macro_rules! record {
        ($amount:literal, $create:ident, $get:ident, $list:ident.$records:ident $(.$unwrap:ident())?) => {
            let sent = part($amount).build().unwrap();
            let record = shopping.$create(order).body(sent.clone()).send().await;
            let record = contract.known(record);
            assert_eq!(
                (record.amount, record.success, &record.metadata),
                (Some($amount), Some(true), &sent.metadata)
            );
            assert_eq!(
                (&record.payment_details, &record.processed_at),
                (&sent.payment_details, &sent.processed_at)
            );
            let id = record.id.as_deref().unwrap();
            let read = shopping.$get(order, id).send().await;
            assert_eq!(contract.known(read), record);
            let list = contract.known(shopping.$list(order).send().await);
            assert_eq!(list.$records$(.$unwrap())?, [record]);
        };
    }
    record!(
        50_000,
        create_order_authorization,
        get_order_authorization,
        list_order_authorizations.authorizations
    );
    record!(
        30_000,
        create_order_capture,
        get_order_capture,
        list_order_captures.captures
    );
    record!(
        10_000,
        create_order_refund,
        get_order_refund,
        list_order_refunds.refunds
    );
    record!(
        20_000,
        create_order_cancellation,
        get_order_cancellation,
        list_order_cancellations.cancellations.unwrap()
    );
    let order = contract.known(shopping.get_order(order).send().await);
    assert_eq!(
        order.payment_status,
        Some(OrderPaymentStatus::PartiallyRefunded)
    );
    assert_eq!(order.captures.unwrap()[0].amount, Some(30_000));
}

/// Closed and opened; and another order cancelled.
async fn ends(contract: &Contract, order: &str) {
    let shopping = contract.dintero.shopping();
    let closed = contract.known(shopping.close_order(order).send().await);
    assert_eq!(closed.status, Some(OrderStatus::Closed));
    assert!(closed.closed_at.is_some());
    let open = contract.known(shopping.open_order(order).send().await);
    assert_eq!(
        (open.status, open.closed_at),
        (Some(OrderStatus::Open), None)
    );

    let other = shopping.create_draft_order().body(draft()).send().await;
    let other = contract.known(other).id.unwrap();
    let other = shopping.complete_draft_order(other).send().await;
    let other = contract.known(other).orders.remove(0).order_id.unwrap();
    let reason = CancelOptions::builder().cancelled_reason("sold out");
    let other = shopping.cancel_order(other).body(reason).send().await;
    let other = contract.known(other);
    assert_eq!(
        (other.status, other.cancelled_reason.as_deref()),
        (Some(OrderStatus::Cancelled), Some("sold out"))
    );
}
