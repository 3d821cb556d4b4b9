use super::{Number, StringOrNumber};

#[test]
fn a_number_is_written_as_it_was_read() {
    for text in [
        "1921",
        "2.5",
        "-3",
        "18446744073709551615",
        "0.1",
        "2.50",
        "-340282366920938463463374607431768211455",
        "0.1000000000000000055511151231257827",
    ] {
        let number: Number = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), text);
        assert_eq!(number.to_string(), text);
    }
}

#[test]
fn whole_amounts_are_read_alike_with_and_without_a_fraction() {
    let one: Number = "29990".parse().unwrap();
    let two: Number = "29990.0".parse().unwrap();
    assert_eq!(one.as_i64(), Some(29990));
    assert_eq!(two.as_i64(), Some(29990));
    assert_eq!(one, two);
    assert_eq!("2.5".parse::<Number>().unwrap().as_i64(), None);
}

#[test]
fn infinity_is_refused() {
    assert!(Number::try_from(f64::INFINITY).is_err());
}

#[test]
fn text_and_number_keep_their_kind() {
    for text in ["\"1921\"", "1921", "2.5", "true", "18446744073709551617"] {
        let value: StringOrNumber = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
    }
}
