use super::*;

#[test]
fn known_test_cards_are_played_and_others_refused() {
    let card = Card::from_number("5200 0000 0000 0007").expect("a test card");
    assert_eq!(
        (card.brand, card.redacted.as_str(), card.outcome),
        ("Mastercard", "520000******0007", Authorization::Given)
    );
    assert_eq!(
        Card::from_number("4000 0000 0000 0002"),
        Some(Card::approved())
    );
    for unknown in ["4242 4242 4242 4242", "", " "] {
        assert_eq!(Card::from_number(unknown), None, "{unknown}");
    }
}

#[test]
fn a_redacted_number_still_identifies_the_card() {
    let mut seen = 0;
    for (case, _, visa, mastercard) in CARDS {
        for number in [Some(visa), mastercard].into_iter().flatten() {
            let card = Card::from_number(number).expect("in the table");
            assert_eq!(Card::from_redacted(&card.redacted), card);
            assert_eq!(card.case, case);
            seen += 1;
        }
    }
    assert_eq!(seen, 21);
}

#[test]
fn a_card_does_not_show_its_number_in_debug() {
    assert!(!format!("{:?}", Card::approved()).contains("4000000000000002"));
}
