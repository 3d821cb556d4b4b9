//! Verified and typed requests from Dintero to your server.
//!
//! | request | configured by | verified by | type |
//! | --- | --- | --- | --- |
//! | session callback | `url.callback_url` of a session | [`Verifier`] | [`SessionCallback`] |
//! | express callback | `express.shipping_address_callback_url`, `express.discount_codes.callback_url` | [`Verifier`] | `Verified::express` |
//! | webhook | a subscription of the account, with a secret of the type HMAC-SHA1 | [`WebhookVerifier`] | [`Webhook`] |
//!
//! The two signatures are unrelated. `Dintero-Signature` covers the time, account, method, host, path and query, but not the body; it is
//! sent once the account has a signature secret. `event-signature` covers the body alone.
//!
//! # Responses
//!
//! Respond within 10 seconds. Dintero retries a session callback up to 20 times after 5xx, a timeout or a broken connection, and never
//! after 4xx. [`CallbackResponse`] has a value for each case, and [`CallbackError::status`] the status for each error. If your order does
//! not exist yet, respond with 5xx, never with 404: the callback may arrive before the order is stored.
//!
//! With the feature `axum`, [`SessionCallback`], [`Verified`] and [`Webhook`] are extractors, which respond to errors themselves. Extract
//! `Result<SessionCallback, CallbackError>` to log the reason:
//!
//! ```
//! # #[cfg(feature = "axum")] {
//! use axum::{Router, routing::get};
//! use dintero::callback::{CallbackResponse, SessionCallback, Verifier};
//!
//! async fn callback(callback: SessionCallback) -> CallbackResponse {
//!     match callback.transaction_id {
//!         // Read the transaction, and update your order in one step.
//!         Some(_) => CallbackResponse::Processed,
//!         // The payment failed before it was initiated; there is no transaction.
//!         None if callback.error.is_some() => CallbackResponse::Processed,
//!         None => CallbackResponse::Retry,
//!     }
//! }
//!
//! fn routes(verifier: Verifier) -> Router {
//!     Router::new().route("/callback", get(callback)).with_state(verifier)
//! }
//! # }
//! ```

#[cfg(feature = "axum")]
mod axum;
mod error;
#[cfg(feature = "checkout")]
mod express;
mod header;
mod session;
mod sign;
mod signature;
mod verify;
mod webhook;
mod webhook_event;

#[cfg(all(feature = "axum", feature = "checkout"))]
pub use self::axum::Express;
pub use error::CallbackError;
#[cfg(feature = "checkout")]
pub use express::{ExpressRequest, ExpressResponse};
pub use session::{PaymentError, ReportedEvent, SessionCallback};
pub use sign::{Signer, sign_webhook};
pub use verify::{Verified, Verifier};
#[cfg(feature = "checkout")]
pub use webhook::WebhookPayload;
pub use webhook::{Webhook, WebhookVerifier};
pub use webhook_event::WebhookEvent;

/// The IP addresses that Dintero sends callbacks from, for firewalls. They do not replace the signature.
pub const SENDERS: [std::net::IpAddr; 2] = [
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(34, 241, 230, 119)),
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(34, 242, 13, 162)),
];

/// The response to a verified session callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallbackResponse {
    /// The callback was processed, now or in an earlier delivery.
    Processed,
    /// The callback cannot be processed yet, since the order does not exist, is locked, or the database is unavailable. Dintero retries it.
    Retry,
    /// The callback can never be processed. Dintero does not retry it, and does not report this payment again.
    Rejected,
}

impl CallbackResponse {
    /// Returns 200, 503 or 422.
    pub fn status(self) -> http::StatusCode {
        match self {
            Self::Processed => http::StatusCode::OK,
            Self::Retry => http::StatusCode::SERVICE_UNAVAILABLE,
            Self::Rejected => http::StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}
