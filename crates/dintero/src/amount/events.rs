//! The events of a transaction, read as steps that money took.

use dintero_checkout::types::{TransactionEvent, TransactionEventKind};

use super::{AmountError, Unclear};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) authorized: i64,
    pub(super) captured: i64,
    pub(super) refunded: i64,
    pub(super) voided: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) capture: i64,
    pub(super) refund: i64,
    pub(super) void: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Move {
    Capture,
    Refund,
    Void,
}

/// An event that moved money, or may have, or tells what is left.
struct Step {
    /// None for an event that only tells what is left.
    moved: Option<Move>,
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

impl Sums {
    /// What became of the authorized amount.
    pub(super) fn of(authorized: i64, events: &[TransactionEvent]) -> Result<Self, Unclear> {
        let mut steps = Vec::new();
        for (index, event) in events.iter().enumerate() {
            steps.extend(step(index, event)?);
        }
        read(authorized, &steps)
    }

    /// Neither captured nor released.
    pub(super) fn rest(&self) -> i64 {
        self.authorized
            .saturating_sub(self.captured)
            .saturating_sub(self.voided)
            .max(0)
    }

    pub(super) fn net(&self) -> i64 {
        // Neither is ever below 0.
        self.captured - self.refunded
    }

    fn apply(&mut self, step: &Step) -> Result<(), AmountError> {
        let amount = step.amount.unwrap_or(0);
        let add = |sum: i64| sum.checked_add(amount).ok_or(AmountError::Overflow);
        match step.moved {
            Some(Move::Capture) => self.captured = add(self.captured)?,
            Some(Move::Refund) => self.refunded = add(self.refunded)?,
            Some(Move::Void) => {
                let rest = self.rest();
                self.voided += step.amount.unwrap_or(rest).min(rest);
            }
            None => {}
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
        Some(TransactionEventKind::Capture) => Some(Move::Capture),
        Some(TransactionEventKind::Refund) => Some(Move::Refund),
        Some(TransactionEventKind::Void) => Some(Move::Void),
        _ if event.correction.is_some() => None,
        _ => return Ok(None),
    };
    let correction = event.correction.as_ref().map(|correction| Remaining {
        capture: correction.remaining_capture_amount,
        refund: correction.remaining_refund_amount,
    });
    let counts = match (moved, &correction, event.success) {
        (None, ..) => Some(false),
        (_, Some(_), _) => None,
        (_, None, Some(success)) => Some(success),
        (_, None, None) => return Err(Unclear::NoOutcome(index)),
    };
    let amount = whole(event);
    if counts != Some(false) && moved != Some(Move::Void) && amount.is_none() {
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
    let corrected = steps.iter().filter(|step| step.counts.is_none()).count();
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

impl Pending {
    pub(super) fn of(events: &[TransactionEvent]) -> Result<Self, Unclear> {
        let mut pending = Self::default();
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
