//! Rules about orders and draft orders.

use std::collections::BTreeMap;

use dintero_shopping::types::{
    DraftOrder, DraftOrderStatus, Order, OrderCapture, OrderEvent, OrderEventState, OrderStatus,
};

use super::{Reason, Verdict};
use crate::set_aside::was_set_aside;
use Verdict::{No, Unknown, Yes};

/// Rules about an order. The transitions are documented, the states they start from are partly inferred.
pub trait OrderRules {
    /// Returns whether the order can be cancelled: while it is open and nothing has been captured. Unknown without its captures.
    fn can_cancel(&self) -> Verdict;

    /// Returns whether the order can be closed: while it is open.
    fn can_close(&self) -> Verdict;

    /// Returns whether the order can be reopened: while it is closed. Undocumented for a cancelled order.
    fn can_open(&self) -> Verdict;
}

/// Rules about a draft order.
pub trait DraftRules {
    /// Returns whether the draft can be changed, completed or deleted: while it is open. Completed and deleted are final.
    fn can_change(&self) -> Verdict;
}

/// The combined state of the events of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CombinedState {
    /// A service reported an error or a failure.
    Failure,
    /// No service reported anything, or the latest report of a service is pending.
    Pending,
    /// The latest report of every service is a success.
    Success,
    /// An event has a state that this version does not know, or the latest report cannot be determined.
    Unknown,
}

impl OrderRules for Order {
    fn can_cancel(&self) -> Verdict {
        match &self.status {
            Some(OrderStatus::Open) => {
                let unreadable =
                    |capture: &OrderCapture| was_set_aside(capture.unknown_fields(), &["success"]);
                match self.captures.as_deref() {
                    None => Unknown(Reason::MissingData),
                    Some(all) if all.iter().any(unreadable) => Unknown(Reason::MissingData),
                    Some(all) if all.iter().all(|one| one.success == Some(false)) => Yes,
                    Some(_) => No(Reason::Captured),
                }
            }
            Some(OrderStatus::Cancelled) => No(Reason::AlreadyDone),
            Some(OrderStatus::Closed) => Unknown(Reason::Undocumented),
            _ => Unknown(Reason::UnknownState),
        }
    }

    fn can_close(&self) -> Verdict {
        can_change(self, OrderStatus::Open, OrderStatus::Closed)
    }

    fn can_open(&self) -> Verdict {
        can_change(self, OrderStatus::Closed, OrderStatus::Open)
    }
}

fn can_change(order: &Order, from: OrderStatus, to: OrderStatus) -> Verdict {
    match &order.status {
        Some(status) if *status == from => Yes,
        Some(status) if *status == to => No(Reason::AlreadyDone),
        Some(OrderStatus::Cancelled) => Unknown(Reason::Undocumented),
        _ => Unknown(Reason::UnknownState),
    }
}

impl DraftRules for DraftOrder {
    fn can_change(&self) -> Verdict {
        match &self.status {
            Some(DraftOrderStatus::Open) => Yes,
            Some(DraftOrderStatus::Completed | DraftOrderStatus::Deleted) => No(Reason::Final),
            _ => Unknown(Reason::UnknownState),
        }
    }
}

/// Returns the combined state of the events of an order, as the API computes it for a list of events.
///
/// The state is a failure if any event is an error or a failure, pending if there is no report or the latest report of a service is
/// pending, and a success if the latest report of every service is a success. Events of the API itself are not reports. The latest report
/// is determined by `created_at`, since the order of the list is not documented.
pub fn combined_state(events: &[OrderEvent]) -> CombinedState {
    let mut services: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    let mut has_unknown = false;
    for event in events {
        match event {
            OrderEvent::OrderStatusEvent(event) => {
                let time = event.created_at.as_ref().and_then(|time| time.get());
                let service = services.entry(event.service.as_str()).or_default();
                service.push((time, &event.state));
            }
            OrderEvent::OrderApiEvent(_) => {}
            _ => has_unknown = true,
        }
    }
    let mut states = services.values().flatten().map(|(_, state)| *state);
    if states.any(|state| matches!(state, OrderEventState::Error | OrderEventState::Failure)) {
        return CombinedState::Failure;
    }
    if has_unknown {
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

/// The state of the latest event, or of all events if times are missing; unknown if those differ.
fn latest<T: Ord + Copy>(events: &[(Option<T>, &OrderEventState)]) -> CombinedState {
    let lacks_time = events.iter().any(|(time, _)| time.is_none());
    let last = events.iter().map(|(time, _)| *time).max().flatten();
    let mut states = events
        .iter()
        .filter(|(time, _)| lacks_time || *time == last)
        .map(|(_, state)| *state);
    match states.next() {
        Some(first) if states.any(|other| other != first) => CombinedState::Unknown,
        Some(OrderEventState::Success) => CombinedState::Success,
        Some(OrderEventState::Pending) => CombinedState::Pending,
        _ => CombinedState::Unknown,
    }
}
