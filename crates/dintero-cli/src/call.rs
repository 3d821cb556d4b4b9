//! Calls of operations.

use std::io::{IsTerminal, Write};
use std::{fs, io};

use clap::ArgMatches;
use dintero::{Call, Dintero, Operation, Pages};
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::config::{Options, Settings};
use crate::documents::Api;
use crate::failure::Failure;
use crate::print::{Printer, note, put};
use crate::table::{Described, Kind, Schema, Success};
use crate::{body, cli, money};

/// A call, checked and not yet sent.
pub struct Prepared<'a> {
    pub row: &'static Operation,
    pub described: &'static Described,
    pub dintero: &'a Dintero,
    pub call: Call,
    /// The path variables with their values.
    pub variables: Vec<(&'a str, String)>,
    pub body: Option<Value>,
}

/// Runs the command of an operation.
pub async fn run(
    api: &'static Api,
    options: &Options,
    command: &str,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let mut operations = api.operations();
    let unknown = || Failure::Usage(format!("there is no operation {command}"));
    let (row, described) = operations
        .find(|(row, _)| cli::name(row) == command)
        .ok_or_else(unknown)?;
    let printer = printer(options, matches)?;
    // All that can be wrong is found before the settings are read, and before anything is sent.
    let body = body::read(row, described, matches)?;
    let dintero = Settings::read(options)?.client(row.method().is_safe())?;
    let mut call = dintero.handle().call(row);
    let mut variables = Vec::new();
    for parameter in &described.parameters {
        let values = matches.get_many::<String>(&cli::id(parameter));
        let values: Vec<&String> = values.into_iter().flatten().collect();
        let name = parameter.name.as_str();
        call = match parameter.place.as_str() {
            "path" => {
                variables.extend(values.first().map(|value| (name, (*value).clone())));
                call.path(name, &values)
            }
            "header" => call.header(name, &values),
            _ if parameter.joined => call.query_joined(name, &values),
            _ => call.query(name, &values),
        };
    }
    if let Some(body) = &body {
        call = call.json_unchecked(body);
    }
    let prepared = Prepared {
        row,
        described,
        dintero: &dintero,
        call,
        variables,
        body,
    };
    if cli::is_money(row) {
        return money::run(prepared, matches, &printer).await;
    }
    if row.paging().is_some() {
        return list(prepared, &printer, matches).await;
    }
    let output = matches.get_one::<String>("output");
    if let (Success::Bytes, _) | (_, Some(_)) = (&described.success, output) {
        return bytes(prepared.call, output).await;
    }
    let value = prepared.call.send_optional::<Value>().await?.into_inner();
    print(row, described, &value, &printer)
}

fn printer(options: &Options, matches: &ArgMatches) -> Result<Printer, Failure> {
    let query = matches.get_one::<String>("query");
    let query = query.map(|query| JsonPath::parse(query)).transpose();
    let query =
        query.map_err(|error| Failure::Usage(format!("--query is no JSONPath: {error}")))?;
    Ok(Printer {
        json: options.json,
        query,
    })
}

/// Prints the response of an operation.
pub fn print(
    row: &Operation,
    described: &Described,
    value: &Option<Value>,
    printer: &Printer,
) -> Result<(), Failure> {
    let (table, schema) = (Api::of(row).table(), response(described));
    match value {
        Some(Value::Array(items)) => {
            let element = schema.and_then(|list| match &table.resolve(list).kind {
                Kind::List(inner) => Some(&**inner),
                _ => None,
            });
            printer.list(items, table, element)?;
        }
        Some(value) => printer.value(value, table, schema)?,
        None if printer.json || printer.query.is_some() => {}
        None => put("done\n")?,
    }
    Ok(())
}

fn response(described: &Described) -> Option<&Schema> {
    match &described.success {
        Success::Json(schema) => Some(schema),
        Success::Empty | Success::Bytes => None,
    }
}

async fn bytes(call: Call, output: Option<&String>) -> Result<(), Failure> {
    let binary = "the response is a file: give --output FILE, or redirect standard output";
    if output.is_none() && io::stdout().is_terminal() {
        return Err(Failure::Usage(binary.to_owned()));
    }
    let bytes = call.send_bytes().await?.into_inner();
    match output {
        Some(file) => {
            fs::write(file, &bytes).map_err(|error| Failure::Refused(format!("{file}: {error}")))?
        }
        None => io::stdout().write_all(&bytes)?,
    }
    Ok(())
}

/// Prints a page of a list, or all pages.
async fn list(
    prepared: Prepared<'_>,
    printer: &Printer,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let Prepared {
        row,
        described,
        call,
        ..
    } = prepared;
    let table = Api::of(row).table();
    let pointer = row.paging().map_or("", |paging| paging.items);
    let list = response(described).and_then(|schema| table.at(schema, pointer));
    let element = list.and_then(|list| match &table.resolve(list).kind {
        Kind::List(inner) => Some(&**inner),
        _ => None,
    });
    let follow = matches.get_flag("all");
    let progress = follow && io::stderr().is_terminal();
    let mut pages = Pages::<Value, Value>::new(call, |_| Vec::new());
    let (mut count, mut held) = (0, Vec::new());
    let mut stopped = None;
    loop {
        let page = tokio::select! {
            page = pages.next() => page,
            _ = tokio::signal::ctrl_c() => {
                stopped = Some(Failure::Refused(format!("stopped after {count} elements; the list goes on")));
                break;
            }
        };
        let page = match page {
            Some(Ok(page)) => page,
            Some(Err(error)) => {
                stopped = Some(error.into());
                break;
            }
            None => break,
        };
        let more = page.cursor().is_some();
        let items = page
            .pointer(pointer)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        count += items.len();
        // A table needs all rows for its columns; JSON is printed as it arrives.
        match printer.json || printer.query.is_some() {
            true => printer.list(&items, table, element)?,
            false => held.extend(items),
        }
        if progress {
            let _ = write!(io::stderr(), "\r{count} elements");
        }
        if !follow {
            if more && count > 0 && io::stderr().is_terminal() {
                note("There may be more: --all follows the pages.");
            }
            break;
        }
    }
    if progress {
        note("");
    }
    if !printer.json && printer.query.is_none() {
        printer.list(&held, table, element)?;
    }
    stopped.map_or(Ok(()), Err)
}
