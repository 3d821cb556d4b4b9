//! Splitting an amount into parts that add up.

use super::{Amount, AmountError};

impl Amount {
    /// Splits the amount into parts that differ by at most one minor unit; the first parts are the larger ones, as in Dintero's own
    /// library: 10 in 3 parts is 4, 3, 3.
    ///
    /// # Errors
    /// [`AmountError::NoParts`] for 0 parts, [`AmountError::TooManyParts`] for more than 1,000,000.
    pub fn split(self, parts: usize) -> Result<Vec<Self>, AmountError> {
        if parts > 1_000_000 {
            return Err(AmountError::TooManyParts);
        }
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
        let share = |weight: &u64| whole * i128::from(*weight) / total;
        let shares: Vec<i128> = weights.iter().map(share).collect();
        let mut left = whole - shares.iter().sum::<i128>();
        let unit = left.signum();
        weights
            .iter()
            .zip(shares)
            .map(|(weight, share)| {
                let extra = if *weight > 0 && left != 0 { unit } else { 0 };
                left -= extra;
                let minor = i64::try_from(share + extra).map_err(|_| AmountError::Overflow)?;
                Ok(Self::new(minor, self.currency()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
