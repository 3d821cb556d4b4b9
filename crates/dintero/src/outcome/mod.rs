//! Sends requests that move or record money once, and reads the state when a response is lost.
//!
//! A capture whose response is lost may have been carried out. `capture`, `refund` and `void` then read the transaction and look
//! for the event of this request. The module `record` does the same for the payment records of a Shopping order, and `wallet` for gift
//! cards:
//!
//! ```no_run
//! # #[cfg(feature = "checkout")] {
//! use dintero::checkout::types::CaptureOptions;
//! use dintero::outcome::{self, Outcome};
//! use std::time::Duration;
//!
//! # async fn run(dintero: dintero::Dintero) {
//! let options = CaptureOptions::builder().amount(29_990).capture_reference("parcel-1");
//! let mut outcome = outcome::capture(&dintero.checkout(), "T12345678.abc", options).repeat_if_not_applied(2).send().await;
//! if let Outcome::Pending(pending) = outcome {
//!     outcome = pending.wait(Duration::from_secs(300)).await;
//! }
//! match outcome {
//!     Outcome::Applied(transaction) => println!("captured, {:?}", transaction.status),
//!     Outcome::Pending(_) => println!("in progress: wait again, or for the callback"),
//!     Outcome::NotApplied(reason) => println!("nothing moved: {reason}"),
//!     Outcome::Unknown(unknown) => println!("check again later: {unknown}"),
//! }
//! # }
//! # }
//! ```
//!
//! # When a request counts as not applied
//!
//! A rejection (4xx) and a failed event are conclusive. After a lost response the API may still be processing the request, for an
//! undocumented time. The state is therefore read repeatedly during the confirmation timeout, 30 s by default, before the outcome is
//! [`NotApplied::Lost`]. Only then, and only with [`repeat_if_not_applied`](Confirmation::repeat_if_not_applied), is the request sent
//! again. If the state cannot be read, the outcome is [`Outcome::Unknown`].
//!
//! Partial captures and refunds need the most care: if the first request is processed after the confirmation timeout and the repeated
//! one as well, the transaction shows two events with one reference, and the outcome is [`Outcome::Unknown`] and must be examined by a
//! person. A full amount cannot be captured twice.
//!
//! Dropping the future of [`Confirmation::send`] leaves the outcome unknown: make the same call again, with the same reference.

#[cfg(feature = "checkout")]
mod checkout;
#[cfg(feature = "checkout")]
mod declined;
#[cfg(feature = "checkout")]
mod events;
mod in_flight;
#[cfg(feature = "shopping")]
pub mod record;
#[cfg(feature = "wallets")]
pub mod wallet;

use std::fmt;
use std::time::Duration;

use dintero_core::Error;

#[cfg(feature = "checkout")]
pub use checkout::{capture, refund, void};
#[cfg(feature = "checkout")]
pub use declined::{Declined, RetryAdvice};
use in_flight::InFlight;

/// The outcome of a request that moves or records money.
#[derive(Debug)]
#[must_use = "the request may not have been carried out"]
pub enum Outcome<T> {
    /// The request was carried out once. Holds the state afterwards.
    Applied(T),
    /// The API accepted the request and carries it out later (202). Wait for it, or for a callback with `report_event`. The capture of a
    /// Kravia invoice rests here until the payer has paid, which takes weeks or months: do not wait, and do not send it again.
    Pending(Pending<T>),
    /// The request had no effect or, if it is [`NotApplied::Lost`], none that was visible within the confirmation timeout.
    NotApplied(NotApplied),
    /// The outcome could not be determined. Check again; do not send the request under another reference.
    Unknown(Unknown<T>),
}

impl<T> Outcome<T> {
    /// Returns the state after the request, if it was carried out.
    pub fn applied(self) -> Option<T> {
        match self {
            Self::Applied(state) => Some(state),
            _ => None,
        }
    }

    /// Returns `true` if the request was carried out.
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Applied(_))
    }
}

