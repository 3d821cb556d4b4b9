//! The table of operations: method, path, Dintero's operationId, scopes, body and function, all in one place.

use percent_encoding::percent_decode_str;

use crate::api::{admin, checkout, finance, shopping, wallets};
use crate::call::{ApiResponse, Call};
use crate::errors::ApiResult;
use crate::payer::form;
use crate::state::Account;

/// The function behind an operation.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// The token call, which has its own authentication.
    Token,
    /// A call with a bearer token.
    Api(fn(&Call<'_>, &mut Account) -> ApiResult<ApiResponse>),
    /// The payer's, without a token; the account comes from the session's id.
    Payer(fn(&Call<'_>, &mut Account) -> ApiResult<ApiResponse>),
}

/// Whether an operation takes a JSON body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyRule {
    /// None is defined, so that sending one is a 400.
    None,
    Optional,
    /// Like `Optional`, and a form of a browser is taken, too: an object of texts.
    OptionalForm,
    Required,
}

/// One row of the table.
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) id: &'static str,
    /// One of these must be granted.
    pub(crate) scopes: &'static [&'static str],
    pub(crate) body: BodyRule,
    pub(crate) handler: Handler,
}

impl Operation {
    /// Whether the documents allow `x-api-key` instead of a token.
    pub(crate) fn takes_api_key(&self) -> bool {
        const PATHS: [&str; 7] = [
            "/v1/sessions",
            "/v1/locations/",
            "/v1/transactions",
            "/v1/creditchecks",
            "/v1/admin/session/",
            "/v1/admin/signature",
            "/v1/admin/api-keys",
        ];
        let never = self.path.ends_with("/authorization");
        !never && PATHS.iter().any(|path| self.path.starts_with(path))
    }
}

const fn row(
    (method, path): (&'static str, &'static str),
    id: &'static str,
    scopes: &'static [&'static str],
    body: BodyRule,
    handler: Handler,
) -> Operation {
    Operation {
        method,
        path,
        id,
        scopes,
        body,
        handler,
    }
}

use BodyRule::{None as NoBody, Optional, OptionalForm, Required};
use Handler::{Api, Payer, Token};
use checkout::{
    authorization, in_store, pay, sessions, tokens, transaction_operations, transactions,
};
use shopping::{
    complete, drafts, events, order_payments, order_queries, orders, sessions as order_sessions,
};
use wallets::{cards, queries as card_queries, transactions as card_transactions};

const CHECKOUT_READ: &[&str] = &["admin:checkout", "read:checkout"];
const CHECKOUT_WRITE: &[&str] = &["admin:checkout", "write:checkout"];
const SHOPPING_READ: &[&str] = &["admin:shopping", "read:shopping"];
const SHOPPING_WRITE: &[&str] = &["admin:shopping", "write:shopping"];
const EVENTS_READ: &[&str] = &[
    "admin:shopping",
    "read:shopping",
    "read:shopping:/orders/ANY/events",
];
const EVENTS_WRITE: &[&str] = &[
    "admin:shopping",
    "write:shopping",
    "write:shopping:/orders/ANY/events",
];
const WALLETS_READ: &[&str] = &["admin:wallets", "read:wallets"];
const WALLETS_WRITE: &[&str] = &["admin:wallets", "write:wallets"];
const WALLETS_INFO: &[&str] = &["admin:wallets", "write:wallets", "write:wallets:/info"];
const WALLETS_MOVE: &[&str] = &[
    "admin:wallets",
    "write:wallets",
    "write:wallets:/transactions",
];
const WALLETS_USER: &[&str] = &["admin:wallets", "read:wallets", "user:wallets"];
/// PUT session lists the read scope in the reference; kept as documented.
const SESSION_PUT: &[&str] = &["admin:checkout", "read:checkout"];

