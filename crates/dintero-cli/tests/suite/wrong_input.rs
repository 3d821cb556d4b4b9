//! Wrong input is explained, and nothing is sent.

use crate::support::{Ran, Shop, run};

/// Runs something wrong: exit code 2, nothing on standard output, nothing on the wire.
fn wrong(shop: &Shop, arguments: &[&str], input: &str) -> Ran {
    shop.sandbox.clear_requests();
    let ran = shop.run_with(arguments, input, &[]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (2, ""),
        "{arguments:?}: {ran:?}"
    );
    assert!(
        shop.sandbox.requests().is_empty(),
        "{arguments:?} sent {:?}",
        shop.sandbox.requests()
    );
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_operation_suggests_the_nearest() {
    let shop = Shop::start().await;
    for (api, typo, nearest) in [
        ("checkout", "captur-transaction", "capture-transaction"),
        ("wallets", "get-cards", "get-card"),
        ("shopping", "list_orders", "list-orders"),
    ] {
        let ran = wrong(&shop, &[api, typo], "");
        assert!(ran.err.contains(&format!("'{nearest}'")), "{ran:?}");
        assert_eq!(ran.err.matches("tip:").count(), 1, "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_path_names_the_field() {
    let shop = Shop::start().await;
    let cases = [
        (
            "ammount=1",
            "`ammount` is not documented; did you mean `amount`",
        ),
        ("items[0].line=1", "`items[0].line` is not documented"),
        ("items.amount=1", "`items` must be: list of object"),
        ("amount[0]=1", "`amount` must be: whole number"),
        ("items[3].amount=1", "the next element is [0]"),
        ("amount", "PATH=VALUE"),
        ("=1", "PATH=VALUE"),
        ("items[x].amount=1", "PATH=VALUE"),
        ("amount=299.90", "minor units (29990 is 299.90)"),
        ("final_capture=maybe", "true or false"),
        ("items=[{", "list of object"),
    ];
    for (set, message) in cases {
        let ran = wrong(
            &shop,
            &[
                "checkout",
                "capture-transaction",
                "T12345678.a",
                "--yes",
                "--set",
                set,
            ],
            "",
        );
        assert!(ran.err.contains(message), "{set}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_json_names_line_and_column() {
    let shop = Shop::start().await;
    let ran = wrong(
        &shop,
        &[
            "checkout",
            "capture-transaction",
            "T12345678.a",
            "--yes",
            "--body",
            "-",
        ],
        "{\n  \"amount\": 5,\n  oops\n}",
    );
    assert!(ran.err.contains("line 3, column 3"), "{ran:?}");
    let ran = wrong(
        &shop,
        &[
            "checkout",
            "capture-transaction",
            "T12345678.a",
            "--yes",
            "--body",
            "missing.json",
        ],
        "",
    );
    assert!(ran.err.contains("missing.json"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_limits_names_all_of_them() {
    let shop = Shop::start().await;
    let long = "x".repeat(300);
    let rows: [(String, &[&str]); 3] = [
        (
            format!(r#"{{"amount": -1, "card_id": "{long}", "currncy": "NOK"}}"#),
            &["`currncy` is not documented; did you mean `currency`?"],
        ),
        (
            format!(r#"{{"amount": -1, "card_id": "{long}", "currency": "NOK"}}"#),
            &["`amount`", "`card_id`"],
        ),
        (
            r#"{"amount": "5"}"#.to_owned(),
            &["`amount` must be: whole number", "`currency` is required"],
        ),
    ];
    for (body, messages) in rows {
        let create = ["wallets", "create-card", "--yes", "--body", "-"];
        let ran = wrong(&shop, &create, &body);
        for message in messages {
            assert!(ran.err.contains(message), "{message} is missing: {ran:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn undocumented_fields_and_parameters_beyond_their_limits_are_not_sent() {
    let shop = Shop::start().await;
    let ran = wrong(&shop, &["checkout", "list-sessions", "--limit", "1000"], "");
    assert!(ran.err.contains("breaks the limit maximum 100"), "{ran:?}");
    let body = r#"{"card_id": "a", "amount": 1, "currency": "NOK", "new_field": true}"#;
    let create = ["wallets", "create-card", "--yes", "--body", "-"];
    let ran = wrong(&shop, &create, body);
    assert!(ran.err.contains("`new_field` is not documented"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn required_bodies_parameters_and_queries_are_checked() {
    let shop = Shop::start().await;
    for (arguments, message) in [
        (
            vec!["checkout", "capture-transaction", "T12345678.a", "--yes"],
            "body is required",
        ),
        (vec!["checkout", "get-transaction"], "<ID>"),
        (
            vec!["checkout", "list-transactions", "--limit", "ten"],
            "whole number",
        ),
        (
            vec!["checkout", "list-transactions", "--query", "oops"],
            "JSONPATH",
        ),
        (
            vec!["checkout", "list-transactions", "--client-secret", "x"],
            "--client-secret",
        ),
    ] {
        let ran = wrong(&shop, &arguments, "");
        assert!(ran.err.contains(message), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn missing_variables_are_named() {
    let ran = run(&["checkout", "list-sessions"], "", &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    for name in [
        "DINTERO_ACCOUNT_ID",
        "DINTERO_CLIENT_ID",
        "DINTERO_CLIENT_SECRET",
    ] {
        assert!(ran.err.contains(name), "{ran:?}");
    }
}
