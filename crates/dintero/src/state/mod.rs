//! Rules about the states of payments, sessions, orders and gift cards.
//!
//! Every rule is documented by Dintero and restated at its function. For an undocumented case, a state that this version does not know, or a
//! field that was set aside ([`Response::set_aside`](crate::Response::set_aside)), the [`Verdict`] is [`Verdict::Unknown`], never a guess. No
//! function calls the API, so a verdict is as old as the state it is computed from, and the API may still reject the request.
//!
//! ```
//! # #[cfg(feature = "checkout")] {
//! use dintero::{Amount, checkout::types::Transaction, state::{Reason, TransactionRules, Verdict}};
//!
//! fn advice(transaction: &Transaction, amount: Amount) -> &'static str {
//!     match transaction.can_refund(amount) {
//!         Verdict::Yes => "refund it",
//!         Verdict::No(Reason::NothingCaptured) if transaction.can_void().is_yes() => "void it",
//!         Verdict::No(Reason::NothingCaptured) | Verdict::Unknown(_) => "read the transaction again later",
//!         Verdict::No(_) => "this amount cannot be refunded",
//!     }
//! }
//! # }
//! ```

use crate::Amount;
use crate::messages::messages;

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

/// The result of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule is met.
    Yes,
    /// The rule is not met.
    No(Reason),
    /// The case is not documented, or data is missing.
    Unknown(Reason),
}

impl Verdict {
    /// Returns `true` for [`Verdict::Yes`].
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// Returns `true` for [`Verdict::Unknown`].
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Returns the reason, unless the verdict is `Yes`.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Yes => None,
            Self::No(reason) | Self::Unknown(reason) => Some(reason),
        }
    }
}

messages! {
    /// The reason why a [`Verdict`] is not `Yes`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Reason {
        /// The state is final.
        Final => "the state is final",
        /// The object is in the requested state already, or past it.
        AlreadyDone => "the object is in that state already",
        /// The state is not final yet.
        NotFinal => "the state is not final yet",
        /// The payment is not authorized.
        NotAuthorized => "the payment is not authorized",
        /// Nothing has been captured: void the payment or cancel its session instead of refunding.
        NothingCaptured => "nothing has been captured, so void the payment",
        /// The payment is captured already: refund it.
        Captured => "it is captured already, so refund it",
        /// The payment is only initiated: cancel its session.
        OnlyInitiated => "the payment is only initiated, so cancel its session",
        /// The payment product does not support the operation: the refund of a Kravia invoice, or a void of the rest after a partial capture.
        PaymentProduct => "the payment product does not support the operation",
        /// The amount is not greater than 0.
        NotPositive => "the amount is not greater than 0",
        /// The amount is in another currency.
        Currency => "the amount is in another currency",
        /// The amount exceeds what is left.
        ExceedsRemaining {
            /// The amount that is left.
            remaining: Amount,
        } => "only {remaining} is left",
        /// An earlier capture, refund or void is in progress.
        Pending => "an earlier capture, refund or void is in progress",
        /// The gift card must be activated first.
        NotActivated => "the card must be activated first",
        /// The gift card is not valid yet.
        NotYetValid => "the card is not valid yet",
        /// The gift card has expired.
        Expired => "the card has expired",
        /// Dintero does not know the outcome yet (status UNKNOWN): read the transaction again later.
        Undecided => "Dintero does not know the outcome yet",
        /// The state is missing, or this version does not know it or the payment product.
        UnknownState => "the state or the payment product is not known to this version",
        /// No rule is documented for this state and payment product.
        Undocumented => "no rule is documented for this state and payment product",
        /// Required data is missing or malformed.
        MissingData => "required data is missing",
        /// The amounts of the transaction cannot be determined.
        #[cfg(feature = "checkout")]
        Amounts(unclear: crate::AmountsUnclear) => "{unclear}",
    }
}