/// The reason why a request was not carried out.
#[derive(Debug)]
#[non_exhaustive]
pub enum NotApplied {
    /// The request was rejected, or not sent at all, for the reason in the error.
    Rejected(Error),
    /// The payment provider declined.
    #[cfg(feature = "checkout")]
    Declined(Declined),
    /// The response was lost, and no effect was visible within the confirmation timeout, although the request may still be
    /// processed. Holds the error of the last attempt.
    Lost(Error),
    /// The reference belongs to another request, such as an earlier capture of another amount. This request had no effect.
    ReferenceTaken,
}

impl fmt::Display for NotApplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(error) => error.fmt(f),
            #[cfg(feature = "checkout")]
            Self::Declined(declined) => declined.fmt(f),
            Self::Lost(_) => f.write_str(
                "the response was lost and no effect was visible within the confirmation timeout; make the same call again, with the same reference",
            ),
            Self::ReferenceTaken => f.write_str(
                "the reference belongs to another request, so this one had no effect; choose a new reference",
            ),
        }
    }
}

impl std::error::Error for NotApplied {}

/// A request that the API accepted and has not carried out yet.
#[derive(Debug)]
#[must_use = "the outcome is not final"]
pub struct Pending<T> {
    request: InFlight<T>,
}

impl<T: Send + 'static> Pending<T> {
    /// Reads the state after 1, 2, 4, ... 30 s until the outcome is final or `limit` has passed; the last read may end a little later.
    /// If the outcome is still pending then, `wait` can be called again. Dintero recommends no interval.
    pub async fn wait(self, limit: Duration) -> Outcome<T> {
        self.request.wait(limit).await
    }
}

/// A request that may or may not have been carried out.
#[derive(Debug)]
#[must_use = "money may have moved"]
pub struct Unknown<T> {
    request: InFlight<T>,
    error: Option<Error>,
}

impl<T: Send + 'static> Unknown<T> {
    /// Reads the state once, or for the rest of the confirmation timeout, and sends nothing. Returns [`Outcome::Unknown`] again if the
    /// read fails or is inconclusive.
    pub async fn check(self) -> Outcome<T> {
        self.request.check().await
    }
}

impl<T> Unknown<T> {
    /// Returns the error that prevented a conclusion, or `None` if the state itself is inconclusive: a status `UNKNOWN`, a corrected
    /// event, or several events with this reference.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref().or_else(|| self.request.error())
    }

    /// Returns `true` if this request was sent. Otherwise the read before it failed, and an earlier request with the same reference
    /// may have been carried out: make the same call again.
    pub fn was_sent(&self) -> bool {
        self.request.sent
    }
}

impl<T> fmt::Display for Unknown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request may have been carried out; check before sending it again")?;
        match self.error() {
            Some(error) => write!(f, ": {error}"),
            None => f.write_str(": the state that was read is inconclusive"),
        }
    }
}

/// A request whose outcome will be confirmed.
#[derive(Debug)]
#[must_use = "nothing is sent before `send` is awaited"]
pub struct Confirmation<T> {
    request: Result<InFlight<T>, Error>,
}

impl<T: Send + 'static> Confirmation<T> {
    /// Sets how often the request is sent again after it provably had no effect, or after its response was lost and the confirmation
    /// timeout passed without a visible effect. The default is never. Rejected and declined requests are not sent again, nor those with
    /// a `Retry-After` of more than 60 s.
    pub fn repeat_if_not_applied(mut self, times: u32) -> Self {
        if let Ok(request) = &mut self.request {
            request.repeats = times;
        }
        self
    }

    /// Sets for how long the effect of a request is looked for after its response was lost. The default is 30 s, the request timeout
    /// of the client; the maximum processing time of the API is not documented.
    pub fn confirmation_timeout(mut self, timeout: Duration) -> Self {
        if let Ok(request) = &mut self.request {
            request.timeout = timeout;
        }
        self
    }

    /// Sends the request and determines its outcome.
    pub async fn send(self) -> Outcome<T> {
        match self.request {
            Ok(request) => request.run().await,
            Err(error) => Outcome::NotApplied(NotApplied::Rejected(error)),
        }
    }
}
