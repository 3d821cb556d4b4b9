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