const CHECKOUT_ADMIN: &[&str] = &["admin:checkout"];
const PROFILE_CREATE: &[&str] = &[
    "admin:checkout",
    "write:checkout:/admin/session/profiles",
    "read:checkout",
];
const PROFILE_WRITE: &[&str] = &["admin:checkout", "write:checkout:/admin/session/profiles"];
const TERMINALS_READ: &[&str] = &["admin:checkout", "read:checkout:/admin/terminals"];
const TERMINALS_WRITE: &[&str] = &["admin:checkout", "write:checkout:/admin/terminals"];
const SETTLEMENTS_READ: &[&str] = &[
    "admin:billing",
    "read:billing",
    "admin:reports",
    "read:reports",
    "admin:settlements",
    "read:settlements",
];
const REPORT_CONFIG_CREATE: &[&str] = &[
    "admin:billing",
    "admin:reports",
    "admin:settlements",
    "write:settlements",
];
const REPORT_CONFIG_WRITE: &[&str] = &[
    "admin:billing",
    "write:billing",
    "admin:settlements",
    "write:settlements",
];
const TEST_REPORT: &[&str] = &["admin:billing", "admin:reports"];
const REPORTS_READ: &[&str] = &["read:reports", "admin:reports"];
const ACCOUNTS_READ: &[&str] = &["admin:accounts", "read:accounts"];
const ACCOUNTS_WRITE: &[&str] = &["admin:accounts", "write:accounts"];
const APPROVALS_WRITE: &[&str] = &[
    "admin:accounts",
    "write:accounts",
    "write:accounts:/management/settings/approvals",
];

macro_rules! shopping {
    ($path:literal) => {
        concat!("/v1/accounts/{aid}/shopping", $path)
    };
}

macro_rules! wallets {
    ($path:literal) => {
        concat!("/v1/accounts/{aid}/wallets", $path)
    };
}

