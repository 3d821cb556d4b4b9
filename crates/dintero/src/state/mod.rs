//! What the state of a payment, session, order or gift card allows.
//!
//! Every rule is one that Dintero states, told in the words of this crate at the function. Where Dintero says nothing, or sends a state
//! this version does not know, the [`Answer`] is [`Answer::Unknown`], never a guess. Nothing here calls the API, and the API has the
//! last word: an answer is as old as what it was computed from.
//!
//! ```
//! # #[cfg(feature = "checkout")] {
//! use dintero::{Amount, checkout::types::Transaction, state::{Answer, Reason, TransactionRules}};
//!
//! fn give_back(transaction: &Transaction, amount: Amount) -> &'static str {
//!     match transaction.can_refund(amount) {
//!         Answer::Yes => "refund it",
//!         Answer::No(Reason::NothingCaptured) if transaction.can_void().is_yes() => "void it",
//!         Answer::No(Reason::NothingCaptured) | Answer::Unknown(_) => "look again",
//!         Answer::No(_) => "so much cannot be given back",
//!     }
//! }
//! # }
//! ```

use std::fmt;

use crate::Amount;

#[cfg(feature = "wallets")]
mod card;
#[cfg(feature = "shopping")]
mod order;
#[cfg(feature = "checkout")]
mod session;
#[cfg(feature = "checkout")]
mod transaction;

#[cfg(feature = "wallets")]
pub use card::CardRules;
#[cfg(feature = "shopping")]
pub use order::{CombinedState, DraftRules, OrderRules, combined_state};
#[cfg(feature = "checkout")]
pub use session::{SessionRules, SessionState};
#[cfg(feature = "checkout")]
pub use transaction::{StatusRules, TransactionRules};

/// An answer that may be that nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The rules allow it.
    Yes,
    /// The rules forbid it.
    No(Reason),
    /// The rules are silent, or what they need is not there.
    Unknown(Reason),
}

impl Answer {
    /// Is it allowed for certain?
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// Is it forbidden for certain?
    pub fn is_no(self) -> bool {
        matches!(self, Self::No(_))
    }

    /// Is it open?
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Why it is no, or not known.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Yes => None,
            Self::No(reason) | Self::Unknown(reason) => Some(reason),
        }
    }
}

/// Why an [`Answer`] is not yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The state is final.
    Final,
    /// It is in that state already, or past it.
    Done,
    /// The state is not final yet.
    NotFinal,
    /// The payment is not authorized (yet).
    NotAuthorized,
    /// Nothing has been captured: void the payment, or cancel its session, rather than refund it.
    NothingCaptured,
    /// It is captured already: refund it.
    Captured,
    /// The payment has only begun: cancel its session.
    OnlyBegun,
    /// This way of paying cannot void what is left after a part was captured.
    Product,
    /// The amount is not above 0.
    NotPositive,
    /// The amount is in another currency.
    Currency,
    /// Only this much is left.
    TooMuch {
        /// What is left.
        left: Amount,
    },
    /// A capture, refund or void has been taken and has no outcome yet.
    Pending,
    /// The gift card has to be activated first.
    NotActivated,
    /// The gift card is not active yet.
    TooEarly,
    /// The gift card has expired.
    Expired,
    /// Dintero does not know itself (status UNKNOWN): read it again later.
    Undecided,
    /// A state that this version does not know, or none at all.
    UnknownState,
    /// No rule is published for this state.
    NoRule,
    /// What the answer depends on was not in the body, or cannot be read.
    Missing,
    /// The events of the transaction do not tell.
    #[cfg(feature = "checkout")]
    Events(crate::Unclear),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Final => "the state is final",
            Self::Done => "it is in that state already",
            Self::NotFinal => "the state is not final yet",
            Self::NotAuthorized => "the payment is not authorized",
            Self::NothingCaptured => "nothing has been captured, so void the payment",
            Self::Captured => "it is captured already, so refund it",
            Self::OnlyBegun => "the payment has only begun, so cancel its session",
            Self::Product => "this way of paying cannot void the rest after a part was captured",
            Self::NotPositive => "the amount is not above 0",
            Self::Currency => "the amount is in another currency",
            Self::TooMuch { left } => return write!(f, "only {left} is left"),
            Self::Pending => "an earlier capture, refund or void has no outcome yet",
            Self::NotActivated => "the card has to be activated first",
            Self::TooEarly => "the card is not active yet",
            Self::Expired => "the card has expired",
            Self::Undecided => "Dintero does not know the outcome yet",
            Self::UnknownState => "the state is unknown to this version",
            Self::NoRule => "no rule is published for this state",
            Self::Missing => "what the answer depends on is missing",
            #[cfg(feature = "checkout")]
            Self::Events(unclear) => return unclear.fmt(f),
        })
    }
}
