//! Draws the pictures of terminal output in `docs/`, from what the program prints against a sandbox:
//! `cargo build -p dintero-cli && cargo run -p dintero-cli --example pictures`.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use anstyle_svg::Term;
use dintero_sandbox::{Card, Sandbox};

/// What each picture shows, without the name of the program.
const PICTURES: [(&str, &str); 2] = [
    ("doctor", "doctor"),
    ("list-transactions", "checkout list-transactions --limit 3"),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A fixed port, so that the pictures change only with the program.
    let sandbox = Sandbox::builder().port(8400).start().await?;
    let program = std::env::current_exe()?.with_file_name("../dintero");
    let run = |arguments: &str| {
        let url = sandbox.url();
        let mut command = Command::new(&program);
        command.args(arguments.split(' ')).env("COLUMNS", "110");
        for (name, value) in [
            ("ACCOUNT_ID", sandbox.account()),
            ("CLIENT_ID", sandbox.client_id()),
            ("CLIENT_SECRET", sandbox.client_secret()),
            ("API_URL", url),
            ("CHECKOUT_URL", url),
        ] {
            command.env(format!("DINTERO_{name}"), value);
        }
        Ok::<_, Box<dyn Error>>(String::from_utf8(command.output()?.stdout)?)
    };
    for (reference, amount) in [
        ("order-1", 29_990),
        ("order-2", 4_500),
        ("order-3", 129_900),
    ] {
        let item = format!(
            r#"order.items=[{{"id":"a","line_id":"1","description":"a","quantity":1,"amount":{amount}}}]"#
        );
        let sets = format!(
            "profile_id=default order.amount={amount} order.currency=NOK url.return_url=https://shop.example \
             order.merchant_reference={reference} {item}"
        );
        let sets: Vec<_> = sets.split(' ').map(|set| format!("--set {set}")).collect();
        let create = "checkout create-session-from-profile --query $.id";
        let session = run(&format!("{create} {}", sets.join(" ")))?;
        sandbox.pay(session.trim(), Card::approved())?;
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (name, arguments) in PICTURES {
        let screen = format!("$ dintero {arguments}\n{}", run(arguments)?);
        fs::write(
            docs.join(name).with_extension("svg"),
            Term::new().render_svg(&screen),
        )?;
    }
    Ok(())
}
