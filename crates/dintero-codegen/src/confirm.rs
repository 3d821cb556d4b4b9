//! Confirmation marks: what is read after a request, and how its effect is recognized there.

use std::collections::BTreeMap;

use heck::{ToShoutySnakeCase, ToSnakeCase};
use serde::Deserialize;
use serde_json::Value;

use crate::ir::{Api, Kind, Operation, Schema, Success};
use crate::paging::{find, tokens};

/// The extension of an operation.
pub const MARK: &str = "x-dintero-confirm";

/// A mark as an overlay has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    read: String,
    #[serde(default)]
    with: BTreeMap<String, String>,
    #[serde(default)]
    list: String,
    id: String,
    #[serde(default)]
    kind: Vec<String>,
    effect: Option<String>,
    begin: Option<String>,
    reference: Option<[String; 2]>,
    #[serde(default)]
    same: BTreeMap<String, Part>,
    result: Option<Members>,
    done: Option<[String; 2]>,
    undecided: Option<[String; 2]>,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    invisible: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    success: String,
    error: String,
    correction: String,
    request_id: String,
    correlation_id: String,
}

/// A member of the body or `{variable}` of the path, or the first of these values whose condition holds.
#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Of(String),
    Values(Vec<Choice>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    is: String,
    when: Option<(String, Value)>,
}

/// A mark that fits its operation.
pub struct Confirmed {
    /// The method that is read.
    pub read: String,
    /// The path variables of the read that the request does not have, by the name of the argument.
    pub arguments: BTreeMap<String, String>,
    /// The fact of the operation table.
    pub row: String,
}

