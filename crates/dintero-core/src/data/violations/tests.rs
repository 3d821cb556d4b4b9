use super::Violations;

#[test]
fn a_nested_violation_names_the_whole_path() {
    let mut violations = Violations::default();
    violations.within("order", |at| {
        at.within("items", |at| {
            at.item(2, |at| at.push("amount", "must be at least 0"))
        });
    });
    assert_eq!(
        violations.to_string(),
        "`order.items[2].amount` must be at least 0"
    );
}

#[test]
fn violations_of_a_part_are_moved_below_the_field_that_holds_it() {
    let mut inner = Violations::default();
    inner.push("amount", "is required");
    let mut outer = Violations::default();
    outer.push("url", "is required");
    outer.nest("order", inner);
    assert_eq!(
        outer.to_string(),
        "`url` is required; `order.amount` is required"
    );
}

#[test]
fn a_field_that_was_given_with_something_missing_in_it_is_mentioned() {
    let mut violations = Violations::default();
    for field in ["order.amount", "items[0].id", "url"] {
        violations.push(field, "is required");
    }
    for (field, mentioned) in [
        ("order", true),
        ("items", true),
        ("url", true),
        ("ord", false),
        ("item", false),
        ("amount", false),
    ] {
        assert_eq!(violations.mentions(field), mentioned, "{field}");
    }
}
