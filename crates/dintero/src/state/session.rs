//! Where a payment session stands. The API has no such field.

use std::time::SystemTime;

use dintero_checkout::types::{Session, SessionEventName};

/// Where a payment session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionState {
    /// The payer can pay.
    Open,
    /// It has a transaction: it is paid, or being paid, or that failed. Read the transaction and ask
    /// [`StatusRules::is_paid`](super::StatusRules::is_paid).
    HasTransaction,
    /// It was cancelled.
    Cancelled,
    /// Its time is over and the payment page gone.
    Expired,
    /// It does not say until when it is open, and how long a session lives by default is not published.
    Unknown,
}

/// What follows from a session's fields.
pub trait SessionRules {
    /// Where the session stands at this time.
    ///
    /// In this order: it is cancelled if it has `cancelled_at` or an event CANCELLED; it has a transaction if it has a `transaction_id`; it is
    /// expired after `expires_at`, and open until then; without a readable `expires_at` that is unknown.
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
        let cancelled = self.cancelled_at.is_some()
            || self.events.iter().flatten().any(|event| {
                event
                    .name
                    .as_ref()
                    .is_some_and(|name| *name == SessionEventName::Cancelled)
            });
        if cancelled {
            return SessionState::Cancelled;
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
