use super::super::build::without_slash;
use super::{base_url, check_secret};
use crate::data::Violations;

fn violations(check: impl FnOnce(&mut Violations)) -> usize {
    let mut violations = Violations::default();
    check(&mut violations);
    violations.iter().count()
}

#[test]
fn urls_are_https_or_loopback_and_lose_their_last_slash() {
    let good = [
        ("https://api.dintero.com", "https://api.dintero.com"),
        (
            "https://proxy.example/dintero/",
            "https://proxy.example/dintero",
        ),
        ("http://127.0.0.1:8400/", "http://127.0.0.1:8400"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("https://p.example/v1/x", "https://p.example/v1/x"),
        ("https://p.example/vipps", "https://p.example/vipps"),
        ("http://[::1]:80/", "http://[::1]"),
        ("http://localhost:9/", "http://localhost:9"),
    ];
    for (url, base) in good {
        assert_eq!(
            base_url("u", url, &[], &mut Violations::default())
                .map(|url| without_slash(&url))
                .as_deref(),
            Some(base)
        );
    }
    let bad = [
        "",
        "api.dintero.com",
        "http://api.dintero.com",
        "http://localhost.evil.example",
        "ftp://localhost",
        "https://",
        "https://user:pass@api.dintero.com",
        "https://api.dintero.com/?a=b",
        "https://api.dintero.com/#x",
        "data:text/plain,x",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "https://api.dintero.com/v1",
        "https://proxy.example/dintero/v2/",
    ];
    for url in bad {
        assert_eq!(
            violations(|at| assert_eq!(base_url("u", url, &[], at), None)),
            1,
            "{url}"
        );
    }
}

#[test]
fn secrets_are_required_and_have_no_white_space_around_them() {
    assert_eq!(violations(|at| check_secret("s", "pässword", at)), 0);
    for bad in [
        "",
        " ",
        "secret\n",
        " secret",
        "a\u{7}b",
        "\u{feff}secret",
        "secret\r\n",
    ] {
        assert_eq!(violations(|at| check_secret("s", bad, at)), 1, "{bad:?}");
    }
}
