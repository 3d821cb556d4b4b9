//! Calls whose outcome is known: what moves or records money is sent once, and after a lost answer it is looked up.
//!
//! A capture whose answer is lost may have been carried out. `capture`, `refund` and `void` then read the transaction and look
//! for their own event. The module `record` does the same for what Shopping keeps of an order, `wallet` for gift cards:
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
//!     Outcome::Pending(_) => println!("still under way: wait again, or for the callback"),
//!     Outcome::NotApplied(reason) => println!("nothing moved: {reason}"),
//!     Outcome::Unknown(unknown) => println!("look again later: {unknown}"),
//! }
//! # }
//! # }
//! ```
//!
//! # How sure is "not applied"?
//!
//! A refusal (4xx) and a failed event are certain. After a lost answer the API may still be at work, and does not say for how long
//! at most. So it is read again and again for a time of grace, 30 s unless set otherwise, before the answer is
//! [`NotApplied::Lost`]; only then, and only when asked, is it sent again. What cannot be read stays [`Outcome::Unknown`]. Capturing
//! or refunding a part is the case to be careful with: should the first request come through after the grace and the repeat too,
//! the transaction shows both with one reference, and the outcome is [`Outcome::Unknown`] for a person to look at. A whole amount
//! cannot be captured twice.
//!
//! Dropping the future of [`Attempt::send`] leaves the outcome unknown: make the same call again, with the same reference.

#[cfg(feature = "checkout")]
mod checkout;
#[cfg(feature = "checkout")]
mod declined;
#[cfg(feature = "checkout")]
mod events;
#[cfg(feature = "shopping")]
pub mod record;
mod run;
#[cfg(feature = "wallets")]
pub mod wallet;

use std::fmt;
use std::time::Duration;

use dintero_core::Error;

#[cfg(feature = "checkout")]
pub use checkout::{capture, refund, void};
#[cfg(feature = "checkout")]
pub use declined::{Declined, RetryAdvice};
use run::Job;

/// What became of a call.
#[derive(Debug)]
#[must_use = "it may not have been carried out"]
pub enum Outcome<T> {
    /// It was carried out, once. The state after it.
    Applied(T),
    /// The API took it and will do it later (202). Wait for it, or for a callback with `report_event`.
    Pending(Pending<T>),
    /// It was not carried out. Nothing moved.
    NotApplied(NotApplied),
    /// It could not be found out. Look again; do not send it again under another reference.
    Unknown(Unknown<T>),
}

impl<T> Outcome<T> {
    /// The state after it, if it was carried out.
    pub fn applied(self) -> Option<T> {
        match self {
            Self::Applied(state) => Some(state),
            _ => None,
        }
    }

    /// Whether it was carried out.
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Applied(_))
    }
}

/// Why a call was not carried out.
#[derive(Debug)]
#[non_exhaustive]
pub enum NotApplied {
    /// It was refused, or not even sent; the error says why.
    Refused(Error),
    /// The API carried it to the payment provider, who declined.
    #[cfg(feature = "checkout")]
    Declined(Declined),
    /// The answer was lost, and after the time of grace there was no trace of it. The error is that of the last try.
    Lost(Error),
    /// The reference belongs to something else, such as an earlier capture of another amount. It did nothing.
    ReferenceTaken,
}

impl fmt::Display for NotApplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            #[cfg(feature = "checkout")]
            Self::Declined(declined) => declined.fmt(f),
            Self::Lost(_) => f.write_str("the answer was lost and there is no trace of it, so it was not carried out; it can be sent again"),
            Self::ReferenceTaken => f.write_str("the reference belongs to something else, so it did nothing; choose a new reference"),
        }
    }
}

impl std::error::Error for NotApplied {}

/// A call that the API took and that is not done yet.
#[must_use = "its end comes later"]
pub struct Pending<T> {
    job: Job<T>,
}

impl<T: Send + 'static> Pending<T> {
    /// Reads until it is done or `limit` has passed, after 1, 2, 4, ... 30 s; the last reading may end a little later. Still
    /// pending then, it can be waited for again. No interval is advised by Dintero.
    pub async fn wait(self, limit: Duration) -> Outcome<T> {
        self.job.wait(limit).await
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// A call of which is not known whether it was carried out.
#[must_use = "money may have moved"]
pub struct Unknown<T> {
    job: Job<T>,
    error: Option<Error>,
}

impl<T: Send + 'static> Unknown<T> {
    /// Reads once more, or for what is left of the grace, and sends nothing. `Unknown` again when the reading fails or does not
    /// tell.
    pub async fn look_again(self) -> Outcome<T> {
        self.job.look_again().await
    }
}

impl<T> Unknown<T> {
    /// What kept it from being found out; none when what was read does not tell: a status `UNKNOWN`, a corrected event, or more
    /// than one with its reference.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref().or_else(|| self.job.lost())
    }

    /// Whether this call was sent at all. If not, reading failed before, and an earlier call with the same reference is what is
    /// in doubt: make the same call again.
    pub fn was_sent(&self) -> bool {
        self.job.sent
    }
}

impl<T> fmt::Display for Unknown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it may have been carried out, look before it is sent again")?;
        match self.error() {
            Some(error) => write!(f, ": {error}"),
            None => f.write_str(": what was read does not tell"),
        }
    }
}

impl<T> fmt::Debug for Unknown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unknown")
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}

/// A call that is about to be sent with a known outcome.
#[must_use = "nothing is sent before `send` is awaited"]
pub struct Attempt<T> {
    job: Result<Job<T>, Error>,
}

impl<T: Send + 'static> Attempt<T> {
    /// How often it is sent again when it provably had no effect, or its answer was lost and there was no trace of it after the
    /// grace. Default: never. What was refused or declined is not sent again, nor what the API wants to see again only after more
    /// than 60 s.
    pub fn repeat_if_not_applied(mut self, times: u32) -> Self {
        if let Ok(job) = &mut self.job {
            job.repeats = times;
        }
        self
    }

    /// For how long it is looked for after a lost answer before it counts as not applied. Default: 30 s, as long as the client
    /// itself waits for an answer; nothing is known about how long the API may be at work.
    pub fn grace(mut self, grace: Duration) -> Self {
        if let Ok(job) = &mut self.job {
            job.grace = grace;
        }
        self
    }

    /// Sends it and finds out what became of it.
    pub async fn send(self) -> Outcome<T> {
        match self.job {
            Ok(job) => job.run().await,
            Err(error) => Outcome::NotApplied(NotApplied::Refused(error)),
        }
    }
}

impl<T> fmt::Debug for Attempt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").finish_non_exhaustive()
    }
}
