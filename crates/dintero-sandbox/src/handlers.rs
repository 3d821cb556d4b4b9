//! The function behind each operation that has rules of its own.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::api::checkout::{
    authorization, invoice, pay, payment::form, sessions, tokens, transaction_operations,
    transactions,
};
use crate::api::lists::{list_of, read_of};
use crate::api::shopping::{
    complete, drafts, events, order_payments, order_queries, orders, sessions as order_sessions,
};
use crate::api::wallets::{cards, queries as card_queries, transactions as card_transactions};
use crate::api::{admin, documented};
use crate::call::{Call, HandlerResult};
use crate::documents::Operation;
use crate::state::Account;
use Handler::{Api, Payer, Token};

#[derive(Clone, Copy)]
pub(crate) enum Handler {
    Token,
    Api(Function),
    /// A request of the payer, without a token; the account comes from the session's id.
    Payer(Function),
}

type Function = fn(&Call<'_>, &mut Account) -> HandlerResult;

/// Returns the handler of an operation; the generic one of records of an order, or of everything, where there is no other.
pub(crate) fn find(operation: &Operation) -> Handler {
    static BY_ID: LazyLock<HashMap<&str, Handler>> =
        LazyLock::new(|| HANDLERS.iter().copied().collect());
    let is_of_order = operation.path.contains("/orders/{order_id}/");
    let generic = if is_of_order {
        order_queries::records
    } else {
        documented::handle
    };
    BY_ID.get(operation.id).copied().unwrap_or(Api(generic))
}

#[rustfmt::skip]
const HANDLERS: &[(&str, Handler)] = &[
    ("aid_auths_oauth_token_post", Token),
    ("checkout_session_profile_post", Api(sessions::create_from_profile)),
    ("checkout_session_post", Api(sessions::create_with_configuration)),
    ("checkout_sessions_get", Api(sessions::list)),
    ("checkout_session_pay_post", Api(pay::pay)),
    ("checkout_payment_token_session_post", Api(pay::token_session)),
    ("checkout_session_get", Api(sessions::read)),
    ("checkout_session_put", Api(sessions::update)),
    ("checkout_session_cancel_post", Api(sessions::cancel)),
    ("checkout_sid_pay_post", Api(invoice::pay_session)),
    ("sandbox_lock", Payer(sessions::lock)),
    ("sandbox_payment_page", Payer(form::page)),
    ("sandbox_pay", Payer(form::submit)),
    ("sandbox_hooks_list", Api(admin::list_hooks)),
    ("sandbox_hooks_create", Api(admin::create_hook)),
    ("sandbox_hooks_read", Api(admin::read_hook)),
    ("sandbox_hooks_delete", Api(admin::delete_hook)),
    ("sandbox_deliveries_list", Api(admin::list_deliveries)),
    ("sandbox_deliveries_read", Api(admin::read_delivery)),
    ("sandbox_card_token", Api(tokens::change)),
    ("sandbox_hooks_ping", Api(admin::ping_hook)),
    ("transactions_get", Api(transactions::list)),
    ("transactions_id_get", Api(transactions::read)),
    ("transactions_id_put", Api(authorization::update)),
    ("transaction_tid_extend_authorization_post", Api(authorization::change)),
    ("transactions_id_capture_post", Api(transaction_operations::capture_or_refund)),
    ("transactions_id_refund_post", Api(transaction_operations::capture_or_refund)),
    ("transactions_id_void_post", Api(transaction_operations::void)),
    ("card_tokens_get", Api(|call, account| list_of(call, &account.card_tokens, None))),
    ("card_tokens_token_id_get", Api(|call, account| read_of(call, &account.card_tokens))),
    ("card_tokens_token_id_delete", Api(tokens::delete)),
    ("admin_signature_get", Api(admin::signature)),
    ("admin_signature_post", Api(admin::create_signature)),
    ("admin_api_keys_get", Api(|call, account| list_of(call, &account.api_keys, None))),
    ("admin_api_keys_post", Api(admin::create_api_key)),
    ("admin_parameters_api_key_delete", Api(admin::delete_api_key)),
    ("admin_api_keys_api_key_id_rotate_post", Api(admin::rotate_api_key)),
    ("aid_draft_orders_get", Api(|call, account| list_of(call, &account.drafts, Some(("draft_orders", "paging_token"))))),
    ("aid_draft_orders_post", Api(drafts::create)),
    ("aid_draft_orders_id_get", Api(|call, account| read_of(call, &account.drafts))),
    ("aid_draft_orders_id_put", Api(drafts::update)),
    ("aid_draft_orders_id_delete", Api(drafts::delete)),
    ("aid_draft_orders_id_complete_put", Api(complete::complete)),
    ("aid_draft_orders_id_items_post", Api(drafts::add_item)),
    ("aid_draft_orders_id_items_line_id_put", Api(drafts::update_item)),
    ("aid_draft_orders_id_items_line_id_delete", Api(drafts::remove_item)),
    ("aid_orders_get", Api(order_queries::list)),
    ("aid_orders_id_get", Api(order_queries::read)),
    ("aid_orders_id_put", Api(orders::update)),
    ("aid_orders_id_cancel_post", Api(orders::cancel)),
    ("aid_orders_id_close_post", Api(orders::close)),
    ("aid_orders_id_open_post", Api(orders::open)),
    ("aid_orders_id_comments_post", Api(orders::comment)),
    ("aid_orders_id_comments_comment_id_delete", Api(orders::remove_comment)),
    ("aid_orders_id_events_get", Api(events::list)),
    ("aid_orders_id_events_post", Api(events::create)),
    ("aid_orders_id_authorization_post", Api(order_payments::create)),
    ("aid_orders_id_capture_post", Api(order_payments::create)),
    ("aid_orders_id_refunds_post", Api(order_payments::create)),
    ("aid_orders_id_cancellation_post", Api(order_payments::create)),
    ("aid_orders_id_sessions_post", Api(order_sessions::create)),
    ("aid_customers_cid_orders_get", Api(order_queries::list)),
    ("aid_customers_cid_orders_id_get", Api(order_queries::read)),
    ("aid_stores_sid_orders_get", Api(order_queries::list)),
    ("aid_stores_sid_orders_id_get", Api(order_queries::read)),
    ("aid_cards_post", Api(cards::create)),
    ("aid_cards_get", Api(card_queries::list)),
    ("aid_cards_batch_post", Api(cards::create_batch)),
    ("aid_cards_cardid_get", Api(card_queries::read)),
    ("aid_cards_cardid_activate_post", Api(cards::activate)),
    ("aid_cards_cardid_rotate_pin_post", Api(cards::rotate_pin)),
    ("aid_cards_cardid_token_post", Api(cards::create_token)),
    ("aid_cards_cardid_transactions_tid_get", Api(card_queries::transactions)),
    ("aid_customers_cid_cards_get", Api(card_queries::list_of_customer)),
    ("aid_customers_cid_card_cid_get", Api(card_queries::read_of_customer)),
    ("aid_cards_token_post", Api(card_queries::info)),
    ("aid_cards_transactions_post", Api(card_transactions::create)),
    ("aid_cards_cardid_transactions_capture_post", Api(card_transactions::capture)),
    ("aid_cards_cardid_transactions_void_post", Api(card_transactions::void)),
];

#[cfg(test)]
mod tests;
