//! What became of an authorization, from the events of its transaction.

use std::fmt;

use dintero_checkout::types::{
    Transaction, TransactionEvent, TransactionEventKind, TransactionStatus,
};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sums {
    authorized: i64,
    captured: i64,
    refunded: i64,
    voided: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pending {
    capture: i64,
    refund: i64,
    void: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Move {
    Capture,
    Refund,
    Void,
}

/// An event that moved money, or may have.
struct Step {
    moved: Move,
    /// Without one a void releases all the rest.
    amount: Option<i64>,
    /// None when a correction is to tell.
    counts: Option<bool>,
    correction: Option<Remaining>,
}

#[derive(Clone, Copy)]
struct Remaining {
    capture: i64,
    refund: i64,
}

/// More corrected events than this are not tried in all ways.
const MOST_CORRECTIONS: u32 = 8;

impl TransactionAmounts {
    /// Computes them.
    ///
    /// # Errors
    /// [`Unclear`] when the events do not tell, rather than a guess.
    pub fn of(transaction: &Transaction) -> Result<Self, Unclear> {
        let currency = transaction.currency.parse()?;
        let events = transaction.events.as_deref().ok_or(Unclear::NoEvents)?;
        let mut steps = Vec::new();
        for (index, event) in events.iter().enumerate() {
            steps.extend(step(index, event)?);
        }
        Ok(Self {
            currency,
            sums: read(transaction.amount, &steps)?,
            pending: pending(events)?,
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

impl Sums {
    /// Neither captured nor released.
    fn rest(&self) -> i64 {
        self.authorized
            .saturating_sub(self.captured)
            .saturating_sub(self.voided)
            .max(0)
    }

    fn net(&self) -> i64 {
        // Neither is ever below 0.
        self.captured - self.refunded
    }

    fn apply(&mut self, step: &Step) -> Result<(), AmountError> {
        let amount = step.amount.unwrap_or(0);
        let add = |sum: i64| sum.checked_add(amount).ok_or(AmountError::Overflow);
        match step.moved {
            Move::Capture => self.captured = add(self.captured)?,
            Move::Refund => self.refunded = add(self.refunded)?,
            Move::Void => {
                let rest = self.rest();
                self.voided += step.amount.unwrap_or(rest).min(rest);
            }
        }
        Ok(())
    }

    /// Do the sums agree with what a correction leaves? Where it leaves less to capture, the rest was released without an event.
    fn settle(&mut self, remaining: Remaining) -> bool {
        let agrees = self.net() == remaining.refund && remaining.capture <= self.rest();
        if agrees {
            self.voided += self.rest() - remaining.capture.max(0);
        }
        agrees
    }
}

fn step(index: usize, event: &TransactionEvent) -> Result<Option<Step>, Unclear> {
    let moved = match &event.event {
        Some(TransactionEventKind::Capture) => Move::Capture,
        Some(TransactionEventKind::Refund) => Move::Refund,
        Some(TransactionEventKind::Void) => Move::Void,
        _ => return Ok(None),
    };
    let correction = event.correction.as_ref().map(|correction| Remaining {
        capture: correction.remaining_capture_amount,
        refund: correction.remaining_refund_amount,
    });
    let counts = match (&correction, event.success) {
        (Some(_), _) => None,
        (None, Some(success)) => Some(success),
        (None, None) => return Err(Unclear::NoOutcome(index)),
    };
    let amount = whole(event);
    if counts != Some(false) && moved != Move::Void && amount.is_none() {
        return Err(Unclear::NoAmount(index));
    }
    Ok(Some(Step {
        moved,
        amount,
        counts,
        correction,
    }))
}

fn whole(event: &TransactionEvent) -> Option<i64> {
    let amount = event.amount.as_ref()?.as_i64()?;
    (amount >= 0).then_some(amount)
}

/// The one reading of the corrected events that agrees with their remaining amounts.
fn read(authorized: i64, steps: &[Step]) -> Result<Sums, Unclear> {
    let corrected = steps
        .iter()
        .filter(|step| step.correction.is_some())
        .count();
    let corrected = u32::try_from(corrected).map_err(|_| Unclear::Correction)?;
    if corrected > MOST_CORRECTIONS {
        return Err(Unclear::Correction);
    }
    let mut found = None;
    for counted in 0..1_u32 << corrected {
        let Some(sums) = reading(authorized, steps, counted)? else {
            continue;
        };
        if found.is_some_and(|found| found != sums) {
            return Err(Unclear::Correction);
        }
        found = Some(sums);
    }
    found.ok_or(Unclear::Correction)
}

/// The sums if the corrected events whose bits are set count, or none if that contradicts a correction.
fn reading(authorized: i64, steps: &[Step], counted: u32) -> Result<Option<Sums>, AmountError> {
    let mut sums = Sums {
        authorized,
        captured: 0,
        refunded: 0,
        voided: 0,
    };
    let mut late = Vec::new();
    let mut bit = 1;
    for step in steps {
        let counts = step.counts.unwrap_or_else(|| {
            let counts = counted & bit != 0;
            bit <<= 1;
            counts
        });
        if counts {
            sums.apply(step)?;
        }
        // Whether these are the amounts after the event or those at the time of the correction is not said.
        if let Some(remaining) = step.correction
            && !sums.settle(remaining)
        {
            late.push(remaining);
        }
    }
    let agree = late.into_iter().all(|remaining| sums.settle(remaining));
    Ok(agree.then_some(sums))
}

fn pending(events: &[TransactionEvent]) -> Result<Pending, Unclear> {
    let mut pending = Pending::default();
    for (index, event) in events.iter().enumerate() {
        let Some(
            kind @ (TransactionEventKind::InitiateCapture
            | TransactionEventKind::InitiateRefund
            | TransactionEventKind::InitiateVoid),
        ) = &event.event
        else {
            continue;
        };
        if event.success == Some(false) || is_done(event, events) {
            continue;
        }
        let sum = match kind {
            TransactionEventKind::InitiateCapture => &mut pending.capture,
            TransactionEventKind::InitiateRefund => &mut pending.refund,
            _ => {
                pending.void = true;
                continue;
            }
        };
        let amount = whole(event).ok_or(Unclear::NoAmount(index))?;
        *sum = sum.checked_add(amount).ok_or(AmountError::Overflow)?;
    }
    Ok(pending)
}

/// Is there an event that completes this one? Ids are compared without dashes, which are sent now and then.
fn is_done(event: &TransactionEvent, events: &[TransactionEvent]) -> bool {
    let plain = |id: &str| id.replace('-', "").to_ascii_lowercase();
    let Some(id) = event.request_id.as_ref().map(|id| plain(id.as_str())) else {
        return false;
    };
    events.iter().any(|other| {
        !std::ptr::eq(event, other)
            && other
                .correlation_request_id
                .as_ref()
                .is_some_and(|correlation| plain(correlation.as_str()) == id)
    })
}

/// Is a capture, refund or void of the transaction without outcome yet?
pub(crate) fn is_pending(transaction: &Transaction) -> Result<bool, Unclear> {
    pending(transaction.events.as_deref().unwrap_or_default())
        .map(|pending| pending != Pending::default())
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
