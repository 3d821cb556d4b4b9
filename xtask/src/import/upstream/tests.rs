use super::{embedded, is_safe, may_follow};

#[test]
fn the_block_of_a_page_is_the_one_with_a_version() {
    let page = "# T\n\n```json\n{\"feedback\": 1}\n```\n\n````yaml a.yaml get /a\nopenapi: 3.0.0\nx: |\n  ```\n````\n";
    let block = embedded(page).unwrap().unwrap();
    assert_eq!(block.trim_start(), "openapi: 3.0.0\nx: |\n  ```\n");
    let line = |text: &str| text.lines().position(|line| line.starts_with("openapi"));
    assert_eq!(line(&block), line(page));
    let yaml = "openapi: 3.0.0\nx: |\n  ```yaml\n  openapi:\n  ```\n";
    assert_eq!(embedded(yaml).unwrap(), None);
    let error = embedded(&format!("{page}{page}")).unwrap_err();
    assert!(error.contains("2 OpenAPI documents"), "{error}");
    let error = embedded("```yaml\nopenapi: 3.0.0\n").unwrap_err();
    assert!(error.contains("whole page"), "{error}");
}

#[test]
fn documents_are_fetched_over_https_or_from_this_machine() {
    for (url, expected) in [
        ("https://docs.example/a.yaml", true),
        ("http://127.0.0.1:80/a", true),
        ("http://[::1]/a", true),
        ("http://localhost/a", true),
        ("http://docs.example/a.yaml", false),
        ("http://127.0.0.1.docs.example/", false),
        ("file:///a.yaml", false),
    ] {
        assert_eq!(is_safe(&url.parse().unwrap()), expected, "{url}");
    }
}

#[test]
fn a_redirect_leads_to_no_other_host_and_not_away_from_https() {
    let from = "https://docs.example/a".parse().unwrap();
    for (to, expected) in [
        ("https://docs.example/b", true),
        ("https://docs.example:8443/b", true),
        ("https://docs.example.com/b", false),
        ("https://203.0.113.7/b", false),
        ("http://docs.example/b", false),
        ("http://127.0.0.1/b", false),
        ("https://169.254.169.254/b", false),
        ("file:///b", false),
    ] {
        assert_eq!(may_follow(&from, &to.parse().unwrap()), expected, "{to}");
    }
    let from = "http://127.0.0.1/a".parse().unwrap();
    let here = "http://127.0.0.1:8080/b".parse().unwrap();
    assert!(may_follow(&from, &here));
}
