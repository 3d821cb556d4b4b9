//! The Shopping API: drafts and orders. Operations on an order are in `orders`.

use dintero::shopping::operations;
use dintero::shopping::types::{
    Address, DiscountLine, DiscountType, DraftOptions, DraftOptionsBuilder, DraftOrderInput,
    DraftOrderInputBuilder, DraftOrderStatus, IncludeEvents, ItemGroup, Order, OrderAddress,
    OrderCustomer, OrderEvent, OrderIdKind, OrderInput, OrderItemInput, OrderItemInputBuilder,
    OrderStatus, OrderStore, TaxLine,
};
use serde_json::json;

use super::{Contract, orders};

pub const CUSTOMER: &str = "customer-1";
pub const STORE: &str = "store-1";
/// Line 1 of every order, in minor units; line 2 is 100.00 NOK.
pub const CHAIR: i64 = 70_000;

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

pub fn draft() -> DraftOrderInputBuilder {
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
    orders::comments_and_events(&contract, &order).await;
    orders::session(&contract, &order).await;
    orders::payments(&contract, &order).await;
    orders::ends(&contract, &order).await;
    contract.covers(&operations::ALL);
}

/// A draft that is changed in all ways and completed, and another that is deleted.
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

/// Reads the order by every operation, and in every list.
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
