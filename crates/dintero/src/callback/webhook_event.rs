//! The events that webhook subscriptions deliver.

dintero_core::open_enum! {
    /// The event of a webhook. Dintero adds events without notice. Events that begin with `account_` come in production only.
    pub enum WebhookEvent {
        /// The subscription was created, or a ping was requested.
        Ping = "ping",
        /// An account was added, for partners.
        AccountAdd = "account_add",
        /// An account changed.
        AccountUpdate = "account_update",
        /// A store of the account was added.
        AccountStoreAdd = "account_store_add",
        /// A store of the account changed.
        AccountStoreUpdate = "account_store_update",
        /// A store of the account was deleted.
        AccountStoreDelete = "account_store_delete",
        /// A seller of the account was added.
        AccountPayoutDestinationAdd = "account_payout_destination_add",
        /// A seller of the account changed.
        AccountPayoutDestinationUpdate = "account_payout_destination_update",
        /// A seller of the account was deleted.
        AccountPayoutDestinationDelete = "account_payout_destination_delete",
        /// A store of the account was added; the name until May 2026 of `account_store_add`.
        AccountLocationAdd = "account_location_add",
        /// A store of the account changed; the name until May 2026 of `account_store_update`.
        AccountLocationUpdate = "account_location_update",
        /// A store of the account was deleted; the name until May 2026 of `account_store_delete`.
        AccountLocationDelete = "account_location_delete",
        /// A location was added.
        LocationAdd = "location_add",
        /// A location changed.
        LocationUpdate = "location_update",
        /// A location was deleted.
        LocationDelete = "location_delete",
        /// A receipt was added.
        ReceiptAdd = "receipt_add",
        /// A receipt changed.
        ReceiptUpdate = "receipt_update",
        /// A customer was added.
        CustomerAdd = "customer_add",
        /// A customer changed.
        CustomerUpdate = "customer_update",
        /// A customer was deleted.
        CustomerDelete = "customer_delete",
        /// A customer changed the password.
        CustomerChangePassword = "customer_change_password",
        /// A customer's token was added.
        TokenAdd = "token_add",
        /// A customer's token was removed.
        TokenRemove = "token_remove",
        /// A loyalty transaction.
        Transaction = "transaction",
        /// A gift card was created or used. The body is not documented.
        WalletTransaction = "wallet_transaction",
        /// A discount was added.
        DiscountAdd = "discount_add",
        /// A discount changed.
        DiscountUpdate = "discount_update",
        /// A discount was deleted.
        DiscountDelete = "discount_delete",
        /// Customers were given a discount.
        DiscountAddCustomers = "discount_add_customers",
        /// A customer's discount changed.
        DiscountCustomerUpdate = "discount_customer_update",
        /// A draft order was added.
        ShoppingDraftAdd = "shopping_draft_add",
        /// A draft order changed.
        ShoppingDraftUpdate = "shopping_draft_update",
        /// A draft order was completed; the body has its orders.
        ShoppingDraftComplete = "shopping_draft_complete",
        /// An order changed.
        ShoppingOrderUpdate = "shopping_order_update",
        /// An event was added to an order.
        ShoppingOrderEventAdd = "shopping_order_event_add",
        /// An order was deleted.
        ShoppingOrderDelete = "shopping_order_delete",
        /// A settlement was added.
        SettlementAdd = "settlement_add",
        /// The due diligence of a customer changed.
        CddCaseUpdate = "cdd_case_update",
        /// The approval of a seller changed.
        ApprovalPayoutDestinationUpdate = "approval_payout_destination_update",
        /// The approval of a seller was deleted.
        ApprovalPayoutDestinationDelete = "approval_payout_destination_delete",
        /// A payment was authorized or failed; the body has no transaction if the payer cancelled.
        CheckoutAuthorization = "checkout_authorization",
        /// A transaction was created or changed, also by a capture, refund or void.
        CheckoutTransaction = "checkout_transaction",
        /// A payment token was added.
        CheckoutTokenAdd = "checkout_token_add",
        /// A payment token changed.
        CheckoutTokenUpdate = "checkout_token_update",
        /// A payment token was deleted.
        CheckoutTokenDelete = "checkout_token_delete",
    }
}
