//! Growth is compatible: a program for an older document compiles against the client of a newer one, and works.

mod older {
    use dintero_tests::growth::old as api;
    include!("growth/program.rs");
}

mod newer {
    use dintero_tests::growth::new as api;
    include!("growth/program.rs");
}

const TODAY: &str = r#"{"id": "1", "kind": "angular", "color": "red", "payment": {"type": "phone", "number": "1"}}"#;

#[test]
fn the_older_client_reads_what_the_newer_api_sends_and_loses_nothing() {
    let thing = serde_json::from_str(TODAY).unwrap();
    assert_eq!(older::describe(&thing), "1 angular otherwise");
    let back = serde_json::to_value(&thing).unwrap();
    assert_eq!(
        back,
        serde_json::from_str::<serde_json::Value>(TODAY).unwrap()
    );
}

#[test]
fn the_older_program_does_the_same_on_the_newer_client() {
    assert_eq!(
        newer::describe(&serde_json::from_str(TODAY).unwrap()),
        "1 angular otherwise"
    );
    let paid = r#"{"id": "1", "payment": {"type": "card", "brand": "Visa"}}"#;
    assert_eq!(
        older::describe(&serde_json::from_str(paid).unwrap()),
        "1 of no kind card Visa"
    );
    assert_eq!(
        newer::describe(&serde_json::from_str(paid).unwrap()),
        "1 of no kind card Visa"
    );
}

#[test]
fn the_older_program_builds_and_calls_with_both() {
    for (built, error) in [
        (older::change(5).map(|_| ()), older::change(-5).unwrap_err()),
        (newer::change(5).map(|_| ()), newer::change(-5).unwrap_err()),
    ] {
        assert!(built.is_ok());
        assert!(
            error.to_string().contains("`amount` must be at least 0"),
            "{error}"
        );
    }
    let handle = dintero_core::Handle::builder()
        .account("T12345678")
        .bearer_token("t")
        .build()
        .unwrap();
    let old = dintero_tests::growth::old::Client::new(handle.clone());
    let new = dintero_tests::growth::new::Client::new(handle);
    assert_eq!(
        format!("{:?}", older::calls(&old)),
        format!("{:?}", newer::calls(&new))
    );
}
