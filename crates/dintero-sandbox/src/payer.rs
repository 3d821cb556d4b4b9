//! The payer as a Rust API: what a person does on the payment page, done by a test.

use std::fmt;

use crate::api::checkout::card::Card;
use crate::api::checkout::payment::{self, Choice};
use crate::call::Call;
use crate::dispatch::Server;
use crate::state::Account;

/// The error of a payer's action. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayError(String);

impl fmt::Display for PayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the session cannot be paid: {}", self.0)
    }
}

impl std::error::Error for PayError {}

/// The payer of one session, from [`Sandbox::payer`](crate::Sandbox::payer).
///
/// Each method does what the button of that name does on the payment page, the callback included, and returns the id of the
/// transaction, such as `T12345678.5cyWnV68vzJ1kYjZPrKWWm`.
///
/// ```
/// use dintero_sandbox::{Card, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let payer = sandbox.payer("T12345678.no-such-session");
/// assert!(payer.pay(Card::approved()).is_err());
/// assert!(payer.cancel().is_err());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Every method returns an error, and changes nothing, if the session does not exist, has expired, is cancelled,
/// completed or locked; [`Payer::release`] and [`Payer::refuse`] if it has no transaction that is `ON_HOLD`.
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

    fn act(&self, choice: Choice) -> Result<String, PayError> {
        let action = |call: &Call<'_>, account: &mut Account| {
            payment::act(call, account, self.session_id, &choice)
        };
        // Every choice but cancelling is about a transaction.
        let id = self.server.act(self.session_id, ("", ""), action);
        id.map(Option::unwrap_or_default)
            .map_err(|error| PayError(error.message))
    }

    /// Pays with a card. A declined or failed card is not an error here: it makes a transaction with that status.
    pub fn pay(&self, card: Card) -> Result<String, PayError> {
        self.act(Choice::Pay(card))
    }

    /// Pays in a way that awaits a decision: the transaction is `ON_HOLD`.
    pub fn hold(&self) -> Result<String, PayError> {
        self.act(Choice::Hold)
    }

    /// Authorizes a payment on hold.
    pub fn release(&self) -> Result<String, PayError> {
        self.act(Choice::Release)
    }

    /// Refuses a payment on hold: the transaction is `FAILED`.
    pub fn refuse(&self) -> Result<String, PayError> {
        self.act(Choice::Refuse)
    }

    /// Leaves without paying: the session is cancelled and has no transaction.
    pub fn cancel(&self) -> Result<(), PayError> {
        self.act(Choice::Cancel).map(drop)
    }
}
