//! Confirmation marks: what is read after a request, and how its effect is recognized there.

use std::collections::BTreeMap;
use std::fmt;

use heck::{ToShoutySnakeCase, ToSnakeCase};
use serde::Deserialize;

use crate::ir::{Api, Kind, Operation, Schema, Success};
use crate::kept::escaped;
use crate::paging::{find, tokens};

/// The extension of an operation.
pub const MARK: &str = "x-dintero-confirm";

/// A mark: `dintero_core::confirm::Confirm` says what its members mean. Its Debug output is the Rust expression of that.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "Debug reads all members")]
struct Confirm {
    /// An operationId.
    read: String,
    #[serde(default)]
    with: List<(String, Source)>,
    #[serde(default)]
    list: String,
    id: String,
    #[serde(default)]
    kind: List<String>,
    effect: Option<String>,
    begin: Option<String>,
    reference: Option<(String, String)>,
    #[serde(default)]
    same: List<(String, Source)>,
    result: Option<[String; 5]>,
    done: Option<(String, String)>,
    undecided: Option<(String, String)>,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    invisible: bool,
    #[serde(skip)]
    is_effect: bool,
    /// The values that are listed for members of an effect.
    #[serde(skip)]
    known: List<(String, List<String>)>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
enum Source {
    /// `{variable}` of the path, `argument`, or a member of the body.
    Body(String),
    Choice(List<(String, Option<(String, String)>)>),
    #[serde(skip)]
    Path(String),
    #[default]
    #[serde(skip)]
    Argument,
}

/// A list; as a Rust expression, a reference to one.
#[derive(Clone, Default, Deserialize)]
struct List<T>(Vec<T>);

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "&{:?}", self.0)
    }
}

impl Confirm {
    /// Returns the fact of the operation table that it becomes.
    fn fact(&self, read: &str) -> String {
        let constant = format!("&{}", read.to_shouty_snake_case());
        // The first text is that of `read`, which is a constant there.
        format!("{self:?}").replacen(&escaped(&self.read), &constant, 1)
    }
}

/// A mark that fits its operation.
pub struct Confirmed {
    /// The method that is read.
    pub read: String,
    /// The path variables of the read that the request does not have, by the name of the argument.
    pub arguments: BTreeMap<String, String>,
    /// The fact of the operation table.
    pub fact: String,
}

