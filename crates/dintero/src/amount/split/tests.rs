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
