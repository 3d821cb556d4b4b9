//! An unofficial client for Dintero's Shopping, Checkout and Wallets APIs.
//!
//! ```no_run
//! use dintero::Dintero;
//!
//! # async fn run() -> Result<(), dintero::Error> {
//! // DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET
//! let dintero = Dintero::from_env()?;
//! println!("account {}, {}", dintero.account(), if dintero.is_test() { "test" } else { "production" });
//! # Ok(())
//! # }
//! ```
//!
//! One [`Dintero`] holds the connections and tokens for any number of accounts: create it once and clone it freely. Every call returns a
//! [`Response`] or an [`Error`], the same type for all three APIs. To capture, refund or void, end
//! the call with `confirm()` instead of `send()`: it reads the state when a response is lost, and returns an [`outcome::Outcome`].
//!
//! # By task
//!
//! | to | use |
//! | --- | --- |
//! | take a payment | [`create_session`](checkout::Client::create_session), send the payer to its `url`, then verify the [`callback`] |
//! | let a profile decide what the payer sees | [`create_session_from_profile`](checkout::Client::create_session_from_profile) |
//! | verify a callback or a webhook | [`callback::Verifier`] with [`signature_secret`](Dintero::signature_secret), [`callback::WebhookVerifier`] |
//! | ask what became of a payment | [`get_transaction`](checkout::Client::get_transaction), then [`state`] |
//! | capture all or a part when goods leave | [`capture_transaction`](checkout::Client::capture_transaction) |
//! | refund all or a part | [`refund_transaction`](checkout::Client::refund_transaction) |
//! | release what was never captured | [`void_transaction`](checkout::Client::void_transaction) |
//! | know what is captured, refunded and left | [`TransactionAmounts`] |
//! | charge a saved card | [`create_payment_token_session`](checkout::Client::create_payment_token_session), [`create_and_pay_session`](checkout::Client::create_and_pay_session) |
//! | export a month | [`list_transactions`](checkout::Client::list_transactions) with `.pages()` |
//! | reconcile payouts | [`list_settlements`](checkout::Client::list_settlements), [`download_settlement_attachment`](checkout::Client::download_settlement_attachment) |
//! | replace keys and secrets | [`rotate_api_key`](checkout::Client::rotate_api_key), [`create_signature_secret`](checkout::Client::create_signature_secret) |
//! | keep an order beside the payment | [`create_draft_order`](shopping::Client::create_draft_order), [`complete_draft_order`](shopping::Client::complete_draft_order), [`create_order_capture`](shopping::Client::create_order_capture) |
//! | issue a gift card | [`create_card`](wallets::Client::create_card), or in advance [`create_cards`](wallets::Client::create_cards), then [`activate_card`](wallets::Client::activate_card) |
//! | redeem a gift card | [`create_transaction`](wallets::Client::create_transaction), [`capture_transaction`](wallets::Client::capture_transaction) |
//! | call an endpoint that has no method | [`Dintero::request`] |
//! | find a method or a type by what it is about | the tables at [`checkout::Client`], [`shopping::Client`] and [`wallets::Client`] |
//! | test a program without a server | feature `test-util`: `Builder::transport`, `Response::from_json`; [`Error::from_timeout`] |
//! | follow the API's changes | [`Builder::on_drift`], [`Response::set_aside`] |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod amount;
#[cfg(feature = "callback")]
pub mod callback;
mod messages;
#[cfg(any(feature = "checkout", feature = "shopping", feature = "wallets"))]
pub mod outcome;
#[cfg(any(feature = "checkout", feature = "shopping", feature = "wallets"))]
mod set_aside;
#[cfg(any(feature = "checkout", feature = "shopping", feature = "wallets"))]
pub mod state;

pub use amount::{Amount, AmountError, Currency};
#[cfg(feature = "checkout")]
pub use amount::{
    AmountMismatch, AmountsMismatch, AmountsUnclear, OrderAmounts, TransactionAmounts,
    check_amounts, check_amounts_with_shipping,
};
/// The HTTP client that [`Builder::http_client`] configures.
///
/// With `rustls-ring`, the first client of this crate makes ring the default provider of rustls, unless the program has installed one.
/// A client of your own that is built before needs one installed.
pub use dintero_core::reqwest;
#[cfg(feature = "test-util")]
#[doc(hidden)]
pub use dintero_core::run_example;
pub use dintero_core::{
    AccessToken, AlternativeSource, Auth, Builder, Call, CallOptions, Clock, Cursor, CursorSource,
    Date, DateTime, Drift, DriftKind, Error, Evidence, FailedAttempt, Handle, Items, ManualClock,
    Nullable, Number, OneOrMany, Operation, Page, PageCursor, Pages, Paging, Param, Response,
    Retry, RetryClass, RetryPolicy, Server, SetAside, Sleep, StringOrNumber, SystemClock, Text,
    TokenFuture, TokenRequest, TokenSource, UnknownInteger, UnknownValue, Uuid, Validate,
    Violation, Violations, WasSent, reveal,
};
/// Methods, statuses and headers of this crate's functions.
pub use http;

