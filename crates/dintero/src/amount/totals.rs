//! The captured, refunded and voided amounts of a transaction.

use dintero_checkout::types::{Transaction, TransactionStatus};
use serde::Serialize;

use super::events::{Pending, Sums};
use super::{Amount, AmountError, Currency};
use crate::messages::messages;

/// The captured, refunded, voided and pending amounts of a transaction, computed from its events.
///
/// - The captured amount is the sum of the successful CAPTURE events, the refunded amount that of the successful REFUND events. The
///   transaction's own `amount` is always the authorized amount.
/// - A successful VOID voids what was not captured until then.
/// - INITIATE_CAPTURE, INITIATE_REFUND and INITIATE_VOID are pending until an event has their `request_id` as its
///   `correlation_request_id`. Pending amounts are in none of the sums.
/// - An event with a `correction` counts by its remaining amounts, not by its `success`. The meaning of its status is not documented, so
///   of all interpretations of the corrected events, the one that agrees with those amounts is used. On an event of any other kind, the
///   amounts must agree with the rest.
/// - A status that implies a capture or refund without an event for it is [`AmountsUnclear::Status`]: sums of 0 would be wrong.
///
/// It serializes as its currency and minor units: `authorized`, `captured`, `refunded`, `voided`, and those in progress in `pending`.
///
/// To see pending amounts, read the transaction with all its events: without `includes=events.success.true`.
///
/// ```
/// use dintero::{TransactionAmounts, checkout::types::Transaction};
///
/// fn describe(transaction: &Transaction) -> Result<String, dintero::AmountsUnclear> {
///     let amounts = TransactionAmounts::of(transaction)?;
///     Ok(format!("{} captured, {} refundable", amounts.captured(), amounts.refundable()))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TransactionAmounts {
    currency: Currency,
    #[serde(flatten)]
    sums: Sums,
    pending: Pending,
    /// Whether the status allows captures; `None` if that is unknown.
    #[serde(skip)]
    open: Option<bool>,
}

messages! {
    /// The reason why the amounts of a transaction cannot be determined. Read the transaction again later, or examine it in the Backoffice.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AmountsUnclear {
        /// The transaction has no list of events.
        NoEvents => "the transaction has no list of events",
        /// The transaction has no amount.
        NoAuthorizedAmount => "the transaction has no amount",
        /// The capture or refund event of this index has no integer amount.
        NoAmount(index: usize) => "event {index} of the transaction has no amount",
        /// The event of this index has no `success`.
        NoSuccess(index: usize) => "event {index} of the transaction has no `success`",
        /// The event of this index has no kind, or a field of it does not fit its type and was set aside.
        Unreadable(index: usize) => "event {index} of the transaction could not be read",
        /// No interpretation of the corrections agrees with their remaining amounts, or several do.
        Correction => "the corrections of the transaction's events are inconsistent with their amounts",
        /// The status implies a capture or refund without an event for it.
        Status => "the status of the transaction implies a capture or refund without an event",
        /// The amounts cannot be added: the currency is unknown, or the sum is too large.
        Amount(error: AmountError) => "{error}",
    }
}

impl std::error::Error for AmountsUnclear {}

impl From<AmountError> for AmountsUnclear {
    fn from(error: AmountError) -> Self {
        Self::Amount(error)
    }
}

impl TransactionAmounts {
    /// Computes the amounts.
    ///
    /// # Errors
    /// [`AmountsUnclear`] if the amount is missing, or the events are incomplete or inconsistent.
    pub fn of(transaction: &Transaction) -> Result<Self, AmountsUnclear> {
        let currency = transaction.currency.as_deref().unwrap_or_default();
        let currency = currency.parse()?;
        let authorized = transaction
            .amount
            .ok_or(AmountsUnclear::NoAuthorizedAmount)?;
        let events = transaction.events.as_deref();
        let events = events.ok_or(AmountsUnclear::NoEvents)?;
        let sums = Sums::of(authorized, events)?;
        let status = transaction.status.as_ref();
        let (captured, refunded, open) = status.map_or((false, false, None), implied);
        let lacks_event = captured && sums.captured == 0 || refunded && sums.refunded == 0;
        if lacks_event && authorized != 0 {
            return Err(AmountsUnclear::Status);
        }
        Ok(Self {
            currency,
            sums,
            pending: Pending::of(events)?,
            open,
        })
    }

    /// Returns the authorized amount.
    pub fn authorized(&self) -> Amount {
        self.amount(self.sums.authorized)
    }

    /// Returns the captured amount, including what was refunded later.
    pub fn captured(&self) -> Amount {
        self.amount(self.sums.captured)
    }

    /// Returns the refunded amount.
    pub fn refunded(&self) -> Amount {
        self.amount(self.sums.refunded)
    }

    /// Returns the amount that was voided without being captured.
    pub fn voided(&self) -> Amount {
        self.amount(self.sums.voided)
    }

    /// Returns the amount that can still be captured: authorized, neither captured nor voided. It is 0 if the status allows no capture,
    /// and `None` if the status is unknown.
    pub fn capturable(&self) -> Option<Amount> {
        let rest = if self.open? { self.sums.rest() } else { 0 };
        Some(self.amount(rest))
    }

    /// Returns the amount that can still be refunded: captured and not refunded.
    pub fn refundable(&self) -> Amount {
        self.amount(self.sums.net().max(0))
    }

    /// Returns the captured amount less refunds.
    pub fn net(&self) -> Amount {
        self.amount(self.sums.net())
    }

    /// Returns the amount of captures in progress.
    pub fn pending_capture(&self) -> Amount {
        self.amount(self.pending.capture)
    }

    /// Returns the amount of refunds in progress.
    pub fn pending_refund(&self) -> Amount {
        self.amount(self.pending.refund)
    }

    /// Returns `true` if a void is in progress.
    pub fn is_void_pending(&self) -> bool {
        self.pending.void
    }

    /// Returns `true` if any capture, refund or void is in progress, so that the amounts will change. The capture of a Kravia invoice is
    /// in progress until the payer has paid, which takes weeks or months: a callback with `report_event` tells of it.
    pub fn is_pending(&self) -> bool {
        self.pending != Pending::default()
    }

    fn amount(&self, minor: i64) -> Amount {
        Amount::new(minor, self.currency)
    }
}

pub(crate) fn is_pending(transaction: &Transaction) -> Result<bool, AmountsUnclear> {
    let events = transaction.events.as_deref();
    Pending::of(events.ok_or(AmountsUnclear::NoEvents)?)
        .map(|pending| pending != Pending::default())
}

/// Whether the status implies a capture, whether it implies a refund, and whether it allows a capture, where that is known.
fn implied(status: &TransactionStatus) -> (bool, bool, Option<bool>) {
    use TransactionStatus as Status;
    match status {
        Status::Authorized => (false, false, Some(true)),
        Status::PartiallyCaptured => (true, false, Some(true)),
        Status::PartiallyCapturedRefunded => (true, true, Some(true)),
        Status::Captured => (true, false, Some(false)),
        Status::PartiallyRefunded | Status::Refunded => (true, true, Some(false)),
        Status::Initiated | Status::OnHold => (false, false, Some(false)),
        Status::AuthorizationVoided | Status::Declined | Status::Failed => {
            (false, false, Some(false))
        }
        _ => (false, false, None),
    }
}
