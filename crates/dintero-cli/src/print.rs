//! What is printed: JSON, a table of a list, or an indented view of an object.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use dintero::Amount;
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::table::{Api, Kind, Schema};

/// How results are printed.
pub struct Printer {
    pub json: bool,
    pub query: Option<JsonPath>,
}

/// The columns of a table, as far as the elements have them; then any others.
const FIRST: [&str; 8] = [
    "id",
    "status",
    "amount",
    "created_at",
    "merchant_reference",
    "name",
    "type",
    "payment_product",
];
const COLUMNS: usize = 7;
/// The width if standard output is no terminal.
const WIDTH: u16 = 120;

impl Printer {
    /// Prints a response. `schema` tells which numbers are amounts.
    pub fn value(&self, value: &Value, api: &Api, schema: Option<&Schema>) -> io::Result<()> {
        if let Some(query) = &self.query {
            return query
                .query(value)
                .all()
                .into_iter()
                .try_for_each(|found| self.line(found));
        }
        if self.json {
            return self.line(value);
        }
        put(&View { api }.object(value, schema))
    }

    /// Prints the elements of a list.
    pub fn list(&self, items: &[Value], api: &Api, schema: Option<&Schema>) -> io::Result<()> {
        if self.json || self.query.is_some() {
            return items
                .iter()
                .try_for_each(|item| self.value(item, api, schema));
        }
        put(&View { api }.table(items, schema))
    }

    /// Prints a value on a line; a text that was queried without its quotes unless JSON is wanted.
    fn line(&self, value: &Value) -> io::Result<()> {
        match value {
            Value::String(text) if !self.json => put(&format!("{}\n", clean(text))),
            other => put(&format!("{other}\n")),
        }
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

/// Returns a table without lines, which fits the terminal.
pub fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    grid(
        header.map(str::to_owned).into(),
        rows.into_iter().map(Vec::from),
    )
}

fn grid(header: Vec<String>, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();

    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width());
    table.set_header(header);
    table.add_rows(rows);
    let lines = table.lines().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

fn width() -> u16 {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0)
}

