//! Requests that move money: asked about before they are sent, and printed with their outcome.

use std::io::{self, BufRead, IsTerminal, Write};
use std::time::Duration;

use clap::{ArgMatches, Args, FromArgMatches};
use dintero::{Amount, Operation, RetryClass};
use dintero_core::confirm::{Confirmation, NotApplied, Outcome};
use serde_json::Value;

use crate::call::Prepared;
use crate::cli;
use crate::failure::Failure;
use crate::print::note;

/// The options of operations that move money.
#[derive(Args)]
#[group(skip)]
pub struct Options {
    /// Do not ask before it is sent
    #[arg(long)]
    yes: bool,
    /// For how long the effect is looked for after a lost response, if it can be read
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    confirm_within: u64,
}

/// Returns `true` if the request moves or records money, or must not be sent twice for another reason.
pub fn is_money(row: &Operation) -> bool {
    row.retry_class() == RetryClass::NonIdempotent || row.confirm().is_some()
}

/// Asks, sends, and prints the outcome.
pub async fn run(prepared: Prepared<'_>, matches: &ArgMatches) -> Result<(), Failure> {
    let options = Options::from_arg_matches(matches)?;
    if !options.yes {
        let words = words(&prepared).await;
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let help = "nothing was sent. Add --yes to send it without being asked";
            return Err(Failure::Usage(format!("{words}: {help}")));
        }
        ask(&words, &mut io::stdin().lock(), &mut io::stderr())?;
    }
    let read = read_back(prepared.operation.row).map(|read| read.replace('_', "-"));
    let outcome = tokio::select! {
        outcome = send(prepared, options.confirm_within, matches) => outcome,
        _ = tokio::signal::ctrl_c() => {
            Err(Failure::Unknown("Unknown: stopped while the request was on its way".to_owned()))
        }
    };
    outcome.map_err(|failure| match (failure, read) {
        (Failure::Unknown(text), Some(read)) => Failure::Unknown(format!(
            "{text}\nRead it with {read} before you send it again"
        )),
        (failure, _) => failure,
    })
}

fn read_back(row: &Operation) -> Option<&'static str> {
    let read = row.confirm().map(|confirm| confirm.read.name());
    read.or(row.read_back())
}

/// Sends in the confirmed way, if there is one, or goes by the response.
async fn send(prepared: Prepared<'_>, within: u64, matches: &ArgMatches) -> Result<(), Failure> {
    let row = prepared.operation.row;
    let value = |long: &str| matches.get_one::<String>(long).cloned().unwrap_or_default();
    let outcome: Result<_, Failure> = if row.confirm().is_some() {
        let arguments = cli::confirm_arguments(row);
        let arguments: Vec<_> = arguments.map(|(name, long)| (name, value(&long))).collect();
        let confirmation = Confirmation::<Value>::new(prepared.call, &arguments);
        match confirmation
            .confirm_within(Duration::from_secs(within))
            .await
        {
            Outcome::Applied(state) => Ok(Some(state)),
            Outcome::Pending(_) => return Err(pending()),
            Outcome::NotApplied(NotApplied::Rejected(error)) => Err(error.into()),
            Outcome::NotApplied(reason) => Err(Failure::Refused(reason.to_string())),
            Outcome::Unknown(unknown) => Err(Failure::Unknown(unknown.to_string())),
        }
    } else {
        match prepared.call.send_optional::<Value>().await {
            Ok(response) if response.is_pending() => return Err(pending()),
            Ok(response) => Ok(response.into_inner()),
            Err(error) => Err(error.into()),
        }
    };
    let state = outcome.map_err(|failure| match failure {
        Failure::Refused(text) => Failure::Refused(format!("NotApplied: {text}")),
        Failure::Unknown(text) => Failure::Unknown(format!("Unknown: {text}")),
        failure => failure,
    })?;
    note("Applied.");
    Ok(prepared.printer.value(state.as_ref())?)
}

fn pending() -> Failure {
    Failure::Unknown("Pending: the request was accepted, and is carried out later".to_owned())
}

/// Says what will happen: `capture transaction T12345678.abc: 299.90 NOK, test account T12345678`.
async fn words(prepared: &Prepared<'_>) -> String {
    let mut words = prepared.operation.row.name().replace('_', " ");
    for (_, value) in &prepared.variables {
        words += &format!(" {value}");
    }
    let schema = prepared.operation.body().map(|(body, _)| body.at("amount"));
    let body = prepared.body.as_ref().unwrap_or(&Value::Null);
    if let Some(minor) = body["amount"].as_i64()
        && schema.is_some_and(|amount| amount.is_amount())
    {
        let currency = match body["currency"].as_str() {
            Some(own) => Some(own.to_owned()),
            None => read_currency(prepared).await,
        };
        let amount = currency.and_then(|currency| Amount::of(minor, currency).ok());
        let amount = amount.map(|amount| amount.to_string());
        words += &format!(": {}", amount.unwrap_or(format!("{minor} minor units")));
    }
    let dintero = prepared.dintero;
    let kind = match dintero.is_test() {
        true => "test",
        false => "PRODUCTION",
    };
    format!("{words}, {kind} account {}", dintero.account())
}

/// Reads the currency from what the request is about, if it can be read.
async fn read_currency(prepared: &Prepared<'_>) -> Option<String> {
    let read = read_back(prepared.operation.row)?;
    let read = prepared.operation.api.operation(read)?.row;
    let mut call = prepared.dintero.handle().call(read);
    for (name, value) in &prepared.variables {
        call = call.path(name, value);
    }
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
