//! Sums over the events of a transaction.

use std::collections::HashMap;

use dintero_checkout::types::{
    TransactionEvent, TransactionEventCorrection, TransactionEventKind as Kind,
};
use dintero_core::confirm::normalized;
use serde::Serialize;

use super::{AmountError, AmountsUnclear};
use crate::set_aside::was_set_aside;

/// The kind of an event. Older pages of Kravia show it as `name`, without an `event`.
pub(crate) fn kind(event: &TransactionEvent) -> Option<Kind> {
    let name = || event.name.as_deref().map(Kind::from);
    event.event.clone().or_else(name)
}

/// Whether the kind of an event, or a field that may change its meaning, is missing or was set aside.
fn is_unreadable(event: &TransactionEvent) -> bool {
    kind(event).is_none() || was_set_aside(event.unknown_fields(), &["event", "name", "correction"])
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Sums {
    pub(super) authorized: i64,
    pub(super) captured: i64,
    pub(super) refunded: i64,
    pub(super) voided: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Pending {
    pub(super) capture: i64,
    pub(super) refund: i64,
    pub(super) void: bool,
}

/// An event that moves an amount or has a correction.
struct Step<'e> {
    kind: Option<Kind>,
    /// A void without an amount voids all the rest.
    amount: Option<i64>,
    /// `None` if it follows from the correction.
    counts: Option<bool>,
    correction: Option<&'e TransactionEventCorrection>,
}

/// The limit of corrected events whose interpretations are all tried.
const MOST_CORRECTIONS: u32 = 8;

impl Sums {
    pub(super) fn of(authorized: i64, events: &[TransactionEvent]) -> Result<Self, AmountsUnclear> {
        let mut steps = Vec::new();
        for (index, event) in events.iter().enumerate() {
            steps.extend(step(index, event)?);
        }
        interpret(authorized, &steps)
    }

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
        match step.kind {
            Some(Kind::Capture) => self.captured = add(self.captured)?,
            Some(Kind::Refund) => self.refunded = add(self.refunded)?,
            Some(Kind::Void) => {
                let rest = self.rest();
                self.voided += step.amount.unwrap_or(rest).min(rest);
            }
            _ => {}
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
    let kind = kind(event);
    let moves = matches!(kind, Some(Kind::Capture | Kind::Refund | Kind::Void));
    if !moves && event.correction.is_none() {
        return Ok(None);
    }
    if moves && was_set_aside(event.unknown_fields(), &["success", "amount"]) {
        return Err(AmountsUnclear::Unreadable(index));
    }
    let correction = event.correction.as_deref();
    let counts = match (correction, event.success) {
        _ if !moves => Some(false),
        (Some(_), _) => None,
        (None, Some(success)) => Some(success),
        (None, None) => return Err(AmountsUnclear::NoSuccess(index)),
    };
    let amount = minor_units(event);
    let needs_amount = kind != Some(Kind::Void) || event.amount.is_some();
    if counts != Some(false) && needs_amount && amount.is_none() {
        return Err(AmountsUnclear::NoAmount(index));
    }
    Ok(Some(Step {
        kind,
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
        let correction = step.correction;
        late.extend(correction.filter(|correction| !sums.agrees(correction)));
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
            let ends = id.and_then(|id| ends.get(&id));
            let is_ended = ends.is_some_and(|ends| *ends > own);
            if event.success == Some(false) || is_ended {
                continue;
            }
            let sum = match kind(event) {
                Some(Kind::InitiateCapture) => &mut pending.capture,
                Some(Kind::InitiateRefund) => &mut pending.refund,
                Some(Kind::InitiateVoid) => {
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

fn request_id(event: &TransactionEvent) -> Option<String> {
    event.request_id.as_ref().map(|id| normalized(id.as_str()))
}

fn correlation_id(event: &TransactionEvent) -> Option<String> {
    let id = event.correlation_request_id.as_ref();
    id.map(|id| normalized(id.as_str()))
}
