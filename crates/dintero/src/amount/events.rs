//! Sums over the events of a transaction.

use dintero_checkout::types::{TransactionEvent, TransactionEventKind};

use super::{AmountError, AmountsUnclear};
use crate::set_aside::was_set_aside;

/// The kind of an event. Older pages of Kravia show it as `name`, without an `event`.
pub(crate) fn kind(event: &TransactionEvent) -> Option<TransactionEventKind> {
    let name = || event.name.as_deref().map(TransactionEventKind::from);
    event.event.clone().or_else(name)
}

/// Whether the kind of an event, or a field that may change its meaning, is missing or was set aside.
fn is_unreadable(event: &TransactionEvent) -> bool {
    kind(event).is_none() || was_set_aside(event.unknown_fields(), &["event", "name", "correction"])
}

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
enum Movement {
    Capture,
    Refund,
    Void,
}

/// An event that moves an amount or has a correction.
struct Step {
    /// `None` for an event that only has a correction.
    movement: Option<Movement>,
    /// A void without an amount voids all the rest.
    amount: Option<i64>,
    /// `None` if it follows from the correction.
    counts: Option<bool>,
    correction: Option<Remaining>,
}

#[derive(Clone, Copy)]
struct Remaining {
    capture: i64,
    refund: i64,
}

/// The limit of corrected events whose interpretations are all tried.
const MOST_CORRECTIONS: u32 = 8;

impl Sums {
    /// Adds up the events of a transaction.
    pub(super) fn of(authorized: i64, events: &[TransactionEvent]) -> Result<Self, AmountsUnclear> {
        let mut steps = Vec::new();
        for (index, event) in events.iter().enumerate() {
            steps.extend(step(index, event)?);
        }
        interpret(authorized, &steps)
    }

    /// Neither captured nor voided.
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
        match step.movement {
            Some(Movement::Capture) => self.captured = add(self.captured)?,
            Some(Movement::Refund) => self.refunded = add(self.refunded)?,
            Some(Movement::Void) => {
                let rest = self.rest();
                self.voided += step.amount.unwrap_or(rest).min(rest);
            }
            None => {}
        }
        Ok(())
    }

    /// Whether the sums agree with a correction. Where it leaves less to capture, the rest was voided without an event.
    fn agrees(&mut self, remaining: Remaining) -> bool {
        let agrees = self.net() == remaining.refund && remaining.capture <= self.rest();
        if agrees {
            self.voided += self.rest() - remaining.capture.max(0);
        }
        agrees
    }
}

fn step(index: usize, event: &TransactionEvent) -> Result<Option<Step>, AmountsUnclear> {
    if is_unreadable(event) {
        return Err(AmountsUnclear::Unreadable(index));
    }
    let movement = match kind(event) {
        Some(TransactionEventKind::Capture) => Some(Movement::Capture),
        Some(TransactionEventKind::Refund) => Some(Movement::Refund),
        Some(TransactionEventKind::Void) => Some(Movement::Void),
        _ if event.correction.is_some() => None,
        _ => return Ok(None),
    };
    if movement.is_some() && was_set_aside(event.unknown_fields(), &["success", "amount"]) {
        return Err(AmountsUnclear::Unreadable(index));
    }
    let correction = event.correction.as_ref().map(|correction| Remaining {
        capture: correction.remaining_capture_amount,
        refund: correction.remaining_refund_amount,
    });
    let counts = match (movement, &correction, event.success) {
        (None, ..) => Some(false),
        (_, Some(_), _) => None,
        (_, None, Some(success)) => Some(success),
        (_, None, None) => return Err(AmountsUnclear::NoSuccess(index)),
    };
    let amount = minor_units(event);
    let needs_amount = movement != Some(Movement::Void) || event.amount.is_some();
    if counts != Some(false) && needs_amount && amount.is_none() {
        return Err(AmountsUnclear::NoAmount(index));
    }
    Ok(Some(Step {
        movement,
        amount,
        counts,
        correction,
    }))
}

fn minor_units(event: &TransactionEvent) -> Option<i64> {
    let amount = event.amount.as_ref()?.as_i64()?;
    (amount >= 0).then_some(amount)
}

/// Finds the one interpretation of the corrected events that agrees with their remaining amounts.
fn interpret(authorized: i64, steps: &[Step]) -> Result<Sums, AmountsUnclear> {
    let corrected = steps.iter().filter(|step| step.counts.is_none()).count();
    let corrected = u32::try_from(corrected).map_err(|_| AmountsUnclear::Correction)?;
    if corrected > MOST_CORRECTIONS {
        return Err(AmountsUnclear::Correction);
    }
    let mut found = None;
    for counted in 0..1_u32 << corrected {
        let Some(sums) = sums_if(authorized, steps, counted)? else {
            continue;
        };
        if found.is_some_and(|found| found != sums) {
            return Err(AmountsUnclear::Correction);
        }
        found = Some(sums);
    }
    found.ok_or(AmountsUnclear::Correction)
}

/// The sums if the corrected events whose bits are set count, or `None` if that contradicts a correction.
fn sums_if(authorized: i64, steps: &[Step], counted: u32) -> Result<Option<Sums>, AmountError> {
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
        // Whether these are the amounts after the event or at the time of the correction is not documented.
        if let Some(remaining) = step.correction
            && !sums.agrees(remaining)
        {
            late.push(remaining);
        }
    }
    let agree = late.into_iter().all(|remaining| sums.agrees(remaining));
    Ok(agree.then_some(sums))
}

impl Pending {
    pub(super) fn of(events: &[TransactionEvent]) -> Result<Self, AmountsUnclear> {
        let mut pending = Self::default();
        for (index, event) in events.iter().enumerate() {
            if is_unreadable(event) {
                return Err(AmountsUnclear::Unreadable(index));
            }
            if event.success == Some(false) || is_completed(event, events) {
                continue;
            }
            let sum = match kind(event) {
                Some(TransactionEventKind::InitiateCapture) => &mut pending.capture,
                Some(TransactionEventKind::InitiateRefund) => &mut pending.refund,
                Some(TransactionEventKind::InitiateVoid) => {
                    pending.void = true;
                    continue;
                }
                _ => continue,
            };
            let amount = minor_units(event).ok_or(AmountsUnclear::NoAmount(index))?;
            *sum = sum.checked_add(amount).ok_or(AmountError::Overflow)?;
        }
        Ok(pending)
    }
}

/// Whether another event completes this one. Ids come with and without dashes.
fn is_completed(event: &TransactionEvent, events: &[TransactionEvent]) -> bool {
    let normalized = |id: &str| id.replace('-', "").to_ascii_lowercase();
    let Some(id) = event.request_id.as_ref().map(|id| normalized(id.as_str())) else {
        return false;
    };
    events.iter().any(|other| {
        !std::ptr::eq(event, other)
            && other
                .correlation_request_id
                .as_ref()
                .is_some_and(|correlation| normalized(correlation.as_str()) == id)
    })
}
