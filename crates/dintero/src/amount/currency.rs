//! The currencies that Dintero's documents name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::AmountError;

/// A currency that Dintero's documents name. Any other is refused: how many decimals it has would be a guess, and a wrong guess
/// is wrong by a factor of 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// United States dollar; named for gift cards only.
    Usd,
}

impl Currency {
    /// All currencies this version knows.
    pub const KNOWN: &'static [Self] = &[Self::Nok, Self::Sek, Self::Dkk, Self::Eur, Self::Usd];

    /// The code of ISO 4217, such as `NOK`.
    pub const fn code(self) -> &'static str {
        self.facts().0
    }

    /// How many decimals the major unit has, so how many digits of an amount in minor units are behind the point.
    pub const fn decimals(self) -> u32 {
        self.facts().1
    }

    const fn facts(self) -> (&'static str, u32) {
        match self {
            Self::Nok => ("NOK", 2),
            Self::Sek => ("SEK", 2),
            Self::Dkk => ("DKK", 2),
            Self::Eur => ("EUR", 2),
            Self::Usd => ("USD", 2),
        }
    }
}

/// Reads the code as ISO 4217 writes it, in capitals.
impl FromStr for Currency {
    type Err = AmountError;

    fn from_str(code: &str) -> Result<Self, AmountError> {
        Self::KNOWN
            .iter()
            .copied()
            .find(|known| known.code() == code)
            .ok_or(AmountError::UnknownCurrency)
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

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Currency;
    use crate::AmountError;

    #[test]
    fn a_code_is_read_as_it_is_written_and_nothing_else_is() {
        for currency in Currency::KNOWN {
            assert_eq!(currency.code().parse(), Ok(*currency));
            assert_eq!(currency.decimals(), 2);
        }
        for code in ["nok", "JPY", "NOK ", "", "NO"] {
            assert_eq!(
                code.parse::<Currency>(),
                Err(AmountError::UnknownCurrency),
                "{code}"
            );
        }
    }
}
