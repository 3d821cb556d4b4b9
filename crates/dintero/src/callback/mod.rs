//! What Dintero sends to your server: verified, and typed.
//!
//! | what | set up by | verified by | read as |
//! | --- | --- | --- | --- |
//! | session callback | `url.callback_url` of a session | [`Verifier`] | [`SessionCallback`] |
//! | express callback | `express.shipping_address_callback_url`, `express.discount_codes.callback_url` | [`Verifier`] | `Verified::express` |
//! | webhook | a subscription of the account, with a secret of the type HMAC-SHA1 | [`WebhookVerifier`] | [`Webhook`] |
//!
//! The signatures have nothing to do with each other. `Dintero-Signature` is over time, account, method, host, path and query, not over the
//! body; it is sent once the account has a signature secret. `event-signature` is over the body alone.
//!
//! # What to answer
//!
//! Within 10 seconds. Dintero repeats a session callback up to 20 times after 5xx, a time-out or a broken connection, and never after
//! 4xx. So 2xx is "done", 5xx "try again", 4xx "never": [`Reply`] has one of each, [`Refusal::status`] the one for each refusal. If your
//! order is not there yet, answer 5xx, never 404: the callback may overtake it.
//!
//! With the feature `axum`, [`SessionCallback`], [`Verified`] and [`Webhook`] are extractors. They answer a refusal themselves; take
//! `Result<SessionCallback, Refusal>` to log why:
//!
//! ```
//! # #[cfg(feature = "axum")] {
//! use axum::{Router, routing::get};
//! use dintero::callback::{Reply, SessionCallback, Verifier};
//!
//! async fn callback(callback: SessionCallback) -> Reply {
//!     match callback.transaction_id {
//!         // Read the transaction, and move your order on in one step.
//!         Some(_) => Reply::Done,
//!         // The payment failed before it began; there is nothing to read.
//!         None if callback.error.is_some() => Reply::Done,
//!         None => Reply::TryAgain,
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
mod canonical;
#[cfg(feature = "checkout")]
mod express;
mod header;
mod refusal;
mod session;
mod setup;
mod sign;
mod verify;
mod webhook;

#[cfg(all(feature = "axum", feature = "checkout"))]
pub use self::axum::Express;
#[cfg(feature = "checkout")]
pub use express::{ExpressAnswer, ExpressQuestion};
pub use refusal::Refusal;
pub use session::{PaymentError, ReportedEvent, SessionCallback};
pub use setup::VerifierBuilder;
pub use sign::{Signer, sign_webhook};
pub use verify::{Verified, Verifier};
pub use webhook::{Webhook, WebhookEvent, WebhookVerifier};

/// The addresses that Dintero sends callbacks from, for firewalls. They do not replace the signature.
pub const SENDERS: [std::net::IpAddr; 2] = [
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(34, 241, 230, 119)),
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(34, 242, 13, 162)),
];

/// What became of a session callback that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// It is dealt with, now or by an earlier delivery.
    Done,
    /// Not now: your order is not there yet, is locked, or your database is away. Dintero sends it again.
    TryAgain,
    /// It will never be of use here. Dintero does not send it again, so nothing will tell you again that this was paid.
    Never,
}

impl Reply {
    /// 200, 503 or 422.
    pub fn status(self) -> http::StatusCode {
        match self {
            Self::Done => http::StatusCode::OK,
            Self::TryAgain => http::StatusCode::SERVICE_UNAVAILABLE,
            Self::Never => http::StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}
