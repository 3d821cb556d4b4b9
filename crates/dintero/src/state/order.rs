//! What may be done with orders and drafts of the Shopping API.

use std::collections::BTreeMap;

use dintero_shopping::types::{
    DraftOrder, DraftOrderStatus, Order, OrderEvent, OrderEventState, OrderStatus,
};

use super::{Answer, Reason};
use Answer::{No, Unknown, Yes};

/// What may be done with an order. Which moves there are is documented, from where is partly inferred.
pub trait OrderRules {
    /// May the order be cancelled?
    ///
    /// While it is open and nothing has been captured. An order that came without its captures does not tell.
    fn can_cancel(&self) -> Answer;

    /// May the order be closed? While it is open.
    fn can_close(&self) -> Answer;

    /// May the order be opened again? After it was closed; what of a cancelled one is not said.
    fn can_open(&self) -> Answer;
}

/// What may be done with a draft.
pub trait DraftRules {
    /// May the draft be changed, completed or deleted? While it is open; completed and deleted are final.
    fn can_change(&self) -> Answer;
}

/// What the events of an order say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CombinedState {
    /// Some service reported an error or a failure.
    Failure,
    /// No service reported anything, or the latest report of one is that it is not done.
    Pending,
    /// The latest report of every service is a success.
    Success,
    /// An event has a state that this version does not know, or which report is the latest cannot be told.
    Unknown,
}

impl OrderRules for Order {
    fn can_cancel(&self) -> Answer {
        match by_status(self) {
            OrderStatus::Open => match &self.captures {
                None => Unknown(Reason::Missing),
                Some(captures)
                    if captures
                        .iter()
                        .all(|capture| capture.success == Some(false)) =>
                {
                    Yes
                }
                Some(_) => No(Reason::Captured),
            },
            OrderStatus::Cancelled => No(Reason::Done),
            OrderStatus::Closed => Unknown(Reason::NoRule),
            _ => Unknown(Reason::UnknownState),
        }
    }

    fn can_close(&self) -> Answer {
        match by_status(self) {
            OrderStatus::Open => Yes,
            OrderStatus::Closed => No(Reason::Done),
            OrderStatus::Cancelled => Unknown(Reason::NoRule),
            _ => Unknown(Reason::UnknownState),
        }
    }

    fn can_open(&self) -> Answer {
        match by_status(self) {
            OrderStatus::Closed => Yes,
            OrderStatus::Open => No(Reason::Done),
            OrderStatus::Cancelled => Unknown(Reason::NoRule),
            _ => Unknown(Reason::UnknownState),
        }
    }
}

fn by_status(order: &Order) -> OrderStatus {
    order
        .status
        .clone()
        .unwrap_or_else(|| OrderStatus::from(""))
}

impl DraftRules for DraftOrder {
    fn can_change(&self) -> Answer {
        match &self.status {
            Some(DraftOrderStatus::Open) => Yes,
            Some(DraftOrderStatus::Completed | DraftOrderStatus::Deleted) => No(Reason::Final),
            _ => Unknown(Reason::UnknownState),
        }
    }
}

/// The combined state of the events of an order, as the API computes it for a list of events.
///
/// It is a failure if any event is an error or a failure; pending without any report, or when the latest report of a service is pending;
/// a success when the latest of every service is one. Events of the API itself are no reports. Which is the latest is told by
/// `created_at`, since the order of the list is not stated.
pub fn combined_state(events: &[OrderEvent]) -> CombinedState {
    let mut services: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    let mut strange = false;
    for event in events {
        match event {
            OrderEvent::OrderStatusEvent(event) => {
                services.entry(event.service.as_str()).or_default().push((
                    event.created_at.as_ref().and_then(|time| time.get()),
                    &event.state,
                ))
            }
            OrderEvent::OrderApiEvent(_) => {}
            _ => strange = true,
        }
    }
    let mut states = services.values().flatten().map(|(_, state)| *state);
    if states.any(|state| matches!(state, OrderEventState::Error | OrderEventState::Failure)) {
        return CombinedState::Failure;
    }
    if strange {
        return CombinedState::Unknown;
    }
    let latest: Vec<CombinedState> = services.values().map(|events| latest(events)).collect();
    if latest.is_empty() || latest.contains(&CombinedState::Pending) {
        CombinedState::Pending
    } else if latest.contains(&CombinedState::Unknown) {
        CombinedState::Unknown
    } else {
        CombinedState::Success
    }
}

/// The state of the latest event, or of all where times are missing; unknown when those differ.
fn latest<T: Ord + Copy>(events: &[(Option<T>, &OrderEventState)]) -> CombinedState {
    let untimed = events.iter().any(|(time, _)| time.is_none());
    let last = events.iter().map(|(time, _)| *time).max().flatten();
    let mut states = events
        .iter()
        .filter(|(time, _)| untimed || *time == last)
        .map(|(_, state)| *state);
    match states.next() {
        Some(first) if states.any(|other| other != first) => CombinedState::Unknown,
        Some(OrderEventState::Success) => CombinedState::Success,
        Some(OrderEventState::Pending) => CombinedState::Pending,
        _ => CombinedState::Unknown,
    }
}
