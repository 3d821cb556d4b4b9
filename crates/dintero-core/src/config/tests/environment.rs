//! What the environment of the process changes, each in a process of its own.

use super::*;

/// Runs a test of this module again in a process with these variables. Returns `true` in that process.
fn in_environment(test: &str, variables: &[(&str, &str)]) -> bool {
    if std::env::var_os("DINTERO_CORE_TEST").is_some() {
        return true;
    }
    let program = std::env::current_exe().expect("a program");
    let mut again = std::process::Command::new(program);
    again.args(["--exact", &format!("config::tests::environment::{test}")]);
    again
        .env("DINTERO_CORE_TEST", "1")
        .envs(variables.iter().copied());
    let output = again.output().expect("started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
    false
}

fn local() -> Builder {
    let local = "http://127.0.0.1:8400";
    builder().api_url(local).checkout_url(local)
}

#[cfg(all(target_os = "linux", any(feature = "rustls", feature = "rustls-ring")))]
#[test]
fn without_root_certificates_only_local_hosts_can_be_reached() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    // Missing, empty, no certificate, a file instead of a folder, and the reverse.
    for (file, folder) in [
        ("/none", "/none"),
        ("/dev/null", "/none"),
        (here, "/none"),
        ("/none", here),
        (env!("CARGO_MANIFEST_DIR"), "/none"),
    ] {
        if in_environment(
            "without_root_certificates_only_local_hosts_can_be_reached",
            &[("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)],
        ) {
            assert!(local().build().is_ok());
            let text = message(builder());
            for name in ["`ca-certificates`", "`SSL_CERT_FILE`", "`SSL_CERT_DIR`"] {
                assert!(text.contains(name), "{name} in {text}");
            }
            return;
        }
    }
}

#[test]
fn a_proxy_of_the_environment_that_cannot_work_is_named() {
    let socks = "is a SOCKS proxy";
    let none = "is not the URL of a proxy";
    // What the variables are, and which one is named for what; reqwest takes the first of its two kinds that is not empty.
    let mut cases = vec![
        (["http://:hunter2", ""], Some(("HTTPS_PROXY", none))),
        ([" http://hunter2", ""], Some(("HTTPS_PROXY", none))),
        (["ftp://hunter2", ""], Some(("HTTPS_PROXY", none))),
        (["http://", "http://proxy"], Some(("HTTPS_PROXY", none))),
        (["", "http://hunter2:port"], Some(("ALL_PROXY", none))),
        (["http://proxy:3128", "socks5://hunter2"], None),
        (["http://[::1]:3128", ""], None),
        (["[::1]:3128", ""], None),
        (["https://user:pass@proxy", ""], None),
        (["proxy:3128", "http://:hunter2"], None),
        (["", "10.0.0.1:8080"], None),
        (["", ""], None),
    ];
    if cfg!(not(feature = "socks")) {
        for scheme in ["socks4", "socks4a", "socks5", "socks5h", "SOCKS5"] {
            let url: &str = format!("{scheme}://hunter2").leak();
            cases.push(([url, ""], Some(("HTTPS_PROXY", socks))));
            cases.push((["", url], Some(("ALL_PROXY", socks))));
        }
    }
    for ([https, all], expected) in cases {
        let test = "a_proxy_of_the_environment_that_cannot_work_is_named";
        let expected = expected.map(|(name, rule)| format!("`{name}` {rule}"));
        let sought = expected.unwrap_or_default();
        let variables = [
            ("HTTPS_PROXY", https),
            ("ALL_PROXY", all),
            ("SOUGHT", &*sought),
        ];
        if in_environment(test, &variables) {
            let sought = std::env::var("SOUGHT").expect("what is sought");
            assert!(local().build().is_ok(), "it is not used");
            match builder().build() {
                Ok(_) => assert_eq!(sought, "", "{:?}", std::env::var("HTTPS_PROXY")),
                Err(error) => {
                    let text = error.to_string();
                    assert!(
                        !sought.is_empty() && text.contains(&sought),
                        "{sought}: {text}"
                    );
                    assert_eq!(error.violations().iter().count(), 1, "{text}");
                    assert!(!text.contains("hunter2"), "{text}");
                }
            }
            return;
        }
    }
}

#[test]
fn a_proxy_that_no_host_uses_is_not_checked() {
    let test = "a_proxy_that_no_host_uses_is_not_checked";
    // The second variable counts only without the first.
    for (variables, is_used) in [
        ([("NO_PROXY", "dintero.com"), ("no_proxy", "")], ""),
        ([("NO_PROXY", "*"), ("no_proxy", "")], ""),
        (
            [
                ("NO_PROXY", "api.dintero.com, .checkout.dintero.com"),
                ("no_proxy", ""),
            ],
            "",
        ),
        ([("NO_PROXY", "api.dintero.com"), ("no_proxy", "")], "1"),
        ([("NO_PROXY", "example.com"), ("no_proxy", "*")], "1"),
        ([("NO_PROXY", ""), ("no_proxy", "")], "1"),
    ] {
        let proxy = [("HTTPS_PROXY", "ftp://hunter2"), ("IS_USED", is_used)];
        if in_environment(test, &[variables, proxy].concat()) {
            let is_used = std::env::var("IS_USED").expect("set");
            assert_eq!(builder().build().is_err(), !is_used.is_empty());
            return;
        }
    }
}