/// Every operation of the sandbox.
#[rustfmt::skip]
pub(crate) static OPERATIONS: &[Operation] = &[
    row(("POST", "/v1/accounts/{oid}/auth/token"), "aid_auths_oauth_token_post", &[], Required, Token),

    row(("POST", "/v1/sessions-profile"), "checkout_session_profile_post", CHECKOUT_WRITE, Required, Api(sessions::create_from_profile)),
    row(("POST", "/v1/sessions"), "checkout_session_post", CHECKOUT_WRITE, Required, Api(sessions::create_with_configuration)),
    row(("GET", "/v1/sessions"), "checkout_sessions_get", CHECKOUT_READ, NoBody, Api(sessions::list)),
    row(("POST", "/v1/sessions/pay"), "checkout_session_pay_post", CHECKOUT_WRITE, Required, Api(pay::pay)),
    row(("POST", "/v1/sessions/payment-token"), "checkout_payment_token_session_post", CHECKOUT_WRITE, Required, Api(pay::token_session)),
    row(("GET", "/v1/sessions/{session_id}"), "checkout_session_get", CHECKOUT_READ, NoBody, Api(sessions::read)),
    row(("PUT", "/v1/sessions/{session_id}"), "checkout_session_put", SESSION_PUT, Required, Api(sessions::update)),
    row(("POST", "/v1/sessions/{session_id}/cancel"), "checkout_session_cancel_post", CHECKOUT_WRITE, NoBody, Api(sessions::cancel)),
    row(("POST", "/v1/sessions/{session_id}/qr"), "qr_sessions_sid_post", CHECKOUT_WRITE, Required, Api(in_store::session_qr)),
    row(("POST", "/v1/locations/{location_id}/qr"), "qr_locations_lid_post", CHECKOUT_WRITE, Required, Api(in_store::location_qr)),
    row(("POST", "/v1/locations/{location_id}/checkout/{session_id}"), "qr_locations_lid_checkout_sid_post", CHECKOUT_WRITE, NoBody, Api(in_store::show)),
    row(("DELETE", "/v1/locations/{location_id}/checkout/{session_id}"), "qr_locations_lid_checkout_sid_delete", CHECKOUT_WRITE, NoBody, Api(in_store::hide)),
    row(("POST", "/v1/creditchecks"), "creditchecks_post", CHECKOUT_WRITE, Required, Api(in_store::credit_check)),
    row(("POST", "/v1/view/{session_id}/session/lock"), "sandbox_lock", &[], Optional, Payer(sessions::lock)),
    row(("GET", "/v1/view/{session_id}"), "sandbox_payment_page", &[], NoBody, Payer(form::page)),
    row(("POST", "/v1/view/{session_id}"), "sandbox_pay", &[], OptionalForm, Payer(form::submit)),
    row(("GET", "/v1/transactions"), "transactions_get", CHECKOUT_READ, NoBody, Api(transactions::list)),
    row(("GET", "/v1/transactions/{id}"), "transactions_id_get", CHECKOUT_READ, NoBody, Api(transactions::read)),
    row(("PUT", "/v1/transactions/{id}"), "transactions_id_put", CHECKOUT_WRITE, Required, Api(authorization::update)),
    row(("POST", "/v1/transactions/{id}/authorization"), "transaction_tid_extend_authorization_post", CHECKOUT_WRITE, Required, Api(authorization::change)),
    row(("POST", "/v1/transactions/{id}/capture"), "transactions_id_capture_post", CHECKOUT_WRITE, Required, Api(transaction_operations::capture)),
    row(("POST", "/v1/transactions/{id}/refund"), "transactions_id_refund_post", CHECKOUT_WRITE, Required, Api(transaction_operations::refund)),
    row(("POST", "/v1/transactions/{id}/void"), "transactions_id_void_post", CHECKOUT_WRITE, NoBody, Api(transaction_operations::void)),
    row(("GET", "/v1/card-tokens"), "card_tokens_get", CHECKOUT_ADMIN, NoBody, Api(tokens::list)),
    row(("GET", "/v1/card-tokens/{token_id}"), "card_tokens_token_id_get", CHECKOUT_ADMIN, NoBody, Api(tokens::read)),
    row(("DELETE", "/v1/card-tokens/{token_id}"), "card_tokens_token_id_delete", CHECKOUT_ADMIN, Optional, Api(tokens::delete)),

    row(("GET", "/v1/admin/session/profiles"), "admin_session_profile_get", CHECKOUT_READ, NoBody, Api(admin::profiles)),
    row(("POST", "/v1/admin/session/profiles"), "admin_session_profile_post", PROFILE_CREATE, Required, Api(admin::create_profile)),
    row(("GET", "/v1/admin/session/profiles/{profile_id}"), "admin_session_profile_details_get", CHECKOUT_READ, NoBody, Api(admin::profile)),
    row(("PUT", "/v1/admin/session/profiles/{profile_id}"), "admin_session_profile_details_put", PROFILE_WRITE, Required, Api(admin::update_profile)),
    row(("DELETE", "/v1/admin/session/profiles/{profile_id}"), "admin_session_profile_details_delete", PROFILE_WRITE, NoBody, Api(admin::delete_profile)),
    row(("GET", "/v1/admin/signature"), "admin_signature_get", CHECKOUT_ADMIN, NoBody, Api(admin::signature)),
    row(("POST", "/v1/admin/signature"), "admin_signature_post", CHECKOUT_ADMIN, NoBody, Api(admin::create_signature)),
    row(("GET", "/v1/admin/api-keys"), "admin_api_keys_get", CHECKOUT_ADMIN, NoBody, Api(admin::api_keys)),
    row(("POST", "/v1/admin/api-keys"), "admin_api_keys_post", CHECKOUT_ADMIN, Required, Api(admin::create_api_key)),
    row(("DELETE", "/v1/admin/api-keys/{api_key_id}"), "admin_parameters_api_key_delete", CHECKOUT_ADMIN, NoBody, Api(admin::delete_api_key)),
    row(("POST", "/v1/admin/api-keys/{api_key_id}/rotate-api-key"), "admin_api_keys_api_key_id_rotate_post", CHECKOUT_ADMIN, NoBody, Api(admin::rotate_api_key)),
    row(("GET", "/v1/admin/terminals/operations"), "admin_terminals_operations_get", TERMINALS_READ, NoBody, Api(admin::terminal_operations)),
    row(("POST", "/v1/admin/terminals/operations"), "admin_terminals_operations_post", TERMINALS_WRITE, Required, Api(admin::operate_terminal)),

    row(("GET", "/v1/accounts/{aid}/settlements"), "aid_settlements_list", SETTLEMENTS_READ, NoBody, Api(finance::settlements)),
    row(("GET", "/v1/accounts/{aid}/settlements/{settlementid}/attachments/{attachmentid}"), "settlement_attachment_download", SETTLEMENTS_READ, NoBody, Api(finance::attachment)),
    row(("POST", "/v1/accounts/{aid}/settlements/reports/generate-test-report"), "aid_settlement_generate_test_report", TEST_REPORT, Optional, Api(finance::test_report)),
    row(("GET", "/v1/accounts/{aid}/settlements/reports/configuration"), "aid_settlement_report_config_list", SETTLEMENTS_READ, NoBody, Api(finance::configurations)),
    row(("POST", "/v1/accounts/{aid}/settlements/reports/configuration"), "aid_settlement_report_config_create", REPORT_CONFIG_CREATE, Required, Api(finance::create_configuration)),
    row(("GET", "/v1/accounts/{aid}/settlements/reports/configuration/{id}"), "aid_settlement_report_config_details", SETTLEMENTS_READ, NoBody, Api(finance::configuration)),
    row(("PUT", "/v1/accounts/{aid}/settlements/reports/configuration/{id}"), "aid_settlement_report_config_update", REPORT_CONFIG_WRITE, Required, Api(finance::update_configuration)),
    row(("DELETE", "/v1/accounts/{aid}/settlements/reports/configuration/{id}"), "aid_settlement_report_config_delete", REPORT_CONFIG_WRITE, NoBody, Api(finance::delete_configuration)),
    row(("GET", "/v1/accounts/{aid}/reports/metadata"), "api_reports_metadata_list_get", REPORTS_READ, NoBody, Api(finance::reports)),
    row(("GET", "/v1/accounts/{aid}/management/settings/approvals/payout-destinations"), "aid_management_settings_approvals_payout_destinations_get", ACCOUNTS_READ, NoBody, Api(finance::sellers)),
    row(("POST", "/v1/accounts/{aid}/management/settings/approvals/payout-destinations"), "aid_management_settings_approvals_payout_destinations_post", APPROVALS_WRITE, Required, Api(finance::approve_seller)),
    row(("POST", "/v2/accounts/{aid}/payout/fund-transfers"), "v2_aid_payout_fund_transfers_post", ACCOUNTS_WRITE, Required, Api(finance::transfer)),
    row(("GET", "/v2/accounts/{aid}/payout/payout-destinations/{payout_destination_id}/balances"), "v2_aid_payout_destination_balance_get", ACCOUNTS_READ, NoBody, Api(finance::balances)),
    row(("GET", "/v2/accounts/{aid}/payout/payout-destinations/{payout_destination_id}/transfers"), "v2_aid_payout_destination_transfers_get", ACCOUNTS_READ, NoBody, Api(finance::transfers)),

    row(("GET", shopping!("/draft_orders")), "aid_draft_orders_get", SHOPPING_READ, NoBody, Api(drafts::list)),
    row(("POST", shopping!("/draft_orders")), "aid_draft_orders_post", SHOPPING_WRITE, Required, Api(drafts::create)),
    row(("GET", shopping!("/draft_orders/{id}")), "aid_draft_orders_id_get", SHOPPING_READ, NoBody, Api(drafts::read)),
    row(("PUT", shopping!("/draft_orders/{id}")), "aid_draft_orders_id_put", SHOPPING_WRITE, Required, Api(drafts::update)),
    row(("DELETE", shopping!("/draft_orders/{id}")), "aid_draft_orders_id_delete", SHOPPING_WRITE, NoBody, Api(drafts::delete)),
    row(("PUT", shopping!("/draft_orders/{id}/complete")), "aid_draft_orders_id_complete_put", SHOPPING_WRITE, Optional, Api(complete::complete)),
    row(("POST", shopping!("/draft_orders/{id}/items")), "aid_draft_orders_id_items_post", SHOPPING_WRITE, Required, Api(drafts::add_item)),
    row(("PUT", shopping!("/draft_orders/{id}/items/{line_id}")), "aid_draft_orders_id_items_line_id_put", SHOPPING_WRITE, Required, Api(drafts::update_item)),
    row(("DELETE", shopping!("/draft_orders/{id}/items/{line_id}")), "aid_draft_orders_id_items_line_id_delete", SHOPPING_WRITE, NoBody, Api(drafts::remove_item)),
    row(("GET", shopping!("/orders")), "aid_orders_get", SHOPPING_READ, NoBody, Api(order_queries::list)),
    row(("GET", shopping!("/orders/{order_id}")), "aid_orders_id_get", SHOPPING_READ, NoBody, Api(order_queries::read)),
    row(("PUT", shopping!("/orders/{order_id}")), "aid_orders_id_put", SHOPPING_WRITE, Required, Api(orders::update)),
    row(("POST", shopping!("/orders/{order_id}/cancel")), "aid_orders_id_cancel_post", SHOPPING_WRITE, Optional, Api(orders::cancel)),
    row(("POST", shopping!("/orders/{order_id}/close")), "aid_orders_id_close_post", SHOPPING_WRITE, NoBody, Api(orders::close)),
    row(("POST", shopping!("/orders/{order_id}/open")), "aid_orders_id_open_post", SHOPPING_WRITE, NoBody, Api(orders::open)),
    row(("POST", shopping!("/orders/{order_id}/comments")), "aid_orders_id_comments_post", SHOPPING_WRITE, Required, Api(orders::comment)),
    row(("DELETE", shopping!("/orders/{order_id}/comments/{comment_id}")), "aid_orders_id_comments_comment_id_delete", SHOPPING_WRITE, NoBody, Api(orders::remove_comment)),
    row(("GET", shopping!("/orders/{order_id}/events")), "aid_orders_id_events_get", EVENTS_READ, NoBody, Api(events::list)),
    row(("POST", shopping!("/orders/{order_id}/events")), "aid_orders_id_events_post", EVENTS_WRITE, Required, Api(events::create)),
    row(("GET", shopping!("/orders/{order_id}/authorizations")), "aid_orders_id_authorizations_get", SHOPPING_READ, NoBody, Api(order_payments::list)),
    row(("POST", shopping!("/orders/{order_id}/authorizations")), "aid_orders_id_authorization_post", SHOPPING_WRITE, Required, Api(order_payments::create)),
    row(("GET", shopping!("/orders/{order_id}/authorizations/{authorization_id}")), "aid_orders_id_authorizations_id_get", SHOPPING_READ, NoBody, Api(order_payments::read)),
    row(("GET", shopping!("/orders/{order_id}/captures")), "aid_orders_id_captures_get", SHOPPING_READ, NoBody, Api(order_payments::list)),
    row(("POST", shopping!("/orders/{order_id}/captures")), "aid_orders_id_capture_post", SHOPPING_WRITE, Required, Api(order_payments::create)),
    row(("GET", shopping!("/orders/{order_id}/captures/{capture_id}")), "aid_orders_id_captures_id_get", SHOPPING_READ, NoBody, Api(order_payments::read)),
    row(("GET", shopping!("/orders/{order_id}/refunds")), "aid_orders_id_refunds_get", SHOPPING_READ, NoBody, Api(order_payments::list)),
    row(("POST", shopping!("/orders/{order_id}/refunds")), "aid_orders_id_refunds_post", SHOPPING_WRITE, Required, Api(order_payments::create)),
    row(("GET", shopping!("/orders/{order_id}/refunds/{refund_id}")), "aid_orders_id_refunds_id_get", SHOPPING_READ, NoBody, Api(order_payments::read)),
    row(("GET", shopping!("/orders/{order_id}/cancellations")), "aid_orders_id_cancellations_get", SHOPPING_READ, NoBody, Api(order_payments::list)),
    row(("POST", shopping!("/orders/{order_id}/cancellations")), "aid_orders_id_cancellation_post", SHOPPING_WRITE, Required, Api(order_payments::create)),
    row(("GET", shopping!("/orders/{order_id}/cancellations/{cancellation_id}")), "aid_orders_id_cancellations_id_get", SHOPPING_READ, NoBody, Api(order_payments::read)),
    row(("GET", shopping!("/orders/{order_id}/sessions")), "aid_orders_id_sessions_get", SHOPPING_READ, NoBody, Api(order_sessions::list)),
    row(("POST", shopping!("/orders/{order_id}/sessions")), "aid_orders_id_sessions_post", SHOPPING_WRITE, Required, Api(order_sessions::create)),
    row(("GET", shopping!("/orders/{order_id}/sessions/{session_id}")), "aid_orders_id_sessions_id_get", SHOPPING_READ, NoBody, Api(order_sessions::read)),
    row(("GET", shopping!("/customers/{customer_id}/orders")), "aid_customers_cid_orders_get", SHOPPING_READ, NoBody, Api(order_queries::list_of_customer)),
    row(("GET", shopping!("/customers/{customer_id}/orders/{order_id}")), "aid_customers_cid_orders_id_get", SHOPPING_READ, NoBody, Api(order_queries::read_of_customer)),
    row(("GET", shopping!("/stores/{store_id}/orders")), "aid_stores_sid_orders_get", SHOPPING_READ, NoBody, Api(order_queries::list_of_store)),
    row(("GET", shopping!("/stores/{store_id}/orders/{order_id}")), "aid_stores_sid_orders_id_get", SHOPPING_READ, NoBody, Api(order_queries::read_of_store)),

    row(("POST", wallets!("/cards")), "aid_cards_post", WALLETS_WRITE, Required, Api(cards::create)),
    row(("GET", wallets!("/cards")), "aid_cards_get", WALLETS_READ, NoBody, Api(card_queries::list)),
    row(("POST", wallets!("/cards/batch")), "aid_cards_batch_post", WALLETS_WRITE, Required, Api(cards::create_batch)),
    row(("GET", wallets!("/cards/{card_id}")), "aid_cards_cardid_get", WALLETS_READ, NoBody, Api(card_queries::read)),
    row(("POST", wallets!("/cards/{card_id}/activate")), "aid_cards_cardid_activate_post", WALLETS_WRITE, Required, Api(cards::activate)),
    row(("POST", wallets!("/cards/{card_id}/rotate-pin")), "aid_cards_cardid_rotate_pin_post", WALLETS_WRITE, Required, Api(cards::rotate_pin)),
    row(("POST", wallets!("/cards/{card_id}/tokens")), "aid_cards_cardid_token_post", WALLETS_WRITE, Required, Api(cards::create_token)),
    row(("GET", wallets!("/cards/{card_id}/transactions")), "aid_cards_cardid_transactions_tid_get", WALLETS_READ, NoBody, Api(card_queries::transactions)),
    row(("GET", wallets!("/customers/{customer_id}/cards")), "aid_customers_cid_cards_get", WALLETS_USER, NoBody, Api(card_queries::list_of_customer)),
    row(("GET", wallets!("/customers/{customer_id}/cards/{card_id}")), "aid_customers_cid_card_cid_get", WALLETS_USER, NoBody, Api(card_queries::read_of_customer)),
    row(("POST", wallets!("/info")), "aid_cards_token_post", WALLETS_INFO, Required, Api(card_queries::info)),
    row(("POST", wallets!("/transactions")), "aid_cards_transactions_post", WALLETS_MOVE, Required, Api(card_transactions::create)),
    row(("POST", wallets!("/transactions/{transaction_id}/capture")), "aid_cards_cardid_transactions_capture_post", WALLETS_MOVE, Required, Api(card_transactions::capture)),
    row(("POST", wallets!("/transactions/{transaction_id}/void")), "aid_cards_cardid_transactions_void_post", WALLETS_MOVE, Required, Api(card_transactions::void)),
];

