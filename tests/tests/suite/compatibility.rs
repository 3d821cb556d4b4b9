//! A program written for an older document compiles against the client of a newer one, and works.

mod older {
    use dintero_tests::compatibility::old as api;
    include!("compatibility/program.rs");
}

mod newer {
    use dintero_tests::compatibility::new as api;
    include!("compatibility/program.rs");
}

const NEWER_BODY: &str = r#"{"id": "1", "kind": "angular", "color": "red", "payment": {"type": "phone", "number": "1"}}"#;

#[test]
fn the_older_client_decodes_bodies_of_the_newer_api_without_loss() {
    let thing = serde_json::from_str(NEWER_BODY).unwrap();
    assert_eq!(older::describe(&thing), "1 angular other");
    let back = serde_json::to_value(&thing).unwrap();
    assert_eq!(
        back,
        serde_json::from_str::<serde_json::Value>(NEWER_BODY).unwrap()
    );
}

#[test]
fn the_older_program_behaves_the_same_with_the_newer_client() {
    assert_eq!(
        newer::describe(&serde_json::from_str(NEWER_BODY).unwrap()),
        "1 angular other"
    );
    let paid = r#"{"id": "1", "payment": {"type": "card", "brand": "Visa"}}"#;
    assert_eq!(
        older::describe(&serde_json::from_str(paid).unwrap()),
        "1 without kind card Visa"
    );
    assert_eq!(
        newer::describe(&serde_json::from_str(paid).unwrap()),
        "1 without kind card Visa"
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
    let old = dintero_tests::compatibility::old::Client::new(handle.clone());
    let new = dintero_tests::compatibility::new::Client::new(handle);
    assert_eq!(
        format!("{:?}", older::calls(&old)),
        format!("{:?}", newer::calls(&new))
    );
}
