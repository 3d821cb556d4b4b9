//! Actions that an import adds to the overlay, so that what the generator cannot do does not keep the rest out.

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding, Level, Rule};
use dintero_codegen::lint::{Action, path};

use super::shape::METHODS;

/// Above what an import added. The next one takes away all below it and adds what is needed then.
const HEAD: &str = "  # Added by `cargo xtask import`, which replaces all below. Move what is to stay above this line.\n";

/// What no action may hide: the document is broken, or it is for people to say which host is meant and what may be repeated.
const REFUSED: [Rule; 11] = [
    Rule::Document,
    Rule::Overlay,
    Rule::OpenApiVersion,
    Rule::ExternalReference,
    Rule::MissingReference,
    Rule::MissingMapping,
    Rule::MissingServer,
    Rule::UnknownServer,
    Rule::UnknownRetryClass,
    Rule::MissingReadBack,
    Rule::UnknownReadBack,
];

/// The overlay as it was before imports added to it.
pub fn without(overlay: &str) -> &str {
    overlay.split(HEAD).next().unwrap_or(overlay)
}

/// The overlay with these actions; none if they cannot be appended to how it is written.
pub fn with(name: &str, overlay: &str, added: &[Action]) -> Option<String> {
    let mut wanted = Document::parse(name, overlay).ok()?.root;
    let actions = wanted["actions"].as_array_mut()?;
    actions.extend(added.iter().map(Action::to_value));
    let mut text = overlay.to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(HEAD);
    for action in added {
        text.push_str(&format!("  {}\n", action.to_string().replace('\n', "\n  ")));
    }
    let is = Document::parse(name, &text).is_ok_and(|document| document.root == wanted);
    is.then_some(text)
}

/// What mends errors: the actions the lint offers, and where it has none or they were tried, the operation is left out.
/// Empty if nothing new can be done.
pub fn actions(document: &Document, errors: &Errors, tried: &[Action]) -> Vec<Action> {
    let mut found: Vec<Action> = Vec::new();
    let errors = errors.0.iter();
    for error in errors.filter(|finding| finding.level == Level::Error) {
        if REFUSED.contains(&error.rule) {
            return Vec::new();
        }
        let offered = error
            .actions
            .iter()
            .filter(|action| !tried.contains(action));
        let mut offered: Vec<Action> = offered.cloned().collect();
        if offered.is_empty() {
            offered.extend(leave_out(document, error).filter(|action| !tried.contains(action)));
        }
        for action in offered {
            if !found.contains(&action) {
                found.push(action);
            }
        }
    }
    found
}

/// The removal of the operation that a finding is about.
fn leave_out(document: &Document, error: &Finding) -> Option<Action> {
    let mut tokens = error.pointer.split('/').skip(1);
    let (paths, item, method) = (tokens.next()?, tokens.next()?, tokens.next()?);
    if paths != "paths" || !METHODS.contains(&method) {
        return None;
    }
    Some(Action {
        target: path(&document.root, &format!("/{paths}/{item}/{method}"))?,
        description: format!("Left out: {}", error.problem),
        update: None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Action, with, without};

    #[test]
    fn what_was_added_goes_without_a_trace() {
        let overlay = "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nactions:\n  - target: $\n    update: {a: 1}\n";
        let action = Action {
            target: "$.paths['/a'].get".to_owned(),
            description: "Left out: has a \"cookie\"".to_owned(),
            update: None,
        };
        let text = with("o.yaml", overlay, &[action]).expect("a list in block style");
        assert!(text.ends_with("    remove: true\n"), "{text}");
        assert_eq!(without(&text), overlay);
        assert_eq!(without(overlay), overlay);
        let flow = "overlay: 1.0.0\nactions: []\n";
        assert_eq!(
            with("o.yaml", flow, &[]).as_deref().map(without),
            Some(flow)
        );
    }
}
