use std::time::Duration;

use super::CallOptions;

#[test]
fn an_invalid_header_is_a_violation_that_does_not_show_its_value() {
    let options = CallOptions::new()
        .header("bad name", "v1")
        .header("x-good", "v2\nv3")
        .header("Authorization", "v4")
        .header("Dintero-System-Name", &"v".repeat(121));
    let text = options.violations.to_string();
    assert_eq!(options.violations.iter().count(), 4, "{text}");
    assert!(
        text.contains("`x-good`")
            && text.contains("`authorization`")
            && text.contains("at most 120"),
        "{text}"
    );
    assert!(!text.contains("v2") && !text.contains("v4"), "{text}");
    assert!(options.headers.is_empty());
}

#[test]
fn later_options_win_and_debug_shows_no_value() {
    let mut options = CallOptions::new()
        .timeout(Duration::from_secs(1))
        .header("x-a", "one");
    options.merge(
        CallOptions::new()
            .header("x-a", "two")
            .retry(crate::RetryPolicy::off()),
    );
    assert_eq!(options.timeout, Some(Duration::from_secs(1)));
    assert_eq!(
        options.headers.get("x-a").map(|value| value.as_bytes()),
        Some(&b"two"[..])
    );
    let shown = format!("{options:?}");
    assert!(!shown.contains("x-a") && !shown.contains("two"), "{shown}");
}
