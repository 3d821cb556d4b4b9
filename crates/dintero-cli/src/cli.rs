//! The command line: a command for each operation of the tables, and the commands of this program.

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Args, Command, Subcommand};
use dintero::{Evidence, Operation};
use dintero_core::confirm::Source;

use crate::documents::{APIS, Api, Described};
use crate::schema::Schema;
use crate::{Own, body, call, config, money};

const ABOUT: &str = "Dintero's Shopping, Checkout and Wallets APIs on the command line";
const AFTER: &str = "Account and credentials come from DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET, or from a profile in \
~/.config/dintero/config.toml. Secrets are never arguments.

Exit codes: 0 done, 1 refused, 2 wrong usage (nothing was sent), 3 the outcome is not known.";

/// How deep fields within fields are described; of those below, the names are in the message of a wrong `--set`.
const DEPTH: usize = 3;

/// Returns the whole command line. The operations of an API are added when they are needed.
pub fn command() -> Command {
    let group = |command: Command| {
        let command = command.subcommand_required(true);
        command.arg_required_else_help(true)
    };
    let root = Command::new("dintero").version(env!("CARGO_PKG_VERSION"));
    let root = Own::augment_subcommands(config::Options::augment_args(group(root)));
    let root = root.about(ABOUT).after_help(AFTER);
    APIS.iter().fold(root, |root, api| {
        let command = group(Command::new(api.name).about(api.about));
        root.subcommand(command.defer(|command| {
            let api = APIS.iter().find(|api| api.name == command.get_name());
            let operations = api.into_iter().flat_map(Api::operations);
            command.subcommands(operations.map(operation))
        }))
    })
}

/// Leaves the nearest of the names that are suggested for an unknown one.
pub fn nearest_only(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(wrong)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(ContextValue::Strings(names)) = error.get(ContextKind::SuggestedSubcommand)
    {
        let best = body::nearest(wrong, names.iter().map(String::as_str));
        let best = ContextValue::Strings(best.into_iter().map(str::to_owned).collect());
        error.insert(ContextKind::SuggestedSubcommand, best);
    }
    error
}

/// Returns the id of the argument of a parameter.
pub fn id(parameter: &Schema) -> String {
    format!("{}:{}", parameter.text("in"), parameter.text("name"))
}

/// Returns the path variables of the read that confirms an operation which the request does not name, with their options.
pub fn confirm_arguments(row: &'static Operation) -> impl Iterator<Item = (&'static str, String)> {
    let variables = row.confirm().into_iter().flat_map(|confirm| confirm.with);
    let arguments = variables.filter(|(_, source)| matches!(source, Source::Argument));
    arguments.map(|(name, _)| (*name, name.replace('_', "-")))
}

fn operation(operation: Described) -> Command {
    let (row, doc) = (operation.row, operation.doc());
    let first = doc.lines().next().and_then(|line| line.split(". ").next());
    let mut command = Command::new(operation.command());
    if let Some((schema, is_required)) = operation.body() {
        let mut fields = format!("Body{}:\n", if is_required { " (required)" } else { "" });
        write(&mut fields, schema, 1);
        command = body::Options::augment_args(command.after_long_help(fields));
    }
    if row.paging().is_some() {
        command = call::ListOptions::augment_args(command);
    }
    if money::is_money(row) {
        command = money::Options::augment_args(command);
    }
    command = call::Options::augment_args(command);
    for (name, long) in confirm_arguments(row) {
        let arg = Arg::new(long.clone()).long(long).required(true);
        let arg = arg.help("Where the outcome is read, which the request does not name");
        command = command.arg(arg.value_name(name.to_uppercase()));
    }
    let command = operation.parameters().into_iter().fold(command, parameter);
    let first = first.unwrap_or_default().trim_end_matches('.');
    command
        .about(first.to_owned())
        .long_about(format!("{doc}\n\n{}", about(row)))
}

fn parameter(command: Command, parameter: Schema) -> Command {
    let (place, name) = (parameter.text("in"), parameter.text("name"));
    let schema = parameter.get("schema");
    let mut facts = schema.facts();
    if let Some(mark) = Some(parameter.text("x-evidence")).filter(|mark| !mark.is_empty()) {
        facts += &format!("; evidence: {mark}");
    }
    let element = schema.element();
    let action = match element {
        Some(_) => ArgAction::Append,
        None => ArgAction::Set,
    };
    let element = element.unwrap_or(schema);
    let arg = Arg::new(id(&parameter))
        .help(format!("{} [{facts}]", parameter.text("description")))
        .required(parameter.is_required())
        .value_parser(move |text: &str| element.parse(text).map(|_| text.to_owned()));
    if place == "path" {
        return command.arg(arg.value_name(name.to_uppercase()));
    }
    let mut long = name.replace('_', "-").to_lowercase();
    let own = config::Options::augment_args(Command::new(""));
    let is_taken = |by: &Command| by.get_arguments().any(|one| one.get_long() == Some(&long));
    if long == "help" || is_taken(&command) || is_taken(&own) {
        long = format!("{place}-{long}");
    }
    let arg = arg.long(long).value_name("VALUE").action(action);
    command.arg(arg.allow_hyphen_values(true))
}

fn about(row: &Operation) -> String {
    let scopes = match row.scopes() {
        [] => "not documented".to_owned(),
        scopes => scopes.join(" or "),
    };
    let (method, base, path) = (row.method(), row.base(), row.path());
    let mut text = format!("{method} {base}{path}\nScopes: {scopes}");
    if row.evidence() != Evidence::Seen {
        let mark = format!("{:?}", row.evidence()).to_lowercase();
        text += &format!("\nEvidence: {mark}");
    }
    if row.deprecated() {
        text += "\nDeprecated.";
    }
    text
}

/// Writes the fields of a body with their limits.
fn write(text: &mut String, schema: Schema, depth: usize) {
    let indent = "  ".repeat(depth);
    let required = schema.required();
    for (name, field) in schema.properties() {
        let must = match required.contains(&name) {
            true => "required; ",
            false => "",
        };
        *text += &format!("{indent}{name}  [{must}{}]\n", field.facts());
        if !field.doc().is_empty() {
            *text += &format!("{indent}    {}\n", field.doc());
        }
        if depth < DEPTH {
            write(text, field.element().unwrap_or(field), depth + 1);
        }
    }
}
