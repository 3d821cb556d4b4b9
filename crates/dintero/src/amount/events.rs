//! Sums over the events of a transaction.

use std::collections::HashMap;

use dintero_checkout::types::{TransactionEvent, TransactionEventCorrection, TransactionEventKind};

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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
struct Step<'e> {
    /// `None` for an event that only has a correction.
    movement: Option<Movement>,
    /// A void without an amount voids all the rest.
    amount: Option<i64>,
    /// `None` if it follows from the correction.
    counts: Option<bool>,
    correction: Option<&'e TransactionEventCorrection>,
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
        let uncaptured = self.authorized.saturating_sub(self.captured);
        uncaptured.saturating_sub(self.voided).max(0)
    }

    pub(super) fn net(&self) -> i64 {
        // Neither is ever below 0.
        self.captured - self.refunded
    }

    fn apply(&mut self, step: &Step<'_>) -> Result<(), AmountError> {
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
    fn agrees(&mut self, correction: &TransactionEventCorrection) -> bool {
        let capture = correction.remaining_capture_amount;
        let agrees = self.net() == correction.remaining_refund_amount && capture <= self.rest();
        if agrees {
            self.voided += self.rest() - capture.max(0);
        }
        agrees
    }
}

fn step(index: usize, event: &TransactionEvent) -> Result<Option<Step<'_>>, AmountsUnclear> {
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
    let correction = event.correction.as_deref();
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
fn interpret(authorized: i64, steps: &[Step<'_>]) -> Result<Sums, AmountsUnclear> {
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
fn sums_if(authorized: i64, steps: &[Step<'_>], counted: u32) -> Result<Option<Sums>, AmountError> {
    let mut sums = Sums {
        authorized,
        ..Sums::default()
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
        late.extend(
            step.correction
                .filter(|correction| !sums.agrees(correction)),
        );
    }
    let agree = late.into_iter().all(|correction| sums.agrees(correction));
    Ok(agree.then_some(sums))
}

impl Pending {
    pub(super) fn of(events: &[TransactionEvent]) -> Result<Self, AmountsUnclear> {
        let mut pending = Self::default();
        let mut ends = HashMap::new();
        for id in events.iter().filter_map(correlation_id) {
            *ends.entry(id).or_insert(0) += 1;
        }
        for (index, event) in events.iter().enumerate() {
            if is_unreadable(event) {
                return Err(AmountsUnclear::Unreadable(index));
            }
            // Another event ends it.
            let id = request_id(event);
            let own = usize::from(id.is_some() && id == correlation_id(event));
            let is_ended = id
                .and_then(|id| ends.get(&id))
                .is_some_and(|ends| *ends > own);
            if event.success == Some(false) || is_ended {
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

/// Ids come with and without dashes.
fn request_id(event: &TransactionEvent) -> Option<String> {
    event.request_id.as_ref().map(|id| normalized(id.as_str()))
}

/// The request id of the event that this event ends.
fn correlation_id(event: &TransactionEvent) -> Option<String> {
    let id = event.correlation_request_id.as_ref();
    id.map(|id| normalized(id.as_str()))
}

fn normalized(id: &str) -> String {
    id.replace('-', "").to_ascii_lowercase()
}
