//! What may be done with gift cards of the Wallets API.

use std::time::SystemTime;

use dintero_core::DateTime;
use dintero_wallets::types::{Card, CardDetails};

use super::{Answer, Reason};
use crate::Amount;
use Answer::{No, Unknown, Yes};

/// What may be done with a gift card. Its states are not published as a list: `inactive` (in places called `created`) and `unused` have been
/// seen, and of any other nothing is known.
pub trait CardRules {
    /// May this amount be drawn from the card at this time?
    ///
    /// Not before `active_from`, not after `expires_at`, not before a card of a batch is activated, and not more than `amount_available`,
    /// which leaves out what pending transactions have locked. `amount_balance` has that in it, so it is no limit.
    fn can_draw(&self, amount: Amount, now: SystemTime) -> Answer;

    /// May money be put on the card at this time?
    ///
    /// Also before `active_from`, but not after `expires_at`. What of a card that is not activated is not said.
    fn can_fund(&self, now: SystemTime) -> Answer;

    /// May the card be activated? A card of a batch that is inactive, once.
    fn can_activate(&self) -> Answer;
}

/// The fields the rules are about.
struct Facts<'a> {
    status: Option<&'a str>,
    currency: &'a str,
    available: Option<i64>,
    active_from: Option<&'a DateTime>,
    expires_at: Option<&'a DateTime>,
}

const INACTIVE: [&str; 2] = ["inactive", "created"];

impl Facts<'_> {
    fn can_draw(&self, amount: Amount, now: SystemTime) -> Answer {
        if !amount.is_positive() {
            return No(Reason::NotPositive);
        }
        if self.currency != amount.currency().code() {
            return No(Reason::Currency);
        }
        match self.time(now) {
            Ok(true) => {}
            Ok(false) => return No(Reason::TooEarly),
            Err(answer) => return answer,
        }
        match self.status {
            Some("unused") => match self.available {
                Some(left) if amount.minor() <= left => Yes,
                Some(left) => No(Reason::TooMuch {
                    left: Amount::new(left, amount.currency()),
                }),
                None => Unknown(Reason::Missing),
            },
            Some(status) if INACTIVE.contains(&status) => No(Reason::NotActivated),
            _ => Unknown(Reason::UnknownState),
        }
    }

    fn can_fund(&self, now: SystemTime) -> Answer {
        match (self.time(now), self.status) {
            (Err(answer), _) => answer,
            (Ok(_), Some("unused")) => Yes,
            (Ok(_), Some(status)) if INACTIVE.contains(&status) => Unknown(Reason::NoRule),
            _ => Unknown(Reason::UnknownState),
        }
    }

    fn can_activate(&self) -> Answer {
        match self.status {
            Some(status) if INACTIVE.contains(&status) => Yes,
            Some("unused") => No(Reason::Done),
            _ => Unknown(Reason::UnknownState),
        }
    }

    /// Has its time begun? An error when it is over, or when that cannot be read.
    fn time(&self, now: SystemTime) -> Result<bool, Answer> {
        let read = |time: &DateTime| {
            time.get()
                .map(SystemTime::from)
                .ok_or(Unknown(Reason::Missing))
        };
        if let Some(end) = self.expires_at.map(read).transpose()?
            && now > end
        {
            return Err(No(Reason::Expired));
        }
        let start = self.active_from.map(read).transpose()?;
        Ok(start.is_none_or(|start| start <= now))
    }
}

macro_rules! cards {
    ($($card:ty),*) => {$(
        impl CardRules for $card {
            fn can_draw(&self, amount: Amount, now: SystemTime) -> Answer {
                facts!(self).can_draw(amount, now)
            }

            fn can_fund(&self, now: SystemTime) -> Answer {
                facts!(self).can_fund(now)
            }

            fn can_activate(&self) -> Answer {
                facts!(self).can_activate()
            }
        }
    )*};
}

macro_rules! facts {
    ($card:ident) => {
        Facts {
            status: $card.status.as_deref(),
            currency: $card.currency.as_str(),
            available: $card.amount_available,
            active_from: $card.active_from.as_ref(),
            expires_at: $card.expires_at.as_ref(),
        }
    };
}

cards!(Card, CardDetails);
