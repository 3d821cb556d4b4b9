//! Amounts as text: `299.90 NOK`.

use std::fmt;
use std::str::FromStr;

use super::{Amount, AmountError, Currency};

impl Amount {
    /// Parses major units without a currency, such as `299.90`, by the rules of [`Amount::from_str`].
    ///
    /// # Errors
    /// [`AmountError::Malformed`] and [`AmountError::Overflow`].
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let negative = digits.len() < text.len();
        let decimals = currency.decimals() as usize;
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) if (1..=decimals).contains(&fraction.len()) => {
                (whole, fraction)
            }
            Some(_) => return Err(AmountError::Malformed),
            None => (digits, ""),
        };
        let mut all = whole.bytes().chain(fraction.bytes());
        if whole.is_empty() || !all.all(|digit| digit.is_ascii_digit()) {
            return Err(AmountError::Malformed);
        }
        let sign = if negative { "-" } else { "" };
        let minor = format!("{sign}{whole}{fraction:0<decimals$}").parse();
        let minor = minor.map_err(|_| AmountError::Overflow)?;
        Ok(Self::new(minor, currency))
    }

    /// Returns the major units without the currency, such as `299.90`, always with all decimals.
    pub fn to_major(self) -> String {
        let decimals = self.currency().decimals() as usize;
        let (minor, width) = (self.minor().unsigned_abs(), decimals + 1);
        let digits = format!("{minor:0>width$}");
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let sign = if self.minor() < 0 { "-" } else { "" };
        match fraction {
            "" => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{fraction}"),
        }
    }
}

/// Parses `299.90 NOK`: digits, optionally a point and decimals, one space, and the currency.
///
/// Ambiguous text is an error: digit grouping (`1 000.00`), commas, a plus sign, or more decimals than the currency has.
impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (major, currency) = text.rsplit_once(' ').ok_or(AmountError::Malformed)?;
        Self::parse_major(major, currency.parse()?)
    }
}

/// Formats as `299.90 NOK`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.to_major(), self.currency()))
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

#[cfg(test)]
mod tests;
