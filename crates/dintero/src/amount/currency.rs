//! The currencies in Dintero's documents.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::AmountError;

/// A currency in Dintero's documents. Any other is an error, since a wrong number of decimals would be wrong by a factor of 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Currency {
    /// Norwegian krone.
    Nok,
    /// Swedish krona.
    Sek,
    /// Danish krone.
    Dkk,
    /// Euro.
    Eur,
    /// United States dollar; for gift cards only.
    Usd,
}

impl Currency {
    /// All currencies that this version knows.
    pub const KNOWN: &'static [Self] = &[Self::Nok, Self::Sek, Self::Dkk, Self::Eur, Self::Usd];

    /// Returns the ISO 4217 code, such as `NOK`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nok => "NOK",
            Self::Sek => "SEK",
            Self::Dkk => "DKK",
            Self::Eur => "EUR",
            Self::Usd => "USD",
        }
    }

    /// Returns the number of decimals of the major unit.
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Nok | Self::Sek | Self::Dkk | Self::Eur | Self::Usd => 2,
        }
    }
}

/// Parses an ISO 4217 code in upper case.
impl FromStr for Currency {
    type Err = AmountError;

    fn from_str(code: &str) -> Result<Self, AmountError> {
        let known = Self::KNOWN.iter().find(|known| known.code() == code);
        known.copied().ok_or(AmountError::UnknownCurrency)
    }
}

/// The code.
impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(feature = "wallets")]
impl TryFrom<&crate::wallets::types::Currency> for Currency {
    type Error = AmountError;

    fn try_from(currency: &crate::wallets::types::Currency) -> Result<Self, AmountError> {
        currency.as_str().parse()
    }
}

#[cfg(feature = "wallets")]
impl From<Currency> for crate::wallets::types::Currency {
    fn from(currency: Currency) -> Self {
        currency.code().into()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

#[cfg(test)]
mod tests;