/// The parameters of a path, decoded.
pub(crate) type Params = Vec<(&'static str, String)>;

/// What the table says about a request.
pub(crate) enum Route {
    Found(&'static Operation, Params),
    /// The path exists; with these methods.
    OtherMethods(String),
    Unknown,
}

/// Finds the operation. A path without variables wins, as OpenAPI has it: `/cards/batch` is no card of that name, and
/// `/sessions/pay` no session.
pub(crate) fn find(method: &str, path: &str) -> Route {
    let mut found: Vec<(&'static Operation, Params)> = Vec::new();
    for operation in OPERATIONS {
        if let Some(params) = match_path(operation.path, path) {
            found.push((operation, params));
        }
    }
    let fewest = found.iter().map(|(_, params)| params.len()).min();
    found.retain(|(_, params)| Some(params.len()) == fewest);
    if found.is_empty() {
        return Route::Unknown;
    }
    if let Some(at) = found.iter().position(|(o, _)| o.method == method) {
        let (operation, params) = found.swap_remove(at);
        return Route::Found(operation, params);
    }
    let methods: Vec<&str> = found.iter().map(|(o, _)| o.method).collect();
    Route::OtherMethods(methods.join(", "))
}

fn match_path(template: &'static str, path: &str) -> Option<Params> {
    let mut parts = path.split('/');
    let mut params = Params::new();
    for wanted in template.split('/') {
        let part = parts.next()?;
        match wanted.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
            Some(_) if part.is_empty() => return None,
            Some(name) => params.push((
                name,
                percent_decode_str(part).decode_utf8().ok()?.into_owned(),
            )),
            None if wanted != part => return None,
            None => {}
        }
    }
    parts.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn id(method: &str, path: &str) -> &'static str {
        match find(method, path) {
            Route::Found(operation, _) => operation.id,
            _ => "",
        }
    }

    #[test]
    fn operation_ids_and_routes_are_unique() {
        let ids: BTreeSet<_> = OPERATIONS.iter().map(|o| o.id).collect();
        let routes: BTreeSet<_> = OPERATIONS.iter().map(|o| (o.method, o.path)).collect();
        assert_eq!(
            (ids.len(), routes.len()),
            (OPERATIONS.len(), OPERATIONS.len())
        );
    }

    #[test]
    fn parameters_are_decoded_and_slashes_kept_apart() {
        let Route::Found(operation, params) = find(
            "GET",
            "/v1/accounts/T12345678/wallets/cards/gift%2Fcard%20%C3%A6",
        ) else {
            panic!("no route");
        };
        assert_eq!(operation.id, "aid_cards_cardid_get");
        assert_eq!(
            params,
            [
                ("aid", "T12345678".to_owned()),
                ("card_id", "gift/card æ".to_owned())
            ]
        );
    }

    #[test]
    fn a_path_with_a_part_too_many_or_too_few_is_unknown() {
        for path in [
            "/v1/transactions/",
            "/v1/transactions/a/b",
            "/v1",
            "/",
            "",
            "/v2/transactions",
        ] {
            assert!(matches!(find("GET", path), Route::Unknown), "{path}");
        }
    }

    #[test]
    fn a_known_path_with_another_method_names_the_right_ones() {
        let Route::OtherMethods(methods) = find("PATCH", "/v1/sessions/T12345678.a") else {
            panic!("no route")
        };
        assert_eq!(methods, "GET, PUT");
        let Route::OtherMethods(methods) = find("GET", "/v1/sessions/pay") else {
            panic!("no route")
        };
        assert_eq!(methods, "POST");
        assert_eq!(
            id("POST", "/v1/accounts/T12345678/wallets/cards/batch"),
            "aid_cards_batch_post"
        );
    }
}
