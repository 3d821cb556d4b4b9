use super::*;

#[test]
fn parameters_are_decoded_and_slashes_kept_apart() {
    let path = "/v1/accounts/T12345678/wallets/cards/gift%2Fcard%20%C3%A6";
    let Route::Found(operation, params) = find("GET", path) else {
        panic!("no route");
    };
    assert_eq!(operation.id, "aid_cards_cardid_get");
    let expected = [("aid", "T12345678"), ("card_id", "gift/card æ")];
    assert_eq!(
        params,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
}

#[test]
fn a_path_with_a_part_too_many_or_too_few_is_unknown() {
    let paths = [
        "/v1/transactions/",
        "/v1/transactions/a/b",
        "/v1",
        "/",
        "",
        "/v2/transactions",
    ];
    for path in paths {
        assert!(matches!(find("GET", path), Route::Unknown), "{path}");
    }
}

#[test]
fn a_known_path_with_another_method_names_the_right_ones() {
    for (method, path, expected) in [
        ("PATCH", "/v1/sessions/T12345678.a", "GET, PUT"),
        ("GET", "/v1/sessions/pay", "POST"),
        ("GET", "/v1/accounts/T12345678/wallets/cards/batch", "POST"),
    ] {
        let Route::OtherMethods(methods) = find(method, path) else {
            panic!("no route")
        };
        assert_eq!(methods, expected, "{path}");
    }
}

#[test]
fn scopes_that_no_document_names_are_assumed() {
    for (id, expected) in [
        ("admin_api_keys_get", &["admin:checkout"][..]),
        ("admin_signature_get", &["admin:checkout", "read:checkout"]),
        (
            "qr_locations_lid_post",
            &["admin:checkout", "write:checkout"],
        ),
        (
            "checkout_sid_pay_post",
            &["admin:checkout", "write:checkout"],
        ),
        (
            "v2_aid_payout_destination_balance_get",
            &["admin:accounts", "read:accounts"],
        ),
    ] {
        let operation = OPERATIONS.iter().find(|operation| operation.id == id);
        assert_eq!(
            operation.map(|o| o.scopes.as_slice()),
            Some(expected),
            "{id}"
        );
    }
}
