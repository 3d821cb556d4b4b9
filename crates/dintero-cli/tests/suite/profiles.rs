//! Profiles in a file.

use std::fs;
use std::path::PathBuf;

use crate::support::{Ran, SECRET, Shop, run};

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, text).unwrap();
        let file = Self {
            _folder: folder,
            path,
        };
        file.mode(0o600);
        file
    }

    fn mode(&self, mode: u32) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&self.path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let path = std::env::var("PATH").unwrap_or_default();
        let all = [
            &[
                ("PATH", path.as_str()),
                ("DINTERO_CONFIG", self.path.to_str().unwrap()),
            ],
            variables,
        ]
        .concat();
        run(arguments, "", &all)
    }
}

fn profile(shop: &Shop, name: &str, secret: &str) -> String {
    let url = shop.sandbox.url();
    format!(
        "[{name}]\naccount = \"T12345678\"\nclient-id = \"cli-test\"\n{secret}\napi-url = \"{url}\"\ncheckout-url = \"{url}\"\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_comes_from_the_file_or_from_a_command() {
    let shop = Shop::start().await;
    for secret in [
        format!("client-secret = \"{SECRET}\""),
        format!("secret-command = \"echo {SECRET}\""),
    ] {
        let file =
            File::new(&(profile(&shop, "default", &secret) + &profile(&shop, "shop", &secret)));
        for arguments in [
            vec!["checkout", "list-sessions"],
            vec!["--profile", "shop", "checkout", "list-sessions"],
            vec!["checkout", "list-sessions", "--profile", "shop"],
        ] {
            let ran = file.run(&arguments, &[]);
            assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        }
        let ran = file.run(&["doctor"], &[]);
        assert!(
            ran.code == 0 && ran.out.contains("profile `default`"),
            "{ran:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_come_before_the_default_profile_and_after_a_named_one() {
    let shop = Shop::start().await;
    let file = File::new(&profile(
        &shop,
        "default",
        &format!("client-secret = \"{SECRET}\""),
    ));
    let other = [("DINTERO_ACCOUNT_ID", "T11111111")];
    let ran = file.run(&["checkout", "list-sessions"], &other);
    assert!(
        ran.code == 2 && ran.err.contains("DINTERO_CLIENT_ID"),
        "{ran:?}"
    );
    let ran = file.run(
        &["checkout", "list-sessions", "--profile", "default"],
        &other,
    );
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_others_can_read_is_refused() {
    let shop = Shop::start().await;
    let file = File::new(&profile(
        &shop,
        "default",
        &format!("client-secret = \"{SECRET}\""),
    ));
    file.mode(0o640);
    let ran = file.run(&["checkout", "list-sessions"], &[]);
    if cfg!(unix) {
        assert!(ran.code == 2 && ran.err.contains("chmod 600"), "{ran:?}");
        assert!(shop.sandbox.requests().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_is_explained_without_its_secrets() {
    let shop = Shop::start().await;
    for (text, profile, message) in [
        (
            profile(&shop, "shop", "client-secret = \"a\""),
            "other",
            "no profile `other`, but shop",
        ),
        (
            format!("[shop]\nclient-secret = \"{SECRET}\" oops"),
            "shop",
            "line 2",
        ),
        (
            format!("[shop]\nclient-secrets = \"{SECRET}\""),
            "shop",
            "client-secrets",
        ),
        (
            "[shop]\nsecret-command = \"exit 1\"".to_owned(),
            "shop",
            "failed or printed nothing",
        ),
    ] {
        let file = File::new(&text);
        let ran = file.run(&["checkout", "list-sessions", "--profile", profile], &[]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(message), "{message}: {ran:?}");
    }
}
