//! `sandbox`, `sign` and `listen`.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;

use crate::support::{SECRET, Shop, run};

fn client() -> reqwest::Client {
    let _ = rustls_lib::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// A program that runs until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads lines until one has `http://`. Returns the URL.
fn url(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(
            output.read_line(&mut line).unwrap(),
            0,
            "no URL was printed"
        );
        if let Some(start) = line.find("http://") {
            let url = line[start..]
                .split([' ', '"', ','])
                .next()
                .unwrap_or_default();
            return url.trim().trim_end_matches('.').to_owned();
        }
    }
}

const SECRETS: [(&str, &str); 2] = [
    ("DINTERO_CALLBACK_SECRET", SECRET),
    ("DINTERO_WEBHOOK_SECRET", SECRET),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_is_started_that_the_other_commands_can_call() {
    let shop = Shop::start().await;
    let mut sandbox = Running(shop.spawn(&["sandbox", "--port", "0"], &[]));
    let mut output = BufReader::new(sandbox.0.stdout.take().unwrap());
    let url = url(&mut output);
    let variables = [
        ("DINTERO_ACCOUNT_ID", "T12345678"),
        ("DINTERO_CLIENT_ID", "sandbox-client"),
        ("DINTERO_CLIENT_SECRET", "sandbox-secret"),
        ("DINTERO_API_URL", &url),
        ("DINTERO_CHECKOUT_URL", &url),
    ];
    let ran = run(&["checkout", "list-sessions"], "", &variables);
    assert_eq!((ran.code, ran.out.as_str()), (0, "none\n"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_verified_and_passed_on() {
    let shop = Shop::start().await;
    // The second listener is the shop.
    let mut endpoint = Running(shop.spawn(
        &[
            "listen",
            "--port",
            "0",
            "--public-url",
            "https://shop.example",
            "--json",
        ],
        &SECRETS,
    ));
    let endpoint_url = url(&mut BufReader::new(endpoint.0.stderr.take().unwrap()));
    let mut listen = Running(shop.spawn(
        &[
            "listen",
            "--port",
            "0",
            "--public-url",
            "https://shop.example",
            "--forward-to",
            &endpoint_url,
            "--json",
        ],
        &SECRETS,
    ));
    let listen_url = url(&mut BufReader::new(listen.0.stderr.take().unwrap()));
    let mut output = BufReader::new(listen.0.stdout.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        serde_json::from_str::<serde_json::Value>(&line).unwrap()
    };

    let hooks = format!("{listen_url}/hooks");
    let webhook = [
        "sign",
        "webhook",
        &hooks,
        "--event",
        "checkout_transaction",
        "--json",
    ];
    let signed = shop.run_with(&webhook, "", &SECRETS).lines().remove(0);
    let mut request = client().post(signed["url"].as_str().unwrap());
    for (name, value) in signed["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let body = signed["body"].as_str().unwrap().to_owned();
    let response = request.body(body).send().await.unwrap();
    assert_eq!(response.status(), 200, "{signed}");
    let line = next();
    assert_eq!(
        (&line["verified"], &line["path"]),
        (&true.into(), &"/hooks".into()),
        "{line}"
    );
    assert!(
        line["what"]
            .as_str()
            .unwrap()
            .contains("checkout_transaction")
            && line["passed_on"].as_str().unwrap().contains("200"),
        "{line}"
    );

    // Signed for the public host, sent to the local one, as a tunnel does.
    let signed = shop.run_with(
        &[
            "sign",
            "callback",
            "https://shop.example/callback",
            "--param",
            "transaction_id=T12345678.abc",
            "--json",
        ],
        "",
        &SECRETS,
    );
    let request = signed.lines().remove(0);
    let target = request["url"]
        .as_str()
        .unwrap()
        .replace("https://shop.example", &listen_url);
    let signature = request["headers"]["dintero-signature"].as_str().unwrap();
    let response = client()
        .get(&target)
        .header("dintero-signature", signature)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let line = next();
    assert_eq!(line["verified"], true, "{line}");
    assert!(
        line["what"].as_str().unwrap().contains("T12345678.abc"),
        "{line}"
    );

    let response = client().get(&target).send().await.unwrap();
    assert!(response.status().is_client_error(), "{response:?}");
    let line = next();
    assert_eq!(
        (&line["verified"], line["passed_on"].is_null()),
        (&false.into(), true),
        "{line}"
    );
    drop(endpoint.0.kill());
    let mut seen = String::new();
    endpoint
        .0
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut seen)
        .unwrap();
    assert_eq!(
        seen.lines().count(),
        2,
        "what is not signed is not passed on: {seen}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_needs_its_secret_and_a_listener_one_of_them() {
    let shop = Shop::start().await;
    for (arguments, name) in [
        (
            vec!["sign", "callback", "https://shop.example/callback"],
            "DINTERO_CALLBACK_SECRET",
        ),
        (
            vec!["sign", "webhook", "https://shop.example/hooks"],
            "DINTERO_WEBHOOK_SECRET",
        ),
        (vec!["listen", "--port", "0"], "DINTERO_WEBHOOK_SECRET"),
    ] {
        let ran = shop.run(&arguments);
        assert!(
            ran.code == 2 && ran.err.contains(name),
            "{arguments:?}: {ran:?}"
        );
    }
    for (more, message) in [
        (&["no url"][..], "<URL>"),
        (
            &["https://shop.example", "--param", "reference"],
            "NAME=VALUE",
        ),
    ] {
        let ran = shop.run_with(&[&["sign", "callback"], more].concat(), "", &SECRETS);
        assert!(
            ran.code == 2 && ran.err.contains(message),
            "{more:?}: {ran:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_curl_quotes_the_body() {
    let shop = Shop::start().await;
    let sign = ["sign", "webhook", "https://shop.example", "--body", "-"];
    let ran = shop.run_with(&sign, r#"{"name": "O'Hara"}"#, &SECRETS);
    let body = r#" --data-binary '{"name": "O'\''Hara"}' 'https://shop.example/'"#;
    assert!(
        ran.out.starts_with("curl -i -X POST -H '") && ran.out.trim_end().ends_with(body),
        "{ran:?}"
    );
}
