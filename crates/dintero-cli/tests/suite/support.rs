//! Runs the program.

use std::process::{Child, Stdio};

use assert_cmd::Command;
use dintero_sandbox::{Card, Sandbox};

pub const SECRET: &str = "the-secret-of-the-test";

/// The exit code, and what was printed.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn lines(&self) -> Vec<serde_json::Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
            .collect()
    }
}

/// A sandbox, and the variables of its client.
pub struct Shop {
    pub sandbox: Sandbox,
}

impl Shop {
    pub async fn start() -> Self {
        Self::with_scopes(&[]).await
    }

    /// With a client of these scopes; none is all.
    pub async fn with_scopes(scopes: &[&str]) -> Self {
        let client = dintero_sandbox::Client::new("cli-test", SECRET);
        let client = match scopes {
            [] => client,
            scopes => client.with_scopes(scopes.iter().copied()),
        };
        let sandbox = Sandbox::builder().client(client).start().await.unwrap();
        Self { sandbox }
    }

    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let url = self.sandbox.url().to_owned();
        vec![
            ("DINTERO_ACCOUNT_ID", self.sandbox.account().to_owned()),
            ("DINTERO_CLIENT_ID", "cli-test".to_owned()),
            ("DINTERO_CLIENT_SECRET", SECRET.to_owned()),
            ("DINTERO_API_URL", url.clone()),
            ("DINTERO_CHECKOUT_URL", url),
        ]
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "", &[])
    }

    pub fn run_with(&self, arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Ran {
        let own = self.variables();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        run(
            arguments,
            input,
            &own.chain(variables.iter().copied()).collect::<Vec<_>>(),
        )
    }

    pub fn spawn(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Child {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dintero"));
        command
            .args(arguments)
            .env_clear()
            .envs(self.variables())
            .envs(variables.iter().copied());
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Creates a session of 299.90 NOK. Returns its id.
    pub fn session(&self, reference: &str) -> String {
        let item = r#"order.items=[{"id":"chair","line_id":"1","description":"chair","quantity":1,"amount":29990,"vat":25}]"#;
        let reference = format!("order.merchant_reference={reference}");
        let sets = [
            "profile_id=default",
            "order.amount=29990",
            "order.currency=NOK",
            "url.return_url=https://shop.example/thanks",
            item,
            &reference,
        ];
        let mut arguments = vec!["checkout", "create-session-from-profile", "--query", "$.id"];
        arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
        let ran = self.run(&arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out.trim().to_owned()
    }

    /// Returns the id of a transaction of 299.90 NOK that is authorized.
    pub fn payment(&self) -> String {
        let session = self.session("order-1");
        self.sandbox.pay(&session, Card::approved()).unwrap()
    }
}

/// Runs the program with these variables only. It must never print the secret.
pub fn run(arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dintero"));
    command
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .write_stdin(input);
    let output = command.output().unwrap();
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(
        !ran.out.contains(SECRET) && !ran.err.contains(SECRET),
        "{ran:?}"
    );
    ran
}
