//! What is printed: JSON, a table of a list, or an indented view of an object.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use dintero::Amount;
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::schema::Schema;

/// How the responses of an operation are printed.
pub struct Printer {
    pub json: bool,
    pub query: Option<JsonPath>,
    /// Tells which numbers are amounts.
    pub schema: Schema,
}

/// The first columns of a table, as far as the elements have them.
const FIRST: &str = "id status amount created_at merchant_reference name";
/// The width if standard output is no terminal.
const WIDTH: u16 = 120;

/// A schema, and the currency around it.
type Place<'a> = (&'a Schema, Option<&'a str>);

impl Printer {
    /// Returns `false` if JSON or a part of it is printed.
    pub fn is_for_people(&self) -> bool {
        !self.json && self.query.is_none()
    }

    /// Prints the body of a response, if it has one.
    pub fn value(&self, value: Option<&Value>) -> io::Result<()> {
        match value {
            Some(Value::Array(items)) => self.list(items),
            Some(value) if self.is_for_people() => put(&view(value, (&self.schema, None), 0)),
            Some(value) => self.json(value),
            None if self.is_for_people() => put("done\n"),
            None => Ok(()),
        }
    }

    /// Prints the elements of a list.
    pub fn list(&self, items: &[Value]) -> io::Result<()> {
        match self.is_for_people() {
            true => put(&columns(items, &self.schema.at("-"))),
            false => items.iter().try_for_each(|item| self.json(item)),
        }
    }

    fn json(&self, value: &Value) -> io::Result<()> {
        let Some(query) = &self.query else {
            return put(&format!("{value}\n"));
        };
        for found in query.query(value).all() {
            match found {
                Value::String(text) if !self.json => put(&format!("{}\n", clean(text)))?,
                other => put(&format!("{other}\n"))?,
            }
        }
        Ok(())
    }
}

pub fn put(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a note for a person to standard error.
pub fn note(text: &str) {
    // Nothing is left to do if standard error is closed, too.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Escapes what could change the terminal.
pub fn clean(text: &str) -> String {
    let escape = |c: char| match c.is_control() && c != '\n' {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    };
    text.chars().map(escape).collect()
}

/// Returns a table without lines. The first row is its header.
pub fn table(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_width(width());
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let lines = table.add_rows(rows).lines();
    lines.map(|line| format!("{}\n", line.trim())).collect()
}

fn width() -> u16 {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0)
}

fn columns(items: &[Value], schema: &Schema) -> String {
    if items.is_empty() {
        return "none\n".to_owned();
    }
    let is_scalar = |value: &Value| !value.is_null() && !value.is_object() && !value.is_array();
    let has = |name: &str| items.iter().any(|item| is_scalar(&item[name]));
    let mut names: Vec<&str> = FIRST.split(' ').filter(|name| has(name)).collect();
    let objects = items.iter().filter_map(Value::as_object);
    for name in objects.flat_map(Map::keys) {
        if has(name) && name != "currency" && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let column = |name: &&str| {
        let cell = |item: &Value| match &item[*name] {
            Value::Null => String::new(),
            value => scalar(value, (&schema.at(name), item["currency"].as_str())),
        };
        let cells = std::iter::once(name.to_uppercase()).chain(items.iter().map(cell));
        cells.collect::<Vec<_>>()
    };
    let mut columns: Vec<_> = names.iter().map(column).collect();
    // A part of an id is of no use: columns that do not fit are left out.
    let wide = |column: &Vec<String>| column.iter().map(|cell| cell.chars().count() + 2).max();
    while columns.len() > 1 && columns.iter().filter_map(wide).sum::<usize>() > width().into() {
        columns.pop();
    }
    let row = |index: usize| columns.iter().map(|column| column[index].clone()).collect();
    table((0..=items.len()).map(row))
}

/// Returns an amount in major units with its currency, and other values as they are.
fn scalar(value: &Value, (schema, currency): Place<'_>) -> String {
    match value {
        Value::String(text) => clean(text).replace('\n', "\\n"),
        Value::Number(number) => {
            let minor = number.as_i64().filter(|_| schema.is_amount()).zip(currency);
            let amount = minor.and_then(|(minor, currency)| Amount::of(minor, currency).ok());
            amount.map_or_else(|| number.to_string(), |amount| amount.to_string())
        }
        other => other.to_string(),
    }
}

/// Returns an indented view.
fn view(value: &Value, (schema, currency): Place<'_>, depth: usize) -> String {
    let mut members: Vec<(String, &Value, Schema)> = Vec::new();
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                members.push((clean(name), value, schema.at(name)));
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                members.push((format!("[{index}]"), value, schema.at("-")));
            }
        }
        other => return format!("{}\n", scalar(other, (schema, currency))),
    }
    let currency = value["currency"].as_str().or(currency);
    let is_inline = |value: &Value| !value.is_object() && !value.is_array();
    let inline = members.iter().filter(|(_, value, _)| is_inline(value));
    let width = inline.map(|(name, ..)| name.len()).max().unwrap_or(0);
    let line = |(name, value, schema): &(String, &Value, Schema)| {
        let below = view(value, (schema, currency), depth + 1);
        let indent = "  ".repeat(depth);
        match is_inline(value) {
            true => format!("{indent}{name:width$}  {below}"),
            false => format!("{indent}{name}\n{below}"),
        }
    };
    members.iter().map(line).collect()
}
