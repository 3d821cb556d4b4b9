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
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let decimals = currency.decimals() as usize;
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) if (1..=decimals).contains(&fraction.len()) => {
                (whole, fraction)
            }
            Some(_) => return Err(AmountError::Malformed),
            None => (digits, ""),
        };
        if whole.is_empty() {
            return Err(AmountError::Malformed);
        }
        let zeros = decimals - fraction.len();
        let mut minor: i64 = 0;
        for digit in whole
            .bytes()
            .chain(fraction.bytes())
            .chain(std::iter::repeat_n(b'0', zeros))
        {
            if !digit.is_ascii_digit() {
                return Err(AmountError::Malformed);
            }
            let digit = i64::from(digit - b'0');
            // Accumulated with the sign, so that `i64::MIN` can be parsed.
            minor = minor
                .checked_mul(10)
                .and_then(|minor| minor.checked_add(if negative { -digit } else { digit }))
                .ok_or(AmountError::Overflow)?;
        }
        Ok(Self::new(minor, currency))
    }

    /// Returns the major units without the currency, such as `299.90`, always with all decimals.
    pub fn to_major(self) -> String {
        let decimals = self.currency().decimals() as usize;
        let digits = format!(
            "{:0>width$}",
            self.minor().unsigned_abs(),
            width = decimals + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let sign = if self.minor() < 0 { "-" } else { "" };
        if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
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
mod tests {
    use proptest::prelude::*;

    use super::{Amount, AmountError, Currency};

    #[test]
    fn major_units_become_minor_units() {
        for (text, minor) in [
            ("299.90 NOK", 29990),
            ("299.9 NOK", 29990),
            ("299 NOK", 29900),
            ("0.05 NOK", 5),
            ("-0.05 NOK", -5),
            ("007.00 NOK", 700),
            ("-92233720368547758.08 NOK", i64::MIN),
            ("92233720368547758.07 NOK", i64::MAX),
        ] {
            assert_eq!(
                text.parse::<Amount>(),
                Ok(Amount::new(minor, Currency::Nok)),
                "{text}"
            );
        }
    }

    #[test]
    fn ambiguous_text_is_an_error() {
        for text in [
            "1,000.00 NOK",
            "1 000.00 NOK",
            "1.000 NOK",
            "1'000 NOK",
            "299,90 NOK",
            "299. NOK",
            ".90 NOK",
            "+1 NOK",
            "--1 NOK",
            "1e3 NOK",
            " 1 NOK",
            "1  NOK",
            "- NOK",
            " NOK",
            "299.90",
            "١.٠٠ NOK",
            "",
        ] {
            assert_eq!(
                text.parse::<Amount>(),
                Err(AmountError::Malformed),
                "{text}"
            );
        }
        assert_eq!(
            "1.00 nok".parse::<Amount>(),
            Err(AmountError::UnknownCurrency)
        );
        assert_eq!(
            "92233720368547758.08 NOK".parse::<Amount>(),
            Err(AmountError::Overflow)
        );
    }

    #[test]
    fn all_decimals_are_printed() {
        for (minor, text) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (29990, "299.90"),
            (-100, "-1.00"),
        ] {
            assert_eq!(Amount::new(minor, Currency::Eur).to_major(), text);
        }
        assert_eq!(
            format!("{:>12}", Amount::new(29990, Currency::Eur)),
            "  299.90 EUR"
        );
    }

    proptest! {
        #[test]
        fn formatted_amounts_are_parsed_back(minor: i64) {
            let amount = Amount::new(minor, Currency::Nok);
            prop_assert_eq!(amount.to_string().parse::<Amount>(), Ok(amount));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            let _ = text.parse::<Amount>();
        }
    }
}
