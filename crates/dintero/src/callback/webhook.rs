//! Deliveries of webhook subscriptions, verified by `event-signature`.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use dintero_core::Violations;
use hmac::{Hmac, Mac};
use http::HeaderMap;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha1::Sha1;

use super::CallbackError;
use super::header::{digest, single};
use super::signature::{check_secrets, keyed};
use super::verify::delivery;

const SIGNATURE: &str = "event-signature";

dintero_core::open_enum! {
    /// The event of a webhook. Dintero adds events without notice.
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
        /// A location of the account was added.
        AccountLocationAdd = "account_location_add",
        /// A location of the account changed.
        AccountLocationUpdate = "account_location_update",
        /// A location of the account was deleted.
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

/// Verifies deliveries of webhook subscriptions with a secret of type HMAC-SHA1. Cheap to clone.
///
/// The signature covers the bytes of the body, which must be as they were received. It has no timestamp: skip duplicates by
/// [`Webhook::delivery`]. Respond with any 2xx; after several failures Dintero deletes the subscription.
///
/// ```
/// use dintero::callback::{WebhookEvent, WebhookVerifier, sign_webhook};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = WebhookVerifier::new(["hooksecret"])?;
/// let body = br#"{"account_id":"P12345678","event":"ping"}"#.as_slice();
/// let mut headers = http::HeaderMap::new();
/// headers.insert("event-signature", sign_webhook("hooksecret", body).parse()?);
/// let webhook = verifier.verify(&headers, body)?;
/// assert_eq!(webhook.event(), &WebhookEvent::Ping);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WebhookVerifier {
    secrets: Arc<[SecretString]>,
}

/// A delivery with a valid signature.
#[derive(Clone, PartialEq)]
pub struct Webhook {
    event: WebhookEvent,
    account: Option<String>,
    delivery: Option<String>,
    fields: Map<String, Value>,
    raw: Bytes,
}

impl WebhookVerifier {
    /// Creates a verifier for these secrets. Use several while you replace a subscription.
    ///
    /// # Errors
    /// A violation if there is no secret, or an empty one.
    pub fn new<S: Into<String>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, Violations> {
        let secrets: Arc<[SecretString]> = secrets
            .into_iter()
            .map(|secret| SecretString::from(secret.into()))
            .collect();
        let mut violations = Violations::default();
        check_secrets(&secrets, &mut violations);
        if violations.is_empty() {
            Ok(Self { secrets })
        } else {
            Err(violations)
        }
    }

    /// Verifies a delivery and parses its envelope. The body is parsed only after its signature is verified.
    ///
    /// # Errors
    /// [`CallbackError`] has the reason and the status to respond with.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Webhook, CallbackError> {
        let digest: [u8; 20] =
            digest(single(headers, SIGNATURE)?).ok_or(CallbackError::MalformedHeader)?;
        let body = body.into();
        let signed = self.secrets.iter().any(|secret| {
            let mut mac = keyed::<Hmac<Sha1>>(secret);
            mac.update(&body);
            mac.verify_slice(&digest).is_ok()
        });
        if !signed {
            return Err(CallbackError::WrongSignature);
        }
        Webhook::parse(body, delivery(headers))
    }
}

impl Webhook {
    fn parse(raw: Bytes, delivery: Option<String>) -> Result<Self, CallbackError> {
        let fields: Map<String, Value> =
            serde_json::from_slice(&raw).map_err(|_| CallbackError::MalformedBody)?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            event: text("event").ok_or(CallbackError::MalformedBody)?.into(),
            account: text("account_id"),
            // The id in the body is signed.
            delivery: text("event_delivery").or(delivery),
            fields,
            raw,
        })
    }

    /// Returns the event.
    pub fn event(&self) -> &WebhookEvent {
        &self.event
    }

    /// Returns the id of the account.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Returns the id of the delivery; retries have the same. It is taken from the body, which is signed, or else from the header, which is
    /// not.
    pub fn delivery(&self) -> Option<&str> {
        self.delivery.as_deref()
    }

    /// Returns the body as it was received.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// Returns all fields of the body, including unknown ones.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// Deserializes a field of the body, such as `token` of [`WebhookEvent::CheckoutTokenAdd`]; `None` if it is absent or `null`.
    ///
    /// # Errors
    /// [`CallbackError::MalformedBody`] if the field does not fit the type.
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, CallbackError> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|_| CallbackError::MalformedBody),
        }
    }

    /// Returns the transaction of [`WebhookEvent::CheckoutTransaction`] and [`WebhookEvent::CheckoutAuthorization`]; `None` if the payer
    /// cancelled. It is signed but may be outdated: read the transaction again before you move money.
    ///
    /// # Errors
    /// [`CallbackError::MalformedBody`] if the field is no transaction; [`field`](Self::field) still returns it as JSON.
    #[cfg(feature = "checkout")]
    pub fn transaction(
        &self,
    ) -> Result<Option<crate::checkout::types::Transaction>, CallbackError> {
        self.field("transaction")
    }
}

/// Leaves out the payload.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("event", &self.event)
            .field("account", &self.account)
            .field("delivery", &self.delivery)
            .field("bytes", &self.raw.len())
            .finish()
    }
}