pub fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Escapes what could change the terminal.
pub fn clean(text: &str) -> String {
    let escape = |c: char| match c {
        c if c.is_control() && c != '\n' => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

/// A readable view, in which amounts are in major units.
struct View<'a> {
    api: &'a Api,
}

/// A value with its schema, and the currency around it.
type Place<'a> = (Option<&'a Schema>, Option<&'a str>);

impl<'a> View<'a> {
    fn field(&self, schema: Option<&'a Schema>, name: &str) -> Option<&'a Schema> {
        self.api.at(schema?, &format!("/{name}"))
    }

    fn element(&self, schema: Option<&'a Schema>) -> Option<&'a Schema> {
        match &self.api.resolve(schema?).kind {
            Kind::List(inner) => Some(inner),
            _ => None,
        }
    }

    fn scalar(&self, value: &Value, (schema, currency): Place<'_>) -> String {
        match value {
            Value::String(text) => clean(text).replace('\n', "\\n"),
            Value::Number(number) => {
                let minor = number
                    .as_i64()
                    .filter(|_| schema.is_some_and(|schema| schema.minor));
                let amount = minor.and_then(|minor| Amount::of(minor, currency?).ok());
                amount.map_or_else(|| number.to_string(), |amount| amount.to_string())
            }
            Value::Array(list) if list.is_empty() => "none".to_owned(),
            Value::Array(list) => format!("{} elements", list.len()),
            Value::Object(_) => "…".to_owned(),
            other => other.to_string(),
        }
    }

    fn object(&self, value: &Value, schema: Option<&'a Schema>) -> String {
        let mut out = String::new();
        match value {
            Value::Object(fields) => self.fields(fields, (schema, None), 0, &mut out),
            Value::Array(items) => return self.table(items, self.element(schema)),
            Value::Null => {}
            other => out = format!("{}\n", self.scalar(other, (schema, None))),
        }
        out
    }

    fn fields(
        &self,
        fields: &Map<String, Value>,
        place: Place<'_>,
        depth: usize,
        out: &mut String,
    ) {
        let (schema, outer) = place;
        let schema = schema.map(|schema| self.api.resolve(schema));
        let currency = fields.get("currency").and_then(Value::as_str).or(outer);
        let is_inline = |value: &Value| {
            !value.is_object()
                && !value
                    .as_array()
                    .is_some_and(|list| list.iter().any(Value::is_object))
        };
        let inline = fields.iter().filter(|(_, value)| is_inline(value));
        let width = inline.map(|(name, _)| name.len()).max().unwrap_or_default();
        let indent = "  ".repeat(depth);
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let below = (
                schema.and_then(|schema| self.api.at(schema, &format!("/{name}"))),
                currency,
            );
            let name = clean(name);
            match value {
                Value::Object(inner) => {
                    out.push_str(&format!("{indent}{name}\n"));
                    self.fields(inner, below, depth + 1, out);
                }
                Value::Array(list) if !is_inline(value) => {
                    out.push_str(&format!("{indent}{name}\n"));
                    let element = below.0.and_then(|list| match &self.api.resolve(list).kind {
                        Kind::List(inner) => Some(&**inner),
                        _ => None,
                    });
                    for (index, item) in list.iter().enumerate() {
                        out.push_str(&format!("{indent}  [{index}]\n"));
                        match item {
                            Value::Object(inner) => {
                                self.fields(inner, (element, currency), depth + 2, out)
                            }
                            other => out.push_str(&format!(
                                "{indent}    {}\n",
                                self.scalar(other, (element, currency))
                            )),
                        }
                    }
                }
                Value::Array(list) if !list.is_empty() => {
                    let values: Vec<_> = list
                        .iter()
                        .map(|item| self.scalar(item, (None, None)))
                        .collect();
                    out.push_str(&format!("{indent}{name:width$}  {}\n", values.join(", ")));
                }
                other => out.push_str(&format!(
                    "{indent}{name:width$}  {}\n",
                    self.scalar(other, below)
                )),
            }
        }
    }

    fn table(&self, items: &[Value], schema: Option<&'a Schema>) -> String {
        let has = |name: &str| {
            items.iter().any(|item| {
                item[name].is_string() || item[name].is_number() || item[name].is_boolean()
            })
        };
        let mut columns: Vec<&str> = FIRST.into_iter().filter(|name| has(name)).collect();
        let others = items
            .iter()
            .filter_map(Value::as_object)
            .flat_map(Map::keys);
        for name in others.filter(|name| has(name) && name.as_str() != "currency") {
            if columns.len() < COLUMNS && !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
        if columns.is_empty() {
            let views = items.iter().map(|item| self.object(item, schema));
            return match items.is_empty() {
                true => "none\n".to_owned(),
                false => views.collect(),
            };
        }
        let column = |name: &str| {
            let cells = items.iter().map(|item| match &item[name] {
                Value::Null => String::new(),
                value => self.scalar(value, (self.field(schema, name), item["currency"].as_str())),
            });
            std::iter::once(name.to_uppercase()).chain(cells).collect()
        };
        let mut cells: Vec<Vec<String>> = columns.iter().map(|name| column(name)).collect();
        // A part of an id is of no use: columns that do not fit are left out.
        let wide = |column: &Vec<String>| {
            column
                .iter()
                .map(|cell| cell.chars().count() + 2)
                .max()
                .unwrap_or_default()
        };
        while cells.len() > 1 && cells.iter().map(wide).sum::<usize>() > width().into() {
            cells.pop();
        }
        let row = |index: usize| cells.iter().map(|column| column[index].clone()).collect();
        grid(row(0), (1..=items.len()).map(row))
    }
}
