//! What became of an authorization, from the events of its transaction.

use std::fmt;

use dintero_checkout::types::{Transaction, TransactionStatus};

use super::events::{Pending, Sums};
use super::{Amount, AmountError, Currency};

/// What of a transaction is captured, refunded, released and pending, computed from its events.
///
/// - Captured is the sum of the successful CAPTURE events, refunded that of the successful REFUND events; a failed one moves nothing.
///   The transaction's own `amount` is what was authorized, in every answer.
/// - A successful VOID releases what was not captured until then.
/// - INITIATE_CAPTURE, INITIATE_REFUND and INITIATE_VOID are pending until an event has their `request_id` as its
///   `correlation_request_id`. Pending money is in none of the sums.
/// - An event with a `correction` counts as its remaining amounts say, not as its `success` says. What its status may be is not
///   published, so of all ways to read the corrected events the one is taken that agrees with those amounts.
///   On an event of any other kind the amounts have to agree with the rest.
/// - A status that tells of a capture or refund without an event for it is [`Unclear::Status`]: sums of 0 would be wrong.
///
/// Read the transaction with all its events: without `includes=events.success.true`, if you want to see what is pending.
///
/// ```
/// use dintero::{TransactionAmounts, checkout::types::Transaction};
///
/// fn left(transaction: &Transaction) -> Result<String, dintero::Unclear> {
///     let amounts = TransactionAmounts::of(transaction)?;
///     Ok(format!("{} captured, {} can be given back", amounts.captured(), amounts.refundable()))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionAmounts {
    currency: Currency,
    sums: Sums,
    pending: Pending,
    /// Whether the status leaves something to capture; none when it does not tell.
    open: Option<bool>,
}

/// The events do not tell what became of the money. Read the transaction again later, or look at it in the Backoffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unclear {
    /// The transaction came without its events.
    NoEvents,
    /// The event of this index captured or refunded, but says no amount in whole minor units.
    NoAmount(usize),
    /// The event of this index does not say whether it succeeded.
    NoOutcome(usize),
    /// The corrections can be read in no way, or in several ways, that agree with their own remaining amounts.
    Correction,
    /// The status says that something was captured or refunded, and no event did it.
    Status,
    /// The amounts cannot be computed with: the currency is unknown, or the sum is too large.
    Amount(AmountError),
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEvents => f.write_str("the transaction came without its events"),
            Self::NoAmount(index) => write!(f, "event {index} of the transaction has no amount"),
            Self::NoOutcome(index) => write!(
                f,
                "event {index} of the transaction does not say whether it succeeded"
            ),
            Self::Correction => f.write_str(
                "the corrections of the transaction's events do not agree with their amounts",
            ),
            Self::Status => f.write_str(
                "the status of the transaction tells of a capture or refund that no event made",
            ),
            Self::Amount(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Unclear {}

impl From<AmountError> for Unclear {
    fn from(error: AmountError) -> Self {
        Self::Amount(error)
    }
}

impl TransactionAmounts {
    /// Computes them.
    ///
    /// # Errors
    /// [`Unclear`] when the events do not tell, rather than a guess.
    pub fn of(transaction: &Transaction) -> Result<Self, Unclear> {
        let currency = transaction.currency.parse()?;
        let events = transaction.events.as_deref().ok_or(Unclear::NoEvents)?;
        let sums = Sums::of(transaction.amount, events)?;
        let (captured, refunded) = transaction.status.as_ref().map_or((false, false), told);
        let silent = captured && sums.captured == 0 || refunded && sums.refunded == 0;
        if silent && transaction.amount != 0 {
            return Err(Unclear::Status);
        }
        Ok(Self {
            currency,
            sums,
            pending: Pending::of(events)?,
            open: transaction.status.as_ref().and_then(open),
        })
    }

    /// What was authorized.
    pub fn authorized(&self) -> Amount {
        self.amount(self.sums.authorized)
    }

    /// What has been captured, refunds not taken off.
    pub fn captured(&self) -> Amount {
        self.amount(self.sums.captured)
    }

    /// What has been refunded.
    pub fn refunded(&self) -> Amount {
        self.amount(self.sums.refunded)
    }

    /// What has been released without being captured.
    pub fn voided(&self) -> Amount {
        self.amount(self.sums.voided)
    }

    /// What can still be captured: authorized, not captured, not released. Nothing when the status leaves nothing to capture; none when
    /// the status does not tell.
    pub fn capturable(&self) -> Option<Amount> {
        let rest = self.sums.rest();
        self.open
            .map(|open| self.amount(if open { rest } else { 0 }))
    }

    /// What can still be given back: captured and not refunded.
    pub fn refundable(&self) -> Amount {
        self.amount(self.sums.net().max(0))
    }

    /// What stays of the payment: captured without what was refunded.
    pub fn kept(&self) -> Amount {
        self.amount(self.sums.net())
    }

    /// Captures that were taken and have no outcome yet.
    pub fn pending_capture(&self) -> Amount {
        self.amount(self.pending.capture)
    }

    /// Refunds that were taken and have no outcome yet.
    pub fn pending_refund(&self) -> Amount {
        self.amount(self.pending.refund)
    }

    /// Is a void without outcome yet?
    pub fn is_void_pending(&self) -> bool {
        self.pending.void
    }

    /// Is any capture, refund or void without outcome yet? Then the sums will change by themselves.
    pub fn is_pending(&self) -> bool {
        self.pending != Pending::default()
    }

    fn amount(&self, minor: i64) -> Amount {
        Amount::new(minor, self.currency)
    }
}

/// Is a capture, refund or void of the transaction without outcome yet?
pub(crate) fn is_pending(transaction: &Transaction) -> Result<bool, Unclear> {
    Pending::of(transaction.events.as_deref().unwrap_or_default())
        .map(|pending| pending != Pending::default())
}

/// Does the status say that something was captured, and that something was refunded?
fn told(status: &TransactionStatus) -> (bool, bool) {
    match status {
        TransactionStatus::PartiallyCaptured | TransactionStatus::Captured => (true, false),
        TransactionStatus::PartiallyCapturedRefunded
        | TransactionStatus::PartiallyRefunded
        | TransactionStatus::Refunded => (true, true),
        _ => (false, false),
    }
}

/// Does the status leave something to capture?
fn open(status: &TransactionStatus) -> Option<bool> {
    match status {
        TransactionStatus::Authorized
        | TransactionStatus::PartiallyCaptured
        | TransactionStatus::PartiallyCapturedRefunded => Some(true),
        TransactionStatus::LiteralUnknown | TransactionStatus::Unknown(_) => None,
        TransactionStatus::Initiated
        | TransactionStatus::OnHold
        | TransactionStatus::Captured
        | TransactionStatus::PartiallyRefunded
        | TransactionStatus::Refunded
        | TransactionStatus::AuthorizationVoided
        | TransactionStatus::Declined
        | TransactionStatus::Failed => Some(false),
        _ => None,
    }
}
