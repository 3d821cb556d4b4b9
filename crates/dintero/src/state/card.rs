//! Rules about gift cards.

use std::time::SystemTime;

use dintero_core::DateTime;
use dintero_wallets::types::{Card, CardDetails};

use super::{Reason, Verdict};
use crate::Amount;
use crate::set_aside::was_set_aside;
use Verdict::{No, Unknown, Yes};

/// Rules about a gift card. Its states are not documented as a list: only `inactive` (in places called `created`) and `unused` are known.
pub trait CardRules {
    #[doc(hidden)]
    fn facts(&self) -> Facts<'_>;

    /// Returns whether this amount can be drawn from the card at this time.
    ///
    /// Not before `active_from`, not after `expires_at`, not before a card of a batch is activated, and not more than `amount_available`,
    /// which excludes the amounts of pending transactions. `amount_balance` includes them, so it is not the limit.
    fn can_draw(&self, amount: Amount, now: SystemTime) -> Verdict {
        let facts = self.facts();
        if !amount.is_positive() {
            return No(Reason::NotPositive);
        }
        if facts.currency != amount.currency().code() {
            return No(Reason::Currency);
        }
        match facts.is_valid_at(now) {
            Ok(true) => {}
            Ok(false) => return No(Reason::NotYetValid),
            Err(verdict) => return verdict,
        }
        match facts.status {
            Some("unused") => match facts.available {
                Some(left) if amount.minor() <= left => Yes,
                Some(left) => No(Reason::ExceedsRemaining {
                    remaining: Amount::new(left, amount.currency()),
                }),
                None => Unknown(Reason::MissingData),
            },
            Some(status) if INACTIVE.contains(&status) => No(Reason::NotActivated),
            _ => Unknown(Reason::UnknownState),
        }
    }

    /// Returns whether the card can be funded at this time: also before `active_from`, but not after `expires_at`. Undocumented for a card
    /// that is not activated.
    fn can_fund(&self, now: SystemTime) -> Verdict {
        let facts = self.facts();
        match (facts.is_valid_at(now), facts.status) {
            (Err(verdict), _) => verdict,
            (Ok(_), Some("unused")) => Yes,
            (Ok(_), Some(status)) if INACTIVE.contains(&status) => Unknown(Reason::Undocumented),
            _ => Unknown(Reason::UnknownState),
        }
    }

    /// Returns whether the card can be activated: an inactive card of a batch, once.
    fn can_activate(&self) -> Verdict {
        match self.facts().status {
            Some(status) if INACTIVE.contains(&status) => Yes,
            Some("unused") => No(Reason::AlreadyDone),
            _ => Unknown(Reason::UnknownState),
        }
    }
}

pub struct Facts<'a> {
    status: Option<&'a str>,
    currency: &'a str,
    available: Option<i64>,
    active_from: Option<&'a DateTime>,
    expires_at: Option<&'a DateTime>,
    is_validity_unreadable: bool,
}

const INACTIVE: [&str; 2] = ["inactive", "created"];

impl Facts<'_> {
    fn is_valid_at(&self, now: SystemTime) -> Result<bool, Verdict> {
        let missing = Unknown(Reason::MissingData);
        if self.is_validity_unreadable {
            return Err(missing);
        }
        let parse = |time: &DateTime| time.get().map(SystemTime::from).ok_or(missing);
        if let Some(end) = self.expires_at.map(parse).transpose()?
            && now > end
        {
            return Err(No(Reason::Expired));
        }
        let start = self.active_from.map(parse).transpose()?;
        Ok(start.is_none_or(|start| start <= now))
    }
}

macro_rules! cards {
    ($($card:ty),*) => {$(
        impl CardRules for $card {
            fn facts(&self) -> Facts<'_> {
                Facts {
                    status: self.status.as_deref(),
                    currency: self.currency.as_str(),
                    available: self.amount_available,
                    active_from: self.active_from.as_ref(),
                    expires_at: self.expires_at.as_ref(),
                    is_validity_unreadable: was_set_aside(self.unknown_fields(), &["active_from", "expires_at"]),
                }
            }
        }
    )*};
}

cards!(Card, CardDetails);
