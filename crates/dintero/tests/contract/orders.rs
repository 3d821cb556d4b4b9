//! The Shopping API: operations on an order.

use dintero::shopping::types::{
    CancelOptions, OrderCommentInput, OrderEvent, OrderEventState, OrderOperationInput,
    OrderOperationInputBuilder, OrderOperationItemInput, OrderPaymentStatus, OrderSessionInput,
    OrderSessionItem, OrderSessionUrls, OrderStatus, OrderStatusEventInput, OrderUpdate,
    PaymentCard, PaymentDetails,
};

use super::Contract;
use super::shopping::{CHAIR, draft, item};

pub async fn comments_and_events(contract: &Contract, order: &str) {
    let shopping = contract.dintero.shopping();
    let comment = OrderCommentInput::builder().comment("wrap it");
    let comment = shopping.create_order_comment(order).body(comment);
    let comment = contract
        .known(comment.send().await)
        .comments
        .unwrap()
        .remove(0);
    assert_eq!(comment.comment.as_deref(), Some("wrap it"));
    let deleted = shopping.delete_order_comment(order, comment.id.unwrap());
    let deleted = contract.known(deleted.send().await);
    assert!(deleted.comments.is_none_or(|comments| comments.is_empty()));

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

pub async fn session(contract: &Contract, order: &str) {
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
        (
            session.amount,
            session.items.as_ref().unwrap()[0].line_id.as_deref()
        ),
        (Some(30_000), Some("1"))
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

/// Payment records, read one by one and as a list.
pub async fn payments(contract: &Contract, order: &str) {
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

/// An order that is closed and reopened, and another that is cancelled.
pub async fn ends(contract: &Contract, order: &str) {
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
