//! The payer: a person at the page that a session's `url` points to, or a test in that person's place.

use std::fmt;

use crate::api::checkout::card::Card;
use crate::api::checkout::payment::{self, Choice};
use crate::call::Call;
use crate::dispatch::Server;
use crate::state::Account;

/// The id of a transaction, such as `T12345678.5cyWnV68vzJ1kYjZPrKWWm`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionId(String);

impl TransactionId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for TransactionId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<TransactionId> for String {
    fn from(id: TransactionId) -> Self {
        id.0
    }
}

/// Why the payer could not do something. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayError(String);

impl fmt::Display for PayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the session cannot be paid: {}", self.0)
    }
}

impl std::error::Error for PayError {}

/// The payer of one session, from [`Sandbox::payer`](crate::Sandbox::payer). Each method does what the button of that name does on the
/// payment page, the callback included, and fails in the same cases: no such session, expired, cancelled, completed or
/// locked.
///
/// ```
/// use dintero_sandbox::{Card, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let payer = sandbox.payer("T12345678.no-such-session");
/// assert!(payer.pay(Card::capture_times_out()).is_err());
/// assert!(payer.cancel().is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct Payer<'a> {
    server: &'a Server,
    session_id: &'a str,
}

impl<'a> Payer<'a> {
    pub(crate) fn new(server: &'a Server, session_id: &'a str) -> Self {
        Self { server, session_id }
    }

    fn act(&self, choice: Choice) -> Result<Option<String>, PayError> {
        let action = |call: &Call<'_>, account: &mut Account| {
            payment::act(call, account, self.session_id, &choice)
        };
        let result = self.server.act(self.session_id, action);
        result.map_err(|error| PayError(error.message))
    }

    fn transaction(&self, choice: Choice) -> Result<TransactionId, PayError> {
        // Every choice but cancelling is about a transaction.
        let id = self.act(choice)?.unwrap_or_default();
        Ok(TransactionId(id))
    }

    /// Pays with a card. A declined or failed card is not an error here: it makes a transaction with that status.
    ///
    /// # Errors
    ///
    /// See [`Payer`].
    pub fn pay(&self, card: Card) -> Result<TransactionId, PayError> {
        self.transaction(Choice::Pay(card))
    }

    /// Pays with [`Card::declined`]: the transaction is `DECLINED`.
    ///
    /// # Errors
    ///
    /// See [`Payer`].
    pub fn decline(&self) -> Result<TransactionId, PayError> {
        self.pay(Card::declined())
    }

    /// Pays with [`Card::failing`]: the authorization times out, the transaction is `FAILED`.
    ///
    /// # Errors
    ///
    /// See [`Payer`].
    pub fn time_out(&self) -> Result<TransactionId, PayError> {
        self.pay(Card::failing())
    }

    /// Pays in a way that somebody has to decide about: the transaction is `ON_HOLD`.
    ///
    /// # Errors
    ///
    /// See [`Payer`].
    pub fn hold(&self) -> Result<TransactionId, PayError> {
        self.transaction(Choice::Hold)
    }

    /// Decides for a payment on hold: it is authorized.
    ///
    /// # Errors
    ///
    /// When the session has no transaction that is `ON_HOLD`.
    pub fn release(&self) -> Result<TransactionId, PayError> {
        self.transaction(Choice::Release)
    }

    /// Decides against a payment on hold: the transaction is `FAILED`.
    ///
    /// # Errors
    ///
    /// When the session has no transaction that is `ON_HOLD`.
    pub fn refuse(&self) -> Result<TransactionId, PayError> {
        self.transaction(Choice::Refuse)
    }

    /// Leaves without paying: the session is cancelled and has no transaction.
    ///
    /// # Errors
    ///
    /// See [`Payer`].
    pub fn cancel(&self) -> Result<(), PayError> {
        self.act(Choice::Cancel).map(|_| ())
    }
}
