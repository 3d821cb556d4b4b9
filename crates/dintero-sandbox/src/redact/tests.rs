use super::*;
use crate::documents::{Route, find};

fn shown(text: &str) -> String {
    match find("GET", text) {
        Route::Found(operation, _) => path(Some(operation), text),
        _ => path(None, text),
    }
}

#[test]
fn ids_of_the_sandbox_stay_and_those_of_customers_go() {
    let session = "/v1/sessions/T12345678.5cyWnV68vzJ1kYjZPrKWWm";
    assert_eq!(shown(session), session);
    let wallets = "/v1/accounts/T12345678/wallets";
    for (text, expected) in [
        (
            "/customers/ola.nordmann@example.com/cards",
            "/customers/***/cards",
        ),
        ("/customers/ola/cards/b", "/customers/***/cards/***"),
        ("/cards/4000-0000-0000-0002", "/cards/***"),
        ("/cards/4000-0000-0000-0002/x/ola/7", "/cards/***/x/ola/***"),
    ] {
        assert_eq!(
            shown(&format!("{wallets}{text}")),
            format!("{wallets}{expected}")
        );
    }
    let order = "/v1/accounts/T12345678/shopping/orders/";
    assert_eq!(shown(&format!("{order}NO-1234")), format!("{order}NO-1234"));
    assert_eq!(
        shown(&format!("{order}4000%200000%200000%200002")),
        format!("{order}***")
    );
}

#[test]
fn a_misspelt_path_is_shown_but_not_a_part_that_may_be_personal() {
    assert_eq!(shown("/v1/session/T12345678.a"), "/v1/session/***");
    assert_eq!(
        shown("/v1/me@example.com/sandbox-0123456789"),
        "/v1/***/***"
    );
    assert_eq!(shown(&"/x".repeat(1_000)).len(), 2 * PARTS - 2);
}

#[test]
fn only_names_of_the_documents_are_named() {
    assert_eq!(
        reason("order.items[1].amount", "order.items[1].amount is required"),
        "order.items[1].amount is required"
    );
    assert_eq!(
        reason(
            "metadata.me@example.com",
            "metadata.me@example.com must be a string"
        ),
        "metadata.***.*** must be a string"
    );
    assert_eq!(
        reason("4000000000000002[1]", "4000000000000002[1] is wrong"),
        "***[1] is wrong"
    );
}
