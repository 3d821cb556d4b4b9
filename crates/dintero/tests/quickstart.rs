//! What the README promises of the quickstart, kept by the program that `cargo test` has built beside this test.

use std::process::{Command, Output};

fn quickstart(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let here = std::env::current_exe().expect("a test has a path");
    let built = here
        .parent()
        .and_then(|deps| deps.parent())
        .expect("it is in target/<profile>/deps");
    let program = built
        .join("examples")
        .join("quickstart")
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
    let output = command
        .envs(environment.iter().copied())
        .args(arguments)
        .output();
    output.unwrap_or_else(|error| {
        panic!(
            "{} (cargo build --example quickstart makes it): {error}",
            program.display()
        )
    })
}

#[test]
fn it_takes_a_payment_an_order_and_a_gift_card_through_the_sandbox() {
    let output = quickstart(&[], &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in [
        "captured 299.90 NOK: CAPTURED",
        "authorized 299.90 NOK",
        "drawn 200.00 NOK",
        "left 300.00 NOK",
        "Done.",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
}

#[test]
fn it_refuses_a_production_account_that_nobody_asked_for() {
    let account = [
        ("DINTERO_ACCOUNT_ID", "P12345678"),
        ("DINTERO_CLIENT_ID", "a"),
        ("DINTERO_CLIENT_SECRET", "b"),
    ];
    let output = quickstart(&account, &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        text.contains("P12345678 is a production account") && text.contains("--production"),
        "{text}"
    );
}

#[test]
fn it_names_every_variable_that_is_wrong() {
    let output = quickstart(&[("DINTERO_ACCOUNT_ID", "X1")], &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    for variable in [
        "DINTERO_ACCOUNT_ID",
        "DINTERO_CLIENT_ID",
        "DINTERO_CLIENT_SECRET",
    ] {
        assert!(text.contains(variable), "{text}");
    }
}
