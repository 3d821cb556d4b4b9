//! The state of a payment session, for which the API has no field.

use std::time::SystemTime;

use dintero_checkout::types::{Session, SessionEventName};

use crate::set_aside::was_set_aside;

/// The state of a payment session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionState {
    /// The payer can pay.
    Open,
    /// The session has a transaction, whose payment may be authorized, in progress or failed. Read the transaction and use
    /// [`StatusRules::is_paid`](super::StatusRules::is_paid).
    HasTransaction,
    /// The session was cancelled.
    Cancelled,
    /// The session has expired, and its payment page is closed.
    Expired,
    /// The session has no expiry time, and the default lifetime is not documented; or what would tell could not be read.
    Unknown,
}

/// Rules about a session.
pub trait SessionRules {
    /// Returns the state of the session at this time.
    ///
    /// In this order: the session is cancelled if it has `cancelled_at` or an event CANCELLED; has a transaction if it has a
    /// `transaction_id`; is expired after `expires_at`, and open until then. Without a valid `expires_at` the state is unknown.
    ///
    /// ```
    /// use dintero::{Clock, SystemClock, checkout::types::Session, state::{SessionRules, SessionState}};
    ///
    /// fn can_still_pay(session: &Session) -> bool {
    ///     session.state(SystemClock.wall()) == SessionState::Open
    /// }
    /// ```
    fn state(&self, now: SystemTime) -> SessionState;
}

impl SessionRules for Session {
    fn state(&self, now: SystemTime) -> SessionState {
        const READ: &[&str] = &["cancelled_at", "events", "transaction_id"];
        let mut events = self.events.iter().flatten();
        let mut names = events.clone().map(|event| event.name.as_ref());
        let is_cancelled = names.any(|name| name == Some(&SessionEventName::Cancelled));
        if self.cancelled_at.is_some() || is_cancelled {
            return SessionState::Cancelled;
        }
        if was_set_aside(self.unknown_fields(), READ)
            || events.any(|event| was_set_aside(event.unknown_fields(), &["name"]))
        {
            return SessionState::Unknown;
        }
        if self.transaction_id.is_some() {
            return SessionState::HasTransaction;
        }
        match self.expires_at.as_ref().and_then(|time| time.get()) {
            None => SessionState::Unknown,
            Some(end) if now > SystemTime::from(end) => SessionState::Expired,
            Some(_) => SessionState::Open,
        }
    }
}
