//! The output of each example, run as the program that `cargo test` builds.

use std::process::{Command, Output};

const EXAMPLES: [&str; 8] = [
    "quickstart",
    "capture_on_shipping",
    "partial_refund",
    "order_in_step",
    "gift_card",
    "export_transactions",
    "several_accounts",
    "token_source",
];

fn run(example: &str, environment: &[(&str, &str)]) -> Output {
    let here = std::env::current_exe().expect("a test has a path");
    let built = here
        .parent()
        .and_then(|deps| deps.parent())
        .expect("it is in target/<profile>/deps");
    let program = built
        .join("examples")
        .join(example)
        .with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(&program);
    for variable in [
        "ACCOUNT_ID",
        "CLIENT_ID",
        "CLIENT_SECRET",
        "API_URL",
        "CHECKOUT_URL",
    ] {
        command.env_remove(format!("DINTERO_{variable}"));
    }
    let output = command.envs(environment.iter().copied()).output();
    output.unwrap_or_else(|error| {
        panic!(
            "{} (cargo build --examples makes it): {error}",
            program.display()
        )
    })
}

/// Runs an example in the sandbox. Its output must have lines with these endings, in this order.
fn output_of(example: &str, ends: &[&str]) -> String {
    let output = run(example, &[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut lines = text.lines();
    for end in ends {
        assert!(
            lines.any(|line| line.ends_with(end)),
            "a line that ends with {end} is missing in:\n{text}"
        );
    }
    text
}

#[test]
fn the_quickstart_takes_a_payment_an_order_and_a_gift_card() {
    let lines = [
        "captured 299.90 NOK: CAPTURED",
        "authorized 299.90 NOK",
        "drawn 200.00 NOK",
        "left 300.00 NOK",
        "Done.",
    ];
    output_of("quickstart", &lines);
}

#[cfg(feature = "axum")]
#[test]
fn the_server_updates_an_order_once_and_rejects_a_forged_callback() {
    let lines = [
        "awaits payment",
        "is paid: 299.90 NOK",
        "a callback ended as Delivered",
        "the response to a forged callback is 503",
        "done",
    ];
    let text = output_of("checkout_callback", &lines);
    assert_eq!(text.matches("is paid").count(), 1, "{text}");
}

#[test]
fn each_parcel_is_captured_once_although_every_response_is_lost() {
    let lines = [
        "299.90 NOK in all",
        "398.90 NOK in all",
        "2 captures for 2 parcels",
    ];
    output_of("capture_on_shipping", &lines);
}

#[test]
fn an_item_is_refunded_after_the_capture_and_no_more_than_is_left() {
    let lines = [
        "so void the payment",
        "captured 398.90 NOK",
        "99.00 NOK can be refunded",
        "refunded 99.00 NOK, net 299.90 NOK",
        "only 299.90 NOK is left",
    ];
    output_of("partial_refund", &lines);
}

#[test]
fn an_order_has_each_event_of_its_payment_once() {
    let lines = [
        "AUTHORIZE of 299.90 NOK",
        "CAPTURE of 299.90 NOK",
        "REFUND of 99.90 NOK",
        "1 capture and 1 refund",
    ];
    output_of("order_in_step", &lines);
}

#[test]
fn a_gift_card_is_sold_and_redeemed_in_part() {
    let lines = [
        "550.00 NOK on the card",
        "reserved 349.90 NOK",
        "drawn 299.90 NOK",
        "released 50.00 NOK",
        "left 250.10 NOK",
    ];
    output_of("gift_card", &lines);
}

#[test]
fn the_export_is_a_csv_of_all_transactions() {
    let text = output_of("export_transactions", &["currency"]);
    let rows: Vec<Vec<String>> = csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("it is CSV");
    assert_eq!(rows.len(), 25);
    let captured = rows
        .iter()
        .filter(|row| row[3] == "CAPTURED" && row[6] == "299.90")
        .count();
    let open = rows
        .iter()
        .filter(|row| row[3] == "AUTHORIZED" && row[6] == "0.00")
        .count();
    assert_eq!((captured, open), (13, 12));
    let ids: std::collections::BTreeSet<_> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(ids.len(), 25);
}

#[test]
fn two_accounts_are_read_with_a_token_each() {
    let lines = [
        "T12345678: 1 payments over 299.90 NOK",
        "T87654321: 1 payments over 99.00 NOK",
        "2 tokens for 2 accounts",
    ];
    output_of("several_accounts", &lines);
}

#[test]
fn a_broker_issues_one_token_for_two_calls_and_another_for_a_rejected_one() {
    let lines = [
        "0 and 0 transactions",
        "all tokens are revoked",
        "0 transactions",
    ];
    let text = output_of("token_source", &lines);
    assert_eq!(
        text.matches("the broker issues a token").count(),
        2,
        "{text}"
    );
}

#[test]
fn a_production_account_requires_a_flag() {
    let account = [
        ("DINTERO_ACCOUNT_ID", "P12345678"),
        ("DINTERO_CLIENT_ID", "a"),
        ("DINTERO_CLIENT_SECRET", "b"),
    ];
    for example in EXAMPLES {
        let output = run(example, &account);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{example}");
        assert!(
            text.contains("P12345678 is a production account") && text.contains("--production"),
            "{example}: {text}"
        );
    }
}

#[test]
fn every_malformed_variable_is_named() {
    for example in EXAMPLES {
        let output = run(example, &[("DINTERO_ACCOUNT_ID", "X1")]);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{example}");
        for variable in [
            "DINTERO_ACCOUNT_ID",
            "DINTERO_CLIENT_ID",
            "DINTERO_CLIENT_SECRET",
        ] {
            assert!(text.contains(variable), "{example}: {text}");
        }
    }
}
