//! Requests that move money: asked about before they are sent, and printed with their outcome.

use std::io::{self, BufRead, Write};

use dintero::Amount;
use serde_json::Value;

use crate::call::{Prepared, print};
use crate::documents::Api;
use crate::failure::Failure;
use crate::print::{Printer, is_terminal, note};

/// Asks, sends, and prints the outcome.
pub async fn run(prepared: Prepared<'_>, yes: bool, printer: &Printer) -> Result<(), Failure> {
    let words = words(&prepared).await;
    if !yes {
        if !is_terminal() {
            let help = "nothing was sent. Add --yes to send it without being asked";
            return Err(Failure::Usage(format!("{words}: {help}")));
        }
        ask(&words, &mut io::stdin().lock(), &mut io::stderr())?;
    }
    let Prepared {
        row,
        described,
        call,
        ..
    } = prepared;
    let read_back = row.read_back().unwrap_or("the state").replace('_', "-");
    let sent = tokio::select! {
        sent = call.send_optional::<Value>() => sent,
        _ = tokio::signal::ctrl_c() => {
            return Err(Failure::Unknown(format!("Unknown: stopped while the request was on its way. Read it with {read_back} before you send it again")));
        }
    };
    match sent {
        Ok(response) => {
            let pending = response.is_pending();
            print(row, described, &response.into_inner(), printer)?;
            match pending {
                true => Err(Failure::Unknown(format!(
                    "Pending: accepted, and carried out later. Read it with {read_back}"
                ))),
                false => {
                    note("Applied.");
                    Ok(())
                }
            }
        }
        Err(error) => Err(match Failure::from(error) {
            Failure::Unknown(text) => Failure::Unknown(format!(
                "Unknown: {text}\nRead it with {read_back} before you send it again"
            )),
            Failure::Refused(text) => Failure::Refused(format!("NotApplied: {text}")),
            other => other,
        }),
    }
}

/// Says what will happen: `capture transaction T12345678.abc: 299.90 NOK, test account T12345678`.
async fn words(prepared: &Prepared<'_>) -> String {
    let Prepared {
        row,
        described,
        dintero,
        variables,
        body,
        ..
    } = prepared;
    let mut words = row.name().replace('_', " ");
    for (_, value) in variables {
        words = format!("{words} {value}");
    }
    let table = Api::of(row).table();
    let schema = described.body.as_ref().map(|body| &body.schema);
    let is_amount = schema
        .and_then(|schema| table.at(schema, "/amount"))
        .is_some_and(|amount| amount.minor);
    let amount = body
        .as_ref()
        .and_then(|body| body["amount"].as_i64())
        .filter(|_| is_amount);
    if let Some(minor) = amount {
        let own = body
            .as_ref()
            .and_then(|body| body["currency"].as_str().map(str::to_owned));
        let currency = match own {
            Some(currency) => Some(currency),
            None => read_currency(prepared).await,
        };
        let amount = currency.and_then(|currency| Amount::of(minor, currency).ok());
        let amount = amount.map_or_else(
            || format!("{minor} minor units"),
            |amount| amount.to_string(),
        );
        words = format!("{words}: {amount}");
    }
    let kind = if dintero.is_test() {
        "test"
    } else {
        "PRODUCTION"
    };
    format!("{words}, {kind} account {}", dintero.account())
}

/// Reads the currency from what the request is about, if it can be read.
async fn read_currency(prepared: &Prepared<'_>) -> Option<String> {
    let (read, _) = Api::of(prepared.row).operation(prepared.row.read_back()?)?;
    let call = prepared.dintero.handle().call(read);
    let call = prepared
        .variables
        .iter()
        .fold(call, |call, (name, value)| call.path(name, value));
    let state = call.send::<Value>().await.ok()?;
    state["currency"].as_str().map(str::to_owned)
}

fn ask(words: &str, input: &mut impl BufRead, output: &mut impl Write) -> Result<(), Failure> {
    write!(output, "{words}\nSend it? [y/N] ")?;
    output.flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Usage("nothing was sent".to_owned())),
    }
}

#[cfg(test)]
mod tests;
