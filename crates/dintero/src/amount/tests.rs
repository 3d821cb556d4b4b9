use super::{Amount, AmountError, Currency};

const NOK: Currency = Currency::Nok;

#[test]
fn amounts_of_two_currencies_cannot_be_combined() {
    let mismatch = Err(AmountError::CurrencyMismatch {
        left: NOK,
        right: Currency::Sek,
    });
    let (kroner, kronor) = (Amount::new(1, NOK), Amount::new(1, Currency::Sek));
    assert_eq!(kroner.checked_add(kronor), mismatch);
    assert_eq!(kroner.checked_sub(kronor), mismatch);
    assert_eq!(Amount::sum(NOK, [kroner, kronor]), mismatch);
    assert!(kroner != kronor && kroner.partial_cmp(&kronor).is_none());
}

#[test]
fn an_overflow_is_an_error() {
    let most = Amount::new(i64::MAX, NOK);
    let least = Amount::new(i64::MIN, NOK);
    let one = Amount::new(1, NOK);
    for result in [
        most.checked_add(one),
        least.checked_sub(one),
        most.checked_mul(2),
    ] {
        assert_eq!(result, Err(AmountError::Overflow));
    }
    assert_eq!(most.checked_sub(one).unwrap().minor(), i64::MAX - 1);
    assert!(one.is_positive() && Amount::zero(NOK) < one);
}

#[test]
fn an_amount_serializes_like_the_fields_of_the_api() {
    let amount = Amount::new(29990, NOK);
    let wire = r#"{"amount":29990,"currency":"NOK"}"#;
    assert_eq!(serde_json::to_string(&amount).unwrap(), wire);
    assert_eq!(serde_json::from_str::<Amount>(wire).unwrap(), amount);
    let read = |text: &str| serde_json::from_str::<Amount>(text);
    assert_eq!(
        read(r#"{"amount":29990.0,"currency":"NOK"}"#).unwrap(),
        amount
    );
    assert!(read(r#"{"amount":299.9,"currency":"NOK"}"#).is_err());
    assert!(read(r#"{"amount":1,"currency":"JPY"}"#).is_err());
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Line {
        id: u8,
        #[serde(flatten)]
        price: Amount,
    }
    let line = Line {
        id: 1,
        price: amount,
    };
    let wire = r#"{"id":1,"amount":29990,"currency":"NOK"}"#;
    assert_eq!(serde_json::to_string(&line).unwrap(), wire);
    assert_eq!(serde_json::from_str::<Line>(wire).unwrap(), line);
    assert_eq!(Amount::of(29990, "NOK"), Ok(amount));
    assert_eq!(Amount::of(1, "kr"), Err(AmountError::UnknownCurrency));
}

#[test]
fn too_many_parts_are_an_error() {
    let whole = Amount::new(10, NOK);
    for parts in [usize::MAX, usize::MAX / 2, 1_000_001] {
        let error = whole.split(parts).unwrap_err();
        assert_eq!(error, AmountError::TooManyParts);
        assert_eq!(
            error.to_string(),
            "an amount cannot be split into more than 1,000,000 parts"
        );
    }
    assert_eq!(whole.split(1_000_000).unwrap().len(), 1_000_000);
}
