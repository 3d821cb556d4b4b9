//! A payment provider's decline, and its advice about another try.

use std::fmt;

use dintero_checkout::types::{RetryCode, TransactionError};

/// A decline by the payment provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Declined {
    error: Option<Box<TransactionError>>,
}

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
    pub(super) fn new(error: Option<Box<TransactionError>>) -> Self {
        Self { error }
    }

    /// Returns the provider's error, if there is one.
    pub fn error(&self) -> Option<&TransactionError> {
        self.error.as_deref()
    }

    /// Returns the advice on trying again. Failed tries are limited per card: 10 in 24 hours at Mastercard, 15 in 30 days at Visa.
    pub fn retry(&self) -> RetryAdvice {
        let policy = self.error().and_then(|error| error.retry_policy.as_deref());
        let Some(policy) = policy else {
            return RetryAdvice::None;
        };
        let has = |code| policy.retry_codes.contains(&code);
        if has(RetryCode::DoNotRetry) {
            RetryAdvice::Never
        } else if has(RetryCode::RetryAfterDelay) {
            RetryAdvice::Later(policy.retry_after.clone())
        } else if has(RetryCode::RetryImmediately) {
            RetryAdvice::Now
        } else {
            RetryAdvice::None
        }
    }
}

/// Leaves out the provider's text, which may name the payer.
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
