//! Requests that move money: asked about before they are sent, and printed with their outcome.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use clap::ArgMatches;
use dintero::Amount;
use dintero_core::confirm::{Confirmation, NotApplied, Outcome};
use serde_json::Value;

use crate::call::{Prepared, print};
use crate::cli;
use crate::documents::Api;
use crate::failure::Failure;
use crate::print::{Printer, is_terminal, note};

/// Asks, sends, and prints the outcome.
pub async fn run(
    prepared: Prepared<'_>,
    matches: &ArgMatches,
    printer: &Printer,
) -> Result<(), Failure> {
    if !matches.get_flag("yes") {
        let words = words(&prepared).await;
        if !is_terminal() {
            let help = "nothing was sent. Add --yes to send it without being asked";
            return Err(Failure::Usage(format!("{words}: {help}")));
        }
        ask(&words, &mut io::stdin().lock(), &mut io::stderr())?;
    }
    let row = prepared.row;
    let stopped = tokio::signal::ctrl_c();
    let outcome = match row.confirm() {
        Some(_) => tokio::select! {
            outcome = confirmed(prepared, matches, printer) => Some(outcome),
            _ = stopped => None,
        },
        None => tokio::select! {
            outcome = sent(prepared, printer) => Some(outcome),
            _ = stopped => None,
        },
    };
    let stopped = || {
        Err(Failure::Unknown(
            "Unknown: it was stopped while the request was on its way".to_owned(),
        ))
    };
    let read = row
        .confirm()
        .map(|confirm| confirm.read.name())
        .or(row.read_back());
    let read = read.map_or("Read the state".to_owned(), |read| {
        format!("Read it with {}", read.replace('_', "-"))
    });
    outcome
        .unwrap_or_else(stopped)
        .map_err(|failure| match failure {
            Failure::Unknown(text) => {
                Failure::Unknown(format!("{text}\n{read} before you send it again"))
            }
            other => other,
        })
}

/// The confirmed way, for operations whose effect can be read.
async fn confirmed(
    prepared: Prepared<'_>,
    matches: &ArgMatches,
    printer: &Printer,
) -> Result<(), Failure> {
    let Prepared {
        row,
        described,
        call,
        ..
    } = prepared;
    let value = |long: &str| matches.get_one::<String>(long).cloned().unwrap_or_default();
    let arguments: Vec<_> = cli::confirm_arguments(row)
        .map(|(name, long)| (name, value(&long)))
        .collect();
    let within = matches
        .get_one::<u64>("confirm-within")
        .copied()
        .unwrap_or_default();
    let confirmation = Confirmation::<Value>::new(call, &arguments);
    match confirmation
        .confirm_within(Duration::from_secs(within))
        .await
    {
        Outcome::Applied(state) => {
            print(row, described, &Some(state), printer)?;
            note("Applied.");
            Ok(())
        }
        Outcome::Pending(_) => Err(Failure::Unknown(PENDING.to_owned())),
        Outcome::NotApplied(NotApplied::Rejected(error)) => Err(not_applied(error.into())),
        Outcome::NotApplied(reason) => Err(not_applied(Failure::Refused(reason.to_string()))),
        Outcome::Unknown(unknown) => Err(Failure::Unknown(format!("Unknown: {unknown}"))),
    }
}

const PENDING: &str = "Pending: the request was accepted, and is carried out later";

/// Sends once, and goes by the response.
async fn sent(prepared: Prepared<'_>, printer: &Printer) -> Result<(), Failure> {
    let Prepared {
        row,
        described,
        call,
        ..
    } = prepared;
    let response = call
        .send_optional::<Value>()
        .await
        .map_err(|error| not_applied(error.into()))?;
    let is_pending = response.is_pending();
    print(row, described, &response.into_inner(), printer)?;
    match is_pending {
        true => Err(Failure::Unknown(PENDING.to_owned())),
        false => {
            note("Applied.");
            Ok(())
        }
    }
}

fn not_applied(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(text) => Failure::Refused(format!("NotApplied: {text}")),
        Failure::Unknown(text) => Failure::Unknown(format!("Unknown: {text}")),
        other => other,
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
    let (read, _) = Api::of(prepared.row).operation(
        prepared
            .row
            .confirm()
            .map_or(prepared.row.read_back(), |confirm| {
                Some(confirm.read.name())
            })?,
    )?;
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