/// The Checkout API: sessions, transactions, payment tokens, settlements.
#[cfg(feature = "checkout")]
#[doc(inline)]
pub use dintero_checkout as checkout;

/// The Shopping API: draft orders, orders and their operations.
#[cfg(feature = "shopping")]
#[doc(inline)]
pub use dintero_shopping as shopping;

/// The Wallets API: gift cards, their balances and transactions.
#[cfg(feature = "wallets")]
#[doc(inline)]
pub use dintero_wallets as wallets;

/// A client for one account. Cheap to clone, `Send` and `Sync`; clones share connections and tokens.
#[derive(Clone, Debug)]
pub struct Dintero {
    handle: Handle,
}

impl Dintero {
    /// Creates a client from the environment variables `DINTERO_ACCOUNT_ID`, `DINTERO_CLIENT_ID` and `DINTERO_CLIENT_SECRET`, and
    /// optionally `DINTERO_API_URL` and `DINTERO_CHECKOUT_URL`.
    ///
    /// # Errors
    /// [`Error::is_configuration`] names every variable that is missing or malformed.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().environment().build()
    }

    /// Starts the configuration of a client.
    ///
    /// ```
    /// use dintero::Dintero;
    ///
    /// # fn main() -> Result<(), dintero::Error> {
    /// let dintero = Dintero::builder()
    ///     .account("T12345678")
    ///     .client_credentials("client id", "client secret")
    ///     .system("my shop", "2.1")
    ///     .build()?;
    /// assert!(dintero.is_test());
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> Builder<Self> {
        Builder::new()
    }

    /// Returns the Shopping API.
    #[cfg(feature = "shopping")]
    pub fn shopping(&self) -> shopping::Client {
        shopping::Client::new(self.handle.clone())
    }

    /// Returns the Checkout API.
    #[cfg(feature = "checkout")]
    pub fn checkout(&self) -> checkout::Client {
        checkout::Client::new(self.handle.clone())
    }

    /// Returns the Wallets API. Dintero recommends separate credentials for it, since `write:wallets` can add value to gift cards.
    #[cfg(feature = "wallets")]
    pub fn wallets(&self) -> wallets::Client {
        wallets::Client::new(self.handle.clone())
    }

    /// Returns this client for another account; it shares connections, settings and credentials.
    ///
    /// # Errors
    /// [`Error::is_configuration`] if the account id is malformed (`T` or `P` and 8 digits).
    pub fn for_account(&self, account: impl AsRef<str>) -> Result<Self, Error> {
        self.handle.for_account(account).map(Self::from)
    }

    /// Returns the id of the account.
    pub fn account(&self) -> &str {
        self.handle.account()
    }

    /// Returns `true` for a test account (`T…`), where no money moves.
    pub fn is_test(&self) -> bool {
        self.handle.is_test()
    }

    /// Returns `true` for a production account (`P…`).
    pub fn is_production(&self) -> bool {
        self.handle.is_production()
    }

    /// Returns the secret that Dintero signs callbacks of the account with, for a [`callback::Verifier`]. Needs the scope
    /// `read:checkout` or `admin:checkout`. Never log it.
    ///
    /// # Errors
    /// [`Error::is_not_found`] if the account has no secret yet, which
    /// [`create_signature_secret`](checkout::Client::create_signature_secret) creates; [`Error::is_decode`] if the response
    /// lacks it; or any other error of the call.
    #[cfg(feature = "checkout")]
    pub async fn signature_secret(&self) -> Result<String, Error> {
        const NONE: &str =
            "the account has no signature secret yet: create one with `create_signature_secret`";
        let response = self.checkout().get_signature_secret().send().await;
        let mut response = response.map_err(|error| match error.is_not_found() {
            true => error.with_advice(NONE),
            false => error,
        })?;
        let signature = response.signature.take();
        let secret = signature.and_then(|signature| signature.secret);
        secret.ok_or_else(|| {
            Error::from_response(response.status(), response.headers().clone(), "")
                .with_operation(&checkout::operations::GET_SIGNATURE_SECRET)
        })
    }

    /// Starts a call of an endpoint that the three clients do not have; see [`Handle::request`].
    ///
    /// ```no_run
    /// # async fn run(dintero: dintero::Dintero) -> Result<(), dintero::Error> {
    /// let hooks = dintero.request(dintero::http::Method::GET, "/v1/accounts/{aid}/hooks/subscriptions").send_bytes().await?;
    /// println!("{} bytes", hooks.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: http::Method, path: &str) -> Call {
        self.handle.request(method, path)
    }

    /// Returns the handle that the three clients share.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl From<Handle> for Dintero {
    fn from(handle: Handle) -> Self {
        Self { handle }
    }
}

#[cfg(test)]
mod tests;

/// Compiles the programs in the READMEs of the crate and of the workspace.
#[cfg(all(doctest, feature = "checkout"))]
mod readme {
    #[doc = include_str!("../README.md")]
    struct Package;

    #[doc = include_str!("../../../README.md")]
    struct Workspace;
}
