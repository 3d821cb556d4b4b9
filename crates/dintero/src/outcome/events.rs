//! Which events of a transaction belong to a request, and what they show.

use dintero_checkout::types::{
    Transaction, TransactionEvent, TransactionEventKind, TransactionStatus,
};

use super::Declined;
use super::in_flight::Observation;
use crate::amount::{correlation_id, kind, normalized, request_id};
use crate::set_aside::was_set_aside;

/// How the events of a request are recognized.
pub(super) struct RequestEvents {
    /// The kind that ends a request.
    pub(super) kind: TransactionEventKind,
    /// The kind that begins a request.
    pub(super) initiate: TransactionEventKind,
    /// The reference and the amount; `None` for a void, which has neither.
    pub(super) reference: Option<(String, i64)>,
    /// The id of the event that a 202 announced.
    pub(super) request_id: Option<String>,
    /// The number of events that ended earlier requests of this reference.
    pub(super) earlier: usize,
}

impl RequestEvents {
    fn has_reference(&self, event: &TransactionEvent) -> bool {
        let reference = self.reference.as_ref();
        reference.is_none_or(|(reference, _)| event.event_reference.as_ref() == Some(reference))
    }

    fn begins<'t>(&self, transaction: &'t Transaction) -> Vec<&'t TransactionEvent> {
        events(transaction, &self.initiate)
            .filter(|event| self.has_reference(event))
            .collect()
    }

    /// The events that end a request, oldest first.
    fn ends<'t>(&self, transaction: &'t Transaction) -> Vec<&'t TransactionEvent> {
        let begun = self.begins(transaction);
        let begun = begun.iter().filter_map(|event| request_id(event));
        let ids: Vec<String> = begun.chain(self.announced()).collect();
        let correlated =
            |event: &TransactionEvent| correlation_id(event).is_some_and(|id| ids.contains(&id));
        events(transaction, &self.kind)
            .filter(|event| self.has_reference(event) || correlated(event))
            .collect()
    }

    fn announced(&self) -> Option<String> {
        self.request_id.as_deref().map(normalized)
    }

    /// Disregards the requests that have ended so far.
    pub(super) fn forget_earlier(&mut self, transaction: &Transaction) {
        self.earlier = self.ends(transaction).len();
    }

    /// Compares the amount of an event, where it has one, with the amount of the request.
    fn matches_amount(&self, event: &TransactionEvent) -> bool {
        let amount = event.amount.as_ref().and_then(|amount| amount.as_i64());
        match (&self.reference, amount) {
            (Some((_, expected)), Some(amount)) => *expected == amount,
            _ => true,
        }
    }

    /// What a read shows.
    pub(super) fn in_state(&self, transaction: &Transaction) -> Observation<()> {
        let status = transaction.status.as_ref();
        if status == Some(&TransactionStatus::AuthorizationVoided)
            && self.kind == TransactionEventKind::Void
        {
            return Observation::Applied(());
        }
        if transaction.events.is_none() || is_unreadable(transaction) {
            return Observation::Inconclusive;
        }
        let all = self.ends(transaction);
        let ends = all.get(self.earlier..).unwrap_or_default();
        if ends
            .iter()
            .any(|event| event.correction.is_some() || event.success.is_none())
        {
            return Observation::Inconclusive;
        }
        let mut successes = ends.iter().filter(|event| event.success == Some(true));
        match (successes.next(), successes.next()) {
            (Some(_), Some(_)) if self.reference.is_some() => return Observation::Inconclusive,
            (Some(event), _) if self.matches_amount(event) => return Observation::Applied(()),
            (Some(_), _) => return Observation::Conflict,
            (None, _) => {}
        }
        match self.open(transaction, &all) {
            Some(begun) if self.matches_amount(begun) => return Observation::Pending,
            Some(_) => return Observation::Conflict,
            None => {}
        }
        // A void has no reference, so a failed one is recognized by the id of its 202 alone.
        let own = ends.iter().rfind(|event| {
            self.reference.is_some()
                || correlation_id(event).is_some_and(|id| self.announced() == Some(id))
        });
        match own {
            Some(event) => Observation::Declined(Declined::new(event.error.clone())),
            None if status == Some(&TransactionStatus::LiteralUnknown) => Observation::Inconclusive,
            None => Observation::Absent,
        }
    }

    /// The last event that begins a request without an end.
    fn open<'t>(
        &self,
        transaction: &'t Transaction,
        ends: &[&TransactionEvent],
    ) -> Option<&'t TransactionEvent> {
        let ended = ends.iter().filter_map(|event| correlation_id(event));
        let ended: Vec<String> = ended.collect();
        // An end without a correlation id may belong to any of them.
        let uncorrelated = ends.len() - ended.len();
        let begun = self.begins(transaction).into_iter().filter(|event| {
            event.success != Some(false) && request_id(event).is_none_or(|id| !ended.contains(&id))
        });
        begun.skip(uncorrelated).last()
    }

    /// What a 200 shows: a success, unless the last event is a failure of this kind.
    pub(super) fn in_response(&self, transaction: &Transaction) -> Observation<()> {
        if is_unreadable(transaction) {
            return Observation::Inconclusive;
        }
        if let Some(last) = transaction.events.iter().flatten().last()
            && kind(last).as_ref() == Some(&self.kind)
            && (last.event_reference.is_none() || self.has_reference(last))
            && last.success == Some(false)
            && last.correction.is_none()
        {
            return Observation::Declined(Declined::new(last.error.clone()));
        }
        match self.in_state(transaction) {
            Observation::Absent => Observation::Applied(()),
            Observation::Inconclusive if transaction.events.is_none() => Observation::Applied(()),
            observation => observation,
        }
    }
}

/// Whether something that tells the events of a request was set aside, or an event has no kind.
pub(super) fn is_unreadable(transaction: &Transaction) -> bool {
    const READ: &[&str] = &[
        "event",
        "name",
        "event_reference",
        "success",
        "amount",
        "correction",
        "request_id",
        "correlation_request_id",
    ];
    let unreadable = |event: &TransactionEvent| {
        kind(event).is_none() || was_set_aside(event.unknown_fields(), READ)
    };
    was_set_aside(transaction.unknown_fields(), &["events", "status"])
        || transaction.events.iter().flatten().any(unreadable)
}

fn events<'t>(
    transaction: &'t Transaction,
    wanted: &TransactionEventKind,
) -> impl Iterator<Item = &'t TransactionEvent> {
    let events = transaction.events.iter().flatten();
    events.filter(move |event| kind(event).as_ref() == Some(wanted))
}

#[cfg(test)]
mod tests;
