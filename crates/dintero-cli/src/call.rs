//! Calls of operations.

use std::io::{self, IsTerminal, Write};

use clap::{ArgMatches, Args, FromArgMatches};
use dintero::{Call, Dintero, Pages};
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::config::{self, Settings};
use crate::documents::Described;
use crate::failure::Failure;
use crate::print::{Printer, note};
use crate::{body, cli, money};

/// The options of every operation.
#[derive(Args)]
#[group(skip)]
pub struct Options {
    /// Print only what this JSONPath (RFC 9535) selects; in a list, of each element
    #[arg(long, value_name = "JSONPATH")]
    query: Option<JsonPath>,
}

/// The options of lists.
#[derive(Args)]
#[group(skip)]
pub struct ListOptions {
    /// Follow the pages to the end of the list
    #[arg(long)]
    all: bool,
}

/// A call, checked and not yet sent.
pub struct Prepared<'a> {
    pub operation: Described,
    pub dintero: &'a Dintero,
    pub call: Call,
    /// The path variables with their values.
    pub variables: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    pub printer: Printer,
}

/// Runs the command of an operation.
pub async fn run(
    operation: Described,
    options: &config::Options,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let row = operation.row;
    let own = Options::from_arg_matches(matches)?;
    // All that can be wrong is found before the settings are read, and before anything is sent.
    let body = match operation.body() {
        Some(schema) => body::Options::from_arg_matches(matches)?.read(&operation, schema)?,
        None => None,
    };
    let dintero = &Settings::read(options)?.client(row.method().is_safe())?;
    let mut call = dintero.handle().call(row);
    let mut variables = Vec::new();
    for parameter in operation.parameters() {
        let values = matches.get_many::<String>(&cli::id(&parameter));
        let values: Vec<&String> = values.into_iter().flatten().collect();
        let name = parameter.text("name");
        call = match parameter.text("in") {
            "path" => {
                variables.extend(values.iter().map(|value| (name, value.to_string())));
                call.path(name, &values)
            }
            "header" => call.header(name, &values),
            _ if parameter.node()["explode"] == false => call.query_joined(name, &values),
            _ => call.query(name, &values),
        };
    }
    if let Some(body) = &body {
        call = call.json_unchecked(body);
    }
    let printer = Printer {
        json: options.json,
        query: own.query,
        schema: operation.response(),
    };
    let is_file = operation.is_file();
    let prepared = Prepared {
        operation,
        dintero,
        call,
        variables,
        body,
        printer,
    };
    if money::is_money(row) {
        return money::run(prepared, matches).await;
    }
    if is_file {
        if io::stdout().is_terminal() {
            let help = "the response is a file: redirect standard output to one";
            return Err(Failure::Usage(help.to_owned()));
        }
        let file = prepared.call.send_bytes().await?.into_inner();
        return Ok(io::stdout().write_all(&file)?);
    }
    if row.paging().is_some() {
        return list(prepared, ListOptions::from_arg_matches(matches)?.all).await;
    }
    let value = prepared.call.send_optional::<Value>().await?.into_inner();
    Ok(prepared.printer.value(value.as_ref())?)
}

/// Prints a page of a list, or all pages; what has arrived is printed even if the rest does not.
async fn list(prepared: Prepared<'_>, all: bool) -> Result<(), Failure> {
    let mut printer = prepared.printer;
    let paging = prepared.operation.row.paging();
    let pointer = paging.map_or("", |paging| paging.items);
    let steps = pointer.split('/').skip(1);
    printer.schema = steps.fold(printer.schema, |at, step| at.at(step));
    let is_watched = io::stderr().is_terminal();
    let mut pages = Pages::<Value, Value>::new(prepared.call, |_| Vec::new());
    let mut held = Vec::new();
    let follow = async {
        let mut count = 0;
        while let Some(page) = pages.next().await.transpose()? {
            let items = page.pointer(pointer).and_then(Value::as_array);
            let items = items.cloned().unwrap_or_default();
            count += items.len();
            // A table needs all rows for its columns; JSON is printed as it arrives.
            match printer.is_for_people() {
                true => held.extend(items),
                false => printer.list(&items)?,
            }
            if all && is_watched {
                write!(io::stderr(), "\r{count} elements ")?;
            } else if !all && is_watched && count > 0 && page.cursor().is_some() {
                note("There may be more: --all follows the pages.");
            }
            if !all {
                break;
            }
        }
        Ok(())
    };
    let end = tokio::select! {
        end = follow => end,
        _ = tokio::signal::ctrl_c() => Err(Failure::Refused("stopped; the list goes on".to_owned())),
    };
    if printer.is_for_people() {
        printer.list(&held)?;
    }
    end
}
