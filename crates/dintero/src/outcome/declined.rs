//! What the payment provider said no with.

use std::fmt;

use dintero_checkout::types::{RetryCode, TransactionError};

/// The payment provider declined.
#[derive(Clone, Debug, PartialEq)]
pub struct Declined {
    error: Option<Box<TransactionError>>,
}

/// Whether and when to try again, as the card scheme says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// Not with this card.
    Never,
    /// At once is allowed.
    Now,
    /// From this time on, ISO 8601, if it was given.
    Later(Option<String>),
    /// Nothing was said.
    None,
}

impl Declined {
    pub(super) fn new(error: Option<Box<TransactionError>>) -> Self {
        Self { error }
    }

    /// The provider's error, if it came.
    pub fn error(&self) -> Option<&TransactionError> {
        self.error.as_deref()
    }

    /// Whether and when to try again. Failed tries are limited per card: 10 in 24 hours at Mastercard, 15 in 30 days at Visa.
    pub fn retry(&self) -> RetryAdvice {
        let policy = self.error().and_then(|error| error.retry_policy.as_deref());
        let Some(policy) = policy else {
            return RetryAdvice::None;
        };
        let says = |code| policy.retry_codes.contains(&code);
        if says(RetryCode::DoNotRetry) {
            RetryAdvice::Never
        } else if says(RetryCode::RetryAfterDelay) {
            RetryAdvice::Later(policy.retry_after.clone())
        } else if says(RetryCode::RetryImmediately) {
            RetryAdvice::Now
        } else {
            RetryAdvice::None
        }
    }
}

impl fmt::Display for Declined {
    /// Shows no text of the provider.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the payment provider declined it; ")?;
        match self.retry() {
            RetryAdvice::Never => f.write_str("do not try again with this card"),
            RetryAdvice::Now => f.write_str("it may be tried again at once"),
            RetryAdvice::Later(_) => {
                f.write_str("it may be tried again later, the advice says when")
            }
            RetryAdvice::None => f.write_str("its error says why"),
        }
    }
}
