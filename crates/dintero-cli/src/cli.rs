//! The command line: a command for each operation of the tables, and the commands of this program.

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Args, Command, Subcommand};
use dintero::{Operation, RetryClass};
use dintero_core::confirm::Source;

use crate::body::nearest;
use crate::config::Options;
use crate::documents::{APIS, Api};
use crate::table::{Described, Kind, Parameter};

const ABOUT: &str = "Dintero's Shopping, Checkout and Wallets APIs on the command line";
const AFTER: &str = "Account and credentials come from DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET, or from a profile in \
~/.config/dintero/config.toml. Secrets are never arguments.

Exit codes: 0 done, 1 refused, 2 wrong usage (nothing was sent), 3 the outcome is unknown.";

/// The long options of every operation, which no parameter can have.
const RESERVED: [&str; 14] = [
    "confirm-within",
    "body",
    "set",
    "undocumented",
    "all",
    "query",
    "output",
    "yes",
    "help",
    "profile",
    "config",
    "account",
    "production",
    "json",
];

/// How deep fields within fields are described; of those below, the names are in the message of a wrong `--set`.
const DEPTH: usize = 3;

/// Returns the whole command line. The operations of an API are added when they are needed.
pub fn command() -> Command {
    let root = Command::new("dintero")
        .version(env!("CARGO_PKG_VERSION"))
        .about(ABOUT)
        .after_help(AFTER);
    let root = Options::augment_args(root.subcommand_required(true).arg_required_else_help(true));
    let root = APIS.iter().fold(root, |root, api| {
        let command = Command::new(api.name)
            .about(api.about)
            .subcommand_required(true)
            .arg_required_else_help(true);
        root.subcommand(command.defer(|command| {
            let api = APIS.iter().find(|api| api.name == command.get_name());
            let operations = api.into_iter().flat_map(Api::operations);
            operations.fold(command, |command, (row, described)| {
                command.subcommand(operation(row, described))
            })
        }))
    });
    crate::Own::augment_subcommands(root).about(ABOUT)
}

/// Leaves the nearest of the names that are suggested for an unknown one.
pub fn nearest_only(mut error: clap::Error) -> clap::Error {
    let names = error.get(ContextKind::SuggestedSubcommand).cloned();
    if let (Some(ContextValue::String(wrong)), Some(ContextValue::Strings(names))) =
        (error.get(ContextKind::InvalidSubcommand), names)
    {
        let best = nearest(wrong, names.iter().map(String::as_str)).map(str::to_owned);
        error.insert(
            ContextKind::SuggestedSubcommand,
            ContextValue::Strings(best.into_iter().collect()),
        );
    }
    error
}

/// Returns the name of an operation as a command, such as `capture-transaction`.
pub fn name(row: &Operation) -> String {
    row.name().replace('_', "-")
}

/// Returns the name of the option of a parameter.
fn option(parameter: &Parameter, all: &[Parameter]) -> String {
    let kebab = |name: &str| name.replace('_', "-").to_lowercase();
    let name = kebab(&parameter.name);
    let others = all
        .iter()
        .filter(|other| kebab(&other.name) == name && other.place != "path");
    match RESERVED.contains(&name.as_str()) || others.count() > 1 {
        true => format!("{}-{name}", parameter.place),
        false => name,
    }
}

/// Returns the id of the argument of a parameter.
pub fn id(parameter: &Parameter) -> String {
    format!("{}:{}", parameter.place, parameter.name)
}

