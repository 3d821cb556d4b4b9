use super::*;

#[test]
fn only_this_machine_and_the_allowed_hosts_are_called() {
    let hosts = ["shop.test".to_owned()];
    for (text, allowed) in [
        ("http://127.0.0.1:1/", true),
        ("http://127.9.9.9/", true),
        ("http://2130706433/", true),
        ("http://[::1]/", true),
        ("http://LOCALHOST/", true),
        ("https://Shop.Test/", true),
        ("https://shop.test.example/", false),
        ("https://localhost.example/", false),
        ("http://10.0.0.1/", false),
        ("http://169.254.169.254/", false),
        ("http://[::ffff:10.0.0.1]/", false),
    ] {
        let url = Url::parse(text).expect("a URL");
        assert_eq!(is_allowed(&url, &hosts), allowed, "{text}");
        assert!(is_allowed(&url, &["*".to_owned()]), "{text}");
    }
}
