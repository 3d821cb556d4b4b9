//! The outcomes of confirmed requests.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::run::{InFlight, Step};
use crate::Error;
use crate::macros::debug;
use crate::response::decoded;

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

impl<T> fmt::Display for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applied(_) => f.write_str("the request was carried out"),
            Self::Pending(_) => f.write_str("the request was accepted and will be carried out"),
            Self::NotApplied(reason) => reason.fmt(f),
            Self::Unknown(unknown) => unknown.fmt(f),
        }
    }
}

impl<T: DeserializeOwned> Outcome<T> {
    pub(super) fn of(step: Step, request: InFlight) -> Self {
        let unknown = |request, error| {
            Self::Unknown(Unknown {
                request,
                error,
                of: PhantomData,
            })
        };
        match step {
            Step::Applied(response) => match decoded::<T>(request.called(), response) {
                Ok(state) => Self::Applied(state.into_inner()),
                Err(error) => unknown(request, Some(error)),
            },
            Step::Pending => Self::Pending(Pending {
                request,
                of: PhantomData,
            }),
            Step::NotApplied(reason) => Self::NotApplied(reason),
            Step::Unknown(error) => unknown(request, error),
        }
    }
}

/// The reason why a request was not carried out.
#[derive(Debug)]
#[non_exhaustive]
pub enum NotApplied {
    /// The request was rejected, or not sent at all, for the reason in the error.
    Rejected(Error),
    /// The payment provider declined.
    Declined(Declined),
    /// The response was lost or proves nothing, and no effect was visible within the confirmation timeout, although the request may
    /// still be processed. Holds the error of the last attempt.
    Lost(Error),
    /// The reference belongs to another request, such as an earlier capture of another amount, and nothing was sent.
    ReferenceTaken,
}

impl fmt::Display for NotApplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(error) => error.fmt(f),
            Self::Declined(declined) => declined.fmt(f),
            Self::Lost(_) => f.write_str(
                "the response was lost and no effect was visible within the confirmation timeout; make the same call again, with the same reference",
            ),
            Self::ReferenceTaken => f.write_str(
                "the reference belongs to another request, so this one was not sent; choose a new reference",
            ),
        }
    }
}

impl std::error::Error for NotApplied {}

/// A decline by the payment provider.
#[derive(Clone, PartialEq)]
pub struct Declined(Value);

/// The card scheme's advice on trying again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// Do not try again with this card.
    Never,
    /// Trying again at once is allowed.
    Now,
    /// Try again from this time on, in ISO 8601 if it was given.
    Later(Option<String>),
    /// The provider gave no advice.
    None,
}

impl Declined {
    pub(super) fn new(error: Value) -> Self {
        Self(error)
    }

    /// Returns the provider's error, `null` if there is none. Its text may name the payer.
    pub fn error(&self) -> &Value {
        &self.0
    }

    /// Returns the advice on trying again. Failed tries are limited per card: 10 in 24 hours at Mastercard, 15 in 30 days at Visa.
    pub fn retry(&self) -> RetryAdvice {
        let policy = &self.0["retry_policy"];
        let codes = policy["retry_codes"].as_array();
        let has = |code: &str| codes.is_some_and(|codes| codes.iter().any(|one| one == code));
        match () {
            () if has("DO_NOT_RETRY") => RetryAdvice::Never,
            () if has("RETRY_AFTER_DELAY") => {
                RetryAdvice::Later(policy["retry_after"].as_str().map(str::to_owned))
            }
            () if has("RETRY_IMMEDIATELY") => RetryAdvice::Now,
            () => RetryAdvice::None,
        }
    }
}

// The text of the provider's error may name the payer.
debug! {
    Declined(self) {
        retry: self.retry(),
    }
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the payment provider declined; ")?;
        f.write_str(match self.retry() {
            RetryAdvice::Never => "do not try again with this card",
            RetryAdvice::Now => "the request may be sent again at once",
            RetryAdvice::Later(_) => "the request may be sent again at the time in `retry_after`",
            RetryAdvice::None => "the reason is in its `error`",
        })
    }
}

/// A request that the API accepted and has not carried out yet.
#[derive(Debug)]
#[must_use = "the outcome is not final"]
pub struct Pending<T> {
    request: InFlight,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Pending<T> {
    /// Reads the state after 1, 2, 4, ... 30 s until the outcome is final or `limit` has passed; the last read may end a little later.
    /// If the outcome is still pending then, `wait` can be called again. Dintero recommends no interval.
    pub async fn wait(mut self, limit: Duration) -> Outcome<T> {
        Outcome::of(self.request.wait(limit).await, self.request)
    }
}

/// A request that may or may not have been carried out.
#[derive(Debug)]
#[must_use = "money may have moved"]
pub struct Unknown<T> {
    request: InFlight,
    error: Option<Error>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Unknown<T> {
    /// Reads the state once, or for the rest of the confirmation timeout, and sends nothing. Returns [`Outcome::Unknown`] again if the
    /// read fails or is inconclusive.
    pub async fn check(mut self) -> Outcome<T> {
        Outcome::of(self.request.check().await, self.request)
    }
}

impl<T> Unknown<T> {
    /// Returns the error that prevented a conclusion, or `None` if the state itself is inconclusive.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref().or(self.request.progress.error.as_ref())
    }

    /// Returns `true` if this request was sent. Otherwise an earlier request with the same reference may have been carried out: make
    /// the same call again.
    pub fn was_sent(&self) -> bool {
        self.request.progress.sent
    }
}

impl<T> fmt::Display for Unknown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request may have been carried out; check before sending it again: ")?;
        match (self.request.progress.reason, self.error()) {
            (Some(reason), _) => f.write_str(reason),
            (None, Some(error)) => error.fmt(f),
            (None, None) => f.write_str("the state that was read proves nothing"),
        }
    }
}
