use super::Currency;
use crate::AmountError;

#[test]
fn only_upper_case_codes_of_known_currencies_are_parsed() {
    for currency in Currency::KNOWN {
        assert_eq!(currency.code().parse(), Ok(*currency));
        assert_eq!(serde_json::to_value(currency).unwrap(), currency.code());
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
