//! A client for Dintero's Shopping, Checkout and Wallets APIs. Unofficial.
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
//! One [`Dintero`] holds the connections and tokens for as many accounts as needed: make it once, clone it freely. Every call
//! answers a [`Response`] or the one [`Error`] of all three APIs.

use std::fmt;

mod amount;
#[cfg(feature = "callback")]
pub mod callback;
#[cfg(any(feature = "checkout", feature = "shopping", feature = "wallets"))]
pub mod outcome;
#[cfg(any(feature = "checkout", feature = "shopping", feature = "wallets"))]
pub mod state;

pub use amount::{Amount, AmountError, Currency};
#[cfg(feature = "checkout")]
pub use amount::{
    AmountsMismatch, Mismatch, OrderAmounts, TransactionAmounts, Unclear, check_amounts,
    check_amounts_with_shipping,
};
pub use dintero_core::{
    AccessToken, AlternativeSource, Auth, Builder, Call, CallOptions, Clock, Cursor, CursorSource,
    Date, DateTime, Error, Evidence, FailedAttempt, Handle, Items, ManualClock, Nullable, Number,
    OneOrMany, Operation, Page, PageCursor, Pages, Paging, Param, Response, Retry, RetryClass,
    RetryPolicy, Server, Sleep, StringOrNumber, SystemClock, Text, TokenFuture, TokenRequest,
    TokenSource, UnknownInteger, UnknownValue, Uuid, Validate, Violation, Violations, WasSent,
    reveal,
};
/// Methods, statuses and headers, as this crate's functions take and give them.
pub use http;

/// The Checkout API: sessions, transactions, payment tokens, settlements.
#[cfg(feature = "checkout")]
pub use dintero_checkout as checkout;

/// The Shopping API: draft orders, orders, and what happens to them.
#[cfg(feature = "shopping")]
pub use dintero_shopping as shopping;

/// The Wallets API: gift cards, their balances and transactions.
#[cfg(feature = "wallets")]
pub use dintero_wallets as wallets;

/// The entry to Dintero's APIs for one account. Cheap to clone, `Send` and `Sync`; clones share connections and tokens.
#[derive(Clone)]
pub struct Dintero {
    handle: Handle,
}

impl Dintero {
    /// A client configured by the environment: `DINTERO_ACCOUNT_ID`, `DINTERO_CLIENT_ID` and `DINTERO_CLIENT_SECRET`, and where
    /// given `DINTERO_API_URL` and `DINTERO_CHECKOUT_URL`.
    ///
    /// # Errors
    /// One error ([`Error::is_configuration`]) that names every variable that is missing or malformed.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().environment().build()
    }

    /// Starts a configuration.
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

    /// The Shopping API.
    #[cfg(feature = "shopping")]
    pub fn shopping(&self) -> shopping::Client {
        shopping::Client::new(self.handle.clone())
    }

    /// The Checkout API.
    #[cfg(feature = "checkout")]
    pub fn checkout(&self) -> checkout::Client {
        checkout::Client::new(self.handle.clone())
    }

    /// The Wallets API. Dintero advises an API client of its own for it, since whoever may write there makes money.
    #[cfg(feature = "wallets")]
    pub fn wallets(&self) -> wallets::Client {
        wallets::Client::new(self.handle.clone())
    }

    /// The same client for another account; it shares connections, settings and credentials.
    ///
    /// # Errors
    /// [`Error::is_configuration`] when it is no account id (`T` or `P` and 8 digits).
    pub fn for_account(&self, account: impl AsRef<str>) -> Result<Self, Error> {
        self.handle.for_account(account).map(Self::from)
    }

    /// The id of the account.
    pub fn account(&self) -> &str {
        self.handle.account()
    }

    /// Whether the account is a test account (`T…`), where no money moves.
    pub fn is_test(&self) -> bool {
        self.handle.is_test()
    }

    /// Whether the account is a production account (`P…`).
    pub fn is_production(&self) -> bool {
        self.handle.is_production()
    }

    /// Starts a call of an endpoint that the three clients lack; see [`Handle::request`].
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

    /// The connection that the three clients share.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl From<Handle> for Dintero {
    fn from(handle: Handle) -> Self {
        Self { handle }
    }
}

impl fmt::Debug for Dintero {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dintero").field(&self.handle).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Dintero;

    #[test]
    fn a_client_is_cheap_to_clone_and_shows_no_secret() {
        fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
        let builder = Dintero::builder()
            .account("P12345678")
            .client_credentials("the-id", "the-secret");
        let dintero = builder.build().expect("configuration");
        shared(&dintero);
        assert_eq!(size_of::<Dintero>(), size_of::<usize>());
        assert!(dintero.is_production() && !dintero.is_test());
        let shown = format!("{dintero:?}");
        assert!(
            shown.contains("P12345678")
                && !shown.contains("the-secret")
                && !shown.contains("the-id"),
            "{shown}"
        );
    }

    #[test]
    fn another_account_is_a_client_of_its_own() {
        let dintero = Dintero::builder()
            .account("P12345678")
            .bearer_token("t")
            .build()
            .expect("configuration");
        let other = dintero.for_account("T00000001").expect("account");
        assert_eq!(
            (dintero.account(), other.account()),
            ("P12345678", "T00000001")
        );
        assert!(
            dintero
                .for_account("shop")
                .is_err_and(|error| error.is_configuration())
        );
    }
}

/// The README's program compiles.
#[cfg(all(doctest, feature = "checkout"))]
#[doc = include_str!("../README.md")]
struct Readme;