/// Returns how an operation is confirmed, if it is.
///
/// # Errors
/// What does not fit: the member of the mark as a JSON pointer, and the problem.
pub fn confirmed(api: &Api, operation: &Operation) -> Result<Option<Confirmed>, (String, String)> {
    let Some(mark) = &operation.confirm else {
        return Ok(None);
    };
    let mut mark =
        Confirm::deserialize(mark).map_err(|error| (String::new(), error.to_string()))?;
    let id = mark.read.clone();
    let misfit = |member: &str, problem: String| Err((format!("/{member}"), problem));
    let reads = |read: &&Operation| read.id == id && read.method == "GET";
    let Some((read, Success::Json(state))) =
        (api.operations.values().find(reads)).map(|read| (read, &read.success))
    else {
        return misfit("read", format!("no GET with JSON has the operationId {id}"));
    };
    let list = find(api, state, &tokens(&mark.list), 0).map(|list| &list.kind);
    let Some(Kind::List(effect)) = list else {
        return misfit("list", format!("{id} has no list at {:?}", mark.list));
    };
    mark.is_effect = match &operation.success {
        Success::Json(success) if success.kind == state.kind => false,
        Success::Json(success) if success.kind == effect.kind => true,
        _ => return misfit("read", format!("the response is nothing that {id} reads")),
    };
    let in_body = |member: &str| {
        let (list, member) = member.split_once("/*").unwrap_or(("", member));
        let body = operation.body.as_ref();
        let body = body.and_then(|body| find(api, &body.schema, &tokens(list), 0));
        let body = body.map(|body| match &body.kind {
            Kind::List(item) => item,
            _ => body,
        });
        body.is_some_and(|body| scalar(api, body, member).is_some())
    };
    let is_variable = |name: &str| operation.path_variables().any(|variable| variable == name);
    let resolve = |source: &mut Source| match source.clone() {
        Source::Body(part) if part == "argument" => {
            *source = Source::Argument;
            true
        }
        Source::Body(part) if part.starts_with('{') => {
            let name = part.trim_matches(['{', '}']).to_owned();
            *source = Source::Path(name.clone());
            is_variable(&name)
        }
        Source::Body(member) => in_body(&member),
        Source::Choice(choices) => {
            let mut conditions = choices.0.iter().flat_map(|(_, condition)| condition);
            conditions.all(|(member, _)| in_body(member))
        }
        Source::Path(_) | Source::Argument => true,
    };
    let mut arguments = BTreeMap::new();
    for variable in read.path_variables() {
        if !mark.with.0.iter().any(|(name, _)| name == variable) {
            let source = Source::Path(variable.to_owned());
            mark.with.0.push((variable.to_owned(), source));
        }
    }
    for (name, source) in &mut mark.with.0 {
        let (fits, ident) = (resolve(source), name.to_snake_case());
        let has_source = match source {
            Source::Path(variable) => is_variable(variable),
            Source::Argument => syn::parse_str::<syn::Ident>(&ident).is_ok(),
            _ => fits,
        };
        if !has_source || !read.path_variables().any(|variable| variable == *name) {
            let problem =
                format!("the request has nothing that is the path variable {name} of {id}");
            return misfit("with", problem);
        }
        if let Source::Argument = source {
            arguments.insert(ident, name.clone());
        }
    }
    for (member, source) in &mut mark.same.0 {
        let known = values(api, effect, member);
        let is_known = match source {
            Source::Choice(choices) => choices.0.iter().all(|(value, _)| known.contains(value)),
            _ => true,
        };
        if !resolve(source) || !is_known {
            let problem = format!("the request has nothing that is {member} of an effect");
            return misfit("same", problem);
        }
    }
    let reference = mark.reference.iter().map(|(member, _)| member);
    let same = mark.same.0.iter().map(|(member, _)| member);
    let members = [
        ("id", vec![&mark.id]),
        ("kind", mark.kind.0.iter().collect()),
        ("reference", reference.collect()),
        ("result", mark.result.iter().flatten().collect()),
        ("same", same.collect()),
    ];
    for (key, members) in members {
        for member in members {
            if find(api, effect, &tokens(member), 0).is_none() {
                return misfit(key, format!("an effect has nothing at {member:?}"));
            }
            let listed = values(api, effect, member);
            if !listed.is_empty() {
                mark.known.0.push((member.clone(), List(listed)));
            }
        }
    }
    let mut references = mark.reference.iter().map(|(_, member)| member);
    if let Some(member) = references.find(|member| !in_body(member)) {
        let problem = format!("the request has no text at {member:?}");
        return misfit("reference", problem);
    }
    let kind = mark.kind.0.first();
    let known = kind.map_or_else(Vec::new, |member| values(api, effect, member));
    for (key, value) in [("effect", &mark.effect), ("begin", &mark.begin)] {
        if let Some(value) = value.as_ref().filter(|value| !known.contains(value)) {
            return misfit(key, format!("an effect is of no kind {value}"));
        }
    }
    if kind.is_some() != mark.effect.is_some() {
        return misfit("effect", "`kind` and `effect` belong together".to_owned());
    }
    for (key, fact) in [("done", &mark.done), ("undecided", &mark.undecided)] {
        if let Some((member, value)) = fact
            && !values(api, state, member).contains(value)
        {
            return misfit(key, format!("{id} has no {value} at {member:?}"));
        }
    }
    Ok(Some(Confirmed {
        read: read.name.clone(),
        arguments,
        fact: mark.fact(&read.name),
    }))
}

/// Returns the text, number or boolean at a JSON pointer.
fn scalar<'s>(api: &'s Api, schema: &'s Schema, member: &str) -> Option<&'s Schema> {
    let found = find(api, schema, &tokens(member), 0)?;
    let known = found.as_reference().and_then(|name| api.types.get(name));
    let found = known.map_or(found, |known| &known.schema);
    matches!(found.kind, Kind::Scalar(_) | Kind::Enum(_) | Kind::Any).then_some(found)
}

/// Returns the values that are listed for a member.
fn values(api: &Api, schema: &Schema, member: &str) -> Vec<String> {
    match scalar(api, schema, member).map(|found| &found.kind) {
        Some(Kind::Enum(listed)) => listed.values.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
