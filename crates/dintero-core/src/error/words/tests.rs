use super::{identifier, words};

#[test]
fn words_and_paths_of_fields_are_shown_and_values_are_not() {
    for (text, shown) in [
        ("Invalid request body", "Invalid request body"),
        (
            "body.order.items[0].amount must be an integer.",
            "body.order.items[0].amount must be an integer",
        ),
        (
            "should have required property 'line_id'",
            "should have required property 'line_id'",
        ),
        (
            "email kari@example.com of Kari Nordmann is not valid",
            "email … of … is not valid",
        ),
        ("card 4111 1111 1111 1111 refused", "card … refused"),
        ("key metadata.kari is unknown", "key … is unknown"),
        ("at [kari]", "at …"),
        ("æøå", ""),
        ("", ""),
    ] {
        assert_eq!(words(text), shown);
    }
    assert_eq!(words(&"word ".repeat(999)).len(), 40 * 5 - 1);
    assert_eq!(words(&"x".repeat(81)), "");
}

#[test]
fn an_identifier_is_short_and_not_the_number_of_a_card() {
    for good in [
        "INVALID",
        "a.b:c-d_e",
        "550e8400-e29b-41d4-a716-446655440000",
        "2026-01-02",
    ] {
        assert_eq!(identifier(good), Some(good));
    }
    let long = "x".repeat(65);
    for bad in [
        "",
        "NOT FOUND",
        "kari@x",
        "4111111111111111",
        "id-4111-1111-1111-1111",
        "a\u{e5}",
        &long,
    ] {
        assert_eq!(identifier(bad), None, "{bad}");
    }
}
