//! Deliveries of webhook subscriptions, verified by `event-signature`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use dintero_core::{SetAside, Violations};
use hmac_sha1_compact::HMAC;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::header::{digest, single};
use super::signature::checked_secrets;
use super::verify::delivery;
use super::{CallbackError, WebhookEvent};
#[cfg(feature = "checkout")]
use crate::checkout::types;

const SIGNATURE: &str = "event-signature";

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

/// A delivery with a valid signature. No such delivery is refused: what this version cannot read, it delivers as it was received.
///
/// It can be put into a queue with serde. What is deserialized is not verified again, so only your own code may write to that queue.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Stored", from = "Stored")]
pub struct Webhook {
    event: WebhookEvent,
    account: Option<String>,
    delivery: Option<String>,
    fields: Map<String, Value>,
    raw: Bytes,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    /// From the headers.
    event: Option<String>,
    delivery: Option<String>,
    /// As text, or as bytes if it is not UTF-8.
    body: Result<String, Vec<u8>>,
}

impl From<Webhook> for Stored {
    fn from(webhook: Webhook) -> Self {
        let event = webhook.event.as_str().to_owned();
        Self {
            event: Some(event).filter(|_| !webhook.is_event_signed()),
            delivery: webhook.delivery,
            body: String::from_utf8(webhook.raw.into()).map_err(|error| error.into_bytes()),
        }
    }
}

impl From<Stored> for Webhook {
    fn from(stored: Stored) -> Self {
        let raw = stored.body.map_or_else(Bytes::from, Bytes::from);
        Self::new(raw, stored.event, stored.delivery)
    }
}

/// The payload of a webhook, by its event. It is signed but may be outdated: read the transaction again before you move money.
#[cfg(feature = "checkout")]
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum WebhookPayload {
    /// The subscription, with [`WebhookEvent::Ping`]. It may hold the secret.
    Subscription(Box<types::WebhookSubscription>),
    /// How a payment ended, with [`WebhookEvent::CheckoutAuthorization`], and its transaction unless the payer cancelled.
    Authorization(
        types::CheckoutAuthorization,
        Option<Box<types::Transaction>>,
    ),
    /// A transaction, with [`WebhookEvent::CheckoutTransaction`].
    Transaction(Box<types::Transaction>),
    /// A payment token, with the three events of tokens.
    Token(Box<types::CardToken>),
    /// The body as it was received: of an event without a type here, or one that does not match its type.
    Unknown(Bytes),
}

impl WebhookVerifier {
    /// Creates a verifier for these secrets. Use several while you replace a subscription.
    ///
    /// # Errors
    /// A violation if there is no secret, an empty one, or one that begins or ends with white space.
    pub fn new<S: Into<String>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, Violations> {
        let (secrets, violations) = checked_secrets(secrets);
        match violations.is_empty() {
            true => Ok(Self { secrets }),
            false => Err(violations),
        }
    }

    /// Verifies a delivery. The body is parsed only after its signature is verified; whatever it is, it is no error.
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
            let mac = HMAC::mac(&body, secret.expose_secret().as_bytes());
            mac.ct_eq(&digest).into()
        });
        if !signed {
            return Err(CallbackError::WrongSignature);
        }
        let event = single(headers, "event").ok().map(str::to_owned);
        Ok(Webhook::new(body, event, delivery(headers)))
    }
}

/// Reads JSON as the responses of the API are read: what does not fit is set aside in the unknown fields.
pub(super) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<(T, Vec<SetAside>), CallbackError> {
    dintero_core::data::read(json).map_err(|_| CallbackError::MalformedBody)
}

fn members(body: &[u8]) -> BTreeMap<String, &RawValue> {
    serde_json::from_slice(body).unwrap_or_default()
}

