//! Overlay actions that let the rest of a document be generated where something in it cannot be.

use dintero_codegen::action::{Action, path, quoted};
use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding, Level, Rule};
use dintero_codegen::lower::operations::METHODS;
use dintero_codegen::overlay;
use serde_json::{Value, json};

/// What no action may hide: the document or the overlay is broken, or it is for people to say which host is meant and
/// what may be repeated.
const REFUSED: [Rule; 9] = [
    Rule::Document,
    Rule::Overlay,
    Rule::OpenApiVersion,
    Rule::ExternalReference,
    Rule::MissingReference,
    Rule::MissingMapping,
    Rule::MissingServer,
    Rule::UnknownServer,
    Rule::UnknownRetryClass,
];

/// Returns the actions that resolve these errors of a document to which the overlay was applied, without those that were
/// tried already. It is empty if an error is to be resolved by people, or nothing is left to try.
pub fn fixes(document: &Document, errors: &Errors, tried: &[Action]) -> Vec<Action> {
    let errors = || errors.0.iter().filter(|error| error.level == Level::Error);
    if errors().any(|error| REFUSED.contains(&error.rule)) {
        return Vec::new();
    }
    let mut found: Vec<Action> = Vec::new();
    for action in errors().flat_map(|error| fix(document, error, tried)) {
        if !found.contains(&action) {
            found.push(action);
        }
    }
    // One action may remove what another one acts on.
    let actions: Vec<Value> = found.iter().map(Action::to_value).collect();
    let mut added = document.clone();
    added.root = json!({"overlay": "1.0.0", "actions": actions});
    let places = overlay::places(&mut document.clone(), &added).unwrap_or_default();
    let matches = found.into_iter().zip(places);
    let matches = matches.filter(|(_, places)| !places.is_empty());
    matches.map(|(action, _)| action).collect()
}

/// Returns the actions that resolve one error: those that the lint offers, or else what the overlay says and does not fit
/// goes, or else what cannot be generated is left out.
pub fn fix(document: &Document, error: &Finding, tried: &[Action]) -> Vec<Action> {
    if REFUSED.contains(&error.rule) {
        return error.actions.clone();
    }
    let ways = [
        error.actions.clone(),
        without_parameter(document, error).into_iter().collect(),
        left_out(document, error).unwrap_or_default(),
    ];
    let mut ways = ways.into_iter().map(|mut way| {
        way.retain(|action| !tried.contains(action));
        way
    });
    ways.find(|way| !way.is_empty()).unwrap_or_default()
}

/// Returns the removal of the parameter that an error is about, unless the path needs it.
fn without_parameter(document: &Document, error: &Finding) -> Option<Action> {
    let root = &document.root;
    let name = error.problem.strip_prefix("the parameter ")?;
    let name = name.split(' ').next()?;
    let list = format!("{}/parameters", error.pointer);
    let listed = root.pointer(&list)?.as_array()?;
    let listed = listed.iter().find(|parameter| parameter["name"] == name)?;
    let list = path(root, &list).filter(|_| listed["in"] != "path")?;
    Some(Action {
        target: format!("{list}[?(@.name=={})]", quoted(name)),
        description: format!("Left out: {}", error.problem),
        update: None,
    })
}

/// Returns the removal of the operation that an error is about. A schema is read as any JSON instead.
fn left_out(document: &Document, error: &Finding) -> Option<Vec<Action>> {
    let root = &document.root;
    let why = format!("Left out: {}", error.problem);
    let tokens: Vec<&str> = error.pointer.split('/').skip(1).collect();
    match tokens.as_slice() {
        ["paths", item, method, ..] if METHODS.contains(method) => {
            let operation = format!("/paths/{item}/{method}");
            Some(vec![Action::remove(root, &operation, why)?])
        }
        ["components", "schemas", name] => {
            let name = name.replace("~1", "/").replace("~0", "~");
            Some(vec![
                Action::remove(root, &error.pointer, why.as_str())?,
                Action {
                    target: path(root, "/components/schemas")?,
                    description: why,
                    update: Some(json!({name: {}})),
                },
            ])
        }
        ["paths" | "components", _, _, ..] => {
            // The whole list instead of an element, whose index changes when another one is removed.
            let mut nodes = (1..tokens.len()).map(|end| format!("/{}", tokens[..end].join("/")));
            let list = nodes.find(|node| root.pointer(node).is_some_and(Value::is_array));
            let node = list.unwrap_or_else(|| error.pointer.clone());
            Some(vec![Action::remove(root, &node, why)?])
        }
        _ => None,
    }
}
