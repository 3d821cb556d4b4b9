//! Webhook subscriptions: deliveries verified by `event-signature`, read into an envelope.

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

use super::Refusal;
use super::canonical::keyed;
use super::header::{digest, only};
use super::setup::check_secrets;
use super::verify::delivery;

const SIGNATURE: &str = "event-signature";

dintero_core::open_enum! {
    /// What a webhook tells of. The list grows.
    pub enum WebhookEvent {
        /// The subscription was made, or you asked for a ping.
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
        /// A gift card is new or was used. What the body holds is not documented.
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
        /// A draft order was completed; its orders are in the body.
        ShoppingDraftComplete = "shopping_draft_complete",
        /// An order changed.
        ShoppingOrderUpdate = "shopping_order_update",
        /// An order has a new event.
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
        /// A payment was authorized or failed; without a transaction if the payer cancelled it.
        CheckoutAuthorization = "checkout_authorization",
        /// A transaction is new or changed, by captures, refunds and voids as well.
        CheckoutTransaction = "checkout_transaction",
        /// A payment token was added.
        CheckoutTokenAdd = "checkout_token_add",
        /// A payment token changed.
        CheckoutTokenUpdate = "checkout_token_update",
        /// A payment token was deleted.
        CheckoutTokenDelete = "checkout_token_delete",
    }
}

/// Verifies deliveries of webhook subscriptions whose secret is of the type HMAC-SHA1. Cheap to clone.
///
/// The signature is over the bytes of the body, so give them as they came. It holds no time: leave out repeats by [`Webhook::delivery`].
/// Answer with any 2xx when you have it; after failures in a row Dintero deletes the subscription.
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
#[derive(Clone)]
pub struct WebhookVerifier {
    secrets: Arc<[SecretString]>,
}

/// A delivery that a secret of yours signed.
#[derive(Clone, PartialEq)]
pub struct Webhook {
    event: WebhookEvent,
    account: Option<String>,
    delivery: Option<String>,
    fields: Map<String, Value>,
    raw: Bytes,
}

impl WebhookVerifier {
    /// A verifier for these secrets; several while you change from one subscription to the next.
    ///
    /// # Errors
    /// There is no secret, or an empty one.
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

    /// Verifies a delivery and reads its envelope. The signature comes first: nothing of a body is read that nobody signed.
    ///
    /// # Errors
    /// [`Refusal`] says why, and what to answer.
    pub fn verify(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Result<Webhook, Refusal> {
        let digest: [u8; 20] = digest(only(headers, SIGNATURE)?).ok_or(Refusal::MalformedHeader)?;
        let body = body.into();
        let signed = self.secrets.iter().any(|secret| {
            let mut mac = keyed::<Hmac<Sha1>>(secret);
            mac.update(&body);
            mac.verify_slice(&digest).is_ok()
        });
        if !signed {
            return Err(Refusal::WrongSignature);
        }
        Webhook::read(body, delivery(headers))
    }
}

impl Webhook {
    fn read(raw: Bytes, delivery: Option<String>) -> Result<Self, Refusal> {
        let fields: Map<String, Value> =
            serde_json::from_slice(&raw).map_err(|_| Refusal::MalformedBody)?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            event: text("event").ok_or(Refusal::MalformedBody)?.into(),
            account: text("account_id"),
            // That of the body is signed.
            delivery: text("event_delivery").or(delivery),
            fields,
            raw,
        })
    }

    /// What it tells of.
    pub fn event(&self) -> &WebhookEvent {
        &self.event
    }

    /// The account it is about.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The id of the delivery, the same when Dintero repeats: from the body, which is signed, else from the header, which is not.
    pub fn delivery(&self) -> Option<&str> {
        self.delivery.as_deref()
    }

    /// The body as it came.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// All fields of the body, unknown ones too.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// A part of the body as a type of yours, such as `token` of [`WebhookEvent::CheckoutTokenAdd`]; none when it is not there.
    ///
    /// # Errors
    /// [`Refusal::MalformedBody`] when it does not fit the type.
    pub fn part<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Refusal> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|_| Refusal::MalformedBody),
        }
    }

    /// The transaction of [`WebhookEvent::CheckoutTransaction`] and [`WebhookEvent::CheckoutAuthorization`]; none when the payer cancelled. Signed,
    /// but perhaps overtaken: read it again before you move money.
    ///
    /// # Errors
    /// [`Refusal::MalformedBody`] when it is no transaction; [`part`](Self::part) then still gives it as JSON.
    #[cfg(feature = "checkout")]
    pub fn transaction(&self) -> Result<Option<crate::checkout::types::Transaction>, Refusal> {
        self.part("transaction")
    }
}

impl fmt::Debug for WebhookVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookVerifier")
            .field("secrets", &self.secrets.len())
            .finish()
    }
}

/// Without the payload.
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