/// Returns how an operation is confirmed, if it is.
///
/// # Errors
/// What does not fit: the member of the mark, as a JSON pointer, and the problem.
pub fn confirmed(api: &Api, operation: &Operation) -> Result<Option<Confirmed>, (String, String)> {
    let Some(mark) = &operation.confirm else {
        return Ok(None);
    };
    let mark = Mark::deserialize(mark).map_err(|error| (String::new(), error.to_string()))?;
    let place = |member: &str, problem: String| Err((format!("/{member}"), problem));
    let read = api.operations.values().find(|read| read.id == mark.read);
    let Some(read) = read.filter(|read| read.method == "GET") else {
        return place("read", format!("no GET has the operationId {}", mark.read));
    };
    let Success::Json(state) = &read.success else {
        return place("read", format!("the response of {} is not JSON", mark.read));
    };
    let list = find(api, state, &tokens(&mark.list), 0).map(|list| &list.kind);
    let Some(Kind::List(item)) = list else {
        return place(
            "list",
            format!("{} has no list at {:?}", mark.read, mark.list),
        );
    };
    let is_effect = match &operation.success {
        Success::Json(success) if success.kind == state.kind => false,
        Success::Json(success) if success.kind == item.kind => true,
        _ => {
            return place(
                "read",
                format!(
                    "the response is neither what {} reads nor in its list",
                    mark.read
                ),
            );
        }
    };
    let body = operation.body.as_ref().map(|body| &body.schema);
    let in_body = |member: &str| match body.zip(member.split_once("/*")) {
        None => body.is_some_and(|body| scalar(api, body, member).is_some()),
        Some((body, (list, member))) => {
            match find(api, body, &tokens(list), 0).map(|it| &it.kind) {
                Some(Kind::List(item)) => scalar(api, item, member).is_some(),
                _ => false,
            }
        }
    };
    let own: Vec<&str> = operation.path_variables().collect();
    let source = |part: &str| match part
        .strip_prefix('{')
        .and_then(|part| part.strip_suffix('}'))
    {
        Some(variable) => own
            .contains(&variable)
            .then(|| format!("Source::Path({variable:?})")),
        None => in_body(part).then(|| format!("Source::Body({part:?})")),
    };
    let (mut with, mut arguments) = (String::new(), BTreeMap::new());
    for variable in read.path_variables() {
        let from = mark
            .with
            .get(variable)
            .cloned()
            .unwrap_or_else(|| format!("{{{variable}}}"));
        let ident = variable.to_snake_case();
        let from = match source(&from) {
            None if from == "argument" && syn::parse_str::<syn::Ident>(&ident).is_ok() => {
                arguments.insert(ident, variable.to_owned());
                "Source::Argument".to_owned()
            }
            None => {
                return place(
                    "with",
                    format!("the request has no {from} for {variable} of {}", mark.read),
                );
            }
            Some(source) => source,
        };
        with += &format!("({variable:?}, {from}), ");
    }
    let unused = mark
        .with
        .keys()
        .find(|name| !read.path_variables().any(|own| own == *name));
    if let Some(unused) = unused {
        return place(
            "with",
            format!("{} has no path variable {unused}", mark.read),
        );
    }
    let reference = mark
        .reference
        .iter()
        .map(|[member, _]| ("reference", member));
    let result = mark.result.iter().flat_map(|result| {
        let Members {
            success,
            error,
            correction,
            request_id,
            correlation_id,
        } = result;
        [success, error, correction, request_id, correlation_id].map(|member| ("result", member))
    });
    let same = mark.same.keys().map(|member| ("same", member));
    let kinds = mark.kind.iter().map(|member| ("kind", member));
    let members = [("id", &mark.id)].into_iter().chain(kinds).chain(reference);
    for (key, member) in members.chain(same).chain(result) {
        if find(api, item, &tokens(member), 0).is_none() {
            return place(key, format!("an effect has nothing at {member:?}"));
        }
    }
    if let Some([_, member]) = mark
        .reference
        .as_ref()
        .filter(|[_, member]| !in_body(member))
    {
        return place(
            "reference",
            format!("the request has no text at {member:?}"),
        );
    }
    let known = mark
        .kind
        .first()
        .map_or_else(Vec::new, |member| values(api, item, member));
    for (key, kind) in [("effect", &mark.effect), ("begin", &mark.begin)] {
        if let Some(kind) = kind.as_ref().filter(|kind| !known.contains(kind)) {
            return place(key, format!("an effect is of no kind {kind}"));
        }
    }
    if mark.kind.is_empty() == mark.effect.is_some() {
        return place("effect", "`kind` and `effect` belong together".to_owned());
    }
    for (key, fact) in [("done", &mark.done), ("undecided", &mark.undecided)] {
        if let Some([member, value]) = fact
            && !values(api, state, member).contains(value)
        {
            return place(key, format!("{} has no {value} at {member:?}", mark.read));
        }
    }
    let mut same = String::new();
    for (member, part) in &mark.same {
        let known = values(api, item, member);
        let source = match part {
            Part::Of(part) => source(part),
            Part::Values(choices) => choices
                .iter()
                .map(|choice| {
                    let condition = choice
                        .when
                        .as_ref()
                        .map(|(member, value)| (member, value.to_string()));
                    let fits = condition.as_ref().is_none_or(|(member, _)| in_body(member));
                    let value = format!("({:?}, {condition:?})", choice.is);
                    (fits && known.contains(&choice.is)).then_some(value)
                })
                .collect::<Option<Vec<_>>>()
                .map(|values| format!("Source::Value(&[{}])", values.join(", "))),
        };
        let Some(source) = source else {
            return place(
                "same",
                format!("the request has nothing that is {member} of an effect"),
            );
        };
        same += &format!("Same {{ member: {member:?}, source: {source}, known: &{known:?} }}, ");
    }
    let kind = mark.effect.as_ref().map(|effect| {
        let Mark { kind, begin, .. } = &mark;
        format!("EffectKind {{ members: &{kind:?}, effect: {effect:?}, begin: {begin:?}, known: &{known:?} }}")
    });
    let result = mark.result.as_ref().map(|result| {
        let Members { success, error, correction, request_id, correlation_id } = result;
        format!("EffectResult {{ success: {success:?}, error: {error:?}, correction: {correction:?}, request_id: {request_id:?}, correlation_id: {correlation_id:?} }}")
    });
    let some =
        |fact: Option<String>| fact.map_or("None".to_owned(), |fact| format!("Some({fact})"));
    let pair =
        |pair: &Option<[String; 2]>| some(pair.as_ref().map(|[a, b]| format!("({a:?}, {b:?})")));
    let row = format!(
        "Some(Confirm {{ read: &{}, with: &[{with}], list: {:?}, id: {:?}, kind: {}, reference: {}, same: &[{same}], result: {}, done: {}, undecided: {}, unique: {}, visible: {}, is_effect: {is_effect} }})",
        read.name.to_shouty_snake_case(),
        mark.list,
        mark.id,
        some(kind),
        pair(&mark.reference),
        some(result),
        pair(&mark.done),
        pair(&mark.undecided),
        mark.unique,
        !mark.invisible,
    );
    Ok(Some(Confirmed {
        read: read.name.clone(),
        arguments,
        row,
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

/// Returns the facts of a mark, for the surface: each member with its value.
pub fn facts(mark: &Value) -> impl Iterator<Item = String> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let members = mark.as_object().into_iter().flatten();
    members.map(move |(key, value)| format!("{key}={}", text(value)))
}

#[cfg(test)]
mod tests;