fn operation(row: &'static Operation, described: &'static Described) -> Command {
    let table = Api::of(row).table();
    let (summary, _) = described
        .doc
        .split_once("\n\n")
        .unwrap_or((&described.doc, ""));
    let first = summary.split_inclusive(". ").next().unwrap_or(summary);
    let mut command = Command::new(name(row))
        .about(first.trim_end_matches(['.', ' ']).to_owned())
        .long_about(about(row, described))
        .after_long_help(fields(row, described));
    for parameter in &described.parameters {
        let mut words = vec![parameter.doc.clone()];
        let mut facts = parameter.schema.facts(table);
        facts.extend(
            parameter
                .evidence
                .clone()
                .filter(|mark| !facts.contains(mark)),
        );
        facts.insert(0, parameter.schema.words(table));
        words.push(format!("[{}]", facts.join("; ")));
        let arg = Arg::new(id(parameter))
            .help(words.join(" "))
            .required(parameter.required);
        let schema = &parameter.schema;
        let is_list = matches!(table.resolve(schema).kind, Kind::List(_));
        let arg = arg.value_parser(move |text: &str| {
            let schema = match &table.resolve(schema).kind {
                Kind::List(inner) => inner,
                _ => schema,
            };
            schema.parse(table, text).map(|_| text.to_owned())
        });
        let upper = parameter.name.to_uppercase();
        command = command.arg(match parameter.place.as_str() {
            "path" => arg.value_name(upper),
            _ => {
                let long = option(parameter, &described.parameters);
                let action = if is_list {
                    ArgAction::Append
                } else {
                    ArgAction::Set
                };
                arg.long(long)
                    .value_name("VALUE")
                    .action(action)
                    .allow_hyphen_values(true)
            }
        });
    }
    if described.body.is_some() {
        command = command
            .arg(
                Arg::new("body")
                    .long("body")
                    .value_name("FILE")
                    .help("The body as JSON; - is standard input"),
            )
            .arg(
                Arg::new("set")
                    .long("set")
                    .value_name("PATH=VALUE")
                    .action(ArgAction::Append)
                    .help("Set a field of the body, such as items[0].amount=29990"),
            )
            .arg(flag(
                "undocumented",
                "Send fields that are not documented, too",
            ));
    }
    if row.paging().is_some() {
        command = command.arg(flag("all", "Follow the pages to the end of the list"));
    }
    if is_money(row) {
        command = command.arg(flag("yes", "Do not ask before it is sent"));
    }
    if row.confirm().is_some() {
        let within = Arg::new("confirm-within")
            .long("confirm-within")
            .value_name("SECONDS");
        let within = within
            .value_parser(clap::value_parser!(u64))
            .default_value("30");
        command =
            command.arg(within.help("For how long the effect is looked for after a lost response"));
    }
    for (name, long) in confirm_arguments(row) {
        let arg = Arg::new(long.clone())
            .long(long)
            .value_name(name.to_uppercase());
        command = command.arg(
            arg.required(true)
                .help("Where the outcome is read, which the request does not name"),
        );
    }
    command
        .arg(
            Arg::new("query").long("query").value_name("JSONPATH").help(
                "Print only what this JSONPath (RFC 9535) selects; in a list, of each element",
            ),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("FILE")
                .help("Write the response to this file, as it was received"),
        )
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

/// Returns `true` if the request moves or records money, or must not be sent twice for another reason.
pub fn is_money(row: &Operation) -> bool {
    row.retry_class() == RetryClass::NonIdempotent || row.confirm().is_some()
}

/// Returns the path variables of the read that confirms an operation which only the caller knows, with the names of their options.
pub fn confirm_arguments(row: &'static Operation) -> impl Iterator<Item = (&'static str, String)> {
    let variables = row.confirm().into_iter().flat_map(|confirm| confirm.with);
    let arguments = variables.filter(|(_, source)| matches!(source, Source::Argument));
    arguments.map(|(name, _)| (*name, name.replace('_', "-")))
}

fn about(row: &Operation, described: &Described) -> String {
    let scopes = match row.scopes() {
        [] => "not documented".to_owned(),
        scopes => scopes.join(" or "),
    };
    let mut text = format!(
        "{}\n\n{} {}{}\nScopes: {scopes}",
        described.doc,
        row.method(),
        row.base(),
        row.path()
    );
    let evidence = format!("{:?}", row.evidence()).to_lowercase();
    if evidence != "seen" {
        text += &format!("\nEvidence: {evidence}");
    }
    if row.deprecated() {
        text += "\nDeprecated.";
    }
    text
}

/// Returns the fields of the body with their limits.
fn fields(row: &Operation, described: &Described) -> String {
    let Some(body) = &described.body else {
        return String::new();
    };
    let table = Api::of(row).table();
    let mut text = match body.required {
        true => "Body (required):\n".to_owned(),
        false => "Body:\n".to_owned(),
    };
    write(&mut text, (table, &body.schema), 1, &mut Vec::new());
    text
}

fn write<'a>(
    text: &mut String,
    (table, schema): (&'a crate::table::Api, &'a crate::table::Schema),
    depth: usize,
    around: &mut Vec<&'a str>,
) {
    let schema = match &schema.kind {
        Kind::List(inner) | Kind::Map(inner) => inner,
        _ => schema,
    };
    if let Kind::Ref(name) = &schema.kind {
        // A type within itself is described once.
        if around.contains(&name.as_str()) {
            return;
        }
        around.push(name);
    }
    for (name, field, required) in table.properties(schema) {
        let mut facts = field.facts(table);
        facts.insert(0, field.words(table));
        if required {
            facts.insert(0, "required".to_owned());
        }
        let indent = "  ".repeat(depth);
        let doc = if field.doc.is_empty() {
            &table.resolve(field).doc
        } else {
            &field.doc
        };
        let doc = doc.lines().next().unwrap_or_default();
        *text += &format!("{indent}{name}  [{}]\n", facts.join("; "));
        if !doc.is_empty() {
            *text += &format!("{indent}    {doc}\n");
        }
        if depth < DEPTH {
            write(text, (table, field), depth + 1, around);
        }
    }
    if let Kind::Ref(_) = &schema.kind {
        around.pop();
    }
}
