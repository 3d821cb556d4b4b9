//! Splitting an amount into parts that add up.

use super::{Amount, AmountError};

impl Amount {
    /// Splits the amount into parts that differ by at most one minor unit; the first parts are the larger ones, as in Dintero's own
    /// library: 10 in 3 parts is 4, 3, 3.
    ///
    /// # Errors
    /// [`AmountError::NoParts`] for 0 parts.
    pub fn split(self, parts: usize) -> Result<Vec<Self>, AmountError> {
        self.split_by(&vec![1; parts])
    }

    /// Splits the amount in proportion to weights. The remainder goes to the first parts with a weight, one minor unit each. The parts add
    /// up to this amount, and a weight of 0 gets 0.
    ///
    /// # Errors
    /// [`AmountError::NoParts`] if there are no weights or all are 0.
    pub fn split_by(self, weights: &[u64]) -> Result<Vec<Self>, AmountError> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return Err(AmountError::NoParts);
        }
        // An i64 times a u64 fits an i128. Division rounds towards zero, so each part with a weight lacks less than one unit.
        let whole = i128::from(self.minor());
        let shares: Vec<i128> = weights
            .iter()
            .map(|weight| whole * i128::from(*weight) / total)
            .collect();
        let mut left = whole - shares.iter().sum::<i128>();
        let unit = left.signum();
        weights
            .iter()
            .zip(shares)
            .map(|(weight, share)| {
                let extra = if *weight > 0 && left != 0 { unit } else { 0 };
                left -= extra;
                i64::try_from(share + extra)
                    .map(|minor| Self::new(minor, self.currency()))
                    .map_err(|_| AmountError::Overflow)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Amount, AmountError};
    use crate::Currency;

    fn minors(parts: Vec<Amount>) -> Vec<i64> {
        parts.into_iter().map(Amount::minor).collect()
    }

    #[test]
    fn the_remainder_goes_to_the_first_parts() {
        for (minor, parts, want) in [
            (1000, 3, vec![334, 333, 333]),
            (-10, 3, vec![-4, -3, -3]),
            (2, 3, vec![1, 1, 0]),
            (0, 2, vec![0, 0]),
            (7, 1, vec![7]),
        ] {
            assert_eq!(
                minors(Amount::new(minor, Currency::Nok).split(parts).unwrap()),
                want
            );
        }
    }

    #[test]
    fn a_weight_of_0_gets_0() {
        let amount = Amount::new(100, Currency::Nok);
        assert_eq!(minors(amount.split_by(&[0, 1, 2]).unwrap()), [0, 34, 66]);
        assert_eq!(minors(amount.split_by(&[3, 0, 1]).unwrap()), [75, 0, 25]);
        for weights in [&[][..], &[0, 0]] {
            assert_eq!(amount.split_by(weights), Err(AmountError::NoParts));
        }
        assert_eq!(amount.split(0), Err(AmountError::NoParts));
    }

    proptest! {
        #[test]
        fn parts_always_add_up(minor: i64, weights in prop::collection::vec(any::<u64>(), 1..8)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let amount = Amount::new(minor, Currency::Nok);
            let parts = amount.split_by(&weights).unwrap();
            let sum: i128 = parts.iter().map(|part| i128::from(part.minor())).sum();
            prop_assert_eq!(sum, i128::from(minor));
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*weight > 0 || part.is_zero());
            }
        }
    }
}
