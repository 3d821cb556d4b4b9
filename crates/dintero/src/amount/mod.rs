//! Amounts of money in whole minor units, never a float.

use dintero_core::Number;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::cmp::Ordering;

use crate::messages::messages;

mod currency;
#[cfg(feature = "checkout")]
mod events;
#[cfg(feature = "checkout")]
mod order;
mod split;
mod text;
#[cfg(feature = "checkout")]
mod totals;

pub use currency::Currency;
#[cfg(feature = "checkout")]
pub(crate) use events::kind;
#[cfg(feature = "checkout")]
pub use order::{
    AmountMismatch, AmountsMismatch, OrderAmounts, check_amounts, check_amounts_with_shipping,
};
#[cfg(feature = "checkout")]
pub(crate) use totals::is_pending;
#[cfg(feature = "checkout")]
pub use totals::{AmountsUnclear, TransactionAmounts};

/// An exact amount of money: minor units (29990 is 299.90 NOK) and their currency.
///
/// It serializes like the API's adjacent fields, `{"amount": 29990, "currency": "NOK"}`, so it can be flattened into your own types.
/// Amounts of different currencies are never equal, and neither is less than the other.
///
/// ```
/// use dintero::{Amount, Currency};
///
/// # fn main() -> Result<(), dintero::AmountError> {
/// let chair: Amount = "299.90 NOK".parse()?;
/// assert_eq!(chair.minor(), 29990);
/// let two = chair.checked_mul(2)?;
/// assert_eq!(two.to_string(), "599.80 NOK");
/// let thirds = Amount::new(10, Currency::Nok).split(3)?;
/// assert_eq!(thirds.iter().map(|part| part.minor()).collect::<Vec<_>>(), [4, 3, 3]);
/// # Ok(())
/// # }
/// ```
///
/// Requests take it in the place of minor units, and a [`Currency`] in the place of its code:
///
/// ```
/// # #[cfg(feature = "checkout")]
/// # fn part(of: dintero::Amount) -> dintero::checkout::types::CaptureOptionsBuilder {
/// dintero::checkout::types::CaptureOptions::builder().amount(of)
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Amount {
    #[serde(rename = "amount", deserialize_with = "minor_units")]
    minor: i64,
    currency: Currency,
}

messages! {
    /// The error of parsing or computing an amount.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AmountError {
        /// The text does not have the form `299.90`: too many decimals, digit grouping, a comma, or a sign other than minus.
        Malformed => "the text is not an amount such as 299.90",
        /// The currency is missing, or not in Dintero's documents.
        UnknownCurrency => "the currency is not one of NOK, SEK, DKK, EUR and USD",
        /// The amounts have different currencies.
        CurrencyMismatch {
            /// The currency of the left operand.
            left: Currency,
            /// The currency of the right operand.
            right: Currency,
        } => "amounts in {left} and {right} cannot be combined",
        /// The number of minor units exceeds 64 bits.
        Overflow => "the amount is too large",
        /// The number of minor units is not an integer.
        Fraction => "the amount is not an integer of minor units",
        /// An amount cannot be split into no parts, or by weights that are all 0.
        NoParts => "an amount cannot be split into no parts",
        /// An amount is split into at most 1,000,000 parts.
        TooManyParts => "an amount cannot be split into more than 1,000,000 parts",
    }
}

impl std::error::Error for AmountError {}

impl Amount {
    /// Creates an amount from minor units: `Amount::new(29990, Currency::Nok)` is 299.90 NOK.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Creates an amount of 0.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Creates an amount from two fields of an API body, such as a transaction's `amount` and `currency`.
    ///
    /// # Errors
    /// [`AmountError::UnknownCurrency`].
    pub fn of(minor: i64, currency: impl AsRef<str>) -> Result<Self, AmountError> {
        Ok(Self::new(minor, currency.as_ref().parse()?))
    }

    /// Creates an amount from a field of type number: `29990` and `29990.0` are equal.
    ///
    /// # Errors
    /// [`AmountError::Fraction`] for `29990.5` and for numbers beyond 64 bits.
    pub fn from_number(number: &Number, currency: Currency) -> Result<Self, AmountError> {
        let minor = number.as_i64().ok_or(AmountError::Fraction)?;
        Ok(Self::new(minor, currency))
    }

    /// Returns the minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// Returns the currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Returns `true` if the amount is 0.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Returns `true` if the amount is greater than 0, as captures and refunds must be.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Adds an amount.
    ///
    /// # Errors
    /// [`AmountError::CurrencyMismatch`] and [`AmountError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, AmountError> {
        self.combine(other, i64::checked_add)
    }

    /// Subtracts an amount; the result may be negative.
    ///
    /// # Errors
    /// [`AmountError::CurrencyMismatch`] and [`AmountError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, AmountError> {
        self.combine(other, i64::checked_sub)
    }

    /// Multiplies the amount.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    pub fn checked_mul(self, times: i64) -> Result<Self, AmountError> {
        self.with_minor(self.minor.checked_mul(times))
    }

    /// Returns the sum of all amounts, or 0 in `currency` if there are none.
    ///
    /// # Errors
    /// [`AmountError::CurrencyMismatch`] and [`AmountError::Overflow`].
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, AmountError> {
        let mut amounts = amounts.into_iter();
        amounts.try_fold(Self::zero(currency), Self::checked_add)
    }

    fn combine(
        self,
        other: Self,
        operation: impl FnOnce(i64, i64) -> Option<i64>,
    ) -> Result<Self, AmountError> {
        if self.currency != other.currency {
            return Err(AmountError::CurrencyMismatch {
                left: self.currency,
                right: other.currency,
            });
        }
        self.with_minor(operation(self.minor, other.minor))
    }

    fn with_minor(self, minor: Option<i64>) -> Result<Self, AmountError> {
        let minor = minor.ok_or(AmountError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

/// The minor units, for amounts in requests: their currency is a field of its own, or that of the transaction.
impl From<Amount> for i64 {
    fn from(amount: Amount) -> Self {
        amount.minor
    }
}

/// The minor units, like the conversion into `i64`.
impl From<Amount> for Number {
    fn from(amount: Amount) -> Self {
        amount.minor.into()
    }
}

/// Orders amounts of one currency; amounts of different currencies are not ordered.
impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.minor.cmp(&other.minor))
    }
}

fn minor_units<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = Number::deserialize(deserializer)?;
    let fraction = || de::Error::custom(AmountError::Fraction);
    number.as_i64().ok_or_else(fraction)
}

#[cfg(test)]
mod tests;