impl Webhook {
    fn new(raw: Bytes, event: Option<String>, delivery: Option<String>) -> Self {
        let members = members(&raw).into_iter();
        let fields: Map<String, Value> = members
            .filter_map(|(name, value)| Some((name, read(value.get().as_bytes()).ok()?.0)))
            .collect();
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            event: text("event").or(event).unwrap_or_default().into(),
            // An older form of the token events has the account in the token only.
            account: text("account_id").or_else(|| {
                let token = fields.get("token")?;
                token.get("account_id")?.as_str().map(str::to_owned)
            }),
            // The id in the body is signed.
            delivery: text("event_delivery").or(delivery),
            fields,
            raw,
        }
    }

    /// Returns the event, from the body if it has one, else from the header `event`. It is an unknown event, an empty text, if both lack it.
    pub fn event(&self) -> &WebhookEvent {
        &self.event
    }

    /// Returns `true` if the event is in the body and so covered by the signature. A ping and the older form of token events do not have
    /// it; whoever has seen such a delivery can send its body again with another `event` header.
    pub fn is_event_signed(&self) -> bool {
        self.fields.get("event").is_some_and(Value::is_string)
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

    /// Returns the fields of the body, including unknown ones; none if the body is no JSON object.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// Deserializes a field of the body, such as `token` of [`WebhookEvent::CheckoutTokenAdd`]; `None` if it is absent or `null`.
    ///
    /// # Errors
    /// [`CallbackError::MalformedBody`] if the field does not fit the type.
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, CallbackError> {
        self.part(name, &mut Vec::new())
    }

    fn part<T: DeserializeOwned>(
        &self,
        name: &str,
        set_aside: &mut Vec<SetAside>,
    ) -> Result<Option<T>, CallbackError> {
        let members = members(&self.raw);
        let Some(json) = members.get(name).filter(|value| value.get() != "null") else {
            return Ok(None);
        };
        let (value, found) = read(json.get().as_bytes())?;
        set_aside.extend(found.into_iter().map(|one| one.within(name)));
        Ok(Some(value))
    }

    /// Returns the payload by its event, or the raw body if it has no type here or does not match it.
    ///
    /// ```
    /// use dintero::callback::{Webhook, WebhookPayload};
    ///
    /// fn handle(webhook: &Webhook) {
    ///     match webhook.payload() {
    ///         WebhookPayload::Transaction(transaction) => println!("read {:?} again", transaction.id),
    ///         WebhookPayload::Authorization(end, _) => println!("session {:?}: {:?}", end.session_id, end.error),
    ///         _ => println!("an event {}", webhook.event()),
    ///     }
    /// }
    /// ```
    #[cfg(feature = "checkout")]
    #[inline]
    pub fn payload(&self) -> WebhookPayload {
        let unknown = || WebhookPayload::Unknown(self.raw.clone());
        self.typed().map_or_else(unknown, |(payload, _)| payload)
    }

    /// Returns the fields of the [`payload`](Self::payload) that do not fit their types, as [`Response::set_aside`](crate::Response::set_aside)
    /// does. Decide on nothing that is among them.
    #[cfg(feature = "checkout")]
    #[inline]
    pub fn set_aside(&self) -> Vec<SetAside> {
        self.typed().map(|(_, aside)| aside).unwrap_or_default()
    }

    #[cfg(feature = "checkout")]
    #[inline]
    fn typed(&self) -> Option<(WebhookPayload, Vec<SetAside>)> {
        use WebhookEvent as Event;
        use WebhookPayload as Payload;
        let mut aside = Vec::new();
        let payload = match self.event {
            Event::Ping => {
                let (subscription, found) = read(&self.raw).ok()?;
                aside = found;
                Payload::Subscription(subscription)
            }
            Event::CheckoutTransaction => {
                Payload::Transaction(self.part("transaction", &mut aside).ok()??)
            }
            Event::CheckoutAuthorization => {
                let transaction = self.part("transaction", &mut aside).ok()?;
                let end = self.part("authorization", &mut aside).ok()??;
                Payload::Authorization(end, transaction)
            }
            Event::CheckoutTokenAdd | Event::CheckoutTokenUpdate | Event::CheckoutTokenDelete => {
                Payload::Token(self.part("token", &mut aside).ok()??)
            }
            _ => return None,
        };
        Some((payload, aside))
    }
}

/// Shows no personal data and no secret, and of a body that is not typed only its length.
#[cfg(feature = "checkout")]
impl fmt::Debug for WebhookPayload {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscription(subscription) => subscription.fmt(f),
            Self::Authorization(end, transaction) => (end, transaction).fmt(f),
            Self::Transaction(transaction) => transaction.fmt(f),
            Self::Token(token) => token.fmt(f),
            Self::Unknown(raw) => write!(f, "Unknown({} bytes)", raw.len()),
        }
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
