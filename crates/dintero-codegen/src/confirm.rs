//! Confirmation marks: what is read after a request, and how its effect is recognized there.

use std::collections::BTreeMap;

use heck::{ToShoutySnakeCase, ToSnakeCase};
use serde::Deserialize;

use crate::ir::{Api, Kind, Operation, Schema, Success};
use crate::kept::{escaped, escaped_list};
use crate::paging::{find, tokens};

/// The extension of an operation.
pub const MARK: &str = "x-dintero-confirm";

/// A mark: `dintero_core::confirm::Confirm` says what its members mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirm {
    /// An operationId.
    read: String,
    #[serde(default)]
    with: Vec<(String, Source)>,
    #[serde(default)]
    list: String,
    id: String,
    #[serde(default)]
    kind: Vec<String>,
    effect: Option<String>,
    begin: Option<String>,
    reference: Option<(String, String)>,
    #[serde(default)]
    same: Vec<(String, Source)>,
    result: Option<[String; 5]>,
    done: Option<(String, String)>,
    undecided: Option<(String, String)>,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    invisible: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Source {
    /// `{variable}` of the path, `argument`, or a member of the body.
    Body(String),
    Choice(Vec<(String, Option<(String, String)>)>),
    #[serde(skip)]
    Path(String),
    #[serde(skip)]
    Argument,
}

/// A part of a mark as a Rust expression, its texts escaped.
trait Rust {
    fn rust(&self) -> String;
}

impl Rust for String {
    fn rust(&self) -> String {
        escaped(self)
    }
}

impl<A: Rust, B: Rust> Rust for (A, B) {
    fn rust(&self) -> String {
        format!("({}, {})", self.0.rust(), self.1.rust())
    }
}

impl<T: Rust> Rust for Option<T> {
    fn rust(&self) -> String {
        let some = |value: &T| format!("Some({})", value.rust());
        self.as_ref().map_or("None".to_owned(), some)
    }
}

impl<T: Rust> Rust for Vec<T> {
    fn rust(&self) -> String {
        let parts: Vec<String> = self.iter().map(Rust::rust).collect();
        format!("&[{}]", parts.join(", "))
    }
}

impl Rust for Source {
    fn rust(&self) -> String {
        match self {
            Self::Body(member) => format!("Body({})", member.rust()),
            Self::Choice(choices) => format!("Choice({})", choices.rust()),
            Self::Path(variable) => format!("Path({})", variable.rust()),
            Self::Argument => "Argument".to_owned(),
        }
    }
}

impl Confirm {
    /// Returns the fact of the operation table that it becomes.
    fn fact(&self, read: &str, is_effect: bool, known: &Vec<(String, Vec<String>)>) -> String {
        let read = format!("&{}", read.to_shouty_snake_case());
        let result = self.result.as_ref();
        let result = result.map(|members| format!("Some({})", escaped_list(members)));
        let members = [
            ("read", read),
            ("with", self.with.rust()),
            ("list", self.list.rust()),
            ("id", self.id.rust()),
            ("kind", self.kind.rust()),
            ("effect", self.effect.rust()),
            ("begin", self.begin.rust()),
            ("reference", self.reference.rust()),
            ("same", self.same.rust()),
            ("result", result.unwrap_or("None".to_owned())),
            ("done", self.done.rust()),
            ("undecided", self.undecided.rust()),
            ("unique", self.unique.to_string()),
            ("invisible", self.invisible.to_string()),
            ("is_effect", is_effect.to_string()),
            ("known", known.rust()),
        ];
        let members = members.map(|(name, value)| format!("{name}: {value}"));
        format!("Confirm {{ {} }}", members.join(", "))
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
    let is_effect = match &operation.success {
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
            let mut conditions = choices.iter().flat_map(|(_, condition)| condition);
            conditions.all(|(member, _)| in_body(member))
        }
        Source::Path(_) | Source::Argument => true,
    };
    let mut arguments = BTreeMap::new();
    for variable in read.path_variables() {
        if !mark.with.iter().any(|(name, _)| name == variable) {
            let source = Source::Path(variable.to_owned());
            mark.with.push((variable.to_owned(), source));
        }
    }
    for (name, source) in &mut mark.with {
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
    for (member, source) in &mut mark.same {
        let known = values(api, effect, member);
        let is_known = match source {
            Source::Choice(choices) => choices.iter().all(|(value, _)| known.contains(value)),
            _ => true,
        };
        if !resolve(source) || !is_known {
            let problem = format!("the request has nothing that is {member} of an effect");
            return misfit("same", problem);
        }
    }
    let reference = mark.reference.iter().map(|(member, _)| member);
    let same = mark.same.iter().map(|(member, _)| member);
    let members = [
        ("id", vec![&mark.id]),
        ("kind", mark.kind.iter().collect()),
        ("reference", reference.collect()),
        ("result", mark.result.iter().flatten().collect()),
        ("same", same.collect()),
    ];
    let mut all_known = Vec::new();
    for (key, members) in members {
        for member in members {
            if find(api, effect, &tokens(member), 0).is_none() {
                return misfit(key, format!("an effect has nothing at {member:?}"));
            }
            let known = (member.clone(), values(api, effect, member));
            all_known.extend(Some(known).filter(|(_, values)| !values.is_empty()));
        }
    }
    let mut references = mark.reference.iter().map(|(_, member)| member);
    if let Some(member) = references.find(|member| !in_body(member)) {
        let problem = format!("the request has no text at {member:?}");
        return misfit("reference", problem);
    }
    let kind = mark.kind.first();
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
        fact: mark.fact(&read.name, is_effect, &all_known),
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
